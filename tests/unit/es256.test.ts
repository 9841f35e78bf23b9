/** Compares the three ways to verify ES256 (in Wasm, by Envoy's function, with a table) with OpenSSL. */
import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from "node:crypto";
import { Random } from "../host/host/random";
import { below, big, inverse, mod, multiple, N, Own, P, toBytes } from "./p256_own";

let own: Own;

interface Pair { privateKey: KeyObject; publicKey: KeyObject; coordinates: Buffer }
function newPair(): Pair {
  const pair = generateKeyPairSync("ec", { namedCurve: "P-256" }), { x, y } = pair.publicKey.export({ format: "jwk" });
  return { ...pair, coordinates: Buffer.concat([Buffer.from(x!, "base64url"), Buffer.from(y!, "base64url")]) };
}
const signed = (pair: Pair, data: Buffer): Buffer => sign("sha256", data, { key: pair.privateKey, dsaEncoding: "ieee-p1363" });

describe("ES256 verification", () => {
  beforeEach(() => { own = new Own(); });

  test("with and without a table agrees with OpenSSL about valid and invalid signatures", () => {
    const random = new Random(9), count = { good: 0, bad: 0 };
    for (let k = 0; k < 8; k++) {
      const pair = newPair();
      own.use(pair.coordinates);
      expect(own.verifies(signed(pair, Buffer.from("first")), Buffer.from("first"))).toBe(true);
      expect(own.hasTable(pair.coordinates)).toBe(true);
      for (let i = 0; i < 100; i++) {
        const data = random.bytes(random.below(200)), signature = signed(pair, data);
        const [given, over] = random.chance(2) ? [signature, data] : random.chance(2) ? [random.mutate(signature), data] : [signature, random.mutate(data)];
        const want = given.length === 64 && verify("sha256", over, { key: pair.publicKey, dsaEncoding: "ieee-p1363" }, given);
        count[want ? "good" : "bad"]++;
        const answers = { anew: own.verifiesAnew(given, over), table: own.verifies(given, over) };
        if (answers.anew !== want || answers.table !== want) throw new Error(`${want}: ${JSON.stringify(answers)} ${given.toString("hex")} ${over.toString("hex")}`);
      }
    }
    expect(Math.min(count.good, count.bad)).toBeGreaterThan(200);
  });

  test("is right where the table has no result: for the generator as key, and keys near it", () => {
    let exceptional = 0;
    for (const d of [1n, N - 1n, 2n ** 16n, inverse(2n ** 16n, N), 2n ** 8n]) {
      const coordinates = multiple(d), random = new Random(10);
      own.use(coordinates);
      for (let i = 0; i < 150; i++) {
        const data = random.bytes(8), h = big(createHash("sha256").update(data).digest());
        // In about one of a hundred signatures, u·G and v·Q start with the same point.
        const k = below(random, N - 1n) + 1n, r = mod(big(multiple(k).subarray(0, 32)), N), s = mod(inverse(k, N) * (h + r * d), N);
        const signature = Buffer.concat([toBytes(r), toBytes(s)]);
        expect(own.verifies(signature, data)).toBe(true);
        own.bytes(coordinates).call("prepare");
        if (own.bytes(createHash("sha256").update(data).digest(), signature, toBytes(r)).call("adds") === 0) exceptional++;
        expect(own.verifies(signature, Buffer.concat([data, data]))).toBe(false);
      }
    }
    expect(exceptional).toBeGreaterThan(0);
  });

  test("accepts r + n as x, up to p - 1", () => {
    const data = Buffer.from("abc"), h = big(createHash("sha256").update(data).digest()), random = new Random(11);
    // If the x of R is r mod n, then for any s the signature (r, s) is valid for the key Q = (s·R - h·G) / r.
    const answers = (r: bigint, x: bigint): boolean[] => {
      const s = below(random, N - 1n) + 1n, over = inverse(r, N), point = add(times(mod(s * over, N), pointAt(x)), times(mod(-h * over, N), affine(multiple(1n))));
      const key = Buffer.concat([toBytes(point![0]), toBytes(point![1])]), signature = Buffer.concat([toBytes(r), toBytes(s)]);
      const jwk = { kty: "EC", crv: "P-256", x: key.subarray(0, 32).toString("base64url"), y: key.subarray(32).toString("base64url") };
      const theirs = verify("sha256", data, { key: createPublicKey({ format: "jwk", key: jwk }), dsaEncoding: "ieee-p1363" }, signature);
      own.use(key);
      const anew = own.verifies(signature, data);
      own.bytes(key).call("learn");
      return [theirs, anew, own.verifies(signature, data), own.verifies(Buffer.concat([toBytes(r + 1n), toBytes(s)]), data)];
    };
    const xs = (from: bigint, step: bigint): bigint[] => Array.from({ length: 12 }, (_, i) => from + step * BigInt(i)).filter((x) => pointAt(x) != null).slice(0, 2);
    const [low, high] = [xs(N + 1n, 1n), xs(P - 1n, -1n)];
    expect([low.length, high.length]).toEqual([2, 2]);
    for (const x of [...low, ...high]) expect(answers(x - N, x)).toEqual([true, true, true, false]);
    // The x of this point is 0. It equals p modulo p, but r + n must not be reduced.
    expect(pointAt(0n)).not.toBeNull();
    expect(answers(P - N, 0n)).toEqual([false, false, false, false]);
  });
});

