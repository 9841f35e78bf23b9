// One provider's metadata and keys. They are fetched ahead of need, by one call for all workers, and kept while the provider is down.

import { EMPTY, same, utf8 } from "../../bytes/bytes";
import { decodeUtf8 } from "../../bytes/utf8";
import { ProviderSettings } from "../../config/config";
import { ProviderView } from "../../flow/decision/exchange";
import { CalloutKind } from "../../flow/decision/next";
import { Callout, Reply } from "../../http/callout";
import { Url } from "../../http/url";
import { JwksFault, KeySet, readJwks } from "../../jose/jwks";
import { answered } from "../../oidc/answered";
import { discoveryFaultText, discoveryRequest, isIssuer, Metadata, readMetadata } from "../../oidc/discovery";
import { Freshness, past } from "../../oidc/freshness";
import { Fault } from "../../result";
import { logs } from "../observe/logs";
import { providerGauges } from "../observe/provider_gauges";
import { isFirstToLog } from "../shared/logged_once";
import { Document, SharedProvider } from "../shared/shared_provider";
import { EndpointWarnings } from "./endpoint_warnings";

/** What the cache needs from the filter: a call by a root context. */
export abstract class Dispatcher {
  /** False if Envoy refuses the call, which is logged unless it is `early`. `ProviderCache.received` gets the reply. */
  abstract fetch(provider: ProviderCache, kind: CalloutKind, call: Callout, timeoutMs: i32, early: bool): bool;
}

/** How much longer than the call itself a worker may hold the lease. */
export const LEASE_MARGIN_MS: i64 = 2_000;

/** If Envoy refuses the call, it is repeated on every tick for so long: an Envoy that starts does not know the addresses of its clusters yet. */
const EARLY_MS: i64 = 5_000;
/** For how long after its last answer a provider counts as up; and how soon a silent one is asked again. */
const ANSWERED_MS: i64 = 10_000;
const SILENT_MS: i64 = 2_000;
/** How soon metadata are fetched again if a needed endpoint in them cannot be called. */
const LACKING_MS: i64 = 30_000;

@final
export class ProviderCache extends ProviderView {
  private metadataHeld: Metadata | null = null;
  private keysHeld: KeySet | null = null;
  private keysBody: Uint8Array | null = null;
  private readonly metadataAge: Freshness;
  private readonly keysAge: Freshness;
  private readonly shared: SharedProvider;
  /** Set before a browser is sent to the provider: the next `advance` fetches metadata to find out whether it answers. */
  private metadataAsked: bool = false;
  private metadataBody: Uint8Array | null = null;
  /** A needed endpoint in the metadata cannot be called. The provider's operator may correct that soon. */
  private lacking: bool = false;
  /** Set by an unknown key id: new keys are fetched as soon as the bounds allow, and again until they come. */
  private keysAsked: bool = false;
  /** Set by a token that the provider itself has sent: one fetch, at the latest a second after the last one. */
  private keysAskedAtOnce: bool = false;
  /** The key set before the current one. */
  private keysBefore: KeySet | null = null;
  /** Since when Envoy refuses calls; 0 while it accepts them. */
  private refusedSinceMs: i64 = 0;
  /** Until when a call of this worker or another may be under way; 0 if none is. */
  private busyUntilMs: i64 = 0;
  /** When the provider last answered at another endpoint: token, UserInfo, introspection, revocation. */
  private answeredAtMs: i64 = 0;
  private now: i64 = 0;
  /** For the log: the provider as the configuration names it. */
  private readonly name: string;
  private readonly endpoints: EndpointWarnings;
  /** Incremented when the key set changes: verdicts by the old keys are void. */
  generation: i32 = 0;

  constructor(readonly id: string, private readonly settings: ProviderSettings) {
    super();
    this.metadataAge = new Freshness(settings.lifetimeMs);
    this.keysAge = new Freshness(settings.lifetimeMs);
    this.shared = new SharedProvider(id);
    const name = decodeUtf8(settings.issuer);
    this.name = name;
    this.endpoints = new EndpointWarnings(name, settings);
  }

  metadata(): Metadata | null { return this.metadataAge.usable(this.now) ? this.metadataHeld : null; }
  issuer(): Uint8Array {
    const held = this.metadataHeld;
    return held == null ? this.settings.issuer : held.issuer;
  }
  isIssuer(iss: Uint8Array): bool {
    const held = this.metadataHeld;
    return held == null ? isIssuer(iss, this.settings.issuer, this.settings.issuerExact) : same(iss, held.issuer);
  }
  keys(): KeySet | null { return this.keysAge.usable(this.now) ? this.keysHeld : null; }
  answers(): bool {
    const now = this.now, metadata = this.metadataAge, triedAtMs = past(metadata.triedAtMs, now);
    const answeredAtMs = max(past(this.answeredAtMs, now), max(past(metadata.fetchedAtMs, now), past(this.keysAge.fetchedAtMs, now)));
    if (answeredAtMs >= triedAtMs && now < answeredAtMs + ANSWERED_MS) return true;
    if (answeredAtMs >= triedAtMs || now >= triedAtMs + SILENT_MS) this.metadataAsked = true;
    return false;
  }

