// The ID Token of a login: it must be signed by the provider, for this client and this login; every other one ends the login (OpenID Connect Core §3.1.3.7).
import { createHash, createPublicKey } from "node:crypto";
import { AUDIENCE, asked as callsTo, b64u, claims, ISSUER, KEY, makeKey, NOW, signature, token, type Key } from "./fixture";
import { accessToken, browse, Browser, BROWSER_METADATA, CLIENT, code, idToken, jump, location, openCall, redeeming, serveBrowser, tokens, tryAgain, USERINFO } from "./browser";
import type { Envoy } from "./host/envoy";

type Make = (nonce: string) => string;
const OTHER = makeKey("k1"), ES = makeKey("es", "ES256"), UNKNOWN = makeKey("k2");

/** The result of a login with that ID Token. */
function outcome(make: Make, config: Record<string, unknown> = {}, keys: Key[] = [KEY, ES], metadata: object = BROWSER_METADATA): { code: string; envoy: Envoy; browser: Browser } {
  const { envoy, browser } = browse(config, { keys, metadata }), { ask, back, call } = redeeming(browser);
  call.json(tokens(ask.nonce, { id_token: make(ask.nonce) }));
  const userinfo = envoy.callouts.find(({ path }) => path === "/userinfo");
  userinfo?.json(USERINFO);
  envoy.advance(1);
  const { local } = browser.take(back);
  if (local.status >= 400) expect([tryAgain(local), browser.session, browser.logins, userinfo]).toEqual(["/page?a=1", undefined, [], undefined]);
  return { code: code(local), envoy, browser };
}

const refuses = (make: Make, config?: Record<string, unknown>): void => {
  const { code, envoy } = outcome(make, config);
  expect(code).toBe("502 login_failed");
  expect(envoy.logText).toMatch(/(error|warn): .*the ID Token/);
};
const having = (changes: Record<string, unknown>): Make => (nonce) => idToken(nonce, changes);
const payload = (text: (json: string) => string): Make => (nonce) => token({}, { payload: text(JSON.stringify(claims({ aud: CLIENT, nonce, sub: "alice" }))) });
const header = (header: Record<string, unknown>): Make => (nonce) => token({ aud: CLIENT, nonce, sub: "alice" }, { header });
const forged = (alg: string, sig: (input: string) => string): Make => (nonce) => {
  const input = `${b64u({ alg, kid: "k1" })}.${b64u(claims({ aud: CLIENT, nonce, sub: "alice" }))}`;
  return `${input}.${sig(input)}`;
};

test("a valid one is accepted with any of the provider's keys", () => {
  for (const key of [KEY, ES]) expect(outcome((nonce) => idToken(nonce, {}, key)).code).toBe("303 signed_in");
});

