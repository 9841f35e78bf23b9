// The provider ends a session in a hidden frame (OpenID Connect Front-Channel Logout 1.0).
import { ISSUER } from "./fixture";
import { browse, Browser, code, copyOf, expired, setCookies, logIn, logInAs, type Sent } from "./browser";
import type { StreamContext } from "./host/stream";

const PATH = "/frontchannel";
const CONFIG = { frontchannel_logout_path: PATH };
const FRAME: Sent = { accept: "text/html", "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe" };
const query = (changes: Record<string, string | null> = {}): string =>
  new URLSearchParams(Object.entries({ iss: ISSUER, sid: "op-session-1", ...changes }).filter(([, value]) => value !== null) as [string, string][]).toString();

const loggedIn = (): Browser => { const { browser } = browse(CONFIG); logIn(browser); return browser; };
const frame = (browser: Browser, search = query(), method = "GET"): StreamContext => browser.send(method, `${PATH}?${search}`, FRAME);
const isIn = (browser: Browser): boolean => "forwarded" in (copyOf(browser).fetch("/api").outcome as object);

test("iss and sid of the session end it: all its cookies are deleted, and copies of them no longer work", () => {
  const browser = loggedIn();
  const thief = copyOf(browser), name = browser.session!;
  const { local } = frame(browser);
  expect(local.status).toBe(200);
  expect(expired(local.headers)).toContain(name);
  expect(browser.names).toEqual([]);
  expect(isIn(thief)).toBe(false);
});

test("duty 121: the answer has no-store, and only the provider may frame it", () => {
  const { headers, body } = frame(loggedIn()).local;
  expect(headers.get("cache-control")).toBe("no-store");
  expect(headers.get("content-security-policy")).toMatch(new RegExp(`frame-ancestors ${ISSUER}$`));
  expect(headers.has("x-frame-options")).toBe(false);
  expect(body).not.toMatch(/script|alice|op-session/);
});

test("duty 160: a session planted before it does not keep it alive", () => {
  const { envoy, browser } = browse(CONFIG), other = new Browser(envoy);
  logIn(browser);
  logInAs(other, { sid: "another" });
  const thief = copyOf(browser), cookie = `${other.cookiesFor(PATH)}; ${browser.cookiesFor(PATH)}`;
  expect(browser.send("GET", `${PATH}?${query()}`, { ...FRAME, cookie }).local.status).toBe(200);
  expect([isIn(thief), isIn(other)]).toEqual([false, true]);
});

test("duty 162: a prefetch ends nothing", () => {
  const browser = loggedIn();
  const { local } = browser.send("GET", `${PATH}?${query()}`, { ...FRAME, "sec-purpose": "prefetch" });
  expect([code(local), setCookies(local.headers), isIn(browser)]).toEqual(["403 prefetched", [], true]);
  expect(frame(browser).local.status).toBe(200);
  expect(isIn(browser)).toBe(false);
});

describe("duty 121: a request that does not match the session gets 400 and ends nothing", () => {
  test.each<[string, string]>([
    ["another sid", query({ sid: "op-session-2" })], ["a sid that only begins with it", query({ sid: "op-session-10" })], ["an empty sid", query({ sid: "" })], ["no sid", query({ sid: null })],
    ["another issuer", query({ iss: "https://evil.example.com" })], ["the issuer with a trailing slash", query({ iss: `${ISSUER}/` })], ["no issuer", query({ iss: null })], ["an empty query", ""],
    ["sid twice", `${query()}&sid=op-session-1`], ["iss twice", `${query()}&iss=${ISSUER}`], ["iss twice, once escaped", `${query()}&%69ss=x`], ["bad escapes", `${query()}&a=%zz`],
  ])("%s", (_, search) => {
    const browser = loggedIn();
    const { local } = frame(browser, search);
    expect(code(local)).toBe("400 logout_mismatch");
    expect([setCookies(local.headers), local.headers.get("cache-control")]).toEqual([[], "no-store"]);
    expect(isIn(browser)).toBe(true);
  });

  test.each(["op-session-1", ""])("a session without a sid, by the sid %j", (sid) => {
    const { browser } = browse(CONFIG);
    logInAs(browser, { sid: undefined });
    expect(code(frame(browser, query({ sid })).local)).toBe("400 logout_mismatch");
    expect(isIn(browser)).toBe(true);
  });

  test.each(["POST", "HEAD", "PUT", "OPTIONS"])("%s gets 405", (method) => {
    const browser = loggedIn();
    const { local } = frame(browser, query(), method);
    expect([code(local), local.headers.get("allow")]).toEqual(["405 logout_method", "GET"]);
    expect(isIn(browser)).toBe(true);
  });
});

test("without a session the answer is the same, without cookies and calls", () => {
  const { envoy, browser } = browse({ ...CONFIG, revoke_tokens_on_logout: true });
  const { local } = frame(browser);
  expect([local.status, setCookies(local.headers), envoy.callouts]).toEqual([200, [], []]);
});

test("duty 115: no tokens are revoked by a request that any site can cause", () => {
  const { envoy, browser } = browse({ ...CONFIG, revoke_tokens_on_logout: true });
  logIn(browser);
  expect(frame(browser).local.status).toBe(200);
  expect(envoy.callouts).toEqual([]);
});

test("another session of the same user stays", () => {
  const browser = loggedIn();
  const phone = new Browser(browser.envoy);
  logIn(phone);
  frame(browser);
  expect(isIn(phone)).toBe(true);
});

test.each([`${PATH}/`, `${PATH}x`, `/x${PATH}`])("%s is another path", (path) => {
  const browser = loggedIn();
  expect(browser.send("GET", `${path}?${query()}`, FRAME).forwarded.get(":path")).toBe(`${path}?${query()}`);
});
test("without frontchannel_logout_path there is no such address", () => expect(code(frame(browse().browser).local)).toBe("401 sign_in_needed"));
