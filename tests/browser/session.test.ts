// A session in use, in a real browser: refreshed in silence, kept when secrets rotate, large, and gone when its cookies are damaged.

import { setTimeout as sleep } from "node:timers/promises";
import { listeners, SESSION_SECRET, startBrowserWorld, type BrowserWorld } from "../envoy/support/browser-world";
import { request } from "../envoy/support/http";
import { chooses, cookieHeader, eachTestGets, heading, newProfile, logIn, type BrowserContext, type Page } from "./support/browser";

let profile: BrowserContext;
let page: Page;

eachTestGets((fresh) => { [profile, page] = [fresh.profile, fresh.page]; });

type Cookies = Awaited<ReturnType<BrowserContext["cookies"]>>;

interface Seen { status: number; token: string }

/** What the upstream says of so many fetch() calls of the page at once. */
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

  test("are refreshed in silence, again and again", async () => {
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

  test("50 requests at once, of a page and of other connections to both workers: one refresh, and nobody is logged out", async () => {
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

    // The browser holds the rotated refresh token: the old one would now end everything.
    await world.provider.fault("token", null);
    await sleep(ACCESS_TOKEN_SEC * 1000 + 200);
    await page.reload();
    expect(await heading(page)).toBe("Logged in as Alice Example");
    expect((await world.provider.counts())["token:refresh_token"]).toBe(2);
  }, 60_000);

  test("a refresh that the provider refuses ends the session, and the way to log in is open", async () => {
    await logIn(page, `${world.app}/orders`);
    await world.provider.fault("token", { kind: "reply", status: 400, body: '{"error":"invalid_grant"}', times: 1 });
    await sleep(ACCESS_TOKEN_SEC * 1000 + 200);
    await page.goto(`${world.app}/orders?again`);
    expect(page.url()).toBe(`${world.app}/orders?again`); // the provider still knew who it was
    expect(await heading(page)).toBe("Logged in as Alice Example");
  }, 60_000);

  test("a provider that is down: 503 once the token has expired, and the session goes on when it is back", async () => {
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

  test("rotates by a reload and nobody is logged out; when the old one goes, one is asked again", async () => {
    const world = await startBrowserWorld({ envoy: { reloadable: true } });
    const reload = async (secret: string | string[]) => expect(await world.envoy.reload({ listeners: listeners(world.filter({ session: { secret } })) })).toEqual({ accepted: true });
    /** Opens a page with these cookies on new connections: those that are open go on with the configuration that they began with. */
    const visit = async (cookies: Cookies): Promise<{ asked: boolean; who: string; cookies: Cookies }> => {
      const before = (await world.provider.counts()).authorization;
      const visitor = await newProfile();
      await visitor.addCookies(cookies);
      const visited = await visitor.newPage();
      await visited.goto(`${world.app}/orders`);
      if (cookies.length === 0) await chooses(visited, "bob");
      const seen = { asked: (await world.provider.counts()).authorization > before, who: await heading(visited), cookies: await visitor.cookies(world.app) };
      await visitor.close();
      return seen;
    };

    await logIn(page, `${world.app}/orders`);
    const old = await profile.cookies(world.app);
    await reload([NEXT, SESSION_SECRET]);
    expect(await visit(old)).toMatchObject({ asked: false, who: "Logged in as Alice Example" });
    const young = (await visit([])).cookies;
    await reload(NEXT);
    expect(await visit(young)).toMatchObject({ asked: false, who: "Logged in as Bob Example" });
    expect(await visit(old)).toMatchObject({ asked: true, who: "Log in" });
    await reload(LAST);
    expect(await visit(young)).toMatchObject({ asked: true, who: "Log in" });
  }, 60_000);
});

describe("tokens of 12 kB", () => {
  let world: BrowserWorld;

  beforeAll(async () => {
    world = await startBrowserWorld({ browser: { paddingBytes: 4300 }, filter: { set_raw_id_token_header: true } });
  });

  const chunks = async () => (await profile.cookies(world.app)).filter(({ name }) => !name.includes("flow"));

  test("are kept in chunks that browsers take, and arrive whole", async () => {
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

  test("a missing, changed or swapped chunk is no session, and no error either", async () => {
    await logIn(page, `${world.app}/orders`);
    const cookies = await chunks();
    const header = (changed: typeof cookies) => changed.map(({ name, value }) => `${name}=${value}`).join("; ");
    const status = async (changed: typeof cookies) => (await request(`${world.app}/`, { headers: [["Cookie", header(changed)]] })).status;
    expect(await status(cookies)).toBe(200);
    expect(await status([...cookies].reverse())).toBe(200); // their names say which is which
    for (let i = 0; i < cookies.length; i++) {
      expect(await status(cookies.filter((_, k) => k !== i))).toBe(401);
      expect(await status(cookies.map((one, k) => k === i ? { ...one, value: flipped(one.value) } : one))).toBe(401);
      expect(await status(cookies.map((one, k) => k === i ? { ...one, value: cookies[(i + 1) % cookies.length]!.value } : one))).toBe(401);
    }
  });

  test("logging out takes every chunk away", async () => {
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
