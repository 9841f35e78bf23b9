/** Messages about mistakes that are easily made: their place in the text, and the attribute that was meant. */
import { DISCOVERY, ISSUER, JWKS_CONFIG } from "./fixture";
import { mistakes } from "./mistakes";

const wrong = (changes: object, env?: Record<string, string>): string[] => mistakes({ ...JWKS_CONFIG, ...changes }, env);

describe("a text that is not JSON: line, column and the fault", () => {
  test.each([
    ['{\n  "bearer_only": true\n  "timeout": 3\n}', 'line 3, column 3: a comma is missing before this: "timeout": …'],
    ['{\n  "timeout": 3,\n}', "line 3, column 1: there is one comma too many before this: }"],
    ["{ 'timeout': 3 }", "line 1, column 3: strings are written in double quotes: { …: …}"],
    ['{\n  // seconds\n  "timeout": 3 }', "line 2, column 3: JSON has no comments: …"],
    ['{ "realm": "ünder", "timeout": 3', 'line 1, column 33: the document ends before everything in it is closed: { "realm": "…", "timeout": …'],
    ['{ "realm": "a\n", "timeout": 3 }', 'line 1, column 14: the string does not end on its line: { "realm": "…'],
    ['{ "realm": "äöü" "timeout": 3 }', 'line 1, column 18: a comma is missing before this: { "realm": "…" "timeout": …}'],
    ['{ "timeout": 03 }', 'line 1, column 15: not JSON from here on: { "timeout": …}'],
    ['{ "timeout": 3, "realm": "a", "timeout": 4 }', 'line 1, column 40: this name occurs twice in its object: { "timeout": …, "realm": "…", "timeout": …}'],
    ["", "expected a JSON object, found nothing"], [" \n", "expected a JSON object, found nothing"], ['"x"', "expected a JSON object, found a string"], ["7", "expected a JSON object, found a number"],
    ["[".repeat(40), "line 1, column 33: nested too deep: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["],
  ])("%j", (text, message) => expect(mistakes(text)).toEqual([message]));

  test("of a long line, only the part around the mistake", () => {
    const pad = '"realm": "x", '.repeat(20);
    expect(mistakes(`{ ${pad} "timeout" 3, ${pad} }`)[0]).toMatch(/^line 1, column 294: not JSON from here on: .{20,110}$/);
  });

  test("a text that is too large", () => expect(mistakes(`{ "realm": "${"x".repeat(262144)}" }`)).toEqual(["expected at most 262144 bytes, found 262159"]));

  test("duty 18: a secret made of attribute names, or of one word, is not in the message", () => {
    for (const secret of ["scope-true-user", "cookie secret", "secret", "null"]) {
      expect(mistakes(`{ "client_secret": "${secret}" "timeout": 3 }`)).toEqual([expect.stringMatching(/^line 1, column \d+: a comma is missing before this: { "client_secret": "…(?: …)?" "timeout": …}$/)]);
    }
  });

  test.each([
    '{ "client_secret": "S3cret-w0rd, with: {signs}" "timeout": 3 }', '{ "client_secret": "S3cret-w0rd, "timeout": 3 }', '{ "client_secret": S3cret-w0rd" }', "{ 'client_secret': 'S3cret-w0rd' }",
    '{ "session": { "secret": "S3cret-w0rd\n" } }', '{"client_secret":"S3cret-w0rd"', 'client_secret: S3cret-w0rd', '{"S3cret-w0rd"}', `{"x":"${"y".repeat(60)}S3cret-w0rd`, '{ "client_secret": "S3cret_w0rd\\" }',
  ])("duty 18: no value is in the message, wherever a quote is missing: %j", (text) => {
    const [line] = mistakes(text);
    expect(line).toMatch(/^line \d+, column \d+: /);
    expect(line).not.toMatch(/S3cret|w0rd|signs|with|yy/);
  });
});

test("duty 18: wherever a text is cut, or one character is missing or replaced, no value is in a message, and nothing traps", () => {
  const text = '{\n "discovery": "https://Q/", "client_secret": "ZKX,:{Q\\u00e9 ZKX",\n "session": { "secret": ["ZKX ü ZKX", "QZK: \\"ZKX"] }, "timeout": 3\n}';
  for (let i = 0; i < text.length; i++) {
    for (const broken of [text.slice(0, i), text.slice(0, i) + text.slice(i + 1), `${text.slice(0, i)}"${text.slice(i)}`, `${text.slice(0, i)}\u0000${text.slice(i + 1)}`]) {
      const lines = mistakes(broken);
      expect(lines.length).toBeGreaterThan(0);
      if (/^line \d/.test(lines[0]!)) expect([lines.length, /ZK|KX|Q|é|ü/.test(lines[0]!)]).toEqual([1, false]);
    }
  }
});

