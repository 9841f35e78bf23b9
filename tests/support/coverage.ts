import type { Build } from "./compile";
export function collect(_build: Build, _memory: WebAssembly.Memory): void {}
