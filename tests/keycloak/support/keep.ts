// Keeps a Keycloak running while you write tests. It prints the variable that makes test files use it, and runs until Ctrl-C.
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
      if (stopping) return; // Ctrl-C arrives twice: from the terminal, and from npx
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
