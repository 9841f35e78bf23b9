// A session in a real browser: silent refresh, rotation of secrets, large tokens, damaged cookies.

import { setTimeout as sleep } from "node:timers/promises";
import { listeners, SESSION_SECRET, startBrowserWorld, type BrowserWorld } from "../envoy/support/browser-world";
import { request } from "../envoy/support/http";
import { chooseUser, cookieHeader, eachTestGets, heading, newProfile, logIn, type BrowserContext, type Page } from "./support/browser";

let profile: BrowserContext;
let page: Page;

eachTestGets((fresh) => { [profile, page] = [fresh.profile, fresh.page]; });

type Cookies = Awaited<ReturnType<BrowserContext["cookies"]>>;

interface Seen { status: number; token: string }

/** The upstream's answers to this many concurrent fetch() calls of the page. */
function fetches(times: number): Promise<Seen[]> {
  return page.evaluate((count) => Promise.all(Array.from({ length: count }, async () => {
    const response = await fetch("/echo", { headers: { accept: "application/json" } });
    const { headers = [] } = await response.json() as { headers?: [string, string][] };
    return { status: response.status, token: headers.find(([name]) => name.toLowerCase() === "x-access-token")?.[1] ?? "" };
  })), times);
}

describe("access tokens of five seconds", () => {
  const ACCESS_TOKEN_SEC = 5;
  let world: BrowserWorld;

  beforeAll(async () => {
    world = await startBrowserWorld({ browser: { accessTokenSec: ACCESS_TOKEN_SEC } });
  });

  test("are refreshed silently, again and again", async () => {
    await logIn(page, `${world.app}/orders`);
    const tokens = [(await fetches(1))[0]!.token];
    await world.provider.reset();
    for (let round = 1; round <= 3; round++) {
      await sleep(ACCESS_TOKEN_SEC * 1000 + 200);
      await page.reload();
      expect(await heading(page)).toBe("Logged in as Alice Example");
      tokens.push((await fetches(1))[0]!.token);
      expect((await world.provider.counts())["token:refresh_token"]).toBe(round);
    }
    expect(new Set(tokens).size).toBe(4);
    expect((await world.provider.counts()).authorization).toBe(0);
  }, 60_000);

  test("50 requests at once, from a page and from other connections, to both workers cause one refresh, and the session lasts", async () => {
    await logIn(page, `${world.app}/orders`);
    const cookie = await cookieHeader(profile, `${world.app}/`);
    const old = (await fetches(1))[0]!.token;
    await sleep(ACCESS_TOKEN_SEC * 1000 + 200);
    await world.provider.reset();
    await world.provider.fault("token", { kind: "delay", ms: 400 });
    const others = Promise.all(Array.from({ length: 25 }, () => request(`${world.app}/echo`, { headers: [["Cookie", cookie]] })));
    const seen = await fetches(25);
    const answers = await others;
    expect(seen.map(({ status }) => status)).toEqual(Array(25).fill(200));
    expect(answers.map(({ status }) => status)).toEqual(Array(25).fill(200));
    expect((await world.provider.counts())["token:refresh_token"]).toBe(1);
    expect(new Set(seen.map(({ token }) => token)).size).toBe(1);
    expect(seen[0]!.token).not.toBe(old);
    const workers = await world.envoy.stats(/listener\..*worker_\d+\.downstream_cx_total/);
    expect(Object.values(workers).filter((connections) => connections > 0)).toHaveLength(2);

    // The browser has the rotated refresh token. The old one would now end the session.
    await world.provider.fault("token", null);
    await sleep(ACCESS_TOKEN_SEC * 1000 + 200);
    await page.reload();
    expect(await heading(page)).toBe("Logged in as Alice Example");
    expect((await world.provider.counts())["token:refresh_token"]).toBe(2);
  }, 60_000);

  test("a refresh that the provider refuses ends the session, and the user can log in again", async () => {
    await logIn(page, `${world.app}/orders`);
    await world.provider.fault("token", { kind: "reply", status: 400, body: '{"error":"invalid_grant"}', times: 1 });
    await sleep(ACCESS_TOKEN_SEC * 1000 + 200);
    await page.goto(`${world.app}/orders?again`);
    expect(page.url()).toBe(`${world.app}/orders?again`); // the provider still had a session
    expect(await heading(page)).toBe("Logged in as Alice Example");
  }, 60_000);

  test("if the provider is down, an expired token leads to 503, and the session continues when the provider is back", async () => {
    await logIn(page, `${world.app}/orders`);
    await world.provider.reset();
    await world.provider.fault("token", { kind: "reply", status: 503, body: "{}" });
    await sleep(ACCESS_TOKEN_SEC * 1000 + 200);
    expect((await page.reload())?.status()).toBe(503);
    await world.provider.fault("token", null);
    await sleep(1500);
    for (let tries = 0; tries < 20 && (await page.reload())?.status() === 503; tries++) await sleep(500);
    expect(await heading(page)).toBe("Logged in as Alice Example");
    expect((await world.provider.counts()).authorization).toBe(0);
  }, 60_000);
});

