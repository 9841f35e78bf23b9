/** The checks of a JWT, by requests and their answers. */
import { constants, createPublicKey, sign } from "node:crypto";
import { AUDIENCE, b64u, bearer, claims, ISSUER, JWKS_CONFIG, KEY, makeKey, NOW, ready, refused, signature, token, type Key } from "./fixture";

const envoy = ready();
const answer = (value: string): string => refused(envoy.get("/", bearer(value)));

describe("a valid token", () => {
  test("is forwarded with its identity headers", () => {
    const value = token();
    const sent = envoy.get("/x?y=1", bearer(value)).forwarded;
    expect(sent.get("x-access-token")).toBe(value);
    expect(sent.get("authorization")).toBe(`Bearer ${value}`);
    expect(JSON.parse(Buffer.from(sent.get("x-userinfo")!, "base64").toString())).toEqual(claims());
    expect(sent.get(":path")).toBe("/x?y=1");
  });

  test("passes again without another verification", () => {
    const value = token({ jti: "seen before" });
    envoy.get("/", bearer(value)).forwarded;
    expect(envoy.counting(() => envoy.get("/", bearer(value)).forwarded)).not.toHaveProperty("proxy_call_foreign_function");
  });

  test("passes with the scheme in any case, followed by any number of spaces (RFC 9110 §11.1)", () => {
    expect(envoy.get("/", { authorization: `bearer ${token()}` }).forwarded.get("x-access-token")).toBe(token());
    expect(envoy.get("/", { authorization: `BEARER   ${token()}` }).forwarded.get("x-access-token")).toBe(token());
  });

  test.each(["ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "RS384", "RS512", "EdDSA"])("may be signed with %s", (alg) => {
    const key = makeKey(alg, alg);
    const envoy = ready({ keys: [KEY, key] });
    envoy.get("/", bearer(token({}, { key }))).forwarded;
  });

  test("may have several audiences, fractions in its times and clocks that differ by iat_slack", () => {
    envoy.get("/", bearer(token({ aud: ["a", AUDIENCE], exp: NOW + 30.5, nbf: NOW + 119, iat: NOW + 119.5 }))).forwarded;
  });
});

describe("duties 43-46: the algorithm", () => {
  const forged = (alg: string, sig = ""): string => `${b64u({ alg, kid: "k1" })}.${b64u(claims())}.${sig}`;

  test.each(["none", "None", "nOnE", "NONE", ""])("duty 43: alg %p is refused", (alg) => expect(answer(forged(alg))).toBe("401 algorithm_refused"));
  test("duty 43: an empty signature is refused", () => expect(answer(forged("RS256"))).toBe("401 bad_signature"));
  test("duty 43: two parts are refused", () => expect(answer(`${b64u({ alg: "RS256" })}.${b64u(claims())}`)).toBe("401 not_a_jwt"));

  test("duty 44: HS256 over the RSA key's PEM or JWK is refused", () => {
    const input = `${b64u({ alg: "HS256", kid: "k1" })}.${b64u(claims())}`;
    for (const secret of [JSON.stringify(KEY.jwk), String(KEY.jwk.n)]) {
      expect(answer(`${input}.${b64u(signature("HS256", secret, input))}`)).toBe("401 algorithm_refused");
    }
  });

  test.each(["RS1", "ES256K", "HS256", "RSA-OAEP", "dir", "rs256"])("duty 45: alg %s is refused", (alg) => expect(answer(forged(alg, "AAAA"))).toBe("401 algorithm_refused"));

  test("duty 46: an algorithm that is not expected is refused, although the key would verify it", () => {
    const envoy = ready({ config: { ...JWKS_CONFIG, token_signing_alg_values_expected: ["RS384", "ES256"] } });
    expect(refused(envoy.get("/", bearer(token())))).toBe("401 algorithm_refused");
  });

  test("duty 46: an RSA key published for PS256 does not verify RS256", () => {
    const key = makeKey("ps", "PS256");
    const envoy = ready({ keys: [key] });
    expect(refused(envoy.get("/", bearer(token({}, { key: { ...key, alg: "RS256" } }))))).toBe("401 unknown_key");
  });
});

