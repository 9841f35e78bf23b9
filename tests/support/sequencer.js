// Tests that need programs which are built first come last: .ci/run has them built while the others run.

const { default: Sequencer } = require("@jest/test-sequencer");

const LAST = ["providers", "mesh", "mesh-all"];

module.exports = class extends Sequencer {
  sort(tests) {
    const rank = ({ context }) => LAST.indexOf(context.config.displayName.name);
    return super.sort(tests).sort((a, b) => rank(a) - rank(b)); // stable
  }
};
