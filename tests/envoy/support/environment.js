// Jest's Node environment, which also records whether a test of the file has failed: only then the Envoy log is printed.

const { TestEnvironment } = require("jest-environment-node");

module.exports = class extends TestEnvironment {
  handleTestEvent(event) {
    if (event.name === "test_fn_failure" || event.name === "hook_failure") this.global.aTestHasFailed = true;
  }
};