describe("signature and form", () => {
  test.each<[string, Make]>([
    ["duty 43: alg none", forged("none", () => "")],
    ["duty 43: alg nOnE with a signature", forged("nOnE", () => "AAAA")],
    ["duty 43: an empty signature", forged("RS256", () => "")],
    ["duty 43: two parts", (nonce) => idToken(nonce).split(".").slice(0, 2).join(".")],
    ["five parts (encrypted)", (nonce) => `${idToken(nonce)}.a.b`],
    ["not a JWT", () => "abc"],
    ["duty 44: HS256 with the client's secret", forged("HS256", (input) => b64u(signature("HS256", "s3cr3t-of-the-gateway", input)))],
    ["duty 44: HS256 with the public key", forged("HS256", (input) => b64u(signature("HS256", JSON.stringify(KEY.jwk), input)))],
    ["duty 45: RS1", forged("RS1", () => "AAAA")],
    ["another key under the same kid", (nonce) => idToken(nonce, {}, OTHER)],
    ["a changed signature", (nonce) => idToken(nonce).replace(/.{9}$/, "AAAAAAAA0")],
    ["changed claims", (nonce) => { const [head, , sig] = idToken(nonce).split("."); return `${head}.${b64u(claims({ aud: CLIENT, nonce, sub: "admin" }))}.${sig}`; }],
    ["duty 50: a key in its own header", (nonce) => token({ aud: CLIENT, nonce }, { key: OTHER, header: { jwk: OTHER.jwk, kid: "x" } })],
    ["duty 51: crit", header({ crit: ["exp"] })],
    ["duty 51: b64", header({ b64: false })],
    ["duty 67: zip", header({ zip: "DEF" })],
    ["duty 55: padding", (nonce) => `${idToken(nonce)}==`],
    ["duty 56: a claim twice", payload((json) => json.replace('"sub":"alice"', '"sub":"alice","sub":"admin"'))],
    ["duty 56: a lone surrogate", payload((json) => json.replace("{", '{"x":"\\ud800",'))],
    ["duty 56: a list", payload(() => "[]")],
    ["duty 66: a token of 17 kB", having({ x: "a".repeat(17_000) })],
    ["duty 66: deep nesting", payload((json) => json.replace("{", `{"x":${"[".repeat(100)}${"]".repeat(100)},`))],
  ])("%s is refused", (_, make) => refuses(make));

  test("duty 46: an algorithm that is not expected is refused", () => {
    refuses((nonce) => idToken(nonce), { token_signing_alg_values_expected: ["ES256"] });
    expect(outcome((nonce) => idToken(nonce, {}, ES), { token_signing_alg_values_expected: ["ES256"] }).code).toBe("303 signed_in");
  });

  describe("duty 46: the algorithm that the client is registered for", () => {
    const by = (key: Key) => (nonce: string) => idToken(nonce, {}, key);

    test.each<[string, Record<string, unknown>, string, Key, boolean]>([
      ["the registered one", { id_token_signed_response_alg: "ES256" }, "", ES, true],
      ["another one", { id_token_signed_response_alg: "ES256" }, "", KEY, false],
      ["one of several", { id_token_signed_response_alg: ["RS256", "ES256"] }, "", KEY, true],
      ["the registered one, if bearer tokens may not use it", { id_token_signed_response_alg: "ES256", token_signing_alg_values_expected: "RS256" }, "", ES, true],
      ["one that only bearer tokens may use", { id_token_signed_response_alg: "ES256", token_signing_alg_values_expected: "RS256" }, "", KEY, false],
      ["one that the provider lists", {}, "RS256", KEY, true],
      ["one that the provider does not list", {}, "RS256", ES, false],
      ["one that the provider does not list, but the configuration does", { id_token_signed_response_alg: "ES256" }, "RS256", ES, true],
      ["one, if the provider lists only unknown and symmetric ones", {}, "HS256 none XS1", ES, true],
    ])("%s", (_, config, listed, key, passes) => {
      const found = outcome(by(key), config, undefined, listed === "" ? undefined : { ...BROWSER_METADATA, id_token_signing_alg_values_supported: listed.split(" ") });
      expect(found.code).toBe(passes ? "303 signed_in" : "502 login_failed");
    });
  });

  test("duty 44: client_secret verifies ID Tokens if HS256 is expected of them, and never a bearer token", () => {
    const hs256 = (secret: string): Make => forged("HS256", (input) => b64u(signature("HS256", secret, input))), config = { token_signing_alg_values_expected: ["HS256", "RS256"] };
    for (const alone of [config, { token_signing_alg_values_expected: "HS256" }]) {
      const { code: ended, envoy, browser } = outcome(hs256("s3cr3t-of-the-gateway"), alone);
      expect(ended).toBe("303 signed_in");
      void browser.fetch("/api").forwarded;
      const bearer = { authorization: `Bearer ${forged("HS256", (input) => b64u(signature("HS256", "s3cr3t-of-the-gateway", input)))("n")}` };
      expect(code(new Browser(envoy).fetch("/api", bearer).local)).toBe("401 algorithm_refused");
      refuses(hs256("another"), alone);
      refuses(hs256(""), alone);
      refuses(hs256(JSON.stringify(KEY.jwk)), alone);
    }
    expect(outcome((nonce) => idToken(nonce), config).code).toBe("303 signed_in");
    refuses((nonce) => idToken(nonce), { token_signing_alg_values_expected: "HS256" });
    refuses(hs256("s3cr3t-of-the-gateway"));
  });

  test("duty 44: with HS256 as the registered algorithm client_secret verifies ID Tokens, and bearer tokens are verified as before", () => {
    const hs256 = (secret: string): Make => forged("HS256", (input) => b64u(signature("HS256", secret, input)));
    for (const expected of [undefined, "RS256"]) {
      const config = { id_token_signed_response_alg: "HS256", token_signing_alg_values_expected: expected };
      const { code: ended, envoy } = outcome(hs256("s3cr3t-of-the-gateway"), config, undefined, { ...BROWSER_METADATA, id_token_signing_alg_values_supported: ["RS256"] });
      expect(ended).toBe("303 signed_in");
      expect(code(new Browser(envoy).fetch("/api", { authorization: `Bearer ${hs256("s3cr3t-of-the-gateway")("n")}` }).local)).toBe("401 algorithm_refused");
      refuses(hs256("another"), config);
      refuses(hs256(""), config);
      refuses(hs256(JSON.stringify(KEY.jwk)), config);
      refuses((nonce) => idToken(nonce), config);
    }
    for (const listed of [["HS256"], ["HS256", "RS256"]]) {
      expect(outcome(hs256("s3cr3t-of-the-gateway"), {}, undefined, { ...BROWSER_METADATA, id_token_signing_alg_values_supported: listed }).code).toBe("502 login_failed");
    }
  });

  test("duty 44: beside symmetric_key, client_secret verifies nothing", () => {
    const key = "0123456789abcdef0123456789abcdefX", config = { symmetric_key: key, token_signing_alg_values_expected: "HS256", use_jwks: undefined };
    expect(outcome(forged("HS256", (input) => b64u(signature("HS256", key, input))), config).code).toBe("303 signed_in");
    refuses(forged("HS256", (input) => b64u(signature("HS256", "s3cr3t-of-the-gateway", input))), config);
  });

  test("beside public_key, which verifies bearer tokens, ID Tokens are verified with the provider's keys", () => {
    const pem = createPublicKey(ES.privateKey).export({ type: "spki", format: "pem" }), config = { public_key: pem, use_jwks: undefined, claim_validator: { issuer: { valid_issuers: [ISSUER] } } };
    expect(outcome((nonce) => idToken(nonce), config).code).toBe("303 signed_in");
    refuses((nonce) => idToken(nonce, {}, OTHER), config);
  });
});

