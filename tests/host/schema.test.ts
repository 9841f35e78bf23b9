/** envoy-oidc.schema.json and the filter's own reader give the same verdicts on each attribute; every configuration of the documentation passes both. */
import { generateKeyPairSync } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv2020 from "ajv/dist/2020";
import { parse } from "yaml";
import { readList, type Attribute } from "../../cli/attributes/list";
import { DISCOVERY, INTROSPECTION_CONFIG, ISSUER } from "./fixture";
import { mistakes } from "./mistakes";

const ROOT = join(__dirname, "../..");
const fits = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true, strictRequired: false }).compile(JSON.parse(readFileSync(join(ROOT, "envoy-oidc.schema.json"), "utf8")));
const { attributes, foreign } = readList();

const ENV = { SECRET: "0123456789abcdef0123456789ABCDEF", CLIENT: "the-secret-of-the-client-of-32-b" };
const KEYS = generateKeyPairSync("rsa", { modulusLength: 2048, publicKeyEncoding: { type: "spki", format: "pem" }, privateKeyEncoding: { type: "pkcs8", format: "pem" } });

/** Configurations that use the attribute. The filter does not check unused ones. */
const LOGIN = { discovery: DISCOVERY, provider_cluster: "idp", client_id: "app", client_secret: "$ENV://CLIENT", redirect_uri: "https://app.example.com/cb", session: { secret: "$ENV://SECRET" } };
const ASSERTIONS = { ...LOGIN, token_endpoint_auth_method: "private_key_jwt", client_rsa_private_key: KEYS.privateKey };
const RULES = { mode: "deny", rules: [{ path: "/a", mode: "public" }] };
const OTHERS: Record<string, object> = {
  public_key: { bearer_only: true, issuer: ISSUER }, symmetric_key: { bearer_only: true, issuer: ISSUER, token_signing_alg_values_expected: "HS256" },
  accept_id_token_as_bearer: { ...LOGIN, claim_validator: { audience: { valid_audiences: ["a"] } } }, mode: { ...LOGIN, rules: RULES.rules }, rules: { mode: "deny" },
};

function baseOf({ name, for: use }: Attribute): object {
  return OTHERS[name] ?? (name.startsWith("rules[].") ? RULES : use === "introspection" ? { ...INTROSPECTION_CONFIG, client_secret: "$ENV://CLIENT" } : use === "assertions" ? ASSERTIONS : LOGIN);
}

/** The configuration with this value at the path. */
function withValue(base: object, path: string, value: unknown): object {
  const config = structuredClone(base) as Record<string, any>, steps = path.replace("[]", ".0").split(".");
  let at = config;
  for (const step of steps.slice(0, -1)) at = at[step] ??= {};
  at[steps.at(-1)!] = value;
  return config;
}

/** Without messages about missing attributes, because pages also show parts of configurations. */
const complete = (lines: string[]): string[] => lines.filter((line) => !line.includes(": is required"));

const RULE = { claim: "sub", equals: "joe" };
/** Format → valid and invalid values. */
const TEXTS: Record<string, [right: unknown[], wrong: unknown[]]> = {
  text: [["a", "ü b"], []],
  URL: [["https://idp.example.com/.well-known/openid-configuration", "https://[::1]:8080/a/.well-known/openid-configuration"], ["idp.example.com", "https://", "https://u@idp.example.com/", "ftp://a", "https://a b", "https://a/#x", "https://:80/"]],
  path: [["/a", "/a/b.c~d"], ["a", "/", "//a", "/a?b", "/a#b", "/a/../b", "/a b", "/a\\b", "https://a/b"]],
  "URL or path": [["https://app.example.com/x", "/x"], ["x", "//x", "/x#y", "ftp://x/y"]],
  "header name": [["X-A_1"], ["a b", "a:b", "ä"]],
  "claim path": [["a", "realm_access.roles", "https://a.example/b"], ["a b", "a.b.c.d.e.f.g.h.i.j", "ä"]],
  "cookie name": [["s", "a!b"], ["a b", "a;b", "a".repeat(65)]],
  "cookie path": [["/", "/cb"], ["a", "/a;b", "/a b"]],
  domain: [["example.com", ".app.example.com"], ["a b", "a..b", "a_b"]],
  PEM: [[KEYS.publicKey], ["MIIB"]],
  "quotable text": [["a b"], ['a"b', "a\\b", "ä"]],
  scope: [["a:b"], ["a b", 'a"b', "ä"]],
  scopes: [["openid a:b", "openid"], ['a"b', "ä"]],
  "parameter name": [["a.b-c_d"], ["a=b", "a b"]],
  "place of a token": [["header", "Cookie", "header:X-A", "query:t", "cookie:c"], ["body", "query:", "query:a b", "header:a b"]],
  secret: [["0123456789abcdef-long-enough"], ["short"]],
  "host pattern": [["app.example.com", "*.example.com"], ["http://a", "a b", "*", "a:80", "a..b"]],
  "plain path": [["/", "/a/b"], ["a", "//a", "/a?b", "/a*", "/a%20b", "/a;b", "/a/../b"]],
  "short text": [["Shop", "ü <b>"], ["a\nb", "a".repeat(101)]],
  "data URI of an image": [["data:image/png;base64,iVBORw0KGgo=", "data:image/svg+xml;base64,AAAA"], ["https://a/logo.png", "data:text/html;base64,AAAA", "data:image/png;base64,", "data:image/png;base64,A"]],
  "URL, path or mailto": [["https://help.example.com/", "/help?a=1", "mailto:help@example.com"], ["help", "//x", "javascript:alert(1)", "mailto:x", "ftp://x/y"]],
  color: [["#1c5fb0", "#FFCC00"], ["blue", "#fff", "1c5fb0"]],
  method: [["GET", "M-SEARCH"], ["get", "G T"]],
  "rule name": [["api", "A-b_1", "none2"], ["none", "1a", "-a", "a.b", "a b", "ä", "a".repeat(65)]],
};
/** Values of the format that the attribute does not accept. */
const NOT_FOR: Record<string, unknown[]> = { client_jwt_assertion_alg: ["ES256", "ES384", "ES512", "HS256", "HS384", "HS512"], logout_path: ["/cb"], redirect_uri: ["/x"] };

