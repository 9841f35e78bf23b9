// Tests that need programs built first run last: .ci/run builds these programs while the other tests run.

const { default: Sequencer } = require("@jest/test-sequencer");

const LAST = ["providers", "mesh", "mesh-all"];

module.exports = class extends Sequencer {
  sort(tests) {
    const rank = ({ context }) => LAST.indexOf(context.config.displayName.name);
    return super.sort(tests).sort((a, b) => rank(a) - rank(b)); // stable
  }
};
