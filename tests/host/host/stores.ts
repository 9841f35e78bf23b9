/** The stores that all workers of one Envoy share: shared data, queues, metrics. */
import { Status } from "./abi";

export class SharedData {
  private readonly entries = new Map<string, { value: Buffer; cas: number }>();
  private lastCas = 0;

  get(key: string): { value: Buffer; cas: number } | undefined { return this.entries.get(key); }

  /** A compare-and-swap value of 0 always writes. A value for a missing key is not compared. */
  set(key: string, value: Buffer, cas: number): number {
    const held = this.entries.get(key);
    if (held && cas !== 0 && cas !== held.cas) return Status.CasMismatch;
    this.entries.set(key, { value, cas: ++this.lastCas });
    return Status.Ok;
  }

  delete(key: string): void { this.entries.delete(key); }
  get keys(): string[] { return [...this.entries.keys()]; }
}

export class SharedQueues {
  private readonly tokens = new Map<string, number>();
  private readonly queues = new Map<number, Buffer[]>();

  register(name: string): number {
    const token = this.tokens.get(name) ?? this.tokens.size + 1;
    this.tokens.set(name, token);
    if (!this.queues.has(token)) this.queues.set(token, []);
    return token;
  }

  resolve(name: string): number { return this.tokens.get(name) ?? 0; }
  of(token: number): Buffer[] | undefined { return this.queues.get(token); }
}

interface Metric { name: string; type: number; value: bigint; samples: bigint[] }

const COUNTER = 0, GAUGE = 1, HISTOGRAM = 2;

/** A value belongs to a name, an id to a VM: a name defined twice, or by two workers, is one metric. */
export class Metrics {
  readonly byName = new Map<string, Metric>();

  named(type: number, name: string): Metric {
    const metric = this.byName.get(name) ?? { name, type, value: 0n, samples: [] };
    this.byName.set(name, metric);
    return metric;
  }
}

/** The ids of one VM, in the three sequences that Envoy distinguishes by the two lowest bits. */
export class MetricIds {
  private readonly ids = new Map<number, Metric>();
  private readonly last = [COUNTER, GAUGE, HISTOGRAM];

  constructor(private readonly metrics: Metrics) {}

  define(type: number, name: string): number {
    if (type > HISTOGRAM) return 0;
    const id = (this.last[type]! += 4);
    this.ids.set(id, this.metrics.named(type, name));
    return id;
  }

  increment(id: number, offset: bigint): number {
    if ((id & 3) >= HISTOGRAM) return Status.BadArgument;
    const metric = this.ids.get(id);
    if (!metric) return Status.NotFound;
    if (metric.type === COUNTER && offset <= 0n) return Status.BadArgument;
    metric.value += offset;
    return Status.Ok;
  }

  record(id: number, value: bigint): number {
    const metric = this.ids.get(id);
    if (!metric) return Status.NotFound;
    if (metric.type === COUNTER) metric.value += value;
    else if (metric.type === GAUGE) metric.value = value;
    else metric.samples.push(value);
    return Status.Ok;
  }

  get(id: number): bigint | number {
    if ((id & 3) >= HISTOGRAM) return Status.BadArgument;
    return this.ids.get(id)?.value ?? Status.NotFound;
  }
}
