/** Every page of the filter that a person can see, each by a conversation that leads to it. */
import { asked, browse, BROWSER_CONFIG, BROWSER_METADATA, callbackPath, jump, logIn, openCall, redeeming, tokens, USERINFO, type Browser, type Sent } from "./browser";
import { bearer, JWKS_CONFIG, ready, start, token } from "./fixture";
import { Plugin } from "./host";
import { RootContext } from "./host/root";
import type { LocalReply } from "./host/stream";

/** The values of `page.language`. */
export const LANGUAGES = ["en", "de", "fr", "es", "zh"] as const;
export type Language = (typeof LANGUAGES)[number];

interface Asked { config: Record<string, unknown>; headers: Sent }
type Conversation = (asked: Asked) => LocalReply;

const CROSS_SITE = { "sec-fetch-site": "cross-site" };
const SAME_SITE = { "sec-fetch-site": "same-origin" };
const MANY_GROUPS = { ...USERINFO, groups: Array.from({ length: 200 }, (_, i) => `group ${i}`) };

/** After three logins in a row that left no session behind. */
function loop(browser: Browser, login: () => void): LocalReply {
  for (let i = 0; i < 3; i++) login();
  return browser.navigate("/page?a=1").local;
}

const REFUSALS: Record<string, Conversation> = {
  no_token: ({ config, headers }) => ready({ config: { ...JWKS_CONFIG, ...config } }).get("/page", headers).local,
  expired: ({ config, headers }) => ready({ config: { ...JWKS_CONFIG, ...config } }).get("/page", { ...headers, ...bearer(token({ exp: 1 })) }).local,
  claim_missing: ({ config }) => {
    const { browser } = browse({ ...config, access_rules: { claim: "role", equals: "admin" } });
    logIn(browser);
    return browser.navigate("/page").local;
  },
  denied: ({ config }) => browse({ ...config, rules: [{ path_prefix: "/admin", mode: "deny" }] }).browser.navigate("/admin").local,
  provider_not_ready: ({ config, headers }) => {
    const envoy = start({ config: { ...BROWSER_CONFIG, ...config } });
    envoy.provider("idp").answers(() => "fail");
    envoy.advance(1);
    return envoy.get("/page?a=1", headers).local;
  },
  provider_unreachable: ({ config }) => {
    const { envoy, browser } = browse(config);
    logIn(browser);
    jump(envoy, 301);
    const page = browser.navigate("/page?a=1");
    openCall(envoy, "/token").reply(500);
    return page.local;
  },
  misconfigured: ({ headers }) => {
    const envoy = ready(), vm = envoy.vms[0]!, root = new RootContext(vm, vm.nextId(), "", Buffer.from('{"nonsense":true}'));
    root.start(0);
    return envoy.get("/page", headers, { plugin: new Plugin([root]) }).local;
  },
  sign_in_needed: ({ config }) => browse({ ...config, unauth_action: "deny", rules: [{ path: "/", unauth_action: "auth" }] }).browser.navigate("/page").local,
  not_sent: ({ config, headers }) => browse(config).browser.send("POST", "/form", { ...headers, "sec-fetch-mode": "navigate", "sec-fetch-dest": "document", ...SAME_SITE, "content-type": "application/x-www-form-urlencoded", referer: "https://app.example/form?id=1" }, "text=long").local,
  too_many_cookies: ({ config, headers }) => browse(config).envoy.get("/page", { ...headers, cookie: "a=b; ".repeat(513) }).local,
  too_many_logins: ({ config }) => {
    const { browser } = browse(config);
    for (let i = 0; i < 7; i++) browser.navigate(`/${i}`);
    return browser.navigate("/page?a=1", CROSS_SITE).local;
  },
  address_too_long: ({ config }) => browse(config).browser.navigate(`/page?${"q".repeat(5000)}`).local,
  logout_method: ({ config, headers }) => browse(config).browser.send("PUT", "/logout", headers).local,
  callback_direct: ({ config }) => browse(config).browser.navigate("/callback").local,
  callback_malformed: ({ config }) => browse(config).browser.navigate("/callback?state=a&state=b&code=c").local,
  callback_method: ({ config, headers }) => browse(config).browser.send("POST", "/callback", headers).local,
  callback_misplaced: ({ config }) => {
    const { browser } = browse(config), ask = asked(browser.navigate("/page"));
    return browser.navigate(callbackPath(ask).replace("/callback", "/app/callback"), CROSS_SITE).local;
  },
  login_failed: ({ config }) => {
    const { browser } = browse(config), { back, call } = redeeming(browser);
    call.json({ error: "invalid_grant" }, 400);
    return back.local;
  },
  login_unknown: ({ config }) => browse(config).browser.navigate(callbackPath({ state: "A".repeat(32) }), CROSS_SITE).local,
  login_expired: ({ config }) => {
    const { envoy, browser } = browse(config), ask = asked(browser.navigate("/page"));
    jump(envoy, 600);
    return browser.navigate(callbackPath(ask), CROSS_SITE).local;
  },
  login_denied: ({ config }) => {
    const { browser } = browse(config), ask = asked(browser.navigate("/page"));
    return browser.navigate(callbackPath(ask, { code: null, error: "access_denied" }), CROSS_SITE).local;
  },
  claims_too_large: ({ config }) => {
    const { browser } = browse({ ...config, max_claim_headers_bytes: 1024 });
    logIn(browser, { userinfo: MANY_GROUPS });
    return browser.navigate("/page").local;
  },
  session_too_large: ({ config }) => logIn(browse(config).browser, { tokens: { access_token: "a".repeat(20_000) }, userinfo: { ...USERINFO, bio: "b".repeat(12_000) } }).local,
  loop_cookie_missing: ({ config }) => {
    const { browser } = browse(config);
    return loop(browser, () => {
      logIn(browser);
      browser.jar.delete(browser.session!);
    });
  },
  loop_session_over: ({ config }) => {
    const { envoy, browser } = browse(config);
    return loop(browser, () => {
      const { ask, back, call } = redeeming(browser);
      call.json(tokens(ask.nonce, { expires_in: 1, refresh_token: undefined }));
      openCall(envoy, "/userinfo").json(USERINFO);
      browser.take(back);
      jump(envoy, 2);
    });
  },
};

