// The Cookie header as attackers, proxies and neighbouring hosts can write it: many cookies, several lines, planted values.
import { bearer, token } from "./fixture";
import { accessToken, asked, browse, Browser, BROWSER_CONFIG, callbackPath, code, location, openCall, SECRET, logIn, tokens, USERINFO, type Sent } from "./browser";
import type { StreamContext } from "./host/stream";
import { TOKENS } from "./ruled";

/** Some 12 kB of tokens, in several chunks. */
const LARGE = { tokens: { access_token: accessToken({ groups: Array.from({ length: 500 }, (_, i) => `group-number-${i}`) }) } };
const chunksOf = (browser: Browser): string[] => [...browser.jar].filter(([name]) => !/_login_|_flow$/.test(name)).map(([name, { value }]) => `${name}=${value}`);
const isLoggedIn = (request: StreamContext): void => expect(request.forwarded.has("x-userinfo")).toBe(true);

describe("duty 151: the cost of a cookie does not grow with the number of rules, and the number of cookies has a bound", () => {
  const rules = Array.from({ length: 64 }, (_, i) => ({ path_prefix: `/tenant${i}/`, client_id: `client-${i}`, redirect_uri: `/tenant${i}/callback`, logout_path: `/tenant${i}/logout` }));
  const config = { ...BROWSER_CONFIG, rules: [{ path_prefix: "/closed/", mode: "deny" }, { path_prefix: "/open/", mode: "public" }, ...rules.slice(2)] };
  const { envoy, browser } = browse(config);
  logIn(browser);
  const session = chunksOf(browser).join("; ");

  test("512 are read, also the session after all others", () => {
    isLoggedIn(envoy.get("/", { cookie: `${"a=b; ".repeat(511)}${session}` }));
    expect(envoy.get("/open/x", { cookie: `${"a; ".repeat(511)}${session}` }).forwarded.get("cookie")).toBe("a; ".repeat(511).slice(0, -2));
  });

  test.each([["a"], ["a=b"], [""], [" "], ["=" ], [session.split("=")[0]! + "=1x"]])("one more, %j, gets 431 with a token, with a session and on a public path", (cookie) => {
    const many = `${cookie};`.repeat(512) + session;
    expect(code(envoy.get("/", { cookie: many }).local)).toBe("431 too_many_cookies");
    expect(code(envoy.get("/", { cookie: many, ...bearer(token()) }).local)).toBe("431 too_many_cookies");
    expect(code(envoy.get("/open/x", { cookie: many }).local)).toBe("431 too_many_cookies");
    expect(code(envoy.get("/tenant7/callback?code=x", { cookie: many }).local)).toBe("431 too_many_cookies");
  });

  test("the page says what to do", () => {
    const { status, body } = envoy.get("/", { cookie: "a;".repeat(600), accept: "text/html" }).local;
    expect([status, body.includes("Delete the cookies of this site")]).toEqual([431, true]);
  });

  test("with mode deny, cookies are not read", () => {
    expect(code(envoy.get("/closed/x", { cookie: "a;".repeat(30_000) }).local)).toBe("403 denied");
  });

  test("without a login every Cookie header passes, unless a token is read from it", () => {
    const many = "a=b; ".repeat(9_000) + `token=${token()}`;
    const open = envoy.addPlugin({ ...TOKENS, bearer_only: true });
    expect(envoy.get("/", { cookie: many, ...bearer(token()) }, { plugin: open }).forwarded.get("cookie")).toBe(many);
    const reading = envoy.addPlugin({ ...TOKENS, bearer_only: true, auth_accept_token_as: ["cookie:token"] });
    expect(code(envoy.get("/", { cookie: many }, { plugin: reading }).local)).toBe("431 too_many_cookies");
    expect(envoy.get("/", { cookie: many.slice(-5 * 511 - token().length - 6) }, { plugin: reading }).forwarded.has("x-userinfo")).toBe(true);
  });
});

