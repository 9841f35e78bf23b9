/** Random inputs. They are the same in every run, so that a failure is reproducible. */

import { utf8 } from "./check";

export class Random {
  constructor(private state: u64) { this.state = state * 0x9E3779B97F4A7C15 + 1; }

  /** 0 to n - 1. */
  below(n: i32): i32 {
    // xorshift64*
    this.state ^= this.state >> 12;
    this.state ^= this.state << 25;
    this.state ^= this.state >> 27;
    return <i32>((this.state * 0x2545F4914F6CDD1D >> 33) % <u64>n);
  }

  bytes(size: i32): Uint8Array {
    const out = new Uint8Array(size);
    for (let i = 0; i < size; i++) out[i] = <u8>this.below(256);
    return out;
  }
}

/** Bytes with a meaning in one of the formats. */
const MARKS = utf8("\"\\{}[]:,.-_=+/ \t\r\n\u0000;&?%@#0129eEaAzZtfnu~|<>()'*\u00e9");

/** A changed copy: one to four changes, each of which flips bits, inserts, removes, repeats or swaps bytes, or cuts off the end. */
export function mutated(input: Uint8Array, random: Random): Uint8Array {
  let out = input.slice();
  for (let times = 1 + random.below(4); times > 0; times--) out = changed(out, random);
  return out;
}

function changed(bytes: Uint8Array, random: Random): Uint8Array {
  const n = bytes.length;
  if (n == 0) return random.bytes(1 + random.below(4));
  const at = random.below(n);
  switch (random.below(7)) {
    case 0: bytes[at] ^= <u8>(<u32>1 << random.below(8)); return bytes;
    case 1: bytes[at] = MARKS[random.below(MARKS.length)]; return bytes;
    case 2: return spliced(bytes, at, 0, MARKS.subarray(random.below(MARKS.length)).slice(0, 1 + random.below(2)));
    case 3: return spliced(bytes, at, 1 + random.below(8), new Uint8Array(0));
    case 4: return spliced(bytes, at, 0, bytes.slice(at, at + 1 + random.below(24)));
    case 5: return bytes.slice(0, at);
    default: {
      const other = random.below(n), held = bytes[at];
      bytes[at] = bytes[other];
      bytes[other] = held;
      return bytes;
    }
  }
}

function spliced(bytes: Uint8Array, at: i32, cut: i32, put: Uint8Array): Uint8Array {
  const rest = min(at + cut, bytes.length), out = new Uint8Array(at + put.length + bytes.length - rest);
  out.set(bytes.subarray(0, at));
  out.set(put, at);
  out.set(bytes.subarray(rest), at + put.length);
  return out;
}

/** Reads every input once. A class, because AssemblyScript has no closures. */
export abstract class Reader {
  accepted: i32 = 0;
  /** Checks one input; true if the reader accepted it. A trap or a failed assertion is the failure. */
  abstract read(input: Uint8Array): bool;

  /** Runs each sample unchanged, `rounds` changed copies of each, and a quarter as many random inputs. */
  fuzz(samples: string[], rounds: i32): this {
    const random = new Random(samples.length * 1000 + rounds);
    for (let i = 0; i < samples.length; i++) {
      const sample = utf8(samples[i]);
      assert(this.read(sample), "a sample that is right as it is: " + samples[i].substring(0, 60));
      for (let k = 0; k < rounds; k++) if (this.read(mutated(sample, random))) this.accepted++;
    }
    for (let k = 0; k < rounds / 4; k++) this.read(random.bytes(random.below(200)));
    return this;
  }
}