describe("duties 48-52: the key", () => {
  test.each(["../../etc/passwd", "' OR 1=1 --", "k1\u0000", "K1", "k".repeat(600)])("duty 48: the key id %p selects no key", (kid) => {
    expect(refused(ready().get("/", bearer(token({}, { header: { kid } }))))).toMatch(/^401 (unknown_key|not_a_jwt)$/);
  });

  test("duty 49: without a key id every suitable key is tried, and at most sixteen", () => {
    const keys = Array.from({ length: 17 }, (_, n) => makeKey(`k${n}`, "ES256"));
    const envoy = ready({ keys });
    envoy.get("/", bearer(token({}, { key: keys[15], header: { kid: undefined } }))).forwarded;
    expect(refused(envoy.get("/", bearer(token({}, { key: keys[16], header: { kid: undefined } }))))).toBe("401 bad_signature");
  });

  test("duty 50: a key in the token's own header is never used", () => {
    const own = makeKey("k1");
    for (const header of [{ jwk: own.jwk }, { jku: "https://evil.example/jwks" }, { x5u: "https://evil.example/c" }, { x5c: ["MIIB"] }]) {
      expect(answer(token({}, { key: own, header }))).toBe("401 bad_signature");
    }
  });

  test.each([[{ crit: ["exp"] }], [{ crit: [] }], [{ b64: false, crit: ["b64"] }], [{ b64: true }]])("duty 51: %j in the header is refused", (header) => {
    expect(answer(token({}, { header }))).toBe("401 not_a_jwt");
  });

  test("duty 67: a compressed token is refused", () => expect(answer(token({}, { header: { zip: "DEF" } }))).toBe("401 not_a_jwt"));
});

describe.each([true, false])("duties 53, 54: forged and malformed signatures (verify_signature: %p)", (verifySignature) => {
  const [es, ed, ps] = [makeKey("es", "ES256"), makeKey("ed", "EdDSA"), makeKey("ps", "PS256")];
  const envoy = ready({ keys: [KEY, es, ed, ps], start: { verifySignature } });
  const signed = (key: Key, change: (signature: Buffer) => Buffer): string => {
    const whole = token({ jti: "forged" }, { key });
    const [header, payload, sig] = whole.split(".") as [string, string, string];
    return refused(envoy.get("/", bearer(`${header}.${payload}.${b64u(change(Buffer.from(sig, "base64url")))}`)));
  };

  test.each<[string, Key, (signature: Buffer) => Buffer]>([
    ["ECDSA with r and s of zero (CVE-2022-21449)", es, () => Buffer.alloc(64)],
    ["ECDSA with r and s of the group's order", es, () => Buffer.from("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551".repeat(2), "hex")],
    ["ECDSA in DER", es, (raw) => Buffer.concat([Buffer.from([0x30, 0x44, 2, 0x20]), raw.subarray(0, 32), Buffer.from([2, 0x20]), raw.subarray(32)])],
    ["ECDSA one byte short", es, (raw) => raw.subarray(0, 63)],
    ["ECDSA one byte long", es, (raw) => Buffer.concat([raw, Buffer.alloc(1)])],
    ["Ed25519 with S above the group's order", ed, addOrder],
    ["RSA of 1", KEY, (raw) => Buffer.concat([Buffer.alloc(raw.length - 1), Buffer.from([1])])],
    ["RSA of zero", KEY, (raw) => Buffer.alloc(raw.length)],
    ["RSA with the largest number", KEY, (raw) => Buffer.alloc(raw.length, 0xff)],
    ["RSA one byte short", KEY, (raw) => raw.subarray(1)],
    ["RSA with a leading zero", KEY, (raw) => Buffer.concat([Buffer.alloc(1), raw])],
    ["RSA-PSS with flipped bits", ps, (raw) => Buffer.from(raw.map((byte) => byte ^ 1))],
  ])("%s is refused", (_, key, change) => expect(signed(key, change)).toBe("401 bad_signature"));

  test("RSA-PSS with a salt of another length is refused", () => {
    const input = `${b64u({ alg: "PS256", kid: "ps" })}.${b64u(claims())}`;
    const short = sign("sha256", Buffer.from(input), { key: ps.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 20 });
    expect(refused(envoy.get("/", bearer(`${input}.${b64u(short)}`)))).toBe("401 bad_signature");
  });

  /** S + L: the same signature in a second spelling. */
  function addOrder(signature: Buffer): Buffer {
    const order = 2n ** 252n + 27742317777372353535851937790883648493n;
    const s = BigInt(`0x${Buffer.from(signature.subarray(32)).reverse().toString("hex")}`) + order;
    return Buffer.concat([signature.subarray(0, 32), Buffer.from(s.toString(16).padStart(64, "0"), "hex").reverse()]);
  }
});

