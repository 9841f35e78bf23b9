// When garbage is collected: at the end of an exported callback, after enough was allocated. The collector marks from globals only, and only there
// no managed value is on the stack.

import { isWorthCollecting } from "../runtime";

/** Less garbage than this is not worth a collection. */
const WORTH_BYTES: usize = 512 * 1024;

/** Call this last in an exported callback, and nowhere else. */
export function collectGarbage(): void {
  if (isWorthCollecting(WORTH_BYTES)) __collect();
}
