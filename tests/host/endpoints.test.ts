/** Where the provider's endpoints are called: their hosts, their clusters, and those that configuration names. */
import { bearer, DISCOVERY, ISSUER, JWKS_CONFIG, KEY, METADATA, ready, refused, start, token } from "./fixture";
import { asked, BROWSER_CONFIG, BROWSER_METADATA, browse, Browser, callbackPath, location, logIn } from "./browser";

/** Google's way: four hosts for one provider. */
const SCATTERED = {
  ...BROWSER_METADATA, token_endpoint: "https://oauth2.example.com/token", userinfo_endpoint: "https://openid.example.com/me", revocation_endpoint: "https://oauth2.example.com/revoke",
};
const pointedOut = (log: string): string[] => [...log.matchAll(/discovery of https:\/\/idp\.example\.com: (\w+) is on another host \(([^)]+)\) than discovery/g)].map(([, name, host]) => `${name} ${host}`);

/** The call that a login makes for its code. */
function codeCall(browser: Browser, path = "/token") {
  browser.navigate(callbackPath(asked(browser.navigate("/page"))), { "sec-fetch-site": "cross-site" });
  return browser.envoy.callouts.find((call) => call.path === path)!;
}

describe("duty 140: endpoints on other hosts than discovery", () => {
  test("are called by the host's cluster where configuration names one, and by the provider's otherwise", () => {
    expect(codeCall(browse({ endpoint_clusters: { hosts: { "oauth2.example.com": "google-oauth2" } } }, { metadata: SCATTERED }).browser).cluster).toBe("google-oauth2");
    expect(codeCall(browse({}, { metadata: SCATTERED }).browser).cluster).toBe("idp");
  });

  test.each(["oauth2.example.com.evil.example", "evil-oauth2.example.com", "oauth2.example.com:444"])("%s is no configured host, and has no cluster of one", (host) => {
    const { browser } = browse({ endpoint_clusters: { hosts: { "oauth2.example.com": "google-oauth2" } } }, { metadata: { ...SCATTERED, token_endpoint: `https://${host}/token` } });
    expect(codeCall(browser).cluster).toBe("idp");
  });

  test("an endpoint's own cluster goes before its host's", () => {
    const { browser } = browse({ endpoint_clusters: { token_endpoint: "tokens", hosts: { "oauth2.example.com": "google-oauth2" } } }, { metadata: SCATTERED });
    expect(codeCall(browser).cluster).toBe("tokens");
  });

  test("keys and introspection find their host's cluster too", () => {
    const hosts = { "keys.example.com": "keys" };
    const envoy = start({ config: { ...JWKS_CONFIG, endpoint_clusters: { hosts } } });
    envoy.provider("idp").answers(() => ({ body: { ...METADATA, jwks_uri: "https://keys.example.com/jwks" } }));
    envoy.advance(0.1);
    expect(envoy.callout().cluster).toBe("keys");
    const asks = start({ config: { ...JWKS_CONFIG, use_jwks: undefined, client_id: "gateway", client_secret: "s", introspection_endpoint: "https://keys.example.com/i", endpoint_clusters: { hosts } } });
    asks.get("/", bearer("opaque"));
    expect(asks.callout().cluster).toBe("keys");
  });

  test("each that is used, and has no cluster of its own, is pointed out once", () => {
    const { envoy } = browse({ revoke_tokens_on_logout: true }, { metadata: SCATTERED });
    expect(pointedOut(envoy.logText)).toEqual(["token_endpoint oauth2.example.com", "userinfo_endpoint openid.example.com", "revocation_endpoint oauth2.example.com"]);
    envoy.advance(2 * 86400);
    expect(pointedOut(envoy.logText)).toHaveLength(3);
  });

  test("what nobody uses is not pointed out", () => {
    expect(pointedOut(browse({ session_contents: { user: false, access_token: true, id_token: true } }, { metadata: SCATTERED }).envoy.logText)).toEqual(["token_endpoint oauth2.example.com"]);
    expect(pointedOut(ready({ metadata: SCATTERED }).logText)).toEqual([]);
  });

  test("nor is what has a cluster of its own, or of its host", () => {
    const endpoint_clusters = { userinfo_endpoint: "userinfo", hosts: { "oauth2.example.com": "google-oauth2" } };
    expect(pointedOut(browse({ revoke_tokens_on_logout: true, endpoint_clusters }, { metadata: SCATTERED }).envoy.logText)).toEqual([]);
  });

  test("settings that come later to share the provider have their own needs", () => {
    const envoy = ready({ metadata: SCATTERED });
    expect(pointedOut(envoy.logText)).toEqual([]);
    envoy.addPlugin(BROWSER_CONFIG);
    expect(pointedOut(envoy.logText)).toEqual(["token_endpoint oauth2.example.com", "userinfo_endpoint openid.example.com"]);
  });
});

