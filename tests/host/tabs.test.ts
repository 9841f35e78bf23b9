// Several logins at once, in one browser or in many, and redirect loops.
import { asked as callsTo, ISSUER } from "./fixture";
import {
  accessToken, asked, type Asked, browse, Browser, BROWSER_CONFIG, BROWSER_METADATA, callbackPath, code, cookieOf, copyOf, decoded, expired, idToken, jump, location, openCall, redeeming, setCookies, logIn, tokens, tryAgain, USERINFO,
} from "./browser";
import type { StreamContext } from "./host/stream";

const LAX = { "sec-fetch-site": "cross-site" };
const completeLogin = (browser: Browser, ask: Asked, person = "alice"): string => {
  const back = browser.navigate(callbackPath(ask), LAX);
  finish(browser, ask, person);
  return location(browser.take(back)).pathname;
};
const finish = ({ envoy }: Browser, { nonce }: Asked, person: string): void => {
  openCall(envoy, "/token").json(tokens(nonce, { id_token: idToken(nonce, { sub: person, iat: envoy.now, exp: envoy.now + 300 }), access_token: accessToken({ sub: person }) }));
  openCall(envoy, "/userinfo").json({ ...USERINFO, sub: person });
};
const userOf = (browser: Browser): unknown => {
  const { forwarded } = browser.fetch("/api");
  expect(forwarded.get("x-access-token")).toBe(accessToken({ sub: String(decoded(forwarded.get("x-id-token")).sub) }));
  return decoded(forwarded.get("x-userinfo")).sub;
};

