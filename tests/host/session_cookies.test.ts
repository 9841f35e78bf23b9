// The session's cookies: names, attributes and chunks, and cookies that are no valid session.
import { b64u, start } from "./fixture";
import { accessToken, browse, BROWSER_CONFIG, BROWSER_METADATA, Browser, code, copyOf, expired, jump, location, openCall, SECRET, setCookies, logIn, logInAs, through, tokens, USERINFO, type Sent } from "./browser";
import type { Envoy } from "./host";
import type { StreamContext } from "./host/stream";

/** A browser on a site without TLS. */
class PlainBrowser extends Browser {
  override send(method: string, path: string, headers: Sent = {}, body = ""): StreamContext { return super.send(method, path, { ":scheme": "http", ...headers }, body); }
}

/** Some 12 kB of tokens. */
const LARGE = { tokens: { access_token: accessToken({ groups: Array.from({ length: 500 }, (_, i) => `group-number-${i}`) }) } };

/** "name; attributes" of the session's cookies in an answer, without their values. */
const shape = (request: StreamContext): string[] =>
  setCookies(request.local.headers).filter((line) => !/_login_|_flow=/.test(line)).map((line) => line.replace(/oidc_[\w-]{8}/, "oidc_TAG").replace(/=[^;]*/, ""));

describe("duty 109: names and attributes", () => {
  const sign = (session: object, plain: boolean): string[] => {
    const { envoy, browser } = browse({ session: { secret: SECRET, ...session } });
    return shape(logIn(plain ? new PlainBrowser(envoy) : browser));
  };

  test.each<[string, object, boolean, string]>([
    ["https", {}, false, "__Host-oidc_TAG; Path=/; HttpOnly; Secure; SameSite=Lax"],
    ["http", {}, true, "oidc_TAG; Path=/; HttpOnly; SameSite=Lax"],
    ["a path", { cookie_path: "/app" }, false, "__Secure-oidc_TAG; Path=/app; HttpOnly; Secure; SameSite=Lax"],
    ["a path on http", { cookie_path: "/app" }, true, "oidc_TAG; Path=/app; HttpOnly; SameSite=Lax"],
    ["a domain", { cookie_domain: ".Example" }, false, "__Secure-oidc_TAG; Path=/; Domain=example; HttpOnly; Secure; SameSite=Lax"],
    ["a name", { cookie_name: "sid" }, false, "sid; Path=/; HttpOnly; Secure; SameSite=Lax"],
    ["a name with a prefix, on http", { cookie_name: "__Secure-sid" }, true, "__Secure-sid; Path=/; HttpOnly; Secure; SameSite=Lax"],
    ["Secure on http", { cookie_secure: true }, true, "__Host-oidc_TAG; Path=/; HttpOnly; Secure; SameSite=Lax"],
    ["not Secure on https", { cookie_secure: false }, false, "oidc_TAG; Path=/; HttpOnly; SameSite=Lax"],
    ["for scripts", { cookie_http_only: false }, false, "__Host-oidc_TAG; Path=/; Secure; SameSite=Lax"],
    ["SameSite=None", { cookie_same_site: "None" }, false, "__Host-oidc_TAG; Path=/; HttpOnly; Secure; SameSite=None"],
    ["SameSite=None without Secure, which browsers would reject", { cookie_same_site: "None" }, true, "oidc_TAG; Path=/; HttpOnly; SameSite=Lax"],
    ["no SameSite", { cookie_same_site: "Default" }, false, "__Host-oidc_TAG; Path=/; HttpOnly; Secure"],
  ])("%s", (_, session, plain, expected) => expect(sign(session, plain)).toEqual([expected]));

  test("duty 102: two clients, or two issuers, on one site have different cookie names", () => {
    const other = browse({ client_id: "other" }), third = browse({ discovery: "https://third.example.com/.well-known/openid-configuration" }, { metadata: { ...BROWSER_METADATA, issuer: "https://third.example.com" } });
    const names = [browse(), other, third].map(({ browser }) => { browser.navigate("/"); return browser.logins[0]!.slice(0, -8); });
    expect(new Set(names).size).toBe(3);
  });
});

