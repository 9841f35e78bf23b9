/** Reproducible randomness: everything follows from one seed. */

export class Random {
  private state: number;

  constructor(readonly seed: number) { this.state = seed >>> 0; }

  /** Mulberry32: small, and good enough to reach rare cases. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  }

  below(n: number): number { return this.next() % n; }
  chance(oneIn: number): boolean { return this.below(oneIn) === 0; }
  pick<T>(from: readonly T[]): T { return from[this.below(from.length)]!; }
  bytes(n: number): Buffer { return Buffer.from(Array.from({ length: n }, () => this.below(256))); }
  text(n: number, alphabet = "abcdefghijklmnopqrstuvwxyz0123456789-_"): string { return Array.from({ length: n }, () => alphabet[this.below(alphabet.length)]).join(""); }

  /** One to three small changes: a flipped bit, a byte removed, repeated or replaced, a cut, a swap of two parts. */
  mutate(bytes: Uint8Array): Buffer {
    let out: Buffer = Buffer.from(bytes);
    for (let n = 1 + this.below(3); n--;) out = this.injure(out);
    return out;
  }

  private injure(b: Buffer): Buffer {
    if (b.length === 0) return this.bytes(1 + this.below(4));
    const at = this.below(b.length), to = at + this.below(Math.min(16, b.length - at)) + 1;
    switch (this.below(7)) {
      case 0: b[at]! ^= 1 << this.below(8); return b;
      case 1: return Buffer.concat([b.subarray(0, at), b.subarray(to)]);
      case 2: return Buffer.concat([b.subarray(0, to), b.subarray(at)]);
      case 3: b[at] = this.pick([0, 1, 0x20, 0x22, 0x2e, 0x3d, 0x5b, 0x5c, 0x7b, 0x7f, 0x80, 0xc0, 0xff]); return b;
      case 4: return b.subarray(0, at);
      case 5: return Buffer.concat([b.subarray(0, at), this.bytes(1 + this.below(8)), b.subarray(at)]);
      default: return Buffer.concat([b.subarray(at), b.subarray(0, at)]);
    }
  }

  /** A compact JWS with one part changed, left out, repeated or taken from another token. */
  mutateToken(token: string, other = token): string {
    const parts = token.split("."), i = this.below(parts.length);
    switch (this.below(6)) {
      case 0: parts.splice(i, 1); break;
      case 1: parts.splice(i, 0, parts[i]!); break;
      case 2: parts[i] = other.split(".")[i] ?? ""; break;
      case 3: parts[i] = this.mutate(Buffer.from(parts[i]!, "base64url")).toString("base64url"); break;
      case 4: if (i < 2) parts[i] = this.mutateJsonText(Buffer.from(parts[i]!, "base64url").toString()); break;
      default: parts[i] = this.mutate(Buffer.from(parts[i]!)).toString("latin1");
    }
    return parts.join(".");
  }

  private mutateJsonText(text: string): string {
    try { return Buffer.from(JSON.stringify(this.mutateJson(JSON.parse(text)))).toString("base64url"); } catch { return text; }
  }

  /** The same document with one value in it replaced, removed, wrapped or renamed. */
  mutateJson(value: unknown): unknown {
    if (value === null || typeof value !== "object" || this.chance(6)) return this.json(2);
    if (Array.isArray(value)) {
      const copy = [...value], i = this.below(copy.length + 1);
      if (i < copy.length) copy[i] = this.mutateJson(copy[i]); else copy.push(this.json(1));
      return copy;
    }
    const copy: Record<string, unknown> = { ...value }, keys = Object.keys(copy);
    if (keys.length === 0) return { [this.text(3)]: this.json(1) };
    const key = this.pick(keys);
    switch (this.below(4)) {
      case 0: delete copy[key]; break;
      case 1: copy[key] = [copy[key]]; break;
      case 2: copy[this.text(1 + this.below(5))] = copy[key]; break;
      default: copy[key] = this.mutateJson(copy[key]);
    }
    return copy;
  }

  /** Any JSON value, nested at most `depth` deep. */
  json(depth: number): unknown {
    switch (this.below(depth > 0 ? 9 : 7)) {
      case 0: return null;
      case 1: return this.chance(2);
      case 2: return this.below(1000) - 500;
      case 3: return this.pick([1e308, -0, 0.5, 2 ** 53, -(2 ** 53), 4294967296, 1e-7]);
      case 4: return "";
      case 5: return this.text(this.below(12));
      case 6: return this.pick(["\u0000", "\ud83d\ude00", "é", "\"\\", "a\nb", "\u2028", "http://[::1]/%zz"]);
      case 7: return Array.from({ length: this.below(4) }, () => this.json(depth - 1));
      default: return Object.fromEntries(Array.from({ length: this.below(4) }, () => [this.text(1 + this.below(6)), this.json(depth - 1)]));
    }
  }
}
