/** Compares Ed25519's arithmetic with BigInt, and its verification with Node's OpenSSL, for edge cases and thousands of random numbers. */
import { createPublicKey, verify } from "node:crypto";
import { Random } from "../host/host/random";
import { compile } from "../support/compile";
import { watch } from "../support/coverage";
import { BASE, decoded, encoded, inverse, L, littleEndian, mod, NEUTRAL, negated, number, P, plus, power, sha512, signed, times } from "./ed25519_model";
import { imports } from "./harness-imports";

const LIMBS = 9, BITS = 29n, TOP = 2n ** 23n, UNIT = 2 ** 29;

/** The compiled arithmetic. */
class Own {
  private readonly exports: { memory: WebAssembly.Memory } & Record<string, (...args: number[]) => number>;

  constructor() {
    const build = compile("tests/unit/crypto/edwards/ed25519.as.ts", { name: "ed25519", release: true });
    const module = new WebAssembly.Module(new Uint8Array(build.wasm));
    const instance: WebAssembly.Instance = new WebAssembly.Instance(module, imports(module, () => instance.exports.memory as WebAssembly.Memory));
    this.exports = instance.exports as Own["exports"];
    this.exports._initialize!();
    watch(build, this.exports.memory);
  }

  call(name: string, ...args: number[]): number { return this.exports[name]!(...args); }

  /** Writes the input to the buffer and calls the function. Returns its result and the buffer's contents afterwards. */
  over(name: string, input: Buffer, ...args: number[]): { bytes: Buffer; result: number } {
    this.exports.collect!();
    input.copy(new Uint8Array(this.exports.memory.buffer, this.exports.buffer!()));
    const result = this.call(name, ...args);
    return { bytes: Buffer.from(this.exports.memory.buffer.slice(this.exports.buffer!(), this.exports.buffer!() + 32)), result };
  }

  get limbs(): Int32Array { return new Int32Array(this.exports.memory.buffer, this.exports.buffer!(), 4 * LIMBS); }

  /** The result of an operation on the operands, stored at number `to`, which may be one of them. */
  operate(name: string, operands: number[][], to: number): number[] {
    operands.forEach((limbs, i) => this.limbs.set(limbs, LIMBS * i));
    this.call(name, to);
    return [...this.limbs.subarray(LIMBS * to, LIMBS * (to + 1))];
  }
}

let own: Own;
beforeAll(() => { own = new Own(); });

const value = (limbs: number[]): bigint => limbs.reduceRight((all, limb) => (all << BITS) + BigInt(limb), 0n);

/** The limbs of a number below 2^255, in the form that a product has. */
const cut = (x: bigint): number[] => Array.from({ length: LIMBS }, (_, i) => Number(x >> BITS * BigInt(i) & 2n ** BITS - 1n));

/** Edge cases, some with all limbs at their limits. */
const EDGES: number[][] = [
  ...[0n, 1n, 2n, 18n, 19n, 20n, P - 20n, P - 19n, P - 2n, P - 1n, P, P + 1n, P + 17n, 2n ** 255n - 1n, 2n ** 254n, 2n ** 232n - 1n, 2n ** 232n, 2n ** 29n - 1n, 2n ** 29n].map(cut),
  [...Array(8).fill(UNIT), 2 ** 23], [UNIT - 1, UNIT + 2 ** 16, ...Array(6).fill(UNIT - 1), 2 ** 23 - 1], [0, -(2 ** 16), ...Array(7).fill(0)],
];

/** A number with limbs at the limits of a sum or difference of `size` reduced numbers. */
function unreduced(random: Random, size: number): number[] {
  const low = random.chance(2) ? -size : 0;
  return Array.from({ length: LIMBS }, (_, i) => {
    const unit = i === LIMBS - 1 ? 2 ** 23 : UNIT;
    return random.chance(4) ? random.pick([low * unit, size * unit, 0, -1, 1]) : low * unit + random.next() % ((size - low) * unit);
  }).map((limb) => limb || 0);
}

function isReduced(limbs: number[]): boolean {
  return limbs.every((limb, i) => i === 1 ? limb >= -(2 ** 16) && limb <= UNIT + 2 ** 16 : limb >= 0 && limb < (i === LIMBS - 1 ? Number(TOP) : UNIT));
}

