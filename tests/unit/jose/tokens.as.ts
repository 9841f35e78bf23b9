/** Makes tokens and keys as text. */

import { encodeBase64 } from "../../../assembly/bytes/base64";
import { Hash } from "../../../assembly/crypto/hash/hash";
import { hmac } from "../../../assembly/crypto/hash/hmac";
import { text, utf8 } from "../check";
import { EC_X, EC_Y, ED_X, RSA_N } from "./fixtures.as";

export function base64url(bytes: Uint8Array): string {
  return text(encodeBase64(bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

export function encoded(json: string): string { return base64url(utf8(json)); }

export const SECRET = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/** A token signed with SECRET by HS256, whatever the header says. */
export function hs256(header: string, payload: string): string {
  const input = encoded(header) + "." + encoded(payload);
  return input + "." + hs256Of(input);
}

/** The HS256 signature of any text with SECRET. */
export function hs256Of(input: string): string { return base64url(hmac(Hash.Sha256, utf8(SECRET), utf8(input))); }

// JSON Web Keys. `members` come first, for example `"kid":"a",`.
export function rsaJwk(members: string): string { return `{${members}"kty":"RSA","n":"${RSA_N}","e":"AQAB"}`; }
export function ecJwk(members: string): string { return `{${members}"kty":"EC","crv":"P-256","x":"${EC_X}","y":"${EC_Y}"}`; }
export function edJwk(members: string): string { return `{${members}"kty":"OKP","crv":"Ed25519","x":"${ED_X}"}`; }
export function jwks(keys: string[]): string { return `{"keys":[${keys.join(",")}]}`; }
