// The addresses to which browsers are sent: the redirect URI and its host, the callback's path, and the requested page.
import { ISSUER } from "./fixture";
import { asked, browse, Browser, callbackPath, code, location, ORIGIN, redeeming, setCookies, tokens, USERINFO, openCall, type Sent } from "./browser";

const NAVIGATE = { accept: "text/html", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };
/** Shortens long paths in a test's name. */
const titled = (path: string): [title: string, path: string] => [path.slice(0, 40), path];
const redirectUri = (config: Record<string, unknown>, path: string, headers: Sent = {}): string => asked(browse(config).browser.navigate(path, headers)).redirectUri;

describe("redirect_uri", () => {
  test.each([
    ["absolute", { redirect_uri: "https://www.example.com/cb" }, "/a", {}, "https://www.example.com/cb"],
    ["absolute, whatever host and scheme the request has", { redirect_uri: "https://www.example.com/cb" }, "/a", { ":authority": "evil.example", ":scheme": "http" }, "https://www.example.com/cb"],
    ["a path", { redirect_uri: "/cb" }, "/a", {}, "https://app.example/cb"],
    ["a path, with the request's port", { redirect_uri: "/cb" }, "/a", { ":authority": "app.example:8443" }, "https://app.example:8443/cb"],
    ["a path, over plain http", { redirect_uri: "/cb" }, "/a", { ":scheme": "http" }, "http://app.example/cb"],
    ["a path, with the host in lower case", { redirect_uri: "/cb" }, "/a", { ":authority": "APP.Example" }, "https://app.example/cb"],
    ["a path, at an IPv6 address", { redirect_uri: "/cb" }, "/a", { ":authority": "[::1]:8080" }, "https://[::1]:8080/cb"],
    ["none", { redirect_uri: undefined }, "/a/b?c=d", {}, "https://app.example/a/b/.apisix/redirect"],
    ["none, at the root", { redirect_uri: undefined }, "/", {}, "https://app.example/.apisix/redirect"],
    ["none, at a folder", { redirect_uri: undefined }, "/a/", {}, "https://app.example/a/.apisix/redirect"],
    ["none, at a path that a cookie cannot have", { redirect_uri: undefined }, "/a;b", {}, "https://app.example/.apisix/redirect"],
  ])("%s", (_, config, path, headers, expected) => expect(redirectUri(config, path, headers)).toBe(expected));

  test.each([
    ["absolute", { redirect_uri: "https://app.example/cb" }, "/a?b=c", "/cb"],
    ["a path", { redirect_uri: "/cb" }, "/a?b=c", "/cb"],
    ["none", { redirect_uri: undefined }, "/a/?b=c", "/a/.apisix/redirect"],
    ["none, at the root", { redirect_uri: undefined }, "/", "/.apisix/redirect"],
    ["none, at a path that a cookie cannot have", { redirect_uri: undefined }, "/a;b?c=d", "/.apisix/redirect"],
  ])("%s: the callback leads to the page, and the code is redeemed with the same URI", (_, config, page, path) => {
    const { envoy, browser } = browse(config), ask = asked(browser.navigate(page));
    expect(browser.cookiesFor(path)).toContain("_login_");
    const back = browser.navigate(callbackPath(ask).replace("/callback", path));
    const call = openCall(envoy, "/token");
    expect(call.form.get("redirect_uri")).toBe(ask.redirectUri);
    call.json(tokens(ask.nonce));
    openCall(envoy, "/userinfo").json(USERINFO);
    expect(browser.take(back).local.headers.get("location")).toBe(page);
    browser.navigate(page).forwarded;
  });

  test("over plain http cookies have no prefix and no Secure, so that the login works (RFC 6265bis §4.1.3)", () => {
    const { envoy } = browse(), browser = new Browser(envoy), http = { ":scheme": "http" };
    const page = browser.navigate("/page", http), lines = setCookies(page.local.headers);
    expect(lines.every((line) => line.startsWith("oidc_") && !line.includes("Secure"))).toBe(true);
    const back = browser.navigate(callbackPath(asked(page)), http);
    openCall(envoy, "/token").json(tokens(asked(page).nonce));
    openCall(envoy, "/userinfo").json(USERINFO);
    location(browser.take(back));
    browser.navigate("/page", http).forwarded;
  });

  test("duty 5: a login that was started over http or at another host cannot be completed here", () => {
    for (const headers of [{ ":scheme": "http" }, { ":authority": "other.example" }, { ":authority": "app.example:8443" }] as Sent[]) {
      const { browser } = browse({ session: { secret: "0123456789abcdef0123456789abcdef", cookie_name: "s", cookie_secure: true } });
      const ask = asked(browser.navigate("/page", headers));
      expect(code(browser.navigate(callbackPath(ask)).local)).toBe("400 login_unknown");
      expect(browser.envoy.callouts.map(String)).toEqual([]);
    }
  });
});

