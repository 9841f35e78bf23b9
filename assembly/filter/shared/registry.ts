// What a step can read and write across the workers of this Envoy, by way of Envoy's shared data.

import { encodeBase64url } from "../../bytes/base64";
import { EMPTY } from "../../bytes/bytes";
import { decodeUtf8 } from "../../bytes/utf8";
import { digest, Hash } from "../../crypto/hash/hash";
import { Claim, Once, RefreshState, Registry } from "../../flow/decision/exchange";
import { EndedSessions } from "./ended_sessions";
import { RefreshLeases } from "./refresh_leases";
import { SharedResults } from "./shared_results";
import { UsedOnce } from "./used_once";

/**
 * Of one issuer and client. Each has tables of its own in the shared data, and each kind of record its own: nobody's logins push out somebody else's
 * refreshes or endings.
 */
@final
export class SessionRegistry extends Registry {
  readonly endings: EndedSessions;
  readonly refreshes: RefreshLeases;
  /** The longest `absolute_timeout` of all rules and configurations with this issuer and client: one of them may serve the logout, another accept a copy. */
  absoluteSec: i32 = 0;
  private readonly logins: UsedOnce;
  private readonly logoutTokens: UsedOnce;

  /** `context`: BrowserSettings.context. `owner`: what the log calls them. */
  constructor(readonly context: Uint8Array, owner: string) {
    super();
    const name = decodeUtf8(encodeBase64url(digest(Hash.Sha256, context).slice(0, 12)));
    this.endings = new EndedSessions(name, owner);
    this.refreshes = new RefreshLeases(`envoy-oidc/1/leases/${name}/`);
    this.logins = new UsedOnce(`envoy-oidc/1/logins/${name}/`);
    this.logoutTokens = new UsedOnce(`envoy-oidc/1/logout-tokens/${name}/`);
  }

  ended(key: u64, beganAtSec: i64): bool { return this.endings.ended(key, beganAtSec); }
  get nothingEnded(): bool { return this.endings.isEmpty; }
  end(key: u64, person: u64, nowSec: i64, beganAtSec: i64): bool { return this.endings.end(key, person, nowSec, beganAtSec + this.absoluteSec); }
  refresh(key: Uint8Array, nowMs: i64): RefreshState | null { return this.refreshes.state(key, nowMs); }
  claim(what: Once, key: Uint8Array, nowMs: i64, untilMs: i64): Claim { return this.once(what).claim(key, nowMs, untilMs); }
  release(what: Once, key: Uint8Array, nowMs: i64): void { this.once(what).release(key, nowMs); }

  private once(what: Once): UsedOnce { return what == Once.Login ? this.logins : this.logoutTokens; }
}

export const sharedResults = new SharedResults();
/** Of settings by which nobody logs in: nothing is ever asked of it. */
export const NO_SESSIONS = new SessionRegistry(EMPTY, "");