describe("claims", () => {
  test.each<[string, Record<string, unknown>]>([
    ["duty 14: no nonce", { nonce: undefined }],
    ["duty 14: another nonce", { nonce: "x".repeat(43) }],
    ["duty 14: an empty nonce", { nonce: "" }],
    ["duty 14: a list of nonces", { nonce: ["x"] }],
    ["duty 57: no exp", { exp: undefined }],
    ["duty 57: exp is in the past", { exp: NOW }],
    ["duty 57: exp is a string, in the past", { exp: `${NOW}` }],
    ["duty 57: exp is a date", { exp: "2100-01-01T00:00:00Z" }],
    ["duty 57: exp is an empty string", { exp: "" }],
    ["duty 57: exp is negative", { exp: -1e300 }],
    ["duty 57: exp is null", { exp: null }],
    ["no iat", { iat: undefined }],
    ["duty 58: iat beyond iat_slack", { iat: NOW + 130, exp: NOW + 500 }],
    ["duty 58: iat is a string, beyond iat_slack", { iat: `${NOW + 130}`, exp: NOW + 500 }],
    ["iat is null", { iat: null }],
    ["duty 58: nbf beyond iat_slack", { nbf: NOW + 130 }],
    ["duty 59: no iss", { iss: undefined }],
    ["duty 59: iss with a trailing slash", { iss: `${ISSUER}/` }],
    ["duty 59: iss with http", { iss: ISSUER.replace("https", "http") }],
    ["duty 59: iss in capitals", { iss: ISSUER.toUpperCase() }],
    ["duty 59: iss in a list", { iss: [ISSUER] }],
    ["duty 59: another iss by the same key", { iss: "https://other.example.com" }],
    ["duty 60: no aud", { aud: undefined }],
    ["duty 60: another aud", { aud: AUDIENCE }],
    ["duty 60: an aud that only begins with the client id", { aud: `${CLIENT}2` }],
    ["duty 60: a list without the client", { aud: ["a", "b"] }],
    ["duty 60: an empty list", { aud: [] }],
    ["duty 60: a list in a list", { aud: [[CLIENT]] }],
    ["duty 60: an object", { aud: { "0": CLIENT } }],
    ["duty 60: several without azp", { aud: [CLIENT, AUDIENCE] }],
    ["duty 60: several, and azp null", { aud: [CLIENT, AUDIENCE], azp: null }],
    ["duty 60: several, one of them not a string", { aud: [CLIENT, 7], azp: CLIENT }],
    ["duty 60: another azp", { azp: "other" }],
    ["duty 60: another azp of several", { aud: [CLIENT, "other"], azp: "other" }],
    ["duty 60: azp that is not a string", { azp: [CLIENT] }],
    ["duty 63: another at_hash", { at_hash: hashOf("another token") }],
    ["duty 63: the whole hash", { at_hash: createHash("sha256").update(accessToken()).digest("base64url") }],
    ["duty 63: at_hash that is empty", { at_hash: "" }],
    ["duty 64: no sub", { sub: undefined }],
    ["duty 64: an empty sub", { sub: "" }],
    ["duty 64: a number as sub", { sub: 7 }],
    ["duty 64: a list as sub", { sub: ["alice"] }],
    ["duty 64: a sub of 256", { sub: "a".repeat(256) }],
    ["duty 62: a logout token", { events: {} }],
    ["sid that is not a string", { sid: 7 }],
    ["auth_time that is not a number", { auth_time: "now" }],
  ])("%s is refused", (_, changes) => refuses(having(changes)));

  test.each(["logout+jwt", "at+jwt", "application/at+jwt"])("duty 62: a token of typ %s is refused", (typ) => refuses(header({ typ })));
  test("duty 62: the access token is refused, although the provider has signed it", () => refuses((nonce) => accessToken({ aud: AUDIENCE, nonce })));
  test("duty 10: the ID Token of another login is refused", () => {
    const old = idToken("nonce-of-yesterday");
    refuses(() => old);
  });

  test.each<[string, Record<string, unknown>]>([
    ["at_hash that is right", { at_hash: hashOf(accessToken()) }],
    ["a list of only this client", { aud: [CLIENT] }],
    ["azp of this client", { azp: CLIENT }],
    ["exp of 1e300, fractions, clocks that differ by iat_slack", { exp: NOW + 0.5 + 60, iat: NOW + 119.5, nbf: NOW + 119 }],
    ["a sub of 255", { sub: "a".repeat(255) }],
    ["other audiences beside azp of this client (Keycloak's audience mappers, Entra ID)", { aud: [CLIENT, AUDIENCE, "account"], azp: CLIENT }],
    ["optional claims that are null (serialisers that write absent members as null)", { azp: null, at_hash: null, auth_time: null, sid: null, nbf: null, events: null, jti: null }],
    ["times as digits in strings", { exp: `${NOW + 300}`, iat: `${NOW}`, nbf: `${NOW}`, auth_time: `${NOW}` }],
  ])("%s is accepted", (_, changes) => {
    const { browser } = browse({}, { metadata: { ...BROWSER_METADATA, userinfo_endpoint: undefined } }), { ask, back, call } = redeeming(browser);
    call.json(tokens(ask.nonce, { id_token: idToken(ask.nonce, changes) }));
    location(browser.take(back));
  });

  test("duty 60: other audiences without azp are accepted if trusted_audiences names all of them", () => {
    const config = { trusted_audiences: [AUDIENCE, "project"] };
    for (const aud of [[CLIENT, AUDIENCE], ["project", CLIENT, AUDIENCE]]) expect(outcome(having({ aud }), config).code).toBe("303 signed_in");
    for (const changes of [{ aud: [CLIENT, AUDIENCE, "other"] }, { aud: [AUDIENCE] }, { aud: [CLIENT, AUDIENCE], azp: "project" }, { aud: [CLIENT, AUDIENCE.toUpperCase()] }]) refuses(having(changes), config);
  });

  test("duty 14: with use_nonce false the nonce may be absent, but may not differ", () => {
    const config = { use_nonce: false }, { code: ended, envoy } = outcome(having({ nonce: undefined }), config);
    expect(ended).toBe("303 signed_in");
    expect(envoy.logText).toMatch(/warn: .*use_nonce is false/);
    expect(outcome((nonce) => idToken(nonce), config).code).toBe("303 signed_in");
    for (const nonce of ["", "x".repeat(43), 7, ["x"]]) refuses(having({ nonce }), config);
  });

  test("duty 57: an exp of 1e300 neither overflows nor traps", () => {
    expect(outcome(payload((json) => json.replace(/"exp":\d+/, '"exp":1e300'))).code).toBe("303 signed_in");
  });

  test.each<[Record<string, unknown>, Record<string, unknown>, string]>([
    [{ max_age: 60 }, { auth_time: NOW - 60 }, "303 signed_in"],
    [{ max_age: 60 }, { auth_time: NOW - 60 - 121 }, "502 login_failed"],
    [{ max_age: 60 }, {}, "502 login_failed"],
    [{ max_age: "0" }, { auth_time: NOW - 500 }, "502 login_failed"],
    [{ acr_values: "gold silver" }, { acr: "silver" }, "303 signed_in"],
    [{ acr_values: "gold silver" }, { acr: "bronze" }, "502 login_failed"],
    [{ acr_values: "gold silver" }, { acr: "gold silver" }, "502 login_failed"],
    [{ acr_values: "gold silver" }, {}, "502 login_failed"],
  ])("duty 28: requested with %j, a token with %j results in %s", (authorization_params, changes, expected) => expect(outcome(having(changes), { authorization_params }).code).toBe(expected));
});

