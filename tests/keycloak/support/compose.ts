// Runs docker-compose.yml as a user does, on free ports.

import { join } from "node:path";
import { freePort } from "../../../cli/demo/ports";
import { atEnd } from "../../envoy/support/cleanup";
import { runProgram, programOutput } from "../../support/child";
import { newName } from "./container";
import { Keycloak, Realm } from "./keycloak";

export interface Compose {
  /** "http://localhost:PORT" of Envoy. */
  gateway: string;
  keycloak: string;
  realm: Realm;
  run(...args: string[]): Promise<string>;
}

/** Starts all services. They stop at the end of the test file. */
export async function startCompose(): Promise<Compose> {
  const [envoyPort, keycloakPort] = [await freePort(), await freePort()];
  const run = compose(join(__dirname, "../../.."), { ENVOY_PORT: String(envoyPort), KEYCLOAK_PORT: String(keycloakPort) });
  atEnd(async () => void (await run("down", "--volumes", "--timeout", "3")));
  await run("up", "--detach");
  const keycloak = `http://localhost:${keycloakPort}`;
  const realm = new Realm(new Keycloak({ mode: "containers", url: keycloak, host: "", port: 0, id: "", folder: "" }, true), "quickstart-realm");
  return { gateway: `http://localhost:${envoyPort}`, keycloak, realm, run };
}

/** Returns a function that runs `docker compose …` in a folder, as a separate project, and returns its output. A failure throws the output. */
export function compose(folder: string, environment: Record<string, string> = {}): Compose["run"] {
  const [command, ...first] = commandLine();
  const env = { ...process.env, ...environment, COMPOSE_PROJECT_NAME: newName() };
  return async (...args) => {
    const { stdout, stderr } = await programOutput(command!, [...first, ...args], { cwd: folder, env });
    return stdout + stderr;
  };
}

/** Docker's compose plug-in, or the program docker-compose, which Debian has beside docker.io. */
function commandLine(): string[] {
  for (const [command, ...args] of [["docker", "compose"], ["docker-compose"]]) {
    if (runProgram(command!, [...args, "version"]).status === 0) return [command!, ...args];
  }
  throw new Error("There is neither `docker compose` nor `docker-compose`. Install one, on Debian with: apt-get install docker-compose");
}
