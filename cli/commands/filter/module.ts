// Finds the filter's module: beside the compiled command, or in build/ of the project.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const NAME = "envoy-oidc.wasm";
const PLACES = [join(__dirname, NAME), join(__dirname, "../../../build", NAME)];

let loaded: WebAssembly.Module | undefined;

export function filterPath(): string {
  const found = PLACES.find((place) => existsSync(place));
  if (found === undefined) throw new Error(`${NAME} is not there (looked at ${PLACES.join(" and ")}): run npm run build`);
  return found;
}

export function filterModule(): WebAssembly.Module {
  return (loaded ??= new WebAssembly.Module(readFileSync(filterPath())));
}
