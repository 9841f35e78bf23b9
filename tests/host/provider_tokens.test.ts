/** The configurations of docs/providers/ with tokens in the form that the provider gives them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { bearer, KEY, NOW, refused, start, token } from "./fixture";

type Json = Record<string, unknown>;
interface Page extends Json { discovery: string; issuer?: string; provider_cluster: string }
/** The page's first configuration, with its `further` one merged into it. */
const page = (name: string, further = 0): Page => {
  const all = [...readFileSync(join(__dirname, "../../docs/providers", `${name}.md`), "utf8").matchAll(/^```json\n([\s\S]*?)^```/gm)].map(([, text]) => JSON.parse(text!) as Page);
  return { ...all[0]!, ...all[further]! };
};
const env = { CLIENT_SECRET: "the-secret-of-the-client-0123456789", SESSION_SECRET: "0123456789abcdef0123456789ABCDEF" };

/** The filter with this configuration, and a provider whose metadata name this issuer. */
function ready(config: Page, issuer: string) {
  const envoy = start({ config, start: { env } }), at = new URL(config.discovery);
  envoy.provider(config.provider_cluster).answers(({ path }) => {
    if (path === at.pathname) return { body: { issuer, authorization_endpoint: `${at.origin}/authorize`, token_endpoint: `${at.origin}/token`, revocation_endpoint: `${at.origin}/revoke`, jwks_uri: `${at.origin}/jwks` } };
    return path === "/jwks" ? { body: { keys: [{ ...KEY.jwk, alg: undefined, x5t: "x", x5c: ["M".repeat(1200)] }] } } : null;
  });
  envoy.advance(1);
  return envoy;
}

const ENTRA = "https://login.microsoftonline.com/TENANT-ID/v2.0", TEMPLATE = "https://login.microsoftonline.com/{tenantid}/v2.0", B2C = "https://TENANT.b2clogin.com/TENANT-ID/v2.0/", OKTA = "https://example.okta.com/oauth2/default";
const AUTH0 = "https://example.eu.auth0.com/", COGNITO = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_POOL", AUTHENTIK = "https://idp.example.com/application/o/shop/";
const DEX = "https://idp.example.com/dex", GOOGLE = "https://accounts.google.com", GITLAB = "https://gitlab.com";

const entra: Json = { aud: "CLIENT-ID", iss: ENTRA, nbf: NOW, azp: "caller", azpacr: "1", idtyp: undefined, oid: "o", rh: "0.", scp: "read", tid: "TENANT-ID", uti: "u", ver: "2.0", _claim_names: { groups: "src1" } };
const b2c: Json = { aud: "CLIENT-ID", iss: B2C, nbf: NOW, emails: ["joe@example.com"], tfp: "B2C_1_POLICY", nonce: "n", scp: "read", azp: "CLIENT-ID", ver: "1.0" };
const okta: Json = { ver: 1, jti: "AT.1", iss: OKTA, aud: "api://default", cid: "caller", uid: "u", scp: ["openid"], auth_time: NOW };
const auth0: Json = { iss: AUTH0, aud: ["https://shop.example.com/api", `${AUTH0}userinfo`], azp: "caller", "https://example.com/roles": ["a"] };
const cognito: Json = { iss: COGNITO, aud: undefined, client_id: "CLIENT-ID", "cognito:groups": ["a"], origin_jti: "o", event_id: "e", token_use: "access", version: 2, username: "u" };
const authentik: Json = { iss: AUTHENTIK, aud: "CLIENT-ID", azp: "CLIENT-ID", uid: "u", acr: "goauthentik.io/providers/oauth2/default", amr: ["pwd"], sid: "s", nonce: "n" };
const dex: Json = { iss: DEX, aud: "shop", nonce: "n", at_hash: "h", email: "joe@example.com" };
const google: Json = { iss: GOOGLE, aud: "CLIENT-ID.apps.googleusercontent.com", azp: "a", hd: "example.com", email: "joe@example.com", email_verified: true };
const JWT = { typ: "JWT" };

