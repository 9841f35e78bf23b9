// Jest's Node environment, which also remembers that a test of the file has failed: the Envoy log is printed only then.

const { TestEnvironment } = require("jest-environment-node");

module.exports = class extends TestEnvironment {
  handleTestEvent(event) {
    if (event.name === "test_fn_failure" || event.name === "hook_failure") this.global.aTestHasFailed = true;
  }
};
