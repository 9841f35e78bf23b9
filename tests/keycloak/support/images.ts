// The images of docker-compose.yml and of these tests. Both read them from the root's `.env`.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";

const FILE = join(__dirname, "../../../.env");

/** Name and tag, such as "keycloak/keycloak:26.7.3". */
export function image(name: "ENVOY_IMAGE" | "KEYCLOAK_IMAGE"): string {
  const found = parseEnv(readFileSync(FILE, "utf8"))[name];
  if (!found) throw new Error(`${FILE} has no ${name}.`);
  return found;
}
