// The browser login: the authorization request, and the cookie of a pending login.
import { createHash } from "node:crypto";
import { asked as callsTo, ISSUER, start } from "./fixture";
import { asked, browse, Browser, BROWSER_CONFIG, BROWSER_METADATA, code, decoded, location, openCall, redeeming, serveBrowser, setCookies, logIn, tokens, tryAgain, USERINFO } from "./browser";

const OURS = ["response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "code_challenge", "code_challenge_method"];

test("the user is sent to the provider, comes back, and reaches the requested page", () => {
  const { browser } = browse();
  const ask = asked(browser.navigate("/page?a=1"));
  expect(ask.url.origin + ask.url.pathname).toBe("https://idp.example.com/authorize");
  expect(Object.fromEntries(ask.url.searchParams)).toMatchObject({
    response_type: "code", client_id: "gateway", scope: "openid", redirect_uri: "https://app.example/callback", code_challenge_method: "S256",
  });
  const back = logIn(browser);
  expect(location(back).pathname + location(back).search).toBe("/page?a=1");
  const { forwarded } = browser.navigate("/page?a=1");
  expect(decoded(forwarded.get("x-userinfo"))).toEqual(USERINFO);
  expect(forwarded.get("cookie")).toBeUndefined();
});

describe("the authorization request", () => {
  test("duty 10: state, nonce and challenge are long, random, and different for each login", () => {
    const { browser } = browse(), seen = new Set<string>();
    for (let i = 0; i < 5; i++) {
      const { state, nonce, challenge } = asked(browser.navigate(`/${i}`));
      expect(state).toMatch(/^[\w-]{32}$/);
      expect(nonce).toMatch(/^[\w-]{43}$/);
      expect(challenge).toMatch(/^[\w-]{43}$/);
      for (const value of [state, nonce, challenge]) seen.add(value);
    }
    expect(seen.size).toBe(15);
  });

  test("duty 10: the code is redeemed with the challenge's verifier, which has at least 43 characters", () => {
    const { browser } = browse(), verifiers = [1, 2].map(() => {
      const { ask, call } = redeeming(browser), verifier = call.form.get("code_verifier") ?? "";
      expect(verifier).toMatch(/^[\w-]{43,128}$/);
      expect(createHash("sha256").update(verifier).digest("base64url")).toBe(ask.challenge);
      call.fail();
      return verifier;
    });
    expect(verifiers[0]).not.toBe(verifiers[1]);
  });

  test.each([[{}, { code_challenge_methods_supported: ["plain"] }], [{}, { code_challenge_methods_supported: [] }], [{ use_pkce: false, use_nonce: false }, {}]])(
    "duty 11: configured with %j, at a provider with %j, the challenge is S256 and there is a nonce", (config, metadata) => {
      const { browser } = browse(config, { metadata: { ...BROWSER_METADATA, ...metadata } });
      const { searchParams } = asked(browser.navigate("/")).url;
      expect(searchParams.get("code_challenge_method")).toBe("S256");
      expect(searchParams.get("nonce")).toMatch(/^[\w-]{43}$/);
    });

  test("duty 20: parameters of the requested page are not sent to the provider", () => {
    const evil = OURS.map((name) => `${name}=evil`).join("&");
    const { url } = asked(browse().browser.navigate(`/page?${evil}&prompt=none&login_hint=evil&request_uri=evil`));
    expect([...url.searchParams.keys()].sort()).toEqual([...OURS].sort());
    expect(url.search).not.toContain("evil");
  });

  test.each(["iss=https://evil.example&target_link_uri=https://evil.example/x&login_hint=eve", "iss=https://idp.example.com&target_link_uri=//evil.example&id_token_hint=x&scope=admin"])(
    "duty 144: a login that another site initiates (%s) uses the configured provider and ends on this site, or is refused", (query) => {
      const { envoy, browser } = browse(), { url } = asked(browser.navigate(`/page?${query}`, { "sec-fetch-site": "cross-site" }));
      expect([url.origin, [...url.searchParams.keys()].sort(), url.searchParams.get("scope")]).toEqual([ISSUER, [...OURS].sort(), "openid"]);
      expect(logIn(browser, { path: `/page?${query}` }).local.headers.get("location")).toBe(`/page?${query}`);
      for (const [method, path] of [["GET", "/callback"], ["GET", "/logout"], ["POST", "/callback"]] as const) {
        const { local } = new Browser(envoy).send(method, `${path}?${query}`, { accept: "text/html", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document", "sec-fetch-site": "cross-site" });
        expect(local.headers.get("location") ?? "").not.toContain("evil");
        expect(local.headers.get("location") ?? "").not.toContain("authorize");
      }
    });

  test.each([...OURS, "response_mode", "request", "request_uri", "STATE", "Redirect_Uri"])("duty 20: authorization_params cannot contain %s", (name) => {
    expect(() => browse({ authorization_params: { [name]: "x" } })).toThrow(new RegExp(`authorization_params.${name}: is set by the filter itself`));
  });

  test("duty 28: prompt, max_age, acr_values and others come from the configuration", () => {
    const { browser } = browse({ scope: "openid email", authorization_params: { prompt: "login", max_age: 60, acr_values: "gold silver", login_hint: "a&state=evil" } });
    const { searchParams } = asked(browser.navigate("/")).url;
    expect(Object.fromEntries(searchParams)).toMatchObject({ scope: "openid email", prompt: "login", max_age: "60", acr_values: "gold silver", login_hint: "a&state=evil" });
    expect(new Set(searchParams.keys()).size).toBe([...searchParams.keys()].length);
  });

  test("the query of the authorization endpoint is kept (RFC 6749 §3.1)", () => {
    const { browser } = browse({}, { metadata: { ...BROWSER_METADATA, authorization_endpoint: `${ISSUER}/authorize?tenant=a%26b` } });
    expect(asked(browser.navigate("/")).url.searchParams.get("tenant")).toBe("a&b");
  });

  test("duty 42: pushed requests are not supported: par.enabled is refused, and no request_uri is sent", () => {
    expect(() => browse({ par: { enabled: true } })).toThrow(/par\.enabled/);
    expect(asked(browse({ par: { enabled: false } }).browser.navigate("/")).url.searchParams.has("request_uri")).toBe(false);
  });

  test("the answer has no-store, and the provider does not learn the requested page", () => {
    const { status, headers, body } = browse().browser.navigate("/secret-page?a=secret-query").local;
    expect(status).toBe(302);
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(body).toBe("");
    expect(headers.get("location")).not.toContain("secret");
  });
});

describe("the cookie of a pending login", () => {
  test("duty 19: one small cookie for each login, only for the callback, for ten minutes", () => {
    const { browser } = browse();
    const lines = setCookies(browser.navigate("/page").local.headers);
    const login = lines.find((line) => line.includes("_login_"))!;
    expect(login).toMatch(/^__Secure-oidc_[\w-]{8}_login_[\w-]{8}=[\w-]+; Path=\/callback; HttpOnly; Secure; SameSite=Lax; Max-Age=600$/);
    expect(login.length).toBeLessThan(700);
    expect(lines.filter((line) => !line.includes("_login_"))).toEqual([expect.stringMatching(/^__Host-oidc_[\w-]{8}_flow=[\w.-]+; Path=\/; HttpOnly; Secure; SameSite=Lax; Max-Age=600$/)]);
    expect(browser.session).toBeUndefined();
  });

  test("duty 12: verifier, nonce and page are not readable in it", () => {
    const { browser } = browse();
    const page = browser.navigate("/the-wanted-page"), ask = asked(page);
    const lines = setCookies(page.local.headers).join("\n");
    browser.navigate(`/callback?code=c&state=${ask.state}&iss=${ISSUER}`);
    const verifier = openCall(browser.envoy, "/token").form.get("code_verifier")!;
    const readings = [lines, ...lines.split(/[=;\n]/).flatMap((part) => [1, 0].map((skip) => Buffer.from(part.slice(skip), "base64url").toString("latin1")))].join("\n");
    for (const secret of [verifier, ask.nonce, "the-wanted-page"]) expect(readings).not.toContain(secret);
  });

  test("duty 105: two cookies for the same login differ, because each seal has its own nonce", () => {
    const { browser } = browse();
    const values = [1, 2, 3].map(() => setCookies(browser.navigate("/").local.headers)[0]!.split("=")[1]!.slice(1, 33));
    expect(new Set(values).size).toBe(3);
  });

  test("duty 143: a thousand browsers without a session cost the provider no call and the worker no memory", () => {
    const { envoy } = browse();
    const navigateOften = (): void => { for (let i = 0; i < 500; i++) location(new Browser(envoy).navigate(`/page${i}`)); };
    const calls = envoy.history.length;
    navigateOften();
    const before = envoy.memoryBytes();
    navigateOften();
    expect(envoy.history.length).toBe(calls);
    expect(envoy.memoryBytes()).toBe(before);
  });
});

describe("a login that is not possible", () => {
  test("duty 138: without randomness no login is started; with it logins work again", () => {
    const { envoy, browser } = browse();
    envoy.failRandom = true;
    const { local } = browser.navigate("/page?a=1");
    expect(code(local)).toBe("503 no_randomness");
    expect(setCookies(local.headers)).toEqual([]);
    expect(local.headers.get("retry-after")).toBe("5");
    expect(tryAgain(local)).toBe("/page?a=1");
    envoy.failRandom = false;
    asked(browser.navigate("/page?a=1"));
  });

  test("duty 138: if randomness fails at the callback, there is no session", () => {
    const { envoy, browser } = browse();
    const { ask, back, call } = redeeming(browser);
    envoy.failRandom = true;
    call.json(tokens(ask.nonce));
    openCall(envoy, "/userinfo").json(USERINFO);
    expect(code(browser.take(back).local)).toBe("503 no_randomness");
    expect(tryAgain(back.local)).toBe("/page?a=1");
    expect(browser.session).toBeUndefined();
  });

  test.each([0, 1, 2])("duty 138: if randomness fails after %i more calls, there is a complete session or a 503", (calls) => {
    const { envoy, browser } = browse();
    const { ask, back, call } = redeeming(browser);
    call.json(tokens(ask.nonce));
    let left = calls;
    Object.defineProperty(envoy, "failRandom", { get: () => left-- <= 0 });
    openCall(envoy, "/userinfo").json(USERINFO);
    expect(code(browser.take(back).local)).toBe(browser.session ? "303 signed_in" : "503 no_randomness");
    if (calls === 0) expect(browser.session).toBeUndefined();
  });

  test("duty 129: a provider that was never reached: 503, a page with a link to try again, and nothing forwarded", () => {
    const envoy = start({ config: BROWSER_CONFIG }), browser = new Browser(envoy);
    envoy.provider("idp").answers(() => "fail");
    envoy.advance(1);
    const { local } = browser.navigate("/page?a=1");
    expect(code(local)).toBe("503 provider_not_ready");
    expect(local.headers.get("retry-after")).toBe("5");
    expect(setCookies(local.headers)).toEqual([]);
    expect(tryAgain(local)).toBe("/page?a=1");
    serveBrowser(envoy);
    envoy.advance(60);
    asked(browser.navigate("/page?a=1"));
  });

  test("requests wait for a provider that is being fetched, all with one call", () => {
    const envoy = start({ config: BROWSER_CONFIG });
    const requests = [1, 2, 3].map((i) => new Browser(envoy).navigate(`/${i}`));
    expect(requests.every(({ waiting }) => waiting)).toBe(true);
    serveBrowser(envoy);
    envoy.advance(1);
    for (const request of requests) asked(request);
    expect(callsTo(envoy, "/.well-known/openid-configuration")).toBe(1);
  });

  test("a provider that has gone down: 503 instead of a redirect, and logins work when it is back", () => {
    const { envoy, browser } = browse();
    logIn(browser);
    envoy.provider("idp").answers(() => "fail");
    envoy.advance(60);
    const late = new Browser(envoy), { local } = late.navigate("/page?a=1");
    expect([code(local), local.headers.get("retry-after")]).toEqual(["503 provider_not_ready", "5"]);
    expect(tryAgain(local)).toBe("/page?a=1");
    expect(browser.navigate("/page").forwarded).toBeTruthy(); // an existing session needs no provider
    serveBrowser(envoy);
    envoy.advance(3);
    asked(late.navigate("/page?a=1"));
  });

  test("a provider that is up is checked at most once in ten seconds, and one that is down once in two", () => {
    const { envoy } = browse(), asks = () => callsTo(envoy, "/.well-known/openid-configuration");
    for (let i = 0; i < 100; i++) {
      asked(new Browser(envoy).navigate("/"));
      envoy.advance(0.3);
    }
    expect(asks()).toBeLessThanOrEqual(4);
    envoy.provider("idp").answers(() => "fail");
    const before = asks();
    envoy.advance(11);
    for (let i = 0; i < 100; i++) {
      expect(code(new Browser(envoy).navigate("/").local)).toBe("503 provider_not_ready");
      envoy.advance(0.1);
    }
    expect(asks() - before).toBeLessThanOrEqual(6);
    expect(envoy.logs.filter(({ text }) => /discovery of .* failed/.test(text)).length).toBeLessThanOrEqual(6);
  });

  test.each([undefined, "http://idp.example.com/authorize", "javascript:alert(1)", "//idp.example.com/authorize", 7])(
    "duties 40, 65: an authorization_endpoint that is %p is not used: 503", (authorization_endpoint) => {
      const { envoy, browser } = browse({}, { metadata: { ...BROWSER_METADATA, authorization_endpoint } });
      const { local } = browser.navigate("/page?a=1");
      expect(code(local)).toBe("503 provider_not_ready");
      expect(tryAgain(local)).toBe("/page?a=1");
      expect(envoy.logText).toContain("authorization_endpoint");
    });

  test("duty 40: plain http to the provider is refused unless configured, and then causes a warning", () => {
    const discovery = "http://idp.example.com/.well-known/openid-configuration";
    expect(() => browse({ discovery })).toThrow(/discovery: .*https/);
    expect(browse({ discovery, ssl_verify: false }).envoy.logText).toMatch(/warn: .*(ssl_verify|http)/);
  });
});
