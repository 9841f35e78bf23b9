/** Duties 124 to 127 and 139 for rules by host and method: only :authority, :path and :method decide which rule applies. */
import { Browser } from "./browser";
import { bearer, token } from "./fixture";
import { Random } from "./host/random";
import { outcome, ruled, LOGIN, TOKENS } from "./ruled";
import type { Sent } from "./browser";

const at = (authority: string, headers: Sent = {}): Sent => ({ ":authority": authority, ...headers });
const CLOSED = /^(302|400 (ambiguous_path|bad_request)|401 (no_token|sign_in_needed)|403 denied)$/;

/** Ways to read a host from an authority; null if it is refused. */
const HOST_READERS: ((authority: string) => string | null)[] = [
  (authority) => authority.replace(/:\d*$/, ""),
  (authority) => authority.split(":")[0]!,
  (authority) => { try { return new URL(`http://${authority}/`).hostname; } catch { return null; } },
  (authority) => authority.slice(authority.lastIndexOf("@") + 1).replace(/:.*$/, ""),
  (authority) => authority.split(",")[0]!.trim().replace(/:\d*$/, ""),
  (authority) => authority.split(",").at(-1)!.trim().replace(/:\d*$/, ""),
  (authority) => authority.split(/[/?#\\]/)[0]!.replace(/:\d*$/, ""),
  (authority) => decodeURIComponent(authority.replace(/%(?![0-9a-f]{2})/gi, "%25")).replace(/:\d*$/, ""),
  (authority) => authority.trim().replace(/\.+(:\d*)?$/, ""),
];
const hostsSeen = (authority: string): string[] => HOST_READERS.map((read) => read(authority)).filter((host) => host !== null).map((host) => host.toLowerCase().replace(/\.$/, ""));

describe("a rule for hosts", () => {
  const envoy = ruled({ ...TOKENS, mode: "bearer", rules: [{ host: ["www.example.com", "*.pub.example.com"], mode: "public" }] });
  test.each(["www.example.com", "WWW.Example.COM", "www.example.com:443", "www.example.com:8443", "www.example.com:", "www.example.com.", "www.example.com.:80", "a.pub.example.com", "a.b.PUB.example.com:1"])("%s matches it", (authority) => {
    expect(outcome(envoy.get("/", at(authority)))).toBe("forwarded");
  });
  test.each(["example.com", "xwww.example.com", "www.example.com.evil.example", "www.example.co", "www-example.com", "pub.example.com", ".pub.example.com", "xpub.example.com", "a.pub.example.com.evil.example", "[::1]", "[::1]:8080", "127.0.0.1", "app.example"])("%s does not", (authority) => {
    expect(outcome(envoy.get("/", at(authority)))).toMatch(CLOSED);
  });
});

/** Spellings in which a guarded host can be read as a public one, and the other way round. */
const AUTHORITIES = ["HOST", "HOST:80", "HOST.", "HOST.:80", "HOST..", "HOST:", "HOST:80:80", "HOST:x", "HOST:80x", "x@HOST", "x:y@HOST", "x@HOST:80", "OTHER@HOST", "HOST@OTHER", "OTHER:80@HOST", "HOST/", "HOST/OTHER", "OTHER/HOST", "HOST\\OTHER", "HOST?OTHER", "HOST#OTHER", "HOST#.OTHER", "HOST/.OTHER",
  "HOST,OTHER", "OTHER,HOST", "HOST, OTHER", " HOST", "HOST ", "HOST\t", "\tHOST", "%61HOST", "HOST%2e", "HOST%00.OTHER", "HOST;OTHER", "HOST|OTHER", "(HOST)", "\"HOST\"", "[HOST]", "http://HOST", "//HOST", "HOST\u00a0", "ＨOST".replace("Ｈ", "\uff41").replace("OST", "HOST"), "*.HOST", ".HOST", "x,HOST:80", "HOST:80@OTHER:80", ""];

describe.each<[string, object, string, string]>([
  ["a guarded host beside public ones", { ...TOKENS, mode: "public", rules: [{ host: "app.example.com", mode: "bearer" }] }, "app.example.com", "www.example.com"],
  ["a guarded host beside public ones (browser)", { ...LOGIN, mode: "public", rules: [{ host: "app.example.com", mode: "browser" }] }, "app.example.com", "www.example.com"],
  ["public hosts below a name", { ...TOKENS, mode: "bearer", rules: [{ host: "*.pub.example.com", mode: "public" }] }, "app.example.com", "x.pub.example.com"],
  ["a public host beside guarded ones", { ...TOKENS, mode: "deny", rules: [{ host: "www.example.com", mode: "public" }, { host: "app.example.com", mode: "bearer" }] }, "app.example.com", "www.example.com"],
  ["guarded hosts below a name", { ...TOKENS, mode: "public", rules: [{ host: "*.example.com", mode: "bearer" }] }, "app.example.com", "www.example.net"],
])("%s", (_, config, shut, open) => {
  const envoy = ruled(config);
  test("the public one is public, and the guarded one is guarded", () => {
    expect(outcome(envoy.get("/", at(open)))).toBe("forwarded");
    expect(outcome(envoy.get("/", at(shut)))).toMatch(CLOSED);
  });
  const guardedSpellings = AUTHORITIES.map((form) => form.replaceAll("HOST", shut).replaceAll("OTHER", open)).filter((authority) => hostsSeen(authority).includes(shut));
  test("some reader finds the guarded host in many spellings", () => expect(guardedSpellings.length).toBeGreaterThan(20));
  test.each(guardedSpellings.map((authority) => [JSON.stringify(authority), authority]))("duty 123: %s does not pass without a credential", (_name, authority) => {
    expect(outcome(envoy.get("/", at(authority)))).toMatch(CLOSED);
    expect(outcome(new Browser(envoy).navigate("/", at(authority)))).toMatch(CLOSED);
  });
});

test.each([1, 2, 3])("duty 123: an authority that any reader reads as a guarded host does not pass without a credential (seed %d)", (seed) => {
  const random = new Random(seed), envoy = ruled({ ...TOKENS, mode: "public", rules: [{ host: "*.a.example", mode: "public" }, { host: ["a.example", "b.example"], mode: "bearer" }] });
  const parts = ["a.example", "b.example", "A.EXAMPLE", "x.", ".", ":", ":80", "@", "/", "\\", "?", "#", ",", " ", "%2e", "%61", "%40", "[", "]", "x", "c.example", "-", "a.example", "B.example", "x.a.example"];
  let shut = 0, open = 0;
  for (let i = 0; i < 3000; i++) {
    const authority = Array.from({ length: 1 + random.below(3) }, () => random.pick(parts)).join("") + random.pick(["", "a.example", "b.example", ":80", "."]), through = outcome(envoy.get("/", at(authority))) === "forwarded";
    if (through) open++;
    if (!hostsSeen(authority).some((host) => host === "a.example" || host === "b.example")) continue;
    shut++;
    expect([authority, through]).toEqual([authority, false]);
  }
  expect([shut > 300, open > 50]).toEqual([true, true]);
});

/** Rules of each kind, with a public and a guarded page. */
const BY_PATH: [string, object][] = [
  ["bearer", { ...TOKENS, mode: "bearer", rules: [{ path: "/health", mode: "public" }] }],
  ["browser", { ...LOGIN, rules: [{ path: "/health", mode: "public" }] }],
  ["deny", { mode: "deny", rules: [{ path: "/health", mode: "public" }] }],
  ["public", { ...TOKENS, mode: "public", rules: [{ path_prefix: "/private", mode: "bearer" }] }],
];

describe.each(BY_PATH)("in a site that is otherwise %s", (_, config) => {
  const envoy = ruled(config);

  test.each(["x-forwarded-uri", "x-original-path", "x-original-url", "x-rewrite-url", "x-envoy-original-path", "x-forwarded-path", "x-forwarded-prefix", "x-envoy-original-host", "x-forwarded-host", "forwarded", "x-http-method-override", "x-original-method", "x-forwarded-method", "x-path", "path", "host", "x-accel-redirect", "x-sendfile"])(
    "duty 124: %s changes nothing", (name) => {
      for (const value of ["/health", "/private", "GET", "OPTIONS", "host=www.example.com;proto=https", "https://app.example/health", "/health?x", ""]) {
        expect(outcome(envoy.get("/private", { [name]: value }))).toMatch(CLOSED);
        expect(outcome(new Browser(envoy).navigate("/private/x", { [name]: value }))).toMatch(CLOSED);
        expect(outcome(envoy.get("/health", { [name]: value }))).toBe("forwarded");
      }
    });

  test("duty 125: no request is exempt as a health check", () => {
    for (const agent of ["kube-probe/1.33", "GoogleHC/1.0", "ELB-HealthChecker/2.0", "Envoy/HC", "curl/8", ""]) {
      expect(outcome(envoy.get("/private", { "user-agent": agent, "x-envoy-healthcheck": "1", "x-health-check": "true" }))).toMatch(CLOSED);
    }
  });

  test("duty 126: OPTIONS is an ordinary request, also as a preflight", () => {
    const preflight = { origin: "https://evil.example", "access-control-request-method": "GET" };
    for (const headers of [{}, preflight, { origin: "https://evil.example" }] as Sent[]) expect(outcome(envoy.request("OPTIONS", "/private", headers))).toMatch(CLOSED);
    expect(outcome(envoy.request("OPTIONS", "/health", preflight))).toBe("forwarded");
  });

  test("duty 127: an empty path, a star, an absolute form and CONNECT get 400", () => {
    for (const path of ["", "*", "https://app.example/health", "http://app.example/", "health", "?/health", "#/health", "\\health", "%2fhealth", " /health", "app.example:443"]) {
      for (const method of ["GET", "OPTIONS", "CONNECT"]) expect(outcome(envoy.request(method, path))).toBe("400 bad_request");
    }
  });
});

describe("duty 126: allow_preflight applies to its rule", () => {
  const preflight = { origin: "https://app.example", "access-control-request-method": "POST" };
  const envoy = ruled({ ...TOKENS, mode: "bearer", rules: [{ path_prefix: "/cors", allow_preflight: true }, { path_prefix: "/none", mode: "deny" }], claim_headers: { sub: "x-user" } });
  test("a preflight passes if the rule allows it, without identity headers", () => {
    const request = envoy.request("OPTIONS", "/cors/x", { ...preflight, "x-user": "admin", x_userinfo: "e30=" });
    expect([request.forwarded.has("x-user"), request.forwarded.has("x_userinfo")]).toEqual([false, false]);
  });
  test("and nowhere else", () => {
    for (const path of ["/", "/corsx", "/none", "/cors/..", "/cors%2f../x", "//cors/x"]) expect(outcome(envoy.request("OPTIONS", path, preflight))).toMatch(CLOSED);
    expect(outcome(envoy.request("OPTIONS", "/cors", { origin: "https://app.example" }))).toMatch(CLOSED);
    expect(outcome(envoy.request("GET", "/cors", preflight))).toMatch(CLOSED);
  });
});

describe("a rule for methods", () => {
  const envoy = ruled({ ...TOKENS, mode: "bearer", rules: [{ path_prefix: "/doc", method: ["GET", "HEAD"], mode: "public" }, { method: "DELETE", mode: "deny" }] });
  test("matches exactly its methods", () => {
    for (const method of ["GET", "HEAD"]) expect(outcome(envoy.request(method, "/doc/x"))).toBe("forwarded");
    for (const method of ["POST", "PUT", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "GETS", "GE", "get", "Get", "hEAD", "", "GET ", "G\u0000T"]) expect(outcome(envoy.request(method, "/doc/x"))).toMatch(CLOSED);
  });
  test("a denied method is denied also with a token, in any case", () => {
    expect(outcome(envoy.request("DELETE", "/api", bearer(token())))).toBe("403 denied");
    for (const method of ["delete", "Delete", "DELETe"]) expect(outcome(envoy.request(method, "/api", bearer(token())))).toMatch(/^(403 denied|400 (ambiguous_path|bad_request))$/);
    expect(outcome(envoy.request("DELETED", "/api", bearer(token())))).toBe("forwarded");
  });
  test("on a public site, a guarded method stays guarded in any case", () => {
    const site = ruled({ ...TOKENS, mode: "public", rules: [{ method: ["POST", "PUT"], mode: "bearer" }] });
    for (const method of ["POST", "PUT", "post", "Post", "pUT"]) expect(outcome(site.request(method, "/"))).toMatch(CLOSED);
    for (const method of ["GET", "HEAD", "DELETE"]) expect(outcome(site.request(method, "/"))).toBe("forwarded");
  });
});