describe("several tabs", () => {
  test("each has its own login, in any order, and returns to its own page", () => {
    const { browser } = browse(), tabs = ["/a", "/b?x=1", "/c"].map((page) => asked(browser.navigate(page)));
    expect(browser.logins).toHaveLength(3);
    expect([tabs[2]!, tabs[0]!, tabs[1]!].map((ask) => completeLogin(browser, ask))).toEqual(["/c", "/a", "/b"]);
    expect(browser.logins).toEqual([]);
    expect(userOf(browser)).toBe("alice");
  });

  test("a refused one does not affect the others", () => {
    const { browser } = browse(), [a, b] = ["/a", "/b"].map((page) => asked(browser.navigate(page))) as [Asked, Asked];
    expect(code(browser.navigate(callbackPath(a, { error: "access_denied" })).local)).toBe("403 login_denied");
    expect(code(browser.navigate(callbackPath(b, { state: "A".repeat(32) })).local)).toBe("400 login_unknown");
    expect(completeLogin(browser, b)).toBe("/b");
  });

  test("duty 19: there are at most seven: the oldest is deleted with its own path, and its callback gets an error page", () => {
    const { browser } = browse(), tabs: Asked[] = [];
    for (let i = 0; i < 7; i++) tabs.push(asked(browser.navigate(`/${i}`)));
    const eighth = browser.navigate("/7");
    expect(expired(eighth.local.headers)).toEqual([expect.stringContaining(`_login_${tabs[0]!.state.slice(0, 8)}`)]);
    const lines = setCookies(eighth.local.headers).filter((line) => line.includes("_login_")).map((line) => line.split("; ").slice(1, 5).join("; "));
    expect(lines).toEqual(["Path=/callback; HttpOnly; Secure; SameSite=Lax", "Path=/callback; HttpOnly; Secure; SameSite=Lax"]);
    for (let i = 8; i < 100; i++) browser.navigate(`/${i}`);
    expect(browser.logins).toHaveLength(7);
    const { local } = browser.navigate(callbackPath(tabs[0]!));
    expect([code(local), tryAgain(local)]).toEqual(["400 login_unknown", "/"]);
  });

  describe("duty 161: a login started by another site does not replace others", () => {
    const NAVIGATION = { accept: "text/html", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };
    const popup = (browser: Browser, path: string): StreamContext => browser.navigate(path, LAX);

    test.each<[string, Record<string, string>]>([
      ["a popup of another site", { ...NAVIGATION, ...LAX }], ["a popup of a neighbouring host", { ...NAVIGATION, "sec-fetch-site": "same-site" }], ["a popup in an old browser, by its Referer", { accept: "text/html", referer: "https://evil.example/" }],
    ])("%s starts one, and a hundred of them do not affect those of this site", (_, headers) => {
      const { browser } = browse(), own = asked(browser.navigate("/own"));
      for (let i = 0; i < 100; i++) expect(location(browser.send("GET", `/${i}`, headers)).pathname).toBe("/authorize");
      expect(browser.logins).toHaveLength(7);
      expect(completeLogin(browser, own)).toBe("/own");
    });

    test("if all seven are this site's, it is not started: a page offers a link that starts it", () => {
      const { browser } = browse(), own: Asked[] = [];
      for (let i = 0; i < 7; i++) own.push(asked(browser.navigate(`/${i}`)));
      const { local } = popup(browser, "/wanted?a=1");
      expect([code(local), tryAgain(local), setCookies(local.headers), local.headers.get("x-frame-options")]).toEqual(["429 too_many_logins", "/wanted?a=1", [], "DENY"]);
      expect(browser.logins).toHaveLength(7);
      const clicked = asked(browser.navigate("/wanted?a=1", { "sec-fetch-site": "same-origin" }));
      expect(completeLogin(browser, own[6]!)).toBe("/6");
      expect(completeLogin(browser, clicked)).toBe("/wanted");
    });

    test("one of this site replaces the oldest of other sites first, and then the oldest", () => {
      const { browser } = browse(), ids: string[] = [];
      const begin = (headers: Record<string, string>): string[] => {
        const answer = browser.navigate("/", headers);
        ids.push(asked(answer).state.slice(0, 8));
        return expired(answer.local.headers).map((name) => String(ids.indexOf(name.slice(-8))));
      };
      const OWN = { "sec-fetch-site": "none" };
      for (const headers of [OWN, LAX, OWN, LAX, OWN, OWN, OWN]) expect(begin(headers)).toEqual([]);
      expect([begin(OWN), begin(OWN), begin(OWN), begin(OWN)]).toEqual([["1"], ["3"], ["0"], ["2"]]);
    });

    test("a completed login makes room for another", () => {
      const { browser } = browse(), own: Asked[] = [];
      for (let i = 0; i < 7; i++) own.push(asked(browser.navigate(`/${i}`)));
      browser.navigate(callbackPath(own[0]!, { error: "access_denied" }));
      expect(location(popup(browser, "/")).pathname).toBe("/authorize");
    });
  });

  test("an ended one does not count among the seven", () => {
    const { browser } = browse(), waiting = asked(browser.navigate("/waiting"));
    for (let i = 0; i < 9; i++) browser.navigate(callbackPath(asked(browser.navigate(`/${i}`)), { error: "access_denied" }));
    expect(browser.logins).toHaveLength(1);
    expect(completeLogin(browser, waiting)).toBe("/waiting");
  });

  test("duty 19: also if every page has its own callback: a cookie is deleted only with the path with which it was set (RFC 6265 §5.3)", () => {
    const { browser } = browse({ redirect_uri: undefined }), held = new Map<string, string>();
    for (let i = 0; i < 12; i++) {
      for (const line of setCookies(browser.navigate(`/page${i}`).local.headers)) {
        const key = `${line.slice(0, line.indexOf("="))} ${/; Path=([^;]*)/.exec(line)![1]}`;
        if (line.includes("Max-Age=0")) held.delete(key);
        else held.set(key, line);
      }
    }
    expect([...held.keys()].filter((key) => key.includes("_login_")).length).toBeLessThanOrEqual(7);
  });

  test.each(["x", "1.2.3", "-1.0", "99999999999.0", "3.1767225600.AAAAAAAA.AAAAAAAA", `0.0${".AAAAAAAA".repeat(8)}`, "1.1.<script>", "0.0.", ".".repeat(4000), "\u0001", ""].map((value) => [value.slice(0, 30), value] as const))("a cookie that counts them and holds %p is as good as none", (_, value) => {
    const { browser } = browse(), name = cookieOf(browse().browser.navigate("/").local.headers, "_flow");
    browser.jar.set(name, { value, path: "/" });
    const page = browser.navigate("/page");
    expect(completeLogin(browser, asked(page))).toBe("/page");
    expect(page.local.headers.list.map(([, text]) => text).join()).not.toContain("script");
  });
});

