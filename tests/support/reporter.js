const { spawn } = require("node:child_process");
const { join, relative } = require("node:path");

/**
 * Ends every run with one plain line that says how it went, for whatever reads the output's tail. A run that skips anything fails. A file that
 * does not end is named (slow-files.mjs).
 */
module.exports = class {
  constructor(config) {
    this.rootDir = config.rootDir;
    // Whoever asks for tests by their names wants the others skipped.
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
    // A file that did not even load has no tests to count, and must not look like success.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests + results.numTodoTests;
    const line = `${results.numPassedTests} passed, ${failed} failed` + (skipped ? `, ${skipped} skipped` : "");
    if (skipped > 0 && !this.maySkip) this.error = new Error(`${skipped} tests were skipped, and what is skipped is not passed.`);
    // Jest adds its own summary behind every other reporter, so the last word is to be had only at the end of the process.
    process.once("exit", () => process.stdout.write(`\n${line}\n`));
  }

  /** Jest fails a run that has one. */
  getLastError() { return this.error; }
};
