// The tokens that a provider issues at a login, small and large, by the size of the cookies that result.

import { randomBytes } from "node:crypto";
import { jwt, type Signer } from "./signers";

export type Size = "1 kB" | "12 kB";

export interface Tokens { accessToken: string; idToken: string; refreshToken: string; userinfo: string }

export interface Person { issuer: string; subject: string; nonce: string; expiresAtSec: number; signer: Pick<Signer, "algorithm" | "kid" | "sign"> }

export const CLIENT_ID = "bench";
export const SCOPE = "openid profile email";

/** The numbers of groups in the claims, which make the large set large. */
const ACCESS_GROUPS = 176, ID_GROUPS = 100, USERINFO_GROUPS = 62, REFRESH_BYTES = 1000;

/** Small: an opaque access token and a few claims. Large: the tokens of directories with hundreds of groups. */
export function tokensFor(size: Size, person: Person): Tokens {
  const large = size === "12 kB";
  const claims = { iss: person.issuer, sub: person.subject, aud: CLIENT_ID, exp: person.expiresAtSec, iat: person.expiresAtSec - 86400 };
  return {
    accessToken: large ? jwt({ ...claims, scope: SCOPE, groups: groups(ACCESS_GROUPS) }, person.signer) : randomBytes(32).toString("base64url"),
    idToken: jwt({ ...claims, nonce: person.nonce, ...(large ? { groups: groups(ID_GROUPS) } : {}) }, person.signer),
    refreshToken: randomBytes(large ? REFRESH_BYTES : 32).toString("base64url"),
    userinfo: userinfoOf(size, person.subject),
  };
}

export function userinfoOf(size: Size, subject: string): string {
  return JSON.stringify({ sub: subject, name: "Alice Example", email: "alice@example.com", ...(size === "12 kB" ? { groups: groups(USERINFO_GROUPS) } : {}) });
}

function groups(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `team-${1000 + i}-readers`);
}
