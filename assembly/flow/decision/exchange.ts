// What a step knows of the request and of the world. Read once; no host call behind it, but for randomness and what workers share.

import { EMPTY } from "../../bytes/bytes";
import { Config } from "../../config/config";
import { Endpoint } from "../../http/callout";
import { Url } from "../../http/url";
import { KeySet } from "../../jose/jwks";
import { AssertionContext } from "../../oidc/client_auth";
import { Metadata } from "../../oidc/discovery";

/** What is known of the provider right now. */
export abstract class ProviderView {
  /** null while none has been fetched, or none that may still be believed. */
  abstract metadata(): Metadata | null;
  /** As the provider spells it, once that is known; until then as the configuration means it. */
  abstract issuer(): Uint8Array;
  /** Whether an `iss` is the provider's: exactly, once its spelling is known. */
  abstract isIssuer(iss: Uint8Array): bool;
  abstract keys(): KeySet | null;
  /** Takes over what other workers have fetched. True: the keys are other ones now, so that an unknown one is to be looked for once more. */
  abstract newerKeys(): bool;
  /**
   * Asks for a key that the set does not hold. True: keys are coming, so that waiting makes sense. `fromProvider`: the token that names the key comes from the
   * provider itself, or looks so much like it that its key must be known; others share one look-up in a while, for strangers choose key ids.
   */
  abstract askForKey(fromProvider: bool): bool;
  /** Whether the last attempt to get the keys failed: then nothing can be said of a key that the set does not hold. */
  abstract get keysFailing(): bool;
  /** Whether the provider once published a key of this id and does so no more. */
  abstract hasDropped(kid: Uint8Array | null): bool;
  /** Whether the provider answers, so that people may be sent there. Where nothing was heard of it for a while, asking makes it be asked. */
  abstract answers(): bool;
  /** Whether metadata and keys are on their way, so that waiting makes sense. */
  abstract coming(): bool;
}

/** Ended: the provider will have no more of this session. Failed: it did not answer, and may do so later. */
export const enum RefreshOutcome { UnderWay = 1, Done, Ended, Failed }

/** How a refresh stands, and the session's new cookie text where it is done. */
@final
export class RefreshState {
  constructor(readonly outcome: RefreshOutcome, readonly text: Uint8Array) {}
}

/** What can be used only once, and whether it was claimed: by this request, by an earlier one, or not at all because the workers cannot be told. */
export const enum Once { Login = 1, LogoutToken }
export const enum Claim { Mine = 1, Taken, Failed }

/** What all workers of this Envoy know together of the sessions of one issuer and client. Keys are digests (flow/decision/session_keys.ts). */
export abstract class Registry {
  /** Whether somebody has ended what goes by this key, no earlier than it began. */
  abstract ended(key: u64, beganAtSec: i64): bool;
  /** Whether nothing has ended that this worker knows of: then nobody needs a key. */
  abstract get nothingEnded(): bool;
  /**
   * Ends it; kept until `untilSec`. False when the workers cannot be told. `person`: the key that ends all their sessions, 0 where they are not known;
   * where one person ends very many, that is what happens.
   */
  abstract end(key: u64, person: u64, nowSec: i64, untilSec: i64): bool;
  /** Claims it until `untilMs`: of all requests in all workers, one gets it. */
  abstract claim(what: Once, key: Uint8Array, nowMs: i64, untilMs: i64): Claim;
  /** Gives back what was claimed. */
  abstract release(what: Once, key: Uint8Array, nowMs: i64): void;
  /** How the refresh of that name stands; null: nobody is at it. */
  abstract refresh(key: Uint8Array, nowMs: i64): RefreshState | null;
}

/** What a request has waited for already: once for the provider, and for refreshes only so often. The two are different things. */
@final
export class Waits {
  constructor(readonly provider: bool, readonly refreshes: i32) {}
}
export const NO_WAITS = new Waits(false, 0);

export abstract class Entropy {
  /** Random bytes, or null when the host has none: then nothing that needs them may go on. */
  abstract bytes(size: i32): Uint8Array | null;
}

@final
export class Exchange {
  /** No call may be made now, nor may a request wait for one: too many are under way. Whoever would spend something on a call asks first. */
  overloaded: bool = false;

  constructor(
    readonly config: Config,
    readonly nowMs: i64,
    readonly provider: ProviderView | null,
    /** Names and values of the request headers that introspection sends along. */
    readonly addonHeaders: Uint8Array[],
    /** Nobody waits twice for the same thing. */
    readonly waits: Waits,
    readonly entropy: Entropy,
    readonly registry: Registry,
  ) {}

  get nowSec(): i64 { return this.nowMs / 1000; }

  /** As of another time. */
  at(nowMs: i64): Exchange { return new Exchange(this.config, nowMs, this.provider, this.addonHeaders, this.waits, this.entropy, this.registry); }

  /** Whether this request has waited for the provider already. */
  get waited(): bool { return this.waits.provider; }

  get metadata(): Metadata | null {
    const provider = this.provider;
    return provider == null ? null : provider.metadata();
  }

  /** Whether waiting for the provider makes sense: it is on its way, and this request has not waited for it yet. */
  get mayWait(): bool {
    const provider = this.provider;
    return provider != null && provider.coming() && !this.waited;
  }

  /** Where an endpoint of that name in metadata is called. */
  endpoint(name: string, url: Url): Endpoint {
    const settings = this.config.provider;
    return settings == null ? new Endpoint(url, EMPTY) : settings.clusters.endpoint(name, url);
  }

  /** For one call by which the client proves itself. */
  assertionContext(): AssertionContext {
    const unique = this.entropy.bytes(16);
    return new AssertionContext(this.nowSec, unique == null ? EMPTY : unique);
  }
}
