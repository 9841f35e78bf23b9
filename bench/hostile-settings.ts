// The configurations that hostile requests are sent to, each on its own listener, all in one VM.

import { SYMMETRIC_KEY } from "./hostile-provider";

const SECRET = "the bench's session secret, 32 or more";

/** The cookies' names are set, so that requests can use them. */
const session = (name: string): object => ({ secret: SECRET, cookie_name: name });
const numbered = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

/** The most that a configuration may have. */
const RULES = 64;

export function hostileSettings(issuer: string) {
  const provided = { ssl_verify: false, discovery: `${issuer}/.well-known/openid-configuration`, provider_cluster: "idp" };
  const bearer = { ...provided, bearer_only: true, use_jwks: true };
  const client = { ...provided, client_id: "bench", client_secret: "the bench's client secret" };
  const browser = {
    ...client, redirect_uri: "/callback", session: session("session"), backchannel_logout_path: "/backchannel", frontchannel_logout_path: "/frontchannel",
  };
  return {
    bearer,
    sources: { ...bearer, auth_accept_token_as: ["header", "query:access_token", "cookie:token", "header:x-token"] },
    symmetric: { ssl_verify: false, bearer_only: true, use_jwks: false, symmetric_key: SYMMETRIC_KEY, token_signing_alg_values_expected: "HS256", claim_validator: { issuer: { valid_issuers: [issuer] } } },
    opaque: { ...client, bearer_only: true, introspection_endpoint: `${issuer}/introspect` },
    browser,
    /** The most secrets: a cookie that does not open is tried with all of them. */
    secrets: { ...browser, session: { ...session("session"), secret: numbered(8, (i) => `${SECRET}, number ${i}`) } },
    formPost: { ...browser, redirect_uri: "https://bench.example/callback", response_mode: "form_post" },
    public: { ...browser, rules: [{ path_prefix: "/", mode: "public" }] },
    denied: { ...browser, rules: [{ path_prefix: "/", mode: "deny" }] },
    /** By path, with as many matchers as a rule may have, all with a common prefix. */
    paths: { ...bearer, rules: numbered(RULES, (i) => ({ path: numbered(4, (k) => `${STEM}/exact-${i}-${k}`), path_prefix: numbered(4, (k) => `${STEM}/below-${i}-${k}`), method: ["GET", "POST", "PUT"] })) },
    /** By host, each with its own login and cookie. */
    tenants: { ...browser, mode: "deny", rules: numbered(RULES, (i) => ({ ...tenant(i), mode: "browser" })) },
    /** The same with a callback under every page. */
    suffixes: { ...client, redirect_uri: undefined, session: session("session"), rules: numbered(RULES, tenant) },
  };
}

export type Listener = keyof ReturnType<typeof hostileSettings>;

export const STEM = "/organisations/services/api/v1";
export const tenantHost = (i: number): string => `t${i}.example.com`;
const tenant = (i: number): object => ({ host: [tenantHost(i), `*.w${i}.example.com`], client_id: `client-${i}`, session: session(`session-${i}`) });
