/** What rules may say, and what wrong ones are told: all of it at once, each mistake once and at its place. */
import { DISCOVERY, start } from "./fixture";
import { SECRET } from "./browser";
import { OTHER_CLIENT, LOGIN, TOKENS } from "./ruled";

const OPEN = { path: "/x", mode: "public" };

function lines(config: object, level: string): string[] {
  const about = (texts: string[]): string[] => texts.filter((line) => line.startsWith(level)).map((line) => line.replace(/^\w+: envoy-oidc: configuration: /, ""));
  try {
    return about(start(withVariables(config)).logs.map(({ level: own, text }) => `${own}: ${text}`));
  } catch (error) {
    return about(String((error as Error).message).split("\n"));
  }
}

/** The secrets are in the environment, where nothing is said against them. */
function withVariables(config: object): { config: string; start: { env: Record<string, string> } } {
  const env: Record<string, string> = {};
  const text = JSON.stringify(config, (key, value: unknown) => {
    if (!["client_secret", "secret"].includes(key) || typeof value !== "string") return value;
    const name = `SECRET_${Object.keys(env).length}`;
    env[name] = value;
    return `$ENV://${name}`;
  });
  return { config: text, start: { env } };
}

const mistakes = (config: object): string[] => lines(config, "error");
const inRules = (...rules: unknown[]): string[] => mistakes({ ...TOKENS, mode: "bearer", rules });

describe("right, and nothing is said against it", () => {
  test.each<[string, object]>([
    ["every way to match", { ...TOKENS, mode: "bearer", rules: [{ ...OPEN, host: ["app.example", "*.tenant.example", "APP2.example", "localhost", "1.example", "x1"], path: ["/a", "/A.b/c-d_e~"], path_prefix: ["/api", "/v1/", "/"], method: ["GET", "POST", "M-SEARCH", "VERSION-CONTROL"] }] }],
    ["one of them alone", { ...TOKENS, mode: "bearer", rules: [{ host: "a", mode: "public" }, { path: "/", mode: "public" }, { path_prefix: "/b", mode: "deny" }, { method: "TRACE", mode: "deny" }] }],
    ["sixty-four rules", { ...TOKENS, mode: "bearer", rules: Array.from({ length: 64 }, (_, i) => ({ path: `/${i}`, mode: "public" })) }],
    ["closed outside, and nothing needed for it", { mode: "deny", rules: [OPEN] }],
    ["open outside, with what the rules need", { ...TOKENS, mode: "public", rules: [{ path_prefix: "/api", mode: "bearer" }] }],
    ["closed outside, with what only some rules use, or none", { ...LOGIN, mode: "deny", rules: [{ path_prefix: "/api", mode: "bearer", use_jwks: true, claim_headers: { sub: "x-user" } }, OPEN] }],
    ["bearer outside, a login for a rule", { ...LOGIN, bearer_only: true, rules: [{ path_prefix: "/app", mode: "browser" }] }],
    ["two clients with addresses of their own", { ...LOGIN, rules: [{ path_prefix: "/other", ...OTHER_CLIENT }] }],
    ["two clients on two hosts with the same addresses", { ...LOGIN, mode: "deny", rules: [{ host: "a.example", mode: "browser" }, { host: "b.example", mode: "browser", client_id: "b" }, { host: "*.b.example", mode: "browser", client_id: "c" }] }],
    ["the same client in many rules", { ...LOGIN, rules: [{ path_prefix: "/a", required_scopes: ["a"] }, { path_prefix: "/b", unauth_action: "pass" }] }],
    ["a client behind a rule that takes the whole host", { ...LOGIN, rules: [{ host: "a.example", client_id: "a" }, { host: "b.example", path_prefix: "/", client_id: "b" }] }],
  ])("%s", (_, config) => expect([lines(config, "error"), lines(config, "warn")]).toEqual([[], []]));
});