describe("duties 55, 56, 66: one spelling, one meaning, bounded size", () => {
  const value = token({ sub: "spelling" });
  const [header, payload, sig] = value.split(".") as [string, string, string];

  test.each([
    ["padding", `${header}.${payload}.${sig}==`],
    ["unused bits set in the signature", `${header}.${payload}.${sig.slice(0, -1)}${sig.endsWith("A") ? "B" : String.fromCharCode(sig.charCodeAt(sig.length - 1) + 1)}`],
    ["the standard alphabet", `${header}.${payload}.+/${sig.slice(2)}`],
    ["a fourth part", `${value}.`],
    ["a changed byte", `${header}.${payload}.${sig.startsWith("A") ? "B" : "A"}${sig.slice(1)}`],
    ["a tampered payload", `${header}.${b64u(claims({ sub: "admin" }))}.${sig}`],
  ])("duty 55: %s is refused", (_, changed) => {
    envoy.get("/", bearer(value)).forwarded;
    expect(answer(changed)).toMatch(/^401 (bad_signature|not_a_jwt)$|^400 malformed_credential$/);
  });

  test.each([
    ["iss twice", `{"iss":"${ISSUER}","iss":"${ISSUER}","exp":${NOW + 9}}`],
    ["exp twice, once escaped", `{"iss":"${ISSUER}","exp":${NOW + 9},"e\\u0078p":1}`],
    ["a lone surrogate", `{"iss":"${ISSUER}","exp":${NOW + 9},"x":"\\ud800"}`],
    ["a trailing comma", `{"iss":"${ISSUER}","exp":${NOW + 9},}`],
    ["nesting of a hundred", `{"iss":"${ISSUER}","exp":${NOW + 9},"x":${"[".repeat(100)}${"]".repeat(100)}}`],
    ["a list", `["iss"]`],
    ["an empty payload", ""],
  ])("duty 56: %s in the claims is refused", (_, payload) => expect(answer(token({}, { payload }))).toBe("401 bad_claims"));

  test("duty 56: bytes that are not UTF-8 are refused", () => {
    const input = `${b64u({ alg: "RS256", kid: "k1" })}.${b64u(Buffer.concat([Buffer.from('{"iss":"'), Buffer.from([0xc0, 0xaf]), Buffer.from('"}')]))}`;
    expect(answer(`${input}.${b64u(signature("RS256", KEY.privateKey, input))}`)).toBe("401 bad_claims");
  });

  test.each([["plain", ""], ["escaped", "\\n"], ["escaped several times", "\\n\\n\\n\\n"]])("duty 152: a header with hundreds of %s names is refused before any signature is checked", (_, prefix) => {
    const names = Array.from({ length: 260 }, (__, i) => `,"${prefix}${i.toString(36).padStart(2, "0")}":1`).join("");
    const forged = `${b64u(`{"alg":"RS256","kid":"k1"${names}}`)}.${b64u(claims())}.${b64u(Buffer.alloc(256))}`;
    expect(answer(forged)).toBe("401 not_a_jwt");
  });

  test("duty 66: a token of 1 MB, one of 10,000 dots and one of 10,000 claims are refused", () => {
    expect(answer("a".repeat(1 << 20))).toBe("401 token_too_large");
    expect(answer(".".repeat(10_000) + "a")).toBe("401 not_a_jwt");
    expect(answer(token(Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`c${i}`, i]))))).toBe("401 token_too_large");
    expect(answer(token(Object.fromEntries(Array.from({ length: 1_100 }, (_, i) => [i.toString(36), 1]))))).toBe("401 bad_claims");
  });
});

