// Verifies an access token that is a JWT: algorithm, key, signature, then claims, in that order.

import { JwsFault, Jws, readJws, VerifiedJwt } from "../../jose/jws";
import { Result } from "../../result";
import { admitJwt, mayBeOurs } from "../decision/admit";
import { Exchange, ProviderView } from "../decision/exchange";
import { AwaitProvider, Next, Refuse } from "../decision/next";
import { verifiedByProvider } from "../decision/provider_keys";
import { ALGORITHM_REFUSED, BAD_CLAIMS, BAD_SIGNATURE, NOT_A_JWT, NOT_READY, Refusal, TOKEN_TOO_LARGE, UNKNOWN_KEY } from "../decision/refusal";

/** How long a refusal is cached that the same token would get again. */
const REFUSED_SEC: i64 = 60;

export function verifyWithKey(x: Exchange, token: Uint8Array): Next {
  const jws = readJws(token);
  const fault = jws.fault;
  if (fault != null) return refuse(x, refusalOf(fault.code));
  const key = x.config.key;
  if (key == null || !expected(x, jws.value)) return refuse(x, ALGORITHM_REFUSED);
  return judge(x, jws.value.verifiedBy(key));
}

export function verifyWithKeySet(x: Exchange, provider: ProviderView, token: Uint8Array): Next {
  const read = readJws(token);
  const fault = read.fault;
  if (fault != null) return refuse(x, refusalOf(fault.code));
  const jws = read.value;
  if (!expected(x, jws)) return refuse(x, ALGORITHM_REFUSED);
  const jwt = verifiedByProvider(provider, jws);
  if (jwt != null) return judge(x, jwt);
  const keys = provider.keys(), unknown = new Refuse(keys != null && keys.candidates(jws.algorithm, jws.kid).length > 0 ? BAD_SIGNATURE : UNKNOWN_KEY);
  if (!mayBeOurs(x, jws.unverifiedClaims())) return unknown;
  // The provider may have a new key. Look-ups are limited for all tokens together, because attackers choose key ids.
  if (!x.waited && provider.askForKey(false)) return new AwaitProvider();
  // If the provider could not be asked, the token may be valid.
  const lookedUp = x.waited && !provider.keysFailing;
  return lookedUp || provider.hasDropped(jws.kid) ? unknown : new Refuse(NOT_READY);
}

function judge(x: Exchange, jwt: Result<VerifiedJwt>): Next {
  const fault = jwt.fault;
  return fault == null ? admitJwt(x, jwt.value) : refuse(x, refusalOf(fault.code));
}

function expected(x: Exchange, jws: Jws): bool { return x.config.algorithms.includes(jws.algorithm); }

function refuse(x: Exchange, refusal: Refusal): Refuse { return new Refuse(refusal, x.nowSec + REFUSED_SEC); }

function refusalOf(fault: i32): Refusal {
  switch (fault) {
    case JwsFault.TooLarge: return TOKEN_TOO_LARGE;
    case JwsFault.UnknownAlgorithm: return ALGORITHM_REFUSED;
    case JwsFault.BadSignature: return BAD_SIGNATURE;
    case JwsFault.BadPayload: return BAD_CLAIMS;
    default: return NOT_A_JWT;
  }
}
