/** Compares the P-256 arithmetic with BigInt and OpenSSL. */
import { Random } from "../host/host/random";
import { below, big, EXTREMES, inverse, isTidy, LIMB, limbsOf, mod, multiple, N, Own, P, R, SLOT, toBytes, valueOf } from "./p256_own";

let own: Own;
beforeAll(() => { own = new Own(); });

describe("the field", () => {
  /** Checks the value and the range of a product: see p256_field.ts. */
  function multiplies(a: bigint[], b: bigint[], plus: bigint[]): void {
    own.putLimbs(1, a).putLimbs(2, b).putLimbs(3, plus).call("mul");
    const out = own.limbs(0), x = valueOf(a), y = valueOf(b), z = valueOf(plus), size = (x * y < 0n ? -x * y : x * y) / R + 1n;
    const what = `${x} · ${y} + ${z}`;
    if (mod(valueOf(out) * R, P) !== mod(x * y + z * R, P)) throw new Error(`${what} is not ${valueOf(out)}`);
    if (!isTidy(out)) throw new Error(`${what}: ${out}`);
    if (valueOf(out) - z < -size || valueOf(out) - z > P + size) throw new Error(`${what} is out of range`);
    own.call("mulOntoPlus");
    if (own.get(3) !== valueOf(out)) throw new Error(`${what}, onto what is added`);
    own.putLimbs(3, plus).call("mulOntoFirst");
    if (own.get(1) !== valueOf(out)) throw new Error(`${what}, onto the first`);
  }

  test("products of extremes equal those of BigInt", () => {
    for (const x of EXTREMES) for (const y of EXTREMES) multiplies(limbsOf(x), limbsOf(y), limbsOf((x * y) % P));
  });

  test("products of negative numbers and of the largest permitted limbs equal those of BigInt", () => {
    const all = (limb: bigint): bigint[] => Array.from({ length: 9 }, (_, i) => i < 8 ? limb : limb / 16n);
    const full = LIMB - 1n;
    for (const a of [full, -full, full - 1n, 1n, -1n]) {
      for (const b of [3n * full, -3n * full, 2n * full, 1n]) for (const plus of [0n, -3n * full, 3n * full]) multiplies(all(a), all(b), all(plus));
    }
    const random = new Random(1);
    const limbs = (times: number): bigint[] => Array.from({ length: 9 }, (_, i) => (BigInt(random.next() & 0x1fffffff) >> (i < 8 ? 0n : 4n)) * BigInt(random.below(2 * times + 1) - times));
    for (let i = 0; i < 3000; i++) multiplies(limbs(1), limbs(3), limbs(3));
  });

  test("random products equal those of BigInt", () => {
    const random = new Random(2);
    for (let i = 0; i < 3000; i++) multiplies(limbsOf(below(random, 8n * P) - 4n * P), limbsOf(below(random, 8n * P) - 4n * P), limbsOf(below(random, P)));
  });

  test("differences, doubles and copies are computed limb by limb", () => {
    const random = new Random(3);
    for (let i = 0; i < 500; i++) {
      const a = limbsOf(below(random, 2n ** 257n)), b = limbsOf(below(random, 2n ** 257n));
      own.putLimbs(1, a).putLimbs(2, b).call("sub");
      expect(own.limbs(0)).toEqual(a.map((limb, k) => limb - b[k]!));
      own.call("twice");
      expect(own.limbs(0)).toEqual(a.map((limb) => 2n * limb));
      own.call("copy");
      expect(own.limbs(0)).toEqual(a);
    }
  });

  test("one is 2^261", () => {
    own.call("one");
    expect(mod(own.get(0), P)).toBe(R % P);
  });

  test("numbers are read from bytes, also p and larger ones", () => {
    const random = new Random(4);
    for (const x of [...EXTREMES.filter((x) => x < 2n ** 256n), 2n ** 256n - 1n, ...Array.from({ length: 200 }, () => big(random.bytes(32)))]) {
      own.bytes(toBytes(x)).call("read");
      expect(mod(own.get(0), P)).toBe(mod(x * R, P));
    }
  });

  test("inverses equal those of BigInt", () => {
    const random = new Random(5);
    for (const x of [...EXTREMES, ...EXTREMES.map((x) => -x / 2n), ...Array.from({ length: 500 }, () => below(random, 2n * P) - P / 2n)]) {
      own.put(1, x).call("invertInField");
      if (mod(x, P) === 0n) continue; // it has none, and must not trap
      const want = mod(inverse(x, P) * R * R, P);
      if (mod(own.get(0), P) !== want || !isTidy(own.limbs(0))) throw new Error(`1 / ${x}`);
    }
  });

  test("only 0 and p count as zero", () => {
    const vanishes = (x: bigint): boolean => own.put(1, x).call("vanishes") !== 0;
    for (const x of [...EXTREMES, P - LIMB, P + LIMB, P - 2n ** 232n, -1n, -LIMB]) expect(vanishes(x)).toBe(x === 0n || x === P);
    for (let bit = 0n; bit < 256n; bit++) expect(vanishes(2n ** bit) || vanishes(P ^ (1n << bit))).toBe(false);
  });
});

