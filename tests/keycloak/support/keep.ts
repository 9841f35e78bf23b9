// A Keycloak to write tests with: it starts once, and test files use it by the line that this prints, until Ctrl-C.
//   npx tsx tests/keycloak/support/keep.ts
//   KEYCLOAK_STATE='…' npx jest --selectProjects keycloak --testPathPatterns tests/keycloak/stack.test.ts

import { chooseRuntime } from "./choice";

async function main(): Promise<void> {
  const { runtime, why } = await chooseRuntime();
  console.log(`Starting Keycloak (${runtime.mode}: ${why}) …`);
  const state = await runtime.startKeycloak();
  console.log(`KEYCLOAK_STATE='${JSON.stringify(state)}'\nCtrl-C, or kill ${process.pid}, stops it.`);
  const awake = setInterval(() => undefined, 60_000);
  let stopping = false;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, async () => {
      if (stopping) return; // a terminal's Ctrl-C comes twice: from it, and from npx
      stopping = true;
      await runtime.removeKeycloak(state);
      clearInterval(awake);
    });
  }
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
