// Login with a real browser, through a real Envoy with two workers, at a real provider; and the pages for a login that fails.

import { randomBytes } from "node:crypto";
import { SESSION_SECRET, startBrowserWorld, type BrowserWorld } from "../envoy/support/browser-world";
import { getWith } from "../envoy/support/http";
import { chooseUser, eachTestGets, heading, newProfile, picture, logIn, addressIn, type BrowserContext, type Page } from "./support/browser";

let world: BrowserWorld;
let profile: BrowserContext;
let page: Page;

beforeAll(async () => {
  world = await startBrowserWorld();
});

eachTestGets((fresh) => { [profile, page] = [fresh.profile, fresh.page]; });

/** The names of the application's cookies. The provider has another host. */
async function cookieNames(path = "/callback"): Promise<string[]> {
  return (await profile.cookies(world.app + path)).map(({ name }) => name);
}

/** The code at the foot of one of the filter's pages: "403 login_denied". */
const code = (from: Page = page): Promise<string> => from.locator("footer code").innerText();

describe("logging in", () => {
  test("leads to the provider, and back to the requested page with its query", async () => {
    await page.goto(`${world.app}/orders/7?page=2&sort=%C3%A4`);
    expect(page.url()).toMatch(new RegExp(`^${world.provider.issuer}/interaction/`));
    await chooseUser(page, "alice");
    expect(addressIn(page, world.app)).toBe("/orders/7?page=2&sort=%C3%A4");
    expect(await heading(page)).toBe("Logged in as Alice Example");
    await picture(page, "logged-in");
  });

  test("leads back to a page with an address of 3.5 kB", async () => {
    const path = `/report?filter=${randomBytes(2614).toString("base64url")}`;
    expect(path).toHaveLength(3501);
    await logIn(page, world.app + path);
    expect(addressIn(page, world.app)).toBe(path);
    expect(await heading(page)).toBe("Logged in as Alice Example");
  });

  test("the upstream receives the identity, and none of the filter's cookies", async () => {
    await profile.addCookies([{ name: "theme", value: "dark", url: world.app }]);
    await logIn(page, `${world.app}/`);
    const own = (await cookieNames()).filter((name) => name !== "theme");
    expect(own.length).toBeGreaterThan(0);
    const text = await page.locator("main").innerText();
    expect(text).toMatch(/x-user-id\s+alice/);
    expect(text).toMatch(/cookie\s+theme=dark/);
    for (const name of own) expect(text).not.toContain(name);
  });

  test("one login is enough for every further page and tab, even while the provider is down", async () => {
    await logIn(page, `${world.app}/`);
    await world.provider.goDown();
    try {
      const second = page.waitForEvent("popup");
      await page.getByRole("link", { name: "second tab" }).click();
      const tab = await second;
      await tab.waitForLoadState();
      expect(addressIn(tab, world.app)).toBe("/second");
      expect(await heading(tab)).toBe("Logged in as Alice Example");
    } finally {
      await world.provider.comeUp();
    }
  });

  test("two tabs that log in at once each end at their own page", async () => {
    const other = await profile.newPage();
    await Promise.all([page.goto(`${world.app}/first?n=1`), other.goto(`${world.app}/second?n=2`)]);
    await chooseUser(other, "alice");
    expect(addressIn(other, world.app)).toBe("/second?n=2");
    await chooseUser(page, "alice");
    expect(addressIn(page, world.app)).toBe("/first?n=1");
    for (const tab of [page, other]) expect(await heading(tab)).toBe("Logged in as Alice Example");
  });

  test("leaves no login cookie, and scripts cannot read the session cookie", async () => {
    await logIn(page, `${world.app}/`);
    const cookies = await profile.cookies(`${world.app}/callback`);
    expect(cookies.filter(({ name }) => name.includes("_login_"))).toEqual([]);
    for (const cookie of cookies) expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Lax", domain: "localhost" });
    expect(await page.evaluate(() => document.cookie)).toBe("");
  });

  test("a bearer token passes on the same URL, and a bad one is refused despite a session", async () => {
    expect((await getWith(`${world.app}/`, await world.provider.mint())).status).toBe(200);
    await logIn(page, `${world.app}/`);
    await page.setExtraHTTPHeaders({ authorization: "Bearer a.b.c" });
    const answer = await page.goto(`${world.app}/`);
    expect(answer?.status()).toBe(401);
    expect(answer?.url()).toBe(`${world.app}/`);
  });
});

