/** Sample sessions, logins, keys and nonces. */
import { Login } from "../../../assembly/session/login";
import { SealingKeys } from "../../../assembly/session/sealing";
import { Session } from "../../../assembly/session/session";
import { ascii, filled } from "../check";

export const JWT = "eyJhbGciOiJSUzI1NiIsImtpZCI6ImsifQ.eyJpc3MiOiJodHRwczovL2lkcC5leGFtcGxlLmNvbSIsInN1YiI6Im1lIn0.AAECAwQFBgcICQoLDA0ODw";

export function keys(secret: string = "a secret of ours"): SealingKeys { return new SealingKeys([ascii(secret)]); }

export function nonce(value: u8 = 1): Uint8Array { return filled(24, value); }

/** Bytes that differ from their neighbours. */
export function bytes(size: i32, seed: i32 = 1): Uint8Array {
  const out = new Uint8Array(size);
  for (let i = 0; i < size; i++) out[i] = <u8>(i * 73 + (i >> 8) * 31 + seed * 101);
  return out;
}

export function flipped(input: Uint8Array, bit: i32): Uint8Array {
  const out = input.slice();
  out[bit >> 3] ^= <u8>(<i32>1 << (bit & 7));
  return out;
}

export function session(): Session {
  const s = new Session();
  s.id = bytes(16);
  s.createdAtSec = 1700000000;
  s.touchedAtSec = 1700000100;
  s.extendedAtSec = 1700000050;
  s.authenticatedAtSec = 1700000000;
  s.subject = ascii("me");
  s.sid = ascii("sid-1");
  s.accessToken = ascii(JWT);
  s.accessExpiresAtSec = 1700000300;
  s.accessVerified = true;
  s.refreshToken = ascii("refresh");
  s.scope = ascii("openid profile");
  s.idToken = ascii(JWT);
  s.idClaims = ascii("{\"sub\":\"me\"}");
  s.userinfo = ascii("{\"name\":\"Me\"}");
  return s;
}

export function login(): Login {
  const l = new Login();
  l.state = ascii("abcdefgh-_ABCDEFGH0123456789wxyz");
  l.nonce = ascii("nonceNonceNonceNonceNonceNonce12");
  l.codeVerifier = ascii("v".repeat(43));
  l.returnTo = ascii("/page?a=b");
  l.startedAtSec = 1700000000;
  l.scope = ascii("openid profile");
  l.acrValues = ascii("gold silver");
  l.maxAgeSec = 60;
  l.sessionId = ascii("session");
  l.contents.accessToken = false;
  l.contents.rawIdToken = false;
  return l;
}