test("a document whose addresses are mended is taken within half a minute, and one that stays as it is brings no more lines", () => {
  const envoy = start({ config: JWKS_CONFIG }), served = { ...METADATA, jwks_uri: METADATA.jwks_uri.replace("https", "http") };
  envoy.provider("idp").answers((call) => call.path === "/jwks" ? { body: { keys: [KEY.jwk] } } : { body: served });
  envoy.advance(200);
  expect(refused(envoy.get("/", bearer(token())))).toBe("503 provider_not_ready");
  expect(envoy.logText.match(/no usable jwks_uri/g)).toHaveLength(1);
  expect(envoy.provider("idp").calls.length).toBeLessThan(9);
  served.jwks_uri = METADATA.jwks_uri;
  envoy.advance(31);
  envoy.get("/", bearer(token())).forwarded;
});

describe("endpoints that configuration names", () => {
  const OWN = "https://own.example.com";

  test.each([
    ["lacks", {}], ["has empty", { authorization_endpoint: "", token_endpoint: "", userinfo_endpoint: "", jwks_uri: "", end_session_endpoint: "" }],
    ["has elsewhere", Object.fromEntries(["authorization_endpoint", "token_endpoint", "userinfo_endpoint", "end_session_endpoint"].map((name) => [name, `https://wrong.example.com/${name}`]))],
  ])("are used where the document %s them", (_, metadata) => {
    const { envoy, browser } = browse({
      authorization_endpoint: `${OWN}/authorize`, token_endpoint: `${OWN}/token`, userinfo_endpoint: `${OWN}/userinfo`, jwks_uri: `${OWN}/jwks`, end_session_endpoint: `${OWN}/logout`,
    }, { metadata: { issuer: ISSUER, ...metadata } });
    expect(location(browser.navigate("/")).origin).toBe(OWN);
    expect(logIn(browser).local.status).toBe(303);
    expect(new Set(envoy.history.filter(({ path }) => path !== new URL(DISCOVERY).pathname).map(({ authority }) => authority))).toEqual(new Set(["own.example.com"]));
    expect(location(browser.navigate("/logout", { "sec-fetch-site": "same-origin" })).origin).toBe(OWN);
  });

  test("duty 68: one configuration's addresses are not another's", () => {
    const envoy = ready(), other = envoy.addPlugin({ ...JWKS_CONFIG, jwks_uri: "https://other.example.com/none" });
    envoy.advance(0.5);
    envoy.get("/", bearer(token())).forwarded;
    expect(envoy.get("/", bearer(token()), { plugin: other }).waiting).toBe(true);
  });

  test.each(["authorization_endpoint", "token_endpoint", "jwks_uri"])("what is needed and neither document nor configuration has is said at once: %s", (name) => {
    expect(browse({}, { metadata: { ...BROWSER_METADATA, [name]: "/relative" } }).envoy.logText).toContain(`the document has no usable ${name} (it can be set by the attribute of that name)`);
  });

  test.each([["http://own.example.com/token", "plain http"], ["/token", "expected a URL"], ["https://own.example.com/#a", "cannot hold"]])("duty 40: %s is refused", (url, reason) => {
    expect(() => browse({ token_endpoint: url })).toThrow(reason);
  });
});

