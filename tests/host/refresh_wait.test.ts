// A request after its wait for a refresh: it may then wait for the provider, and each wait is bounded.
import { ISSUER } from "./fixture";
import { accessToken, browse, Browser, code, copyOf, jump, location, openCall, logIn, tokens } from "./browser";

const refreshed = (): Record<string, unknown> => ({ ...tokens(undefined), id_token: undefined, refresh_token: "refresh-2", access_token: accessToken({ jti: "new" }) });

describe("duty 38: any refresh response shows that the provider is up, so the next login is not refused", () => {
  /** A browser whose tokens are due, long after the last answer of the provider. */
  const late = (changes: Record<string, unknown> = {}): Browser => {
    const { envoy, browser } = browse(changes);
    logIn(browser);
    jump(envoy, 301);
    return browser;
  };

  test("invalid_grant: the page that waited for the refresh starts a login", () => {
    const browser = late(), request = browser.navigate("/page");
    openCall(browser.envoy, "/token").json({ error: "invalid_grant" }, 400);
    expect(location(browser.take(request)).origin).toBe(ISSUER);
  });

  test("the same in a worker that only waits for another's refresh", () => {
    const { envoy, browser } = browse({}, { start: { workers: 2 } });
    logIn(browser);
    jump(envoy, 301);
    const other = copyOf(browser, { worker: 1 }), first = browser.navigate("/page"), second = other.navigate("/page");
    openCall(envoy, "/token").json({ error: "invalid_grant" }, 400);
    envoy.advance(1);
    expect([first, second].map((request) => location(request).origin)).toEqual([ISSUER, ISSUER]);
  });

  test.each<[string, Record<string, unknown>]>([
    ["refresh_session_interval", { refresh_session_interval: 100 }], ["force_reauthorize", { force_reauthorize: true }],
  ])("a refresh that succeeds, if %s is due too", (_, changes) => {
    const browser = late(changes), request = browser.navigate("/page");
    openCall(browser.envoy, "/token").json(refreshed());
    expect(location(browser.take(request)).origin).toBe(ISSUER);
  });

  test.each([502, 503, 504])("but %i does not show that the provider is up: it is called first", (status) => {
    const { envoy, browser } = browse();
    logIn(browser);
    jump(envoy, 301);
    envoy.provider("idp").answers(() => null);
    const request = browser.fetch("/api");
    openCall(envoy, "/token").json({}, status);
    expect(code(request.local)).toBe("503 provider_unreachable");
    const page = new Browser(envoy).navigate("/page");
    expect(page.waiting).toBe(true);
    openCall(envoy, "/.well-known/openid-configuration").fail();
    expect(code(page.local)).toBe("503 provider_not_ready");
  });

  test("after the clock was set back, what the provider answered before shows nothing: a login calls it first", () => {
    const { envoy, browser } = browse();
    logIn(browser);
    jump(envoy, -3600);
    envoy.provider("idp").answers(() => "fail");
    envoy.advance(5);
    expect(code(new Browser(envoy).navigate("/page").local)).toBe("503 provider_not_ready");
  });
});

test("tokens that are due again at once serve the waiting request, with one refresh", () => {
  const { envoy, browser } = browse({ access_token_expires_leeway: 600 });
  logIn(browser);
  const first = browser.fetch("/api");
  openCall(envoy, "/token").json(refreshed());
  expect(browser.take(first).forwarded.get("x-access-token")).toBe(accessToken({ jti: "new" }));
  const refreshes = envoy.provider("idp").calls.filter(({ path, form }) => path === "/token" && form.get("grant_type") === "refresh_token");
  expect([envoy.callouts, refreshes.length]).toEqual([[], 1]);
});
