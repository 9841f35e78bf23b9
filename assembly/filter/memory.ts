// When garbage is collected: at the end of an exported callback, where no managed value is on the stack (the minimal runtime
// marks from globals only), and only after enough was allocated.

/** Garbage that is not worth a collection. */
const WORTH_BYTES: i32 = 512 * 1024;

let spent: i32 = 0;

/** Says that about so many bytes were allocated. */
export function spend(bytes: i32): void { spent += bytes; }

/** To be called last in an exported callback, never deeper. */
export function collectGarbage(): void {
  if (spent < WORTH_BYTES) return;
  spent = 0;
  __collect();
}
