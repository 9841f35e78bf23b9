// The way back from the provider's logout to logout_path (OpenID Connect RP-Initiated Logout 1.0 §3): a page, and no way round in circles.
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
const isOut = (browser: Browser): void => expect(code(browser.fetch("/api").local)).toBe("401 sign_in_needed");
const state = (browser: Browser): string => location(logOut(browser)).searchParams.get("state")!;
const back = (browser: Browser, query = "", headers: Sent = FROM_PROVIDER): StreamContext => browser.navigate(`/logout${query}`, headers);
const title = ({ local }: StreamContext): string => /<h1>(.*?)<\/h1>/.exec(local.body)![1]!;

test("a state goes along, and whoever brings it back sees that the logout is done, without another way to the provider", () => {
  const { browser } = loggedIn(HERE);
  const sent = state(browser);
  expect(sent).toMatch(/^[\w-]{8}$/);
  const done = back(browser, `?state=${sent}`);
  expect([done.local.status, title(done), done.local.body.includes(ISSUER), done.local.headers.get("cache-control")]).toEqual([200, "You are logged out", false, "no-store"]);
  isOut(browser);
});
test("it is good once", () => {
  const { browser } = loggedIn(HERE);
  const query = `?state=${state(browser)}`;
  back(browser, query);
  expect(title(back(browser, query))).toBe("Log out?");
});
test.each([["none", () => ""], ["another one", () => "?state=AAAAAAAA"], ["an empty one", () => "?state="], ["two", (sent: string) => `?state=${sent}&state=${sent}`], ["a longer one", (sent: string) => `?state=${sent}A`]])(
  "%s is no way back", (_, query) => {
    const { browser } = loggedIn(HERE);
    expect(title(back(browser, query(state(browser))))).toBe("Log out?");
  });
test("who has logged in again meanwhile is asked, and stays logged in", () => {
  const { browser } = loggedIn(HERE);
  const query = `?state=${state(browser)}`;
  const flow = browser.names.find((name) => !name.includes("_login_") && name !== browser.session)!;
  const kept = browser.jar.get(flow)!;
  logIn(browser);
  browser.jar.set(flow, kept);
  expect(title(back(browser, query))).toBe("Log out?");
  expect(browser.fetch("/api").forwarded.has("x-userinfo")).toBe(true);
});
test("another browser's state shows nothing", () => {
  const { envoy, browser } = loggedIn(HERE);
  expect(title(back(new Browser(envoy), `?state=${state(browser)}`))).toBe("Log out?");
});
test.each<[string, Record<string, unknown>, object]>([
  ["an end_session_endpoint", {}, WITHOUT_LOGOUT], ["an ID Token to send", { session_contents: { id_token: true, user: true } }, BROWSER_METADATA],
])("without %s the page comes at once, and no cookie is left", (_, config, metadata) => {
  const { browser } = loggedIn({ ...HERE, ...config }, metadata);
  expect([title(logOut(browser)), browser.names]).toEqual(["You are logged out", []]);
});
test("redirect_after_logout_uri goes before it, and leaves no cookie", () => {
  const { browser } = loggedIn({ ...HERE, redirect_after_logout_uri: "https://www.example/bye" });
  expect([location(logOut(browser)).href, browser.names]).toEqual(["https://www.example/bye", []]);
});
test.each(["https://app.example/logout/", "https://app.example/bye", "https://www.example/logout", "http://app.example/logout", "https://app.example:8443/logout"])("no state goes to %s: nobody would look at it", (uri) => {
  const { browser } = loggedIn({ post_logout_redirect_uri: uri });
  expect([location(logOut(browser)).searchParams.has("state"), browser.names]).toEqual([false, []]);
});
