/** Owns edwards25519 (RFC 8032 §5.1): -x² + y² = 1 + d·x²·y² over the integers modulo 2^255 - 19. */
import { Field } from "./field";
import { Modulus, Num } from "./montgomery";
import { signedDigits } from "./naf";

const BASE_WIDTH = 7;

/** L = 2^252 + 27742317777372353535851937790883648493, the base point's order. */
const ORDER: StaticArray<u8> = [
  0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x14, 0xde, 0xf9, 0xde, 0xa2, 0xf7, 0x9c, 0xd6, 0x58, 0x12, 0x63, 0x1a, 0x5c, 0xf5, 0xd3, 0xed,
];

/** What belongs to the curve; made once, when an Ed25519 key is first seen. */
@final
export class EdParameters {
  readonly field: Field;
  readonly order: Modulus;
  /** -121665/121666, and twice that. */
  readonly d: Num;
  readonly d2: Num;
  /** 2^((p - 1) / 4), a square root of -1. */
  readonly root: Num;
  /** (p - 5) / 8. */
  readonly rootExponent: Uint8Array;
  private readonly two256: Num;
  private multiples: EdMultiples | null = null;

  constructor() {
    const prime = new Uint8Array(32).fill(0xff), order = new Uint8Array(32), two256 = new Uint8Array(33);
    prime[0] = 0x7f; prime[31] = 0xed;
    for (let i = 0; i < 32; i++) order[i] = ORDER[i];
    two256[0] = 1;
    const f = new Field(prime, 255), n = new Modulus(order, 253), d = f.make(), d2 = f.make(), root = f.make();
    f.invert(d, small(f, 121666));
    f.mul(d, d, small(f, 121665));
    f.negate(d);
    f.add(d2, d, d);
    const quarter = new Uint8Array(32).fill(0xff); // 2^253 - 5
    quarter[0] = 0x1f; quarter[31] = 0xfb;
    f.pow(root, small(f, 2), quarter);
    const eighth = new Uint8Array(32).fill(0xff);  // 2^252 - 3
    eighth[0] = 0x0f; eighth[31] = 0xfd;

    this.field = f;
    this.order = n;
    this.two256 = n.read(two256);
    this.d = d;
    this.d2 = d2;
    this.root = root;
    this.rootExponent = eighth;
  }

  /** Multiples of the base point, y = 4/5 with an even x. */
  get base(): EdMultiples {
    let made = this.multiples;
    if (made != null) return made;
    const encoded = new Uint8Array(32).fill(0x66);
    encoded[0] = 0x58;
    const point = decodePoint(encoded);
    made = this.multiples = new EdMultiples(point == null ? new EdPoint() : point, BASE_WIDTH); // it is one
    return made;
  }

  /** 64 little-endian bytes modulo L, as 32 big-endian ones. */
  reduce(hash: Uint8Array): Uint8Array {
    const m = this.order, low = m.read(hash.slice(0, 32).reverse()), high = m.read(hash.slice(32).reverse());
    m.mul(high, high, this.two256);
    m.settle(low);
    m.settle(high);
    m.sum(low, low, high);
    return m.write(low, 32);
  }
}

let made: EdParameters | null = null;

export function params(): EdParameters {
  const held = made;
  if (held != null) return held;
  const fresh = new EdParameters();
  made = fresh;
  return fresh;
}

function small(f: Field, value: u32): Num {
  const bytes = new Uint8Array(4);
  for (let i = 0; i < 4; i++) bytes[i] = <u8>(value >> (24 - 8 * i));
  return f.read(bytes);
}

/** A point (X/Z, Y/Z) with T = XY/Z (RFC 8032 §5.1.4). Operations change it in place. */
@final
export class EdPoint {
  readonly x: Num;
  readonly y: Num;
  readonly z: Num;
  readonly t: Num;
  private readonly f: Field;
  private readonly a: Num;
  private readonly b: Num;
  private readonly c: Num;
  private readonly d: Num;

  /** The neutral point, (0, 1). */
  constructor() {
    const f = params().field;
    this.f = f;
    this.x = f.make(); this.y = f.make(); this.z = f.make(); this.t = f.make();
    this.a = f.make(); this.b = f.make(); this.c = f.make(); this.d = f.make();
    f.copy(this.y, f.one);
    f.copy(this.z, f.one);
  }

  set(p: EdPoint): void {
    this.f.copy(this.x, p.x); this.f.copy(this.y, p.y); this.f.copy(this.z, p.z); this.f.copy(this.t, p.t);
  }

  double(): void {
    const f = this.f, a = this.a, b = this.b, c = this.c, d = this.d, t = this.t;
    f.square(a, this.x);
    f.square(b, this.y);
    f.square(c, this.z);
    f.add(c, c, c);
    f.add(d, this.x, this.y);
    f.square(d, d);
    f.add(t, a, b);   // H
    f.sub(d, t, d);   // E
    f.sub(a, a, b);   // G
    f.add(c, c, a);   // F
    f.mul(this.x, d, c);
    f.mul(this.y, a, t);
    f.mul(this.z, c, a);
    f.mul(t, d, t);
  }

