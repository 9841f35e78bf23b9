/**
 * Duties 123 to 127 for rules by path and host: a program behind the filter that reads a request differently gives an unauthenticated client no access.
 * An ambiguous path is never public.
 */
import { bearer, token } from "./fixture";
import { Random } from "./host/random";
import { Browser } from "./browser";
import { meantBy, READERS, type Match } from "./readers";
import { outcome, ruled, LOGIN, TOKENS } from "./ruled";
import type { Envoy } from "./host/envoy";

const OPEN = "/health", SHUT = "/private";

/** Spellings of the guarded path, or of both, that have bypassed some product. */
const SPELLINGS = [
  `${SHUT}?x=${OPEN}`, `${SHUT}?${OPEN}`, `${SHUT}#${OPEN}`, `${SHUT}%23${OPEN}`, `${SHUT}%23/..${OPEN}`, `${SHUT}%3f${OPEN}`, `${SHUT}%3f/..${OPEN}`, `${SHUT}%253f/../..${OPEN}`,
  `${OPEN}/..${SHUT}`, `${OPEN}/../${SHUT}`, `${OPEN}/.${SHUT}/..${SHUT}`, `/x/y/../..${SHUT}`, `/.${SHUT}`, `/./${SHUT}`, `/..${SHUT}`, `/../..${SHUT}`,
  `${OPEN}/%2e%2e${SHUT}`, `${OPEN}/%2E%2E${SHUT}`, `${OPEN}/.%2e${SHUT}`, `${OPEN}/%2e.${SHUT}`, `${OPEN}/%252e%252e${SHUT}`, `${OPEN}/%25252e%25252e${SHUT}`, `${OPEN}/%2525252e%2525252e${SHUT}`,
  `${OPEN}%2f..${SHUT}`, `${OPEN}%2F..%2Fprivate`, `${OPEN}%252f..%252fprivate`, `${OPEN}/..%2fprivate`, `${OPEN}%5c..%5cprivate`, `${OPEN}\\..\\private`, `${OPEN}/..\\private`, `\\private`.replace("\\", "/\\"), "/%5cprivate",
  `${OPEN}/..;${SHUT}`, `${OPEN}/..;x=y${SHUT}`, `${OPEN};/..${SHUT}`, `${OPEN}/;x/..${SHUT}/..${SHUT}`, `${OPEN}/%2e%2e;${SHUT}`, `${OPEN}/..%3b${SHUT}`, `${OPEN}/..%253b${SHUT}`,
  `${SHUT};x`, `${SHUT};${OPEN}`, `/;x${SHUT}`, `${SHUT};/..;${OPEN}`, `${SHUT}%3bx`, "/pri;x/vate",
  `/${SHUT}`, `//${SHUT}`, `/${SHUT}/`, `${SHUT}//`, `${SHUT}/`, `${SHUT}/.`, `${SHUT}/..${SHUT}`, `/\\${SHUT}`, `/%2fprivate`, `/%2f%2fprivate`, `${SHUT}/x/..`,
  "/PRIVATE", "/Private", "/PRIVATE/", "/%50RIVATE", "/%70rivate", "/%2570rivate", "/%252570rivate", "/%25252570rivate", "/p%72ivat%65", "/privat%65%2f", "/%u0070rivate", "/%U0070RIVATE",
  `${SHUT}.`, `${SHUT}...`, `${SHUT}%20`, `${SHUT}%20.`, `${SHUT}./x`, `${SHUT}%2e`, `${SHUT}%00`, `${SHUT}%00${OPEN}`, `${SHUT}%00.html`, "/pri%09vate", "/pri%0avate", "/pri%0d%0avate", "/pri\tvate",
  `/${OPEN}${SHUT}`, `//host.example${SHUT}`, `/\\host.example${SHUT}`, `//user@host:80${SHUT}`,
  `${OPEN}/%c0%ae%c0%ae${SHUT}`, `${OPEN}/%c0%ae%c0%ae%c0%af${SHUT}`, `${OPEN}%c0%af..${SHUT}`, `${OPEN}/%e0%80%ae%e0%80%ae${SHUT}`,
  `${OPEN}/%2e%2e${SHUT}/%252e%252e${OPEN}`, `${OPEN}/..${SHUT}/%2e%2e${OPEN}`, `${OPEN}/..${SHUT}/..;/..${OPEN}`, `${OPEN}/..${SHUT}/a\\..\\..${OPEN}`, `${OPEN}/..${SHUT}//../x`, "/x%23/../private%3f/../health",
  // Duty 157: characters that NFKC or Windows' best fit turns into dots, slashes and similar.
  `${OPEN}/%ef%bc%8e%ef%bc%8e${SHUT}`, `${OPEN}/%EF%BC%8E.${SHUT}`, `${OPEN}/%e2%80%a5${SHUT}`, `${OPEN}/%e2%80%a4%e2%80%a4${SHUT}`, `${OPEN}/%ef%b8%b0${SHUT}`, `${OPEN}/%ef%b9%92%ef%b9%92${SHUT}`, `${OPEN}/%25ef%25bc%258e%25ef%25bc%258e${SHUT}`,
  `${OPEN}%e2%88%95..${SHUT}`, `${OPEN}/..%e2%88%95private`, `${OPEN}/..%e2%81%84private`, `${OPEN}/..%ef%bc%8fprivate`, `${OPEN}/..%ef%bc%bcprivate`, `${OPEN}/..%ef%b9%a8private`, `${OPEN}/..%e2%88%96private`, `${OPEN}/..%c2%a5private`, `${OPEN}/..%e2%82%a9private`, `${OPEN}/..%c2%b4private`,
  `${OPEN}/..%ef%bc%9b${SHUT}`, `${OPEN}/..%cd%be${SHUT}`, `${OPEN}/%ef%bc%852e%ef%bc%852e${SHUT}`, `${OPEN}/%ef%b9%aa2e%ef%b9%aa2e${SHUT}`, `${OPEN}/%d9%aa2e%d9%aa2e${SHUT}`, `${OPEN}/.%e2%80%8b.${SHUT}`, `${OPEN}/%c2%ad..${SHUT}`, `${OPEN}/%ef%bc%8e%ef%bc%8e%ef%bc%8fprivate`,
  `${SHUT}%ef%bc%8e`, `${SHUT}%ef%bc%9bx`, `${SHUT}%e2%80%8b`, `/pri%c2%advate`, `/%ef%bd%90rivate`, `/%f0%9d%90%a9rivate`, `/%e2%93%9frivate`, `${SHUT}%ef%bc%8fx`, `${SHUT}%e2%88%95x`, `${SHUT}%ef%bc%9f${OPEN}`,
  `${OPEN}/..${SHUT}/%2e%2e%2f..${OPEN}`, `${OPEN}%2f..${SHUT}/..${OPEN}`, `${OPEN}/..;/..${SHUT}/..${OPEN}`,
];

