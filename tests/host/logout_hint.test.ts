// A logout at the provider should have the ID Token as a hint: without it some providers answer with an error page.
import { ISSUER } from "./fixture";
import { browse, code, copyOf, location, openCall, logInAs, type Browser } from "./browser";
import type { Envoy } from "./host";
import type { StreamContext } from "./host/stream";

interface World { envoy: Envoy; browser: Browser }

function loggedIn(config: Record<string, unknown>, bytesOfGroups = 0): World {
  const world = browse(config);
  logInAs(world.browser, { groups: ["g".repeat(bytesOfGroups)] });
  return world;
}

const logOut = (browser: Browser): StreamContext => browser.navigate("/logout", { "sec-fetch-site": "same-origin" });

test("an ID Token with 800 bytes of groups is in the URL", () => {
  const to = location(logOut(loggedIn({}, 800).browser));
  expect([to.searchParams.has("id_token_hint"), to.href.length <= 2048]).toEqual([true, true]);
});

test("one with 8 kB is not, because the hint is only recommended (RP-Initiated Logout 1.0 §2)", () => {
  const to = location(logOut(loggedIn({}, 8000).browser));
  expect([to.searchParams.has("id_token_hint"), to.searchParams.get("client_id"), to.href.length <= 2048]).toEqual([false, "gateway", true]);
});

describe("if the session does not contain the ID Token", () => {
  const begin = (config: Record<string, unknown> = {}): World => loggedIn({ session_contents: { access_token: true, id_token: true, user: true }, ...config });

  test("there is a page, not the error of a provider that needs a hint; its link has client_id and no post_logout_redirect_uri", () => {
    const { browser } = begin({ post_logout_redirect_uri: "https://app.example/bye" });
    const { local } = logOut(browser);
    expect([local.status, local.headers.get("cache-control")]).toEqual([200, "no-store"]);
    expect(local.body).toContain("You are logged out");
    expect(local.body).toContain(`<a href="${ISSUER}/logout?client_id=gateway">`);
    expect(local.body).not.toMatch(/id_token_hint|\bey/);
  });

  test("duty 113: the session and its copies are ended", () => {
    const { browser } = begin(), thief = copyOf(browser);
    logOut(browser);
    expect(browser.names).toEqual([]);
    expect(code(thief.fetch("/api").local)).toBe("401 sign_in_needed");
  });

  test("the tokens are revoked", () => {
    const { envoy, browser } = begin({ revoke_tokens_on_logout: true });
    logOut(browser);
    expect(openCall(envoy, "/revoke")).toBeDefined();
  });

  test("redirect_after_logout_uri takes precedence over the page", () => {
    expect(location(logOut(begin({ redirect_after_logout_uri: "/bye" }).browser)).pathname).toBe("/bye");
  });
});