describe("duties 22, 23, 139: the host of the redirect URI", () => {
  test.each<[string, Sent]>([
    ["X-Forwarded-Host and -Proto", { "x-forwarded-host": "evil.example", "x-forwarded-proto": "http", "x-forwarded-port": "81", "x-forwarded-prefix": "/evil" }],
    ["Forwarded", { forwarded: "host=evil.example;proto=http" }],
    ["X-Original-Host and similar headers", { "x-original-host": "evil.example", "x-host": "evil.example", "x-forwarded-server": "evil.example", "x-original-url": "//evil.example", "x-rewrite-url": "//evil.example", "x-envoy-original-path": "//evil.example/", "x-forwarded-uri": "//evil.example" }],
    ["a second Host beside :authority", { host: "evil.example" }],
    ["Origin and Referer", { origin: "https://evil.example", referer: "https://evil.example/x" }],
  ])("%s changes neither the redirect URI nor the page after the login", (_, headers) => {
    const { browser } = browse();
    const ask = asked(browser.navigate("/page", headers));
    expect(ask.redirectUri).toBe(`${ORIGIN}/callback`);
    expect(ask.url.href).not.toContain("evil");
    const back = browser.navigate(callbackPath(ask), headers);
    openCall(browser.envoy, "/token").json(tokens(ask.nonce));
    openCall(browser.envoy, "/userinfo").json(USERINFO);
    expect(browser.take(back).local.headers.get("location")).toBe("/page");
  });

  test.each(["", "user@app.example", "app.example@evil.example", "app.example/evil", "app.example#", "app.example?x", "app.example\\evil", "app example", "app.example:", "app.example:x",
    "app.example:123456", "[::1", "[evil]", "app.example,evil.example", "äpp.example", "a\tb", "app.example\"", "a".repeat(256), "%61pp.example"])("the authority %p is invalid: no login is started", (authority) => {
    const { local } = browse().browser.send("GET", "/page", { ...NAVIGATE, ":authority": authority });
    expect(code(local)).toBe("400 bad_request");
    expect(setCookies(local.headers)).toEqual([]);
  });

  test("with a scheme other than http and https no login is started", () => {
    for (const scheme of ["ftp", "javascript", "", "https:"]) expect(code(browse().browser.navigate("/page", { ":scheme": scheme }).local)).toBe("400 bad_request");
  });
});