const BEARER = { mode: "bearer", ...TOKENS };
const shutIn = { path_prefix: SHUT };
/** Rules under which no spelling of the guarded path may pass without a credential. */
const RULE_SETS: [name: string, config: object][] = [
  ["one public page on a guarded site (bearer)", { ...BEARER, rules: [{ path: OPEN, mode: "public" }] }],
  ["a public folder on a guarded site (bearer)", { ...BEARER, rules: [{ path_prefix: OPEN, mode: "public" }] }],
  ["one public page on a guarded site (browser)", { ...LOGIN, rules: [{ path: OPEN, mode: "public" }] }],
  ["one public page on a denied site", { mode: "deny", rules: [{ path: OPEN, mode: "public" }] }],
  ["a guarded folder on a public site (bearer)", { ...TOKENS, mode: "public", rules: [{ ...shutIn, mode: "bearer" }] }],
  ["a guarded folder on a public site (browser)", { ...LOGIN, mode: "public", rules: [{ ...shutIn, mode: "browser" }] }],
  ["a denied folder on a public site", { mode: "public", rules: [{ ...shutIn, mode: "deny" }] }],
  ["a guarded folder beside a public one on a public site", { ...TOKENS, mode: "public", rules: [{ path_prefix: OPEN, mode: "public" }, { ...shutIn, mode: "bearer" }] }],
  ["a guarded folder beside a public one on a denied site", { ...TOKENS, mode: "deny", rules: [{ path_prefix: OPEN, mode: "public" }, { ...shutIn, mode: "bearer" }] }],
  ["a guarded folder on a site without required login", { ...BEARER, mode: undefined, bearer_only: false, unauth_action: "pass", rules: [{ ...shutIn, mode: "bearer" }] }],
  ["a guarded folder whose rule has capitals", { ...TOKENS, mode: "public", rules: [{ path_prefix: "/Private", mode: "bearer" }] }],
  ["one guarded page on a public site", { ...TOKENS, mode: "public", rules: [{ path: SHUT, mode: "bearer" }] }],
];

