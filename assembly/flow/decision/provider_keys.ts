// Verifies a signature by the provider's keys, for bearer tokens and for tokens of a login alike.

import { Jws, JwsFault, VerifiedJwt } from "../../jose/jws";
import { Result } from "../../result";
import { ProviderView } from "./exchange";

/** The final result. null: none of the keys verifies the signature, but there may be a new key. */
export function verifiedByProvider(provider: ProviderView, jws: Jws): Result<VerifiedJwt> | null {
  do {
    const keys = provider.keys();
    if (keys == null) continue;
    const candidates = keys.candidates(jws.algorithm, jws.kid);
    if (candidates.length == 0) continue;
    const jwt = jws.verifiedByAny(candidates), fault = jwt.fault;
    // A wrong signature is final only with the key that the token names.
    if (fault == null || fault.code != JwsFault.BadSignature || keys.has(jws.kid)) return jwt;
  } while (provider.newerKeys());
  return null;
}