function samples(a: Attribute): [right: unknown[], wrong: unknown[]] {
  const most = a.max ?? 0, [texts, noTexts] = a.words ? [a.words, ["nonesuch", a.words[0]!.toUpperCase() + "_"]] : TEXTS[a.format ?? "text"]!;
  if (a.name === "client_rsa_private_key") return [[KEYS.privateKey], ["MIIB", 7, null]];
  if (a.name === "symmetric_key") return [["0123456789abcdef0123456789abcdef", "$ENV://SECRET"], [7, "", null]];
  switch (a.type) {
    case "boolean": return [[true, false], ["true", 1, null, []]];
    case "off": return [[false], [true, "no", 0]];
    case "whole": return [[a.min, a.max, ...(a.zero ? [0] : [])], [a.min! - 1, a.max! + 1, a.min! + 0.5, String(a.min), null].filter((value) => !(a.zero && value === 0))];
    case "word": case "text": return [[...texts], [...noTexts, "", 7, null, [], {}]];
    case "texts": {
      const distinct = texts.map((text) => a.words ? [text] : text);
      return [[...distinct, a.words ? [texts[0]] : texts.slice(0, most || 9)], [...noTexts, [], [7], [""], {}, 7, ...noTexts.map((text) => [texts[0], text]), ...(most ? [Array.from({ length: most + 1 }, (_, i) => `item-number-${i}-of-list`)] : [])]];
    }
    case "object": return [[{}], [[], "x", null, ...(a.open ? [] : [{ nonesuch: 1 }])]];
    case "map": return mapSamples(a);
    case "rules": return [[RULES.rules, Array(64).fill(RULES.rules[0])], [[], {}, "x", null, [7], Array(65).fill(RULES.rules[0]), [{}], [{ path: "/a", cache_max_kib: 64, mode: "public" }], [{ path: "/a", nonesuch: 1 }]]];
    case "claim rule": return [
      [RULE, { all: [RULE, { not: RULE }] }, { any: [{ claim: "a.b", one_of: ["x", 1, true] }] }, { claim: "a", exists: false }, { claim: "a", contains: 7 }],
      [{}, [], "x", null, { all: [] }, { all: RULE }, { claim: "a" }, { claim: "a b", equals: 1 }, { ...RULE, contains: 1 }, { equals: 1 }, { ...RULE, all: [RULE] }, { not: [RULE] }, { claim: "a", equals: null }, { claim: "a", one_of: [] }, { claim: "a", exists: 1 }, { ...RULE, nonesuch: 1 }],
    ];
    case "claim schema": return [
      [true, {}, { type: "object", properties: { a: { enum: ["x"] } }, required: ["a"] }, { anyOf: [{ minLength: 3 }, false] }, { items: { type: ["string", "null"] }, title: "x" }],
      [7, "x", [], null, { type: "text" }, { nonesuch: 1 }, { required: "a" }, { enum: [] }, { minLength: -1 }, { properties: [] }, { anyOf: {} }, { items: 7 }],
    ];
  }
}

