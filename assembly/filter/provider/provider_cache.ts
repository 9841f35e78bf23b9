// One provider's metadata and keys: fetched ahead of need, one call for all workers, kept while the provider is down.

import { EMPTY, same } from "../../bytes/bytes";
import { decodeUtf8 } from "../../bytes/utf8";
import { ProviderSettings } from "../../config/config";
import { ProviderView } from "../../flow/decision/exchange";
import { CalloutKind } from "../../flow/decision/next";
import { Callout, Reply } from "../../http/callout";
import { Url } from "../../http/url";
import { JwksFault, KeySet, readJwks } from "../../jose/jwks";
import { answered } from "../../oidc/answered";
import { discoveryFaultText, discoveryRequest, isIssuer, Metadata, readMetadata } from "../../oidc/discovery";
import { Freshness } from "../../oidc/freshness";
import { Fault } from "../../result";
import { Logs } from "../observe/logs";
import { providerGauges } from "../observe/provider_gauges";
import { Document, SharedProvider } from "../shared/shared_provider";
import { EndpointWarnings } from "./endpoint_warnings";

/** What the cache needs of the filter: a call in the name of a root context. */
export abstract class Dispatcher {
  /** False when the host takes no call, which is worth a line unless it is `early`. The reply comes to `ProviderCache.received`. */
  abstract fetch(provider: ProviderCache, kind: CalloutKind, call: Callout, timeoutMs: i32, early: bool): bool;
}

/** How much longer than the call itself a worker may hold the right to call. */
export const LEASE_MARGIN_MS: i64 = 2_000;

/** How long a host that takes no call is asked again on every tick: at its start it does not know its clusters' addresses yet. */
const EARLY_MS: i64 = 5_000;
/** How long after its last answer a provider is taken to be up; and how soon one that was silent is asked again. */
const HEARD_MS: i64 = 10_000;
const SILENT_MS: i64 = 2_000;
/** How soon a document with an endpoint that is needed and cannot be called is fetched again. */
const LACKING_MS: i64 = 30_000;

@final
export class ProviderCache extends ProviderView {
  private metadataHeld: Metadata | null = null;
  private keysHeld: KeySet | null = null;
  private keysBody: Uint8Array | null = null;
  private readonly metadataAge: Freshness;
  private readonly keysAge: Freshness;
  private readonly shared: SharedProvider;
  /** Set when somebody is about to be sent to the provider; the next `advance` fetches metadata to see whether it answers. */
  private metadataAsked: bool = false;
  private metadataBody: Uint8Array | null = null;
  /** The document has an endpoint that is needed and cannot be called: whoever runs the provider will mend that. */
  private lacking: bool = false;
  /** Set when an unknown key id asks for new keys: they are fetched as soon as they may be, and again until they have come. */
  private keysAsked: bool = false;
  /** Set when a token from the provider itself asks for new keys: one fetch, a second after the last one at the latest. */
  private keysAskedAtOnce: bool = false;
  /** The set before the one in use. */
  private keysBefore: KeySet | null = null;
  /** Since when the host takes no call; 0 while it does. */
  private refusedSinceMs: i64 = 0;
  /** Until when a call of this worker, or of another, is under way; 0 when none is. */
  private busyUntilMs: i64 = 0;
  /** When the provider last answered a call that is not for these documents: token, UserInfo, introspection, revocation. */
  private heardAtMs: i64 = 0;
  private now: i64 = 0;
  /** For the log: as the configuration means it. */
  private readonly name: string;
  private readonly endpoints: EndpointWarnings;
  /** Raised when the key set has changed: verdicts that rest on the old one are void. */
  generation: i32 = 0;

  constructor(readonly id: string, private readonly settings: ProviderSettings, private readonly logs: Logs) {
    super();
    this.metadataAge = new Freshness(settings.lifetimeMs);
    this.keysAge = new Freshness(settings.lifetimeMs);
    this.shared = new SharedProvider(id);
    const name = decodeUtf8(settings.issuer);
    this.name = name;
    this.endpoints = new EndpointWarnings(name, settings, logs);
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
    const heardAtMs = max(this.heardAtMs, max(this.metadataAge.fetchedAtMs, this.keysAge.fetchedAtMs)), triedAtMs = this.metadataAge.triedAtMs;
    if (heardAtMs >= triedAtMs && this.now < heardAtMs + HEARD_MS) return true;
    if (heardAtMs >= triedAtMs || this.now >= triedAtMs + SILENT_MS) this.metadataAsked = true;
    return false;
  }

  /** An answer of one of the provider's endpoints. Of 5xx nobody knows who says it: Envoy and gateways say it of a provider that is down. */
  heard(status: i32): void { if (status > 0 && status < 500) this.heardAtMs = this.now; }

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

  /** Whether requests that wait for the provider should look again: all is there, or what is missing is not on its way. */
  get settled(): bool { return !this.needsFetch || !this.coming(); }

  /** Whether something that requests may wait for is missing, so that the clock should tick faster. */
  get needsFetch(): bool { return this.metadata() == null || this.keys() == null || this.keysAsked || this.keysAskedAtOnce || this.metadataAsked; }

