// JSON Web Key Sets (RFC 7517). Each row has its own issuer, whose ID Token is signed with one of the keys.

import { b64u, KEY, makeKey, type Key } from "../../host/fixture";
import { byHmac, LOGGED_IN, NULLS, packed, reversed, text, twice, WINDOWS, type Json, type Quirk } from "./quirk";

const REFUSED = "502 login_failed", NOT_READY = "503 provider_not_ready";
const LEFT_OUT = "RFC 7517 §5: an unusable key is ignored";

const bytes = (value: unknown): Buffer => Buffer.from(String(value), "base64url");
const keys = (...jwks: unknown[]) => ({ keys: jwks });
const rsa = (changes: Json): Json => ({ ...KEY.jwk, ...changes });
const without = ({ jwk }: Key, ...names: string[]): Json => Object.fromEntries(Object.entries(jwk).filter(([name]) => !names.includes(name)));
const zeros = (value: unknown): Buffer => Buffer.concat([Buffer.alloc(1), bytes(value)]);

const P256 = makeKey("es", "ES256"), ED = makeKey("ed", "EdDSA");
const SHORT = keyWhere("short", "ES256", (number) => number[0] === 0), P521 = keyWhere("p521", "ES512", (number) => number[0] === 0), HIGH = keyWhere("high", "ES256", (number) => number[0]! >= 0x80);
const MANY = Array.from({ length: 17 }, (_, i) => makeKey(`many-${i}`, "ES256")), ELSEWHERE = makeKey("elsewhere");
/** The point with its coordinates as some libraries write them. */
const point = ({ jwk }: Key, write: (number: Buffer) => Buffer): Json => ({ ...jwk, x: b64u(write(bytes(jwk.x))), y: b64u(write(bytes(jwk.y))) });
const unpadded = (number: Buffer): Buffer => number[0] === 0 ? unpadded(number.subarray(1)) : number;
const signedNumber = (number: Buffer): Buffer => number[0]! < 0x80 ? number : Buffer.concat([Buffer.alloc(1), number]);

