/** Finds the smallest encoding of data as literals and copies: the shortest path through the data, with the cost of each step. */
import { CONTEXTS, distance, flag, length, literal, write, type Sink, type Step } from "./format";
import { RangeCoder } from "./range-coder";

const LONGEST = 1024;
/** The cost of a bit depends on the steps taken, and the steps on the costs. After some rounds little changes. */
const ROUNDS = 8;

export function pack(data: Uint8Array, address: number): Buffer {
  const copies = findCopies(data);
  let steps: Step[] = [], costs = new Costs();
  for (let round = 0; round < ROUNDS; round++) {
    steps = cheapest(data, address, copies, costs);
    costs = new Costs();
    write(data, address, steps, costs.count);
  }
  const coder = new RangeCoder();
  write(data, address, steps, (context, bit) => coder.bit(context, bit));
  return coder.end();
}

/** The cost of a bit in each context, from its frequency. */
class Costs {
  private readonly counts = new Float64Array(2 * CONTEXTS).fill(0.4);
  private readonly distances = new Map<number, number>();
  private readonly lengths = new Map<number, number>();

  readonly count: Sink = (context, bit) => { this.counts[2 * context + bit]!++; };

  of(step: (sink: Sink) => void): number {
    let cost = 0;
    step((context, bit) => {
      const zeros = this.counts[2 * context]!, ones = this.counts[2 * context + 1]!;
      cost += Math.log2((zeros + ones) / (bit ? ones : zeros));
    });
    return cost;
  }

  distance(value: number): number { return remembered(this.distances, value, () => this.of((sink) => distance(value, sink))); }
  length(value: number): number { return remembered(this.lengths, value, () => this.of((sink) => length(value, sink))); }
}

function remembered(known: Map<number, number>, key: number, make: () => number): number {
  let value = known.get(key);
  if (value === undefined) known.set(key, value = make());
  return value;
}

/** For each position, the possible copies: the nearest one of every length that a nearer one does not reach. */
function findCopies(data: Uint8Array): Step[][] {
  const last = new Map<number, number>(), earlier = new Int32Array(data.length);
  return Array.from(data, (_, at) => {
    const found: Step[] = [], pair = data[at]! | data[at + 1]! << 8, most = Math.min(LONGEST, data.length - at);
    let longest = 1, from = last.get(pair) ?? -1;
    earlier[at] = from;
    last.set(pair, at);
    for (; from >= 0 && longest < most; from = earlier[from]!) {
      let n = 0;
      while (n < most && data[from + n] === data[at + n]) n++;
      if (n > longest) found.push({ length: longest = n, distance: at - from });
    }
    return found;
  });
}

/** The best way to a position: its cost, and its last step with the way before that. */
interface Way { cost: number; step: Step; before: Way | null }

function cheapest(data: Uint8Array, address: number, copies: Step[][], costs: Costs): Step[] {
  // Two for each position: the last step was a literal, or a copy.
  const ways: (Way | null)[][] = Array.from({ length: data.length + 1 }, () => [null, null]);
  const reach = (at: number, kind: number, cost: number, step: Step, before: Way): void => {
    const way = ways[at]![kind];
    if (way == null || cost < way.cost) ways[at]![kind] = { cost, step, before };
  };
  ways[0]![0] = { cost: 0, step: { length: 0, distance: 0 }, before: null };
  for (let at = 0; at < data.length; at++) {
    for (const before of ways[at]!) {
      if (before == null) continue;
      const afterCopy = before.step.distance > 0;
      const flagged = (copy: boolean) => before.cost + costs.of((sink) => flag(address + at, afterCopy, copy, sink));
      reach(at + 1, 0, flagged(false) + costs.of((sink) => literal(data[at]!, address + at, data[at - 2] ?? 0, sink)), { length: 1, distance: 0 }, before);
      const copyCost = flagged(true);
      let n = 2;
      for (const copy of copies[at]!) {
        const cost = copyCost + costs.distance(copy.distance);
        for (; n <= copy.length; n++) reach(at + n, 1, cost + costs.length(n), { length: n, distance: copy.distance }, before);
      }
    }
  }
  const steps: Step[] = [], [literalLast, copyLast] = ways[data.length]!;
  let way = copyLast != null && (literalLast == null || copyLast.cost < literalLast.cost) ? copyLast : literalLast!;
  for (; way.before; way = way.before) steps.push(way.step);
  return steps.reverse();
}
