// The choice between the two ways of running Keycloak and Envoy.

import type { Mode, Runtime } from "./runtime";

/** Loads a runtime only when it is used, because the Docker client's packages load slowly. */
export function runtimeOf(mode: Mode): Runtime {
  if (mode === "native") return (require("./native") as typeof import("./native")).native;
  return (require("./containers") as typeof import("./containers")).containers;
}

/**
 * KEYCLOAK_TESTS=containers|native decides. Without it, containers are used if a Docker engine answers, otherwise native processes. If neither is
 * possible, the error names what to install. `why` explains the choice to the user.
 */
export async function chooseRuntime(): Promise<{ runtime: Runtime; why: string }> {
  const wanted = process.env.KEYCLOAK_TESTS ?? "";
  if (wanted !== "") {
    if (wanted !== "containers" && wanted !== "native") throw new Error(`KEYCLOAK_TESTS=${wanted}: expected "containers" or "native".`);
    const runtime = runtimeOf(wanted);
    const obstacle = await runtime.obstacle();
    if (obstacle !== null) throw new Error(`KEYCLOAK_TESTS=${wanted}, but this machine cannot: ${obstacle}`);
    return { runtime, why: `KEYCLOAK_TESTS=${wanted}` };
  }
  const [containers, native] = [runtimeOf("containers"), runtimeOf("native")];
  const noContainers = await containers.obstacle();
  if (noContainers === null) return { runtime: containers, why: "a Docker engine answers" };
  const noNative = await native.obstacle();
  if (noNative === null) return { runtime: native, why: noContainers };
  throw new Error(`The tests with Keycloak can run neither in containers nor as native processes.\n  Containers: ${noContainers}\n  Native: ${noNative}`);
}