function expectProduct(x: number[], y: number[], to = 2): void {
  const out = own.operate("product", [x, y], to);
  if (mod(value(out)) !== mod(value(x) * value(y)) || !isReduced(out)) throw new Error(`[${x}] · [${y}] gave [${out}]`);
}

describe("numbers modulo 2^255 - 19", () => {
  test("products of edge cases are right, also when they overwrite an operand", () => {
    for (const x of EDGES) for (const y of EDGES) for (const to of [0, 1, 2]) expectProduct(x, y, to);
  });

  test.each([1, 2, 3, 4])("products of operands of every permitted size are right (seed %d)", (seed) => {
    const random = new Random(seed);
    for (let i = 0; i < 2000; i++) {
      const [one, other] = random.pick([[1, 1], [1, 2], [2, 1], [1, 3], [3, 1]]) as [number, number];
      expectProduct(unreduced(random, one), unreduced(random, other));
    }
  });

  test("products of the largest permitted operands are right for every sign", () => {
    const largest = (size: number): number[] => Array(LIMBS).fill(size * UNIT);
    const spread = (limbs: number[]): number[][] => [limbs, limbs.map((limb) => -limb), limbs.map((limb, i) => i & 1 ? limb : -limb)];
    for (const x of spread(largest(1))) for (const y of spread(largest(3))) expectProduct(x, y);
  });

  test("sums and differences are right, also when they overwrite an operand", () => {
    for (const x of EDGES) {
      for (const y of EDGES) {
        for (const to of [0, 1, 2]) {
          expect(value(own.operate("sumOf", [x, y], to))).toBe(value(x) + value(y));
          expect(value(own.operate("differenceOf", [x, y], to))).toBe(value(x) - value(y));
          expect(value(own.operate("bothOf", [x, y], to))).toBe(value(x) + value(y));
          expect(value([...own.limbs.subarray(LIMBS * (to + 1), LIMBS * (to + 2))])).toBe(value(x) - value(y));
        }
      }
    }
  });

  test("inverses and powers for square roots are right, and 0 has no inverse", () => {
    const random = new Random(5);
    for (const x of [...EDGES, ...Array.from({ length: 200 }, () => unreduced(random, 1))]) {
      for (const to of [0, 1]) {
        expect(mod(value(own.operate("inverse", [x], to)))).toBe(inverse(value(x)));
        expect(mod(value(own.operate("power", [x], to)))).toBe(power(value(x), (P - 5n) / 8n));
      }
    }
  });

  test("every number is encoded canonically, and only zero as zeros", () => {
    const random = new Random(6);
    for (const x of [...EDGES, ...EDGES.map((limbs) => limbs.map((limb) => -limb || 0)), ...Array.from({ length: 3000 }, () => unreduced(random, 1 + random.below(3)))]) {
      own.limbs.set(x);
      expect(own.call("isZero") !== 0).toBe(mod(value(x)) === 0n);
      own.call("writes");
      expect(Buffer.from(own.limbs.buffer, own.limbs.byteOffset, 32)).toEqual(littleEndian(mod(value(x)), 32));
    }
    // These numbers are so close to a multiple of p that carries and borrows pass through all limbs.
    for (let times = -2n; times <= 2n; times++) {
      for (let by = -40n; by <= 40n; by++) {
        const x = times * P + by, top = Number(x >> 232n);
        own.limbs.set([...cut(x & 2n ** 232n - 1n).slice(0, 8), top]);
        own.call("writes");
        expect(Buffer.from(own.limbs.buffer, own.limbs.byteOffset, 32)).toEqual(littleEndian(mod(x), 32));
      }
    }
  });

  test("reading bytes ignores their most significant bit", () => {
    const random = new Random(7);
    const some = [Buffer.alloc(32), Buffer.alloc(32, 255), littleEndian(P, 32), littleEndian(2n ** 255n, 32), ...Array.from({ length: 500 }, () => random.bytes(32))];
    for (const bytes of some) {
      own.over("reads", bytes);
      expect([...own.limbs.subarray(0, LIMBS)]).toEqual(cut(number(bytes) % 2n ** 255n));
    }
  });
});

