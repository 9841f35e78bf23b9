// A JSON Web Key Set, and the selection of keys for a signature.

import { EMPTY, same } from "../bytes/bytes";
import { decodeUtf8 } from "../bytes/utf8";
import { MAX_MEMBERS, parse } from "../json/parser";
import { Result } from "../result";
import { Algorithm } from "./algorithm";
import { Jwk, jwkFaultText, readJwk } from "./jwk";

export const enum JwksFault { NotJson = 1, NoKeys, TooManyKeys, NoUsableKey }

/** The largest JWKS document that is read, in bytes. */
export const MAX_JWKS = 256 * 1024;
/** The most keys that a set may hold. */
const MAX_KEYS = 100;
/** The most keys that one signature is tried against: a set without ids must not make a token expensive. */
const MAX_CANDIDATES = 16;
/** The same for P-384 and P-521, of which one takes as long as dozens of RSA keys. */
const MAX_SLOW_CANDIDATES = 4;
/** The longest part of a key's id that a log line shows. */
const MAX_SHOWN = 64;
/** The most keys that a log line names. */
const MAX_NAMED = 8;
/** The depth of the keys: the document, then its list. A duplicate name further inside affects only one key. */
const DEPTH_OF_KEYS = 2;

@final
export class KeySet {
  constructor(
    private readonly keys: Jwk[],
    /** For the log: the ignored keys, and why; empty if there are none. */
    readonly leftOut: string = "",
  ) {}

  get size(): i32 { return this.keys.length; }

  /** For the log: the ids of the first keys, and how many more there are. */
  get names(): string {
    const out: string[] = [], named = min(this.keys.length, MAX_NAMED);
    for (let i = 0; i < named; i++) out.push(shown(this.keys[i].kid));
    return out.join(", ") + more(this.keys.length - named);
  }

  /** Whether a key names itself so. */
  has(kid: Uint8Array | null): bool {
    if (kid == null) return false;
    for (let i = 0; i < this.keys.length; i++) {
      const own = this.keys[i].kid;
      if (own != null && same(kid, own)) return true;
    }
    return false;
  }

  /**
   * The keys that can verify a signature with this algorithm and key id. Empty if the id is unknown, or its key has another family. Without an id, and
   * among keys without ids, every key that fits is a candidate, up to the bound.
   */
  candidates(algorithm: Algorithm, kid: Uint8Array | null): Jwk[] {
    const out: Jwk[] = [];
    for (let i = 0; i < this.keys.length; i++) {
      const jwk = this.keys[i];
      if (!jwk.fits(algorithm)) continue;
      const own = jwk.kid;
      if (kid != null && own != null && !same(kid, own)) continue;
      // A key with the wanted id goes before keys without ids.
      if (kid != null && own != null) out.unshift(jwk);
      else out.push(jwk);
    }
    const most = algorithm.slow ? MAX_SLOW_CANDIDATES : MAX_CANDIDATES;
    if (out.length > most) out.length = most;
    return out;
  }
}

/** Unusable keys (for encryption, of unknown types, broken) are ignored. A set without a usable key is refused; then `at` is as in `KeySet.leftOut`. */
export function readJwks(document: Uint8Array): Result<KeySet> {
  const parsed = parse(document, MAX_JWKS, MAX_MEMBERS, DEPTH_OF_KEYS);
  if (parsed.failed) return Result.fail<KeySet>(JwksFault.NotJson, "");
  const json = parsed.value;
  const list = json.member(json.root, "keys");
  if (!json.isList(list)) return Result.fail<KeySet>(JwksFault.NoKeys, "keys");
  const keys: Jwk[] = [], leftOut: string[] = [];
  let count = 0, unnamed = 0;
  for (let node = json.first(list); node >= 0; node = json.sibling(list, node)) {
    if (++count > MAX_KEYS) return Result.fail<KeySet>(JwksFault.TooManyKeys, "keys");
    const jwk = readJwk(json, node), fault = jwk.fault;
    if (fault == null) keys.push(jwk.value);
    else {
      const why = jwkFaultText(fault.code, fault.at);
      if (why.length > 0 && leftOut.length < MAX_NAMED) leftOut.push(shown(json.text(json.member(node, "kid"))) + " " + why);
      else if (why.length > 0) unnamed++;
    }
  }
  const left = leftOut.join("; ") + more(unnamed);
  return keys.length == 0 ? Result.fail<KeySet>(JwksFault.NoUsableKey, left) : Result.of<KeySet>(new KeySet(keys, left));
}

function more(count: i32): string { return count > 0 ? "; and " + count.toString() + " more" : ""; }

/** For the log: only what an id is usually made of, and not without end. */
function shown(id: Uint8Array | null): string {
  const kid = id == null ? EMPTY : id.slice(0, MAX_SHOWN);
  for (let i = 0; i < kid.length; i++) if (kid[i] <= 0x20 || kid[i] > 0x7e) kid[i] = 0x3f;
  return kid.length == 0 ? "a key without id" : decodeUtf8(kid);
}
