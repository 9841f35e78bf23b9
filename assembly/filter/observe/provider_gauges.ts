// How each provider stands, as gauges that are written on the tick: whether it is ready, its keys, and when its documents were last fetched.

import { MetricType } from "../../abi/enums";
import { defineMetric, recordMetric } from "../../abi/host";
import { PREFIX } from "./metrics";

/** Of one issuer. Configurations that reach it in different ways share these gauges, which then show the worst. */
@final
class IssuerGauges {
  private readonly configured: u32;
  private readonly ready: u32;
  private readonly keys: u32;
  private readonly discoveredAt: u32;
  private readonly keysFetchedAt: u32;
  /** Whether it was seen since the last flush. */
  private seen: bool = false;
  private isReady: bool = false;
  private keyCount: i32 = 0;
  private discoveredAtMs: i64 = 0;
  private keysFetchedAtMs: i64 = 0;

  constructor(readonly issuer: string) {
    this.configured = define("provider_configured.", issuer);
    this.ready = define("provider_ready.", issuer);
    this.keys = define("provider_keys.", issuer);
    this.discoveredAt = define("provider_discovery_timestamp_seconds.", issuer);
    this.keysFetchedAt = define("provider_keys_timestamp_seconds.", issuer);
  }

  see(ready: bool, keys: i32, discoveredAtMs: i64, keysFetchedAtMs: i64): void {
    this.isReady = ready && (this.isReady || !this.seen);
    this.keyCount = this.seen ? min(this.keyCount, keys) : keys;
    this.discoveredAtMs = this.seen ? min(this.discoveredAtMs, discoveredAtMs) : discoveredAtMs;
    this.keysFetchedAtMs = this.seen ? min(this.keysFetchedAtMs, keysFetchedAtMs) : keysFetchedAtMs;
    this.seen = true;
  }

  /** Writes even what has not changed, for another VM of the same Envoy may have written. False if no configuration has this provider any more. */
  flush(): bool {
    const seen = this.seen;
    recordMetric(this.configured, seen ? 1 : 0);
    recordMetric(this.ready, seen && this.isReady ? 1 : 0);
    recordMetric(this.keys, seen ? this.keyCount : 0);
    recordMetric(this.discoveredAt, seen ? this.discoveredAtMs / 1000 : 0);
    recordMetric(this.keysFetchedAt, seen ? this.keysFetchedAtMs / 1000 : 0);
    this.seen = false;
    return seen;
  }
}

@final
export class ProviderGauges {
  private readonly all: IssuerGauges[] = [];

  /** How one configured provider stands now. The times are 0 if a document was never fetched. */
  see(issuer: string, ready: bool, keys: i32, discoveredAtMs: i64, keysFetchedAtMs: i64): void { this.of(issuer).see(ready, keys, discoveredAtMs, keysFetchedAtMs); }

  /** After every provider was seen. Those that were not are gone: all their gauges become 0. */
  flush(): void {
    for (let i = this.all.length - 1; i >= 0; i--) if (!this.all[i].flush()) this.all.splice(i, 1);
  }

  private of(issuer: string): IssuerGauges {
    for (let i = 0; i < this.all.length; i++) if (this.all[i].issuer == issuer) return this.all[i];
    const gauges = new IssuerGauges(issuer);
    this.all.push(gauges);
    return gauges;
  }
}

function define(name: string, issuer: string): u32 { return defineMetric(MetricType.Gauge, PREFIX + name + issuer); }

export const providerGauges = new ProviderGauges();
