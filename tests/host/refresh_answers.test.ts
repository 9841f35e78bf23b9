// Refresh responses of providers: forms of expires_in, and the many ways to refuse.
import { accessToken, browse, code, jump, location, openCall, logIn, tokens } from "./browser";
import type { Envoy } from "./host";

const refreshed = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({ ...tokens(undefined), id_token: undefined, refresh_token: "refresh-2", access_token: accessToken({ jti: "new" }), ...changes });
const refreshes = (envoy: Envoy): (string | null)[] => envoy.provider("idp").calls.filter(({ path, form }) => path === "/token" && form.get("grant_type") === "refresh_token").map(({ form }) => form.get("refresh_token"));

test.each([["digits in a string", "100", 100], ["decimals in a string", "100.9", 100], ["decimals", 100.5, 100]])("duty 31: expires_in may be %s", (_, expires_in, seconds) => {
  const { envoy, browser } = browse();
  logIn(browser, { tokens: { expires_in } });
  jump(envoy, seconds - 1);
  expect(browser.fetch("/api").waiting).toBe(false);
  jump(envoy, 1);
  expect(browser.fetch("/api").waiting).toBe(true);
});

test.each([0, "0", 0.5])("duty 31: a token whose expires_in is %j expires at once, and serves the requests that waited for it", (expires_in) => {
  const { envoy, browser } = browse();
  logIn(browser, { tokens: { expires_in } });
  for (let i = 2; i < 5; i++) {
    jump(envoy, 2);
    const requests = [browser.fetch("/api"), browser.fetch("/other")];
    expect(requests.every(({ waiting }) => waiting)).toBe(true);
    openCall(envoy, "/token").json(refreshed({ expires_in, refresh_token: `refresh-${i}`, access_token: `a${i}` }));
    for (const request of requests) expect(browser.take(request).forwarded.get("x-access-token")).toBe(`a${i}`);
  }
  expect(refreshes(envoy)).toEqual(["refresh-1", "refresh-2", "refresh-3"]);
});

test.each<[string, object, number]>([
  ["invalid_grant", { error: "invalid_grant" }, 200],
  ["invalid_grant", { error: "invalid_grant" }, 502],
  ["Entra ID requires interaction (MFA, a new policy)", { error: "interaction_required", error_description: "AADSTS50076" }, 400],
  ["the client was blocked", { error: "access_denied" }, 403],
  ["the token was revoked", { error: "invalid_token" }, 401],
  ["the token was unused for too long", { error: "expired_token" }, 400],
  ["the provider's session has expired", { error: "login_required" }, 400],
  ["the consent was withdrawn", { error: "consent_required" }, 400],
  ["the grant is unknown", { error: "invalid_grant" }, 404],
  ["a provider-specific code", { error: "user_disabled" }, 401],
])("duty 38: a refusal by the provider (%s: %j with status %i) ends the session, and the user logs in again", (_, body, status) => {
  const { envoy, browser } = browse();
  logIn(browser);
  jump(envoy, 301);
  const request = browser.fetch("/api");
  openCall(envoy, "/token").json(body, status);
  expect(code(browser.take(request).local)).toBe("401 sign_in_needed");
  expect(browser.session).toBeUndefined();
  expect(location(browser.navigate("/page")).pathname).toBe("/authorize");
  expect(refreshes(envoy)).toHaveLength(1);
});
