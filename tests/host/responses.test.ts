// Responses to requests whose notes were dropped because thousands of others followed: they are treated in the safe way.
import { bearer, token } from "./fixture";
import { browse, BROWSER_CONFIG, Browser, location, openCall, redeeming, setCookies, logIn, through, tokens, USERINFO } from "./browser";
import type { Envoy } from "./host";
import type { RequestOptions } from "./host/envoy";
import type { Reply, StreamContext } from "./host/stream";
import { ruled, TOKENS } from "./ruled";

/** More requests than the filter has notes for. */
const OTHERS = 4_300;

function others(envoy: Envoy, path: string, options: RequestOptions = {}, count = OTHERS): void {
  for (let i = 0; i < count; i++) envoy.get(path, {}, options).respond(200);
}

/** A response of the upstream that tries to plant a session, and allows caching. */
const answer = (request: StreamContext, own: string): Reply =>
  request.respond(200, [["set-cookie", "a=1"], ["set-cookie", `${own}=1PLANTED; Path=/`], ["cache-control", "public, max-age=600"]], "x");
const seen = ({ headers }: Reply): unknown => [setCookies(headers), headers.all("cache-control")];

describe("duty 150: the response to a request without a note is treated in the safe way", () => {
  const CONFIG = { auth_accept_token_as: ["header", "query:access_token"], rules: [{ path_prefix: "/open/", mode: "public" }] };
  const world = (): { envoy: Envoy; browser: Browser; own: string } => {
    const { envoy, browser } = browse(CONFIG);
    logIn(browser);
    return { envoy, browser, own: browser.session! };
  };

  test("with a note: the filter's cookie names are dropped, and after a token in the URL there is no-store", () => {
    const { envoy, browser, own } = world();
    expect(seen(answer(through(browser), own))).toEqual([["a=1"], ["public, max-age=600"]]);
    expect(seen(answer(envoy.get(`/?access_token=${token()}`), own))).toEqual([["a=1"], ["no-store"]]);
    expect(seen(answer(envoy.get("/open/x"), own))).toEqual([["a=1"], ["public, max-age=600"]]);
  });

  test("without a note: a slow upstream plants no session, and its response has no-store", () => {
    const { envoy, browser, own } = world();
    const slow = [through(browser), envoy.get(`/?access_token=${token()}`), envoy.get("/", bearer(token())), envoy.get("/open/slow")];
    others(envoy, "/open/x");
    for (const request of slow) expect(seen(answer(request, own))).toEqual([["a=1"], ["no-store"]]);
  });

  test("a login at a slow provider keeps its cookies, because the answer is the filter's own", () => {
    const { envoy, browser } = world();
    const fresh = new Browser(envoy), { back, call, ask } = redeeming(fresh);
    others(envoy, "/open/x");
    call.json(tokens(ask.nonce));
    openCall(envoy, "/userinfo").json(USERINFO);
    expect(location(back).pathname).toBe("/page");
    expect(setCookies(back.response!.headers)).toEqual(setCookies(back.local.headers));
    expect(setCookies(back.response!.headers).some((line) => line.startsWith(`${browser.session!}=1`))).toBe(true);
  });

  test("and so does every other answer of the filter: the start of a login, a refusal, a logout", () => {
    const { envoy, browser } = world(), fresh = new Browser(envoy);
    const answers = [fresh.navigate("/x"), fresh.fetch("/x"), browser.navigate("/logout", { "sec-fetch-site": "same-origin" })];
    for (const { local, response } of answers) expect(setCookies(response!.headers)).toEqual(setCookies(local.headers));
    expect(answers.map(({ local }) => setCookies(local.headers).length > 0)).toEqual([true, false, true]);
  });

  test("refreshed cookies are lost with the note, and never replaced by those of another request", () => {
    const { envoy, browser, own } = world();
    envoy.advance(301);
    const slow = through(browser);
    openCall(envoy, "/token").json(tokens(undefined, { id_token: undefined, refresh_token: "refresh-2" }));
    others(envoy, "/open/x");
    expect(seen(answer(slow, own))).toEqual([["a=1"], ["no-store"]]);
  });

  test("without a login, but with tokens in URLs, only responses with a note may be cached", () => {
    const envoy = ruled({ ...TOKENS, bearer_only: true, auth_accept_token_as: ["header", "query:access_token"], rules: [{ path_prefix: "/open/", mode: "public" }] });
    const slow = envoy.get(`/?access_token=${token()}`), quick = envoy.get("/", bearer(token()));
    expect(seen(answer(quick, "x"))).toEqual([["a=1", "x=1PLANTED; Path=/"], ["public, max-age=600"]]);
    others(envoy, "/open/x");
    expect(seen(answer(slow, "x"))).toEqual([["a=1", "x=1PLANTED; Path=/"], ["no-store"]]);
  });

  test("with neither, responses are not read", () => {
    const envoy = ruled({ ...TOKENS, bearer_only: true }), request = envoy.get("/", bearer(token()));
    const calls = envoy.counting(() => expect(seen(answer(request, "x"))).toEqual([["a=1", "x=1PLANTED; Path=/"], ["public, max-age=600"]]));
    expect(calls).toEqual({});
  });

  test("a stream whose configuration is unknown gets what every configuration of the VM requires", () => {
    const { envoy, browser, own } = world();
    const plain = envoy.addPlugin({ ...TOKENS, bearer_only: true, rules: [{ path_prefix: "/open/", mode: "public" }] });
    const other = envoy.addPlugin({ ...BROWSER_CONFIG, client_id: "other" });
    const stranger = new Browser(envoy, { plugin: other });
    stranger.navigate("/");
    const otherName = stranger.names.find((name) => name.endsWith("_flow"))!;
    const slow = [through(browser), envoy.get("/open/slow", {}, { plugin: plain }), through(browser)];
    others(envoy, "/open/x", { plugin: plain }, 66_000);
    others(envoy, "/open/x");
    expect(seen(answer(slow[0]!, own))).toEqual([["a=1"], ["no-store"]]);
    expect(seen(answer(slow[1]!, own))).toEqual([["a=1"], ["no-store"]]);
    expect(seen(answer(slow[2]!, otherName))).toEqual([["a=1"], ["no-store"]]);
  }, 120_000);
});
