/** A refusal can be traced: its page, its JSON and its log lines have the same request id and time. */
import { bearer, INTROSPECTION_CONFIG, JWKS_CONFIG, ready, refused, start, token } from "./fixture";
import { asked, browse, callbackPath, openCall, redeeming } from "./browser";
import type { Envoy } from "./host/envoy";

const ID = "7d1f0b3e-93a2-4f6b-8a38-5f1c2f5a9a11";
const AT = /^2026-01-01T00:00:\d\d\.\d{3}Z$/;
const EXPIRED = token({ exp: 1 });

const json = (body: string): Record<string, string> => JSON.parse(body) as Record<string, string>;
/** The log lines that contain the text. */
const grep = (envoy: Envoy, text: string): string[] => envoy.logText.split("\n").filter((line) => line.includes(text));

test("the JSON for programs has id and time, and the log line with the id has code, host and path", () => {
  const envoy = ready();
  const { local } = envoy.get("/orders/7?page=2", { ...bearer(EXPIRED), "x-request-id": ID });
  const { request_id, time } = json(local.body);
  expect([request_id, time]).toEqual([ID, expect.stringMatching(AT)]);
  expect(grep(envoy, ID)).toEqual([`info: envoy-oidc: refused, expired (401) time=${time} id=${ID} host=app.example path=/orders/7`]);
});

test("the footer of the page has both", () => {
  const { local } = ready().get("/", { ...bearer(EXPIRED), "x-request-id": ID, accept: "text/html" });
  expect(local.body).toMatch(new RegExp(`<footer><code>401 expired</code> <time>2026-01-01T[\\d:.]+Z</time><br><samp>${ID}</samp></footer>`));
});

test("the line about the provider's error has the same id as the refusal", () => {
  const { envoy, browser } = browse(), ask = asked(browser.navigate("/page"));
  browser.navigate(callbackPath(ask), { "sec-fetch-site": "cross-site", "x-request-id": ID });
  const call = openCall(envoy, "/token");
  call.reply(400, {}, { error: "invalid_client" });
  const lines = grep(envoy, ID);
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatch(/^warn: .*invalid_client.*; time=\S+ id=\S+ host=app\.example path=\/callback$/);
  expect(lines[1]).toMatch(/^info: .*refused, login_failed \(502\) time=\S+ id=\S+ host=app\.example path=\/callback$/);
});

test("if many requests wait for one call, the provider's error is one line, and each refusal has its own id", () => {
  const envoy = ready({ config: INTROSPECTION_CONFIG });
  const waiting = ["a", "b", "c"].map((id) => envoy.get("/", { ...bearer("opaque"), "x-request-id": id }));
  envoy.callout("idp").reply(500);
  expect(waiting.map((request) => json(request.local.body).request_id)).toEqual(["a", "b", "c"]);
  expect(grep(envoy, "the introspection endpoint")).toHaveLength(1);
  for (const id of ["a", "b", "c"]) expect(grep(envoy, `refused, provider_unreachable (503) time=`).filter((line) => line.includes(` id=${id} `))).toHaveLength(1);
});

test("an error of the provider is logged even if the request was reset", () => {
  const { envoy, browser } = browse(), { call, back } = redeeming(browser);
  back.reset();
  call.reply(400, {}, { error: "invalid_client" });
  envoy.advance(1);
  expect(grep(envoy, "invalid_client")).toHaveLength(1);
});

test("a repeated refusal has the id and time of its own request", () => {
  const envoy = ready(), of = (id: string) => json(envoy.get("/", { ...bearer(EXPIRED), "x-request-id": id }).local.body);
  const first = of("one");
  envoy.advance(5);
  const second = of("two");
  expect([first.request_id, second.request_id]).toEqual(["one", "two"]);
  expect(second.time! > first.time!).toBe(true);
});

describe("no client can", () => {
  test.each([
    ["longer than 64 characters", "a".repeat(65)], ["empty", ""], ["a space", "a b"], ["markup", "<b>a</b>"], ["a quote", 'a"b'], ["a backslash", "a\\b"], ["a letter beyond ASCII", "é"], ["a comma", "a,b"],
  ])("duty 170: set an invalid id (%s): it is left out everywhere", (_, id) => {
    const envoy = ready();
    for (const accept of ["*/*", "text/html"]) {
      const request = envoy.get("/", { ...bearer(EXPIRED), "x-request-id": id, accept });
      expect(refused(request)).toBe("401 expired");
      expect(request.local.body).toMatch(accept === "*/*" ? /"code":"expired","time":"/ : /<\/time><\/footer>/);
    }
    expect(grep(envoy, " id=")).toEqual([]);
  });

  test("duty 170: set two ids", () => {
    const envoy = ready();
    const { local } = envoy.request("GET", "/", [...Object.entries(bearer(EXPIRED)), ["x-request-id", "a"], ["x-request-id", "b"]]);
    expect(json(local.body)).not.toHaveProperty("request_id");
  });

  test("but an id of 64 allowed characters is used", () => {
    const id = "Root=1-67891233:abcdef/A+b_c.d@e".padEnd(64, "0");
    expect(json(ready().get("/", { ...bearer(EXPIRED), "x-request-id": id }).local.body).request_id).toBe(id);
  });

  test("duty 170: forge a line or a field with the path", () => {
    const envoy = ready();
    envoy.get("/a id=forged\r\ninfo: x\\y\x7f?secret=1", bearer(EXPIRED));
    expect(grep(envoy, "path=")).toEqual([expect.stringMatching(/ host=app\.example path=\/a\\x20id=forged\\x0d\\x0ainfo:\\x20x\\x5cy\\x7f$/)]);
    expect(envoy.logText).not.toContain("secret=1");
  });

  test("duty 170: fill the log with a long path or host", () => {
    const envoy = ready();
    envoy.get(`/${"p".repeat(5000)}`, { ...bearer(EXPIRED), ":authority": "h".repeat(1000) });
    expect(grep(envoy, "path=")).toEqual([expect.stringMatching(/ host=h{255}\.\.\. path=\/p{255}\.\.\.$/)]);
  });
});

test("a refused request without readable headers has a time", () => {
  const envoy = start({ config: JWKS_CONFIG });
  expect(json(envoy.request("CONNECT", "").local.body)).toMatchObject({ code: "bad_request", time: expect.stringMatching(AT) });
});
