// Logout with a real browser: by the user and by the provider, but not by another site.

import { setTimeout as sleep } from "node:timers/promises";
import { startBrowserWorld, type BrowserWorld } from "../envoy/support/browser-world";
import { BrowserClient } from "../envoy/support/browser-client";
import { request } from "../envoy/support/http";
import { cookieHeader, eachTestGets, heading, picture, logIn, addressIn, type BrowserContext, type Page } from "./support/browser";

let world: BrowserWorld;
let profile: BrowserContext;
let page: Page;

beforeAll(async () => {
  world = await startBrowserWorld();
});

eachTestGets((fresh) => { [profile, page] = [fresh.profile, fresh.page]; });

const sessionCookies = async (): Promise<string[]> => (await profile.cookies(world.app)).map(({ name }) => name).filter((name) => !name.includes("flow"));

/** The statuses for these cookies. Each request has its own connection, so both workers get some. */
async function statuses(cookie: string, times: number): Promise<number[]> {
  const answers = await Promise.all(Array.from({ length: times }, () => request(`${world.app}/`, { headers: [["Cookie", cookie]] })));
  return answers.map(({ status }) => status);
}

test("logging out ends the session here and at the provider, the user has to log in again, and copied cookies are refused", async () => {
  await logIn(page, `${world.app}/orders`);
  const stolen = await cookieHeader(profile, `${world.app}/`);
  await page.getByRole("link", { name: "Log out" }).click();
  await page.waitForURL(`${world.provider.issuer}/session/end?**`);
  expect(await heading(page)).toBe("Log out?");
  expect(await sessionCookies()).toEqual([]);
  await page.getByRole("button", { name: "Log out" }).click();
  // The page after the logout is protected, so it leads to the login at once.
  await page.waitForURL(/\/interaction\//);
  expect(await heading(page)).toBe("Log in");
  // The other worker reads the revoked sessions every second.
  await sleep(2000);
  expect(await statuses(stolen, 20)).toEqual(Array(20).fill(401));
});

test("logging out ends the session here even if the provider is down", async () => {
  await logIn(page, `${world.app}/orders`);
  await world.provider.goDown();
  try {
    await page.goto(`${world.app}/logout`).catch(() => undefined); // the redirect leads to a provider that does not answer
    expect(await sessionCookies()).toEqual([]);
  } finally {
    await world.provider.comeUp();
  }
});

describe("a link on another site", () => {
  test("leads to a confirmation before the logout", async () => {
    await logIn(page, `${world.app}/orders`);
    const elsewhere = world.app.replace("localhost", "127.0.0.1"); // for browsers another site
    await page.goto(`${elsewhere}/open`);
    await page.evaluate((href) => {
      const link = Object.assign(document.createElement("a"), { href, textContent: "Win a prize" });
      document.body.append(link);
    }, `${world.app}/logout`);
    await page.getByRole("link", { name: "Win a prize" }).click();
    await page.waitForURL(`${world.app}/logout`);
    expect(await heading(page)).toBe("Log out?");
    await picture(page, "logout-asked");
    expect(await sessionCookies()).not.toEqual([]);

    const other = await profile.newPage();
    await other.goto(`${world.app}/orders`);
    expect(await heading(other)).toBe("Logged in as Alice Example");

    await page.getByRole("button", { name: "Log out" }).click();
    await page.waitForURL(`${world.provider.issuer}/session/end?**`);
    expect(await sessionCookies()).toEqual([]);
  });

  test("or an image on it, logs no user out", async () => {
    await logIn(page, `${world.app}/orders`);
    await page.goto(`${world.app.replace("localhost", "127.0.0.1")}/open`);
    await page.evaluate((src) => new Promise((resolve) => {
      const image = document.createElement("img");
      image.onload = image.onerror = resolve;
      image.src = src;
      document.body.append(image);
    }), `${world.app}/logout`);
    await page.goto(`${world.app}/orders`);
    expect(await heading(page)).toBe("Logged in as Alice Example");
  });
});

describe("back-channel logout", () => {
  test("a session that the provider ends is over within 2 s on both workers, and other users' sessions last", async () => {
    await logIn(page, `${world.app}/orders`);
    const cookie = await cookieHeader(profile, `${world.app}/`);
    const bob = new BrowserClient();
    expect((await bob.logIn(`${world.app}/`, "bob")).status).toBe(200);
    expect(await statuses(cookie, 20)).toEqual(Array(20).fill(200));

    await world.provider.endSessions("alice");
    await sleep(2000);
    expect(await statuses(cookie, 40)).toEqual(Array(40).fill(401));
    await page.reload();
    expect(await heading(page)).toBe("Log in");
    expect(await statuses(bob.cookieHeader(`${world.app}/`), 20)).toEqual(Array(20).fill(200));

    const workers = await world.envoy.stats(/listener\..*worker_\d+\.downstream_cx_total/);
    expect(Object.values(workers).filter((connections) => connections > 0)).toHaveLength(2);
  });

  test("a user who logs in again afterwards stays logged in", async () => {
    await logIn(page, `${world.app}/orders`, "bob");
    await world.provider.endSessions("bob");
    await sleep(1100);
    await logIn(page, `${world.app}/orders`, "bob");
    await page.reload();
    expect(addressIn(page, world.app)).toBe("/orders");
    expect(await heading(page)).toBe("Logged in as Bob Example");
  });

  test("anything but a logout token gets 400, and ends no session", async () => {
    await logIn(page, `${world.app}/orders`);
    const post = (body: string) => request(`${world.app}/backchannel-logout`, { method: "POST", headers: [["Content-Type", "application/x-www-form-urlencoded"]], body });
    const jwt = await world.provider.mint({ claims: { aud: "browser", sub: "alice" } });
    for (const body of ["", "logout_token=", "logout_token=a.b.c", `logout_token=${jwt}`, `logout_token=${jwt}&logout_token=${jwt}`]) {
      expect((await post(body)).status).toBe(400);
    }
    await page.reload();
    expect(await heading(page)).toBe("Logged in as Alice Example");
  });
});