const CLOSED = /^(302|400 (ambiguous_path|bad_request)|401 (no_token|sign_in_needed)|403 denied)$/;
const printable = (path: string): string => JSON.stringify(path).slice(1, -1);

describe.each(RULE_SETS)("duty 123: %s", (name, config) => {
  const envoy = ruled(config), rules = (config as { rules: Match[] }).rules, whole = (config as { mode?: string; unauth_action?: string }).mode;
  /** Whether some reader reads the target as a page that the rules do not make public. */
  const guarded = (target: string): boolean => meantBy(rules, target).some(({ rule }) => rule < 0 ? whole !== "public" && !("unauth_action" in config) : (rules[rule] as { mode?: string }).mode !== "public");
  const spellings = SPELLINGS.filter(guarded);

  test("some reader reads most spellings as a guarded page", () => expect(spellings.length).toBeGreaterThan(name.includes("page on a public") ? 40 : 60));
  test.each(spellings.map((path) => [printable(path), path]))("%s does not pass without a credential", (_, path) => {
    expect(outcome(envoy.get(path))).toMatch(CLOSED);
    expect(outcome(new Browser(envoy).navigate(path))).toMatch(CLOSED);
    expect(outcome(envoy.request("HEAD", path))).toMatch(CLOSED);
  });
});

describe("duty 123: a denied folder stays denied", () => {
  const envoy = ruled({ ...BEARER, rules: [{ path_prefix: SHUT, mode: "deny" }, { path_prefix: OPEN, mode: "public" }] }), good = bearer(token());
  const denied = SPELLINGS.filter((path) => meantBy([shutIn], path).some(({ rule }) => rule === 0));
  test.each(denied.map((path) => [printable(path), path]))("%s, with a token that is valid elsewhere", (_, path) => expect(outcome(envoy.get(path, good))).toMatch(/^(403 denied|400 (ambiguous_path|bad_request))$/));
});

describe("duty 123: two guarded rules", () => {
  const envoy = ruled({ ...TOKENS, mode: "deny", rules: [{ path_prefix: OPEN, mode: "bearer", required_scopes: ["read"] }, { ...shutIn, mode: "bearer", required_scopes: ["admin"] }] });
  const reader = bearer(token({ scope: "read" })), admin = bearer(token({ scope: "admin" }));
  test("each accepts a token with its scope", () => {
    expect([outcome(envoy.get(OPEN, reader)), outcome(envoy.get(SHUT, reader)), outcome(envoy.get(OPEN, admin)), outcome(envoy.get(SHUT, admin))]).toEqual(["forwarded", "403 insufficient_scope", "403 insufficient_scope", "forwarded"]);
  });
  test.each(SPELLINGS.map((path) => [printable(path), path]))("%s does not pass with the scope for another reading", (_, path) => {
    const seen = new Set(meantBy([{ path_prefix: OPEN }, shutIn], path).map(({ rule }) => rule));
    if (outcome(envoy.get(path, reader)) === "forwarded") expect([...seen]).toEqual([0]);
    if (outcome(envoy.get(path, admin)) === "forwarded") expect([...seen]).toEqual([1]);
  });
});

