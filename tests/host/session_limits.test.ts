// The lifetime of a session, and the cookies that extend it on responses of the upstream.
import { NOW, token } from "./fixture";
import { browse, BROWSER_CONFIG, Browser, code, copyOf, decoded, expired, jump, openCall, SECRET, setCookies, logIn, through, tokens, USERINFO } from "./browser";
import type { Envoy } from "./host";
import type { StreamContext } from "./host/stream";

/** A session whose access token does not expire. */
function session(limits: object, changes: object = {}): { envoy: Envoy; browser: Browser } {
  const world = browse({ ...changes, session: { secret: SECRET, idling_timeout: 0, rolling_timeout: 0, ...limits } });
  logIn(world.browser, { tokens: { expires_in: 1_000_000 } });
  return world;
}

const isValid = (browser: Browser): boolean => {
  const { outcome } = browser.fetch("/api");
  if (typeof outcome === "object" && "local" in outcome) expect(code(outcome.local)).toBe("401 sign_in_needed");
  return typeof outcome === "object" && "forwarded" in outcome;
};

/** The names of the session's cookies that an answer sets. */
const sets = ({ headers }: { headers: StreamContext["local"]["headers"] }): string[] => setCookies(headers).filter((line) => /^__Host-oidc_.{8}(_\d)?=[^;]/.test(line)).map((line) => line.split("=")[0]!);

describe("duty 108: limits", () => {
  test.each<[string, object, number[], boolean]>([
    ["idling: just short enough", { idling_timeout: 100 }, [99], true],
    ["idling: too long", { idling_timeout: 100 }, [100], false],
    ["idling: used often", { idling_timeout: 100 }, [50, 50, 50, 50, 50, 50], true],
    ["idling: used, then too long", { idling_timeout: 100 }, [50, 50, 100], false],
    ["idling off", { idling_timeout: 0 }, [80_000], true],
    ["rolling: just before", { rolling_timeout: 400 }, [399], true],
    ["rolling: expired", { rolling_timeout: 400 }, [400], false],
    ["rolling: used only in the first three quarters", { rolling_timeout: 400 }, [100, 100, 99, 101], false],
    ["rolling: used in the last quarter", { rolling_timeout: 400 }, [301, 399], true],
    ["rolling: expired, although idling is not", { rolling_timeout: 400, idling_timeout: 300 }, [250, 150], false],
    ["absolute: just before", { absolute_timeout: 600, idling_timeout: 300, rolling_timeout: 400 }, [200, 150, 249], true],
    ["absolute: expired, although it is used", { absolute_timeout: 600, idling_timeout: 300, rolling_timeout: 400 }, [200, 150, 100, 100, 50], false],
    ["absolute: its old name", { cookie: { lifetime: 600 } }, [600], false],
    ["the defaults: a quarter of an hour unused", { idling_timeout: undefined, rolling_timeout: undefined }, [900], false],
    ["the defaults: less", { idling_timeout: undefined, rolling_timeout: undefined }, [899], true],
    ["the defaults: a day", { idling_timeout: undefined, rolling_timeout: undefined }, Array(108).fill(800), false],
  ])("%s", (_, limits, waits, expected) => {
    const { envoy, browser } = session(limits);
    waits.forEach((seconds, i) => {
      jump(envoy, seconds);
      expect(isValid(browser)).toBe(i < waits.length - 1 || expected);
    });
  });

  test("a cached session ends at the same second", () => {
    const { envoy, browser } = session({ absolute_timeout: 600 });
    jump(envoy, 599);
    expect([isValid(browser), isValid(copyOf(browser))]).toEqual([true, true]);
    jump(envoy, 1);
    expect(isValid(browser)).toBe(false);
  });

  test("duty 104: a client that keeps an old cookie gains no time", () => {
    const { envoy, browser } = session({ idling_timeout: 100 });
    const oldCopy = copyOf(browser);
    for (let i = 0; i < 3; i++) { jump(envoy, 50); expect(isValid(browser)).toBe(true); }
    expect(isValid(oldCopy)).toBe(false);
  });

  test("the absolute limit is kept by every refresh", () => {
    const { envoy, browser } = browse({ session: { secret: SECRET, idling_timeout: 0, rolling_timeout: 0, absolute_timeout: 700 } });
    logIn(browser);
    for (let i = 2; i < 4; i++) {
      jump(envoy, 301);
      const request = browser.fetch("/api");
      openCall(envoy, "/token").json({ ...tokens(undefined), id_token: undefined, refresh_token: `refresh-${i}` });
      browser.take(request);
    }
    jump(envoy, 97);
    expect(isValid(browser)).toBe(true);
    jump(envoy, 1);
    expect(isValid(browser)).toBe(false);
  });

  test("an expired session is deleted, and the user logs in again without an error", () => {
    const { envoy, browser } = session({ absolute_timeout: 60 });
    jump(envoy, 60);
    const { headers } = through(browser).local;
    expect(expired(headers)).toEqual([browser.session]);
    logIn(browser);
    expect(isValid(browser)).toBe(true);
  });
});