describe("duties 57-62: the claims", () => {
  test.each([["missing", undefined], ["a string", `${NOW + 60}`], ["null", null], ["a list", [NOW + 60]]])("duty 57: exp that is %s is refused", (_, exp) => {
    expect(answer(token({ exp }))).toBe("401 bad_claims");
  });
  test.each([0, -1, NOW - 1, NOW, NOW - 0.5])("duty 57: exp %p is expired", (exp) => expect(answer(token({ exp }))).toBe("401 expired"));
  test("duty 57: an exp of 1e300 neither overflows nor traps", () => {
    envoy.get("/", bearer(token({}, { payload: JSON.stringify(claims()).replace(/"exp":\d+/, '"exp":1e300') }))).forwarded;
  });
  test("duty 58: nbf and iat beyond iat_slack are refused", () => {
    expect(answer(token({ nbf: NOW + 130 }))).toBe("401 not_yet_valid");
    expect(answer(token({ iat: NOW + 130 }))).toBe("401 not_yet_valid");
    expect(answer(token({ nbf: "soon" }))).toBe("401 bad_claims");
  });
  test.each([`${ISSUER}/`, ISSUER.toUpperCase(), ISSUER.replace("https", "http"), "", undefined, [ISSUER], `${ISSUER}.evil.example`])("duty 59: the issuer %p is refused", (iss) => {
    expect(answer(token({ iss }))).toBe("401 wrong_issuer");
  });

  describe("duty 61: with audiences configured", () => {
    const config = { ...JWKS_CONFIG, client_id: "gateway", claim_validator: { audience: { valid_audiences: [AUDIENCE], match_with_client_id: true } } };
    const strict = ready({ config });
    test.each([undefined, "", "https://other.example.com", ["x", "y"], `${AUDIENCE}/`, { "0": AUDIENCE }, [[AUDIENCE]], 7])("the audience %j is refused", (aud) => {
      expect(refused(strict.get("/", bearer(token({ aud }))))).toBe("401 wrong_audience");
    });
    test.each([AUDIENCE, "gateway", ["x", AUDIENCE]])("the audience %j is accepted", (aud) => void strict.get("/", bearer(token({ aud }))).forwarded);
  });

  test("duty 61: an audience that is only required may have any value, but must be present", () => {
    const envoy = ready({ config: { ...JWKS_CONFIG, claim_validator: { audience: { required: true, claim: "azp" } } } });
    envoy.get("/", bearer(token({ azp: "anyone" }))).forwarded;
    expect(refused(envoy.get("/", bearer(token())))).toBe("401 wrong_audience");
  });

  test.each([{ jkt: "thumbprint" }, { "x5t#S256": "thumbprint" }, {}, "x"])("duties 83, 84: a token bound to a key (cnf: %j) is refused", (cnf) => {
    expect(answer(token({ cnf }))).toBe("401 bound_token");
  });

  test.each([
    [{ header: { typ: "logout+jwt" } }, {}], [{}, { events: {} }], [{}, { nonce: "n" }], [{}, { at_hash: "h" }], [{}, { typ: "ID" }], [{}, { typ: "Refresh" }],
    [{}, { token_use: "id" }], [{}, { token_use: "refresh_token" }], [{}, { purpose: "refresh_token" }], [{}, { token_type: "refresh" }], [{ header: { typ: "refresh+jwt" } }, {}],
  ])("duty 62: a token for another purpose (%j %j) is refused", (options, changes) => expect(answer(token(changes, options))).toBe("401 wrong_type"));

  test("duty 62: with token_typ_expected, only that typ passes, with or without application/ (RFC 9068 §2.1)", () => {
    const envoy = ready({ config: { ...JWKS_CONFIG, token_typ_expected: "at+jwt" } });
    envoy.get("/", bearer(token({}, { header: { typ: "at+jwt" } }))).forwarded;
    envoy.get("/", bearer(token({}, { header: { typ: "application/AT+JWT" } }))).forwarded;
    for (const typ of [undefined, "JWT", "at+jwt2"]) expect(refused(envoy.get("/", bearer(token({}, { header: { typ } }))))).toBe("401 wrong_type");
  });

  test("duty 76: a missing scope gets 403 with the required scopes; no credential gets 401 without an error", () => {
    const envoy = ready({ config: { ...JWKS_CONFIG, required_scopes: ["read", "admin"] } });
    const short = envoy.get("/", bearer(token()));
    expect(refused(short)).toBe("403 insufficient_scope");
    expect(short.local.headers.get("www-authenticate")).toBe(
      'Bearer realm="api", error="insufficient_scope", error_description="The token lacks a scope that is needed here.", scope="read admin"');
    envoy.get("/", bearer(token({ scope: "admin read" }))).forwarded;
    envoy.get("/", bearer(token({ scope: undefined, scp: ["read", "admin"] }))).forwarded;
    expect(refused(envoy.get("/", bearer(token({ scope: "read administrator" }))))).toBe("403 insufficient_scope");
    const none = envoy.get("/");
    expect(refused(none)).toBe("401 no_token");
    expect(none.local.headers.get("www-authenticate")).toBe('Bearer realm="api"');
  });
});