describe("the order", () => {
  const inverts = (x: bigint): void => {
    own.put(1, x).call("invertModuloOrder");
    const got = own.get(0);
    if (mod(x, N) === 0n) return; // it has none, and must not trap
    if (mod(got, N) !== mod(inverse(x, N) * R, N) || got < -14n * N || got > 14n * N) throw new Error(`1 / ${x} is not ${got}`);
    if (!isTidy(own.limbs(0)) && !isTidy(own.limbs(0).map((limb) => -limb))) throw new Error(`1 / ${x}: ${own.limbs(0)}`);
  };

  test("inverses of extremes equal those of BigInt", () => {
    for (let k = 0n; k < 257n; k++) for (const x of [2n ** k - 1n, 2n ** k, 2n ** k + 1n, N - 2n ** k, inverse(2n ** k, N)]) inverts(x);
    for (const x of [...EXTREMES, N - 2n, N / 2n, N / 2n + 1n, 2n * N - 1n, 1n - N]) inverts(x);
  });

  test("inverses of thousands of random numbers equal those of BigInt", () => {
    const random = new Random(6);
    for (let i = 0; i < 5000; i++) inverts(below(random, 3n * N) - N);
    for (let i = 0; i < 1000; i++) inverts(below(random, 2n ** BigInt(1 + random.below(256))));
  });

  test("products are reduced to 0 … n - 1", () => {
    const random = new Random(7);
    const multiplies = (x: bigint, y: bigint): void => {
      own.put(1, x).put(2, y).call("timesModuloOrder");
      if (own.get(0) !== mod(x * y * inverse(R, N), N) || !isTidy(own.limbs(0))) throw new Error(`${x} · ${y} is not ${own.get(0)}`);
      own.putLimbs(2, limbsOf(y).map((limb) => -limb)).call("timesModuloOrder");
      if (own.get(0) !== mod(-x * y * inverse(R, N), N)) throw new Error(`${x} · -${y} is not ${own.get(0)}`);
    };
    for (const x of EXTREMES) for (const y of [...EXTREMES, 14n * N, -14n * N]) multiplies(x, y);
    for (let i = 0; i < 2000; i++) multiplies(below(random, 2n ** 256n), below(random, 28n * N) - 14n * N);
  });

  test("2^261 is reduced modulo either prime", () => {
    for (const prime of [P, N]) {
      own.put(4, prime).call("oneModulo");
      expect(own.get(0)).toBe(R % prime);
    }
  });
});