  /** Adds a prepared point, or takes it away. The formula holds for every pair of points. */
  add(p: EdPrepared, negative: bool): void {
    const f = this.f, a = this.a, b = this.b, c = this.c, d = this.d, x = this.x, t = this.t;
    f.sub(a, this.y, x);
    f.mul(a, a, negative ? p.sum : p.difference);
    f.add(b, this.y, x);
    f.mul(b, b, negative ? p.difference : p.sum);
    f.mul(c, t, p.t2d);
    f.mul(d, this.z, p.z2);
    f.sub(x, b, a);   // E
    f.add(t, b, a);   // H
    f.add(a, d, c);
    f.sub(b, d, c);
    const F = negative ? a : b, G = negative ? b : a;
    f.mul(this.y, G, t);
    f.mul(this.z, F, G);
    f.mul(t, x, t);
    f.mul(x, x, F);
  }

  private addDigit(table: EdMultiples, digit: i32, flip: bool): void {
    if (digit == 0) return;
    this.add(table.of[abs(digit) >> 1], (digit < 0) != flip); // an odd digit below 2^(width - 1): one of the table's
  }

  /** [s]P - [h]Q, with one run of doublings for both. */
  static difference(s: Uint8Array, p: EdMultiples, h: Uint8Array, q: EdMultiples): EdPoint {
    const out = new EdPoint(), ss = signedDigits(s, p.width), hs = signedDigits(h, q.width);
    for (let i = ss.length - 1; i >= 0; i--) {
      out.double();
      out.addDigit(p, ss[i], false);
      out.addDigit(q, hs[i], true);
    }
    return out;
  }

  /** Whether [8] of it is the neutral point. */
  get smallOrder(): bool {
    const p = new EdPoint();
    p.set(this);
    for (let i = 0; i < 3; i++) p.double();
    return this.f.vanishes(p.x) && this.f.same(p.y, p.z);
  }

  /** y, little-endian, with the parity of x as the topmost bit (§5.1.2). */
  encode(): Uint8Array {
    const f = this.f, inverse = f.make(), x = f.make(), y = f.make();
    f.invert(inverse, this.z);
    f.mul(x, this.x, inverse);
    f.mul(y, this.y, inverse);
    const out = f.write(y, 32).reverse();
    out[31] |= f.write(x, 32)[31] << 7;
    return out;
  }
}

/** A point as it is added: Y + X, Y - X, 2Z and 2dT. */
@final
export class EdPrepared {
  readonly sum: Num;
  readonly difference: Num;
  readonly z2: Num;
  readonly t2d: Num;

  constructor(p: EdPoint) {
    const f = params().field;
    this.sum = f.make(); this.difference = f.make(); this.z2 = f.make(); this.t2d = f.make();
    f.add(this.sum, p.y, p.x);
    f.sub(this.difference, p.y, p.x);
    f.add(this.z2, p.z, p.z);
    f.mul(this.t2d, p.t, params().d2);
  }
}

/** The odd multiples P, 3P, 5P, … of a point: as many as signed digits of that width need. */
@final
export class EdMultiples {
  readonly of: EdPrepared[] = [];

  constructor(p: EdPoint, readonly width: i32) {
    const at = new EdPoint(), twice = new EdPoint();
    at.set(p);
    twice.set(p);
    twice.double();
    const step = new EdPrepared(twice);
    for (let i = 0; i < 1 << (width - 2); i++) {
      if (i > 0) at.add(step, false);
      this.of.push(new EdPrepared(at));
    }
  }
}

/** The point that 32 bytes encode, or null: y must be below p, and x exist and not be a negative zero (§5.1.3). */
export function decodePoint(bytes: Uint8Array): EdPoint | null {
  const big = bytes.slice().reverse(), negative = big[0] >> 7, c = params(), f = c.field;
  big[0] &= 0x7f;
  const out = new EdPoint(), u = f.make(), v = f.make(), w = f.make(), x = out.x;
  f.load(w, big);
  if (!f.below(w)) return null;
  f.copy(out.y, f.read(big));

  // x² = u/v = (y² - 1) / (dy² + 1), so x = u v³ (u v⁷)^((p - 5)/8), or that times a root of -1.
  f.square(u, out.y);
  f.mul(v, u, c.d);
  f.sub(u, u, f.one);
  f.add(v, v, f.one);
  f.square(w, v);
  f.mul(w, w, v);
  const uv3 = f.make(), power = f.make();
  f.mul(uv3, u, w);
  f.square(w, w);
  f.mul(w, w, v);
  f.mul(w, w, u);
  f.pow(power, w, c.rootExponent);
  f.mul(x, uv3, power);
  f.square(w, x);
  f.mul(w, w, v);
  if (!f.same(w, u)) {
    f.mul(x, x, c.root);
    f.square(w, x);
    f.mul(w, w, v);
    if (!f.same(w, u)) return null;
  }
  if (f.vanishes(x) && negative) return null;
  if ((f.write(x, 32)[31] & 1) != negative) f.negate(x);
  f.mul(out.t, x, out.y);
  return out;
}