const LOGOUTS: Record<string, Conversation> = {
  "logged out": ({ config }) => {
    const { browser } = browse(config, { metadata: { ...BROWSER_METADATA, end_session_endpoint: undefined } });
    logIn(browser);
    return browser.navigate("/logout", SAME_SITE).local;
  },
  "logged out, but not at the provider": ({ config }) => {
    const { browser } = browse({ ...config, session_contents: { access_token: true, id_token: true, user: true } });
    logIn(browser);
    return browser.navigate("/logout", SAME_SITE).local;
  },
  "logged out, but not recorded": ({ config }) => {
    const { envoy, browser } = browse(config);
    logIn(browser);
    envoy.sharedData.set = () => 8;
    return browser.navigate("/logout", SAME_SITE).local;
  },
  "log out?": ({ config }) => {
    const { browser } = browse(config);
    logIn(browser);
    return browser.navigate("/logout", CROSS_SITE).local;
  },
};

/** Codes of refusals, and words for the pages of a logout. */
export const REFUSED = Object.keys(REFUSALS);
export const LOGGED_OUT = Object.keys(LOGOUTS);

/** `look`: more of `page`. */
export function pageOf(name: string, language: Language, look: Record<string, unknown> = {}): LocalReply {
  const conversation = (REFUSALS[name] ?? LOGOUTS[name])!;
  return conversation({ config: { page: { ...look, language } }, headers: { accept: "text/html", "accept-language": language } });
}
