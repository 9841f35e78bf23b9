// Proof Key for Code Exchange (RFC 7636): S256 only. The method `plain` protects nothing, so it does not exist here (duty 11).

import { encodeBase64url } from "../bytes/base64";
import { digest, Hash } from "../crypto/hash/hash";

/** The `code_challenge` of a verifier (§4.2). */
export function codeChallenge(verifier: Uint8Array): Uint8Array { return encodeBase64url(digest(Hash.Sha256, verifier)); }