describe("a request that is not a navigation", () => {
  test("fetch() gets 401 as JSON, no redirect, and no cookie", async () => {
    await page.goto(`${world.app}/open`);
    const answer = await page.evaluate(async () => {
      const response = await fetch("/orders?page=2");
      return { status: response.status, redirected: response.redirected, type: response.headers.get("content-type"), body: await response.text() };
    });
    expect(answer).toMatchObject({ status: 401, redirected: false });
    expect(answer.type).toContain("application/json");
    expect(JSON.parse(answer.body)).toMatchObject({ code: "sign_in_needed" });
    expect(await cookieNames()).toEqual([]);
  });

  test("images, scripts, and POST by fetch() start no login either", async () => {
    await page.goto(`${world.app}/open`);
    const before = (await world.provider.counts()).authorization;
    await page.evaluate(async () => {
      const loaded = (element: HTMLImageElement | HTMLScriptElement) => new Promise((resolve) => {
        element.onload = element.onerror = resolve;
        element.src = "/orders";
        document.body.append(element);
      });
      await loaded(document.createElement("img"));
      await loaded(document.createElement("script"));
      await fetch("/orders", { method: "POST", body: "x" });
      await fetch("/orders", { headers: { accept: "text/html" } });
    });
    expect(await cookieNames()).toEqual([]);
    expect((await world.provider.counts()).authorization).toBe(before);
  });

  test("a form that is sent without a session gets 401, and a page that says that it was not sent", async () => {
    await page.goto(`${world.app}/open`);
    const before = world.upstream.count();
    const answer = page.waitForResponse(`${world.app}/orders`);
    await page.evaluate(() => {
      const form = document.createElement("form");
      form.method = "post";
      form.action = "/orders";
      document.body.append(form);
      form.submit();
    });
    expect((await answer).status()).toBe(401);
    await page.waitForURL(`${world.app}/orders`);
    expect(await heading(page)).toBe("Not sent");
    expect(await code()).toBe("401 not_sent");
    await picture(page, "not-sent");
    expect(world.upstream.count()).toBe(before);
    expect(await cookieNames()).toEqual([]);
  });
});

describe("if a login fails, a page says so and leads on:", () => {
  test("access denied", async () => {
    await page.goto(`${world.app}/orders?page=2`);
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.waitForURL(`${world.app}/callback?**`);
    expect(await code()).toBe("403 login_denied");
    expect(await cookieNames()).not.toContainEqual(expect.stringContaining("_login_"));
    await picture(page, "access-denied");
    await page.getByRole("link", { name: "Try again" }).click();
    await page.waitForURL(/\/interaction\//);
    await chooseUser(page, "bob");
    expect(addressIn(page, world.app)).toBe("/orders?page=2");
    expect(await heading(page)).toBe("Logged in as Bob Example");
  });

  test("a repeated answer of the provider: the code is not redeemed twice, and the session stays", async () => {
    const callbacks: string[] = [];
    page.on("request", (request) => { if (request.url().startsWith(`${world.app}/callback`)) callbacks.push(request.url()); });
    await logIn(page, `${world.app}/orders`);
    const redeemed = (await world.provider.counts())["token:authorization_code"];
    await page.goto(callbacks[0]!);
    expect(addressIn(page, world.app)).toBe("/");
    expect((await world.provider.counts())["token:authorization_code"]).toBe(redeemed);
    await page.goto(`${world.app}/orders`);
    expect(await heading(page)).toBe("Logged in as Alice Example");
  });

  test("an answer for another browser", async () => {
    const other = await newProfile();
    const theirs = await other.newPage();
    await theirs.route(`${world.app}/callback?**`, (route) => route.abort());
    await theirs.goto(`${world.app}/`);
    const [callback] = await Promise.all([theirs.waitForRequest(`${world.app}/callback?**`), theirs.locator("button[value=bob]").click()]);
    await other.close();
    expect(callback.url()).toContain("code=");
    await page.goto(callback.url());
    expect(await code()).toBe("400 login_unknown");
    expect(await cookieNames()).toEqual([]);
  });

  test("the callback's address, typed by the user", async () => {
    await page.goto(`${world.app}/callback`);
    expect(await code()).toBe("400 callback_direct");
    await picture(page, "callback-typed");
  });

  test("a token endpoint that fails", async () => {
    await page.goto(`${world.app}/orders`);
    await world.provider.fault("token", { kind: "reply", status: 500, body: "{}", times: 1 });
    await chooseUser(page, "alice");
    expect(addressIn(page, world.app)).toMatch(/^\/callback\?/);
    expect(await code()).toBe("503 provider_unreachable");
    await picture(page, "provider-unreachable");
    await page.getByRole("link", { name: "Try again" }).click();
    await page.waitForURL(`${world.app}/orders`);
    expect(await heading(page)).toBe("Logged in as Alice Example");
  });

  test("a session cookie that the browser never sends back: the redirect loop ends", async () => {
    const { app, provider } = await startBrowserWorld({ filter: { session: { secret: SESSION_SECRET, cookie_path: "/elsewhere" } } });
    await page.goto(`${app}/orders`);
    await page.locator("button[value=alice]").click();
    await page.waitForSelector("footer code");
    expect(await code()).toBe("400 loop_cookie_missing");
    expect((await provider.counts())["token:authorization_code"]).toBe(3);
    await picture(page, "login-loop");
  });
});