test("all mistakes of all rules are named at once, each with its place", () => {
  expect(mistakes({
    ...TOKENS, mode: "bearer", timeout: 0, relm: "x", claim_headers: { sub: "host" },
    rules: [
      { host: "https://app.example", path: "api", method: "get", mode: "public" }, { path_prefix: "/api/*", timeout: 99 }, { path: "/a", realm: 'a"b', rule: 1 }, 7, { mode: "deny" }, { path: "/b", mode: "open" },
      { path: "/c", mode: "public", realm: "x", relm: "y" }, { path: "/d", bearer_only: true, mode: "browser" },
    ],
  }).sort()).toEqual([
    "timeout: expected a whole number from 1 to 60, found 0",
    "relm: unknown attribute; did you mean realm?",
    "claim_headers.sub: the header host has a meaning of its own; choose another, such as x-user-sub",
    expect.stringMatching(/^rules\[0\]\.host: expected a host name such as .*found "https:\/\/app\.example"$/),
    expect.stringMatching(/^rules\[0\]\.path: expected a path such as \/api: .*found "api"$/),
    'rules[0].method: expected a method such as GET, in capitals, found "get"',
    expect.stringMatching(/^rules\[1\]\.path_prefix: has no wildcards: .*found "\/api\/\*"$/),
    "rules[1].timeout: expected a whole number from 1 to 60, found 99",
    "rules[2].realm: expected printable ASCII without quotes and backslashes",
    expect.stringMatching(/^rules\[2\]\.rule: unknown attribute/),
    "rules[3]: expected an object, found a number",
    expect.stringMatching(/^rules\[4\]\.path: a rule needs at least one of host, path, path_prefix, method/),
    'rules[5].mode: expected one of public, deny, bearer, browser, found "open"',
    "rules[6].realm: has no effect where mode is public",
    "rules[6].relm: unknown attribute; did you mean realm?",
    "rules[7].bearer_only: is set by mode already: leave it out",
    "rules[7].client_id: is required for the browser login",
    "rules[7].client_secret: is required for the browser login; a public client (PKCE alone) sets token_endpoint_auth_method to \"none\"",
    expect.stringMatching(/^rules\[7\]\.session\.secret: is required for the browser login/),
  ].sort((a, b) => place(a) < place(b) ? -1 : 1));
});

/** Sorted as the lines themselves are; of a pattern, by what it begins with. */
function place(line: unknown): string {
  return typeof line === "string" ? line : String((line as { sample: RegExp }).sample.source).replace(/^\^/, "").replaceAll("\\", "");
}

describe("rules as such", () => {
  test.each<[unknown, string | RegExp]>([
    [[], /^rules: expected a list of 1 to 64 objects, found an empty one$/], [{}, "rules: expected a list of 1 to 64 objects, found an object"], ["x", 'rules: expected a list of 1 to 64 objects, found "x"'], [null, "rules: expected a list of 1 to 64 objects, found null"],
    [Array.from({ length: 65 }, (_, i) => ({ path: `/${i}`, mode: "public" })), "rules: expected a list of 1 to 64 objects, found 65"], [[OPEN, [OPEN]], "rules[1]: expected an object, found a list"],
  ])("%j", (rules, line) => {
    const said = mistakes({ ...TOKENS, mode: "bearer", rules });
    expect(said).toEqual([typeof line === "string" ? line : expect.stringMatching(line)]);
  });

  test.each<[object, string]>([
    [{ cache_max_kib: 64 }, "rules[0].cache_max_kib"], [{ cache_segment: "x" }, "rules[0].cache_segment"], [{ rules: [] }, "rules[0].rules"],
  ])("%j belongs to the whole configuration, whatever the rule's mode", (setting, at) => {
    for (const mode of ["public", "deny", "bearer"]) expect(inRules({ path: "/x", mode, ...setting })).toEqual([`${at}: belongs to the whole configuration, not to a rule`]);
  });

  test("what a rule matches by is never inherited, and stands nowhere else", () => {
    for (const key of ["host", "path", "path_prefix", "method"]) expect(mistakes({ ...TOKENS, mode: "bearer", [key]: "/a", rules: [OPEN] })).toEqual([expect.stringMatching(new RegExp(`^${key}: unknown attribute`))]);
  });

  test("a typo is told as what it is, in a rule of any mode", () => {
    for (const mode of ["public", "deny", "bearer"]) expect(inRules({ path_prefx: "/a", mode })).toEqual(["rules[0].path_prefx: unknown attribute; did you mean path_prefix?"]);
    expect(mistakes({ ...TOKENS, mode: "bearer", rule: [OPEN] })).toEqual(["rule: unknown attribute; did you mean rules?"]);
  });
});

