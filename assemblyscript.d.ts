// For editors: what AssemblyScript's compiler knows and its own declarations for TypeScript (assemblyscript/std/assembly) lack.
// assembly/tsconfig.json takes it in; the compiler of the filter does not.

/** A number's methods: `Number` is a type alias there, which TypeScript does not take for the type of a number. */
interface Number { toString(radix?: number): string }

// What assembly/runtime.ts gives the compiler, and what the compiler gives it.
declare function __collect(): void;
declare function __visit_globals(cookie: u32): void;
declare function __visit_members(object: usize, cookie: u32): void;
declare function __alloc(size: usize): usize;
declare function __free(block: usize): void;
declare const ASC_RTRACE: bool;
