// The story: the tests that every provider's test file runs.

import { setTimeout as sleep } from "node:timers/promises";
import { newProfile, picture } from "../../browser/support/browser";
import { BrowserClient } from "../../envoy/support/browser-client";
import { until } from "../../envoy/support/envoy";
import { getWith, request } from "../../envoy/support/http";
import { completePages, completePagesIn, NAME_FIELD, nameField, openPage, openPageIn } from "./pages";
import { asClient, BUILD_MS, CLIENT_ID, type Provider } from "./provider";
import { decoded, headersAt, headersOf, jwtPart, startProviderWorld, type App, type Extra, type ProviderWorld } from "./world";

/** A token expires after six seconds, and machines may be slow. */
const REFRESHED_WITHIN_MS = 40_000;
const ENDED_WITHIN_MS = 10_000;
const KEYS_WITHIN_MS = 10_000;
/** Less than the token's lifetime. */
const REVOKED_WITHIN_MS = 3_000;
/** After ten seconds without an answer of the provider, the filter checks whether it is up. Tokens of `app` have expired by then. */
const WITHOUT_ANSWER_MS = 12_000;

/** Registers the tests. The result gives a file's own tests access to the provider and the applications. */
export function tellStory(provider: Provider, extras: Record<string, Extra> = {}): () => ProviderWorld {
  let world: ProviderWorld;

  beforeAll(async () => { world = await startProviderWorld(provider, extras); }, BUILD_MS);

  const app = (name = "app"): App => world.apps[name]!;
  const nameOf = (kind: "jwt" | "opaque") => (kind === "opaque" && provider.tokens.length === 2 ? "opaque" : "app");
  const revoke = async (token: string) => {
    const { revocation } = world.running;
    if (typeof revocation !== "string") return revocation(token);
    expect((await asClient(provider, revocation, app().client.id, { token, token_type_hint: "refresh_token" })).status).toBe(200);
  };
  const bearer = async (name: string, token: string) => (await getWith(`${app(name).url}/api`, token)).status;

  describe("users", () => {
    test("log in on the provider's pages, get the requested page, and log out there too", async () => {
      const profile = await newProfile();
      try {
        const page = await profile.newPage(), { url } = app();
        await openPageIn(page, `${url}/orders/7?page=2&sort=%C3%A4`);
        expect(page.url()).toBe(`${url}/orders/7?page=2&sort=%C3%A4`);
        const shown = await page.locator("main").innerText();
        expect(shown).toMatch(/x-userinfo/i);
        expect(shown).toMatch(/x-access-token/i);
        await picture(page, `${provider.name}-logged-in`);

        await page.goto(`${url}/logout`);
        await completePagesIn(page, url);
        expect(page.url()).toMatch(new RegExp(`^${url}/logged-out`));
        expect(await page.locator("main").innerText()).not.toMatch(/x-userinfo/i);

        await page.goto(`${url}/orders`);
        expect(await nameField(page).count()).toBe(1);
        await picture(page, `${provider.name}-log-in`);
      } finally {
        await profile.close();
      }
    });

    test("have their UserInfo and ID Token claims sent to the upstream", async () => {
      const browser = new BrowserClient();
      await openPage(browser, `${app().url}/orders`);
      const headers = await headersAt(browser, app());
      const { sub } = provider.userinfo as { sub: string };
      expect(headers["x-user-id"]).toBe(sub);
      expect(decoded(headers["x-userinfo"])).toMatchObject(provider.userinfo);
      expect(decoded(headers["x-id-token"])).toMatchObject({ sub, aud: expect.anything() });
      expect(headers["x-access-token"]).toBeDefined();
    });

    test("stay logged in over two refreshes, each with new tokens", async () => {
      const browser = new BrowserClient();
      await openPage(browser, `${app().url}/orders`);
      const seen = new Set<string>(), refreshTokens = new Set<string>();
      await until("two refreshes", REFRESHED_WITHIN_MS, async () => {
        const headers = await headersAt(browser, app());
        seen.add(headers["x-access-token"]!);
        refreshTokens.add(headers["x-refresh-token"]!);
        return seen.size === 3 ? true : undefined;
      });
      expect(refreshTokens.has("undefined")).toBe(false);
    });

    test("who log out are logged out at the provider too", async () => {
      const browser = new BrowserClient();
      await openPage(browser, `${app().url}/orders`);
      const back = await completePages(browser, await browser.settle(await browser.get(`${app().url}/logout`)), app().url);
      expect(back.url).toMatch(new RegExp(`^${app().url}/logged-out`));
      expect((await browser.open(`${app().url}/orders`)).body).toMatch(NAME_FIELD);
    });

    if (provider.backchannel) {
      test("whose session ends at the provider are logged out of every application (back-channel logout)", async () => {
        const browser = new BrowserClient(), other = app(provider.methods[1]);
        await openPage(browser, `${app().url}/orders`);
        await openPage(browser, `${other.url}/orders`);
        expect((await browser.fetch(`${app().url}/api`)).status).toBe(200);
        const copy = browser.cookies.slice();
        await browser.settle(await browser.get(`${other.url}/logout`));
        browser.cookies = copy;
        await until("the session's end", ENDED_WITHIN_MS, async () => ((await browser.fetch(`${app().url}/api`)).status === 401 ? true : undefined));
      });
    }
  });

  if (provider.methods.length > 1) {
    describe("the client authenticates, with an id and a secret that need escaping, by", () => {
      test.each(provider.methods.slice(1))("%s: login, refresh, logout", async (method) => {
        const browser = new BrowserClient(), { url } = app(method);
        await openPage(browser, `${url}/orders`);
        const { "x-access-token": first } = await headersAt(browser, app(method));
        await until("a refresh", REFRESHED_WITHIN_MS, async () => ((await headersAt(browser, app(method)))["x-access-token"] === first ? undefined : true));
        const back = await completePages(browser, await browser.settle(await browser.get(`${url}/logout`)), url);
        expect(back.url).toMatch(new RegExp(`^${url}/logged-out`));
      });
    });
  }

  describe("bearer tokens", () => {
    if (provider.tokens.length > 0) {
      test.each(provider.tokens)("%s: a user's token passes and reaches the upstream, and a changed one is refused", async (kind) => {
        const name = nameOf(kind), browser = new BrowserClient();
        await openPage(browser, `${app(name).url}/orders`);
        const { "x-access-token": token } = await headersAt(browser, app(name));
        expect(token!.split(".").length === 3 && token!.startsWith("eyJ")).toBe(kind === "jwt");
        expect(headersOf(await getWith(`${app(name).url}/api`, token!))["x-access-token"]).toBe(token);
        expect(await bearer(name, `${token!.slice(0, -8)}AAAAAAAA`)).toBe(401);
        expect(await bearer(name, "nonsense")).toBe(401);
      });
    }

    if (provider.introspection.length > 0) {
      test.each(provider.introspection)("opaque tokens are introspected, with %s", async (method) => {
        const name = `opaque ${method}`, browser = new BrowserClient();
        await openPage(browser, `${app(name).url}/orders`);
        const { "x-access-token": token } = await headersAt(browser, app(name));
        expect(await bearer(name, token!)).toBe(200);
        expect(await bearer(name, `${token!.slice(0, -8)}AAAAAAAA`)).toBe(401);
      });
    }

    if (provider.clientCredentials) {
      test.each(provider.tokens)("%s: a program's token (client credentials) passes", async (kind) => {
        const { json } = await asClient(provider, world.running.tokenEndpoint, `${CLIENT_ID}:machine:${kind}`, { grant_type: "client_credentials", scope: "read" });
        expect(await bearer(nameOf(kind), json.access_token as string)).toBe(200);
      });

      test.each([["read", 200], ["profile", 403]])("if the scope read is required, a token with the scope %s gets %i", async (scope, status) => {
        const { json } = await asClient(provider, world.running.tokenEndpoint, `${CLIENT_ID}:machine:${provider.tokens[0]}`, { grant_type: "client_credentials", scope });
        expect(await bearer("scoped", json.access_token as string)).toBe(status);
      });
    }

    test("an ID Token does not pass as an access token", async () => {
      const browser = new BrowserClient();
      await openPage(browser, `${app("raw").url}/orders`);
      const { "x-raw-id-token": token } = await headersAt(browser, app("raw"));
      expect(await bearer("app", token!)).toBe(401);
      if (world.apps.opaque) expect([401, 403]).toContain(await bearer("opaque", token!));
    });
  });

  if (provider.rotation !== "none") {
    const stays = provider.rotation === "adds";
    test(`after a key rotation, logins and sessions work, and tokens of the old key ${stays ? "still pass" : "are refused, because the provider has removed it"}`, async () => {
      const old = new BrowserClient(), name = "raw";
      await openPage(old, `${app(name).url}/orders`);
      const before = await headersAt(old, app(name));
      await world.running.rotate!();
      const browser = new BrowserClient();
      await openPage(browser, `${app(name).url}/orders`);
      const after = await headersAt(browser, app(name));
      expect(jwtPart(after["x-raw-id-token"]!, 0).kid).not.toBe(jwtPart(before["x-raw-id-token"]!, 0).kid);
      expect(await bearer(name, after["x-access-token"]!)).toBe(200);
      await until("the new keys in each worker", KEYS_WITHIN_MS, async () => ((await bearer(name, before["x-access-token"]!)) === (stays ? 200 : 401) ? true : undefined));
      expect((await old.fetch(`${app(name).url}/api`)).status).toBe(200);
    });
  }

  test("a request without session and token is refused, and does not reach the upstream", async () => {
    const count = world.upstream.count();
    for (const name of Object.keys(world.apps)) expect((await request(`${app(name).url}/api`, { headers: [["X-User-Id", "admin"]] })).status).toBe(401);
    expect(world.upstream.count()).toBe(count);
  });

  if (provider.revocation) {
    describe("logout revokes the tokens, with the client authentication", () => {
      test.each(provider.methods)("%s", async (method) => {
        const browser = new BrowserClient(), { url } = app(method === provider.methods[0] ? "app" : method);
        await openPage(browser, `${url}/orders`);
        const { "x-access-token": token } = headersOf(await browser.fetch(`${url}/api`));
        const userinfo = async () => (await fetch(world.running.userinfoEndpoint, { headers: { authorization: `Bearer ${token}` } })).status;
        expect(await userinfo()).toBe(200);
        await browser.get(`${url}/logout`); // without following the redirect, because the provider's own logout may revoke them as well
        await until("the token's end", REVOKED_WITHIN_MS, async () => ((await userinfo()) === 200 ? undefined : true));
      });
    });
  }

  if (provider.audience) {
    test("tokens of other clients are refused if only the client's own are allowed", async () => {
      const browser = new BrowserClient();
      for (const [name, status] of [["own", 200], ["raw", 401]] as const) {
        await openPage(browser, `${app(name).url}/orders`);
        expect(await bearer("own", (await headersAt(browser, app(name)))["x-access-token"]!)).toBe(status);
      }
    });
  }

  test("a refresh token does not pass as an access token", async () => {
    const browser = new BrowserClient();
    await openPage(browser, `${app().url}/orders`);
    const { "x-refresh-token": token } = await headersAt(browser, app());
    expect(await bearer("app", token!)).toBe(401);
    if (world.apps.opaque) expect([401, 403]).toContain(await bearer("opaque", token!));
  });

  test(`logout without the ID Token in the session shows the filter's page; its link ${provider.logoutWithoutHint ? "logs out at the provider" : "is refused there"}`, async () => {
    const browser = new BrowserClient(), { url } = app("no hint");
    await openPage(browser, `${url}/orders`);
    const page = await browser.open(`${url}/logout`);
    expect([page.url, page.status]).toEqual([`${url}/logout`, 200]);
    const [, link] = /<a href="([^"]*)">Log out at the login service too</.exec(page.body)!;
    const there = await completePages(browser, await browser.open(link!.replaceAll("&amp;", "&")), url, true);
    expect(there.status < 400).toBe(provider.logoutWithoutHint);
    const asks = NAME_FIELD.test((await browser.open(`${url}/orders`)).body);
    expect(asks).toBe(provider.logoutWithoutHint);
  });

  test("a refresh that the provider refuses leads to the login, even if the filter has had no answer of the provider for a while", async () => {
    const browser = new BrowserClient();
    await openPage(browser, `${app().url}/orders`);
    const { "x-refresh-token": token } = await headersAt(browser, app());
    await revoke(token!);
    await sleep(WITHOUT_ANSWER_MS);
    const next = await browser.get(`${app().url}/orders`);
    expect(next.status).toBe(302);
    await openPage(browser, `${app().url}/orders`);
  });

  return () => world;
}
