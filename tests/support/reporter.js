const { spawn } = require("node:child_process");
const { join, relative } = require("node:path");

/**
 * Ends every run with one plain line of results, for programs that read the end of the output. A run that skips a test fails. A file that does not
 * end is named (slow-files.mjs).
 */
module.exports = class {
  constructor(config) {
    this.rootDir = config.rootDir;
    // A run of selected tests skips the others on purpose.
    this.maySkip = Boolean(config.testNamePattern);
  }

  onRunStart() {
    this.slowFiles = spawn(process.execPath, [join(__dirname, "slow-files.mjs")], { stdio: ["pipe", "ignore", "inherit"] });
    this.slowFiles.stdin.on("error", () => undefined);
  }

  onTestFileStart({ path }) { this.slowFiles.stdin.write(`start ${relative(this.rootDir, path)}\n`); }

  onTestFileResult({ path }) { this.slowFiles.stdin.write(`end ${relative(this.rootDir, path)}\n`); }

  onRunComplete(_contexts, results) {
    this.slowFiles.stdin.end();
    // A file that did not load has no tests to count, and must count as failed.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests + results.numTodoTests;
    const line = `${results.numPassedTests} passed, ${failed} failed` + (skipped ? `, ${skipped} skipped` : "");
    if (skipped > 0 && !this.maySkip) this.error = new Error(`${skipped} tests were skipped, and what is skipped is not passed.`);
    // Jest prints its own summary after every other reporter, so the last line can only be printed when the process exits.
    process.once("exit", () => process.stdout.write(`\n${line}\n`));
  }

  /** Jest fails the run if this returns an error. */
  getLastError() { return this.error; }
};
