/** The imports of a module under unit test. They are few, because no layer below `filter` calls Envoy. */

type Imports = Record<string, Record<string, WebAssembly.ImportValue>>;

/** Thrown by the module's `abort`, for example after a failed assertion or an index out of bounds. */
export class Abort extends Error {}

export function imports(module: WebAssembly.Module, memory: () => WebAssembly.Memory): Imports {
  const known: Record<string, (...args: number[]) => unknown> = {
    "env.abort": (message, file, line, column) => {
      throw new Abort(`${text(memory(), message) || "aborted"} (${text(memory(), file)}:${line}:${column})`);
    },
    // `trace("x", 1, n)` in a spec or in the tested code, for debugging.
    "env.trace": (message, count, ...values) => console.log(text(memory(), message), ...values.slice(0, count)),
    // Returns the same bytes in every run, so that results are reproducible.
    "wasi_snapshot_preview1.random_get": (at, length) => {
      const bytes = new Uint8Array(memory().buffer, at, length);
      for (let i = 0; i < length; i++) bytes[i] = (i * 167 + 13 + entropy) & 255;
      entropy++;
      return 0;
    },
  };
  let entropy = 0;
  const all: Imports = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    (all[from] ??= {})[name] = known[`${from}.${name}`] ?? (() => { throw new Error(`${from}.${name} was called, and unit tests run without Envoy`); });
  }
  return all;
}

/** An AssemblyScript string. Its length in bytes is in the object's header. */
export function text(memory: WebAssembly.Memory, pointer: number): string {
  if (pointer === 0) return "";
  const length = new DataView(memory.buffer).getUint32(pointer - 4, true);
  return Buffer.from(memory.buffer, pointer, length).toString("utf16le");
}
