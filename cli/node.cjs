// Checks that Node is new enough. Every npm script runs it first, because an older Node would fail with a SyntaxError in the next file. The syntax
// here works in every Node.
"use strict";

var needed = /^>=(\d+)\.(\d+)$/.exec(require("../package.json").engines.node);
var found = process.versions.node.split(".");
var major = Number(found[0]) - Number(needed[1]);
if (major < 0 || (major === 0 && Number(found[1]) < Number(needed[2]))) {
  console.error("This is Node " + process.versions.node + "; envoy-oidc needs " + needed[1] + "." + needed[2] + " or newer: https://nodejs.org/en/download");
  process.exit(1);
}
