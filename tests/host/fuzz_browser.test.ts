/** The browser login with mutated input from clients and providers: the filter never traps, and nobody is logged in without a login. */
import { accessToken, asked, BROWSER_CONFIG, browse, Browser, callbackPath, idToken, openCall, logIn, tokens, USERINFO } from "./browser";
import { ISSUER, start, token } from "./fixture";
import { Random } from "./host/random";
import type { StreamContext } from "./host/stream";

const SEEDS = [1, 2, 3, 4];
const answered = (request: StreamContext): boolean => typeof request.outcome === "object" && "local" in request.outcome;
const forwarded = (request: StreamContext): boolean => typeof request.outcome === "object" && "forwarded" in request.outcome;

test.each(SEEDS)("duties 100, 131: mutated session cookies are refused; the intact one passes (seed %d)", (seed) => {
  const random = new Random(seed), { envoy, browser } = browse();
  logIn(browser);
  const name = browser.session!, whole = browser.jar.get(name)!.value;
  for (let i = 0; i < 1500; i++) {
    const value = random.mutate(Buffer.from(whole)).toString("latin1").replace(/[\0\r\n]/g, "");
    const request = envoy.get("/", { cookie: random.chance(4) ? `${name}=${value}; ${name}_1=${whole}` : `${name}=${value}` });
    if (value.split(";")[0]!.trimEnd() === whole) expect(forwarded(request)).toBe(true);
    else expect(forwarded(request)).toBe(false);
  }
  expect(forwarded(browser.fetch("/"))).toBe(true);
});

test.each(SEEDS)("duties 131, 133: requests of any shape to any endpoint of the filter are answered, and none reaches the upstream without a session (seed %d)", (seed) => {
  const random = new Random(seed);
  const { envoy } = browse({ backchannel_logout_path: "/backchannel", frontchannel_logout_path: "/frontchannel", userinfo_path: "/userinfo", allow_preflight: true });
  const state = "A".repeat(32), paths = ["/", "/callback", "/logout", "/backchannel", "/frontchannel", "/userinfo", "/callback/", "//x", "/%", "*", ""];
  const names = ["cookie", "accept", "sec-fetch-mode", "sec-fetch-dest", "sec-fetch-site", "origin", "referer", "access-control-request-method", "content-type", "upgrade", "x-userinfo"];
  const text = (): string => random.pick([
    () => "text/html", () => "navigate", () => "document", () => "https://app.example", () => "application/x-www-form-urlencoded",
    () => `__Host-oidc_Dzq2eBy_=1${random.text(80, "ABCabc123-_=;, ")}`, () => `__Secure-oidc_Dzq2eBy__login_AAAAAAAA=1${random.text(60, "ABCabc-_")}`, () => random.text(random.below(300), ";,= \"'%&_-ABC\u007f\u00ff\t"),
  ])();
  for (let i = 0; i < 2000; i++) {
    const query = random.pick(["", `?code=c&state=${state}&iss=${ISSUER}`, `?error=access_denied&state=${state}`, `?${random.text(60, "codestateiss=&%+;[]{}\"<>")}`, `?iss=${ISSUER}&sid=1`]);
    const headers = Array.from({ length: random.below(8) }, (): [string, string] => [random.pick(names), text()]);
    const body = random.chance(3) ? random.pick([`logout_token=${token()}`, random.text(200, "logout_token=&%.")]) : "";
    const request = envoy.request(random.pick(["GET", "GET", "POST", "OPTIONS", "HEAD"]), random.pick(paths) + query, headers, { body });
    if (forwarded(request)) expect([request.forwarded.get(":method"), request.forwarded.has("x-userinfo")]).toEqual(["OPTIONS", false]);
    else expect(answered(request) || request.waiting).toBe(true);
  }
});

