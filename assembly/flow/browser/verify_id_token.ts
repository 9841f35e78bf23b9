// Verifies the signature of an ID Token, always: with the provider's keys, or with a shared secret if configured (OpenID Connect Core 1.0 §3.1.3.7, points 6 to 8).

import { Hash } from "../../crypto/hash/hash";
import { SecretKey } from "../../crypto/encoding/key";
import { Algorithm } from "../../jose/algorithm";
import { JwsFault, readJws, VerifiedJwt } from "../../jose/jws";
import { Result } from "../../result";
import { Exchange } from "../decision/exchange";
import { verifiedByProvider } from "../decision/provider_keys";

const NONE: Algorithm[] = [];

/** `UnknownKey`: no known key verifies the signature, but there may be a new one. */
export const enum Signature { Good = 1, UnknownKey, Bad }

@final
export class SignedToken {
  constructor(
    readonly signature: Signature,
    /** null unless the signature is good. */
    readonly jwt: VerifiedJwt | null,
    /** The hash of its algorithm, which `at_hash` uses too. */
    readonly hash: Hash,
    /** What is wrong, for the log. */
    readonly why: string,
  ) {}
}

/** How often, and for how long, the key of a token that was just issued is fetched again if the fetch fails. */
const MAX_LOOKUPS = 10;
const MAX_LOOKUP_MS: i64 = 10_000;

/** A wait for the key of a token from the token endpoint. */
@final
export class KeyWait {
  private lookups: i32 = 0;
  constructor(private readonly sinceMs: i64) {}

  /** Whether to wait again. After one successful fetch of the keys there is no further wait. */
  goesOn(x: Exchange): bool {
    const provider = x.provider;
    if (provider == null || this.lookups >= MAX_LOOKUPS || x.nowMs >= this.sinceMs + MAX_LOOKUP_MS) return false;
    if (this.lookups > 0 && !provider.keysFailing) return false;
    this.lookups++;
    return provider.askForKey(true);
  }
}

/** Verifies an ID Token or a logout token. */
export function verifySigned(x: Exchange, token: Uint8Array): SignedToken {
  const browser = x.config.browser, metadata = x.metadata;
  if (browser == null) return bad("came to a rule without a login");
  const listed = browser.idTokenAlgorithmsByMetadata && metadata != null ? metadata.idTokenAlgorithms : NONE;
  return verifyBy(x, token, browser.idTokenAlgorithms, listed, browser.idTokenSecret);
}

/** Verifies the access token of a session. */
export function verifyAccessToken(x: Exchange, token: Uint8Array): SignedToken {
  const browser = x.config.browser, key = x.config.key;
  if (browser == null) return bad("came to a rule without a login");
  return verifyBy(x, token, browser.accessTokenAlgorithms, NONE, key instanceof SecretKey ? key as SecretKey : null);
}

/** `listed`: the algorithms in the provider's metadata; empty if they do not count. `secret`: for symmetric algorithms. */
function verifyBy(x: Exchange, token: Uint8Array, allowed: Algorithm[], listed: Algorithm[], secret: SecretKey | null): SignedToken {
  const read = readJws(token);
  const fault = read.fault;
  if (fault != null && fault.code == JwsFault.TooLarge) return bad("is larger than 16 kB");
  if (fault != null) return bad("is not a well-formed signed JWT with an algorithm that is known here (encrypted ID Tokens are not supported)");
  const jws = read.value, algorithm = jws.algorithm;
  if (!allowed.includes(algorithm)) return bad("is signed with " + algorithm.name + ", which id_token_signed_response_alg (where it is not set: token_signing_alg_values_expected) does not allow");
  if (!algorithm.symmetric && listed.length > 0 && !listed.includes(algorithm)) {
    return bad("is signed with " + algorithm.name + ", which the provider's id_token_signing_alg_values_supported does not name: if it is right, set id_token_signed_response_alg");
  }
  const provider = x.provider;
  let jwt: Result<VerifiedJwt> | null = null;
  if (!algorithm.symmetric) jwt = provider == null ? null : verifiedByProvider(provider, jws);
  else if (secret != null) jwt = jws.verifiedBy(secret);
  else return bad("is signed with " + algorithm.name + ", for which there is neither symmetric_key nor client_secret");
  if (jwt == null) {
    const known = provider != null && provider.keys() != null;
    return new SignedToken(Signature.UnknownKey, null, algorithm.hash, known ? "was signed by a key that the provider does not publish" : "cannot be verified: the provider's keys are not available");
  }
  return jwt.failed ? bad("has no valid signature") : new SignedToken(Signature.Good, jwt.value, algorithm.hash, "");
}

function bad(why: string): SignedToken { return new SignedToken(Signature.Bad, null, Hash.Sha256, why); }
