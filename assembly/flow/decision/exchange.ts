// What a step knows beside the request. It is read once, and causes no host calls except for randomness and for what workers share.

import { EMPTY } from "../../bytes/bytes";
import { Config } from "../../config/config";
import { Endpoint } from "../../http/callout";
import { Url } from "../../http/url";
import { KeySet } from "../../jose/jwks";
import { AssertionContext } from "../../oidc/client_auth";
import { Metadata } from "../../oidc/discovery";

/** What is known about the provider now. */
export abstract class ProviderView {
  /** null if none were fetched, or if they are too old. */
  abstract metadata(): Metadata | null;
  /** As the provider's metadata spell it; until they are known, as the configuration does. */
  abstract issuer(): Uint8Array;
  /** Whether an `iss` is the provider's: exactly the same, once its spelling is known. */
  abstract isIssuer(iss: Uint8Array): bool;
  abstract keys(): KeySet | null;
  /** Takes over what other workers have fetched. True: the keys have changed, so look for an unknown key once more. */
  abstract newerKeys(): bool;
  /**
   * Asks for a key that is not in the set. True: keys are being fetched, so waiting makes sense. `fromProvider`: the token comes from the provider itself, or
   * resembles one so closely that its key must be known. All other tokens share a limit on look-ups, because attackers choose key ids.
   */
  abstract askForKey(fromProvider: bool): bool;
  /** Whether the last attempt to fetch the keys failed. Then a key that is not in the set may exist. */
  abstract get keysFailing(): bool;
  /** Whether the provider has published a key with this id before, and no longer does. */
  abstract hasDropped(kid: Uint8Array | null): bool;
  /** Whether the provider answers, so that browsers may be sent there. If it has not answered for a while, this call causes a request to it. */
  abstract answers(): bool;
  /** Whether metadata or keys are being fetched, so that waiting makes sense. */
  abstract coming(): bool;
}

/** Ended: the provider refused the refresh token. Failed: it did not answer, and may do so later. */
export const enum RefreshOutcome { UnderWay = 1, Done, Ended, Failed }

/** The state of a refresh, and the session's new cookie text if it is done. */
@final
export class RefreshState {
  constructor(readonly outcome: RefreshOutcome, readonly text: Uint8Array) {}
}

/** What can be used only once, and the result of a claim: it is this request's, an earlier one's, or nobody's because shared data cannot be written. */
export const enum Once { Login = 1, LogoutToken }
export const enum Claim { Mine = 1, Taken, Failed }

/** What all workers of this Envoy share about the sessions of one issuer and client. Keys are digests (flow/decision/session_keys.ts). */
export abstract class Registry {
  /** Whether the sessions with this key were revoked, not before `beganAtSec`. */
  abstract ended(key: u64, beganAtSec: i64): bool;
  /** Whether this worker knows of no revoked session. Then keys need not be computed. */
  abstract get nothingEnded(): bool;
  /**
   * Revokes, for as long as sessions that began at `beganAtSec` would be accepted anywhere. False if shared data cannot be written. `person`: the key of
   * all sessions of the user, 0 if not known; if one user ends very many sessions, all of them are revoked.
   */
  abstract end(key: u64, person: u64, nowSec: i64, beganAtSec: i64): bool;
  /** Claims the key until `untilMs`. One request in all workers gets it. */
  abstract claim(what: Once, key: Uint8Array, nowMs: i64, untilMs: i64): Claim;
  /** Takes the claim back. */
  abstract release(what: Once, key: Uint8Array, nowMs: i64): void;
  /** The state of the refresh with this key; null: none is known. */
  abstract refresh(key: Uint8Array, nowMs: i64): RefreshState | null;
}

/** A request's waits until now: at most one for the provider, and a bounded number for refreshes. */
@final
export class Waits {
  constructor(readonly provider: bool, readonly refreshes: i32) {}
}
export const NO_WAITS = new Waits(false, 0);

export abstract class Entropy {
  /** Random bytes. null if Envoy gives none: then whatever needs them must fail. */
  abstract bytes(size: i32): Uint8Array | null;
}

@final
export class Exchange {
  /** No call may be made now, and no request may wait for one: too many are under way. Check this before something that can be used once is spent on a call. */
  overloaded: bool = false;

  constructor(
    readonly config: Config,
    readonly nowMs: i64,
    readonly provider: ProviderView | null,
    /** Names and values of the request headers that introspection sends along. */
    readonly addonHeaders: Uint8Array[],
    /** Its waits until now: a request does not wait twice for the same. */
    readonly waits: Waits,
    readonly entropy: Entropy,
    readonly registry: Registry,
  ) {}

  get nowSec(): i64 { return this.nowMs / 1000; }

  /** The same at another time. */
  at(nowMs: i64): Exchange { return new Exchange(this.config, nowMs, this.provider, this.addonHeaders, this.waits, this.entropy, this.registry); }

  /** Whether this request has waited for the provider already. */
  get waited(): bool { return this.waits.provider; }

  get metadata(): Metadata | null {
    const provider = this.provider;
    return provider == null ? null : provider.metadata();
  }

  /** Whether waiting for the provider makes sense: a fetch is under way, and this request has not waited for one yet. */
  get mayWait(): bool {
    const provider = this.provider;
    return provider != null && provider.coming() && !this.waited;
  }

  /** How the endpoint with this name in metadata is called; null if the provider has none. */
  endpoint(name: string): Endpoint | null {
    const settings = this.config.provider, metadata = this.metadata, url: Url | null = metadata == null ? null : metadata.endpoint(name);
    if (url == null) return null;
    return settings == null ? new Endpoint(url, EMPTY) : settings.clusters.endpoint(name, url);
  }

  /** What one call with client authentication needs. */
  assertionContext(): AssertionContext {
    const unique = this.entropy.bytes(16);
    return new AssertionContext(this.nowSec, unique == null ? EMPTY : unique);
  }
}
