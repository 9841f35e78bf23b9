// How the filter proves itself at the token endpoint (RFC 6749 §2.3.1, RFC 7523 §2.2): one way only, as configured.
import { createPublicKey, generateKeyPairSync, verify, type KeyObject } from "node:crypto";
import { ISSUER, NOW, signature } from "./fixture";
import { asked, browse, callbackPath, CLIENT, code, jump, location, openCall, redeeming, logIn } from "./browser";
import type { Callout } from "./host/callout";

const SECRET = "s3cr3t-of-the-gateway";
const TOKEN = `${ISSUER}/token`;

const callOf = (config: Record<string, unknown>): Callout => redeeming(browse(config).browser).call;
/** What a call says of the client, and where. */
const said = (call: Callout): Record<string, string> => ({
  ...(call.headers.has("authorization") ? { authorization: call.headers.get("authorization")! } : {}),
  ...Object.fromEntries([...call.form].filter(([name]) => name.startsWith("client_"))),
});

describe("duty 32: client_secret_basic", () => {
  test("is the default: in the header alone", () => {
    expect(said(callOf({}))).toEqual({ authorization: `Basic ${Buffer.from(`${CLIENT}:${SECRET}`).toString("base64")}` });
  });

  test.each([
    ["a:b", "c:d", "a%3Ab:c%3Ad"],
    ["a b", "c+d", "a+b:c%2Bd"],
    ["a%2Fb", "c/d?e=f&g#h", "a%252Fb:c%2Fd%3Fe%3Df%26g%23h"],
    ["ä", "ü€😀", "%C3%A4:%C3%BC%E2%82%AC%F0%9F%98%80"],
    ["~a!'()*", "-._", "~a%21%27%28%29*:-._"],
    ["\"\\\r\n", "x".repeat(2000), `%22%5C%0D%0A:${"x".repeat(2000)}`],
  ])("client_id %p: both are form-encoded before they are joined", (client_id, client_secret, expected) => {
    const { authorization } = said(callOf({ client_id, client_secret })), pair = Buffer.from(authorization!.slice(6), "base64").toString();
    const read = (text: string): string => decodeURIComponent(text.replaceAll("+", " "));
    // A blank is either, and so are characters that need not be encoded; there is one colon, and both are read back.
    expect(pair.split(":").map(read)).toEqual([client_id, client_secret]);
    expect(pair.replaceAll("%20", "+").replaceAll("%7E", "~").replaceAll("%2A", "*")).toBe(expected);
  });
});

describe("duty 32: the other ways with a secret", () => {
  test("client_secret_post: in the body alone, encoded", () => {
    const call = callOf({ token_endpoint_auth_method: "client_secret_post", client_id: "a&b=c", client_secret: "d e+%&client_id=x" });
    expect(said(call)).toEqual({ client_id: "a&b=c", client_secret: "d e+%&client_id=x" });
    expect(call.form.getAll("client_id")).toHaveLength(1);
  });

  test("none: only who it is; PKCE proves the rest", () => {
    const call = callOf({ token_endpoint_auth_method: "none", client_secret: undefined });
    expect(said(call)).toEqual({ client_id: CLIENT });
    expect(call.form.get("code_verifier")).toMatch(/^[\w-]{43}$/);
  });

  test.each(["client_secret_basic", "client_secret_post", "none"])("%s: a configured secret is never in the URL, nor in two places", (token_endpoint_auth_method) => {
    const call = callOf({ token_endpoint_auth_method }), where = [call.path, call.body, call.headers.get("authorization") ?? "", Buffer.from((call.headers.get("authorization") ?? "").slice(6), "base64").toString()];
    expect(where.filter((text) => text.includes(SECRET)).length).toBe(token_endpoint_auth_method === "none" ? 0 : 1);
    expect(call.path).toBe("/token");
  });

  test.each(["client_secret_basic", "client_secret_post", "client_secret_jwt"])("%s without a secret is refused at configuration", (token_endpoint_auth_method) => {
    expect(() => browse({ token_endpoint_auth_method, client_secret: undefined })).toThrow(/client_secret: is required/);
  });

  test("a way that nobody knows is refused, and so is private_key_jwt without a key", () => {
    for (const token_endpoint_auth_method of ["tls_client_auth", "client_secret", "NONE", ""]) expect(() => browse({ token_endpoint_auth_method })).toThrow(/token_endpoint_auth_method/);
    expect(() => browse({ token_endpoint_auth_method: "private_key_jwt" })).toThrow(/client_rsa_private_key: is required/);
  });
});