describe("a key's table", () => {
  beforeEach(() => { own = new Own(); });
  const data = Buffer.from("data");

  test("is not made after an invalid signature, whether Wasm or Envoy refused it", () => {
    const pair = newPair(), other = newPair();
    own.use(pair.coordinates);
    expect(own.verifies(signed(other, data), data)).toBe(false);
    own.call("setHost", 0);
    expect(own.verifies(signed(pair, data), data)).toBe(false);
    expect(own.hasTable(pair.coordinates)).toBe(false);
  });

  test("is made after Envoy has accepted a signature, and Envoy is not called again", () => {
    const pair = newPair();
    own.use(pair.coordinates).call("setHost", 1);
    expect(own.verifies(signed(pair, data), data)).toBe(true);
    expect([own.hasTable(pair.coordinates), own.call("asked")]).toEqual([true, 1]);
    expect(own.verifies(signed(pair, data), data)).toBe(true);
    expect(own.verifies(signed(newPair(), data), data)).toBe(false); // although this host would accept it
    expect(own.call("asked")).toBe(1);
  });

  test("is used when the same key is read again, and not for the point with the opposite y", () => {
    const pair = newPair(), opposite = Buffer.concat([pair.coordinates.subarray(0, 32), toBytes(P - big(pair.coordinates.subarray(32)))]);
    own.use(pair.coordinates).verifies(signed(pair, data), data);
    own.use(opposite).call("setHost", 1);
    own.verifies(signed(pair, data), data);
    own.use(pair.coordinates).verifies(signed(pair, data), data);
    expect(own.call("asked")).toBe(1);
  });

  test("is made for a thirteenth key only after another was unused for a thousand verifications", () => {
    const pairs = Array.from({ length: 13 }, newPair), signatures = pairs.map((pair) => signed(pair, data)), last = pairs[12]!;
    const verifies = (i: number): void => { expect(own.use(pairs[i]!.coordinates).verifies(signatures[i]!, data)).toBe(true); };
    for (let i = 0; i < 13; i++) verifies(i);
    expect(own.hasTable(last.coordinates)).toBe(false);
    for (let turn = 0; turn < 90; turn++) for (let i = 0; i < 13; i++) verifies(i);
    expect(own.hasTable(last.coordinates)).toBe(false);
    for (let turn = 0; turn < 94; turn++) for (let i = 0; i < 13; i++) if (i !== 4) verifies(i);
    expect(own.hasTable(last.coordinates)).toBe(true);
    expect(own.hasTable(pairs[4]!.coordinates)).toBe(false);
    for (let i = 0; i < 13; i++) verifies(i);
    expect(own.use(last.coordinates).verifies(signatures[4]!, data)).toBe(false);
  });
});

type Affine = [bigint, bigint];
const B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;
const affine = (point: Buffer): Affine => [big(point.subarray(0, 32)), big(point.subarray(32))];

/** A point with this x, if there is one. */
function pointAt(x: bigint): Affine | null {
  const square = mod(x * x * x - 3n * x + B, P), y = power(square, (P + 1n) / 4n);
  return x < P && y * y % P === square ? [x, y] : null;
}
function power(x: bigint, e: bigint): bigint {
  let out = 1n;
  for (; e > 0n; e >>= 1n, x = x * x % P) if (e & 1n) out = out * x % P;
  return out;
}
function add(p: Affine | null, q: Affine | null): Affine | null {
  if (p == null || q == null) return p ?? q;
  if (p[0] === q[0] && p[1] !== q[1]) return null;
  const slope = p[0] === q[0] ? (3n * p[0] * p[0] - 3n) * inverse(2n * p[1], P) : (q[1] - p[1]) * inverse(q[0] - p[0], P), x = mod(slope * slope - p[0] - q[0], P);
  return [x, mod(slope * (p[0] - x) - p[1], P)];
}
function times(k: bigint, p: Affine | null): Affine | null {
  let out: Affine | null = null, at = p;
  for (; k > 0n; k >>= 1n, at = add(at, at)) if (k & 1n) out = add(out, at);
  return out;
}