describe("duty 26: redirect loops", () => {
  const round = (browser: Browser, person = "alice"): void => void completeLogin(browser, asked(browser.navigate("/page?a=1")), person);
  const loopPage = (browser: Browser): [string, string | undefined] => {
    const { local } = browser.navigate("/page?a=1");
    expect(setCookies(local.headers).some((line) => line.includes("_login_"))).toBe(false);
    expect(local.headers.get("location")).toBeUndefined();
    expect(local.body).toContain("The login starts again and again");
    return [code(local), tryAgain(local)];
  };

  test("the session cookie is not sent back: after three logins a page says so", () => {
    const { browser } = browse();
    for (let i = 0; i < 3; i++) {
      round(browser);
      browser.jar.delete(browser.session!);
    }
    expect(loopPage(browser)).toEqual(["400 loop_cookie_missing", "/page?a=1"]);
    expect(browser.navigate("/page").local.status).toBe(302);
  });

  test("it cannot be opened: gateways with different secrets, or a proxy that changes cookies", () => {
    const { browser } = browse();
    for (let i = 0; i < 3; i++) {
      round(browser);
      const name = browser.session!, cookie = browser.jar.get(name)!;
      browser.jar.set(name, { ...cookie, value: cookie.value.slice(0, -8) });
    }
    expect(loopPage(browser)).toEqual(["400 loop_cookie_unreadable", "/page?a=1"]);
  });

  test("it expires at once: clocks and lifetimes", () => {
    const { envoy, browser } = browse();
    for (let i = 0; i < 3; i++) {
      const { ask, back, call } = redeeming(browser);
      call.json(tokens(ask.nonce, { expires_in: 1, refresh_token: undefined }));
      openCall(envoy, "/userinfo").json(USERINFO);
      browser.take(back);
      jump(envoy, 2);
    }
    expect(loopPage(browser)).toEqual(["400 loop_session_over", "/page?a=1"]);
  });

  test("a script still gets 401", () => {
    const { browser } = browse();
    for (let i = 0; i < 3; i++) { round(browser); browser.jar.delete(browser.session!); }
    expect(code(browser.fetch("/api").local)).toBe("401 sign_in_needed");
  });

  test("two logins, slow logins, logins with a logout in between and many tabs at once are no loop", () => {
    const twice = browse().browser;
    for (let i = 0; i < 2; i++) { round(twice); twice.jar.delete(twice.session!); }
    asked(twice.navigate("/page"));
    const slow = browse().browser;
    for (let i = 0; i < 5; i++) { round(slow); slow.jar.delete(slow.session!); jump(slow.envoy, 121); }
    const rested = browse().browser;
    for (let i = 0; i < 3; i++) { round(rested); rested.jar.delete(rested.session!); }
    jump(rested.envoy, 120);
    asked(rested.navigate("/page"));
    const often = browse().browser;
    for (let i = 0; i < 5; i++) { round(often); location(often.navigate("/logout", { "sec-fetch-site": "same-origin" })); jump(often.envoy, 1); }
    const tabs = browse().browser;
    for (const ask of [1, 2, 3, 4, 5].map((i) => asked(tabs.navigate(`/${i}`)))) completeLogin(tabs, ask);
    expect(userOf(tabs)).toBe("alice");
  });
});

