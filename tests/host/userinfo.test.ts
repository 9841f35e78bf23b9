// UserInfo: whose it must be, how it may come, and what becomes of a login without it.
import { b64u, ISSUER, KEY, makeKey, token } from "./fixture";
import { accessToken, browse, Browser, BROWSER_METADATA, CLIENT, code, decoded, idToken, location, openCall, redeeming, serveBrowser, logIn, tokens, tryAgain, USERINFO } from "./browser";
import type { Envoy } from "./host";
import type { Callout } from "./host/callout";
import type { StreamContext } from "./host/stream";

describe("UserInfo", () => {
  /** A login up to the UserInfo endpoint's answer. */
  function asking(answer: (call: Callout) => void, config: Record<string, unknown> = {}): { envoy: Envoy; browser: Browser; back: StreamContext } {
    const { envoy, browser } = browse(config), { ask, back, call } = redeeming(browser);
    call.json(tokens(ask.nonce));
    const userinfo = openCall(envoy, "/userinfo");
    expect([userinfo.method, userinfo.headers.get("authorization"), userinfo.body]).toEqual(["GET", `Bearer ${accessToken()}`, ""]);
    answer(userinfo);
    return { envoy, browser, back: browser.take(back) };
  }

  const signed = (changes: Record<string, unknown>, key = KEY): ((call: Callout) => void) => (call) =>
    call.reply(200, { "content-type": "application/jwt" }, token({ ...USERINFO, aud: CLIENT, scope: undefined, iat: undefined, exp: undefined, ...changes }, { key }));

  const SOMEBODY_ELSE: [string, (call: Callout) => void][] = [
    ["duty 64: of somebody else", (call) => call.json({ ...USERINFO, sub: "mallory" })],
    ["duty 64: without sub", (call) => call.json({ name: "Alice" })],
    ["duty 64: with a sub that is null", (call) => call.json({ ...USERINFO, sub: null })],
    ["duty 64: with a sub of another case", (call) => call.json({ sub: "Alice" })],
    ["duty 64: with a list as sub", (call) => call.json({ sub: ["alice"] })],
    ["duty 64: signed, of somebody else", signed({ sub: "mallory" })],
  ];
  const USELESS: [string, (call: Callout) => void, string][] = [
    ["with two subs", (call) => call.reply(200, {}, '{"sub":"alice","sub":"mallory"}'), "502 login_failed"],
    ["that is a list", (call) => call.json([USERINFO]), "502 login_failed"],
    ["that is a page", (call) => call.reply(200, { "content-type": "text/html" }, "<html>"), "502 login_failed"],
    ["that is empty", (call) => call.reply(200, {}, ""), "502 login_failed"],
    ["that is not UTF-8", (call) => call.reply(200, {}, Buffer.from('{"sub":"alice","name":"Al\xefce"}', "latin1")), "502 login_failed"],
    ["that is too large", (call) => call.json({ ...USERINFO, x: "a".repeat(40_000) }), "502 login_failed"],
    ["duty 41: that is elsewhere", (call) => call.reply(302, { location: `${ISSUER}/userinfo2` }), "502 login_failed"],
    ["that is refused, as where the token is for another audience", (call) => call.reply(401), "502 login_failed"],
    ["that is forbidden", (call) => call.reply(403), "502 login_failed"],
    ["that is not there", (call) => call.reply(404), "502 login_failed"],
    ["that does not come", (call) => call.fail(), "503 provider_unreachable"],
    ["that has enough for now", (call) => call.reply(429), "503 provider_unreachable"],
    ["that nobody serves just now", (call) => call.reply(503), "503 provider_unreachable"],
    ["that takes too long", (call) => call.timeout(), "503 provider_unreachable"],
    ["signed by another issuer", signed({ iss: "https://evil.example" }), "502 login_failed"],
    ["signed for another client", signed({ aud: "another" }), "502 login_failed"],
    ["signed for others alone", signed({ aud: ["a", "b"] }), "502 login_failed"],
    ["with a forged signature", signed({}, { ...makeKey("k1") }), "502 login_failed"],
    ["that is not signed (alg none)", (call) => call.reply(200, {}, `${b64u({ alg: "none" })}.${b64u(USERINFO)}.`), "502 login_failed"],
    ["that is encrypted", (call) => call.reply(200, {}, `${b64u({ alg: "RSA-OAEP", enc: "A256GCM" })}.a.b.c.d`), "502 login_failed"],
  ];

  test.each(SOMEBODY_ELSE)("%s ends the login without a session", (_, answer) => {
    const { envoy, browser, back } = asking(answer);
    expect([code(back.local), tryAgain(back.local)]).toEqual(["502 login_failed", "/page?a=1"]);
    expect([browser.session, browser.logins, envoy.callouts.map(String)]).toEqual([undefined, [], []]);
  });

  test.each(USELESS)("%s: the session begins without it, with the ID Token's claims, and one line of the log says so", (_, answer) => {
    const { envoy, browser, back } = asking(answer);
    expect(location(back).pathname + location(back).search).toBe("/page?a=1");
    const { forwarded } = browser.fetch("/api");
    expect(decoded(forwarded.get("x-userinfo"))).toEqual(decoded(forwarded.get("x-id-token")));
    expect(envoy.logText.match(/the claims of the ID Token alone/g)).toHaveLength(1);
    expect(envoy.logText).toMatch(/login: the UserInfo endpoint.*userinfo_required/);
  });

  test.each(USELESS)("%s ends the login where userinfo_required says so", (_, answer, expected) => {
    const { envoy, browser, back } = asking(answer, { userinfo_required: true });
    expect([code(back.local), tryAgain(back.local)]).toEqual([expected, "/page?a=1"]);
    expect([browser.session, browser.logins, envoy.callouts.map(String)]).toEqual([undefined, [], []]);
  });

  test("that failed: what needs its claims is refused as for any missing claim", () => {
    const { browser } = asking((call) => call.reply(500), { access_rules: { claim: "name", equals: "Alice" } });
    expect(code(browser.fetch("/api").local)).toBe("403 claim_missing");
  });

  test.each<[string, Record<string, unknown>]>([
    ["with iss and aud", {}], ["with several audiences", { aud: ["another", CLIENT] }], ["without iss and aud, which Core 5.3.2 only recommends", { iss: undefined, aud: undefined }],
  ])("that is signed, %s, is verified, and its claims used", (_, changes) => {
    const { browser, back } = asking(signed(changes));
    expect(location(back).pathname).toBe("/page");
    expect(decoded(browser.fetch("/api").forwarded.get("x-userinfo"))).toMatchObject(USERINFO);
  });

  test("that is signed by a key which is not known yet waits for the keys", () => {
    const next = makeKey("k2");
    const { envoy, browser } = browse();
    envoy.advance(40);
    const { ask, back, call } = redeeming(browser);
    call.json({ ...tokens(ask.nonce), id_token: idToken(ask.nonce) });
    serveBrowser(envoy, { keys: [KEY, next] });
    signed({}, next)(openCall(envoy, "/userinfo"));
    expect(location(browser.take(back)).pathname).toBe("/page");
    expect(decoded(browser.fetch("/api").forwarded.get("x-userinfo"))).toMatchObject(USERINFO);
  });

  test("is asked for where only a claim's header, a rule or a schema uses it, and where nothing does, not", () => {
    const none = { set_userinfo_header: false };
    const used = [{ claim_headers: { name: "x-user" } }, { set_filter_state: true }, { claim_schema: { type: "object" } }, { access_rules: { claim: "sub", equals: "alice" } }, { userinfo_required: true },
      { rules: [{ path_prefix: "/api", claim_headers: { name: "x-user" } }] }];
    for (const config of used) location(logIn(browse({ ...none, ...config }).browser));
    const { envoy, browser } = browse(none);
    location(logIn(browser, { userinfo: null }));
    expect(envoy.provider("idp").calls.some(({ path }) => path === "/userinfo")).toBe(false);
  });

  test("is not asked for where there is none, or the session keeps none; X-Userinfo then holds the ID Token's claims", () => {
    for (const [config, metadata] of [[{}, { ...BROWSER_METADATA, userinfo_endpoint: undefined }], [{ session_contents: { id_token: true } }, BROWSER_METADATA]] as const) {
      const { envoy, browser } = browse(config, { metadata });
      location(logIn(browser, { userinfo: null }));
      expect(envoy.provider("idp").calls.some(({ path }) => path === "/userinfo")).toBe(false);
      const { forwarded } = browser.fetch("/api");
      expect(decoded(forwarded.get("x-userinfo"))).toEqual(decoded(forwarded.get("x-id-token")));
    }
  });
});
