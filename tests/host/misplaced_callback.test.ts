// An authorization response that arrives at another path than the callback's: a page is shown instead of a redirect loop, and the log names the cause.
import { asked, browse, Browser, callbackPath, code, kept, location, openCall, ORIGIN, logIn, tokens, USERINFO } from "./browser";
import { ISSUER } from "./fixture";

/** A login whose authorization response arrives at this path instead of the callback's. */
function responseAt(path: string, config: Record<string, unknown> = {}): ReturnType<Browser["navigate"]> & { text: string } {
  const { envoy, browser } = browse(config), ask = asked(browser.navigate("/page"));
  const back = browser.navigate(callbackPath(ask).replace("/callback", path), { "sec-fetch-site": "cross-site" });
  return Object.assign(back, { text: envoy.logText });
}

test.each([
  ["a proxy removes /app", "/callback", { redirect_uri: `${ORIGIN}/app/callback` }, "/app/callback"], ["a proxy adds /app", "/app/callback", { redirect_uri: "/callback" }, "/callback"],
  ["a proxy adds a slash", "/callback/", {}, "/callback"], ["a proxy rewrites every path to the start page", "/", {}, "/callback"],
])("%s: an error page, the log names both paths and redirect_uri, and no further login is started", (_, path, config, expected) => {
  const back = responseAt(path, config);
  expect([code(back.local), kept(back.local.headers)]).toEqual(["400 callback_misplaced", []]);
  expect(back.local.body).not.toMatch(/redirect_uri|\/callback/);
  expect(back.text).toContain(`came to the path ${path}, and is expected at ${expected} (redirect_uri ${ORIGIN}${expected})`);
  expect(back.text).not.toMatch(/c0de/);
});

test("an error of the provider at another path too", () => {
  const { browser } = browse(), { state } = asked(browser.navigate("/page"));
  expect(code(browser.navigate(`/x/callback?error=access_denied&state=${state}`).local)).toBe("400 callback_misplaced");
});

describe("a page with parameters of these names is not a response", () => {
  const { browser } = browse(), { state } = asked(browser.navigate("/page")), other = "A".repeat(32);
  test.each([
    ["another state", `code=c&state=${other}`], ["a state with the same ending", `code=c&state=${other.slice(0, 8)}${state.slice(8)}`], ["a truncated state", `code=c&state=${state.slice(0, 31)}`], ["no state", "code=c"],
    ["two states", `code=c&state=${state}&state=${state}`], ["neither code nor error", `state=${state}`], ["a broken escape", `code=%&state=${state}`],
  ])("%s", (_, query) => expect(location(browser.navigate(`/page?${query}`)).origin).toBe(ISSUER));

  test("in a browser without a pending login", () => expect(location(browse().browser.navigate(`/page?code=c&state=${state}`)).origin).toBe(ISSUER));

  test("requested by a script", () => expect(code(browser.fetch(`/page?code=c&state=${state}`).local)).toBe("401 sign_in_needed"));

  test("with a session, it is forwarded to the application", () => {
    const { browser } = browse(), late = asked(browser.navigate("/late"));
    logIn(browser);
    expect(browser.navigate(`/page?code=c&state=${late.state}`).forwarded.get(":path")).toBe(`/page?code=c&state=${late.state}`);
  });
});

test("the login stays usable: its response at the callback is accepted", () => {
  const { envoy, browser } = browse(), ask = asked(browser.navigate("/page"));
  browser.navigate(callbackPath(ask).replace("/callback", "/x/callback"));
  const back = browser.navigate(callbackPath(ask), { "sec-fetch-site": "cross-site" });
  openCall(envoy, "/token").json(tokens(ask.nonce));
  openCall(envoy, "/userinfo").json(USERINFO);
  expect(location(browser.take(back)).pathname).toBe("/page");
});