describe.each<[page: Page, issuer: string, who: string, usual: Json, header: Json, refusals: [what: string, claims: Json, header: Json, result: string][]]>([
  [page("entra"), ENTRA, "Entra ID", entra, JWT, [
    ["for Microsoft Graph", { aud: "00000003-0000-0000-c000-000000000000", iss: "https://sts.windows.net/TENANT-ID/" }, { typ: "JWT", nonce: "n" }, "401 wrong_issuer"],
    ["of another tenant", { iss: ENTRA.replace("TENANT-ID", "OTHER-ID"), tid: "OTHER-ID" }, JWT, "401 wrong_issuer"],
    ["that is an ID Token of a login", { nonce: "n", scp: undefined }, JWT, "401 wrong_type"],
  ]],
  [page("entra", 1), TEMPLATE, "another tenant of Entra ID", { ...entra, iss: ENTRA.replace("TENANT-ID", "OTHER-ID"), tid: "OTHER-ID" }, JWT, [
    ["of a tenant that is not in the list", { iss: ENTRA.replace("TENANT-ID", "EVIL-ID") }, JWT, "401 wrong_issuer"], ["with the template itself as iss", { iss: TEMPLATE }, JWT, "401 wrong_issuer"],
    ["of another application", { aud: "OTHER-ID" }, JWT, "401 wrong_audience"],
  ]],
  [page("entra", 2), B2C, "Azure AD B2C", b2c, JWT, [
    ["of another application", { aud: "OTHER-ID" }, JWT, "401 wrong_audience"], ["whose issuer names the policy", { iss: "https://TENANT.b2clogin.com/tfp/TENANT-ID/b2c_1_policy/v2.0/" }, JWT, "401 wrong_issuer"],
  ]],
  [page("okta"), OKTA, "Okta", okta, {}, [
    ["of the org authorization server", { iss: "https://example.okta.com", aud: "https://example.okta.com" }, {}, "401 wrong_issuer"], ["that is an ID Token", { aud: "CLIENT-ID", nonce: undefined }, {}, "401 wrong_audience"],
  ]],
  [page("auth0"), AUTH0, "Auth0", auth0, JWT, [["for UserInfo alone", { aud: `${AUTH0}userinfo` }, JWT, "401 wrong_audience"], ["without the issuer's slash", { iss: AUTH0.slice(0, -1) }, JWT, "401 wrong_issuer"]]],
  [page("cognito"), COGNITO, "Cognito", cognito, {}, [
    ["that is an ID Token", { token_use: "id", aud: "CLIENT-ID", client_id: undefined }, {}, "401 wrong_type"], ["of another client", { client_id: "OTHER-ID" }, {}, "401 wrong_audience"], ["of another pool", { iss: `${COGNITO}2` }, {}, "401 wrong_issuer"],
  ]],
  [page("authentik"), AUTHENTIK, "authentik", authentik, JWT, [["of another application", { iss: AUTHENTIK.replace("shop", "blog"), aud: "OTHER-ID" }, JWT, "401 wrong_issuer"], ["of another client", { aud: "OTHER-ID" }, JWT, "401 wrong_audience"]]],
  [page("dex"), DEX, "Dex", dex, {}, [["of another client", { aud: "blog" }, {}, "401 wrong_audience"]]],
  [page("google", 1), GOOGLE, "Google, an ID Token,", google, JWT, [
    ["of another client", { aud: "OTHER-ID.apps.googleusercontent.com" }, JWT, "401 wrong_audience"], ["of a service account", { hd: undefined, email: "x@y.iam.gserviceaccount.com" }, JWT, "403 claim_missing"],
    ["with another bare name as iss", { iss: "accounts.google.com.evil.example" }, JWT, "401 wrong_issuer"],
  ]],
])("%#", (config, issuer, who, usual, header, refusals) => {
  const envoy = ready(config, issuer), answer = (claims: Json, of = header) => envoy.get("/api", bearer(token({ scope: undefined, ...usual, ...claims }, { header: of })));
  test(`an access token of ${who} passes`, () => { answer({}).forwarded; });
  test.each(refusals)(`${who} %s is refused`, (_, claims, of, result) => expect(refused(answer(claims, of))).toBe(result));
});

test("Google's bare name as iss is the same issuer", () => {
  ready(page("google", 1), GOOGLE).get("/api", bearer(token({ ...google, iss: "accounts.google.com" }, { header: JWT }))).forwarded;
});

test.each([["google", GOOGLE, google], ["gitlab", GITLAB, { iss: GITLAB, aud: "APPLICATION-ID", sub: "project_path:group/project:ref_type:branch:ref:main", ref_type: "branch" }]])(
  "the first configuration of %s accepts no ID Token that others can get", (name, issuer, claims) => {
    expect(refused(ready(page(name), issuer).get("/api", bearer(token({ scope: undefined, ...claims }, { header: JWT }))))).toBe("401 wrong_type");
  });

test.each(["entra", "okta", "auth0", "google", "cognito", "gitlab", "authentik", "dex", "hydra", "spring", "zitadel", "django", "lemonldap"])("the page to which a logout of %s leads asks for no login", (name) => {
  const config = page(name), after = config.redirect_after_logout_uri === undefined ? config.post_logout_redirect_uri : new URL(String(config.redirect_after_logout_uri)).searchParams.get("logout_uri");
  start({ config, start: { env } }).get(new URL(String(after)).pathname, { accept: "text/html" }).forwarded;
});