describe("which of several items is wrong", () => {
  test.each([
    ["host", ["a.example", "*.b"], ["[::1]", "127.0.0.1", "0x7f.1", "2130706433", "*.1", "http://a", "a:80", "*", "*.", "a.", "a/b", "*.*.a", "a..b", ".a", "a b", "bücher.example", "[::1", "[]"]],
    ["path", ["/a", "/"], ["a", "//a", "/a//b", "/a/../b", "/a;b", "/a%20b", "/a?b", "/a#b", "/a*", "/a b", "/ü", "\\a", "/a\\b", "/.", "/a/.", "/a./b", "/a:b", "/a~1"]],
    ["path_prefix", ["/", "/a/"], ["//", "/a//", "/*"]],
    ["method", ["GET"], ["get", "G T", "Post", "GET,POST"]],
  ])("%s", (key, right, wrong) => {
    const said = inRules({ mode: "public", path: "/p", [key]: [...right, "", ...wrong] });
    expect(said.filter((line) => line.endsWith("must not be empty"))).toEqual([`rules[0].${key}[${right.length}]: must not be empty`]);
    expect(said.filter((line) => !line.endsWith("must not be empty")).map((line) => /^rules\[0\]\.(\w+)(?:\[\d+\])?: .*, found "(.*)"$/.exec(line)?.slice(1))).toEqual(wrong.map((item) => [key, item]));
  });
});

test("a rule's warning says whose it is, and what it sets without use is named", () => {
  expect(lines({ ...LOGIN, rules: [{ path_prefix: "/o", ...OTHER_CLIENT, use_nonce: false }] }, "warn")).toEqual([expect.stringMatching(/^rules\[0\].*use_nonce is false/)]);
  expect(lines({ ...TOKENS, mode: "bearer", rules: [{ path: "/a", scope: "x" }] }, "warn")).toEqual([expect.stringMatching(/^rules\[0\].*not used by bearer tokens: scope/)]);
});

describe("mode", () => {
  test("a wrong one is the only thing that is said", () => {
    expect(mistakes({ ...TOKENS, mode: "pubic" })).toEqual(['mode: expected one of public, deny, bearer, browser, found "pubic"']);
    expect(mistakes({ ...LOGIN, mode: 7, rules: [OPEN, { path: "/a" }] })).toEqual(["mode: expected one of public, deny, bearer, browser, found a number"]);
    expect(inRules({ path: "/a", mode: "opne", realm: "x" })).toEqual(['rules[0].mode: expected one of public, deny, bearer, browser, found "opne"']);
  });
  test("open to all without rules is no protection", () => expect(mistakes({ ...TOKENS, mode: "public" })).toEqual([expect.stringMatching(/^mode: public lets every request pass/)]));
  test("beside bearer_only it is said twice", () => {
    expect(mistakes({ ...TOKENS, mode: "bearer", bearer_only: true })).toEqual(["bearer_only: is set by mode already: leave it out"]);
  });
  test("public and deny take no settings", () => {
    for (const mode of ["public", "deny"]) expect(inRules({ path: "/x", mode, realm: "x", unauth_action: "pass", claim_headers: { sub: "x-a" } }).sort()).toEqual(["claim_headers", "realm", "unauth_action"].map((key) => `rules[0].${key}: has no effect where mode is ${mode}`));
  });
});

describe("what is wrong for several rules", () => {
  test("is said once where it stands once", () => {
    expect(mistakes({ ...TOKENS, mode: "bearer", discovery: "x", rules: [{ path: "/a" }, { path: "/b" }, { path: "/c", realm: "c" }] })).toEqual([expect.stringMatching(/^discovery: expected a URL/)]);
    expect(mistakes({ mode: "bearer", rules: [{ path: "/a" }, { path: "/b" }] })).toEqual([expect.stringMatching(/^discovery: is required/)]);
  });
  test("is said at each rule that brings it", () => {
    expect(inRules({ path: "/a", timeout: 0 }, { path: "/b", timeout: 0 })).toEqual([0, 1].map((i) => `rules[${i}].timeout: expected a whole number from 1 to 60, found 0`));
  });
  test("draws nothing else after it", () => {
    expect(mistakes({ ...LOGIN, session: { secret: "short" }, rules: [{ path: "/a" }, { path: "/b", session: { secret: "brief" } }] })).toEqual([
      "session.secret: expected at least 16 characters, found 5", "rules[1].session.secret: expected at least 16 characters, found 5",
    ]);
  });
});

