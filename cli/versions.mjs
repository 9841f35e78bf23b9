// The versions of Envoy and Keycloak: the tags of the images in `.env`, which docker-compose.yml reads too.

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseEnv } from "node:util";

const file = join(dirname(dirname(fileURLToPath(import.meta.url))), ".env");

/** "1.40.0" from `ENVOY_IMAGE=envoyproxy/envoy:v1.40.0`. */
export function versionOf(image) {
  const value = parseEnv(readFileSync(file, "utf8"))[image] ?? "";
  const version = /:v?(\d+\.\d+\.\d+)$/.exec(value)?.[1];
  if (version === undefined) throw new Error(`.env: ${image} must be an image whose tag is a version, such as name:1.2.3; it is "${value}".`);
  return version;
}
