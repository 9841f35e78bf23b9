// Requests that wait for the body of a form: which get a place, which give way, and for how long (duty 147).
import { asked, browse, Browser, BROWSER_CONFIG, callbackPath, code, idToken, openCall, tokens, USERINFO } from "./browser";
import { token } from "./fixture";
import type { Envoy, Plugin } from "./host";
import type { StreamContext } from "./host/stream";

const FORM = { "content-type": "application/x-www-form-urlencoded" };
const LOGOUT = { backchannel_logout_path: "/backchannel" };
const FORM_POST = { response_mode: "form_post" };
/** The bound for one configuration in one worker. */
const PLACES = 256;

const hold = (envoy: Envoy, first = "", plugin?: Plugin): StreamContext => {
  const stream = envoy.begin("POST", "/backchannel", FORM, plugin ? { plugin } : {});
  return first === "" ? stream : stream.data(first);
};
const EVENT = "http://schemas.openid.net/event/backchannel-logout";
let ids = 0;
const logoutForm = (): string => `logout_token=${token({ aud: "gateway", scope: undefined, sub: "alice", jti: `slot-${ids++}`, events: { [EVENT]: {} } }, { header: { typ: "logout+jwt" } })}`;
const logsOut = (envoy: Envoy, plugin?: Plugin): number => hold(envoy, "", plugin).data(logoutForm(), true).local.status;

describe("duty 147: forms that never end do not keep others out", () => {
  test("a logout token is accepted however many forms are under way, also if each has sent a byte", () => {
    const { envoy } = browse(LOGOUT);
    for (let i = 0; i < 3000; i++) hold(envoy, i % 2 ? "l" : "");
    expect(logsOut(envoy)).toBe(200);
  });
  test("the oldest gives way, not the newest, and gets 503 too_many_waiting", () => {
    const { envoy } = browse(LOGOUT), held = Array.from({ length: PLACES + 2 }, () => hold(envoy));
    envoy.advance(0.1);
    expect([held[0]!, held[1]!].map(({ local }) => code(local))).toEqual(["503 too_many_waiting", "503 too_many_waiting"]);
    expect(held.slice(2).every(({ waiting }) => waiting)).toBe(true);
  });
  test("one that has sent nothing gives way before an older one that has", () => {
    const { envoy } = browse(LOGOUT), older = hold(envoy, "l"), silent = hold(envoy);
    for (let i = 0; i < PLACES - 1; i++) hold(envoy, "l");
    envoy.advance(0.1);
    expect([older.waiting, code(silent.local)]).toEqual([true, "503 too_many_waiting"]);
  });
  test.each<[string, (stream: StreamContext) => void]>([
    ["its body", (stream) => { stream.data(logoutForm(), true); }], ["more of it", (stream) => { stream.data("x"); }], ["trailers", (stream) => { stream.trailers({ "x-userinfo": "forged" }); }],
  ])("one that gave way and then sends %s is answered, and never reaches the upstream", (_, sends) => {
    const { envoy } = browse(LOGOUT), first = hold(envoy);
    for (let i = 0; i < PLACES; i++) hold(envoy);
    sends(first);
    expect([first.waiting, first.upstream.headers]).toEqual([true, null]);
    envoy.advance(0.1);
    expect([code(first.local), first.upstream.headers]).toEqual(["503 too_many_waiting", null]);
  });
  test("a flood does not affect the forms of another configuration", () => {
    const { envoy } = browse(LOGOUT), other = envoy.addPlugin({ ...BROWSER_CONFIG, ...LOGOUT, client_id: "other" });
    const own = hold(envoy, "l", other);
    for (let i = 0; i < 3000; i++) hold(envoy, "l");
    envoy.advance(1);
    expect(own.waiting).toBe(true);
  });
  test("clients that disconnect free their places", () => {
    const { envoy } = browse(LOGOUT);
    for (let i = 0; i < 3000; i++) hold(envoy).reset();
    envoy.advance(11);
    expect(logsOut(envoy)).toBe(200);
  });
});

describe("duty 147: how long a form may take", () => {
  test("no byte within 5 s: 503, and the log names the setting that may be missing", () => {
    const { envoy } = browse(LOGOUT), stream = hold(envoy);
    envoy.advance(4);
    expect(stream.waiting).toBe(true);
    envoy.advance(3);
    expect(code(stream.local)).toBe("503 body_not_delivered");
    expect(envoy.logText).toContain("allow_on_headers_stop_iteration");
  });
  test("a byte now and then: 10 s in all", () => {
    const { envoy } = browse(LOGOUT), stream = hold(envoy, "l");
    for (let i = 0; i < 9; i++) { envoy.advance(1); stream.data("o"); }
    expect(stream.waiting).toBe(true);
    envoy.advance(2);
    expect([code(stream.local), stream.upstream.headers]).toEqual(["503 body_not_delivered", null]);
  });
});

describe("duty 147: only a form that can succeed gets a place", () => {
  test.each(["65537", "70000", "9".repeat(400)])("content-length %s gets 413 before any of the body arrives", (length) => {
    const { envoy } = browse(LOGOUT);
    expect(code(envoy.begin("POST", "/backchannel", { ...FORM, "content-length": length }).local)).toBe("413 body_too_large");
  });
  test.each(["65536", "", "-1", "0x20000", "1,70000"])("content-length %j decides nothing", (length) => {
    const { envoy } = browse(LOGOUT);
    expect(envoy.begin("POST", "/backchannel", { ...FORM, "content-length": length }).data(logoutForm(), true).local.status).toBe(200);
  });
  test.each(["application/json", "", "application/x-www-form-urlencodedx", "multipart/form-data; boundary=a"])("a form_post response of type %j is refused before its body", (type) => {
    const { envoy, browser } = browse(FORM_POST), ask = asked(browser.navigate("/page"));
    void ask;
    expect(code(envoy.begin("POST", "/callback", { "content-type": type, cookie: browser.cookiesFor("/callback") }).local)).toBe("400 callback_malformed");
  });
  test.each<[string, (browser: Browser) => string]>([
    ["no cookie", () => ""],
    ["a login cookie that does not open", (browser) => browser.cookiesFor("/callback").replace(/(_login_[^=]*=.{20})./, "$1!")],
    ["a login of another callback", (browser) => new Browser(browser.envoy).cookiesFor("/callback")],
  ])("a form_post response with %s is refused before its body", (_, cookies) => {
    const { envoy, browser } = browse(FORM_POST);
    browser.navigate("/page");
    expect(code(envoy.begin("POST", "/callback", { ...FORM, cookie: cookies(browser) }).local)).toBe("400 login_unknown");
  });
  test("a valid login cookie among invalid ones gets a place", () => {
    const { envoy, browser } = browse(FORM_POST), ask = asked(browser.navigate("/page"));
    const [name] = browser.logins, bogus = Array.from({ length: 5 }, (_, i) => `${name!.slice(0, -8)}bogus00${i}=${"A".repeat(300)}`).join("; ");
    const stream = envoy.begin("POST", "/callback", { ...FORM, cookie: `${bogus}; ${browser.cookiesFor("/callback")}` });
    stream.data(callbackPath(ask).split("?")[1]!, true);
    openCall(envoy, "/token").json({ ...tokens(ask.nonce), id_token: idToken(ask.nonce) });
    openCall(envoy, "/userinfo").json(USERINFO);
    expect(stream.local.headers.get("location")).toBe("/page");
  });
});
