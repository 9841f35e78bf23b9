/** What the tests of rules share: the outcome of a request, a second provider, and a login under any rule. */
import { BROWSER_CONFIG, BROWSER_METADATA, asked, openCall, type Browser, type Sent } from "./browser";
import { DISCOVERY, ISSUER, KEY, makeKey, start, token, type Key, type World } from "./fixture";
import type { Envoy } from "./host/envoy";
import type { StreamContext } from "./host/stream";

/** Settings that accept the provider's tokens, and leave open which requests need one. */
export const TOKENS = { use_jwks: true, discovery: DISCOVERY, provider_cluster: "idp", realm: "api" };

/** Another provider, with its own cluster. */
export const PARTNER = "https://login.partner.example";
export const PARTNER_KEY = makeKey("p1");
export const PARTNER_SETTINGS = { discovery: `${PARTNER}/.well-known/openid-configuration`, provider_cluster: "partner" };

/** A second client on the same host, with its own addresses. */
export const OTHER_CLIENT = { client_id: "other", client_secret: "s3cr3t-of-the-other-client", redirect_uri: "/other/callback", logout_path: "/other/logout" };

/** Metadata without UserInfo, so that a login needs one call. */
const { userinfo_endpoint: _, ...METADATA } = BROWSER_METADATA;
export const LOGIN = { ...BROWSER_CONFIG, redirect_uri: "/callback" };

/** Serves the documents of both providers. Other calls stay open: the test answers them. */
export function serveBoth(envoy: Envoy, keys: Key[] = [KEY], partnerKeys: Key[] = [PARTNER_KEY]): void {
  const serve = (cluster: string, metadata: object, set: Key[]): void => {
    envoy.provider(cluster).answers(({ path }) => path === "/.well-known/openid-configuration" ? { body: metadata } : path === "/jwks" ? { body: { keys: set.map(({ jwk }) => jwk) } } : null);
  };
  serve("idp", METADATA, keys);
  serve("partner", JSON.parse(JSON.stringify(METADATA).replaceAll(ISSUER, PARTNER)), partnerKeys);
}

/** The filter with these settings, and both providers. */
export function ruled(config: object, world: World = {}): Envoy {
  const envoy = start({ config, ...world });
  serveBoth(envoy, world.keys);
  envoy.advance(1);
  return envoy;
}

/** "forwarded", "waiting", "302", or the status and code of a refusal. */
export function outcome(request: StreamContext): string {
  if (typeof request.outcome === "string") return request.outcome;
  if ("forwarded" in request.outcome) return "forwarded";
  const { status, details } = request.outcome.local;
  return status === 302 || status === 303 ? String(status) : `${status} ${details.replace(/^oidc_/, "")}`;
}

export interface Who { issuer?: string; client?: string; key?: Key; sub?: string }

/** The user opens this page and logs in. Returns the last answer, which redirects to it. */
export function loginAt(browser: Browser, page: string, { issuer = ISSUER, client = "gateway", key = KEY, sub = "alice" }: Who = {}, headers: Sent = {}): StreamContext {
  const ask = asked(browser.navigate(page, headers));
  const found = { provider: ask.url.origin, client: ask.url.searchParams.get("client_id") };
  if (found.provider !== issuer || found.client !== client) throw new Error(`${page} leads to ${found.provider} as ${found.client}`);
  const answer = new URLSearchParams({ code: "c0de", state: ask.state, iss: issuer });
  const back = browser.navigate(`${new URL(ask.redirectUri).pathname}?${answer}`, { "sec-fetch-site": "cross-site", ...headers });
  if (!back.waiting) throw new Error(`the callback from ${issuer} did not wait for tokens: ${outcome(back)}`);
  const signed = (claims: Record<string, unknown>): string => token({ iss: issuer, sub, ...claims }, { key });
  openCall(browser.envoy, "/token").json({
    access_token: signed({ client_id: client }), token_type: "Bearer", expires_in: 300, refresh_token: `refresh of ${client}`, scope: "openid read",
    id_token: signed({ aud: client, scope: undefined, nonce: ask.nonce, sid: `session at ${issuer}` }),
  });
  return browser.take(back);
}

/** The names of the cookies that the upstream got. */
export const cookieNames = (request: StreamContext): string[] => (request.forwarded.get("cookie") ?? "").split("; ").filter(Boolean).map((pair) => pair.split("=")[0]!);
