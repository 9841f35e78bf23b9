// When a provider's document is fetched, fetched again, and no longer believed. A value judged with `nowMs`; no clock of its own.

/** How long a document stays in use past its time while every fetch fails: an outage of the provider for a day is survived. */
const STALE_MS: i64 = 24 * 3600 * 1000;
/** The least time between two good fetches that unknown key ids cause (attackers choose key ids). */
export const COOLDOWN_MS: i64 = 30_000;
/** The least time between two fetches that tokens from the provider itself cause. */
export const AT_ONCE_MS: i64 = 1_000;
const FIRST_RETRY_MS: i64 = 1_000;
const LAST_RETRY_MS: i64 = 30_000;

@final
export class Freshness {
  /** When the document in use was fetched; 0 for never. */
  fetchedAtMs: i64 = 0;
  /** When the last attempt ended, and how many have failed in a row. */
  triedAtMs: i64 = 0;
  failures: i32 = 0;
  /** When a fetch that an unknown key id had caused was last good, here or in another worker; 0 for never. */
  askedAtMs: i64 = 0;

  constructor(readonly lifetimeMs: i64) {}

  /** Whether there is a document that may be used. */
  usable(nowMs: i64): bool { return this.fetchedAtMs != 0 && nowMs < this.fetchedAtMs + this.lifetimeMs + STALE_MS; }

  /** Whether it is time to fetch: a tenth of the lifetime before its end, so that no request waits for it. */
  due(nowMs: i64): bool {
    return this.retryAllowed(nowMs) && (this.fetchedAtMs == 0 || nowMs >= this.fetchedAtMs + this.lifetimeMs - this.lifetimeMs / 10);
  }

  /**
   * Whether an unknown key id may cause a fetch now. Only such fetches count, for a key may be made right after any other; and only good ones, for a failed
   * one has answered nothing.
   */
  mayAsk(nowMs: i64): bool { return nowMs >= this.askedAtMs + COOLDOWN_MS && this.retryAllowed(nowMs); }

  /** Whether a token from the provider itself may cause a fetch now, whatever strangers have caused. A clock that was put back does not stop it. */
  mayAskAtOnce(nowMs: i64): bool { return nowMs >= this.triedAtMs + AT_ONCE_MS || nowMs < this.triedAtMs; }

  /** Whether enough time has passed since the last failure: 1 s, then twice as long each time, up to 30 s. */
  retryAllowed(nowMs: i64): bool {
    if (this.failures == 0) return true;
    const wait = this.failures > 5 ? LAST_RETRY_MS : min(FIRST_RETRY_MS << (this.failures - 1), LAST_RETRY_MS);
    return nowMs >= this.triedAtMs + wait;
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
