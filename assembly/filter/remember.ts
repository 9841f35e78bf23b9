// Verdicts that the next request with the same token gets without being judged again.

import { EMPTY } from "../bytes/bytes";
import { Forward, Next, Refuse } from "../flow/next";
import { Guard } from "./guard";

/** Keeps what may be kept. */
export function remember(guard: Guard, token: Uint8Array, verdict: Next, nowMs: i64): void {
  const untilSec = untilSecOf(verdict), verdicts = guard.root.verdicts;
  if (untilSec <= nowMs / 1000) return;
  if (verdict instanceof Forward) verdicts.admitted.keep(guard.number, token.dataStart, token.length, 0, (verdict as Forward).identity, untilSec);
  else if (verdict instanceof Refuse) verdicts.refused.keep(guard.number, token.dataStart, token.length, (verdict as Refuse).refusal.number, EMPTY, untilSec);
}

/** Until when a verdict on a token may be remembered; 0: not at all. */
export function untilSecOf(verdict: Next): i64 {
  if (verdict instanceof Forward) return (verdict as Forward).untilSec;
  return verdict instanceof Refuse ? (verdict as Refuse).untilSec : 0;
}