describe("scalars", () => {
  const random = new Random(8);

  test("hashes are reduced modulo L", () => {
    const edges = [0n, 1n, L - 1n, L, L + 1n, 2n ** 252n - 1n, 2n ** 252n, 2n ** 253n - 1n, 2n * L - 1n, 2n * L, 2n ** 256n, 2n ** 280n, 2n ** 504n, 2n ** 512n - 1n, 2n ** 512n / L * L, 2n ** 512n / L * L - 1n];
    // Numbers close to every L · 2^n decide whether the last subtraction takes one L too many.
    for (let n = 0n; n <= 259n; n++) for (const by of [-1n, 0n, 1n]) edges.push((L << n) + by);
    for (let n = 0n; n < 512n; n++) edges.push(2n ** n, 2n ** 512n - 2n ** n);
    for (const x of [...edges, ...Array.from({ length: 3000 }, () => number(random.bytes(64)))]) expect(number(own.over("reduced", littleEndian(x, 64)).bytes)).toBe(x % L);
  });

  test("a scalar is accepted only below L", () => {
    const edges = [0n, 1n, L - 1n, L, L + 1n, L + 2n ** 128n, L - 2n ** 128n, 2n ** 252n - 1n, 2n ** 252n, 2n ** 253n, 2n ** 255n, 2n ** 256n - 1n];
    for (let n = 0n; n < 256n; n++) edges.push(2n ** n, L ^ 2n ** n);
    for (const x of [...edges, ...Array.from({ length: 500 }, () => number(random.bytes(32)))]) expect(own.over("isBelow", littleEndian(x, 32)).result !== 0).toBe(x < L);
  });
});

