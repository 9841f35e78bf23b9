/** The filter's pages for users: each has a useful link, is true, is in the user's language, and says nothing that is meant for operators. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { bearer, JWKS_CONFIG, ready, start, token } from "./fixture";
import { browse, type Browser, BROWSER_CONFIG, code, jump, openCall, serveBrowser, logIn } from "./browser";
import { readList } from "../../cli/attributes/list";
import type { Envoy } from "./host/envoy";
import type { LocalReply } from "./host/stream";

const HTML = { accept: "text/html" };
const LANGUAGES = ["en", "de", "fr", "es", "zh-Hans"];
const source = (file: string): string => readFileSync(join(__dirname, "../../assembly", file), "utf8");

/** The filter with a provider that has never answered. */
function down(config: object): Envoy {
  const envoy = start({ config });
  envoy.provider("idp").answers(() => "fail");
  envoy.advance(1);
  return envoy;
}

interface Seen { title: string; text: string; buttons: [label: string, to: string][] }
const seen = ({ body }: LocalReply): Seen => ({
  title: /<h1>([^<]*)<\/h1>/.exec(body)![1]!,
  text: [...body.matchAll(/<p[^>]*>([^<]*)<\/p>/g)].map(([, text]) => text).join(" "),
  buttons: [...body.matchAll(/<(?:a|button) class="[bo]"(?: href="([^"]*)")?>([^<]*)</g)].map(([, to = "", label]) => [label!, to]),
});

describe("the texts of all pages, in each language", () => {
  const files = ["english", "german", "french", "spanish", "chinese"].map((name) => source(`filter/pages/${name}.ts`));
  const attributes = readList().attributes.map(({ name }) => name.split(/[.[]/).at(-1)!.replace("].", "")).filter((name) => name.includes("_"));

  test("name no attribute of the configuration", () => {
    for (const file of files) for (const name of [...attributes, "redirect_uri", "session.secret"]) expect(file).not.toContain(name);
  });

  test("do not claim that the user is logged in, and contain no hints for operators", () => {
    for (const file of files) expect(file).not.toMatch(/You are logged in[,.]|[Oo]perator|[Gg]ateway|\bEnvoy\b|Sie sind angemeldet|Vous êtes connecté[,. ]|"Ha iniciado sesión|您已登录/);
  });
});

test("docs/pages.md has the code of every refusal beside the title of its page, and no others", () => {
  const kinds = new Map([...source("flow/decision/refusal.ts").matchAll(/new Refusal\("(\w+)", (\d+),.*PageKind\.(\w+)\)/g)].map(([, name, status, kind]) => [name!, { status: status!, kind: kind! }]));
  const english = source("filter/pages/english.ts");
  const title = (kind: string): string => new RegExp(`  ${kind[0]!.toLowerCase()}${kind.slice(1)}: new Words\\("([^"]*)"`).exec(english)![1]!;
  const documented = new Map([...readFileSync(join(__dirname, "../../docs/pages.md"), "utf8").matchAll(/^\| ([^|`]+) \| (`.*`) \| /gm)].flatMap(([, name, codes]) => codes!.split(", ").map((one) => [one.replaceAll("`", ""), name!.trim()] as const)));
  expect(Object.fromEntries(documented)).toEqual(Object.fromEntries([...kinds].map(([name, { kind }]) => [name, title(kind)])));
});

describe("the link of a page", () => {
  test("after an outage leads to the same address", () => {
    const { local } = down(BROWSER_CONFIG).get("/orders?page=2", { ...HTML, ...bearer(token()) });
    expect([code(local), seen(local).buttons]).toEqual(["503 provider_not_ready", [["Try again", "/orders?page=2"]]]);
  });
  test("after a failed refresh leads to the same page", () => {
    const { envoy, browser } = browse();
    logIn(browser);
    jump(envoy, 301);
    const page = browser.navigate("/page?a=1");
    openCall(envoy, "/token").reply(500);
    expect([code(page.local), seen(page.local).buttons]).toEqual(["503 provider_unreachable", [["Try again", "/page?a=1"]]]);
  });
  test("after a form leads to the start page, because a form is not sent again", () => {
    const { local } = down(BROWSER_CONFIG).request("POST", "/orders", { ...HTML, ...bearer(token()) });
    expect(seen(local).buttons).toEqual([["Go to the start page", "/"]]);
  });
  test("of a denied path leads to the start page", () => {
    const { envoy } = browse({ rules: [{ path_prefix: "/admin", mode: "deny" }] });
    expect(seen(envoy.get("/admin/x", HTML).local)).toMatchObject({ title: "Not open", buttons: [["Go to the start page", "/"]] });
  });
  test("of the start page itself offers another try", () => expect(seen(ready().get("/?a=1", { ...HTML, ...bearer(token({ exp: 1 })) }).local).buttons).toEqual([["Try again", "/"]]));
  test("does not contain a token from the query", () => {
    const { local } = down({ ...JWKS_CONFIG, auth_accept_token_as: ["query:access_token"] }).get(`/orders?access_token=${token()}`, HTML);
    expect([code(local), seen(local).buttons]).toEqual(["503 provider_not_ready", [["Try again", "/orders"]]]);
  });
});

describe("a user who is logged in and may not open a page", () => {
  const forbidden = { access_rules: { claim: "role", equals: "admin" } };

  test("is not asked to log out first, but can", () => {
    const { envoy, browser } = browse(forbidden);
    logIn(browser);
    const { local } = browser.navigate("/page");
    expect(code(local)).toMatch(/^403 /);
    expect(seen(local)).toEqual({ title: "Not allowed here", text: expect.stringMatching(/^This account may not open this page\./), buttons: [["Go to the start page", "/"], ["Log out", "/logout"]] });
    expect(envoy.logText).toContain("by access_rules");
  });
  test("with a program's token, the page offers no logout", () => {
    const { envoy } = browse(forbidden);
    expect(seen(envoy.get("/page", { ...HTML, ...bearer(token()) }).local).buttons).toEqual([["Go to the start page", "/"]]);
  });
  test("with a bearer token that lacks a scope, the page mentions neither login nor logout", () => {
    const { envoy } = browse({ required_scopes: ["admin"] });
    const { local } = envoy.get("/page", { ...HTML, ...bearer(token({ scope: "read" })) });
    expect(code(local)).toBe("403 insufficient_scope");
    expect(local.headers.get("www-authenticate")).toContain('error="insufficient_scope"');
    expect(seen(local).buttons).toEqual([["Go to the start page", "/"]]);
    expect(local.body).not.toMatch(/logged in|[Ll]og out|\/logout/);
  });
  test("the JSON of such a refusal does not name the logout path as the login address", () => {
    const { envoy, browser } = browse({ max_claim_headers_bytes: 1024 });
    logIn(browser, { userinfo: { sub: "alice", groups: Array.from({ length: 200 }, (_, i) => `group ${i}`) } });
    expect(code(browser.fetch("/api").local)).toBe("431 claims_too_large");
    expect(JSON.parse(browser.fetch("/api").local.body)).not.toHaveProperty("sign_in");
    expect(envoy.logText).toContain("max_claim_headers_bytes");
  });
});

describe("hints for operators are in the log, not on the page", () => {
  test("the callback opened directly", () => {
    const { envoy, browser } = browse();
    const { local } = browser.navigate("/callback");
    expect(seen(local)).toEqual({ title: "Nothing to see here", text: "This page only completes a login. Open the page that you want.", buttons: [["Go to the start page", "/"]] });
    expect(envoy.logText).toMatch(/warn: .*the callback was opened without an answer.*give redirect_uri a path of its own/);
  });
  test.each([
    ["loop_cookie_missing", (browser: Browser) => browser.jar.clear(), "does not send the session's cookie back"],
    ["loop_cookie_unreadable", (browser: Browser) => { for (const [name, cookie] of browser.jar) if (name === browser.session) cookie.value = `${cookie.value.slice(0, -9)}AAAAAAAAA`; }, "different values of session.secret"],
  ])("a redirect loop: %s", (expected, lose, why) => {
    const { envoy, browser } = browse();
    for (let i = 0; i < 3; i++) {
      logIn(browser);
      const counter = [...browser.jar].filter(([name]) => name !== browser.session);
      lose(browser);
      for (const [name, cookie] of counter) browser.jar.set(name, cookie);
    }
    const { local } = browser.navigate("/page");
    expect([code(local), seen(local).title]).toEqual([`400 ${expected}`, "The login starts again and again"]);
    expect(envoy.logText).toContain(why);
  });
});

describe("the language", () => {
  const page = (language: string, accept = "text/html") => ready().get("/a", { ...bearer(token({ exp: 1 })), accept, "accept-language": language }).local;

  test("is the first language of the browser that has texts, otherwise English", () => {
    const found = ["en-GB,en", "de-AT,de;q=0.9,en;q=0.8", "pt,fr;q=0.9", "es-419", "zh-CN,zh;q=0.9", "pt", "", "*", "xx-evil\"><script>"].map((language) => {
      const local = page(language);
      expect(local.body).toContain(`<html lang="${local.headers.get("content-language")}">`);
      expect(local.headers.get("vary")).toBe("accept-language");
      return local.headers.get("content-language");
    });
    expect(found).toEqual([...LANGUAGES, "en", "en", "en", "en"]);
  });
  test("is used for pages that are no refusals too", () => {
    const { browser } = browse();
    const { local } = browser.navigate("/logout", { "accept-language": "de", "sec-fetch-site": "cross-site" });
    expect(seen(local)).toMatchObject({ title: "Abmelden?", buttons: [["Abbrechen", "/"], ["Abmelden", ""]] });
  });
  test("is the one with the greatest weight, and never one with weight 0", () => {
    const found = ["de;q=0.5,fr;q=0.8", "de;q=0", "de;q=0,es;q=0.1", "fr;q=0.4, *;q=0.1, de;q=0.7"].map((language) => page(language).headers.get("content-language"));
    expect(found).toEqual(["fr", "en", "es", "de"]);
  });
  test("is the configured one for all, and then there is no Vary", () => {
    const { envoy, browser } = browse({ page: { language: "de" } });
    const refused = envoy.get("/a", { ...HTML, ...bearer("x"), "accept-language": "fr" }).local, logout = browser.navigate("/logout", { "accept-language": "fr", "sec-fetch-site": "cross-site" }).local;
    for (const local of [refused, logout]) expect([local.headers.get("content-language"), local.headers.has("vary"), local.body.includes('<html lang="de">')]).toEqual(["de", false, true]);
    expect([seen(refused).title, seen(logout).title]).toEqual(["Nicht akzeptiert", "Abmelden?"]);
  });
  test("does not affect the JSON for programs", () => {
    const local = page("de", "*/*");
    expect([JSON.parse(local.body).error_description, local.headers.has("vary"), local.headers.has("content-language")]).toEqual(["The token has expired.", false, false]);
  });
});

describe("the attribute page", () => {
  const config = { page: { name: "Shop <1>", logo: "data:image/png;base64,iVBORw0KGgo=", help_uri: "mailto:help@example.com", color: "#0b6b3a" } };

  test("name, logo, help and color are on the page, and the policy allows only that logo", () => {
    const { local } = ready({ config: { ...JWKS_CONFIG, ...config } }).get("/", { ...HTML, ...bearer("x") });
    expect(local.body).toContain('<header><img alt="" src="data:image/png;base64,iVBORw0KGgo=">Shop &lt;1&gt;</header>');
    expect(local.body).toContain('<a href="mailto:help@example.com">Help</a>');
    expect(local.headers.get("content-security-policy")).toBe("default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'");
  });
  test("without a logo no image may be loaded", () => {
    expect(ready().get("/", { ...HTML, ...bearer("x") }).local.headers.get("content-security-policy")).toBe("default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
  });
  test("the version is shown only if configured, and never to programs", () => {
    const { version } = JSON.parse(readFileSync(join(__dirname, "../../package.json"), "utf8")) as { version: string };
    const bodies = (look: Record<string, unknown>, headers: Record<string, string>): string => {
      const { envoy, browser } = browse(look);
      return envoy.get("/", { ...headers, ...bearer("x") }).local.body + browser.navigate("/logout", { "sec-fetch-site": "cross-site" }).local.body;
    };
    expect(bodies({ page: { show_version: true } }, HTML).split(`envoy-oidc ${version}</footer>`)).toHaveLength(3);
    expect(bodies({ page: { name: "Shop" } }, HTML)).not.toContain(version);
    expect(ready({ config: { ...JWKS_CONFIG, page: { show_version: true } } }).get("/", bearer("x")).local.body).not.toContain(version);
  });
  test("a rule has its own", () => {
    const envoy = start({ config: { ...BROWSER_CONFIG, ...config, rules: [{ path_prefix: "/wiki", page: { name: "Wiki" }, bearer_only: true }] } });
    serveBrowser(envoy);
    envoy.advance(1);
    expect(envoy.get("/wiki/x", HTML).local.body).toContain("<header>Wiki</header>");
  });
});