describe("duty 137: the clock", () => {
  const { browser } = session({});
  const cookies = browser.cookiesFor("/");
  const at = (seconds: number): Browser => {
    const { browser: other } = browse({}, { start: { now: NOW + seconds } });
    for (const [name, cookie] of browser.jar) other.jar.set(name, cookie);
    return other;
  };

  test.each([[-1000, false], [-125, false], [-100, true], [0, true], [898, true]])("on another gateway, whose clock shows %i seconds, the session is valid: %p", (seconds, expected) => {
    expect(cookies).not.toBe("");
    expect(isValid(at(seconds))).toBe(expected);
  });

  test.each([["not cached", false], ["cached", true]])("a clock set back to before the login ends the session (%s)", (_, before) => {
    const { envoy, browser } = session({});
    if (before) expect(isValid(browser)).toBe(true);
    jump(envoy, -500);
    expect(isValid(browser)).toBe(false);
  });

  test("a clock set back does not restore an expired session, even if it was cached", () => {
    const { envoy, browser } = session({ idling_timeout: 900 });
    const thief = copyOf(browser);
    expect(isValid(browser)).toBe(true);
    jump(envoy, 1000);
    expect(isValid(copyOf(thief))).toBe(false);
    jump(envoy, -1500);
    expect(isValid(copyOf(thief))).toBe(false);
  });
});

