// What `require("envoy-oidc")` and `import "envoy-oidc"` give: where the filter's module lies, and which version it is.

"use strict";

const { join } = require("node:path");

exports.wasm = join(__dirname, "../../build/envoy-oidc.wasm");
exports.version = require("../../package.json").version;