describe("duty 159: all Cookie lines are one cookie string", () => {
  const { envoy, browser } = browse({ auth_accept_token_as: ["header", "cookie:token"] });
  logIn(browser, LARGE);
  const chunks = chunksOf(browser), session = chunks.join("; ");
  const sent = (lines: string[], more: Record<string, string> = {}): StreamContext["forwarded"] => envoy.get("/", [...Object.entries(more), ...lines.map((line): [string, string] => ["cookie", line])]).forwarded;

  test.each<[string, string[], string[]]>([
    ["in the first line", [`a=1; ${session}`, "b=2"], ["a=1; b=2"]], ["in the last line", ["a=1", `${session}; b=2`], ["a=1; b=2"]],
    ["in its own line", ["a=1", session, "b=\"2  3\";c"], ["a=1; b=\"2  3\";c"]], ["in every line", [session, session, "a=1"], ["a=1"]],
    ["with one chunk in each line", chunks, []], ["with one chunk in each line, in reverse order, among other cookies", [...chunks].reverse().flatMap((chunk) => [chunk, "a=1"]), [chunks.map(() => "a=1").join("; ")]],
  ])("the session is found %s, and other cookies are forwarded in one line", (_, lines, expected) => {
    for (let times = 0; times < 2; times++) {
      const forwarded = sent(lines);
      expect([forwarded.has("x-userinfo"), forwarded.all("cookie")]).toEqual([true, expected]);
    }
  });

  test("beside a bearer token no line passes the session to the upstream", () => {
    for (const lines of [[session, "a=1"], ["a=1", session], [chunks[0]!, "a=1", chunks[1]!]]) expect(sent(lines, bearer(token())).all("cookie")).toEqual(["a=1"]);
  });

  test("lines without a cookie of the filter stay unchanged", () => expect(sent(["a=1;b", "", "c=3; ", "a=1"], bearer(token())).all("cookie")).toEqual(["a=1;b", "", "c=3; ", "a=1"]));

  test("a token in a cookie is found in any line, and two are two credentials", () => {
    expect(sent(["a=1", `token=${token()}`]).get("x-access-token")).toBe(token());
    expect(sent([`token=${token()}`, "a=1"]).get("x-access-token")).toBe(token());
    expect(code(envoy.get("/", [["cookie", `token=${token()}`], ["cookie", `token=${token()}`]]).local)).toBe("400 several_credentials");
  });

  test("a pending login is found in any line", () => {
    const ask = asked(browser.navigate("/page", { cookie: "" }));
    const cookies = browser.cookiesFor("/callback").split("; ");
    const back = envoy.get(callbackPath(ask), [...cookies.map((cookie): [string, string] => ["cookie", cookie]), ["cookie", "a=1"]]);
    openCall(envoy, "/token").json(tokens(ask.nonce));
    openCall(envoy, "/userinfo").json(USERINFO);
    expect(location(back).pathname).toBe("/page");
  });

  test("the bound of 512 cookies is for all lines together", () => {
    expect(code(envoy.get("/", [["cookie", session], ["cookie", "a;".repeat(256)], ["cookie", "a;".repeat(256)]]).local)).toBe("431 too_many_cookies");
  });
});

describe("duty 160: planted cookies do not lock users out", () => {
  // Every host below a domain can set a cookie of the same name for that domain.
  const { envoy, browser } = browse({ session: { secret: SECRET, cookie_domain: "example" } });
  logIn(browser, LARGE);
  const ours = chunksOf(browser), name = ours[0]!.split("=")[0]!, other = new Browser(envoy);
  logIn(other, LARGE);
  const foreign = chunksOf(other);
  const small = new Browser(envoy);
  logIn(small);
  const planted = (count: number): string[] => Array.from({ length: count }, (_, i) => [`${name}=${(i % 10)}AAAA${i}`, `${name}_${1 + i % 8}=AAAAAAAAx${i}`, `${name}=9${foreign[1]!.split("=")[1]!.slice(0, 8)}${i}`]).flat();

  test.each([1, 4, 5, 20, 150])("beside %i planted values of every chunk the session is found, at any position", (count) => {
    const evil = planted(count);
    for (const mine of [ours, chunksOf(small)]) {
      for (const list of [[...evil, ...mine], [...mine, ...evil], mine.flatMap((chunk, i) => [...evil.slice(i * 3, i * 3 + 3), chunk]).concat(evil)]) isLoggedIn(envoy.get("/", { cookie: list.join("; ") }));
    }
  });

  test("duty 153: up to 63 values of a session's length are tried before it, and no more", () => {
    const fresh = new Browser(envoy); // a cached session would not be opened
    logIn(fresh);
    for (const [count, status] of [[64, 401], [63, 200]] as const) {
      const answer = envoy.get("/", { cookie: [...Array.from({ length: count }, () => `${name}=1${"A".repeat(60)}`), ...chunksOf(fresh)].join("; ") });
      if (status === 200) isLoggedIn(answer);
      else expect(code(answer.local)).toBe("401 sign_in_needed");
    }
  });

  test("duty 153: values that are too short or too long for a session do not count", () => {
    isLoggedIn(envoy.get("/", { cookie: [...Array.from({ length: 300 }, () => `${name}=1${"A".repeat(40)}`), `${name}=1${"A".repeat(37_000)}`, ...ours].join("; ") }));
  });

  test("chunks of different sessions are never combined", () => {
    isLoggedIn(envoy.get("/", { cookie: [...foreign.slice(1), ...ours].join("; ") }));
    isLoggedIn(envoy.get("/", { cookie: [...ours, ...foreign].join("; ") }));
    expect(code(envoy.get("/", { cookie: [ours[0]!, ...foreign.slice(1)].join("; ") }).local)).toBe("401 sign_in_needed");
  });

  test("the same session twice, as browsers send it with cookies for two paths, counts once", () => isLoggedIn(envoy.get("/", { cookie: [...ours, ...ours].join("; ") })));

  test("the session is cached: beside planted values it costs no cryptography and no additional host call", () => {
    const alone = { cookie: ours.join("; ") }, beside = { cookie: [...planted(20), ...ours, ...planted(3)].join("; ") };
    isLoggedIn(envoy.get("/", beside));
    const calls = (headers: Sent): unknown => envoy.counting(() => isLoggedIn(envoy.get("/", headers)));
    expect(calls(beside)).toEqual(calls(alone));
    expect(calls(alone)).toEqual({ proxy_get_current_time_nanoseconds: 1, proxy_get_header_map_pairs: 1, proxy_remove_header_map_value: 1, proxy_replace_header_map_value: 3 });
  });

  test("500 planted values without a session get the same answer as no session", () => {
    expect(code(envoy.get("/", { cookie: planted(160).join("; ") }).local)).toBe("401 sign_in_needed");
  });

  test("copies of one session are revoked once", () => {
    const world = browse({ session: { secret: SECRET, cookie_name: "sid" }, revoke_tokens_on_logout: true });
    logIn(world.browser);
    const copies = Array.from({ length: 20 }, () => chunksOf(world.browser)[0]!).join("; ");
    expect(world.envoy.get("/logout", { cookie: copies, "sec-fetch-site": "same-origin" }).local.status).toBe(303);
    expect(world.envoy.callouts.map(({ path }) => path)).toEqual(["/revoke", "/revoke"]);
  });

  test("an ended session before it does no harm, and a logout ends every session of the request", () => {
    const over = new Browser(envoy);
    logIn(over, LARGE);
    const planted = chunksOf(over);
    expect(over.navigate("/logout", { "sec-fetch-site": "same-origin" }).local.status).toBe(303);
    for (let times = 0; times < 2; times++) isLoggedIn(envoy.get("/", { cookie: [...planted, ...ours].join("; ") }));
    expect(envoy.get("/logout", { cookie: [...foreign, ...ours].join("; "), "sec-fetch-site": "same-origin" }).local.status).toBe(303);
    for (const session of [ours, foreign]) expect(code(envoy.get("/", { cookie: session.join("; ") }).local)).toBe("401 sign_in_needed");
  });
});

