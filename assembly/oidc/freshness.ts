// When a provider's document is fetched, fetched again, and no longer used. It has no clock of its own: `nowMs` is a parameter.

/** How long a document is used past its lifetime while every fetch fails. An outage of the provider may last a day. */
const STALE_MS: i64 = 24 * 3600 * 1000;
/** The least time between two successful fetches that unknown key ids cause (attackers choose key ids). */
export const COOLDOWN_MS: i64 = 30_000;
/** The least time between two fetches that tokens from the provider itself cause. */
export const AT_ONCE_MS: i64 = 1_000;
const FIRST_RETRY_MS: i64 = 1_000;
const LAST_RETRY_MS: i64 = 30_000;
/**
 * How far another worker's time may be ahead of this one's, which was read at the start of the callback. A time further ahead is invalid, or was written
 * before the clock was set back.
 */
export const AHEAD_MS: i64 = 1_000;

@final
export class Freshness {
  /** When the current document was fetched; 0: never. */
  fetchedAtMs: i64 = 0;
  /** When the last attempt ended, and the number of failures in a row. */
  triedAtMs: i64 = 0;
  failures: i32 = 0;
  /** When a fetch that an unknown key id caused last succeeded, here or in another worker; 0: never. */
  askedAtMs: i64 = 0;

  constructor(readonly lifetimeMs: i64) {}

  /** Whether there is a document that may be used. */
  usable(nowMs: i64): bool { return this.fetchedAtMs != 0 && nowMs < this.fetchedAtMs + this.lifetimeMs + STALE_MS; }

  /** Whether a fetch is due: a tenth of the lifetime before its end, so that no request waits for it. */
  due(nowMs: i64): bool {
    return this.retryAllowed(nowMs) && (this.fetchedAtMs == 0 || isAhead(this.fetchedAtMs, nowMs) || nowMs >= this.fetchedAtMs + this.lifetimeMs - this.lifetimeMs / 10);
  }

  /**
   * Whether an unknown key id may cause a fetch now. Only such fetches count for the limit, because a new key may appear right after any other fetch. Only
   * successful ones count, because a failed one answers nothing.
   */
  mayAsk(nowMs: i64): bool {
    // The limit begins anew: without one, attackers could use a clock that was set back.
    if (isAhead(this.askedAtMs, nowMs)) this.askedAtMs = nowMs;
    return nowMs >= this.askedAtMs + COOLDOWN_MS && this.retryAllowed(nowMs);
  }

  /** Whether a token from the provider itself may cause a fetch now, whatever other tokens have caused. */
  mayAskAtOnce(nowMs: i64): bool { return nowMs >= this.triedAtMs + AT_ONCE_MS || isAhead(this.triedAtMs, nowMs); }

  /** Whether enough time has passed since the last failure: 1 s, then twice as long each time, up to 30 s. */
  retryAllowed(nowMs: i64): bool {
    if (this.failures == 0) return true;
    const wait = this.failures > 5 ? LAST_RETRY_MS : min(FIRST_RETRY_MS << (this.failures - 1), LAST_RETRY_MS);
    return nowMs >= this.triedAtMs + wait || isAhead(this.triedAtMs, nowMs);
  }

  succeeded(nowMs: i64): void {
    this.fetchedAtMs = nowMs;
    this.triedAtMs = nowMs;
    this.failures = 0;
  }

  failed(nowMs: i64): void {
    this.triedAtMs = nowMs;
    this.failures++;
  }
}

function isAhead(timeMs: i64, nowMs: i64): bool { return timeMs > nowMs + AHEAD_MS; }

/** The time; 0 if it was written before the clock was set back. */
export function past(timeMs: i64, nowMs: i64): i64 { return isAhead(timeMs, nowMs) ? 0 : timeMs; }
