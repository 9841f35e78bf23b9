// Access tokens are renewed silently, once for everybody.
import { accessToken, browse, Browser, code, openCall, signIn, tokens } from "./browser";

const renewed = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({ ...tokens(undefined), id_token: undefined, refresh_token: "refresh-2", access_token: accessToken({ jti: "new" }), ...changes });

test("a request after the access token's end waits for a new one, and its answer carries the new session", () => {
  const { envoy, browser } = browse();
  signIn(browser);
  const before = browser.jar.get(browser.session!)!.value;
  envoy.advance(301);
  const request = browser.fetch("/api");
  expect(request.waiting).toBe(true);
  const call = openCall(envoy, "/token");
  expect([call.form.get("grant_type"), call.form.get("refresh_token")]).toEqual(["refresh_token", "refresh-1"]);
  call.json(renewed());
  browser.take(request);
  expect(request.forwarded.get("x-access-token")).toBe(accessToken({ jti: "new" }));
  expect(browser.jar.get(browser.session!)!.value).not.toBe(before);
});

test("duty 37: requests in parallel, in two workers, cause one refresh, and all go on with its result", () => {
  const { envoy, browser } = browse({}, { start: { workers: 2 } });
  signIn(browser);
  envoy.advance(301);
  const other = new Browser(envoy, { worker: 1 });
  for (const [name, value] of browser.jar) other.jar.set(name, value);
  const requests = [...Array(5)].flatMap(() => [browser.fetch("/api"), other.fetch("/api")]);
  expect(requests.every(({ waiting }) => waiting)).toBe(true);
  openCall(envoy, "/token").json(renewed());
  envoy.advance(1);
  for (const request of requests) expect(request.forwarded.get("x-access-token")).toBe(accessToken({ jti: "new" }));
  expect(envoy.provider("idp").calls.filter((call) => call.path === "/token" && call.form.get("grant_type") === "refresh_token").length).toBe(1);
});

test("duty 38: invalid_grant ends the session", () => {
  const { envoy, browser } = browse();
  signIn(browser);
  envoy.advance(301);
  const request = browser.fetch("/api");
  openCall(envoy, "/token").json({ error: "invalid_grant" }, 400);
  expect(code(browser.take(request).local)).toBe("401 sign_in_needed");
  expect(browser.session).toBeUndefined();
});

test("duty 38: a provider that is down does not end it: 503 until it is back", () => {
  const { envoy, browser } = browse();
  signIn(browser);
  envoy.advance(301);
  const request = browser.fetch("/api");
  openCall(envoy, "/token").fail();
  expect(code(browser.take(request).local)).toBe("503 provider_unreachable");
  envoy.advance(4);
  const again = browser.fetch("/api");
  openCall(envoy, "/token").json(renewed());
  expect(browser.take(again).forwarded.get("x-access-token")).toBe(accessToken({ jti: "new" }));
});
