// The settings of oidc-provider: clients, scopes, access token formats, lifetimes, and the demo's pages instead of its own.

import { randomBytes } from "node:crypto";
import type { Context, Grant } from "oidc-provider";
import { PAGE_HEADERS } from "./page";
import { account, CLAIMS } from "./provider-accounts";
import { AUDIENCE, BROWSER_CLIENT, clients, type BrowserOptions } from "./provider-clients";
import type { KeyRing } from "./provider-keys";
import { errorPage, loggedOutPage, logoutPage } from "./provider-pages";

const SCOPES = ["openid", "offline_access", "profile", "email", "read", "write"];
/** Scopes of a token for AUDIENCE. With the first three, UserInfo accepts it as well. */
const RESOURCE_SCOPES = "openid profile email read write";

export interface Settings {
  keys: KeyRing;
  /** Its storage (provider-store.ts). */
  adapter: object;
  browser?: BrowserOptions;
  padding: string;
}

export function configuration({ keys, adapter, browser, padding }: Settings): Record<string, unknown> {
  const idTokenAlg = keys.algs[0];
  const isBrowser = (client?: { clientId: string }) => client?.clientId === BROWSER_CLIENT.id;
  return {
    adapter,
    jwks: { keys: keys.privateJwks() },
    scopes: SCOPES,
    claims: CLAIMS,
    conformIdTokenClaims: false, // profile claims in the ID token too
    clientDefaults: { id_token_signed_response_alg: idTokenAlg },
    enabledJWA: { idTokenSigningAlgValues: keys.algs },
    clients: clients(browser),
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true },
      revocation: { enabled: true },
      userinfo: { enabled: true },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (context: Context, form: string) => show(context, logoutPage(context.oidc.session.accountId ?? "nobody", form)),
        postLogoutSuccessSource: (context: Context) => show(context, loggedOutPage()),
      },
      resourceIndicators: {
        enabled: true,
        defaultResource: (_context: Context, client: { clientId: string }, asked?: string | string[]) =>
          asked ?? (isBrowser(client) && browser?.accessTokens !== "opaque" ? AUDIENCE : undefined),
        useGrantedResource: () => true,
        getResourceServerInfo: (_context: unknown, resource: string) => resourceServer(resource, keys),
      },
    },
    pkce: { required: () => false },
    issueRefreshToken: async (_context: unknown, client: { grantTypeAllowed(type: string): boolean }) => client.grantTypeAllowed("refresh_token"),
    rotateRefreshToken: true, // reuse of an old one revokes all tokens of the same login
    loadExistingGrant: grantAll,
    extraTokenClaims: (_context: unknown, token: { clientId: string; extra?: object }) =>
      ({ ...token.extra, ...(isBrowser(token) && padding !== "" ? { padding } : {}) }), // `extra`: what DemoProvider.opaque() gave it
    findAccount: (_context: unknown, id: string) => account(id, padding),
    renderError: (context: Context, out: { error: string; error_description?: string }) => show(context, errorPage(out.error, out.error_description ?? "")),
    cookies: { keys: [COOKIE_KEY] },
    ttl: {
      AccessToken: (_context: unknown, _token: unknown, client?: { clientId: string }) => (isBrowser(client) ? browser?.accessTokenSec : undefined) ?? 3600,
      ClientCredentials: 3600, IdToken: 3600, Grant: 86400, Session: 86400, Interaction: 3600, RefreshToken: 86400,
    },
    // oidc-provider's own fetch refuses loopback addresses, and back-channel logout needs one here.
    fetch: (url: string, { dispatcher: _guard, ...init }: RequestInit & { dispatcher?: unknown }) => fetch(url, init),
  };
}

/** One key per process, so that a browser stays logged in when keys rotate. */
const COOKIE_KEY = randomBytes(32).toString("base64url");

function show(context: Context, html: string): void {
  context.set(PAGE_HEADERS);
  context.body = html;
}

/** Logging in implies consent: the grant has everything that was requested. */
async function grantAll({ oidc }: Context): Promise<Grant> {
  const clientId = oidc.client.clientId;
  const grantId = oidc.session.grantIdFor(clientId);
  const { Grant } = oidc.provider;
  const grant = (grantId === undefined ? undefined : await Grant.find(grantId)) ?? new Grant({ clientId, accountId: oidc.session.accountId });
  grant.addOIDCScope([...oidc.requestParamOIDCScopes].join(" "));
  for (const [resource, { scopes }] of Object.entries(oidc.resourceServers)) {
    grant.addResourceScope(resource, [...oidc.requestParamScopes].filter((scope) => scopes.has(scope)).join(" "));
  }
  await grant.save();
  return grant;
}

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
    scope: RESOURCE_SCOPES,
    accessTokenFormat: opaque ? "opaque" : "jwt",
    ...(opaque ? {} : { jwt: { sign: { alg, kid: wanted.kid } } }),
  };
}
