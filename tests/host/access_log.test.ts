/** Whom access logs name (`set_filter_state`) where the filter answers a browser itself: at the callback, in a session that is refused, at a logout. */
import { ISSUER, type World } from "./fixture";
import { asked, browse as browseWith, Browser, callbackPath, code, idToken, jump, openCall, redeeming, logIn, through, USERINFO } from "./browser";
import { logoutToken, PATH, send } from "./logout_tokens";
import type { StreamContext } from "./host/stream";

const ALICE = { "oidc.sub": "alice", "oidc.iss": ISSUER }, NOBODY = {};
const browse = (changes: Record<string, unknown> = {}, world: World = {}) => browseWith({ set_filter_state: true, backchannel_logout_path: PATH, frontchannel_logout_path: "/front", ...changes }, world);
const person = ({ properties }: StreamContext): Record<string, string> => Object.fromEntries([...properties].filter(([name]) => name !== "oidc.scope").map(([name, value]) => [name, value.toString()]));

test("a callback that completes a login, and none that only begins one", () => {
  const { browser } = browse(), begun = browser.navigate("/page");
  expect(person(begun)).toEqual(NOBODY);
  const back = logIn(browser);
  expect([back.local.details, person(back)]).toEqual(["oidc_signed_in", ALICE]);
});

describe("a callback that fails", () => {
  test("after the ID Token was verified", () => {
    const { browser } = browse({ userinfo_required: true }), { back, call, ask } = redeeming(browser);
    call.json({ access_token: "a", token_type: "Bearer", id_token: idToken(ask.nonce) });
    openCall(browser.envoy, "/userinfo").json({ ...USERINFO, sub: "mallory" });
    expect([code(back.local), person(back)]).toEqual(["502 login_failed", ALICE]);
  });

  test.each<[string, (nonce: string) => string]>([["of another nonce", () => idToken("other")], ["for another client", (nonce) => idToken(nonce, { aud: "x" })], ["with a bad signature", (nonce) => `${idToken(nonce).slice(0, -8)}AAAAAAAA`]])(
    "duty 18: an ID Token %s names nobody", (_, make) => {
      const { browser } = browse(), { back, call, ask } = redeeming(browser);
      call.json({ access_token: "a", token_type: "Bearer", id_token: make(ask.nonce) });
      expect([code(back.local), person(back)]).toEqual(["502 login_failed", NOBODY]);
    });

  test("before that", () => {
    const { browser } = browse(), ask = asked(browser.navigate("/page"));
    expect(person(browser.navigate(callbackPath(ask, { code: null, error: "access_denied" }), { "sec-fetch-site": "cross-site" }))).toEqual(NOBODY);
  });
});

describe("a session", () => {
  test("that is refused", () => {
    const { browser } = browse({ access_rules: { claim: "sub", equals: "bob" } });
    logIn(browser);
    const refused = through(browser);
    expect([code(refused.local), person(refused)]).toEqual(["403 access_denied", ALICE]);
  });

  test("that waits for a provider which is down", () => {
    const { envoy, browser } = browse();
    logIn(browser);
    jump(envoy, 301);
    const page = through(browser);
    openCall(envoy, "/token").fail();
    expect([code(page.local), person(page)]).toEqual(["503 provider_unreachable", ALICE]);
  });

  test("that is over names nobody", () => {
    const { envoy, browser } = browse();
    logIn(browser);
    jump(envoy, 2 * 86400);
    expect(person(through(browser))).toEqual(NOBODY);
  });
});

describe("a logout", () => {
  test("by the user", () => {
    const { browser } = browse();
    logIn(browser);
    const out = browser.navigate("/logout", { "sec-fetch-site": "same-origin" });
    expect([out.local.details, person(out)]).toEqual(["oidc_signed_out", ALICE]);
  });

  test("by the provider, in a frame and behind the browser's back", () => {
    const { envoy, browser } = browse();
    logIn(browser);
    expect(person(send(envoy, logoutToken()))).toEqual(ALICE);
    const other = new Browser(envoy);
    logIn(other);
    expect(person(other.navigate(`/front?${new URLSearchParams({ iss: ISSUER, sid: "op-session-1" })}`, { "sec-fetch-dest": "iframe", "sec-fetch-site": "cross-site" }))).toEqual(ALICE);
  });

  test("duty 119: a logout token that is wrong names nobody", () => {
    expect(person(send(browse().envoy, logoutToken({ aud: "other" })))).toEqual(NOBODY);
  });

  test("without a session", () => expect(person(browse().browser.navigate("/logout", { "sec-fetch-site": "same-origin" }))).toEqual(NOBODY));
});

test("without set_filter_state nobody is named anywhere", () => {
  const { envoy, browser } = browse({ set_filter_state: false, access_rules: { claim: "sub", equals: "bob" } }), all = [logIn(browser), through(browser)];
  all.push(browser.navigate("/logout", { "sec-fetch-site": "same-origin" }), send(envoy, logoutToken()));
  expect(all.map(person)).toEqual([NOBODY, NOBODY, NOBODY, NOBODY]);
});