interface Read { header: Record<string, unknown>; claims: Record<string, unknown>; input: string; sig: Buffer }

function assertion(call: Callout): Read {
  expect(said(call)).toEqual({ client_id: CLIENT, client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", client_assertion: expect.any(String) });
  const [header, claims, sig] = call.form.get("client_assertion")!.split(".") as [string, string, string];
  const json = (part: string): Record<string, unknown> => JSON.parse(Buffer.from(part, "base64url").toString());
  return { header: json(header), claims: json(claims), input: `${header}.${claims}`, sig: Buffer.from(sig, "base64url") };
}

const usual = { iss: CLIENT, sub: CLIENT, aud: TOKEN, jti: expect.stringMatching(/^[\w-]{22,}$/), iat: NOW + 1, exp: NOW + 61 };

describe("duty 34: client_secret_jwt", () => {
  const config = { token_endpoint_auth_method: "client_secret_jwt", client_secret: "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdefX" };

  test.each(["HS256", "HS384", "HS512"])("%s: signed with the secret, which is sent nowhere", (client_jwt_assertion_alg) => {
    const call = callOf({ ...config, client_jwt_assertion_alg }), { header, claims, input, sig } = assertion(call);
    expect(header).toEqual({ alg: client_jwt_assertion_alg, typ: "JWT" });
    expect(claims).toEqual(usual);
    expect(sig.equals(signature(client_jwt_assertion_alg, config.client_secret, input))).toBe(true);
    expect(call.body + JSON.stringify(call.headers.list)).not.toContain(config.client_secret);
  });

  test("an algorithm of the other kind, or a secret shorter than the hash, is refused at configuration (RFC 7518 §3.2)", () => {
    expect(() => browse({ ...config, client_jwt_assertion_alg: "RS256" })).toThrow(/client_jwt_assertion_alg/);
    expect(() => browse({ ...config, client_secret: "x".repeat(31) })).toThrow(/client_secret: expected at least 32 bytes/);
  });
});

describe("duty 34: private_key_jwt", () => {
  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }), ec = (namedCurve: string): { privateKey: KeyObject } => generateKeyPairSync("ec", { namedCurve });
  const pem = (key: KeyObject, type: "pkcs8" | "pkcs1" | "sec1" = "pkcs8"): string => key.export({ type, format: "pem" } as never) as unknown as string;
  const config = { token_endpoint_auth_method: "private_key_jwt", client_secret: undefined, client_rsa_private_key: pem(rsa.privateKey), client_rsa_private_key_id: "key \"1\"" };
  const holds = ({ input, sig }: Read, alg: string, key: KeyObject): boolean => verify(`sha${alg.slice(2)}`, Buffer.from(input), { key: createPublicKey(key), dsaEncoding: "ieee-p1363" }, sig);

  test("an assertion for the token endpoint: for a minute, with an id of its own, signed by the key", () => {
    const read = assertion(callOf(config));
    expect(read.header).toEqual({ alg: "RS256", typ: "JWT", kid: "key \"1\"" });
    expect(read.claims).toEqual(usual);
    expect(holds(read, "RS256", rsa.privateKey)).toBe(true);
  });

  test.each<[string, KeyObject, string, "pkcs8" | "pkcs1" | "sec1", Record<string, unknown>]>([
    ["RS384", rsa.privateKey, "RS384", "pkcs1", { client_jwt_assertion_alg: "RS384" }],
    ["RS512", rsa.privateKey, "RS512", "pkcs8", { client_jwt_assertion_alg: "RS512" }],
    ["the curve's own, P-256", ec("P-256").privateKey, "ES256", "sec1", {}],
    ["the curve's own, P-384", ec("P-384").privateKey, "ES384", "pkcs8", {}],
    ["the curve's own, P-521", ec("P-521").privateKey, "ES512", "sec1", {}],
  ])("%s", (_, key, alg, form, more) => {
    const read = assertion(callOf({ ...config, client_rsa_private_key: pem(key, form), client_rsa_private_key_id: undefined, ...more }));
    expect(read.header).toEqual({ alg, typ: "JWT" });
    expect(holds(read, alg, key)).toBe(true);
  });

  test("aud and lifetime are as configured, and no longer than a minute", () => {
    const { claims } = assertion(callOf({ ...config, client_jwt_assertion_audience: ISSUER, client_jwt_assertion_expires_in: 5 }));
    expect([claims.aud, claims.exp]).toEqual([ISSUER, NOW + 6]);
    expect(() => browse({ ...config, client_jwt_assertion_expires_in: 61 })).toThrow(/client_jwt_assertion_expires_in/);
  });

  test("each call has a new one: after a failure, and at each refresh", () => {
    const { envoy, browser } = browse(config), ids: unknown[] = [];
    const { call } = redeeming(browser);
    ids.push(assertion(call).claims.jti);
    call.fail();
    browser.jar.clear();
    logIn(browser);
    ids.push(assertion(envoy.provider("idp").calls.filter(({ path }) => path === "/token").at(-1)!).claims.jti);
    jump(envoy, 301);
    browser.fetch("/api");
    const refresh = assertion(openCall(envoy, "/token"));
    ids.push(refresh.claims.jti);
    expect(new Set(ids).size).toBe(3);
    expect(refresh.claims.iat).toBe(NOW + 302);
  });

  test.each<[string, (browser: ReturnType<typeof browse>["envoy"]) => void]>([
    ["a host that signs no more", (envoy) => envoy.withoutForeign.add("sign")],
    ["a host that fails to sign", (envoy) => { envoy.foreign.sign = () => ({ status: 0, result: Buffer.from("\u001a\u0005error") }); }],
    ["a host that answers nothing", (envoy) => { envoy.foreign.sign = () => ({ status: 0 }); }],
    ["a host without randomness for jti", (envoy) => { envoy.failRandom = true; }],
  ])("%s: no call without proof: 503, and the log says why", (_, change) => {
    const { envoy, browser } = browse(config), ask = asked(browser.navigate("/page?a=1"));
    change(envoy);
    const { local } = browser.navigate(callbackPath(ask));
    expect(code(local)).toMatch(/^503 /);
    expect(envoy.callouts.map(String)).toEqual([]);
    expect(envoy.logText).toMatch(/cannot authenticate/);
    expect(browser.session).toBeUndefined();
  });

  test.each(["token_endpoint_auth_method", "introspection_endpoint_auth_method", "revocation_endpoint_auth_method"])("%s: an Envoy that does not sign (before 1.37) is refused at configuration", (method) => {
    const { token_endpoint_auth_method: _, ...key } = config;
    expect(() => browse({ ...key, client_secret: "s3cr3t-of-the-gateway", use_jwks: false, [method]: "private_key_jwt" }, { start: { sign: false } })).toThrow(
      "configuration: client_rsa_private_key: private_key_jwt needs Envoy 1.37 or newer: older versions do not sign");
  });

  test("what needs no signature of Envoy is not refused by one that does not sign", () => {
    expect(() => browse({}, { start: { sign: false } })).not.toThrow();
    expect(() => browse({ token_endpoint_auth_method: "client_secret_jwt", client_secret: "a-client-secret-of-more-than-thirty-two-bytes" }, { start: { sign: false } })).not.toThrow();
  });

  test("a key for signing that is none is refused at configuration, without a word of it in the log", () => {
    for (const client_rsa_private_key of ["-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "c2VjcmV0LWtleQ", createPublicKey(rsa.privateKey).export({ type: "spki", format: "pem" })]) {
      let said = "";
      try { browse({ ...config, client_rsa_private_key }); } catch (error) { said = String(error); }
      expect(said).toMatch(/client_rsa_private_key: /);
      expect(said).not.toMatch(/AAAA|c2VjcmV0/);
    }
  });

  test("the key stands in no call and no log", () => {
    const { envoy, browser } = browse(config, { start: { logLevel: "trace" } });
    location(logIn(browser));
    const line = config.client_rsa_private_key.split("\n")[3]!;
    expect(envoy.logText + envoy.history.map((call) => call.body + JSON.stringify(call.headers.list)).join()).not.toContain(line);
  });
});