describe("chunks", () => {
  test("a large session is set in several cookies that browsers accept, and is one session", () => {
    const { browser } = browse();
    const lines = setCookies(logIn(browser, LARGE).local.headers).filter((line) => !/_login_|_flow=/.test(line));
    expect(lines.length).toBeGreaterThanOrEqual(3);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(4096);
    expect(Math.min(...lines.slice(0, -1).map((line) => line.length))).toBeGreaterThan(4000);
    expect(shape(browser.fetch("/logout"))).toHaveLength(lines.length);
    expect(lines[0]!.split("=")[1]![0]).toBe(String(lines.length));
  });

  test("surplus chunks of an earlier, longer session are deleted, with the attributes with which they were set", () => {
    const { envoy, browser } = browse();
    const before = shape(logIn(browser, LARGE));
    envoy.advance(301);
    const request = through(browser);
    openCall(envoy, "/token").json({ ...tokens(undefined), id_token: undefined });
    const { headers } = request.respond(200);
    expect(expired(headers)).toEqual(chunks(browser).slice(1).map(([name]) => name).sort());
    expect(setCookies(headers).map((line) => line.replace(/oidc_[\w-]{8}/, "oidc_TAG").replace(/=[^;]*/, "").replace("; Max-Age=0", ""))).toEqual(before);
  });

  test("duty 111: a session that does not fit gets a page and a log line, and there is no loop", () => {
    const { envoy, browser } = browse();
    for (let round = 0; round < 2; round++) {
      const answer = logIn(browser, { tokens: { access_token: "a".repeat(20_000) }, userinfo: { ...USERINFO, bio: "b".repeat(12_000) } });
      expect(code(answer.local)).toBe("431 session_too_large");
      expect(answer.local.headers.has("location")).toBe(false);
      expect(answer.local.headers.get("content-type")).toMatch("text/html");
      expect([browser.session, browser.logins]).toEqual([undefined, []]);
    }
    expect(envoy.logText).toContain("the session does not fit into nine cookies");
  });

  test("duty 105: no two seals begin with the same nonce", () => {
    const { envoy, browser } = browse();
    const seen = new Set<string>();
    logIn(browser, { tokens: { expires_in: 90_000 } });
    for (let i = 0; i < 40; i++) {
      jump(envoy, 61);
      browser.fetch("/api");
      seen.add(chunks(browser)[0]![1].slice(1, 33));
    }
    expect(seen.size).toBe(40);
  });
});

type Chunk = [name: string, value: string];
const chunks = (browser: Browser): Chunk[] => [...browser.jar].filter(([name]) => !/_login_|_flow$/.test(name)).map(([name, { value }]): Chunk => [name, value]);
const header = (list: Chunk[]): string => list.map(([name, value]) => `${name}=${value}`).join("; ");

