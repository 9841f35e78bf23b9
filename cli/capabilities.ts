// What a proxy-wasm module needs from Envoy: the names for `capability_restriction_config.allowed_capabilities`.

import { readFileSync } from "node:fs";

/** The functions that the module imports and the callbacks that it exports, sorted. Other exports need no permission. */
export function capabilitiesOf(file: string): string[] {
  const module = new WebAssembly.Module(readFileSync(file));
  const imports = WebAssembly.Module.imports(module).map(({ name }) => name);
  const callbacks = WebAssembly.Module.exports(module).map(({ name }) => name).filter((name) => name.startsWith("proxy_on_"));
  return [...imports, ...callbacks].sort();
}
