// Verdicts that the next request with the same token gets without being judged again.

import { EMPTY } from "../bytes/bytes";
import { Forward, Next, Refuse } from "../flow/next";
import { Guard } from "./guard";

/** Keeps what may be kept. */
export function remember(guard: Guard, token: Uint8Array, verdict: Next, nowMs: i64): void {
  const nowSec = nowMs / 1000;
  if (verdict instanceof Forward) {
    const forward = verdict as Forward;
    if (forward.untilSec > nowSec) guard.root.verdicts.admitted.keep(guard.number, token.dataStart, token.length, 0, forward.identity, forward.untilSec);
  } else if (verdict instanceof Refuse) {
    const refuse = verdict as Refuse;
    if (refuse.untilSec > nowSec) guard.root.verdicts.refused.keep(guard.number, token.dataStart, token.length, refuse.refusal.number, EMPTY, refuse.untilSec);
  }
}
