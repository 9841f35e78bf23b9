// A page's script asks who is logged in, in a real browser, which decides what other sites' scripts may send and read.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { blocksIn } from "../../cli/site/vitepress/documents";
import { startBrowserWorld, type BrowserWorld } from "../envoy/support/browser-world";
import { until } from "../envoy/support/envoy";
import { eachTestGets, logIn, whereabouts, type BrowserContext, type Page } from "./support/browser";

let world: BrowserWorld;
let profile: BrowserContext;
let page: Page;

beforeAll(async () => {
  world = await startBrowserWorld({ filter: { userinfo_path: "/userinfo" } });
});

eachTestGets((fresh) => { [profile, page] = [fresh.profile, fresh.page]; });

interface Seen { status: number; body: Record<string, unknown> }

const asks = (): Promise<Seen> => page.evaluate(async () => {
  const answer = await fetch("/userinfo", { referrerPolicy: "same-origin" }); // browsers' default says as much; the echo page sends none
  return { status: answer.status, body: await answer.json() as Record<string, unknown> };
});

/** What a script of the page that is open gets of the application's answer: its text, or that there is none. */
const takes = (mode: "cors" | "no-cors"): Promise<string> => page.evaluate(async ([url, how]) => {
  try {
    const answer = await fetch(url!, { credentials: "include", mode: how as RequestMode });
    return `${answer.type} ${await answer.text()}`;
  } catch {
    return "nothing";
  }
}, [`${world.app}/userinfo`, mode]);

const refusals = async (): Promise<number> => (await world.envoy.stats(/refused\.userinfo_cross_site$/))["wasmcustom.envoy_oidc.refused.userinfo_cross_site"] ?? 0;

test("a page that is open when the session ends learns where to log in, goes there, and is told who it is", async () => {
  await logIn(page, `${world.app}/orders?page=2`);
  expect(await asks()).toMatchObject({ status: 200, body: { sub: "alice", claims: { name: "Alice Example", email: "alice@example.com" }, logout_path: "/logout" } });
  await profile.clearCookies({ domain: "localhost" });
  const { status, body } = await asks();
  expect([status, body.sign_in]).toEqual([401, "/orders?page=2"]);
  await page.goto(world.app + String(body.sign_in));
  if (new URL(page.url()).pathname.startsWith("/interaction/")) await page.locator("button[name=login][value=alice]").click();
  await page.waitForURL(`${world.app}/orders?page=2`);
  expect((await asks()).status).toBe(200);
});

const SCRIPTS = ["login.md", "recipes.md"].flatMap((name) => blocksIn(readFileSync(join(__dirname, "../../docs", name), "utf8")).filter(({ language }) => language === "js").map(({ text }) => ({ name, text })));

test.each(SCRIPTS)("the script in docs/$name stays on the page while somebody is logged in, and leads to the login afterwards", async ({ text }) => {
  await logIn(page, `${world.app}/orders`);
  await page.evaluate(`(async () => {${text}\n})()`);
  expect(whereabouts(page, world.app)).toBe("/orders");
  await profile.clearCookies();
  await page.evaluate(`void (async () => {${text}\n})()`);
  await page.waitForURL(/\/interaction\//);
});

test("there is one in each of these pages", () => expect(SCRIPTS.map(({ name }) => name)).toEqual(["login.md", "recipes.md"]));

test.each(["another site", "another port of the same host, to which the browser sends the session's cookie"])("duty 169: a script of %s gets nothing", async (where) => {
  await logIn(page, `${world.app}/orders`);
  await page.goto(where === "another site" ? `${world.provider.issuer}/.well-known/openid-configuration` : `http://localhost:${world.upstream.port}/`);
  const before = await refusals();
  expect(await takes("cors")).toBe("nothing");
  expect(["opaque ", "nothing"]).toContain(await takes("no-cors"));
  await until("both refusals to be counted", 10_000, async () => ((await refusals()) === before + 2 ? true : undefined));
});
