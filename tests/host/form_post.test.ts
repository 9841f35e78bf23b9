// The authorization response as a form that the provider's page posts (OAuth 2.0 Form Post Response Mode): a cross-site request, without Lax cookies.
import { ISSUER, start } from "./fixture";
import { asked, type Asked, browse, Browser, BROWSER_CONFIG, code, expired, openCall, serveBrowser, setCookies, tokens, tryAgain, USERINFO } from "./browser";
import type { StreamContext } from "./host/stream";

const FORM = { "content-type": "application/x-www-form-urlencoded", accept: "text/html", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document", "sec-fetch-site": "cross-site", origin: ISSUER };
const CONFIG = { response_mode: "form_post" };

const answer = ({ state }: Asked, changes: Record<string, string> = {}): string => String(new URLSearchParams({ code: "c0de", state, iss: ISSUER, ...changes }));

/** Posts a form as a browser does: only with cookies of SameSite=None. */
function post(browser: Browser, body: string, { path = "/callback", headers = {} as Record<string, string>, method = "POST" } = {}): StreamContext {
  const cookie = [...browser.jar].filter(([name]) => /_login_|_flow$/.test(name)).map(([name, { value }]) => `${name}=${value}`).join("; ");
  return browser.take(browser.envoy.request(method, path, { ...FORM, cookie, ...headers }, { ...browser.options, body }));
}

function finish(browser: Browser, { nonce }: Asked, back: StreamContext): StreamContext {
  openCall(browser.envoy, "/token").json(tokens(nonce));
  openCall(browser.envoy, "/userinfo").json(USERINFO);
  return browser.take(back);
}

test("the authorization request asks for a form, and the login's cookie is sent with cross-site requests", () => {
  const { browser } = browse(CONFIG), page = browser.navigate("/page");
  expect(asked(page).url.searchParams.get("response_mode")).toBe("form_post");
  expect(setCookies(page.local.headers).find((line) => line.includes("_login_"))).toMatch(/; Path=\/callback; HttpOnly; Secure; SameSite=None; Max-Age=600$/);
  expect(setCookies(page.local.headers).find((line) => line.includes("_flow"))).toMatch(/; HttpOnly; Secure; SameSite=None; Max-Age=600$/);
});

test("duty 17: the response is read from the body, and the redirect makes the browser use GET (303, never 307)", () => {
  const { browser } = browse(CONFIG), ask = asked(browser.navigate("/page?a=1"));
  const back = finish(browser, ask, post(browser, answer(ask)));
  expect([back.local.status, back.local.headers.get("location")]).toEqual([303, "/page?a=1"]);
  expect(expired(back.local.headers)).toEqual([expect.stringContaining("_login_")]);
  browser.navigate("/page?a=1").forwarded;
});

test.each(["GET", "PUT", "HEAD", "OPTIONS"])("duty 16: %s gets 405, and the login stays usable", (method) => {
  const { browser } = browse(CONFIG), ask = asked(browser.navigate("/page"));
  const { status, headers } = post(browser, "", { method, path: `/callback?${answer(ask)}` }).local;
  expect([status, headers.get("allow"), setCookies(headers)]).toEqual([405, "POST", []]);
  finish(browser, ask, post(browser, answer(ask)));
});

test.each<[string, (ask: Asked) => [body: string, path: string], string]>([
  ["the response in the query", (ask) => ["", `/callback?${answer(ask)}`], "400 callback_direct"],
  ["half of it in the query", (ask) => ["code=c0de", `/callback?${answer(ask)}`], "400 callback_direct"],
  ["no body", () => ["", "/callback"], "400 callback_direct"],
  ["duty 9: a code twice", (ask) => [`${answer(ask)}&code=x`, "/callback"], "400 callback_malformed"],
  ["bytes that are not a form", () => ["\u0000\u0001{}", "/callback"], "400 callback_malformed"],
  ["a body of 64 kB and more", (ask) => [`${answer(ask)}&x=${"a".repeat(66_000)}`, "/callback"], "413 body_too_large"],
  ["duty 7: access_denied", (ask) => [answer(ask, { error: "access_denied" }), "/callback"], "403 login_denied"],
  ["duty 6: another iss", (ask) => [answer(ask, { iss: "https://evil.example" }), "/callback"], "400 login_wrong_issuer"],
])("%s is refused, and nothing is redeemed or forwarded", (_, make, expected) => {
  const { envoy, browser } = browse(CONFIG), [body, path] = make(asked(browser.navigate("/page")));
  const { local } = post(browser, body, { path });
  expect(code(local)).toBe(expected);
  expect(envoy.callouts.map(String)).toEqual([]);
  expect(local.body).toContain("<h1>");
});

test("duty 2: a form that another site posts with its own state logs nobody in", () => {
  const { envoy, browser } = browse(CONFIG), victim = new Browser(envoy), ask = asked(browser.navigate("/page"));
  victim.navigate("/page");
  expect(code(post(victim, answer(ask)).local)).toBe("400 login_unknown");
  expect(envoy.callouts.map(String)).toEqual([]);
  expect(victim.session).toBeUndefined();
});

test("a form that arrives while the provider's metadata are fetched is not lost", () => {
  const { browser } = browse(CONFIG), ask = asked(browser.navigate("/page"));
  const envoy = start({ config: { ...BROWSER_CONFIG, ...CONFIG } }), after = new Browser(envoy);
  for (const [name, cookie] of browser.jar) after.jar.set(name, cookie);
  const back = post(after, answer(ask));
  expect(back.waiting).toBe(true);
  serveBrowser(envoy);
  envoy.advance(1);
  expect(finish(after, ask, back).local.headers.get("location")).toBe("/page");
});

test("while the provider is down, a form gets 503 with a link to a page, and the login stays usable", () => {
  const { browser } = browse(CONFIG), ask = asked(browser.navigate("/page?a=1"));
  const envoy = start({ config: { ...BROWSER_CONFIG, ...CONFIG } }), after = new Browser(envoy);
  for (const [name, cookie] of browser.jar) after.jar.set(name, cookie);
  envoy.provider("idp").answers(() => "fail");
  envoy.advance(0.5);
  const { local } = post(after, answer(ask));
  expect(code(local)).toBe("503 provider_not_ready");
  expect(tryAgain(local)).toBeDefined();
  expect(setCookies(local.headers)).toEqual([]);
});

test("duty 26: a redirect loop is detected although the form comes from another site", () => {
  const { browser } = browse(CONFIG);
  for (let i = 0; i < 3; i++) {
    const ask = asked(browser.navigate("/page"));
    finish(browser, ask, post(browser, answer(ask)));
    browser.jar.delete(browser.session!);
  }
  expect(code(browser.navigate("/page").local)).toBe("400 loop_cookie_missing");
});

test("duty 19: the form does not reset the count of pending logins", () => {
  const { browser } = browse(CONFIG);
  for (let i = 0; i < 6; i++) browser.navigate(`/${i}`);
  const ask = asked(browser.navigate("/page"));
  finish(browser, ask, post(browser, answer(ask)));
  browser.jar.delete(browser.session!);
  for (let i = 0; i < 6; i++) browser.navigate(`/more${i}`);
  expect(browser.logins.length).toBeLessThanOrEqual(7);
});

test("without allow_on_headers_stop_iteration no body arrives: 503, and the log says what to set", () => {
  const { envoy, browser } = browse(CONFIG), ask = asked(browser.navigate("/page"));
  envoy.bodiesBehindHeaders = false;
  const back = post(browser, answer(ask));
  envoy.advance(10);
  expect(code(back.local)).toBe("503 body_not_delivered");
  expect(envoy.logText).toContain("allow_on_headers_stop_iteration");
});

test("forms that attackers begin and never finish do not prevent logins", () => {
  const { envoy, browser } = browse(CONFIG), ask = asked(browser.navigate("/page"));
  envoy.bodiesBehindHeaders = false;
  for (let i = 0; i < 3000; i++) envoy.request("POST", "/callback", FORM, { body: "c" }).reset();
  envoy.bodiesBehindHeaders = true;
  finish(browser, ask, post(browser, answer(ask)));
});
