/** Ends every run with one plain line that says how it went, for whatever reads the output's tail. A run that skips anything fails. */
module.exports = class {
  constructor(config) {
    // Whoever asks for tests by their names wants the others skipped.
    this.maySkip = Boolean(config.testNamePattern);
  }

  onRunComplete(_contexts, results) {
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
