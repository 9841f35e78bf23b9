/** docs/runbooks.md: each alert has its section, each quoted line is produced here from its cause, and secrets rotate as the page says. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { bearer, INTROSPECTION_CONFIG, ISSUER, JWKS_CONFIG, KEY, makeKey, METADATA, NOW, ready, serve, start, token } from "./fixture";
import { asked, browse, BROWSER_CONFIG, code, idToken, openCall, redeeming, SECRET, logIn, tokens, USERINFO, type Browser } from "./browser";
import type { Answer, Envoy } from "./host/envoy";

const ROOT = join(__dirname, "../..");
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const PAGE = read("docs/runbooks.md");

/** Each section's title with the log lines that it quotes. */
const SECTIONS = PAGE.split(/^### /m).slice(1).map((text) => ({
  title: text.slice(0, text.indexOf("\n")), lines: [...text.matchAll(/^```text\n([\s\S]*?)^```/gm)].flatMap(([, block]) => block!.trimEnd().split("\n")),
}));
const anchorOf = (title: string): string => title.toLowerCase().replaceAll(/[^\w\- ]/g, "").replaceAll(" ", "-");

describe("the page", () => {
  const rules = (parse(read("envoy/observability/alerts.yaml")) as { groups: { rules: { alert: string; annotations: { runbook_url: string } }[] }[] }).groups.flatMap((group) => group.rules);
  test("has a section for each alert, to which the alert links, and no others", () => {
    const titles = [...PAGE.slice(0, PAGE.indexOf("\n## Situations")).matchAll(/^### (.*)$/gm)].map(([, title]) => title);
    expect(titles).toEqual(rules.map(({ alert }) => alert));
    expect(rules.map(({ annotations }) => annotations.runbook_url)).toEqual(titles.map((title) => `docs/runbooks.md#${anchorOf(title!)}`));
  });

  test("has no link to a missing section", () => {
    const links = [...PAGE.matchAll(/\]\(([\w-]+\.md)?#([\w-]+)\)/g)].map(([, page = "runbooks.md", anchor]) => ({ page, anchor }));
    expect(links.length).toBeGreaterThan(30);
    const anchorsOf = (page: string): string[] => [...read(`docs/${page}`).matchAll(/^#+ (.*)$/gm)].map(([, title]) => anchorOf(title!));
    expect(links.filter(({ page, anchor }) => !anchorsOf(page).includes(anchor!))).toEqual([]);
  });

  test("names no unknown code, attribute or metric", () => {
    const words = [...PAGE.matchAll(/`([a-z]+(?:_[a-z]+)+)`/g)].map(([, word]) => word!);
    const ofOthers = ["trusted_ca", "max_request_headers_kb", "random_get", "invalid_client", "environment_variables"];
    const known = read("docs/operations.md") + read("docs/configuration.md");
    expect(words.length).toBeGreaterThan(50);
    expect(words.filter((word) => !ofOthers.includes(word) && !known.includes(`\`${word}\``) && !known.includes(`${word}.<`))).toEqual([]);
  });
});

/** An Envoy whose provider gives these answers for its documents. */
function provider(discovery: Answer, jwks: Answer = null): Envoy {
  const envoy = start();
  envoy.provider("idp").answers(({ path }) => path === "/jwks" ? jwks : discovery);
  envoy.advance(1);
  return envoy;
}
function introspection(answer: "fail" | number): Envoy {
  const envoy = start({ config: INTROSPECTION_CONFIG });
  envoy.get("/", bearer("opaque"));
  if (answer === "fail") envoy.callout().fail();
  else envoy.callout().reply(answer);
  return envoy;
}
function withToken(value: string): Envoy {
  const envoy = ready();
  envoy.get("/", bearer(value));
  return envoy;
}
/** A login with this token response. */
function login(answer: (call: ReturnType<typeof openCall>, nonce: string) => void): Envoy {
  const { envoy, browser } = browse(), { ask, call } = redeeming(browser);
  answer(call, ask.nonce);
  return envoy;
}
function refresh(answer: (call: ReturnType<typeof openCall>) => void): Envoy {
  const { envoy, browser } = browse();
  logIn(browser);
  envoy.advance(301);
  browser.fetch("/api");
  answer(openCall(envoy, "/token"));
  return envoy;
}
const unknownClient = (call: ReturnType<typeof openCall>): void => call.json({ error: "invalid_client" }, 401);

/** The causes, by the title of their section. */
const CAUSES: Record<string, (() => Envoy)[]> = {
  OidcProviderNotReady: [
    () => provider("fail"), () => provider({ status: 503 }), () => provider({ status: 504 }), () => provider({ body: "<html>" }), () => provider({ body: { issuer: "https://other.example.com" } }),
    () => provider({ body: METADATA }, "fail"), () => provider({ body: METADATA }, { body: { keys: [] } }),
    () => { const envoy = start({ start: { refuseCallouts: true } }); envoy.advance(8); return envoy; },
  ],
  OidcCallsFailing: [() => introspection(401), () => introspection("fail")],
  OidcRefusalsRising: [() => {
    const envoy = withToken(token({}, { key: makeKey("k1") }));
    for (let i = 0; i < 50; i++) envoy.get("/", bearer(`bad${i}`));
    envoy.advance(2);
    return envoy;
  }],
  OidcLoginsFailing: [() => login(unknownClient), () => login((call) => call.fail()), () => login((call, nonce) => call.json(tokens(nonce, { id_token: idToken(nonce, { iat: NOW - 600, exp: NOW - 300 }) })))],
  OidcRefreshesFailing: [() => refresh((call) => call.fail()), () => refresh(unknownClient)],
  OidcBoundReached: [() => {
    const envoy = start({ config: INTROSPECTION_CONFIG });
    for (let i = 0; i < 257; i++) envoy.get("/", bearer(`opaque${i}`));
    return envoy;
  }],
  OidcLogoutLost: [() => {
    const { envoy, browser } = browse();
    logIn(browser);
    envoy.sharedData.set = () => 8;
    browser.navigate("/logout", { "sec-fetch-site": "same-origin" });
    return envoy;
  }],
  OidcTooLarge: [() => {
    const { envoy, browser } = browse();
    logIn(browser, { tokens: { access_token: "a".repeat(20_000) }, userinfo: { ...USERINFO, bio: "b".repeat(12_000) } });
    return envoy;
  }],
  OidcPluginMisconfigured: [
    () => { const envoy = start(); expect(() => envoy.addPlugin({ ...JWKS_CONFIG, timeout: "x" })).toThrow(); return envoy; },
    () => {
      const { envoy, browser } = browse({ response_mode: "form_post", session: { secret: SECRET, cookie_same_site: "None" } }), { state } = asked(browser.navigate("/page"));
      envoy.bodiesBehindHeaders = false;
      browser.send("POST", "/callback", { "content-type": "application/x-www-form-urlencoded", "sec-fetch-mode": "navigate" }, `${new URLSearchParams({ code: "c0de", state, iss: ISSUER })}`);
      envoy.advance(10);
      return envoy;
    },
  ],
  "Keys were rotated too soon": [() => withToken(token({}, { key: makeKey("k2") }))],
  "The provider's certificate has expired": [() => provider({ status: 503 })],
  "A clock is wrong": [
    () => withToken(token({ iat: NOW + 600 })), () => withToken(token({ exp: NOW - 1 })),
    () => login((call, nonce) => call.json(tokens(nonce, { id_token: idToken(nonce, { iat: NOW + 600, exp: NOW + 900 }) }))),
  ],
};
/** Lines that another test file produces. */
const ELSEWHERE = [{ line: "the one that expires first is forgotten", file: "ended_sessions.test.ts", tested: "are revoked: .*forgotten" }];

const isLike = (line: string, quoted: string): boolean => {
  const parts = quoted.split("…").map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(line);
};

describe("the quoted lines are those of the log", () => {
  test.each(SECTIONS.filter(({ lines }) => lines.length > 0))("$title", ({ title, lines }) => {
    const logged = CAUSES[title]!.flatMap((cause) => cause().logs.map(({ text }) => text));
    const missing = lines.filter((line) => !logged.some((each) => isLike(each, line)) && !ELSEWHERE.some((other) => line.includes(other.line)));
    expect({ missing, logged: missing.length > 0 ? logged : [] }).toEqual({ missing: [], logged: [] });
  });
  test("every cause has a section", () => { expect(Object.keys(CAUSES).filter((title) => !SECTIONS.some((section) => section.title === title))).toEqual([]); });
  test.each(ELSEWHERE)("$file produces: $line", ({ file, tested }) => { expect(read(`tests/host/${file}`)).toContain(tested); });
});

describe("secrets rotate as the page says", () => {
  const NEW = "fedcba9876543210fedcba9876543210";
  const sealedBy = (...secret: string[]): Record<string, unknown> => ({ ...BROWSER_CONFIG, session: { secret } });
  const loadedInto = (envoy: Envoy, config: object): void => { envoy.reload(config); envoy.advance(1); };
  const isIn = (browser: Browser): boolean => { const { outcome } = browser.fetch("/api"); return typeof outcome === "object" && "forwarded" in outcome; };

  test("session.secret in three steps: sessions from before and from each step stay valid", () => {
    const { envoy, browser } = browse(sealedBy(SECRET));
    logIn(browser);
    loadedInto(envoy, sealedBy(SECRET, NEW));
    expect(isIn(browser)).toBe(true);
    loadedInto(envoy, sealedBy(NEW, SECRET));
    expect(isIn(browser)).toBe(true);
    const later = browse(sealedBy(NEW, SECRET));
    logIn(later.browser);
    loadedInto(later.envoy, sealedBy(SECRET, NEW)); // another Envoy, still at the first step
    expect(isIn(later.browser)).toBe(true);
    loadedInto(later.envoy, sealedBy(NEW));
    expect(isIn(later.browser)).toBe(true);
  });

  test("session.secret without the first step: an Envoy that has only the old secret does not open the sessions of one that seals with the new", () => {
    const { envoy, browser } = browse(sealedBy(NEW, SECRET));
    logIn(browser);
    loadedInto(envoy, sealedBy(SECRET)); // another Envoy, which has not been changed yet
    expect(isIn(browser)).toBe(false);
  });

  test.each(["docs/kubernetes.md", "docs/istio.md", "docs/envoy-gateway.md"])("%s, where several Envoys run, leads to the three steps", (page) => {
    expect(read(page)).toContain("[three steps](runbooks.md#rotate-the-session-secret)");
  });

  test("a leaked session.secret, replaced at once: its sessions are refused", () => {
    const { envoy, browser } = browse(sealedBy(SECRET));
    logIn(browser);
    loadedInto(envoy, sealedBy(NEW));
    expect(isIn(browser)).toBe(false);
  });

  test("client_secret: sessions stay valid during the change, refreshes fail until it is complete, and nobody is logged out", () => {
    const { envoy, browser } = browse();
    logIn(browser);
    envoy.advance(301);
    const request = browser.fetch("/api");
    unknownClient(openCall(envoy, "/token"));
    expect(code(request.local)).toBe("503 provider_unreachable");
    loadedInto(envoy, { ...BROWSER_CONFIG, client_secret: "the-new-secret-of-the-gateway" });
    envoy.advance(5);
    const again = browser.fetch("/api");
    openCall(envoy, "/token").json({ ...tokens(undefined), id_token: undefined });
    expect(browser.take(again).forwarded.get("x-access-token")).toBeDefined();
  });

  test("client_secret: a list is refused", () => {
    expect(() => start({ config: { ...BROWSER_CONFIG, client_secret: ["a-first-secret", "a-second-secret"] } })).toThrow(/client_secret: expected a string/);
  });
});

test("a provider that is up again is ready without intervention", () => {
  const envoy = provider("fail");
  serve(envoy, { keys: [KEY] });
  envoy.advance(4);
  envoy.get("/", bearer(token())).forwarded.get("x");
});
