/** unauthorized_redirect_uri and forbidden_redirect_uri: only page loads are redirected to the operator's page, and never in a loop. */
import { bearer, JWKS_CONFIG, ready, token } from "./fixture";
import { browse, Browser, code, location, logIn } from "./browser";
import { mistakes } from "./mistakes";

const NAVIGATION = { accept: "text/html", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };
const WELCOME = { ...JWKS_CONFIG, unauthorized_redirect_uri: "/welcome?from=login" };
const FORBIDDEN = { forbidden_redirect_uri: "https://www.example.com/no-access", access_rules: { claim: "role", equals: "admin" } };

test("401 for a page redirects to the configured one, and the refusal is logged and counted as usual", () => {
  const envoy = ready({ config: WELCOME });
  const { local } = envoy.get("/orders?next=https://evil.example/", NAVIGATION);
  expect([local.status, local.details, local.headers.get("location"), local.body]).toEqual([302, "oidc_no_token", "/welcome?from=login", ""]);
  expect([local.headers.get("cache-control"), local.headers.get("referrer-policy")]).toEqual(["no-store", "no-referrer"]);
  envoy.get("/orders", { ...NAVIGATION, ...bearer(token({ exp: 1 })) });
  envoy.advance(1);
  expect(envoy.logText).toContain("refused, expired (401)");
  expect(envoy.metrics()).toMatchObject({ "envoy_oidc.refused.no_token": 1, "envoy_oidc.refused.expired": 1 });
});

test("a browser without a session is redirected too, with unauth_action deny", () => {
  const { browser } = browse({ unauth_action: "deny", unauthorized_redirect_uri: "/welcome", rules: [{ path: "/welcome", mode: "public" }] });
  expect(location(browser.navigate("/orders")).pathname).toBe("/welcome");
  expect(browser.navigate("/welcome").forwarded.get(":path")).toBe("/welcome");
  expect(code(browser.fetch("/api").local)).toBe("401 sign_in_needed");
});

test("403 redirects a logged-in user, also on a denied path", () => {
  const { browser } = browse({ ...FORBIDDEN, rules: [{ path_prefix: "/admin", mode: "deny" }] });
  logIn(browser);
  expect(location(browser.navigate("/page")).href).toBe("https://www.example.com/no-access");
  expect(location(browser.navigate("/admin/x")).href).toBe("https://www.example.com/no-access");
  expect(code(browser.fetch("/api").local)).toBe("403 claim_missing");
});

test("a rule has its own address", () => {
  const { browser } = browse({ ...FORBIDDEN, rules: [{ path_prefix: "/wiki", forbidden_redirect_uri: "/wiki-help" }] });
  logIn(browser);
  expect(location(browser.navigate("/wiki/page")).pathname).toBe("/wiki-help");
});

describe("duty 171: other requests are not redirected, and there is no loop", () => {
  test.each([
    ["a script", { "sec-fetch-mode": "cors", "sec-fetch-dest": "empty" }], ["an image", { "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image" }],
    ["a frame", { "sec-fetch-dest": "iframe" }], ["a prefetch", { "sec-purpose": "prefetch" }], ["a WebSocket", { upgrade: "websocket" }],
  ])("%s gets 401", (_, headers) => expect(ready({ config: WELCOME }).get("/orders", { ...NAVIGATION, ...headers }).local.status).toBe(401));
  test("a program gets 401", () => expect(ready({ config: WELCOME }).get("/orders", { accept: "*/*" }).local.status).toBe(401));
  test("a posted form gets 401", () => expect(ready({ config: WELCOME }).request("POST", "/orders", NAVIGATION).local.status).toBe(401));

  test.each(["/welcome", "/welcome?from=login", "/welcome?x=1"])("the target itself, if it is refused too, gets a page: %s", (path) => {
    expect(code(ready({ config: WELCOME }).get(path, NAVIGATION).local)).toBe("401 no_token");
  });
  test.each([["https://app.example/welcome", "app.example"], ["https://APP.example:443/welcome", "app.example"], ["https://app.example:8443/welcome", "app.example:8443"]])("a URL of the site itself is recognised: %s", (target, host) => {
    const envoy = ready({ config: { ...JWKS_CONFIG, unauthorized_redirect_uri: target } });
    expect(code(envoy.get("/welcome", { ...NAVIGATION, ":authority": host }).local)).toBe("401 no_token");
    expect(envoy.get("/other", { ...NAVIGATION, ":authority": host }).local.status).toBe(302);
  });
  test.each(["https://app.example/welcome", "http://app.example:80/welcome"])("also if a proxy in front of Envoy has ended TLS, or begun it: %s", (target) => {
    const envoy = ready({ config: { ...JWKS_CONFIG, unauthorized_redirect_uri: target } });
    for (const scheme of ["http", "https"]) expect(code(envoy.get("/welcome", { ...NAVIGATION, ":scheme": scheme, ":authority": "app.example" }).local)).toBe("401 no_token");
  });
  test("the same path on another site is another page", () => {
    expect(ready({ config: { ...JWKS_CONFIG, unauthorized_redirect_uri: "https://www.example.com/" } }).get("/", NAVIGATION).local.status).toBe(302);
  });
  test("a failed login and an outage keep their pages", () => {
    const { envoy } = browse({ ...FORBIDDEN, unauthorized_redirect_uri: "/welcome" });
    expect(code(new Browser(envoy).navigate("/callback?error=access_denied").local)).toBe("400 callback_direct");
  });
});

test.each(["welcome", "//evil.example", "/a/../b", "javascript:alert(1)", "ftp://x/", "https://u@www.example.com/", "/a#b"])("%j is refused as its address", (uri) => {
  for (const name of ["unauthorized_redirect_uri", "forbidden_redirect_uri"]) {
    expect(mistakes({ ...JWKS_CONFIG, [name]: uri }).join()).toBe(`${name}: expected a URL such as https://www.example.com/welcome, or a path such as /welcome`);
  }
});