/** The complete answer, without its random parts. */
function answerOf(envoy: Envoy, cookie: string, navigation: boolean, options = {}): unknown {
  const sent: Sent = navigation ? { accept: "text/html", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" } : { accept: "*/*" };
  const { status, body, details, headers } = envoy.get("/page", { cookie, ...sent }, options).local;
  return { status, body, details, headers: headers.list.map(([name, value]) => [name, value.replace(/(state|nonce|code_challenge)=[\w-]+/g, "$1=R").replace(/_login_[\w-]{8}=[\w-]+/, "_login_R=R").replace(/_flow=[\w.-]+/, "_flow=R")]) };
}

/** Expects no session: exactly the answer for garbage under the same names. */
function expectNone(envoy: Envoy, list: Chunk[], options = {}): void {
  const rubbish = header(list.map(([name]): Chunk => [name, "rubbish"]));
  for (const navigation of [true, false]) {
    const answer = answerOf(envoy, header(list), navigation, options);
    expect(answer).toEqual(answerOf(envoy, rubbish, navigation, options));
    expect(answer).toMatchObject({ status: navigation ? 302 : 401 });
  }
}

describe("duties 13, 100-102, 104: with any fault in a session's cookies the answer is the same", () => {
  const { envoy, browser } = browse();
  logIn(browser, LARGE);
  const whole = chunks(browser), count = whole.length;
  const second = new Browser(envoy);
  logIn(second, LARGE);
  const foreign = chunks(second);
  const changed = (i: number, change: (value: string) => string): Chunk[] => whole.map(([name, value], at) => [name, at === i ? change(value) : value]);
  const each = whole.map((_, i) => i);
  const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const flip = (value: string, at: number, bit: number): string => value.slice(0, at) + ALPHABET[ALPHABET.indexOf(value[at]!) ^ bit] + value.slice(at + 1);

  test("unchanged it is a session", () => {
    expect(count).toBeGreaterThan(2);
    expect(envoy.get("/", { cookie: header(whole) }).forwarded.has("x-userinfo")).toBe(true);
    expect(envoy.get("/", { cookie: header([...whole].reverse()) }).forwarded.has("x-userinfo")).toBe(true);
  });
  test("any flipped bit in count, nonce, text or tag", () => {
    for (const i of each) {
      const { length } = whole[i]![1];
      for (const at of [0, 1, 2, 31, 32, 33, 34, 50, length >> 1, length - 3, length - 2]) for (const bit of [1, 32]) expectNone(envoy, changed(i, (value) => flip(value, at, bit)));
    }
  });
  test.each(each)("chunk %i missing", (i) => expectNone(envoy, whole.filter((_, at) => at !== i)));
  test.each(each)("chunk %i of another session", (i) => expectNone(envoy, changed(i, () => foreign[i]![1])));
  test.each(each.slice(1))("chunks 0 and %i swapped", (i) => expectNone(envoy, whole.map(([name], at) => [name, whole[at === 0 ? i : at === i ? 0 : at]![1]])));
  test.each(each)("chunk %i truncated, extended, padded, quoted, empty or in the other alphabet", (i) => {
    for (const change of [
      (value: string) => value.slice(0, -1), (value: string) => value.slice(4), (value: string) => `${value}A`, (value: string) => `${value}AAAA`, (value: string) => `${value}==`,
      (value: string) => `"${value}"`, () => "", (value: string) => `${value.slice(0, 8)}+/${value.slice(10)}`, (value: string) => `${value} x`, (value: string) => value.repeat(2),
    ]) expectNone(envoy, changed(i, change));
  });
  test.each(["0", "1", "2", "9", ":", "a", "A", "\u0000"])("another count: %p", (digit) => expectNone(envoy, changed(0, (value) => digit + value.slice(1))));
  test("a count above the number of chunks", () => expectNone(envoy, [[whole[0]![0], String(count + 1) + whole[0]![1].slice(1)], ...whole.slice(1), [`${whole[0]![0]}_${count}`, ""]]));
  test("all in one cookie", () => expectNone(envoy, [[whole[0]![0], whole.map(([, value]) => value).join("")]]));

  test("duty 101: the cookie of a pending login", () => {
    const third = new Browser(envoy);
    third.navigate("/page");
    expectNone(envoy, [[whole[0]![0], third.jar.get(third.logins[0]!)!.value]]);
  });
  test("a session under another configuration's cookie name", () => {
    const plugin = envoy.addPlugin({ ...BROWSER_CONFIG, session: { secret: SECRET, cookie_name: "__Host-other" } });
    expectNone(envoy, whole.map(([name, value]) => [name.replace(whole[0]![0], "__Host-other"), value]), { plugin });
  });
  test("a session sealed with an unknown secret", () => {
    const other = browse({ session: { secret: "another-secret-of-32-characters!" } });
    logIn(other.browser, LARGE);
    expect(chunks(other.browser).map(([name]) => name)).toEqual(whole.map(([name]) => name));
    expectNone(envoy, chunks(other.browser));
  });
  test("duty 102: a session of another client, or of another issuer, with the same secret and cookie name", () => {
    const session = { secret: SECRET, cookie_name: "__Host-shared" }, issuer = "https://other.example.com";
    const here = browse({ session }).envoy;
    const client = browse({ session, client_id: "other" });
    logInAs(client.browser, { aud: "other" });
    const provider = browse({ session, issuer }, { metadata: { ...BROWSER_METADATA, issuer } });
    logInAs(provider.browser, { iss: issuer });
    for (const { browser } of [client, provider]) {
      expect(through(browser).forwarded.has("x-userinfo")).toBe(true);
      expectNone(here, chunks(browser));
    }
  });
  test("duty 103: no byte can move from the issuer to the client id", () => {
    const session = { secret: SECRET, cookie_name: "__Host-shared" }, issuer = "https://idp.example.com/a";
    const longer = browse({ session, issuer: `${issuer}b`, client_id: "c" }, { metadata: { ...BROWSER_METADATA, issuer: `${issuer}b` } });
    const here = browse({ session, issuer, client_id: "bc" }, { metadata: { ...BROWSER_METADATA, issuer } });
    logInAs(longer.browser, { iss: `${issuer}b`, aud: "c" });
    expect(through(longer.browser).forwarded.has("x-userinfo")).toBe(true);
    expectNone(here.envoy, chunks(longer.browser));
  });
});

describe("garbage, and cookies of neighbouring hosts", () => {
  const { envoy, browser } = browse();
  logIn(browser);
  const [name, value] = chunks(browser)[0]!;
  const large = new Browser(envoy);
  logIn(large, LARGE);

  test.each([
    ["64 kB of it", "x".repeat(64_000)], ["64 kB of base64url after a count", `9${"A".repeat(64_000)}`], ["all bytes", Array.from({ length: 255 }, (_, i) => String.fromCharCode(i + 1)).filter((c) => c !== ";").join("")],
    ["an empty value", ""], ["only a count", "1"], ["less than a seal", `1${"A".repeat(50)}`], ["a NUL", "1\u0000"], ["JSON", '{"sub":"alice"}'],
  ])("%s under the session's name", (_, text) => expectNone(envoy, [[name, text]]));
  test("64 kB of it in nine chunks", () => expectNone(envoy, Array.from({ length: 9 }, (_, i): Chunk => [i ? `${name}_${i}` : name, (i ? "" : "9") + "A".repeat(7_000)])));
  test.each([";;=;", "=", "\u0000", "\u0000=\u0000", ";".repeat(500), "=;".repeat(500), "a=b; ".repeat(500), " ".repeat(60_000), "=".repeat(60_000), "   ", "\t", b64u("x")].map((cookie) => [cookie.slice(0, 12), cookie]))("duty 112: the Cookie header %j is passed over", (_, cookie) => {
    expect(code(envoy.get("/", { cookie }).local)).toBe("401 sign_in_needed");
    // Envoy rejects zero bytes from clients, and from a filter.
    if (!cookie.includes("\u0000")) expect(envoy.get("/", { cookie: `${cookie}; ${name}=${value}` }).forwarded.has("x-userinfo")).toBe(true);
  });

  test.each([1, 2, 3])("duty 110: beside %i cookies of the same name, set by a subdomain, the valid session is found at any position", (others) => {
    const evil = Array.from({ length: others }, (_, i): Chunk => [name, [`1${"A".repeat(200)}`, "", "9"][i]!]);
    for (let at = 0; at <= others; at++) {
      const list: Chunk[] = [...evil.slice(0, at), [name, value], ...evil.slice(at)];
      expect(envoy.get("/", { cookie: header(list) }).forwarded.has("x-userinfo")).toBe(true);
    }
  });
  test.each([["as many chunks", "4AAA"], ["fewer chunks", "1AAA"], ["more chunks", "9AAA"], ["no number of chunks", "x"]])("duty 110: also if every chunk has a false copy, whose first has %s", (_, head) => {
    const list = chunks(large);
    for (const before of [true, false]) {
      const mixed = list.flatMap(([name, value], i): Chunk[] => { const twin: Chunk = [name, i ? "x" : head]; return before ? [twin, [name, value]] : [[name, value], twin]; });
      expect(envoy.get("/", { cookie: header(mixed) }).forwarded.has("x-userinfo")).toBe(true);
    }
  });
  test("a hundred cookies of the session's name are no session", () => expectNone(envoy, Array.from({ length: 100 }, (): Chunk => [name, `1${"A".repeat(300)}`])));

  test("duty 114: nothing of a session, a token or a secret is in the log, the metrics or an answer", () => {
    const { envoy, browser } = browse({}, { start: { logLevel: "trace" } });
    logIn(browser);
    const sealed = chunks(browser)[0]![1], answers = [through(browser, "/api", { cookie: `${name}=${sealed.slice(0, -4)}AAAA` }), through(browser, "/logout", { "sec-fetch-site": "cross-site" })];
    envoy.advance(301);
    const request = through(browser);
    openCall(envoy, "/token").json({ error: "invalid_grant", error_description: "refresh-1" }, 400);
    answers.push(request);
    const output = [envoy.logText, JSON.stringify(envoy.metrics()), ...answers.map(({ local }) => local.body + local.headers.list.join())].join();
    for (const secret of [sealed.slice(1, 40), sealed.slice(-44, -4), accessToken().slice(0, 40), "refresh-1", SECRET, "s3cr3t-of-the-gateway", "c0de"]) expect(output).not.toContain(secret);
  });
});

describe("duty 107: secrets rotate", () => {
  const NEW = "a-new-secret-with-32-characters!";
  const { envoy, browser } = browse();
  logIn(browser);
  const secrets = (...secret: string[]): void => void envoy.reload({ ...BROWSER_CONFIG, session: { secret } });
  const old = copyOf(browser);

  test("with a new one in front sessions stay valid, and are sealed with it at their next use", () => {
    secrets(NEW, SECRET);
    browser.fetch("/api");
    jump(envoy, 61);
    expect(browser.fetch("/api").forwarded.has("x-userinfo")).toBe(true);
    secrets(NEW);
    expect(through(browser).forwarded.has("x-userinfo")).toBe(true);
  });
  test("a session of a removed secret leads to an ordinary login, without an error page or loop", () => {
    expectNone(envoy, chunks(old));
    const answer = logIn(old);
    expect(location(answer).pathname).toBe("/page");
    expect(old.navigate("/page").forwarded.has("x-userinfo")).toBe(true);
  });
});

describe("duty 106: unusable secrets", () => {
  const started = (secret: unknown, changes: object = {}): string => {
    try { return start({ config: { ...BROWSER_CONFIG, ...changes, session: { secret } } }).logText; } catch (error) { return `refused: ${(error as Error).message}`; }
  };
  test.each<[string, unknown]>([
    ["short", "0123456789abcde"], ["one repeated character", "a".repeat(64)], ["empty", ""], ["a number", 12345678901234567890], ["an empty list", []], ["short, in a list", [SECRET, "short"]], ["the same twice", [SECRET, SECRET]], ["the client_secret", BROWSER_CONFIG.client_secret],
  ])("%s is refused", (_, secret) => expect(started(secret)).toMatch(/^refused: [^]*session\.secret/));
  test("16 characters are accepted with a warning, 32 without one", () => {
    expect(started("0123456789abcdef")).toMatch(/warn: .*session\.secret has less than 32 characters/);
    expect(started(SECRET, { redirect_uri: "http://localhost:8080/callback" })).not.toContain("warn");
  });
});
