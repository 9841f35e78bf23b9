// The exports of `require("envoy-oidc")` and `import "envoy-oidc"`: the path of the filter's module, and its version.

"use strict";

const { join } = require("node:path");

exports.wasm = join(__dirname, "../../build/envoy-oidc.wasm");
exports.version = require("../../package.json").version;