const CODES = [...readFileSync(join(ROOT, "assembly/flow/decision/refusal.ts"), "utf8").matchAll(/new Refusal\("(\w+)"/g)].map(([, code]) => code!);

function mapSamples(a: Attribute): [right: unknown[], wrong: unknown[]] {
  if (a.names === "code of a refusal") {
    const pages = (n: number) => Object.fromEntries(CODES.slice(0, n).map((code) => [code, "<p>{{code}}</p>"]));
    return [[{}, { default: "<p>" }, pages(a.max!)], [[], "x", null, { default: {} }, { default: "" }, { "a b": "<p>" }, pages(a.max! + 1)]];
  }
  const value = a.values === "header name" ? "x-a" : "v", name = a.names === "host and port" ? "a.example:8443" : "acr_values", many = (n: number) => Object.fromEntries(Array.from({ length: n }, (_, i) => [`n${i}`, a.values === "header name" ? `x-${i}` : "v"]));
  return [[{}, { [name]: value }, many(a.max!), ...(a.values === "scalar" ? [{ n: 1, b: true }] : [])], [[], "x", null, { [name]: {} }, { [name]: "" }, { "a b": value }, many(a.max! + 1)]];
}

describe.each(attributes.map((a) => [a.name, a] as [string, Attribute]))("%s", (name, a) => {
  const [right, wrong] = samples(a), path = name.replace("[]", "[0]");
  const about = (lines: string[]): string[] => lines.filter((line) => line === path || [":", ".", "[", " "].some((next) => line.startsWith(path + next)));

  test.each(right.filter((value) => !NOT_FOR[name]?.includes(value)).map((value) => [JSON.stringify(value).slice(0, 80), value]))("%s is accepted by both", (_, value) => {
    const config = withValue(baseOf(a), name, value), valid = fits(config);
    expect({ schema: valid ? [] : fits.errors, filter: about(complete(mistakes(config, ENV))) }).toEqual({ schema: [], filter: [] });
  });

  test.each(wrong.map((value) => [JSON.stringify(value).slice(0, 80), value]))("%s is refused by both", (_, value) => {
    const config = withValue(baseOf(a), name, value);
    expect({ value, schema: fits(config), filter: about(mistakes(config, ENV)).length > 0 }).toEqual({ value, schema: false, filter: true });
  });
});

describe("attributes of other products", () => {
  test.each(foreign.map((e) => [e.name, e] as [string, typeof e]))("%s", (name, { harmless }) => {
    const values: unknown[] = ["x", true, false, {}, { disable: true }];
    const verdicts = (value: unknown): unknown => [value, fits({ ...LOGIN, [name]: value }), mistakes({ ...LOGIN, [name]: value }, ENV).length === 0];
    expect(values.map(verdicts)).toEqual(values.map((value) => {
      const accepted = harmless === "any" || harmless !== undefined && (value === harmless || JSON.stringify(value) === "{}");
      return [value, accepted, accepted];
    }));
  });
});

test("an unknown name is refused by both, in each object", () => {
  for (const config of [{ ...LOGIN, nonesuch: 1 }, withValue(LOGIN, "session.nonesuch", 1), withValue(LOGIN, "claim_validator.audience.nonesuch", 1), withValue(LOGIN, "endpoint_clusters.nonesuch", "a")]) {
    expect([fits(config), mistakes(config, ENV).join()]).toEqual([false, expect.stringMatching(/nonesuch: unknown attribute/)]);
  }
});

/** The example of this page shows mistakes. tests/cli/documentation.test.ts runs it. */
const WRONG_ON_PURPOSE = ["command-line.md"];

describe("every configuration to copy is accepted by both", () => {
  const pages = readdirSync(join(ROOT, "docs"), { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".md") && !WRONG_ON_PURPOSE.includes(file)).map((file) => `docs/${file}`).concat("README.md");
  /** A later block of a provider's page is added to its first one. */
  const whole = (file: string, blocks: string[]): string[] => file.startsWith("docs/providers/") ? blocks.map((block) => JSON.stringify({ ...JSON.parse(blocks[0]!) as object, ...JSON.parse(block) as object })) : blocks;
  const found = pages.flatMap((file) => whole(file, [...readFileSync(join(ROOT, file), "utf8").matchAll(/```(json|yaml)\n([^]*?)```/g)].flatMap(([, kind, text]) => {
    const json = kind === "json" ? [text!] : [...text!.matchAll(/value: \|\n((?: +.*\n)+)/g)].map(([, value]) => value!);
    return json.filter((one) => /^\s*\{[^]*"(?:discovery|rules|issuer)"/.test(one));
  })).map((one, i) => [`${file} (${i + 1})`, one] as [string, string])).concat(["bearer", "browser"].map((name) => [`envoy/${name}.yaml`, configurationIn(parse(readFileSync(join(ROOT, `envoy/${name}.yaml`), "utf8")))]));

  test("the configurations are found", () => expect(found.length).toBeGreaterThan(15));
  test.each(found)("%s", (_, text) => {
    const config = JSON.parse(text) as object, env = Object.fromEntries([...text.matchAll(/\$ENV:\/\/(\w+)/g)].map(([, name], i) => [name!, `${ENV.SECRET}-${i}`]));
    const valid = fits(config);
    expect({ schema: valid ? [] : fits.errors, filter: complete(mistakes(config, env)) }).toEqual({ schema: [], filter: [] });
  });
});

function configurationIn(value: unknown): string {
  if (typeof value !== "object" || value === null) return "";
  const own = (value as { configuration?: { value?: string } }).configuration?.value;
  return own ?? Object.values(value).map(configurationIn).find((text) => text !== "") ?? "";
}