describe("a key in the configuration", () => {
  const config = { bearer_only: true, public_key: pem(), claim_validator: { issuer: { valid_issuers: [ISSUER] } } };

  test("verifies without any call to the provider", () => {
    const envoy = ready({ config });
    envoy.get("/", bearer(token({}, { header: { kid: "whatever" } }))).forwarded;
    expect(refused(envoy.get("/", bearer(token({}, { key: makeKey("k1") }))))).toBe("401 bad_signature");
    expect(envoy.history).toHaveLength(0);
  });

  test("takes precedence over use_jwks and introspection", () => {
    const envoy = ready({ config: { ...config, use_jwks: true, introspection_endpoint: `${ISSUER}/introspect`, provider_cluster: "idp", client_id: "a", client_secret: "b" } });
    envoy.get("/", bearer(token())).forwarded;
    expect(envoy.history).toHaveLength(0);
  });

  test("duty 44: HS256 is verified with symmetric_key and nothing else", () => {
    const secret = "0123456789abcdef0123456789abcdef";
    const envoy = ready({ config: { ...config, public_key: undefined, symmetric_key: secret, token_signing_alg_values_expected: "HS256" } });
    const signed = (key: string): string => {
      const input = `${b64u({ alg: "HS256" })}.${b64u(claims())}`;
      return `${input}.${b64u(signature("HS256", key, input))}`;
    };
    envoy.get("/", bearer(signed(secret))).forwarded;
    expect(refused(envoy.get("/", bearer(signed(`${secret} `))))).toBe("401 bad_signature");
    expect(refused(envoy.get("/", bearer(token())))).toBe("401 algorithm_refused");
  });

  function pem(): string {
    return createPublicKey(KEY.privateKey).export({ type: "spki", format: "pem" }) as string;
  }
});
