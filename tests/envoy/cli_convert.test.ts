// `envoy-oidc convert` with configurations from the documentation of other tools: with the result a user logs in, and the filter checks a program's token.
import { BrowserClient } from "./support/browser-client";
import { listeners, startBrowserWorld, type BrowserWorld } from "./support/browser-world";
import { convert, type Converted } from "../../cli/commands/convert/convert";
import { SourceFile } from "../../cli/commands/source/source_file";
import { BROWSER_CLIENT } from "../../cli/demo/provider-clients";
import { getWith } from "./support/http";

let world: BrowserWorld, issuer: string;

beforeAll(async () => {
  world = await startBrowserWorld({
    callbacks: ["/callback", "/oauth2/callback", "/redirect_uri", "/oidc"],
    envoy: { reloadable: true, environment: { CLIENT_SECRET: BROWSER_CLIENT.secret, SESSION_SECRET: "a session secret of the tests, long enough" } },
  });
  issuer = world.provider.issuer;
}, 120_000);

const discovery = () => `${issuer}/.well-known/openid-configuration`;
const { id } = BROWSER_CLIENT;

const FOR_BROWSERS: [string, () => string][] = [
  ["apisix", () => JSON.stringify({ client_id: id, client_secret: "written down", discovery: discovery(), scope: "openid profile", redirect_uri: "/callback", ssl_verify: false, session: { secret: "and this one as well, for long" } })],
  ["api7", () => `routes:\n- uri: /*\n  plugins:\n    openid-connect: { client_id: ${id}, client_secret: "$ENV://CLIENT_SECRET", discovery: ${discovery()}, redirect_uri: /callback, session: { secret: "$secret://vault/session/secret" } }\n#END`.replace("$secret://vault/session/secret", "$ENV://SESSION_SECRET")],
  ["huawei", () => JSON.stringify({ Name: "oidc", Type: "OIDC Authorization", client_id: id, client_secret: "written down", discovery: discovery(), redirect_api: "/callback", logout_api: "/logout", jwks_enabled: true })],
  ["oauth2-proxy", () => `provider = "oidc"\noidc_issuer_url = "${issuer}"\nclient_id = "${id}"\nclient_secret = "written down"\ncookie_secret = "0123456789abcdef"\nemail_domains = ["*"]\nupstreams = ["http://127.0.0.1:8080/"]\nreverse_proxy = true\n`],
  ["mod_auth_openidc", () => `OIDCProviderMetadataURL ${discovery()}\nOIDCClientID ${id}\nOIDCClientSecret "written down"\nOIDCRedirectURI ${world.app}/redirect_uri\nOIDCCryptoPassphrase "made up"\nOIDCRemoteUserClaim sub\n<Location />\n  AuthType openid-connect\n  Require valid-user\n</Location>\n`],
  ["envoy-oauth2", () => `http_filters:\n- name: envoy.filters.http.oauth2\n  typed_config:\n    "@type": type.googleapis.com/envoy.extensions.filters.http.oauth2.v3.OAuth2\n    config:\n      token_endpoint: { cluster: idp, uri: "${issuer}/token", timeout: 3s }\n      authorization_endpoint: ${issuer}/auth\n      redirect_uri: "%REQ(x-forwarded-proto)%://%REQ(:authority)%/callback"\n      redirect_path_matcher: { path: { exact: /callback } }\n      signout_path: { path: { exact: /logout } }\n      auth_type: BASIC_AUTH\n      auth_scopes: [openid, email]\n      credentials: { client_id: ${id}, token_secret: { name: token }, hmac_secret: { name: hmac } }\n`],
  ["envoy-gateway", () => `apiVersion: gateway.envoyproxy.io/v1alpha1\nkind: SecurityPolicy\nmetadata: { name: oidc }\nspec:\n  targetRefs: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, name: shop }]\n  oidc:\n    provider: { issuer: "${issuer}" }\n    clientID: ${id}\n    clientSecret: { name: secret }\n    redirectURL: "${world.app}/oidc"\n    logoutPath: /shop/logout\n`],
];

const FOR_PROGRAMS: [string, () => string][] = [
  ["apisix", () => JSON.stringify({ client_id: id, client_secret: "written down", discovery: discovery(), bearer_only: true, use_jwks: true })],
  ["jwt_authn", () => JSON.stringify({ providers: { p: { issuer, audiences: ["https://api.example.com"], remote_jwks: { http_uri: { uri: `${issuer}/jwks`, cluster: "idp", timeout: "1s" } }, claim_to_headers: [{ header_name: "x-user", claim_name: "sub" }] } }, rules: [{ match: { prefix: "/" }, requires: { provider_name: "p" } }] })],
  ["mod_auth_openidc", () => `OIDCOAuthServerMetadataURL ${discovery()}\nOIDCOAuthVerifyJwksUri ${issuer}/jwks\n<Location />\nAuthType oauth20\nRequire valid-user\n</Location>`],
];

async function useConverted(from: string, text: string): Promise<Converted> {
  const converted = convert(from, new SourceFile(from, text));
  expect(converted.refused).toEqual([]);
  expect(await world.envoy.reload({ listeners: listeners({ ...converted.filter, cache_segment: from }) })).toEqual({ accepted: true });
  return converted;
}

test.each(FOR_BROWSERS)("%s: a user logs in, and the upstream receives the identity", async (from, text) => {
  const { changes } = await useConverted(from, text());
  expect(changes.every((change) => change.text.length > 10)).toBe(true);
  const browser = new BrowserClient(), page = await browser.logIn(`${world.app}/orders?page=2`);
  expect([page.status, new URL(page.url).pathname]).toEqual([200, "/orders"]);
  expect(page.body).toContain("x-userinfo");
  expect((await browser.fetch(`${world.app}/orders`)).status).toBe(200);
  expect((await new BrowserClient().fetch(`${world.app}/orders`)).status).toBe(401);
});

test.each(FOR_PROGRAMS)("%s: a program's valid token passes; a tampered one, or none, does not", async (from, text) => {
  await useConverted(from, text());
  const token = await world.provider.mint();
  for (let i = 0; i < 50 && (await getWith(world.envoy.url, token)).status === 503; i++) await new Promise((resolve) => setTimeout(resolve, 100));
  expect((await getWith(world.envoy.url, token)).status).toBe(200);
  expect((await getWith(world.envoy.url, `${token.slice(0, -4)}AAAA`)).status).toBe(401);
  expect((await new BrowserClient().get(`${world.app}/`)).status).toBe(401);
});
