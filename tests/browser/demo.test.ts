// The demo's provider and upstream, without the filter: their pages, and the behaviour that other tests rely on.

import { setTimeout as sleep } from "node:timers/promises";
import { BrowserClient } from "../envoy/support/browser-client";
import { getWith } from "../envoy/support/http";
import { startUpstream } from "../envoy/support/upstream";
import { startApplication, type Application } from "./support/application";
import { chooseUser, heading, newProfile, picture, logIn } from "./support/browser";

let application: Application;

beforeAll(async () => {
  application = await startApplication();
});

const claimsOf = (token: string): Record<string, unknown> => JSON.parse(Buffer.from(token.split(".")[1]!, "base64url").toString()) as Record<string, unknown>;

async function tokens(person = "alice", app = application) {
  return app.redeem((await new BrowserClient().logIn(app.loginUrl(), person)).url);
}

describe("the provider", () => {
  test("logs in with one page, and without a page if the browser has a session", async () => {
    const page = await (await newProfile()).newPage();
    await page.goto(application.loginUrl());
    expect(await heading(page)).toBe("Log in");
    await picture(page, "provider-login");
    await page.emulateMedia({ colorScheme: "dark" });
    await picture(page, "provider-login-dark");
    await chooseUser(page, "alice");
    const callback = new URL(page.url());
    expect(callback.href).toMatch(new RegExp(`^${application.url}/callback\\?code=[\\w-]+&state=s&iss=`));
    expect(callback.searchParams.get("iss")).toBe(application.provider.issuer);
    await page.goto(application.loginUrl());
    expect(page.url()).toContain("/callback?code=");
    await page.goto(application.loginUrl({ prompt: "none" }));
    expect(page.url()).toContain("/callback?code=");
  });

  test("logs in any user name", async () => {
    const page = await (await newProfile()).newPage();
    await page.goto(application.loginUrl());
    await page.getByLabel("Someone else").fill("Carol");
    await page.getByRole("button", { name: "Log in", exact: true }).click();
    await page.waitForURL(/\/callback/);
    expect(claimsOf((await application.redeem(page.url())).id_token)).toMatchObject({ sub: "carol", name: "Carol Example", email: "carol@example.com" });
  });

  test("returns an error to the application if the user cancels, and if prompt=none finds no session", async () => {
    const page = await (await newProfile()).newPage();
    await page.goto(application.loginUrl());
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.waitForURL(/\/callback/);
    expect(new URL(page.url()).searchParams.get("error")).toBe("access_denied");
    await page.goto(application.loginUrl({ prompt: "none" }));
    expect(new URL(page.url()).searchParams.get("error")).toBe("login_required");
  });

  test("supports two concurrent logins in one browser", async () => {
    const profile = await newProfile();
    const pages = [await profile.newPage(), await profile.newPage()] as const;
    await Promise.all(pages.map((page, i) => page.goto(application.loginUrl({ state: `tab-${i}` }))));
    for (const [i, page] of pages.entries()) {
      await chooseUser(page, "alice");
      expect(new URL(page.url()).searchParams.get("state")).toBe(`tab-${i}`);
    }
  });

  test("shows an error page for a wrong request", async () => {
    const page = await (await newProfile()).newPage();
    await page.goto(application.loginUrl({ redirect_uri: "http://elsewhere.example/" }));
    expect(await heading(page)).toBe("That did not work");
    await picture(page, "provider-error");
    await page.goto(`${application.provider.issuer}/interaction/no-such-login`);
    expect(await heading(page)).toBe("That did not work");
  });

  test("asks for confirmation before it logs out", async () => {
    const page = await (await newProfile()).newPage();
    await logIn(page, application.loginUrl());
    const { id_token, refresh_token } = await application.redeem(page.url());
    const parameters = new URLSearchParams({ id_token_hint: id_token, post_logout_redirect_uri: `${application.url}/` });
    await page.goto(`${application.provider.issuer}/session/end?${parameters}`);
    expect(await heading(page)).toBe("Log out?");
    await picture(page, "provider-logout");
    await page.getByRole("button", { name: "Log out" }).click();
    await page.waitForURL(`${application.url}/`);
    expect((await application.token({ grant_type: "refresh_token", refresh_token })).error).toBe("invalid_grant");
    expect(application.logoutTokens).toHaveLength(1);
    await page.goto(application.loginUrl());
    expect(await heading(page)).toBe("Log in");
    await page.goto(`${application.provider.issuer}/session/end`);
    expect(await heading(page)).toBe("You are logged out");
    await picture(page, "provider-logged-out");
  });

  test("issues JWT access tokens for the API, which the UserInfo endpoint accepts too", async () => {
    const { access_token } = await tokens();
    expect(claimsOf(access_token)).toMatchObject({ sub: "alice", aud: "https://api.example.com", scope: "openid profile email read" });
    const answer = await getWith(`${application.provider.issuer}/me`, access_token);
    expect(answer.json()).toMatchObject({ sub: "alice", name: "Alice Example", email: "alice@example.com" });
    expect((await getWith(`${application.provider.issuer}/me`, `${access_token.slice(0, -8)}AAAAAAAA`)).status).toBe(401);
  });

  test("rotates refresh tokens, and revokes all if an old one is used again", async () => {
    await application.provider.reset();
    const first = await tokens();
    const second = await application.token({ grant_type: "refresh_token", refresh_token: first.refresh_token });
    expect(second.refresh_token).not.toBe(first.refresh_token);
    expect((await application.token({ grant_type: "refresh_token", refresh_token: first.refresh_token })).error).toBe("invalid_grant");
    expect((await application.token({ grant_type: "refresh_token", refresh_token: second.refresh_token })).error).toBe("invalid_grant");
    expect(await application.provider.counts()).toMatchObject({ token: 4, "token:authorization_code": 1, "token:refresh_token": 3 });
  });

  test("sends the application a logout token for a session that an administrator ends", async () => {
    application.logoutTokens.length = 0;
    const { id_token } = await tokens("dave");
    await application.provider.endSessions("dave");
    expect(application.logoutTokens).toHaveLength(1);
    expect(claimsOf(application.logoutTokens[0]!)).toMatchObject({ sid: claimsOf(id_token).sid, events: { "http://schemas.openid.net/event/backchannel-logout": {} } });
    await application.provider.endSessions("dave");
    expect(application.logoutTokens).toHaveLength(1);
  });

  test("can delay answers, and can issue short-lived, opaque and large tokens", async () => {
    await application.provider.fault("token", { kind: "delay", ms: 300, times: 1 });
    const before = Date.now();
    await tokens();
    expect(Date.now() - before).toBeGreaterThanOrEqual(300);
    const large = await tokens("alice", await startApplication({ paddingBytes: 4300, accessTokenSec: 3 }));
    expect(large.access_token.length + large.id_token.length + large.refresh_token.length).toBeGreaterThan(12_000);
    expect(Number(claimsOf(large.access_token).exp) - Number(claimsOf(large.access_token).iat)).toBe(3);
    const opaque = await startApplication({ accessTokens: "opaque" });
    const { access_token } = await tokens("alice", opaque);
    expect(access_token).not.toContain(".");
    expect((await getWith(`${opaque.provider.issuer}/me`, access_token)).json()).toMatchObject({ sub: "alice" });
  });
});