  /** Tells the gauges how it stands. It is ready with metadata, and with keys if it publishes any. */
  report(): void {
    const metadata = this.metadata(), keys = this.keys(), ready = metadata != null && (metadata.jwksUri == null || keys != null);
    providerGauges.see(this.name, ready, keys == null ? 0 : keys.size, this.metadataAge.fetchedAtMs, this.keysAge.fetchedAtMs);
  }

  /** Other settings share it. */
  joinedBy(settings: ProviderSettings): void {
    const held = this.metadataHeld;
    this.endpoints.join(settings, held);
    this.lacking = held != null && this.endpoints.lacks(held);
  }

  /** For the log. */
  private get jwksCluster(): Uint8Array {
    const held = this.metadataHeld, url: Url | null = held == null ? null : held.jwksUri;
    return url == null ? EMPTY : this.settings.clusters.of("jwks_uri", url.authority);
  }

  /** Sets the clock; to be called before anything is asked of it in a callback. */
  at(nowMs: i64): void { this.now = nowMs; }

  /** Takes over what other workers have fetched, then fetches what is due unless another worker is at it. */
  advance(dispatcher: Dispatcher): void {
    this.adopt();
    // At most two calls can follow each other at once: when the host takes none, both documents fail.
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

  /** A reply, or none. True when it could be used. */
  received(kind: CalloutKind, reply: Reply): bool {
    this.busyUntilMs = 0;
    const discovery = kind == CalloutKind.Discovery;
    const ok = discovery ? this.takeMetadata(reply, this.now) : this.takeKeys(reply, this.now);
    const age = discovery ? this.metadataAge : this.keysAge;
    if (discovery) this.metadataAsked = false;
    else this.keysTried(ok, this.now);
    if (!ok) age.failed(this.now);
    this.shared.publish(discovery ? Document.Metadata : Document.Keys, ok ? reply.body : null, this.now, age.failures, this.keysAge.askedAtMs);
    return ok;
  }

  private get canFetchKeys(): bool {
    const metadata = this.metadata();
    return metadata != null && metadata.jwksUri != null;
  }

  /** An attempt to get the keys has ended, here or in another worker. */
  private keysTried(ok: bool, atMs: i64): void {
    this.keysAskedAtOnce = false;
    if (!ok || !this.keysAsked) return;
    this.keysAsked = false;
    this.keysAge.askedAtMs = max(this.keysAge.askedAtMs, atMs);
  }

  private nextFetch(): Fetch | null {
    if (this.metadataAge.due(this.now) || this.metadataAsked || this.lacking && this.now >= this.metadataAge.triedAtMs + LACKING_MS) return new Fetch(CalloutKind.Discovery, discoveryRequest(this.settings.discovery));
    const metadata = this.metadata();
    if (metadata == null) return null;
    const asked = this.keysAsked && this.keysAge.retryAllowed(this.now) || this.keysAskedAtOnce && this.keysAge.mayAskAtOnce(this.now);
    if (!this.keysAge.due(this.now) && !asked) return null;
    const url = metadata.jwksUri;
    if (url == null) return null;
    return new Fetch(CalloutKind.Jwks, new Callout("GET", this.settings.clusters.endpoint("jwks_uri", url), "application/jwk-set+json, application/json"));
  }

  /** What other workers have published since the last look. */
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

  /** True when another worker has tried since this one has. */
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
      this.logs.warn("discovery of " + this.name + " failed: " + discoveryFaultText(fault.code, fault.at, this.name) + by(this.settings.discovery.cluster));
      return false;
    }
    this.metadataHeld = read.value;
    this.metadataBody = reply.body;
    this.metadataAge.succeeded(fetchedAtMs);
    this.endpoints.check(read.value);
    this.lacking = this.endpoints.lacks(read.value);
    return true;
  }

  /** A configuration comes whose client proves itself so. */
  expect(method: string): void { this.endpoints.expect(method, this.metadataHeld); }

  private warnOfLeftOut(keys: string): void {
    if (keys.length > 0) this.logs.warn("keys of " + this.name + ": left out: " + keys);
  }

  /** A set replaces the old one only if it is whole and has a usable key: an error page or an empty set keeps what was there. */
  private takeKeys(reply: Reply, fetchedAtMs: i64): bool {
    const body = reply.body;
    const read = reply.status == 200 ? readJwks(body) : null;
    if (read == null || read.failed) {
      const fault: Fault | null = read == null ? null : read.fault;
      if (fault != null && fault.code == JwksFault.NoUsableKey) this.warnOfLeftOut(fault.at);
      this.logs.warn("keys of " + this.name + " not fetched: "
        + (reply.status == 0 ? "the provider did not answer" : read == null ? "the provider " + answered(reply.status.toString()) : "the document is no key set with a usable key") + by(this.jwksCluster));
      return false;
    }
    const before = this.keysBody;
    this.keysAge.succeeded(fetchedAtMs);
    if (before != null && same(before, body)) return true;
    this.warnOfLeftOut(read.value.leftOut);
    this.keysBefore = this.keysHeld;
    this.keysHeld = read.value;
    this.keysBody = body;
    this.generation++;
    this.logs.info("keys of " + this.name + ": " + read.value.size.toString() + " in use");
    return true;
  }
}

/** For the log: with several providers, which one it is. */
function by(cluster: Uint8Array): string { return ` [cluster "${decodeUtf8(cluster)}"]`; }

@final
class Fetch {
  constructor(readonly kind: CalloutKind, readonly call: Callout) {}
}
