// A signed JWT in compact form (RFC 7515 §3.1, RFC 7519): reads its header, verifies its signature, and proves that it was verified.

import { decodeBase64url } from "../bytes/base64";
import { indexOf } from "../bytes/bytes";
import { Key } from "../crypto/encoding/key";
import { verify } from "../crypto/verify";
import { Json } from "../json/json";
import { parse, parseObject } from "../json/parser";
import { Result } from "../result";
import { Algorithm, algorithmNamed } from "./algorithm";
import { Jwk, MAX_KID } from "./jwk";

export const enum JwsFault { TooLarge = 1, NotCompact, BadHeader, UnknownAlgorithm, Critical, BadSignature, BadPayload }

/** The largest token that is read, in bytes. */
export const MAX_TOKEN = 16 * 1024;
/** Members of a header. A dozen are registered (RFC 7515 §4.1). A header is read before the signature is verified, so anybody can send one. */
const MAX_HEADER_MEMBERS = 64;

/** A token with a well-formed header. Its signature is not verified yet, so the method that returns its payload says so by its name. */
@final
export class Jws {
  constructor(
    readonly algorithm: Algorithm,
    readonly kid: Uint8Array | null,
    /** The header's `typ`; null if there is none. */
    readonly typ: Uint8Array | null,
    private readonly signingInput: Uint8Array,
    private readonly payload: Uint8Array,
    private readonly signature: Uint8Array,
  ) {}

  /** Tries the keys in turn. */
  verifiedByAny(keys: Jwk[]): Result<VerifiedJwt> {
    for (let i = 0; i < keys.length; i++) {
      const jwt = this.verifiedBy(keys[i].key);
      const fault = jwt.fault;
      if (fault == null || fault.code != JwsFault.BadSignature) return jwt;
    }
    return Result.fail<VerifiedJwt>(JwsFault.BadSignature, "signature");
  }

  verifiedBy(key: Key): Result<VerifiedJwt> {
    if (!verify(this.algorithm.scheme, this.algorithm.hash, key, this.signingInput, this.signature)) {
      return Result.fail<VerifiedJwt>(JwsFault.BadSignature, "signature");
    }
    const claims = this.unverifiedClaims();
    return claims == null ? Result.fail<VerifiedJwt>(JwsFault.BadPayload, "payload") : Result.of<VerifiedJwt>(new VerifiedJwt(claims, this.typ));
  }

  /** The claims before verification. Use them only to refuse the token, or to decide about a look-up of its key. null if they are no JSON object. */
  unverifiedClaims(): Json | null {
    const payload = decodeBase64url(this.payload);
    return payload.failed ? null : parseObject(payload.value, MAX_TOKEN);
  }
}

/** Verified claims. Only `Jws.verifiedBy` makes this object, so it proves that the signature was verified. */
@final
export class VerifiedJwt {
  constructor(readonly claims: Json, readonly typ: Uint8Array | null) {}
}

/** Reads a token up to its signature. It must have exactly three parts. `crit` is refused, because no extension is supported. */
export function readJws(token: Uint8Array): Result<Jws> {
  if (token.length > MAX_TOKEN) return Result.fail<Jws>(JwsFault.TooLarge, token.length.toString());
  const first = indexOf(token, 0x2e);
  const second = first < 0 ? -1 : indexOf(token, 0x2e, first + 1);
  if (second < 0 || indexOf(token, 0x2e, second + 1) >= 0) return Result.fail<Jws>(JwsFault.NotCompact, "");

  const headerBytes = decodeBase64url(token.subarray(0, first));
  if (headerBytes.failed) return Result.fail<Jws>(JwsFault.BadHeader, "header");
  const parsed = parse(headerBytes.value, MAX_TOKEN, MAX_HEADER_MEMBERS);
  if (parsed.failed) return Result.fail<Jws>(JwsFault.BadHeader, "header");
  const header = parsed.value;
  // Keys and URLs of keys in the header (jku, jwk, x5u, x5c) are never used (RFC 8725 §3.10).
  if (header.member(header.root, "crit") >= 0 || header.member(header.root, "b64") >= 0) return Result.fail<Jws>(JwsFault.Critical, "crit");
  if (header.member(header.root, "zip") >= 0) return Result.fail<Jws>(JwsFault.BadHeader, "zip");

  const algorithm = algorithmNamed(header.text(header.member(header.root, "alg")));
  if (algorithm == null) return Result.fail<Jws>(JwsFault.UnknownAlgorithm, "alg");
  const kid = header.member(header.root, "kid");
  if (kid >= 0 && (!header.isString(kid) || header.raw(kid).length > MAX_KID)) return Result.fail<Jws>(JwsFault.BadHeader, "kid");
  const typ = header.member(header.root, "typ");
  if (typ >= 0 && !header.isString(typ)) return Result.fail<Jws>(JwsFault.BadHeader, "typ");

  const signature = decodeBase64url(token.subarray(second + 1));
  if (signature.failed) return Result.fail<Jws>(JwsFault.BadSignature, "signature");
  return Result.of<Jws>(new Jws(
    algorithm,
    kid >= 0 ? header.text(kid) : null,
    typ >= 0 ? header.text(typ) : null,
    token.subarray(0, second),
    token.subarray(first + 1, second),
    signature.value,
  ));
}
