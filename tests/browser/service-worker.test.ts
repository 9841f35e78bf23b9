// Pages that a service worker, a WebView or a prefetch requests, in a real browser.

import { createServer, type IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { close, freePort, listenOn } from "../../cli/demo/ports";
import { bySession, listeners } from "../envoy/support/browser-world";
import { atEnd } from "../envoy/support/cleanup";
import { startEnvoy, until } from "../envoy/support/envoy";
import { request } from "../envoy/support/http";
import { startProvider, type TestProvider } from "../envoy/support/provider";
import { passes } from "../envoy/support/world";
import { chooseUser, cookieHeader, heading, newProfile, logIn, addressIn, type BrowserContext, type Page } from "./support/browser";

/** One worker may have answered all requests. The other reads the revoked sessions every second. */
const PROPAGATION_MS = 1500;

/** A service worker as generators of offline-first applications write it: it answers navigations with its own fetch. */
const WORKER = `
  addEventListener("install", () => skipWaiting());
  addEventListener("activate", (event) => event.waitUntil(clients.claim()));
  addEventListener("fetch", (event) => { if (event.request.mode === "navigate") event.respondWith(fetch(event.request)); });
`;
const PAGE = `<title>An application</title><h1>An application</h1><link rel="icon" href="data:,">`;

let app: string, provider: TestProvider, seen: IncomingMessage[];
let profile: BrowserContext, page: Page, statuses: number[];

beforeAll(async () => {
  const port = await freePort();
  app = `http://localhost:${port}`;
  provider = await startProvider({ browser: { redirectUris: [`${app}/callback`], postLogoutRedirectUris: [`${app}/`], backchannelLogoutUri: `http://127.0.0.1:${port}/backchannel-logout` } });
  const upstream = createServer((request, response) => {
    seen.push(request);
    const isWorker = request.url === "/worker.js", ahead = request.url === "/open" ? "<link rel=prefetch href=/orders>" : "";
    response.writeHead(200, { "content-type": isWorker ? "text/javascript" : "text/html", "cache-control": "no-store" }).end(isWorker ? WORKER : PAGE + ahead);
  });
  const upstreamPort = await listenOn(upstream, 0);
  atEnd(() => close(upstream));
  await startEnvoy({
    concurrency: 2, ports: [port], clusters: { upstream: { port: upstreamPort }, idp: { port: Number(new URL(provider.issuer).port) } }, listeners: listeners(bySession(provider, app)),
  });
  seen = [];
  await passes(app, await provider.mint());
});

beforeEach(async () => {
  [profile, seen, statuses] = [await newProfile(), [], []];
  page = await profile.newPage();
  page.on("response", (response) => { if (response.request().isNavigationRequest() && response.url().startsWith(app)) statuses.push(response.status()); });
});

afterEach(() => profile.close());

/** Logs in, and registers the service worker, which then requests all pages. */
async function startServiceWorker(): Promise<void> {
  await logIn(page, `${app}/orders`);
  await page.evaluate(async () => {
    const controlled = new Promise((resolve) => navigator.serviceWorker.addEventListener("controllerchange", resolve));
    await navigator.serviceWorker.register("/worker.js");
    await controlled;
  });
  [seen, statuses] = [[], []];
  await page.goto(`${app}/orders?page=2`);
  const { "sec-fetch-mode": mode, "sec-fetch-dest": destination } = seen.find(({ url }) => url === "/orders?page=2")!.headers;
  expect([mode, destination]).toEqual(["navigate", "empty"]); // otherwise the tests below would prove nothing
  expect(await heading(page)).toBe("An application");
}

/** Ends the session at the provider, and waits until both workers of Envoy have revoked it. */
async function endSession(): Promise<void> {
  const headers: [string, string][] = [["Cookie", await cookieHeader(profile, app)]];
  await provider.endSessions("alice");
  await until("the end of the session in both workers", 5_000, async () =>
    (await Promise.all(Array.from({ length: 12 }, () => request(`${app}/api`, { headers })))).every(({ status }) => status === 401) ? true : undefined);
  await sleep(PROPAGATION_MS);
}

describe("behind a service worker that answers navigations with fetch(event.request)", () => {
  test("after the session's end, the next page leads to the login and back, without a 401 in between", async () => {
    await startServiceWorker();
    await endSession();
    await page.goto(`${app}/orders?page=3`);
    expect(page.url()).toMatch(new RegExp(`^${provider.issuer}/interaction/`));
    await chooseUser(page, "alice");
    expect([addressIn(page, app), await heading(page)]).toEqual(["/orders?page=3", "An application"]);
    expect(statuses.filter((status) => status >= 400)).toEqual([]);
    await page.reload();
    expect(await heading(page)).toBe("An application");
  });

  test("if the provider still has a session, the page opens without a question", async () => {
    await startServiceWorker();
    await profile.clearCookies({ domain: "localhost", path: "/" });
    await page.goto(`${app}/orders?page=3`);
    expect([addressIn(page, app), await heading(page)]).toEqual(["/orders?page=3", "An application"]);
    expect(statuses.filter((status) => status >= 400)).toEqual([]);
  });

  test("a script's request gets 401 sign_in_needed, and starts no login", async () => {
    await startServiceWorker();
    await endSession();
    const answer = await page.evaluate(async () => {
      const response = await fetch("/api");
      return { status: response.status, code: (await response.json() as { code: string }).code };
    });
    expect(answer).toEqual({ status: 401, code: "sign_in_needed" });
    expect((await profile.cookies(app)).filter(({ name }) => name.includes("login"))).toEqual([]);
  });
});

test("in an Android WebView, which sends its application's name in X-Requested-With, a user logs in", async () => {
  await page.setExtraHTTPHeaders({ "X-Requested-With": "com.example.app" });
  await logIn(page, `${app}/orders`);
  expect([addressIn(page, app), await heading(page)]).toEqual(["/orders", "An application"]);
  expect(seen.find(({ url }) => url === "/orders")!.headers["x-requested-with"]).toBe("com.example.app");
});

test("a prefetched page starts no login", async () => {
  const ahead = page.waitForResponse(`${app}/orders`);
  await page.goto(`${app}/open`);
  const answer = await ahead, { "sec-purpose": purpose } = await answer.request().allHeaders();
  expect([answer.status(), purpose]).toEqual([401, "prefetch"]);
  expect(await profile.cookies(app)).toEqual([]);
  await page.goto(`${app}/orders`);
  expect(page.url()).toMatch(new RegExp(`^${provider.issuer}/interaction/`));
});
