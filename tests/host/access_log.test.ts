/** The user in access logs (`set_filter_state`) if the filter itself answers a browser: at the callback, for a refused session, at a logout. */
import { ISSUER, type World } from "./fixture";
import { asked, browse as browseWith, Browser, callbackPath, code, idToken, jump, openCall, redeeming, logIn, through, USERINFO } from "./browser";
import { logoutToken, PATH, send } from "./logout_tokens";
import type { StreamContext } from "./host/stream";

const ALICE = { "oidc.sub": "alice", "oidc.iss": ISSUER }, NOBODY = {};
const browse = (changes: Record<string, unknown> = {}, world: World = {}) => browseWith({ set_filter_state: true, backchannel_logout_path: PATH, frontchannel_logout_path: "/front", ...changes }, world);
const person = ({ properties }: StreamContext): Record<string, string> => Object.fromEntries([...properties].filter(([name]) => name !== "oidc.scope").map(([name, value]) => [name, value.toString()]));

test("a callback that completes a login names the user, and a request that starts one does not", () => {
  const { browser } = browse(), begun = browser.navigate("/page");
  expect(person(begun)).toEqual(NOBODY);
  const back = logIn(browser);
  expect([back.local.details, person(back)]).toEqual(["oidc_signed_in", ALICE]);
});

describe("a callback that fails", () => {
  test("names the user once the ID Token is verified", () => {
    const { browser } = browse({ userinfo_required: true }), { back, call, ask } = redeeming(browser);
    call.json({ access_token: "a", token_type: "Bearer", id_token: idToken(ask.nonce) });
    openCall(browser.envoy, "/userinfo").json({ ...USERINFO, sub: "mallory" });
    expect([code(back.local), person(back)]).toEqual(["502 login_failed", ALICE]);
  });

  test.each<[string, (nonce: string) => string]>([["of another nonce", () => idToken("other")], ["for another client", (nonce) => idToken(nonce, { aud: "x" })], ["with a bad signature", (nonce) => `${idToken(nonce).slice(0, -8)}AAAAAAAA`]])(
    "duty 18: names nobody by an ID Token %s", (_, make) => {
      const { browser } = browse(), { back, call, ask } = redeeming(browser);
      call.json({ access_token: "a", token_type: "Bearer", id_token: make(ask.nonce) });
      expect([code(back.local), person(back)]).toEqual(["502 login_failed", NOBODY]);
    });

  test("names nobody before that", () => {
    const { browser } = browse(), ask = asked(browser.navigate("/page"));
    expect(person(browser.navigate(callbackPath(ask, { code: null, error: "access_denied" }), { "sec-fetch-site": "cross-site" }))).toEqual(NOBODY);
  });
});

describe("a session", () => {
  test("that is refused names the user", () => {
    const { browser } = browse({ access_rules: { claim: "sub", equals: "bob" } });
    logIn(browser);
    const refused = through(browser);
    expect([code(refused.local), person(refused)]).toEqual(["403 access_denied", ALICE]);
  });

  test("that waits for a provider that is down names the user", () => {
    const { envoy, browser } = browse();
    logIn(browser);
    jump(envoy, 301);
    const page = through(browser);
    openCall(envoy, "/token").fail();
    expect([code(page.local), person(page)]).toEqual(["503 provider_unreachable", ALICE]);
  });

  test("that has expired names nobody", () => {
    const { envoy, browser } = browse();
    logIn(browser);
    jump(envoy, 2 * 86400);
    expect(person(through(browser))).toEqual(NOBODY);
  });
});

describe("a logout", () => {
  test("by the user names the user", () => {
    const { browser } = browse();
    logIn(browser);
    const out = browser.navigate("/logout", { "sec-fetch-site": "same-origin" });
    expect([out.local.details, person(out)]).toEqual(["oidc_signed_out", ALICE]);
  });

  test("by the provider names the user, both through a frame and through the back channel", () => {
    const { envoy, browser } = browse();
    logIn(browser);
    expect(person(send(envoy, logoutToken()))).toEqual(ALICE);
    const other = new Browser(envoy);
    logIn(other);
    expect(person(other.navigate(`/front?${new URLSearchParams({ iss: ISSUER, sid: "op-session-1" })}`, { "sec-fetch-dest": "iframe", "sec-fetch-site": "cross-site" }))).toEqual(ALICE);
  });

  test("duty 119: by an invalid logout token names nobody", () => {
    expect(person(send(browse().envoy, logoutToken({ aud: "other" })))).toEqual(NOBODY);
  });

  test("without a session names nobody", () => expect(person(browse().browser.navigate("/logout", { "sec-fetch-site": "same-origin" }))).toEqual(NOBODY));
});

test("without set_filter_state nobody is named", () => {
  const { envoy, browser } = browse({ set_filter_state: false, access_rules: { claim: "sub", equals: "bob" } }), all = [logIn(browser), through(browser)];
  all.push(browser.navigate("/logout", { "sec-fetch-site": "same-origin" }), send(envoy, logoutToken()));
  expect(all.map(person)).toEqual([NOBODY, NOBODY, NOBODY, NOBODY]);
});
