// The redirect from the provider's logout back to logout_path (OpenID Connect RP-Initiated Logout 1.0 §3): it shows a page, and no loop.
import { ISSUER } from "./fixture";
import { browse, BROWSER_METADATA, Browser, code, location, logIn, type Sent } from "./browser";
import type { Envoy } from "./host";
import type { StreamContext } from "./host/stream";

const SAME: Sent = { "sec-fetch-site": "same-origin" };
const HERE = { post_logout_redirect_uri: "https://app.example/logout" };
const FROM_PROVIDER: Sent = { "sec-fetch-site": "cross-site" };
const WITHOUT_LOGOUT = { ...BROWSER_METADATA, end_session_endpoint: undefined };

function loggedIn(config: Record<string, unknown>, metadata: object = BROWSER_METADATA): { envoy: Envoy; browser: Browser } {
  const world = browse(config, { metadata });
  logIn(world.browser);
  return world;
}

const logOut = (browser: Browser): StreamContext => browser.navigate("/logout", SAME);
const isLoggedOut = (browser: Browser): void => expect(code(browser.fetch("/api").local)).toBe("401 sign_in_needed");
const state = (browser: Browser): string => location(logOut(browser)).searchParams.get("state")!;
const back = (browser: Browser, query = "", headers: Sent = FROM_PROVIDER): StreamContext => browser.navigate(`/logout${query}`, headers);
const title = ({ local }: StreamContext): string => /<h1>(.*?)<\/h1>/.exec(local.body)![1]!;

test("a state is sent along, and with it the returning browser sees that the logout is complete, without a link to the provider", () => {
  const { browser } = loggedIn(HERE);
  const sent = state(browser);
  expect(sent).toMatch(/^[\w-]{8}$/);
  const done = back(browser, `?state=${sent}`);
  expect([done.local.status, title(done), done.local.body.includes(ISSUER), done.local.headers.get("cache-control")]).toEqual([200, "You are logged out", false, "no-store"]);
  isLoggedOut(browser);
});
test("the state is accepted once", () => {
  const { browser } = loggedIn(HERE);
  const query = `?state=${state(browser)}`;
  back(browser, query);
  expect(title(back(browser, query))).toBe("Log out?");
});
test.each([["no state", () => ""], ["another state", () => "?state=AAAAAAAA"], ["an empty state", () => "?state="], ["two states", (sent: string) => `?state=${sent}&state=${sent}`], ["a longer state", (sent: string) => `?state=${sent}A`]])(
  "with %s the page asks for confirmation", (_, query) => {
    const { browser } = loggedIn(HERE);
    expect(title(back(browser, query(state(browser))))).toBe("Log out?");
  });
test("a user who has logged in again meanwhile is asked, and stays logged in", () => {
  const { browser } = loggedIn(HERE);
  const query = `?state=${state(browser)}`;
  const flow = browser.names.find((name) => !name.includes("_login_") && name !== browser.session)!;
  const earlierCookie = browser.jar.get(flow)!;
  logIn(browser);
  browser.jar.set(flow, earlierCookie);
  expect(title(back(browser, query))).toBe("Log out?");
  expect(browser.fetch("/api").forwarded.has("x-userinfo")).toBe(true);
});
test("the state of another browser is not accepted", () => {
  const { envoy, browser } = loggedIn(HERE);
  expect(title(back(new Browser(envoy), `?state=${state(browser)}`))).toBe("Log out?");
});
test.each<[string, Record<string, unknown>, object]>([
  ["an end_session_endpoint", {}, WITHOUT_LOGOUT], ["an ID Token to send", { session_contents: { id_token: true, user: true } }, BROWSER_METADATA],
])("without %s the page is shown at once, and no cookie is left", (_, config, metadata) => {
  const { browser } = loggedIn({ ...HERE, ...config }, metadata);
  expect([title(logOut(browser)), browser.names]).toEqual(["You are logged out", []]);
});
test.each<[string, Record<string, unknown>, object]>([
  ["redirect_after_logout_uri", { redirect_after_logout_uri: HERE.post_logout_redirect_uri }, BROWSER_METADATA],
  ["redirect_after_logout_uri with a query", { redirect_after_logout_uri: `${HERE.post_logout_redirect_uri}?x` }, BROWSER_METADATA],
  ["post_logout_redirect_uri with a query, without an end_session_endpoint", { post_logout_redirect_uri: `${HERE.post_logout_redirect_uri}?x` }, WITHOUT_LOGOUT],
])("%s that leads to logout_path again: no redirects without end, but the page", (_, config, metadata) => {
  const { browser } = loggedIn(config, metadata);
  expect([title(logOut(browser)), browser.names]).toEqual(["You are logged out", []]);
});
test("a post_logout_redirect_uri with a query gets the state, and the page", () => {
  const { browser } = loggedIn({ post_logout_redirect_uri: `${HERE.post_logout_redirect_uri}?x=1` }), sent = state(browser);
  expect(title(back(browser, `?x=1&state=${sent}`))).toBe("You are logged out");
});
test("redirect_after_logout_uri takes precedence, and leaves no cookie", () => {
  const { browser } = loggedIn({ ...HERE, redirect_after_logout_uri: "https://www.example/bye" });
  expect([location(logOut(browser)).href, browser.names]).toEqual(["https://www.example/bye", []]);
});
test.each(["https://app.example/logout/", "https://app.example/bye", "https://www.example/logout", "http://app.example/logout", "https://app.example:8443/logout"])("no state is sent for %s, which is another address", (uri) => {
  const { browser } = loggedIn({ post_logout_redirect_uri: uri });
  expect([location(logOut(browser)).searchParams.has("state"), browser.names]).toEqual([false, []]);
});