export const KEYS: Quirk[] = [
  { quirk: "d, p, q and oth null", why: `${NULLS}: it is no private key`, keys: keys(rsa({ d: null, p: null, q: null, dp: null, dq: null, qi: null, oth: null })), then: LOGGED_IN },
  { quirk: "use, alg, kid and key_ops null", why: NULLS, keys: keys(rsa({ use: null, alg: null, kid: null, key_ops: null })), then: LOGGED_IN },
  { quirk: "x5c, x5t and x5u null", why: NULLS, keys: keys(rsa({ x5c: null, x5t: null, x5u: null, "x5t#S256": null })), then: LOGGED_IN },
  { quirk: "key_ops and oth as empty lists", why: NULLS, keys: keys(rsa({ key_ops: [], oth: [] })), then: LOGGED_IN },
  { quirk: "no use, alg and kid", why: "RFC 7517 §4: optional", keys: keys(without(KEY, "use", "alg", "kid")), then: LOGGED_IN },
  { quirk: "key_ops with verify among others", why: "RFC 7517 §4.3", keys: keys(rsa({ key_ops: ["encrypt", "verify"] })), then: LOGGED_IN },
  { quirk: "n and e with padding", why: "sets written by hand", keys: keys(rsa({ n: `${KEY.jwk.n}==`, e: "AQAB" })), then: LOGGED_IN },
  { quirk: "n in standard base64", why: "Java's and .NET's encoders", keys: keys(rsa({ n: bytes(KEY.jwk.n).toString("base64") })), then: LOGGED_IN },
  { quirk: "a zero in front of n", why: "RFC 7518 §6.3.1.1: Java's numbers have a sign", keys: keys(rsa({ n: b64u(zeros(KEY.jwk.n)) })), then: LOGGED_IN },
  { quirk: "a zero in front of e", why: "libraries that write four bytes", keys: keys(rsa({ e: b64u(zeros("AQAB")) })), then: LOGGED_IN },
  { quirk: "P-256 without a coordinate's leading zeros", why: "serialisers of large numbers", keys: keys(point(SHORT, unpadded)), idToken: { key: SHORT }, then: LOGGED_IN },
  { quirk: "P-521 without a coordinate's leading zeros", why: "serialisers of large numbers", keys: keys(point(P521, unpadded)), idToken: { key: P521 }, then: LOGGED_IN },
  { quirk: "P-256 with a zero in front of its coordinates", why: "Java's numbers have a sign", keys: keys(point(HIGH, signedNumber)), idToken: { key: HIGH }, then: LOGGED_IN },
  { quirk: "P-256 in standard base64 with =", why: "Java's and .NET's encoders", keys: keys({ ...P256.jwk, x: bytes(P256.jwk.x).toString("base64"), y: bytes(P256.jwk.y).toString("base64") }), idToken: { key: P256 }, then: LOGGED_IN },
  { quirk: "Ed25519 with padding", why: "sets written by hand", keys: keys({ ...ED.jwk, x: `${ED.jwk.x}=` }), idToken: { key: ED }, then: LOGGED_IN },
  { quirk: "its members in the reverse order", why: "JSON has none (RFC 8259 §1)", keys: keys(reversed(KEY.jwk).body), then: LOGGED_IN },
  { quirk: "a byte order mark", why: WINDOWS, keys: packed((json) => `\ufeff${json}`), then: LOGGED_IN },
  { quirk: "application/jwk-set+json as its type", why: "RFC 7517 §8.5", keys: packed((json) => json, 200, "application/jwk-set+json"), then: LOGGED_IN },
  { quirk: "text/plain as its type", why: "sets that are files on a server", keys: packed((json) => json, 200, "text/plain"), then: LOGGED_IN },
  { quirk: "unknown members beside the keys", why: "a time, a version, a copyright", keys: { "x-time": 1, comment: [null] }, then: LOGGED_IN },
  { quirk: "an unused member of the set twice", why: "RFC 7517 §5: member names must be unique", keys: packed(twice('"comment":1,"comment":2')), bearer: {}, then: NOT_READY },
  { quirk: "a key with a member twice, beside a good one", why: LEFT_OUT, keys: packed((json) => json.replace("[", '[{"kid":"bad","kid":"bad","kty":"RSA"},')), then: LOGGED_IN, log: /left out: .*has a member twice/ },
  { quirk: "a key of an unknown type beside a good one", why: `${LEFT_OUT}: post-quantum ones`, keys: keys({ kid: "pq", kty: "AKP", alg: "ML-DSA-44", pub: "AA" }, KEY.jwk), then: LOGGED_IN, log: /left out: pq has a kty/ },
  { quirk: "a key with a broken n beside a good one", why: LEFT_OUT, keys: keys({ kid: "broken", kty: "RSA", n: "###", e: "AQAB" }, KEY.jwk), then: LOGGED_IN, log: /left out: broken has a malformed n/ },
  { quirk: "a key off its curve beside a good one", why: LEFT_OUT, keys: keys({ ...P256.jwk, kid: "off", y: P256.jwk.x }, KEY.jwk), then: LOGGED_IN, log: /left out: off is not a valid key/ },
  { quirk: "a private key beside a good one", why: LEFT_OUT, keys: keys({ ...P256.jwk, kid: "private", d: "AQAB" }, KEY.jwk), then: LOGGED_IN, log: /left out: private holds d/ },
  { quirk: "a shared secret beside a good key", why: LEFT_OUT, keys: keys({ kid: "oct", kty: "oct", k: "c2VjcmV0" }, KEY.jwk), then: LOGGED_IN, log: /left out: oct is a shared secret/ },
  { quirk: "null, a number and a text beside a good key", why: LEFT_OUT, keys: keys(null, 7, "key", KEY.jwk), then: LOGGED_IN, log: /left out: .*is not an object/ },
  { quirk: "a kid that is a number beside a good key", why: LEFT_OUT, keys: keys({ ...P256.jwk, kid: 7 }, KEY.jwk), then: LOGGED_IN, log: /left out: .*malformed kid/ },
  { quirk: "a key for encryption with the same kid, before it", why: "one certificate for both uses", keys: keys(rsa({ use: "enc" }), KEY.jwk), then: LOGGED_IN },
  { quirk: "the same key twice", why: "a rotation under way", keys: keys(KEY.jwk, KEY.jwk), then: LOGGED_IN },
  { quirk: "two keys with the same kid", why: "a rotation that reuses the kid", keys: keys(rsa({ n: makeKey("k1").jwk.n }), KEY.jwk), then: LOGGED_IN },
  { quirk: "16 keys, none named by the token", why: "providers without key ids", keys: keys(...MANY.slice(0, 16).map(({ jwk }) => jwk)), idToken: { key: MANY[15], header: { kid: undefined } }, then: LOGGED_IN },
  { quirk: "16 keys without ids", why: "providers without key ids", keys: keys(...MANY.slice(0, 16).map((key) => without(key, "kid"))), idToken: { key: MANY[15] }, then: LOGGED_IN },
  { quirk: "an EC and an RSA key without ids", why: "providers without key ids", keys: keys(without(P256, "kid"), without(KEY, "kid")), then: LOGGED_IN },

  { quirk: "17 keys, none named by the token", why: "the keys tried for one token have a bound", keys: keys(...MANY.map(({ jwk }) => jwk)), idToken: { key: MANY[16], header: { kid: undefined } }, then: REFUSED },
  { quirk: "a key published for another algorithm", why: "RFC 8725 §3.1", keys: keys(rsa({ alg: "PS256" })), then: REFUSED },
  { quirk: "an RS256 token whose kid names an EC key", why: "RFC 8725 §3.1", keys: keys({ ...P256.jwk, kid: "k1" }), then: REFUSED },
  { quirk: "a token signed by another key, with a known kid", why: "RFC 8725 §3.3", keys: keys(KEY.jwk), idToken: { key: ELSEWHERE, header: { kid: "k1" } }, then: REFUSED },
  { quirk: "a token signed by a key that is not in the set", why: "RFC 7515 §4.1.4", keys: keys(KEY.jwk), idToken: { key: ELSEWHERE }, then: REFUSED },
  { quirk: "a token signed with a published shared secret", why: "RFC 8725 §2.1", config: { token_signing_alg_values_expected: ["HS256", "RS256"] }, keys: keys({ kid: "k1", kty: "oct", alg: "HS256", k: b64u("secret") }, KEY.jwk), idToken: { form: byHmac("secret") }, then: REFUSED },
  { quirk: "only a key for encryption", why: "RFC 7517 §4.2", keys: keys(rsa({ use: "enc" })), bearer: {}, then: NOT_READY },
  { quirk: "a key whose key_ops lack verify", why: "RFC 7517 §4.3", keys: keys(rsa({ key_ops: ["encrypt"] })), bearer: {}, then: NOT_READY },
  { quirk: "key_ops as a text", why: "RFC 7517 §4.3: a list", keys: keys(rsa({ key_ops: "encrypt" })), bearer: {}, then: NOT_READY },
  { quirk: "only a private key", why: "the key is disclosed", keys: keys(rsa({ d: "AQAB" })), bearer: {}, then: NOT_READY },
  { quirk: "n null", why: "RFC 7518 §6.3.1: required", keys: keys(rsa({ n: null })), bearer: {}, then: NOT_READY },
  { quirk: "kty null", why: "RFC 7517 §4.1: required", keys: keys(rsa({ kty: null })), bearer: {}, then: NOT_READY },
  { quirk: "n of 1024 bits", why: "RFC 7518 §3.3", keys: keys(rsa({ n: b64u(Buffer.alloc(128, 0xc1)) })), bearer: {}, then: NOT_READY },
  { quirk: "e of 1", why: "every message would be its own signature", keys: keys(rsa({ e: "AQ" })), bearer: {}, then: NOT_READY },
  { quirk: "two zeros in front of n", why: "no library writes two", keys: keys(rsa({ n: b64u(Buffer.concat([Buffer.alloc(2), bytes(KEY.jwk.n)])) })), bearer: {}, then: NOT_READY },
  { quirk: "P-256 with a coordinate that is too long", why: "not an element of its field", keys: keys({ ...P256.jwk, x: b64u(Buffer.concat([Buffer.alloc(1, 1), bytes(P256.jwk.x)])) }), bearer: {}, then: NOT_READY },
  { quirk: "P-256 without y", why: "RFC 7518 §6.2.1.3: required", keys: keys({ ...P256.jwk, y: null }), bearer: {}, then: NOT_READY },
  { quirk: "the point at infinity", why: "every signature would be good", keys: keys({ ...P256.jwk, x: "", y: "" }), bearer: {}, then: NOT_READY },
  { quirk: "base64 with unused bits set", why: "every number has one spelling", keys: keys(rsa({ n: `${String(KEY.jwk.n).slice(0, -1)}_` })), bearer: {}, then: NOT_READY },
  { quirk: "an empty set", why: "no signature can be verified", keys: keys(), bearer: {}, then: NOT_READY },
  { quirk: "keys null", why: "RFC 7517 §5.1: required", keys: { keys: null }, bearer: {}, then: NOT_READY },
  { quirk: "keys as an object", why: "maps of keys by their id", keys: { keys: { k1: KEY.jwk } }, bearer: {}, then: NOT_READY },
  { quirk: "keys twice", why: "parsers differ in which one they use", keys: packed(twice('"keys":[]')), bearer: {}, then: NOT_READY },
  { quirk: "a single key", why: "RFC 7517 §5: a set", keys: () => ({ body: KEY.jwk }), bearer: {}, then: NOT_READY },
  { quirk: "101 keys", why: "memory has a bound", keys: keys(...Array(101).fill(KEY.jwk)), bearer: {}, then: NOT_READY },
  { quirk: "a page", why: "portals and proxies", keys: text("<html>"), bearer: {}, then: NOT_READY },
  { quirk: "status 404 with keys", why: "the status is an error", keys: packed((json) => json, 404), bearer: {}, then: NOT_READY },
];

/**
 * A key with a coordinate that `fits` accepts. On P-256 one key in 128 has a zero byte at the start, on P-521 nearly all; half of all keys have the highest bit set.
 */
function keyWhere(kid: string, alg: string, fits: (coordinate: Buffer) => boolean): Key {
  for (;;) {
    const key = makeKey(kid, alg);
    if (fits(bytes(key.jwk.x)) || fits(bytes(key.jwk.y))) return key;
  }
}