describe("Set-Cookie on a response of the upstream", () => {
  test("is added at most once a minute, and often enough", () => {
    const { envoy, browser } = session({ idling_timeout: 900, rolling_timeout: 3600 });
    let answers = 0;
    for (let i = 0; i < 120; i++) {
      jump(envoy, 10);
      const request = through(browser);
      answers += sets(request.respond(200)).length;
      browser.take(request);
    }
    expect(answers).toBe(20);
  });

  test("is added to one of many parallel responses, and again ten seconds later for a browser that has lost it", () => {
    const { envoy, browser } = session({ idling_timeout: 900 });
    const before = copyOf(browser);
    jump(envoy, 61);
    const burst = (): number => [1, 2, 3].map(() => sets(through(before).respond(200)).length).reduce((sum, n) => sum + n);
    expect(burst()).toBe(1);
    jump(envoy, 9);
    expect(burst()).toBe(0);
    jump(envoy, 1);
    expect(burst()).toBe(1);
  });

  test("is never added if only the absolute limit is set", () => {
    const { envoy, browser } = session({});
    for (let i = 0; i < 10; i++) { jump(envoy, 1000); expect(setCookies(through(browser).respond(200).headers)).toEqual([]); }
  });

  test("leaves the rest of the response unchanged, including the upstream's own cookies", () => {
    const { envoy, browser } = session({ idling_timeout: 900 });
    jump(envoy, 61);
    const own: [string, string][] = [["set-cookie", "a=1; Path=/"], ["vary", "accept"], ["set-cookie", "b=2, c; Secure"], ["cache-control", "public"], ["x-empty", ""], ["vary", "cookie"]];
    const answer = through(browser).respond(418, own, "short and stout");
    expect([answer.status, answer.body]).toEqual([418, "short and stout"]);
    expect(answer.headers.list.filter(([name]) => name !== ":status").slice(0, own.length)).toEqual(own);
    expect(answer.headers.list.slice(-1)[0]![1]).toMatch(/^__Host-oidc_.{8}=1[\w-]+; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
    expect(answer.headers.list).toHaveLength(own.length + 2);
  });

  test("belongs to its stream, in any order of the responses", () => {
    const { envoy, browser } = session({ idling_timeout: 900 });
    const bob = new Browser(envoy);
    logIn(bob, { tokens: { expires_in: 1_000_000, access_token: "bobs" } });
    jump(envoy, 61);
    const first = through(browser), second = through(bob);
    for (const [request, owner] of [[second, bob], [first, browser]] as const) { request.respond(200); owner.take(request); }
    expect(through(bob).forwarded.get("x-access-token")).toBe("bobs");
    expect(decoded(through(browser).forwarded.get("x-userinfo"))).toEqual(USERINFO);
    expect(through(browser).forwarded.get("x-access-token")).not.toBe("bobs");
  });

  test.each([[119, 1], [121, 0]])("a response after %i seconds has %i: by then there may be a newer one", (seconds, expected) => {
    const { envoy, browser } = session({ idling_timeout: 900 });
    jump(envoy, 61);
    const request = through(browser);
    jump(envoy, seconds);
    expect(sets(request.respond(200))).toHaveLength(expected);
  });

  test("without randomness it is added later, and the request continues", () => {
    const { envoy, browser } = session({ idling_timeout: 900 });
    jump(envoy, 61);
    envoy.failRandom = true;
    expect(sets(through(browser).respond(200))).toEqual([]);
    envoy.failRandom = false;
    jump(envoy, 61);
    expect(sets(through(browser).respond(200))).toHaveLength(1);
  });
});

describe("duty 99: an upstream cannot plant a session", () => {
  const { envoy, browser } = session({ idling_timeout: 900 });
  const name = browser.session!, plain = name.slice("__Host-".length);
  const pass = envoy.addPlugin({ ...BROWSER_CONFIG, unauth_action: "pass" });
  const answers = (value: string): string[][] => [
    setCookies(through(browser).respond(200, [["set-cookie", "a=1"], ["set-cookie", value], ["set-cookie", "b=2"]]).headers),
    setCookies(envoy.get("/", { authorization: `Bearer ${token()}` }).respond(200, [["set-cookie", "a=1"], ["set-cookie", value], ["set-cookie", "b=2"]]).headers),
    setCookies(envoy.get("/", {}, { plugin: pass }).respond(200, [["set-cookie", "a=1"], ["set-cookie", value], ["set-cookie", "b=2"]]).headers),
  ];

  test.each([
    `${name}=1AAA; Path=/; Secure`, `${name}=`, `${name}_1=x; Path=/`, `${name}_8=x`, `${name}_flow=3.1767225600`, `__Secure-${plain}_login_AbC-_123=x; Path=/callback`, `${plain}=1AAA`, `${plain}_2=x`,
    `${plain}_flow=0.0`, `${plain}_login_AbC-_123=x`, `  ${name}=x`, `${name}=x; Max-Age=0`,
  ])("%s is dropped, and nothing else", (value) => {
    for (const answer of answers(value)) expect(answer).toEqual(["a=1", "b=2"]);
  });
  // RFC 6265 §5.2: browsers remove spaces and tabs around the name. They send a cookie without a name back as its bare value (RFC 6265bis §5.8.3).
  test.each([`${name} =x`, `${name}\t=x`, `\t${name}=x`, `${name}_1 =x`, `=${plain}=x; Path=/`, ` = ${plain}=x`])("%j, which browsers send back under the same name, is dropped too", (value) => {
    for (const answer of answers(value)) expect(answer).toEqual(["a=1", "b=2"]);
  });
  test.each([`${name}_9=x`, `${name}x=1`, `x${name}=1`, `session=${name}`, "oidc=1", `${name}_login_short=x`])("%s is a cookie of the upstream", (value) => {
    for (const answer of answers(value)) expect(answer).toEqual(["a=1", value, "b=2"]);
  });
});