describe("multiples", () => {
  /** L times some point: a point of order eight. Its multiples are the eight points of small order. */
  const torsion = ((): ReturnType<typeof times> => {
    for (let y = 2n; ; y++) {
      const point = decoded(littleEndian(y, 32));
      if (point === null) continue;
      const left = times(L, point);
      if (!encoded(times(4n, left)).equals(encoded(NEUTRAL))) return left;
    }
  })();
  const SHAPES = [[5, 51, 6], [5, 2, 6], [4, 1, 4], [6, 3, 5], [3, 7, 7], [7, 1, 8], [8, 32, 3]] as const;
  const ends = [0n, 1n, 2n, 8n, 15n, 16n, 17n, L - 1n, L - 2n, L >> 1n, 2n ** 252n, 2n ** 252n - 1n, 2n ** 253n - 1n];
  // Digits that carry through the whole number, and those at which a carry starts or ends.
  for (const width of [3, 4, 5, 6, 7, 8]) {
    const digits = Math.floor(252 / width), all = (digit: bigint): bigint => Array.from({ length: digits }, (_, i) => digit << BigInt(i * width)).reduce((a, b) => a + b);
    for (const digit of [2n ** BigInt(width - 1) - 1n, 2n ** BigInt(width - 1), 2n ** BigInt(width) - 1n]) ends.push(all(digit), all(digit) + 1n);
  }

  function expectMultiples(shape: readonly number[], s: bigint, point: ReturnType<typeof times>, t: bigint, other = BASE): void {
    const { bytes, result } = own.over("multiplied", Buffer.concat([encoded(point), littleEndian(s, 32), encoded(other), littleEndian(t, 32)]), ...shape);
    expect(result).toBe(1);
    const want = encoded(plus(times(t, other), negated(times(s, point))));
    if (!bytes.equals(want)) throw new Error(`${t}B - ${s}A by tables of ${shape} gave ${bytes.toString("hex")}, not ${want.toString("hex")}`);
  }

  test.each(SHAPES)("are right by tables of width %d and stride %d, and of width %d", (...shape) => {
    const random = new Random(shape[0] + shape[1]);
    ends.forEach((s, i) => { expectMultiples(shape, s, BASE, ends[ends.length - 1 - i]!); });
    for (let i = 0; i < 20; i++) expectMultiples(shape, number(random.bytes(32)) % L, times(number(random.bytes(32)) % L, BASE), number(random.bytes(32)) % L);
  });

  test("are right for points of small order, for mixed points, and for a point added to itself", () => {
    for (let i = 0n; i < 8n; i++) {
      const small = times(i, torsion), mixed = plus(times(77n, BASE), small);
      for (const s of [0n, 1n, 3n, 8n, L - 1n, 2n ** 253n - 1n]) {
        for (const shape of [SHAPES[0], SHAPES[1]]) {
          expectMultiples(shape, s, small, 5n);
          expectMultiples(shape, s, mixed, s, mixed);
          expectMultiples(shape, s, mixed, L - 1n, small);
        }
      }
    }
    expect(own.over("neutral", Buffer.alloc(0)).bytes).toEqual(encoded(NEUTRAL));
  });

  test("are right for every point that decodes, and all other bytes are refused", () => {
    const random = new Random(9);
    const some = Array.from({ length: 300 }, () => random.bytes(32)).concat([0n, 1n, P - 1n, P, P + 1n, 2n ** 255n - 1n].flatMap((y) => [littleEndian(y, 32), littleEndian(y + 2n ** 255n, 32)]));
    let points = 0;
    for (const bytes of some) {
      const point = decoded(bytes), { result } = own.over("multiplied", Buffer.concat([bytes, littleEndian(1n, 32), bytes, littleEndian(3n, 32)]), 5, 51, 4);
      expect(result !== 0).toBe(point !== null);
      if (point === null) continue;
      points++;
      expectMultiples([5, 51, 4], 1n, point, 3n, point);
    }
    expect(points).toBeGreaterThan(100);
  });

  /** The same key in the filter's code and in OpenSSL. */
  function keyOf(point: ReturnType<typeof times>): { x: Buffer; own: number; node: ReturnType<typeof createPublicKey> } {
    const x = encoded(point);
    return { x, own: own.over("key", x).result, node: createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: x.toString("base64url") }, format: "jwk" }) };
  }

  function verdict(key: ReturnType<typeof keyOf>, data: Buffer, signature: Buffer): boolean {
    const ours = own.over("verifies", Buffer.concat([signature, data]), key.own, data.length).result !== 0, theirs = verify(null, data, key.node, signature);
    if (ours !== theirs) throw new Error(`OpenSSL says ${theirs}, we say ${ours}: key ${key.x.toString("hex")}, data ${data.toString("hex")}, signature ${signature.toString("hex")}`);
    return ours;
  }

  test("give OpenSSL's verdict on signatures, with small tables, with large ones, and after a key has lost its table", () => {
    const random = new Random(10), secrets = Array.from({ length: 20 }, () => number(random.bytes(32)) % L), keys = secrets.map((a) => keyOf(times(a, BASE)));
    for (let round = 0; round < 12; round++) {
      keys.forEach((key, i) => {
        const data = random.bytes(random.below(300)), signature = signed(secrets[i]!, number(random.bytes(32)) % L, key.x, data);
        expect(verdict(key, data, signature)).toBe(true);
        const bit = random.below(512), flipped = Buffer.from(signature);
        flipped[bit >> 3]! ^= 1 << (bit & 7);
        expect(verdict(key, data, flipped)).toBe(false);
        expect(verdict(key, Buffer.concat([data, Buffer.from([0])]), signature)).toBe(false);
        expect(verdict(keys[(i + 1) % keys.length]!, data, signature)).toBe(false);
        expect(verdict(key, data, Buffer.concat([signature.subarray(0, 32), littleEndian(number(signature.subarray(32)) + L, 32)]))).toBe(false);
      });
    }
  });

  test("give OpenSSL's verdict on keys of mixed order: the equation has no cofactor", () => {
    const random = new Random(11);
    let good = 0, bad = 0;
    for (let i = 1n; i < 8n; i++) {
      const a = number(random.bytes(32)) % L, key = keyOf(plus(times(a, BASE), times(i, torsion)));
      for (let k = 0; k < 40; k++) {
        const data = random.bytes(8);
        if (verdict(key, data, signed(a, number(random.bytes(32)) % L, key.x, data))) good++; else bad++;
      }
    }
    expect(good).toBeGreaterThan(20);
    expect(bad).toBeGreaterThan(100);
  });

  test("that cancel out to the neutral point are accepted only if R encodes it canonically", () => {
    const a = 12345n, key = keyOf(times(a, BASE));
    const spellings = [littleEndian(1n, 32), littleEndian(1n + 2n ** 255n, 32), littleEndian(P + 1n, 32), littleEndian(P + 1n + 2n ** 255n, 32)];
    const verdicts = spellings.map((r) => {
      const data = Buffer.from("neutral"), h = number(sha512(r, key.x, data)) % L;
      return verdict(key, data, Buffer.concat([r, littleEndian(h * a % L, 32)]));
    });
    expect(verdicts).toEqual([true, false, false, false]);
  });
});