describe("the upstream's page", () => {
  test("shows who is logged in, until when, and only parts of tokens", async () => {
    const upstream = await startUpstream();
    const { access_token, id_token } = await tokens();
    const profile = await newProfile();
    await profile.setExtraHTTPHeaders({
      "x-access-token": access_token, "x-user-id": "alice", "x-scopes": "openid profile email read",
      "x-userinfo": Buffer.from(JSON.stringify(claimsOf(id_token))).toString("base64"), "x-forwarded-proto": "http",
    });
    const page = await profile.newPage();
    await page.goto(`${upstream.url}/orders?page=2&from=<script>`);
    expect(await heading(page)).toBe("Logged in as Alice Example");
    const content = await page.locator("body").innerText();
    expect(content).toContain("alice@example.com");
    expect(content).toContain("GET /orders?page=2");
    expect(content).toMatch(/Access token\s+Expires in 60 min/);
    expect(await page.content()).not.toContain(access_token.slice(30, 90));
    expect(await page.getByRole("link", { name: "Log out" }).getAttribute("href")).toBe("/logout");
    await picture(page, "upstream-logged-in");
    await page.emulateMedia({ colorScheme: "dark" });
    await picture(page, "upstream-logged-in-dark");
    await page.emulateMedia({ colorScheme: "light" });
    await page.setViewportSize({ width: 390, height: 800 });
    await picture(page, "upstream-logged-in-narrow");
    const second = page.waitForEvent("popup");
    await page.getByRole("link", { name: "second tab" }).click();
    expect((await second).url()).toBe(`${upstream.url}/second`);
    const json = await (await fetch(upstream.url, { headers: { "x-access-token": access_token } })).text();
    expect(json).toContain(access_token);
  });

  test("shows that the access token has expired", async () => {
    const upstream = await startUpstream();
    const short = await startApplication({ accessTokenSec: 1 });
    const { access_token } = await tokens("bob", short);
    await sleep(1600);
    const profile = await newProfile();
    await profile.setExtraHTTPHeaders({ "x-access-token": access_token, "x-user-id": "bob" });
    const page = await profile.newPage();
    await page.goto(upstream.url);
    expect(await heading(page)).toBe("Logged in as bob");
    expect(await page.locator("body").innerText()).toContain("It has expired");
  });

  test("shows no user without identity headers, and no logout for a bearer token", async () => {
    const upstream = await startUpstream();
    const page = await (await newProfile()).newPage();
    await page.goto(upstream.url);
    expect(await heading(page)).toBe("Nobody is logged in");
    await picture(page, "upstream-nobody");
    await page.setExtraHTTPHeaders({ "x-user-id": "alice", authorization: "Bearer t" });
    await page.goto(upstream.url);
    expect(await page.locator("body").innerText()).toContain("by a bearer token");
    expect(await page.getByRole("link", { name: "Log out" }).count()).toBe(0);
  });
});
