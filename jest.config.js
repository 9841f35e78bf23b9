// One Jest project per level of test, low to high; `npx jest --selectProjects unit` runs one alone.
const LEVELS = {
  layers: "tests/*.test.ts",
  unit: "tests/unit/**/*.test.ts",
  vectors: "tests/vectors/**/*.test.ts",
  host: "tests/host/**/*.test.ts",
  cli: "tests/cli/**/*.test.ts",
  envoy: "tests/envoy/**/*.test.ts",
  browser: "tests/browser/**/*.test.ts",
  keycloak: "tests/keycloak/**/*.test.ts",
  providers: "tests/providers/**/*.test.ts",
  mesh: "tests/mesh/*.test.ts",
  "mesh-all": "tests/mesh/all/*.test.ts",
  release: "tests/release/**/*.test.ts",
};

// Tests are plain CommonJS: Jest then needs no flags of Node.
const swc = ["@swc/jest", {
  jsc: { target: "es2022", parser: { syntax: "typescript" } },
  module: { type: "commonjs" },
}];

module.exports = {
  projects: Object.entries(LEVELS).map(([name, match]) => ({
    displayName: name,
    rootDir: __dirname,
    testMatch: [`<rootDir>/${match}`],
    // A real Envoy's log is worth reading when a test with it fails.
    testEnvironment: ["cli", "envoy", "browser", "keycloak", "providers", "mesh", "mesh-all", "release"].includes(name) ? "<rootDir>/tests/envoy/support/environment.js" : "node",
    ...(name === "keycloak" ? { globalSetup: "<rootDir>/tests/keycloak/support/setup.ts", globalTeardown: "<rootDir>/tests/keycloak/support/teardown.ts" } : {}),
    transform: { "\\.ts$": swc },
    modulePathIgnorePatterns: ["<rootDir>/build/", "<rootDir>/.cache/"],
  })),
  testSequencer: "<rootDir>/tests/support/sequencer.js",
  // A real Envoy and a real provider answer in seconds, everything else in milliseconds; the first test of a file may compile.
  testTimeout: 60_000,
  reporters: ["default", "<rootDir>/tests/support/coverage-reporter.js", "<rootDir>/tests/support/reporter.js"],
};