describe("two logins on one host", () => {
  const together = (rule: object, config: object = LOGIN): string[] => mistakes({ ...config, rules: [rule] });

  test("each shared address is named, at the rule", () => {
    expect(together({ path_prefix: "/b", client_id: "other" })).toEqual(["redirect_uri", "logout_path"].map((key) => expect.stringMatching(new RegExp(`^rules\\[0\\]\\.${key}: `))));
    expect(together({ path_prefix: "/b", ...OTHER_CLIENT, logout_path: "/callback" })).toEqual([expect.stringMatching(/^rules\[0\]\.logout_path: .*redirect_uri/)]);
    expect(mistakes({ ...LOGIN, userinfo_path: "/who", rules: [{ path_prefix: "/b", ...OTHER_CLIENT }] })).toEqual([expect.stringMatching(/^rules\[0\]\.userinfo_path: /)]);
    expect(mistakes({ ...LOGIN, backchannel_logout_path: "/back", rules: [{ path_prefix: "/b", ...OTHER_CLIENT }] })).toEqual([expect.stringMatching(/^rules\[0\]\.backchannel_logout_path: /)]);
    expect(mistakes({ ...LOGIN, rules: [{ path_prefix: "/b", ...OTHER_CLIENT }, { path_prefix: "/c", ...OTHER_CLIENT, client_id: "third" }] })).toEqual(["redirect_uri", "logout_path"].map((key) => expect.stringMatching(new RegExp(`^rules\\[0\\]\\.${key}: .*rules\\[1\\]`))));
  });
  test("hosts that overlap are one host", () => {
    const clash = (a: string | string[] | undefined, b: string | string[] | undefined): boolean => mistakes({ ...LOGIN, mode: "deny", rules: [{ host: a, path_prefix: "/a", mode: "browser" }, { host: b, path_prefix: "/b", mode: "browser", client_id: "b" }] }).length > 0;
    expect([clash("a.example", "a.example"), clash("A.example", "a.EXAMPLE"), clash("*.example", "a.example"), clash("a.b.example", "*.b.example"), clash("*.example", "*.b.example"), clash("*.b.example", "*.example"), clash(undefined, "a.example"), clash(["x.example", "a.example"], ["y.example", "a.example"])]).toEqual(Array(8).fill(true));
    expect([clash("a.example", "b.example"), clash("*.example", "example"), clash("*.a.example", "*.b.example"), clash("*.a.example", "xa.example"), clash("*.a.example", "a.example")]).toEqual(Array(5).fill(false));
  });
  test("cookies of one name are one cookie", () => {
    expect(together({ path_prefix: "/b", ...OTHER_CLIENT }, { ...LOGIN, session: { secret: SECRET, cookie_name: "s" } })).toEqual([expect.stringMatching(/^rules\[0\]\.session: .*cookie_name/)]);
    expect(together({ path_prefix: "/b", ...OTHER_CLIENT, session: { secret: SECRET, cookie_name: "t" } }, { ...LOGIN, session: { secret: SECRET, cookie_name: "s" } })).toEqual([]);
  });
  test("the same client with another secret could not read its own cookies", () => {
    for (const session of [{ secret: "fedcba9876543210fedcba9876543210" }, { secret: [SECRET, "fedcba9876543210fedcba9876543210"] }, { secret: SECRET, cookie_path: "/b" }, { secret: SECRET, cookie_secure: true }]) {
      const said = together({ path_prefix: "/b", session });
      expect([session, said[0]]).toEqual([session, expect.stringMatching(/^rules\[0\]\.session: /)]);
    }
  });
  test("without redirect_uri nobody could tell whose login comes back", () => {
    const { redirect_uri: _, ...suffix } = LOGIN;
    expect(together({ path_prefix: "/b", client_id: "other", logout_path: "/b/logout" }, suffix)).toEqual([expect.stringMatching(/^rules\[0\]\.redirect_uri: is required/)]);
  });
  test("a session's cookie is no bearer token, of no other rule either", () => {
    const named = { ...LOGIN, session: { secret: SECRET, cookie_name: "s" } };
    expect(together({ path: "/a", mode: "bearer", auth_accept_token_as: "cookie:s" }, named)).toEqual([expect.stringMatching(/^rules\[0\]\.auth_accept_token_as: /)]);
    expect(mistakes({ ...TOKENS, mode: "bearer", auth_accept_token_as: "cookie:s", rules: [{ ...named, path_prefix: "/a", mode: "browser", auth_accept_token_as: "header" }] })).toEqual([expect.stringMatching(/auth_accept_token_as/)]);
  });
});

test("duty 18: no secret of a rule is in the log", () => {
  const said = mistakes({ ...LOGIN, rules: [{ path: "/a", client_secret: "topsecret-topsecret", session: { secret: "topsecret-topsecret" } }, { path: "/b", mode: "a-very-long-secret-that-somebody-pasted-here" }, { path: "/c", discovery: DISCOVERY, session: { secret: "t0psecret" } }] });
  expect(said.length).toBeGreaterThan(2);
  expect(said.join()).not.toMatch(/t.psecret|secret-that/);
});