describe("the secret", () => {
  const NEXT = "the next session secret, as long as the first one";
  const LAST = "another session secret that has sealed nothing yet";

  test("rotates by a reload without a logout; a session of a removed secret has to log in again", async () => {
    const world = await startBrowserWorld({ envoy: { reloadable: true } });
    const reload = async (secret: string | string[]) => expect(await world.envoy.reload({ listeners: listeners(world.filter({ session: { secret } })) })).toEqual({ accepted: true });
    /** Opens a page with these cookies, on new connections: open ones keep the configuration that they began with. */
    const openPage = async (cookies: Cookies): Promise<{ asked: boolean; who: string; cookies: Cookies }> => {
      const before = (await world.provider.counts()).authorization;
      const visitor = await newProfile();
      await visitor.addCookies(cookies);
      const visited = await visitor.newPage();
      await visited.goto(`${world.app}/orders`);
      if (cookies.length === 0) await chooseUser(visited, "bob");
      const seen = { asked: (await world.provider.counts()).authorization > before, who: await heading(visited), cookies: await visitor.cookies(world.app) };
      await visitor.close();
      return seen;
    };

    await logIn(page, `${world.app}/orders`);
    const old = await profile.cookies(world.app);
    await reload([NEXT, SESSION_SECRET]);
    expect(await openPage(old)).toMatchObject({ asked: false, who: "Logged in as Alice Example" });
    const young = (await openPage([])).cookies;
    await reload(NEXT);
    expect(await openPage(young)).toMatchObject({ asked: false, who: "Logged in as Bob Example" });
    expect(await openPage(old)).toMatchObject({ asked: true, who: "Log in" });
    await reload(LAST);
    expect(await openPage(young)).toMatchObject({ asked: true, who: "Log in" });
  }, 60_000);
});

describe("tokens of 12 kB", () => {
  let world: BrowserWorld;

  beforeAll(async () => {
    world = await startBrowserWorld({ browser: { paddingBytes: 4300 }, filter: { set_raw_id_token_header: true } });
  });

  const chunks = async () => (await profile.cookies(world.app)).filter(({ name }) => !name.includes("flow"));

  test("are stored in chunks that browsers accept, and reach the upstream complete", async () => {
    await logIn(page, `${world.app}/orders`);
    expect(await heading(page)).toBe("Logged in as Alice Example");
    const headers = await page.evaluate(async () => (await (await fetch("/echo", { headers: { accept: "application/json" } })).json() as { headers: [string, string][] }).headers);
    const value = (wanted: string) => headers.find(([name]) => name.toLowerCase() === wanted)?.[1] ?? "";
    const padding = (jwt: string) => String((JSON.parse(Buffer.from(jwt.split(".")[1]!, "base64url").toString()) as { padding: string }).padding).length;
    expect(padding(value("x-access-token"))).toBe(4300);
    expect(padding(value("x-raw-id-token"))).toBe(4300);
    expect(value("x-access-token").length + value("x-raw-id-token").length).toBeGreaterThan(12_000);
    const cookies = await chunks();
    expect(cookies.length).toBeGreaterThan(2);
    for (const { name, value } of cookies) expect(name.length + value.length).toBeLessThan(4096);
  });

  test("with a missing, changed or swapped chunk there is no session, and no error", async () => {
    await logIn(page, `${world.app}/orders`);
    const cookies = await chunks();
    const header = (changed: typeof cookies) => changed.map(({ name, value }) => `${name}=${value}`).join("; ");
    const status = async (changed: typeof cookies) => (await request(`${world.app}/`, { headers: [["Cookie", header(changed)]] })).status;
    expect(await status(cookies)).toBe(200);
    expect(await status([...cookies].reverse())).toBe(200); // their names give the order
    for (let i = 0; i < cookies.length; i++) {
      expect(await status(cookies.filter((_, k) => k !== i))).toBe(401);
      expect(await status(cookies.map((one, k) => k === i ? { ...one, value: flipped(one.value) } : one))).toBe(401);
      expect(await status(cookies.map((one, k) => k === i ? { ...one, value: cookies[(i + 1) % cookies.length]!.value } : one))).toBe(401);
    }
  });

  test("logging out removes every chunk", async () => {
    await logIn(page, `${world.app}/orders`);
    await page.getByRole("link", { name: "Log out" }).click();
    await page.waitForURL(`${world.provider.issuer}/session/end?**`);
    expect(await chunks()).toEqual([]);
  });
});

function flipped(value: string): string {
  const at = value.length >> 1;
  return value.slice(0, at) + (value[at] === "A" ? "B" : "A") + value.slice(at + 1);
}