test.each(SEEDS)("of all token responses only a valid one logs a user in (seed %d)", (seed) => {
  const random = new Random(seed), { envoy, browser } = browse();
  for (let i = 0; i < 250; i++) {
    const visitor = new Browser(envoy), ask = asked(visitor.navigate("/page")), back = visitor.navigate(callbackPath(ask));
    const whole = JSON.stringify(tokens(ask.nonce)), answer = random.chance(5) ? Buffer.from(whole) : random.mutate(Buffer.from(whole));
    for (const call of envoy.callouts) call.path === "/token" && call.reply(random.chance(12) ? 500 : 200, {}, answer);
    for (const call of envoy.callouts) call.reply(200, {}, random.chance(3) ? JSON.stringify(USERINFO) : random.mutate(Buffer.from(JSON.stringify(USERINFO))));
    visitor.take(back);
    const page = visitor.navigate("/page");
    if (!forwarded(page)) continue;
    const idToken = JSON.parse(Buffer.from(page.forwarded.get("x-id-token")!, "base64").toString()) as { sub: string; nonce: string };
    expect([idToken.sub, idToken.nonce]).toEqual(["alice", ask.nonce]);
  }
  logIn(browser);
  expect(forwarded(browser.fetch("/"))).toBe(true);
});

test.each(SEEDS)("after any refresh response the session continues, waits or ends, and a new login works (seed %d)", (seed) => {
  const random = new Random(seed), { envoy, browser } = browse({ session: { ...BROWSER_CONFIG.session, absolute_timeout: 31_000_000, rolling_timeout: 0, idling_timeout: 0 } });
  for (let i = 0; i < 120; i++) {
    const before = browser.fetch("/");
    for (const call of envoy.callouts) call.json({ error: "invalid_grant" }, 400);
    browser.take(before);
    if (!forwarded(before)) loginNow(browser);
    envoy.advance(301);
    const request = browser.fetch("/");
    const whole = JSON.stringify({ access_token: accessToken({ exp: 2e9, jti: `${i}` }), token_type: "Bearer", expires_in: 300, refresh_token: `r${i}` });
    for (const call of envoy.callouts) call.reply(random.pick([200, 200, 200, 400, 500]), {}, random.chance(3) ? whole : random.mutate(Buffer.from(whole)));
    browser.take(request);
    expect(forwarded(request) || answered(request)).toBe(true);
    envoy.advance(61);
  }
});

test.each(SEEDS)("a mutated configuration is accepted, or refused with a message (seed %d)", (seed) => {
  const random = new Random(seed);
  const whole = JSON.stringify({
    ...BROWSER_CONFIG, session: { secret: ["0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"], cookie_name: "s", cookie_path: "/", idling_timeout: 900 }, authorization_params: { prompt: "login" },
    session_contents: { access_token: true }, logout_path: "/out", backchannel_logout_path: "/b", post_logout_redirect_uri: "https://app.example/", endpoint_clusters: { token_endpoint: "t" },
  });
  let accepted = 0;
  for (let i = 0; i < 300; i++) {
    try {
      const envoy = start({ config: random.mutate(Buffer.from(whole)) as unknown as string });
      accepted++;
      expect(forwarded(envoy.get("/"))).toBe(false);
    } catch (error) {
      expect((error as Error).message).toMatch(/^the module refused its configuration\n(.*\n)*error: envoy-oidc: configuration: (?:[^]+: [^]+|expected .+)/);
    }
  }
  expect(accepted).toBeLessThan(300);
});

/** A login with tokens that are valid at the current time of the test. */
function loginNow(browser: Browser): void {
  const { envoy } = browser, ask = asked(browser.navigate("/page")), back = browser.navigate(callbackPath(ask));
  const times = { iat: envoy.now, exp: envoy.now + 300 };
  openCall(envoy, "/token").json(tokens(ask.nonce, { id_token: idToken(ask.nonce, times), access_token: accessToken(times) }));
  openCall(envoy, "/userinfo").json(USERINFO);
  browser.take(back);
}
