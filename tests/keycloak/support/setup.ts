// Jest's globalSetup of this project: starts one Keycloak for all its test files, which find it by KEYCLOAK_STATE. If that is already set, by keep.ts,
// that Keycloak is used.

import { chooseRuntime } from "./choice";

export default async function setUp(): Promise<void> {
  if (process.env.KEYCLOAK_STATE) {
    console.log("\nKeycloak: the one of KEYCLOAK_STATE, which keeps running.");
    return;
  }
  const { runtime, why } = await chooseRuntime();
  console.log(`\nKeycloak and Envoy run ${runtime.mode === "native" ? "as native processes" : "in containers"}: ${why}.`);
  const state = await runtime.startKeycloak();
  process.env.KEYCLOAK_STATE = JSON.stringify(state);
  process.env.KEYCLOAK_IS_OURS = "1";
}
