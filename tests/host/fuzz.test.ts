/** The whole filter with mutated input from clients and providers: it never traps, and forwards nothing without a valid credential. */
import { bearer, INTROSPECTION_CONFIG, JWKS_CONFIG, KEY, makeKey, METADATA, ready, refused, serve, start, token } from "./fixture";
import { Random } from "./host/random";

const SEEDS = [1, 2, 3, 4];
const EC = makeKey("ec", "ES256");

test.each(SEEDS)("duty 131: mutated tokens are refused, intact ones pass (seed %d)", (seed) => {
  const random = new Random(seed);
  const envoy = ready({ keys: [KEY, EC] });
  const whole = [token({ jti: "a" }), token({ jti: "b" }, { key: EC })];
  for (let i = 0; i < 1500; i++) {
    const sent = random.mutateToken(random.pick(whole), random.pick(whole));
    const request = envoy.get("/", bearer(sent));
    // A mutation may undo itself. A mutated token must not pass, whatever is cached by then.
    if (whole.includes(sent)) request.forwarded.get("x");
    else expect(refused(request)).toMatch(/^(4\d\d |503 provider_not_ready$)/); // its kid may be a new one
  }
  whole.forEach((each) => envoy.get("/", bearer(each)).forwarded.get("x"));
});

test.each(SEEDS)("duty 131: headers of any shape are answered, and only a valid token passes (seed %d)", (seed) => {
  const random = new Random(seed);
  const envoy = ready({ config: { ...JWKS_CONFIG, auth_accept_token_as: ["header", "header:X-Access-Token", "query:access_token", "cookie:t"], claim_headers: { sub: "x-user" } } });
  const good = token();
  const names = ["authorization", "cookie", "x-access-token", "x_userinfo", "accept", "x-user", "forwarded", "connection", "a", "-"];
  const value = (): string => random.pick([
    () => `Bearer ${random.chance(3) ? good : random.text(random.below(40))}`, () => good, () => `t=${good}`, () => "", () => random.text(random.below(200), ";,= \"'%&Bearer\u007f\u00ff\t"),
  ])();
  for (let i = 0; i < 1500; i++) {
    const headers = Array.from({ length: random.below(12) }, (): [string, string] => [random.pick(names), value()]);
    const path = random.pick(["/", `/?access_token=${good}`, `/?${random.text(20, "access_token=&%?/")}`, "", "*", "/" + random.text(50)]);
    const request = envoy.request(random.pick(["GET", "POST", "CONNECT", "OPTIONS"]), path, headers);
    if (typeof request.outcome === "object" && "forwarded" in request.outcome) {
      expect(request.forwarded.all("x-access-token")).toEqual([good]);
      expect(request.forwarded.all("x-user")).toEqual(["joe"]);
      expect(request.forwarded.has("x_userinfo")).toBe(false);
    } else expect(refused(request)).toMatch(/^40[01] /);
  }
});

test.each(SEEDS)("with any answer of the provider, only tokens pass that its real answer accepts (seed %d)", (seed) => {
  const random = new Random(seed);
  const stranger = token({}, { key: makeKey("k1") });
  for (let i = 0; i < 40; i++) {
    const envoy = start({ config: { ...JWKS_CONFIG, jwk_expires_in: 60 } });
    envoy.provider("idp").answers((call) => {
      const body = JSON.stringify(call.path === "/jwks" ? { keys: [KEY.jwk, EC.jwk] } : METADATA);
      return random.chance(4) ? "fail" : { status: random.pick([200, 200, 200, 204, 301, 404, 500]), body: random.chance(3) ? body : random.mutate(Buffer.from(body)) };
    });
    envoy.advance(random.below(60));
    expect(refused(envoy.get("/", bearer(stranger)))).toMatch(/^(401|503) /);
    envoy.get("/", bearer(token()));
    serve(envoy);
    envoy.advance(180);
    envoy.get("/", bearer(token({ exp: 2e9 }))).forwarded.get("x");
  }
});

test.each(SEEDS)("of all introspection responses only a well-formed active one passes (seed %d)", (seed) => {
  const random = new Random(seed);
  const envoy = start({ config: { ...INTROSPECTION_CONFIG, claim_headers: { sub: "x-user", "a.b": "x-b" } } });
  for (let i = 0; i < 800; i++) {
    const request = envoy.get("/", bearer(`t${i}`));
    const body = random.mutate(Buffer.from(JSON.stringify({ active: true, sub: "joe", scope: "read", exp: 1.9e9, aud: ["a", "b"], a: { b: [1, true, null, "ü\n"] } })));
    envoy.callout().reply(random.chance(20) ? 500 : 200, {}, body);
    if (typeof request.outcome === "object" && "forwarded" in request.outcome) expect(JSON.parse(body.toString("utf8")).active).toBe(true);
    else expect(refused(request)).toMatch(/^(401|503) /);
  }
});

test.each(SEEDS)("a mutated configuration is accepted, or refused with a message (seed %d)", (seed) => {
  const random = new Random(seed);
  const whole = JSON.stringify({
    ...INTROSPECTION_CONFIG, claim_headers: { sub: "x-user" }, required_scopes: ["a"], claim_validator: { audience: { valid_audiences: ["x"] }, issuer: { valid_issuers: ["y"] } },
    public_key: "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----", timeout: 3,
  });
  let accepted = 0;
  for (let i = 0; i < 300; i++) {
    try {
      const envoy = start({ config: random.mutate(Buffer.from(whole)) as unknown as string });
      accepted++;
      expect(refused(envoy.get("/"))).toBe("401 no_token");
    } catch (error) {
      expect((error as Error).message).toMatch(/^the module refused its configuration\n(.*\n)*error: envoy-oidc: configuration: (?:.+: .+|expected .+)/);
    }
  }
  expect(accepted).toBeLessThan(300);
});
