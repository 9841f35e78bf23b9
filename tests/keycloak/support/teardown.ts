// Jest's globalTeardown of this project: stops the Keycloak that setup.ts has started.

import { runtimeOf } from "./choice";
import type { KeycloakState } from "./runtime";

export default async function tearDown(): Promise<void> {
  if (process.env.KEYCLOAK_IS_OURS !== "1") return;
  const state = JSON.parse(process.env.KEYCLOAK_STATE ?? "") as KeycloakState;
  await runtimeOf(state.mode).removeKeycloak(state);
}