describe("duty 36: logins of different users in one worker", () => {
  test("each gets its own cookies, in any order of responses", () => {
    const { envoy, browser: alice } = browse(), bob = new Browser(envoy);
    const [a, b] = [redeeming(alice, "/alice"), redeeming(bob, "/bob")];
    b.call.json(tokens(b.ask.nonce, { id_token: idToken(b.ask.nonce, { sub: "bob" }), access_token: accessToken({ sub: "bob" }) }));
    a.call.json(tokens(a.ask.nonce));
    const [forBob, forAlice] = envoy.callouts.filter(({ path }) => path === "/userinfo");
    expect([forBob!.headers.get("authorization"), forAlice!.headers.get("authorization")]).toEqual([`Bearer ${accessToken({ sub: "bob" })}`, `Bearer ${accessToken()}`]);
    forAlice!.json(USERINFO);
    expect([a.back.waiting, b.back.waiting]).toEqual([false, true]);
    forBob!.json({ ...USERINFO, sub: "bob" });
    expect([location(alice.take(a.back)).pathname, location(bob.take(b.back)).pathname]).toEqual(["/alice", "/bob"]);
    const seals = [a.back, b.back].map(({ local }) => setCookies(local.headers).find((line) => /^__Host-oidc_[\w-]{8}=/.test(line)));
    expect(seals[0]).not.toBe(seals[1]);
    expect(decoded(alice.fetch("/api").forwarded.get("x-userinfo")).sub).toBe("alice");
    expect(userOf(bob)).toBe("bob");
  });

  test("the tokens of one login are refused for another", () => {
    const { envoy, browser: alice } = browse(), bob = new Browser(envoy);
    const [a, b] = [redeeming(alice, "/alice"), redeeming(bob, "/bob")];
    a.call.json(tokens(b.ask.nonce));
    b.call.json(tokens(a.ask.nonce));
    expect([code(alice.take(a.back).local), code(bob.take(b.back).local)]).toEqual(["502 login_failed", "502 login_failed"]);
  });

  test("fifty at once, answered in reverse order, among other requests", () => {
    const { envoy, browser } = browse();
    const all = Array.from({ length: 50 }, (_, i) => {
      const own = new Browser(envoy), started = redeeming(own, `/${i}`);
      browser.fetch("/api");
      return { own, person: `person${i}`, ...started };
    });
    for (const { call, ask, person } of [...all].reverse()) call.json(tokens(ask.nonce, { id_token: idToken(ask.nonce, { sub: person }), access_token: accessToken({ sub: person }) }));
    for (const call of [...envoy.callouts]) call.json({ sub: JSON.parse(Buffer.from(call.headers.get("authorization")!.split(".")[1]!, "base64url").toString()).sub });
    for (const [i, { own, back, person }] of all.entries()) {
      expect(location(own.take(back)).pathname).toBe(`/${i}`);
      expect(userOf(own)).toBe(person);
    }
  });

  test("a callback may arrive at another worker than the one that started the login", () => {
    const { envoy, browser } = browse({}, { start: { workers: 2 } });
    const ask = asked(browser.navigate("/page")), there = copyOf(browser, { worker: 1 });
    expect(completeLogin(there, ask)).toBe("/page");
    expect(userOf(there)).toBe("alice");
    expect(userOf(copyOf(there, { worker: 0 }))).toBe("alice");
    expect(callsTo(envoy, "/token")).toBe(1);
  });
});

describe("duty 35: the browser disconnects", () => {
  test.each<[string, (browser: Browser, started: ReturnType<typeof redeeming>) => void]>([
    ["while the code is redeemed", (_, { back, call, ask }) => { back.reset(); call.json(tokens(ask.nonce)); }],
    ["and the provider fails", (_, { back, call }) => { back.reset(); call.fail(); }],
    ["and the provider takes too long", ({ envoy }, { back }) => { back.reset(); envoy.advance(5); }],
    ["while UserInfo is fetched", ({ envoy }, { back, call, ask }) => { call.json(tokens(ask.nonce)); back.reset(); openCall(envoy, "/userinfo").json(USERINFO); }],
  ])("%s: there is no session, no token is logged, and the worker continues", (_, leave) => {
    const { envoy, browser } = browse({}, { start: { logLevel: "trace" } }), started = redeeming(browser);
    leave(browser, started);
    expect(started.back.outcome).toBe("reset");
    for (const call of envoy.callouts) { expect(call.path).toBe("/userinfo"); call.json(USERINFO); }
    expect(envoy.logText).not.toContain(accessToken().slice(-30));
    expect(browser.session).toBeUndefined();
    // The code may have been redeemed, so the login is ended. A new one works.
    expect(code(browser.navigate(callbackPath(started.ask)).local)).toBe("400 login_unknown");
    location(logIn(browser));
    expect(envoy.callouts.map(String)).toEqual([]);
  });

  test("while it waits for the provider's metadata: the next requests continue", () => {
    const { envoy } = browse(), plugin = envoy.addPlugin({ ...BROWSER_CONFIG, discovery: "https://late.example.com/.well-known/openid-configuration" });
    envoy.provider("idp").answers(null);
    const [first, second] = [new Browser(envoy, { plugin }).navigate("/1"), new Browser(envoy, { plugin }).navigate("/2")];
    first.reset();
    envoy.provider("idp").answers(({ path }) => path === "/jwks" ? { body: { keys: [] } } : { body: { ...BROWSER_METADATA, issuer: "https://late.example.com" } });
    envoy.advance(2);
    expect(first.outcome).toBe("reset");
    expect(asked(second).url.href).toContain(`${ISSUER}/authorize`);
  });

  test("a replaced configuration completes the logins that wait for the provider, and their sessions are valid in the new one", () => {
    const { envoy, browser } = browse(), { ask, back, call } = redeeming(browser);
    envoy.reload({ ...BROWSER_CONFIG, set_userinfo_header: false });
    call.json(tokens(ask.nonce));
    openCall(envoy, "/userinfo").json(USERINFO);
    expect(location(browser.take(back)).pathname).toBe("/page");
    browser.fetch("/api").forwarded;
  });
});
