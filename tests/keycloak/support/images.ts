// The images that docker-compose.yml and these tests share: both read them in the root's `.env`.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";

const FILE = join(__dirname, "../../../.env");

/** Name and tag, such as "keycloak/keycloak:26.7.3". */
export function image(name: "ENVOY_IMAGE" | "KEYCLOAK_IMAGE"): string {
  const found = parseEnv(readFileSync(FILE, "utf8"))[name];
  if (!found) throw new Error(`${FILE} does not say ${name}.`);
  return found;
}