describe("duty 47: an unknown key", () => {
  /** A login up to the token response, whose ID Token has an unknown key. */
  function waits(keys: Key[]): { envoy: Envoy; browser: Browser; back: ReturnType<Browser["navigate"]> } {
    const { envoy, browser } = browse({}, { keys: [KEY] });
    jump(envoy, 60);
    serveBrowser(envoy, { keys });
    const { ask, back, call } = redeeming(browser);
    call.json(tokens(ask.nonce, { id_token: idToken(ask.nonce, { iat: envoy.now, exp: envoy.now + 300 }, UNKNOWN) }));
    return { envoy, browser, back };
  }

  test("is fetched once, and the login continues with it", () => {
    const { envoy, browser, back } = waits([KEY, UNKNOWN]);
    envoy.advance(1);
    openCall(envoy, "/userinfo").json(USERINFO);
    location(browser.take(back));
    expect(callsTo(envoy, "/jwks")).toBe(2);
  });

  test("that stays unknown ends the login, and further ones cause at most one call a second", () => {
    const { envoy, browser, back } = waits([KEY]);
    envoy.advance(1);
    expect(code(browser.take(back).local)).toBe("502 login_failed");
    for (let i = 0; i < 5; i++) {
      const { ask, back, call } = redeeming(browser);
      call.json(tokens(ask.nonce, { id_token: idToken(ask.nonce, { iat: envoy.now, exp: envoy.now + 300 }, makeKey(`unknown${i}`, "ES256")) }));
      envoy.advance(1.1);
      expect(code(browser.take(back).local)).toBe("502 login_failed");
    }
    expect(callsTo(envoy, "/jwks")).toBeLessThanOrEqual(7);
  });

  test("while the keys cannot be fetched the login fails closed", () => {
    const { envoy, browser } = browse({}, { keys: [KEY] });
    jump(envoy, 60);
    envoy.provider("idp").answers((call) => call.path === "/jwks" ? "fail" : call.path === "/token" ? null : { body: BROWSER_METADATA });
    const { ask, back, call } = redeeming(browser);
    call.json(tokens(ask.nonce, { id_token: idToken(ask.nonce, { iat: envoy.now, exp: envoy.now + 300 }, UNKNOWN) }));
    envoy.advance(11);
    expect(code(browser.take(back).local)).toBe("503 provider_unreachable");
    expect(browser.session).toBeUndefined();
  });
});

function hashOf(accessToken: string): string { return createHash("sha256").update(accessToken).digest().subarray(0, 16).toString("base64url"); }