test.each(["example.com", "evil-example.com", "ample.com", "other.example", "vil.example", "a.www.evil.example"])("duty 22: www.evil.example cannot set cookies for %s: a domain begins after a dot", (cookie_domain) => {
  const config = { redirect_uri: "https://www.evil.example/cb", session: { secret: "0123456789abcdef0123456789abcdef", cookie_domain } };
  expect(() => browse(config)).toThrow(/session.cookie_domain: is not a domain of redirect_uri's host/);
});

describe("duty 15: the callback is exactly one path", () => {
  const { browser } = browse();
  test.each(["/callbackfoo", "/callback/", "/callback/x", "/callback;x", "/CALLBACK", "/callback%20", "/call%62ack", "//callback", "/callback/../api", "/x/callback", "/callback%2f..", "/callback\\", "/callback%3fcode=c"])(
    "%s is an ordinary page", (path) => {
      const { status, headers } = browser.navigate(`${path}?code=c&state=s`).local;
      expect([status, headers.get("location")]).toEqual([302, expect.stringContaining(`${ISSUER}/authorize`)]);
    });

  test("with any query it is the callback", () => {
    for (const query of ["", "?", "?x", "?/x", "?code=c#"]) expect(browser.navigate(`/callback${query}`).local.status).toBe(400);
  });

  test("without redirect_uri it is every path with the suffix, and no other", () => {
    const { browser } = browse({ redirect_uri: undefined });
    for (const path of ["/.apisix/redirect", "/a/.apisix/redirect?state=x"]) expect(browser.navigate(path).local.status).toBe(400);
    for (const path of ["/.apisix/redirect/", "/a.apisix/redirect", "/.apisix/redirectx", "/?x=/.apisix/redirect", "/.apisix/redirect/x"]) expect(browser.navigate(path).local.status).toBe(302);
  });

  test("duty 17: it is never forwarded, whatever the request carries", () => {
    const { browser } = browse({ unauth_action: "pass" });
    expect(browser.fetch("/callback?code=c&state=s").local.status).toBe(400);
    expect(browser.fetch("/callback?code=c", {}, "POST").local.status).toBe(405);
  });
});

describe("duty 21: after the login the browser stays on this site", () => {
  const landing = (path: string, config: Record<string, unknown> = {}): string => {
    const { browser } = browse(config), ask = asked(browser.navigate(path));
    const back = browser.navigate(callbackPath(ask).replace("/callback", new URL(ask.redirectUri).pathname));
    openCall(browser.envoy, "/token").json(tokens(ask.nonce));
    openCall(browser.envoy, "/userinfo").json(USERINFO);
    return browser.take(back).local.headers.get("location")!;
  };

  test.each(["//evil.example/x", "///evil.example", "//evil.example", "/\\evil.example", "/\\/evil.example", "/\t/evil.example", "/\u0001/evil", "/%09/evil.example", "/%0d%0aSet-Cookie:%20a=b", "/%0a/evil.example",
    "/%00", "/%2f%2fevil.example", "/%2fevil.example", "/%2Fevil.example", "/%5cevil.example", "/%5Cevil.example", "/./..//evil.example", "/.//evil.example", "/..//evil.example", "/a/../../evil.example",
    "/a/..//evil.example", "/%2e/%2e%2e//evil.example", "/a/..", "/.", "/..?x", "/a/%2e%2E", "/a/.?//b", "/a\\..\\evil", "/ //evil.example", "/a b", "/a#//evil", "/\u007f", "/ä", "/a\u00a0b", "/?x\ty"].map(titled))("%p is replaced by the root", (_, path) => {
    expect(landing(path)).toBe("/");
  });

  test.each(["/", "/page?a=1&b=%2F%2F", "/a//b", "/?next=https://evil.example/", "/?next=//evil.example", "/%E4%BD%A0?%ff", "/a;b=c?d;e", "/a:b@c.example", "/@evil.example", "/?a=%0d%0a", "/.well-known/x", "/...", "/a/.b",
    "/a.?..", "/*'()!$,", `/${"a".repeat(2047)}`, "/https:evil.example", "/~user/?"].map(titled))("%p stays the same", (_, path) => expect(landing(path)).toBe(path));

  test("for any path, even if the browser decodes it once more", () => {
    for (const path of ["//evil.example/x", "/\\evil.example", "/%2f/evil.example", "/@evil.example", "/https:evil.example", "/a//b", "/.%2f/evil.example", "/%2e%2f/evil.example"]) {
      const to = landing(path);
      for (const text of [to, decodeURIComponent(to)]) expect(new URL(text, ORIGIN).origin).toBe(ORIGIN);
    }
  });

  test("without redirect_uri the callback is below the page, and also on this site", () => {
    for (const path of ["//evil.example/x", "/\\evil.example", "/%2f%2fevil.example", "/a/../../b", "/a?b=c", `/${"a".repeat(1000)}?${"b".repeat(1000)}`, `/${"a".repeat(2000)}`]) {
      const { browser } = browse({ redirect_uri: undefined });
      expect(new URL(asked(browser.navigate(path)).redirectUri).origin).toBe(ORIGIN);
    }
    expect(landing("//evil.example/x", { redirect_uri: undefined })).toBe("/");
    expect(landing("/a?b=c", { redirect_uri: undefined })).toBe("/a?b=c");
  });

  test("a long address does not prevent a login", () => {
    for (const path of [`/${"a".repeat(1023)}?${"b".repeat(1022)}`, `/${"a".repeat(1024)}?${"b".repeat(1022)}`, `/${"a/".repeat(500)}?${"b".repeat(1000)}`]) {
      redeeming(browse().browser, path);
      asked(browse({ redirect_uri: undefined }).browser.navigate(path));
    }
  });

  test("a path without a leading slash is refused", () => {
    for (const path of ["https:evil", "evil.example", "*", ""]) expect(code(browse().browser.navigate(path).local)).toBe("400 bad_request");

  });
});