describe("a path with one reading, or with the same result in all readings, is not refused", () => {
  const site = ruled({ ...BEARER, rules: [{ path: OPEN, mode: "public" }, { path_prefix: "/static", mode: "public" }] });
  test.each(["/health", "/health?x=/private", "/health?", "/health?../private", "/health?%2e%2e/%00", "/static", "/static/", "/static/a.js", "/static/App-3F.JS", "/static/a%20b.pdf", "/static/b%C3%BCcher.pdf", "/static/a;v=1.js", "/static/%7euser",
    "/static//a", "/static/a+b@c,d:e=f&g$h!i*j'k(l)~m_n", "/static/a%2fb", "/static/.well-known/x", "/static/a..b", "/static/a%3fb", "/static/%F0%9F%8D%AA", "/static/100%25", "/static/100%25%20sure.pdf", "/static/a%E9.txt", "/static/a.", "/static/x..",
    "/static/%D0%BE%D1%82%D1%87%D1%91%D1%82.pdf", "/static/%E5%B9%B4%E5%A0%B1.pdf", "/static/it%E2%80%99s%201990%E2%80%932000", "/static/%EF%BC%91%EF%BC%8E%E6%A6%82%E8%A6%81.pdf", "/static/50%EF%BC%85.pdf", "/static/a%E2%80%A6", "/static/%F0%9F%91%A8%E2%80%8D%F0%9F%91%A9.png"])("%s is open", (path) => expect(outcome(site.get(path))).toBe("forwarded"));
  test.each(["/", "/healthy", "/health/x", "/staticx", "/static.js", "/x/static", "/x/health", "/?/health", "/api/health", "/stati", "/healt"])("%s is not", (path) => expect(outcome(site.get(path))).toBe("401 no_token"));
  test("with a token, a guarded page passes in the spellings of clients", () => {
    for (const path of ["/API/Users", "/api/a%20b", "/api/b%C3%BCcher", "/api/a;v=1", "/api//x", "/api/a%2Fb", "/api/.well-known/x", "/api/100%25"]) expect(outcome(site.get(path, bearer(token())))).toBe("forwarded");
  });
});

test.each(["/%C5%BFecret", "/%c5%bfecret", "/\u017fecret", "/%25C5%25BFecret", "/to%E2%84%AAen", "/%EF%BD%93ecret", "/%EF%BC%B3ecret", "/adm%C4%B1n", "/adm%C4%B0n"])("duty 123: %s contains a letter that some programs fold to ASCII", (path) => {
  expect(outcome(ruled({ ...TOKENS, mode: "public", rules: [{ path_prefix: ["/secret", "/token", "/admin"], mode: "bearer" }] }).get(path))).toMatch(CLOSED);
});

test("duty 123: the rule's path is compared element by element", () => {
  const envoy = ruled({ ...TOKENS, mode: "public", rules: [{ path_prefix: "/api", mode: "bearer" }, { path_prefix: "/doc/", mode: "bearer" }, { path: "/one", mode: "bearer" }] });
  const open = (path: string): boolean => outcome(envoy.get(path)) === "forwarded";
  expect(["/api", "/api/", "/api/x", "/api?x", "/api/x?y", "/doc", "/doc/", "/doc/x", "/one", "/one?x"].filter(open)).toEqual([]);
  expect(["/apix", "/ap", "/apis/api", "/x/api", "/api-v2", "/api.json", "/docs", "/do", "/one1", "/one/x", "/onex", "/?/api", "/x?/api/"].filter((path) => !open(path))).toEqual([]);
});

