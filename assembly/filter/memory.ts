// When garbage is collected: at the end of an exported callback, where no managed value is on the stack (the collector marks from
// globals only), and only after enough was allocated.

import { isWorthCollecting } from "../runtime";

/** Garbage that is not worth a collection. */
const WORTH_BYTES: usize = 512 * 1024;

/** To be called last in an exported callback, never deeper. */
export function collectGarbage(): void {
  if (isWorthCollecting(WORTH_BYTES)) __collect();
}