test("for a google.protobuf.Struct, as Envoy passes it, the message asks for a StringValue", () => {
  const entry = (key: string, value: number[]): number[] => {
    const inner = [0x0a, key.length, ...Buffer.from(key), 0x12, value.length, ...value];
    return [0x0a, inner.length, ...inner];
  };
  const struct = Uint8Array.from([...entry("bearer_only", [0x20, 1]), ...entry("timeout", [0x11, 0, 0, 0, 0, 0, 0, 8, 0x40])]);
  expect(mistakes(struct)).toEqual(["expected JSON, found a protobuf message: give the JSON as the value of a google.protobuf.StringValue, not of a Struct"]);
});

describe("the message names the attribute that was meant", () => {
  test.each<[object, string]>([
    [{ claim_validator: { valid_audiences: ["a"] } }, "claim_validator.valid_audiences: unknown attribute; it belongs in claim_validator.audience"],
    [{ valid_issuers: ["a"] }, "valid_issuers: unknown attribute; it belongs in claim_validator.issuer"],
    [{ cookie_secure: true }, "cookie_secure: unknown attribute; it belongs in session"],
    [{ claim_validator: { client_id: "a" } }, "claim_validator.client_id: unknown attribute; it belongs in the outermost object"],
    [{ path_prefix: "/a" }, "path_prefix: unknown attribute; it belongs in rules[]"],
    [{ rules: [{ path: "/a", claim_validator: { audience: { valid_issuers: [] } } }] }, "rules[0].claim_validator.audience.valid_issuers: unknown attribute; it belongs in claim_validator.issuer"],
  ])("%j", (changes, message) => expect(wrong(changes)).toEqual([message]));

  test.each(["any", "false", "true", "", "is use_jwks here"])("%j is an unknown attribute, without a suggestion from the table of other products", (name) => {
    expect(wrong({ [name]: 1 })).toEqual([expect.stringContaining(`${name}: unknown attribute`)]);
  });

  test("also if another mode does not use the attribute, or if the value is wrong", () => {
    expect(mistakes({ mode: "deny", relm: "x", rules: [{ path: "/a", mode: "public" }] })).toEqual(["relm: unknown attribute; did you mean realm?"]);
    expect(wrong({ bearer_only: undefined, mode: "bearr", relm: "x" })).toEqual(['mode: expected one of public, deny, bearer, browser, found "bearr"', "relm: unknown attribute; did you mean realm?"]);
  });
});

describe("for an issuer in discovery, the message says what to append", () => {
  const APPEND = "discovery: does not end in /.well-known/openid-configuration: append that to the issuer; if this is the URL of the metadata, set issuer";
  test.each<[object]>([[{ discovery: ISSUER }], [{ discovery: `${ISSUER}/` }], [{ discovery: ISSUER, issuer: ISSUER }], [{ discovery: `${ISSUER}/`, issuer: ISSUER }], [{ discovery: `${ISSUER}/realms/a` }], [{ discovery: `${DISCOVERY}/` }]])("%j", (changes) => {
    expect(wrong(changes)).toEqual([APPEND]);
  });
  test("metadata at another address are accepted with their issuer", () => expect(wrong({ discovery: `${ISSUER}/metadata`, issuer: ISSUER })).toEqual([]));
});

describe("claim_headers the wrong way round", () => {
  test.each([
    ["x-user-id", "sub"], ["X-Email", "email"], ["user-id", "sub"], ["x-roles", "custom"],
  ])("%s: %s", (header, claim) => {
    expect(wrong({ claim_headers: { [header]: claim } })).toEqual([`claim_headers.${header}: the claim comes first, then its header: write "${claim}": "${header}"`]);
  });
  test("pairs that only look similar are accepted", () => {
    expect(wrong({ claim_headers: { sub: "sub2", email: "x-email", "https://example.com/user-roles": "roles", "x-hasura-role": "x-hasura-role", "user-kind": "kind", phone: "phone" } })).toEqual([]);
  });
});

test("for an unset variable, the message names both remedies", () => {
  expect(wrong({ realm: "$ENV://REALM" })).toEqual(["realm: the environment has no variable REALM; name it in vm_config.environment_variables and set it; before Envoy 1.39 another plugin with the same vm_id may have come first"]);
});

test("every wrong item of a list is named with its place", () => {
  expect(wrong({ required_scopes: ["ok", "a b", 7, "c\"d"], token_signing_alg_values_expected: ["RS256", "none", "XX"], auth_accept_token_as: ["header", "body", "x"] })).toEqual([
    'auth_accept_token_as[1]: expected "header", "header:NAME", "query:NAME", "cookie" or "cookie:NAME"', 'auth_accept_token_as[2]: expected "header", "header:NAME", "query:NAME", "cookie" or "cookie:NAME"',
    "required_scopes[2]: expected a string, found a number", expect.stringMatching(/^required_scopes\[1\]: is not a scope/), expect.stringMatching(/^required_scopes\[3\]: is not a scope/),
    expect.stringMatching(/^token_signing_alg_values_expected\[1\]: expected some of RS256/), expect.stringMatching(/^token_signing_alg_values_expected\[2\]: expected some of RS256/),
  ]);
});
