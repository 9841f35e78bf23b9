// Signing out: here, at the provider, and when the provider says so.
import { ISSUER, KEY, token } from "./fixture";
import { browse, Browser, code, location, signIn } from "./browser";

test("a person who signs out is sent to the provider, and their cookies are good for nothing any more", () => {
  const { envoy, browser } = browse();
  signIn(browser);
  const thief = new Browser(envoy);
  for (const [name, value] of browser.jar) thief.jar.set(name, value);
  const to = location(browser.navigate("/logout", { "sec-fetch-site": "same-origin" }));
  expect(to.origin + to.pathname).toBe(`${ISSUER}/logout`);
  expect(to.searchParams.get("id_token_hint")).toMatch(/^ey/);
  expect(browser.names).toEqual([]);
  expect(code(thief.fetch("/api").local)).toBe("401 sign_in_needed");
});

const logoutToken = (changes: Record<string, unknown> = {}): string => token({
  aud: "gateway", scope: undefined, sub: "alice", sid: "op-session-1", jti: "j1", events: { "http://schemas.openid.net/event/backchannel-logout": {} }, ...changes,
}, { header: { typ: "logout+jwt" } });

test("duty 119: the provider ends a session, in every worker", () => {
  const { envoy, browser } = browse({ backchannel_logout_path: "/backchannel" }, { start: { workers: 2 } });
  signIn(browser);
  const form = { "content-type": "application/x-www-form-urlencoded" };
  const request = new Browser(envoy, { worker: 1 }).send("POST", "/backchannel", form, `logout_token=${logoutToken()}`);
  expect(request.local.status).toBe(200);
  envoy.advance(1);
  expect(code(browser.fetch("/api").local)).toBe("401 sign_in_needed");
  void KEY;
});
