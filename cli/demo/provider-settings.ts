// What oidc-provider is told: clients, scopes, access token formats, and accounts that exist as soon as somebody signs in with them.

import { randomBytes } from "node:crypto";
import { AUDIENCE, DEMO_CLIENT, FILTER_CLIENT } from "./provider";
import type { KeyRing } from "./provider-keys";

const SCOPES = ["openid", "offline_access", "profile", "email", "read", "write"];

export function configuration(keys: KeyRing, store: object, redirectUris: string[]): Record<string, unknown> {
  const idTokenAlg = keys.algs[0];
  return {
    adapter: store,
    jwks: { keys: keys.privateJwks() },
    scopes: SCOPES,
    claims: { openid: ["sub"], profile: ["name", "preferred_username", "groups"], email: ["email", "email_verified"] },
    conformIdTokenClaims: false, // profile claims in the ID token too
    clientDefaults: { id_token_signed_response_alg: idTokenAlg },
    enabledJWA: { idTokenSigningAlgValues: keys.algs },
    clients: [
      {
        client_id: DEMO_CLIENT.id,
        client_secret: DEMO_CLIENT.secret,
        grant_types: ["authorization_code", "refresh_token", "client_credentials"],
        response_types: ["code"],
        redirect_uris: redirectUris.length > 0 ? redirectUris : ["http://127.0.0.1:8080/callback"],
      },
      {
        client_id: FILTER_CLIENT.id,
        client_secret: FILTER_CLIENT.secret,
        grant_types: ["client_credentials"],
        response_types: [],
        redirect_uris: [],
      },
    ],
    features: {
      devInteractions: { enabled: true },
      clientCredentials: { enabled: true },
      introspection: { enabled: true },
      revocation: { enabled: true },
      rpInitiatedLogout: { enabled: true },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo: (_context: unknown, resource: string) => resourceServer(resource, keys),
      },
    },
    pkce: { required: () => false },
    issueRefreshToken: async (_context: unknown, client: { grantTypeAllowed(type: string): boolean }) => client.grantTypeAllowed("refresh_token"),
    extraTokenClaims: (_context: unknown, token: { extra?: object }) => token.extra, // those that DemoProvider.opaque() gave it
    findAccount: (_context: unknown, id: string) => account(id),
    cookies: { keys: [COOKIE_KEY] },
    ttl: { AccessToken: 3600, ClientCredentials: 3600, IdToken: 3600, Grant: 86400, Session: 86400, Interaction: 3600, RefreshToken: 86400 },
  };
}

/** One for the process, so that a browser stays signed in when keys rotate. */
const COOKIE_KEY = randomBytes(32).toString("base64url");

async function resourceServer(resource: string, keys: KeyRing): Promise<Record<string, unknown>> {
  const url = new URL(resource);
  const alg = url.searchParams.get("alg") ?? keys.algs[0];
  const wanted = keys.algs.includes(alg) ? keys.find(alg) : undefined;
  if (`${url.protocol}//${url.host}` !== AUDIENCE || wanted === undefined) {
    const { errors } = await import("oidc-provider");
    throw new errors.InvalidTarget("unknown resource", `There is ${AUDIENCE}, with ?format=opaque or ?alg= one of ${keys.algs.join(", ")}.`);
  }
  const opaque = url.searchParams.get("format") === "opaque";
  return {
    audience: AUDIENCE,
    scope: "read write",
    accessTokenFormat: opaque ? "opaque" : "jwt",
    ...(opaque ? {} : { jwt: { sign: { alg, kid: wanted.kid } } }),
  };
}

function account(id: string): unknown {
  return {
    accountId: id,
    claims: async () => ({
      sub: id, name: `${id[0]?.toUpperCase() ?? ""}${id.slice(1)} Example`, preferred_username: id, groups: ["staff", id],
      email: `${id}@example.com`, email_verified: true,
    }),
  };
}