describe("duty 160: planted cookies do not end a pending login", () => {
  const finishes = (browser: Browser, plant: (cookies: string, id: string) => string): void => {
    const ask = asked(browser.navigate("/page"));
    const cookie = plant(browser.cookiesFor("/callback"), ask.state.slice(0, 8));
    const back = browser.envoy.get(callbackPath(ask), { cookie });
    openCall(browser.envoy, "/token").json(tokens(ask.nonce));
    openCall(browser.envoy, "/userinfo").json(USERINFO);
    expect(location(back).pathname).toBe("/page");
  };
  const loginName = (cookies: string, id: string): string => new RegExp(`[^ =]*_login_${id}`).exec(cookies)![0];

  test.each<[string, (cookies: string, id: string) => string]>([
    ["another of its name before it", (cookies, id) => `${loginName(cookies, id)}=1AAAA; ${cookies}`], ["another of its name after it", (cookies, id) => `${cookies}; ${loginName(cookies, id)}=`],
    ["a hundred of its name", (cookies, id) => `${`${loginName(cookies, id)}=1AAAA; `.repeat(100)}${cookies}`],
    ["four hundred of other names", (cookies, id) => Array.from({ length: 400 }, (_, i) => `${loginName(cookies, id).slice(0, -8)}planted${i % 10}=x; `).join("") + cookies],
    ["duty 153: 63 of its name that could be valid", (cookies, id) => `${`${loginName(cookies, id)}=1${"A".repeat(60)}; `.repeat(63)}${cookies}`],
    ["the same cookie twice", (cookies) => `${cookies}; ${cookies}`], ["two login counters", (cookies) => `${cookies.replace(/.*?([^ =]*_flow)=.*/, "$1=99.1767225600.AAAAAAAA; $1=rubbish")}; ${cookies}`],
  ])("%s", (_, plant) => finishes(browse().browser, plant));

  test("duty 153: of 65 that could be valid 64 are tried", () => {
    const { browser } = browse(), ask = asked(browser.navigate("/page")), cookies = browser.cookiesFor("/callback"), own = loginName(cookies, ask.state.slice(0, 8));
    expect(code(browser.envoy.get(callbackPath(ask), { cookie: `${`${own}=1${"A".repeat(60)}; `.repeat(64)}${cookies}` }).local)).toBe("400 login_unknown");
  });

  test("a planted login counter beside the browser's own does not cause a redirect-loop error", () => {
    const { envoy, browser } = browse();
    browser.navigate("/page");
    const flow = browser.names.find((name) => name.endsWith("_flow"))!, cookies = browser.cookiesFor("/page");
    for (const cookie of [`${flow}=99.${Math.floor(envoy.now)}; ${cookies}`, `${cookies}; ${flow}=99.${Math.floor(envoy.now)}`]) {
      expect(location(browser.navigate("/page", { cookie })).pathname).toBe("/authorize");
    }
  });

  test("a login counter with a time in the future does not cause one either", () => {
    const { envoy, browser } = browse();
    browser.navigate("/page");
    const flow = browser.names.find((name) => name.endsWith("_flow"))!;
    expect(location(browser.navigate("/page", { cookie: `${flow}=99.${Math.floor(envoy.now) + 3600}` })).pathname).toBe("/authorize");
  });
});