  /** Records an answer of one of the provider's endpoints. 5xx does not count: Envoy and gateways send it for a provider that is down. */
  answered(status: i32): void { if (status > 0 && status < 500) this.answeredAtMs = this.now; }

  coming(): bool { return this.busyUntilMs > this.now || this.keysAskedAtOnce && this.canFetchKeys || this.nextFetch() != null; }

  newerKeys(): bool {
    const before = this.generation;
    this.adopt();
    return this.generation != before;
  }

  askForKey(fromProvider: bool): bool {
    if (!this.canFetchKeys) return this.keys() == null && this.coming();
    if (fromProvider) this.keysAskedAtOnce = true;
    else if (this.keysAge.mayAsk(this.now)) this.keysAsked = true;
    return this.keysAskedAtOnce || this.keysAge.retryAllowed(this.now) && (this.keysAsked || this.keysAge.due(this.now));
  }

  get keysFailing(): bool { return this.keysAge.failures > 0 || this.keys() == null; }

  hasDropped(kid: Uint8Array | null): bool {
    const before = this.keysBefore, held = this.keysHeld;
    return before != null && before.has(kid) && (held == null || !held.has(kid));
  }

  /** Whether requests that wait for the provider should resume: everything is there, or what is missing is not being fetched. */
  get settled(): bool { return !this.needsFetch || !this.coming(); }

  /** Whether a document is missing that requests may wait for. Then the tick is faster. */
  get needsFetch(): bool { return this.metadata() == null || this.keys() == null || this.keysAsked || this.keysAskedAtOnce || this.metadataAsked; }

  /** Updates the provider's gauges. It is ready with metadata, and with keys if it publishes any. */
  report(): void {
    const metadata = this.metadata(), keys = this.keys(), ready = metadata != null && (metadata.endpoint("jwks_uri") == null || keys != null);
    providerGauges.see(this.name, ready, keys == null ? 0 : keys.size, this.metadataAge.fetchedAtMs, this.keysAge.fetchedAtMs);
  }

  /** Further settings share this provider. */
  joinedBy(settings: ProviderSettings): void {
    const held = this.metadataHeld;
    this.endpoints.join(settings, held);
    this.lacking = held != null && this.endpoints.lacks(held);
  }

  /** The cluster of the key set, for the log. */
  private get jwksCluster(): Uint8Array {
    const held = this.metadataHeld, url: Url | null = held == null ? null : held.endpoint("jwks_uri");
    return url == null ? EMPTY : this.settings.clusters.of("jwks_uri", url.authority);
  }

  /** Sets the clock. Call it first in each callback. */
  at(nowMs: i64): void { this.now = nowMs; }

  /** Takes over what other workers have fetched, then fetches what is due unless another worker is fetching it. */
  advance(dispatcher: Dispatcher): void {
    this.adopt();
    // At most two attempts follow each other at once: if Envoy refuses calls, both documents fail.
    for (let i = 0; i < 2 && this.busyUntilMs <= this.now; i++) {
      const next = this.nextFetch();
      if (next == null) return;
      const until = this.now + this.settings.timeoutMs + LEASE_MARGIN_MS;
      const mine = this.shared.lease(this.now, until);
      this.busyUntilMs = mine ? until : max(this.shared.leasedUntilMs, this.now + 1);
      if (mine) this.fetch(dispatcher, next);
    }
  }

  private fetch(dispatcher: Dispatcher, next: Fetch): void {
    if (this.refusedSinceMs == 0) this.refusedSinceMs = this.now;
    const early = this.now - this.refusedSinceMs < EARLY_MS;
    if (dispatcher.fetch(this, next.kind, next.call, this.settings.timeoutMs, early)) this.refusedSinceMs = 0;
    else if (!early) this.received(next.kind, Reply.none());
    else {
      this.shared.release();
      this.busyUntilMs = this.now + 1; // no sooner than on the next tick
    }
  }

  /** The end of a call. True if the reply could be used. */
  received(kind: CalloutKind, reply: Reply): bool {
    this.busyUntilMs = 0;
    const discovery = kind == CalloutKind.Discovery, age = discovery ? this.metadataAge : this.keysAge;
    const ok = discovery ? this.takeMetadata(reply, this.now) : this.takeKeys(reply, this.now);
    if (discovery) this.metadataAsked = false;
    else this.keysTried(ok, this.now);
    if (!ok) age.failed(this.now);
    this.shared.publish(discovery ? Document.Metadata : Document.Keys, ok ? reply.body : null, this.now, age.failures, this.keysAge.askedAtMs);
    return ok;
  }

  private get canFetchKeys(): bool {
    const metadata = this.metadata();
    return metadata != null && metadata.endpoint("jwks_uri") != null;
  }

  /** An attempt to get the keys has ended, here or in another worker. */
  private keysTried(ok: bool, atMs: i64): void {
    this.keysAskedAtOnce = false;
    if (!ok || !this.keysAsked) return;
    this.keysAsked = false;
    this.keysAge.askedAtMs = max(this.keysAge.askedAtMs, atMs);
  }

