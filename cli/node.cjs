// Is this Node new enough? First in every npm script: an older one ends with a SyntaxError in whatever comes next. This file is in words that
// every Node understands.
"use strict";

var needed = /^>=(\d+)\.(\d+)$/.exec(require("../package.json").engines.node);
var found = process.versions.node.split(".");
var major = Number(found[0]) - Number(needed[1]);
if (major < 0 || (major === 0 && Number(found[1]) < Number(needed[2]))) {
  console.error("This is Node " + process.versions.node + "; envoy-oidc needs " + needed[1] + "." + needed[2] + " or newer: https://nodejs.org/en/download");
  process.exit(1);
}