describe("a provider without jwks_uri", () => {
  const INTROSPECTS = { bearer_only: true, discovery: DISCOVERY, provider_cluster: "idp", client_id: "gateway", client_secret: "s" };
  const { jwks_uri: _, ...KEYLESS } = METADATA;

  test("lacks nothing where it offers introspection, and nothing else is used", () => {
    const envoy = ready({ config: INTROSPECTS, metadata: KEYLESS });
    expect(envoy.logText).not.toContain("jwks_uri");
    envoy.get("/", bearer("opaque"));
    expect(envoy.callout().path).toBe("/introspect");
  });

  test("nor do plain http keys bring it a line, or the document another fetch", () => {
    const envoy = ready({ config: INTROSPECTS, metadata: { ...METADATA, jwks_uri: "http://idp.example.com/jwks" } });
    envoy.advance(100);
    expect(envoy.logText).not.toContain("no usable jwks_uri");
    expect(envoy.provider("idp").calls).toHaveLength(1);
  });

  test.each([
    ["it offers no introspection either", INTROSPECTS, { issuer: ISSUER }], ["there are no credentials for introspection", { ...JWKS_CONFIG, use_jwks: undefined }, KEYLESS],
    ["tokens are verified by keys", JWKS_CONFIG, KEYLESS],
  ])("is pointed out where %s", (_, config, metadata) => expect(ready({ config, metadata }).logText.match(/no usable jwks_uri/g)).toHaveLength(1));

  test("is pointed out where browsers come to share it, whose ID Tokens are signed", () => {
    const envoy = ready({ config: INTROSPECTS, metadata: { ...BROWSER_METADATA, ...KEYLESS, jwks_uri: undefined } });
    expect(envoy.logText).not.toContain("jwks_uri");
    envoy.addPlugin(BROWSER_CONFIG);
    expect(envoy.logText.match(/no usable jwks_uri/g)).toHaveLength(1);
  });
});

test("revoke_tokens_on_logout says once that there is nobody to ask", () => {
  const { envoy, browser } = browse({ revoke_tokens_on_logout: true }, { metadata: { ...BROWSER_METADATA, revocation_endpoint: undefined } });
  logIn(browser);
  browser.navigate("/logout", { "sec-fetch-site": "same-origin" });
  expect(envoy.logText.match(/no usable revocation_endpoint, so revoke_tokens_on_logout revokes nothing/g)).toHaveLength(1);
  expect(browse({}, { metadata: { ...BROWSER_METADATA, revocation_endpoint: undefined } }).envoy.logText).not.toContain("revocation_endpoint");
});

describe("an endpoint that may not be called counts as absent", () => {
  test.each([
    ["empty", ""], ["relative", "/userinfo"], ["with a fragment", `${ISSUER}/userinfo#x`], ["over plain http", "http://idp.example.com/userinfo"], ["null", null], ["a number", 7], ["a list", []], ["not even a URL", "n/a"],
  ])("%s: everybody gets in by a token all the same", (_, value) => {
    const envoy = ready({ metadata: { ...METADATA, userinfo_endpoint: value, end_session_endpoint: value, registration_endpoint: value } });
    envoy.get("/", bearer(token())).forwarded;
    expect(envoy.logText.includes("ignored, as they are not https URLs without fragment: userinfo_endpoint, end_session_endpoint")).toBe(value !== null);
  });
});

test("each call accepts what is registered for its answer: an endpoint may answer 406 otherwise", () => {
  const envoy = start();
  envoy.provider("idp").answers((call) => {
    const accepts = (call.headers.get("accept") ?? "").split(", ");
    const type = call.path === "/jwks" ? "application/jwk-set+json" : "application/json";
    if (!accepts.includes(type)) return { status: 406 };
    // Answers are judged by their content: servers name all kinds of types.
    return { headers: { "content-type": "text/plain" }, body: call.path === "/jwks" ? { keys: [KEY.jwk] } : METADATA };
  });
  envoy.advance(1);
  envoy.get("/", bearer(token())).forwarded;
});