  private nextFetch(): Fetch | null {
    if (this.metadataAge.due(this.now) || this.metadataAsked || this.lacking && this.now >= this.metadataAge.triedAtMs + LACKING_MS) {
      return new Fetch(CalloutKind.Discovery, discoveryRequest(this.settings.discovery));
    }
    const metadata = this.metadata();
    if (metadata == null) return null;
    const asked = this.keysAsked && this.keysAge.retryAllowed(this.now) || this.keysAskedAtOnce && this.keysAge.mayAskAtOnce(this.now);
    if (!this.keysAge.due(this.now) && !asked) return null;
    const url = metadata.endpoint("jwks_uri");
    if (url == null) return null;
    return new Fetch(CalloutKind.Jwks, new Callout("GET", this.settings.clusters.endpoint("jwks_uri", url), "application/jwk-set+json, application/json"));
  }

  /** Takes over what other workers have published since the last look. */
  private adopt(): void {
    const shared = this.shared;
    if (!shared.look()) return;
    this.busyUntilMs = shared.leasedUntilMs;
    this.keysAge.askedAtMs = max(this.keysAge.askedAtMs, shared.askedAtMs);
    const metadataAtMs = shared.fetchedAtMs(Document.Metadata), keysAtMs = shared.fetchedAtMs(Document.Keys);
    if (metadataAtMs > this.metadataAge.fetchedAtMs) {
      const body = shared.read(Document.Metadata);
      if (body != null && this.takeMetadata(new Reply(200, body), metadataAtMs)) this.metadataAsked = false;
    }
    if (keysAtMs > this.keysAge.fetchedAtMs) {
      const body = shared.read(Document.Keys);
      if (body != null && this.takeKeys(new Reply(200, body), keysAtMs)) this.keysTried(true, keysAtMs);
    }
    if (this.adoptAttempt(this.metadataAge, Document.Metadata)) this.metadataAsked = false;
    if (this.adoptAttempt(this.keysAge, Document.Keys)) this.keysTried(false, this.now);
  }

  /** True if another worker has tried since this one did. */
  private adoptAttempt(age: Freshness, document: Document): bool {
    const triedAtMs = this.shared.triedAtMs(document);
    if (triedAtMs <= age.triedAtMs) return false;
    age.triedAtMs = triedAtMs;
    age.failures = this.shared.failures(document);
    return true;
  }

  private takeMetadata(reply: Reply, fetchedAtMs: i64): bool {
    const before = this.metadataBody;
    if (before != null && reply.status == 200 && same(before, reply.body)) {
      this.metadataAge.succeeded(fetchedAtMs);
      return true;
    }
    const read = readMetadata(reply, this.settings.issuer, this.settings.issuerExact, this.settings.allowHttp, this.settings.endpoints);
    const fault = read.fault;
    if (fault != null) {
      logs.warn("discovery of " + this.name + " failed: " + discoveryFaultText(fault.code, fault.at, this.name) + by(this.settings.discovery.cluster));
      return false;
    }
    this.metadataHeld = read.value;
    this.metadataBody = reply.body;
    this.metadataAge.succeeded(fetchedAtMs);
    this.endpoints.check(read.value, fetchedAtMs);
    this.lacking = this.endpoints.lacks(read.value);
    return true;
  }

  /** Adds the authentication method of a configuration's client. */
  expect(method: string): void { this.endpoints.expect(method, this.metadataHeld); }

  private warnOfLeftOut(keys: string): void {
    if (keys.length > 0) logs.warn("keys of " + this.name + ": left out: " + keys);
  }

  /** A set replaces the old one only if it is complete and has a usable key. After an error page or an empty set, the old one stays. */
  private takeKeys(reply: Reply, fetchedAtMs: i64): bool {
    const body = reply.body;
    const read = reply.status == 200 ? readJwks(body) : null;
    if (read == null || read.failed) {
      const fault: Fault | null = read == null ? null : read.fault;
      if (fault != null && fault.code == JwksFault.NoUsableKey) this.warnOfLeftOut(fault.at);
      logs.warn("keys of " + this.name + " not fetched: "
        + (reply.status == 0 ? "the provider did not answer" : read == null ? "the provider " + answered(reply.status.toString()) : "the document is not a key set with a usable key") + by(this.jwksCluster));
      return false;
    }
    const before = this.keysBody;
    this.keysAge.succeeded(fetchedAtMs);
    if (before != null && same(before, body)) return true;
    const first = isFirstToLog([utf8("keys"), utf8(this.id), utf8(fetchedAtMs.toString())]);
    if (first) this.warnOfLeftOut(read.value.leftOut);
    this.keysBefore = this.keysHeld;
    this.keysHeld = read.value;
    this.keysBody = body;
    this.generation++;
    if (first) logs.info("keys of " + this.name + ": " + read.value.size.toString() + " in use: " + read.value.names);
    return true;
  }
}

/** For the log: tells several providers apart. */
function by(cluster: Uint8Array): string { return ` [cluster "${decodeUtf8(cluster)}"]`; }

@final
class Fetch {
  constructor(readonly kind: CalloutKind, readonly call: Callout) {}
}
