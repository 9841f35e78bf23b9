// The provider's users, who exist as soon as somebody logs in as them, and their UserInfo claims.

import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { AUDIENCE } from "./provider-clients";
import type { KeyRing } from "./provider-keys";

/** Scope → its claims. */
export const CLAIMS: Record<string, string[]> = {
  openid: ["sub"],
  profile: ["name", "preferred_username", "groups", "padding"],
  email: ["email", "email_verified"],
};

export type Claims = Record<string, unknown>;

export function account(id: string, padding: string): { accountId: string; claims(): Promise<Claims> } {
  return {
    accountId: id,
    claims: async () => ({
      sub: id, name: `${id[0]?.toUpperCase() ?? ""}${id.slice(1)} Example`, preferred_username: id, groups: ["staff", id],
      email: `${id}@example.com`, email_verified: true, ...(padding === "" ? {} : { padding }),
    }),
  };
}

/** Text that does not compress. */
export function paddingOf(bytes = 0): string {
  return randomBytes(bytes).toString("base64url").slice(0, bytes);
}

/**
 * UserInfo for a JWT access token, as most providers offer it: oidc-provider offers it for opaque ones only. Returns whether it handled the request.
 */
export function userinfo(keys: KeyRing, issuer: string, padding: string, request: IncomingMessage, response: ServerResponse): boolean {
  const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/.exec(request.headers.authorization ?? "")?.[1];
  if (request.url !== "/me" || token === undefined) return false;
  claimsFor(token, keys, issuer, padding).then(
    (claims) => response.writeHead(200, { "content-type": "application/json", "cache-control": "no-store" }).end(JSON.stringify(claims)),
    () => response.writeHead(401, { "www-authenticate": 'Bearer error="invalid_token"' }).end(),
  );
  return true;
}

async function claimsFor(token: string, keys: KeyRing, issuer: string, padding: string): Promise<Claims> {
  const { payload } = await keys.verify(token, { issuer, audience: AUDIENCE, typ: "at+jwt" });
  const all = await account(String(payload.sub), padding).claims();
  const names = String(payload.scope).split(" ").flatMap((scope) => CLAIMS[scope] ?? []);
  if (!names.includes("sub")) throw new Error("This token was not given for logging in.");
  return Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)));
}