describe("additions", () => {
  /** Checks the sums of points with these x and y. The points need not be on the curve, but the two points of a sum must differ in x. */
  function adds(sums: [bigint, bigint, bigint, bigint][], minus: boolean): void {
    const what = `${sums.join(" ")} ${minus}`;
    expect(own.numbers(...sums.flatMap((sum) => [...sum, 0n, 0n])).call("chords", sums.length, Number(minus))).toBe(1);
    sums.forEach(([x1, y1, x2, y2], i) => {
      // A table's entries hold the negated coordinates in Montgomery form.
      const [px, py, qx, qy] = [-x1, -y1, -x2, minus ? y2 : -y2].map((z) => mod(z * inverse(R, P), P)) as [bigint, bigint, bigint, bigint];
      const slope = mod((qy - py) * inverse(qx - px, P), P), x = mod(slope * slope - px - qx, P), y = mod(slope * (px - x) - py, P);
      const [outX, outY] = [own.limbsInRoom(6 * i + 4), own.limbsInRoom(6 * i + 5)];
      if (mod(-valueOf(outX), P) !== mod(x * R, P) || mod(-valueOf(outY), P) !== mod(y * R, P)) throw new Error(`a wrong sum: ${what}`);
      if (!isTidy(outX) || !isTidy(outY)) throw new Error(`not tidy: ${what}`);
      if (valueOf(outX) < -4n * P || valueOf(outX) > 3n * P || valueOf(outY) + y1 < -2n * P || valueOf(outY) + y1 > 2n * P) throw new Error(`out of range: ${what}`);
    });
  }
  const XS = [...[-P / 2n, -1n, 0n, P, P + 1n, 3n * P / 2n], ...EXTREMES], YS = [-6n * P, -1n, 0n, 1n, 6n * P, LIMB - 1n, 2n ** 256n - 1n];

  test("of extremes equal those of BigInt", () => {
    for (const [i, x1] of XS.entries()) {
      for (const [j, x2] of XS.entries()) {
        if (mod(x1 - x2, P) === 0n) continue;
        adds([[x1, YS[i % YS.length]!, x2, YS[j % YS.length]!]], (i & 1) === 0);
      }
    }
  });

  test("at random equal those of BigInt, one to four with one inversion", () => {
    const random = new Random(12), x = (): bigint => below(random, 2n * P) - P / 2n, y = (): bigint => below(random, 12n * P) - 6n * P;
    for (let i = 0; i < 500; i++) adds(Array.from({ length: 1 + i % 4 }, () => [x(), y(), x(), y()]), random.chance(2));
  });

  test("of points with the same x are refused, at every position and in every representation of x", () => {
    for (let bad = 0; bad < 4; bad++) {
      for (const [x1, x2] of [[5n, 5n], [0n, P], [-1n, P - 1n], [P + 7n, 7n], [-P / 2n, P - P / 2n]] as const) {
        const sums = Array.from({ length: 4 }, (_, i) => i === bad ? [x1, 1n, x2, 2n, 0n, 0n] : [3n, 1n, 4n, 2n, 0n, 0n]);
        expect(own.numbers(...sums.flat()).call("chords", 4, 0)).toBe(0);
      }
    }
  });
});

describe("doublings", () => {
  test("equal those of OpenSSL and stay in the permitted range", () => {
    for (const k of [1n, 2n, 3n, 7n, N - 1n, N / 2n, 2n ** 255n, 0x123456789abcdefn]) {
      const point = multiple(k), [x, y] = [0, 32].map((from) => mod(-big(point.subarray(from, from + 32)) * R, P)) as [bigint, bigint];
      // An entry may hold the same point in all these representations.
      for (const [dx, dy] of [[0n, 0n], [-4n, -8n], [-4n, 7n], [2n, -8n], [2n, 7n]] as const) {
        for (const times of [1, 2, 8]) {
          own.numbers(x + dx * P, y + dy * P).call("double", times);
          const want = multiple(k << BigInt(times)), [X, Y, ZZ, ZZZ] = [0, 1, 2, 3].map((i) => own.get(i)) as [bigint, bigint, bigint, bigint];
          expect(mod(X * inverse(ZZ, P), P)).toBe(big(want.subarray(0, 32)));
          expect(mod(Y * inverse(ZZZ, P), P)).toBe(big(want.subarray(32)));
          expect(mod(ZZ ** 3n - ZZZ ** 2n * R, P)).toBe(0n);
          expect(X >= -6n * P && X <= 6n * P && Y >= -5n * P && Y <= 5n * P).toBe(true);
          for (const z of [ZZ, ZZZ]) expect(8n * z >= -P && 8n * z <= 9n * P).toBe(true);
          for (let i = 0; i < 4; i++) expect(isTidy(own.limbs(i))).toBe(true);
        }
      }
    }
  });
});