describe("duty 123: a target that any reader reads as a guarded page passes neither without a credential nor with another rule's token", () => {
  const NAMES = ["a", "b", "Adm", "open"];
  const PARTS = ["/", "/", "/", "//", "\\", "%2f", "%5c", "%252f", "..", "..", ".", "%2e%2e", ".%2e", "%252e%252e", "..;", ";", ";x", "%3b", "#", "%23", "%3f", "?", "%00", "%09", "%20", ".", "%25", "%u0061", "a", "b", "A", "%61", "%2561", "adm", "Adm", "ADM", "open", "%6fpen", "%256fpen", "OPEN"];
  const SCOPES = ["s0", "s1", "s2", "s3"];

  function rulesOf(random: Random): (Match & { mode: string; required_scopes?: string[] })[] {
    return Array.from({ length: 1 + random.below(4) }, (_, i) => {
      const at = `/${Array.from({ length: 1 + random.below(2) }, () => random.pick(NAMES)).join("/")}`, mode = random.pick(["public", "public", "bearer", "deny"]);
      return { ...(random.chance(3) ? { path: at } : { path_prefix: at }), mode, ...(mode === "bearer" ? { required_scopes: [SCOPES[i]!] } : {}) };
    });
  }
  /** Duty 157. */
  const LOOKALIKES = ["%ef%bc%8e", "%ef%bc%8e%ef%bc%8e", "%e2%80%a5", "%25e2%2580%25a5", "%ef%bc%8f", "%e2%88%95", "%c2%a5", "%ef%bc%bc", "%ef%bc%9b", "%ef%bc%83", "%ef%bc%9f", "%ef%bc%852e", "%ef%bc%85%ef%bc%92e", "%e2%80%8b", "%e3%80%80", "%ef%bd%81", "%f0%9d%90%9a", "%e2%93%90dm", "%ef%bc%afpen"];
  const target = (random: Random, parts: string[]): string => `/${Array.from({ length: 1 + random.below(9) }, () => random.pick(parts)).join("")}`;

  test.each([[1, PARTS], [2, PARTS], [3, PARTS], [4, PARTS], [5, PARTS], [6, PARTS], ...[7, 8, 9, 10].map((seed): [number, string[]] => [seed, [...PARTS, ...LOOKALIKES]])])("seed %d", (seed, parts) => {
    const random = new Random(seed), tokens = SCOPES.map((scope) => bearer(token({ scope }))), wrong: string[] = [];
    let guarded = 0, passed = 0;
    for (let round = 0; round < 12; round++) {
      const rules = rulesOf(random), mode = random.pick(["public", "public", "bearer", "deny"]);
      const asks = [mode, ...rules.map((rule) => rule.mode)].includes("bearer");
      const envoy: Envoy = ruled({ ...(asks ? TOKENS : {}), mode, ...(mode === "bearer" ? { required_scopes: ["outside"] } : {}), rules });
      for (let i = 0; i < 150; i++) {
        const path = target(random, parts), seen = meantBy(rules, path);
        const needs = (rule: number): string => rule < 0 ? mode === "bearer" ? "outside" : mode : rules[rule]!.required_scopes?.[0] ?? rules[rule]!.mode;
        const wanted = new Set(seen.map(({ rule }) => needs(rule)).filter((need) => need !== "public"));
        if (wanted.size > 0) guarded++;
        const tell = (who: string): void => { wrong.push(`${printable(path)} ${who}, by ${JSON.stringify(rules)} in a ${mode} site; ${JSON.stringify(seen.find(({ rule }) => needs(rule) !== "public"))}`); };
        if (outcome(envoy.get(path)) === "forwarded") { passed++; if (wanted.size > 0) tell("without a token"); }
        const of = random.below(SCOPES.length);
        if (outcome(envoy.get(path, tokens[of])) === "forwarded" && [...wanted].some((need) => need !== SCOPES[of])) tell(`with the token for ${SCOPES[of]}`);
      }
    }
    expect(wrong.slice(0, 5)).toEqual([]);
    expect([guarded > 500, passed > 20]).toEqual([true, true]);
  });

  test("the models read paths as their originals do", () => {
    const pages = (name: string, path: string): string[] => READERS.find((reader) => reader.name === name)!.read(path);
    expect(pages("nginx", "/a//b/%2e%2e/c;x?y")).toContain("/a/c;x");
    expect(pages("Tomcat", "/a/..;x/b")).toContain("/b");
    expect(pages("Node's URL", "//a/b\\c/../d")).toContain("/b/d");
    expect(pages("IIS", "/a\\..\\%u0062. ")).toContain("/b");
    expect(pages("NFKC", "/a/%ef%bc%8e%ef%bc%8e%ef%bc%8fb")).toContain("/b");
    expect(pages("NFKC, then decoded", "/a/%ef%bc%852e%ef%bc%852e/b")).toContain("/b");
    expect(pages("NFKC without ignorable characters", "/a/.%e2%80%8b./b")).toContain("/b");
    expect(pages("Windows' best fit", "/a/..%c2%a5b%ef%bc%8e")).toContain("/b");
  });
});
