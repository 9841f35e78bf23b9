/** Where a refusal says that a person can log in (`sign_in`, and the page's link): a page that begins a login, or none. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { blocksIn } from "../../cli/site/vitepress/documents";
import { Browser, browse, code, ORIGIN, tryAgain } from "./browser";
import { ISSUER } from "./fixture";
import { LOGIN, OTHER_CLIENT, outcome, PARTNER_SETTINGS, ruled } from "./ruled";

type Settings = Record<string, unknown>;

const USERINFO = "/userinfo";

/** What the answer to a page's script says, and where the provider's answer would make a session for it. */
function offered(browser: Browser, referer: string, path = USERINFO): string | undefined {
  const request = browser.fetch(path, { referer: ORIGIN + referer });
  expect(outcome(request)).toBe("401 sign_in_needed");
  return (JSON.parse(request.local.body) as { sign_in?: string }).sign_in;
}

/** The client that a person who opens this page logs in to, if any. */
function clientAt({ envoy }: Browser, page: string): string | undefined {
  const { outcome: end } = new Browser(envoy).navigate(page);
  const to = typeof end === "object" && "local" in end && end.local.status === 302 ? end.local.headers.get("location")! : "";
  return to.startsWith(`${ISSUER}/authorize?`) ? new URL(to).searchParams.get("client_id")! : undefined;
}

const rules = (...all: Settings[]): Settings => ({ rules: all });

/** What is configured, the page that asks, and what it is told. */
const CASES: [string, Settings, string, string | undefined][] = [
  ["a page that begins a login", {}, "/orders?page=2", "/orders?page=2"],
  ["unauth_action pass", { unauth_action: "pass" }, "/orders", undefined],
  ["unauth_action deny", { unauth_action: "deny" }, "/orders", undefined],
  ["a public page, where the front page begins a login", rules({ path_prefix: "/open", mode: "public" }), "/open/x?y", "/"],
  ["a public front page", rules({ path: "/", mode: "public" }), "/", undefined],
  ["another page beside a public front page", rules({ path: "/", mode: "public" }), "/orders", "/orders"],
  ["only a part of the site begins logins", { unauth_action: "pass", ...rules({ path_prefix: "/account", unauth_action: "auth" }) }, "/account/x", "/account/x"],
  ["another part of it", { unauth_action: "pass", ...rules({ path_prefix: "/account", unauth_action: "auth" }) }, "/", undefined],
  ["a page for bearer tokens", rules({ path_prefix: "/api", mode: "bearer" }), "/api/x", "/"],
  ["a page for nobody", rules({ path_prefix: "/old", mode: "deny" }), "/old/x", "/"],
  ["a rule for another method than the page's", rules({ path_prefix: "/orders", method: ["POST"], mode: "public" }), "/orders", "/orders"],
  ["a rule for the page's method", rules({ path_prefix: "/orders", method: ["GET"], mode: "public" }), "/orders", "/"],
  ["a rule for another host", rules({ host: "other.example", mode: "public" }), "/orders", "/orders"],
  ["a rule for this host", rules({ host: "app.example", path_prefix: "/orders", mode: "public" }), "/orders", "/"],
  ["a spelling that some servers read as a public page", rules({ path_prefix: "/open", mode: "bearer" }), "/OPEN/x", "/"],
  ["another client's page", rules({ path_prefix: "/other", ...OTHER_CLIENT, userinfo_path: "/other/userinfo" }), "/other/x", "/"],
  ["another provider's page", rules({ path_prefix: "/other", ...PARTNER_SETTINGS, ...OTHER_CLIENT, userinfo_path: "/other/userinfo" }), "/other/x", "/"],
  ["the logout", {}, "/logout", "/"],
  ["the callback", {}, "/callback?state=x", "/"],
  ["userinfo_path", {}, "/userinfo", "/"],
  ["ready_path", { ready_path: "/ready" }, "/ready", "/"],
  ["a page of another host's look", {}, "//evil.example/x", "/"],
];

test.each(CASES)("%s", (_, settings, page, told) => {
  const browser = new Browser(ruled({ ...LOGIN, userinfo_path: USERINFO, ...settings }));
  expect(offered(browser, page)).toBe(told);
  const pages = told === undefined ? [page, "/"] : [told];
  expect(pages.map((each) => clientAt(browser, each))).toEqual(pages.map(() => (told === undefined ? undefined : LOGIN.client_id)));
});

test("what another rule's userinfo_path answers is about that rule's client", () => {
  const browser = new Browser(ruled({ ...LOGIN, ...rules({ path_prefix: "/other", ...OTHER_CLIENT, userinfo_path: "/other/userinfo" }) }));
  expect([offered(browser, "/other/x", "/other/userinfo"), offered(browser, "/orders", "/other/userinfo")]).toEqual(["/other/x", undefined]);
});

test("so it is for any script's request that is refused, and for a form's", () => {
  const browser = new Browser(ruled({ ...LOGIN, ...rules({ path_prefix: "/api", unauth_action: "deny" }, { path_prefix: "/open", mode: "public" }) }));
  expect([offered(browser, "/orders", "/api/x"), offered(browser, "/open/x", "/api/x"), offered(browser, "/api/page", "/api/x")]).toEqual(["/orders", "/", "/"]);
  expect(JSON.parse(browser.fetch("/api/x", { referer: `${ORIGIN}/open/x` }, "POST").local.body)).toMatchObject({ code: "not_sent", sign_in: "/" });
});

test("a person gets a page whose link begins a login, or leads to the front page without a word of logging in", () => {
  const [open, closed] = [{}, { unauth_action: "deny" }].map((settings) => browse({ userinfo_path: USERINFO, ...settings }).browser.navigate(USERINFO).local);
  expect([open!, closed!].map((local) => [code(local), tryAgain(local)])).toEqual([["401 sign_in_needed", "/"], ["401 sign_in_needed", "/"]]);
  expect([open!, closed!].map(({ body }) => />Log in<\/a>/.test(body))).toEqual([true, false]);
});

test("the recipe for a page that everybody may read says so", () => {
  const text = readFileSync(join(__dirname, "../../docs/recipes.md"), "utf8"), json = blocksIn(text).find(({ text: block }) => block.includes('"path_prefix": "/login"'))!;
  const browser = new Browser(ruled({ ...LOGIN, ...JSON.parse(json.text) as Settings }));
  expect(offered(browser, "/orders")).toBeUndefined();
  expect(clientAt(browser, "/login/orders?page=2")).toBe(LOGIN.client_id);
});