describe("sums", () => {
  /** Computes u·G + v·Q from the numbers of a signature with this s, and compares its x. */
  function adds(u: bigint, v: bigint, x: Buffer, s = 1n): number {
    return own.bytes(toBytes(mod(u * s, N)), toBytes(mod(v * s, N)), toBytes(s), x).call("adds");
  }
  const OTHER = toBytes(5n);

  test("a table holds the negated multiples in the permitted range", () => {
    const k = 0x1234567890abcdefn;
    const table = own.bytes(multiple(k)).call("prepare");
    for (const [row, count] of [[0, 1], [0, 2], [0, 3], [0, 127], [0, 128], [1, 1], [7, 64], [7, 65], [15, 1], [15, 128], [16, 1]] as const) {
      const entry = table + (row * 128 + count - 1) * 2 * SLOT, point = multiple(k * BigInt(count) << BigInt(16 * row));
      const x = own.at(entry), y = own.at(entry + SLOT);
      expect(mod(-x, P)).toBe(mod(big(point.subarray(0, 32)) * R, P));
      expect(mod(-y, P)).toBe(mod(big(point.subarray(32)) * R, P));
      expect(x > -P / 2n && x < 3n * P / 2n && y > -6n * P && y < 6n * P).toBe(true);
    }
  });

  test("of extremes and of random numbers equal those of OpenSSL", () => {
    const random = new Random(8), k = below(random, N);
    own.bytes(multiple(k)).call("prepare");
    const some = [0n, 1n, 2n, 127n, 128n, 129n, 255n, 256n, 0x7fffn, 0x8000n, 0xffffn, 2n ** 255n, 2n ** 256n - 2n ** 225n, N - 1n, N - 2n, N / 2n,
      big(Buffer.alloc(32, 0x7f)), big(Buffer.alloc(32, 0x80)) , big(Buffer.alloc(32, 0x81)), big(Buffer.alloc(32, 0xff)) % N, below(random, N)];
    for (const u of some) {
      for (const v of some) {
        if (mod(u + v * k, N) === 0n) continue;
        const x = multiple(u + v * k).subarray(0, 32);
        expect(adds(u, v, x)).toBe(2);
        expect(adds(u, v, OTHER)).toBe(1);
      }
    }
    for (let i = 0; i < 300; i++) {
      const u = below(random, N), v = below(random, N);
      expect(adds(u, v, multiple(u + v * k).subarray(0, 32), 1n + below(random, N - 1n))).toBe(2);
    }
  });

  test("have no result for exceptional cases: equal points, opposite points, infinity, no point", () => {
    const one = toBytes(1n);
    own.bytes(multiple(1n)).call("prepare");
    for (const u of [1n, 2n, 128n, 0x1200n, 2n ** 255n, N - 1n, 0x123456789abcdefn]) {
      expect(adds(u, u, one)).toBe(0);
      expect(adds(u, N - u, one)).toBe(0);
    }
    expect(adds(0n, 0n, one)).toBe(0);
    own.bytes(multiple(N - 1n)).call("prepare");
    for (const u of [1n, 77n, 2n ** 254n]) expect(adds(u, u, one)).toBe(0);
    // The points that the first and the second row contribute are equal.
    own.bytes(multiple(inverse(2n ** 16n, N))).call("prepare");
    expect(adds(1n, 2n ** 16n, one)).toBe(0);
    // Only the final result is infinity.
    expect(adds(3n, mod(-3n << 16n, N), one)).toBe(0);
  });

  test("compare their x with that of the signature", () => {
    own.bytes(multiple(2n)).call("prepare");
    const x = multiple(13n).subarray(0, 32);
    expect(adds(3n, 5n, x)).toBe(2);
    for (let bit = 0; bit < 256; bit++) {
      const other = Buffer.from(x);
      other[bit >> 3]! ^= 1 << (bit & 7);
      expect(adds(3n, 5n, other)).toBe(1);
    }
  });
});
