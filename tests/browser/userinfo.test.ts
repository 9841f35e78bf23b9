// A page's script requests the user's claims, in a real browser, which enforces what other sites' scripts may send and read.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { blocksIn } from "../../cli/site/vitepress/documents";
import { startBrowserWorld, type BrowserWorld } from "../envoy/support/browser-world";
import { until } from "../envoy/support/envoy";
import { eachTestGets, logIn, addressIn, type BrowserContext, type Page } from "./support/browser";

let world: BrowserWorld;
let profile: BrowserContext;
let page: Page;

beforeAll(async () => {
  world = await startBrowserWorld({ filter: { userinfo_path: "/userinfo" } });
});

eachTestGets((fresh) => { [profile, page] = [fresh.profile, fresh.page]; });

interface Seen { status: number; body: Record<string, unknown> }

const userinfo = (): Promise<Seen> => page.evaluate(async () => {
  const answer = await fetch("/userinfo", { referrerPolicy: "same-origin" }); // as browsers do by default; the echo page's policy is to send none
  return { status: answer.status, body: await answer.json() as Record<string, unknown> };
});

/** What a script of the open page can read of the application's answer: the text, or "nothing". */
const readable = (mode: "cors" | "no-cors"): Promise<string> => page.evaluate(async ([url, how]) => {
  try {
    const answer = await fetch(url!, { credentials: "include", mode: how as RequestMode });
    return `${answer.type} ${await answer.text()}`;
  } catch {
    return "nothing";
  }
}, [`${world.app}/userinfo`, mode]);

const refusals = async (): Promise<number> => (await world.envoy.stats(/refused\.userinfo_cross_site$/))["wasmcustom.envoy_oidc.refused.userinfo_cross_site"] ?? 0;

test("after the session's end, an open page gets the address of the login, and after the login the user's claims", async () => {
  await logIn(page, `${world.app}/orders?page=2`);
  expect(await userinfo()).toMatchObject({ status: 200, body: { sub: "alice", claims: { name: "Alice Example", email: "alice@example.com" }, logout_path: "/logout" } });
  await profile.clearCookies({ domain: "localhost" });
  const { status, body } = await userinfo();
  expect([status, body.sign_in]).toEqual([401, "/orders?page=2"]);
  await page.goto(world.app + String(body.sign_in));
  if (new URL(page.url()).pathname.startsWith("/interaction/")) await page.locator("button[name=login][value=alice]").click();
  await page.waitForURL(`${world.app}/orders?page=2`);
  expect((await userinfo()).status).toBe(200);
});

const SCRIPTS = ["login.md", "recipes.md"].flatMap((name) => blocksIn(readFileSync(join(__dirname, "../../docs", name), "utf8")).filter(({ language }) => language === "js").map(({ text }) => ({ name, text })));

test.each(SCRIPTS)("the script in docs/$name stays on the page while the user is logged in, and leads to the login afterwards", async ({ text }) => {
  await logIn(page, `${world.app}/orders`);
  await page.evaluate(`(async () => {${text}\n})()`);
  expect(addressIn(page, world.app)).toBe("/orders");
  await profile.clearCookies();
  await page.evaluate(`void (async () => {${text}\n})()`);
  await page.waitForURL(/\/interaction\//);
});

test("each of these pages has one script", () => expect(SCRIPTS.map(({ name }) => name)).toEqual(["login.md", "recipes.md"]));

test.each(["another site", "another port of the same host, to which the browser sends the session's cookie"])("duty 169: a script of %s gets nothing", async (where) => {
  await logIn(page, `${world.app}/orders`);
  await page.goto(where === "another site" ? `${world.provider.issuer}/.well-known/openid-configuration` : `http://localhost:${world.upstream.port}/`);
  const before = await refusals();
  expect(await readable("cors")).toBe("nothing");
  expect(["opaque ", "nothing"]).toContain(await readable("no-cors"));
  await until("both refusals to be counted", 10_000, async () => ((await refusals()) === before + 2 ? true : undefined));
});
