// Responses of requests of which nothing is known any more, because thousands came behind them: they get the safe side.
import { bearer, token } from "./fixture";
import { browse, BROWSER_CONFIG, Browser, location, openCall, redeeming, setCookies, logIn, through, tokens, USERINFO } from "./browser";
import type { Envoy } from "./host";
import type { RequestOptions } from "./host/envoy";
import type { Reply, StreamContext } from "./host/stream";
import { ruled, TOKENS } from "./ruled";

/** More than the filter keeps notes of. */
const OTHERS = 4_300;

function others(envoy: Envoy, path: string, options: RequestOptions = {}, count = OTHERS): void {
  for (let i = 0; i < count; i++) envoy.get(path, {}, options).respond(200);
}

/** What an upstream answers that would plant a session and have the answer stored. */
const answer = (request: StreamContext, own: string): Reply =>
  request.respond(200, [["set-cookie", "a=1"], ["set-cookie", `${own}=1PLANTED; Path=/`], ["cache-control", "public, max-age=600"]], "x");
const told = ({ headers }: Reply): unknown => [setCookies(headers), headers.all("cache-control")];

describe("duty 150: where what is known of a request is gone, its response gets the safe side", () => {
  const CONFIG = { auth_accept_token_as: ["header", "query:access_token"], rules: [{ path_prefix: "/open/", mode: "public" }] };
  const world = (): { envoy: Envoy; browser: Browser; own: string } => {
    const { envoy, browser } = browse(CONFIG);
    logIn(browser);
    return { envoy, browser, own: browser.session! };
  };

  test("what it is where it is known: own cookie names are dropped, and a token in the URL forbids storing", () => {
    const { envoy, browser, own } = world();
    expect(told(answer(through(browser), own))).toEqual([["a=1"], ["public, max-age=600"]]);
    expect(told(answer(envoy.get(`/?access_token=${token()}`), own))).toEqual([["a=1"], ["no-store"]]);
    expect(told(answer(envoy.get("/open/x"), own))).toEqual([["a=1"], ["public, max-age=600"]]);
  });

  test("a slow upstream plants no session, and its answer to a token in the URL is not stored", () => {
    const { envoy, browser, own } = world();
    const slow = [through(browser), envoy.get(`/?access_token=${token()}`), envoy.get("/", bearer(token())), envoy.get("/open/slow")];
    others(envoy, "/open/x");
    for (const request of slow) expect(told(answer(request, own))).toEqual([["a=1"], ["no-store"]]);
  });

  test("a slow provider's login keeps its cookies: the filter's own answer is known", () => {
    const { envoy, browser } = world();
    const fresh = new Browser(envoy), { back, call, ask } = redeeming(fresh);
    others(envoy, "/open/x");
    call.json(tokens(ask.nonce));
    openCall(envoy, "/userinfo").json(USERINFO);
    expect(location(back).pathname).toBe("/page");
    expect(setCookies(back.response!.headers)).toEqual(setCookies(back.local.headers));
    expect(setCookies(back.response!.headers).some((line) => line.startsWith(`${browser.session!}=1`))).toBe(true);
  });

  test("so is every other answer of the filter: a login's beginning, a refusal, a logout", () => {
    const { envoy, browser } = world(), fresh = new Browser(envoy);
    const answers = [fresh.navigate("/x"), fresh.fetch("/x"), browser.navigate("/logout", { "sec-fetch-site": "same-origin" })];
    for (const { local, response } of answers) expect(setCookies(response!.headers)).toEqual(setCookies(local.headers));
    expect(answers.map(({ local }) => setCookies(local.headers).length > 0)).toEqual([true, false, true]);
  });

  test("refreshed cookies are lost with what was known, and never those of another request", () => {
    const { envoy, browser, own } = world();
    envoy.advance(301);
    const slow = through(browser);
    openCall(envoy, "/token").json(tokens(undefined, { id_token: undefined, refresh_token: "refresh-2" }));
    others(envoy, "/open/x");
    expect(told(answer(slow, own))).toEqual([["a=1"], ["no-store"]]);
  });

  test("a filter that reads tokens from URLs, without a login, knows which answers may be stored", () => {
    const envoy = ruled({ ...TOKENS, bearer_only: true, auth_accept_token_as: ["header", "query:access_token"], rules: [{ path_prefix: "/open/", mode: "public" }] });
    const slow = envoy.get(`/?access_token=${token()}`), quick = envoy.get("/", bearer(token()));
    expect(told(answer(quick, "x"))).toEqual([["a=1", "x=1PLANTED; Path=/"], ["public, max-age=600"]]);
    others(envoy, "/open/x");
    expect(told(answer(slow, "x"))).toEqual([["a=1", "x=1PLANTED; Path=/"], ["no-store"]]);
  });

  test("a filter with neither looks at no response", () => {
    const envoy = ruled({ ...TOKENS, bearer_only: true }), request = envoy.get("/", bearer(token()));
    const calls = envoy.counting(() => expect(told(answer(request, "x"))).toEqual([["a=1", "x=1PLANTED; Path=/"], ["public, max-age=600"]]));
    expect(calls).toEqual({});
  });

  test("a stream so old that nobody knows whose it is gets what every configuration of the VM asks for", () => {
    const { envoy, browser, own } = world();
    const plain = envoy.addPlugin({ ...TOKENS, bearer_only: true, rules: [{ path_prefix: "/open/", mode: "public" }] });
    const other = envoy.addPlugin({ ...BROWSER_CONFIG, client_id: "other" });
    const stranger = new Browser(envoy, { plugin: other });
    stranger.navigate("/");
    const otherName = stranger.names.find((name) => name.endsWith("_flow"))!;
    const slow = [through(browser), envoy.get("/open/slow", {}, { plugin: plain }), through(browser)];
    others(envoy, "/open/x", { plugin: plain }, 66_000);
    others(envoy, "/open/x");
    expect(told(answer(slow[0]!, own))).toEqual([["a=1"], ["no-store"]]);
    expect(told(answer(slow[1]!, own))).toEqual([["a=1"], ["no-store"]]);
    expect(told(answer(slow[2]!, otherName))).toEqual([["a=1"], ["no-store"]]);
  }, 120_000);
});
