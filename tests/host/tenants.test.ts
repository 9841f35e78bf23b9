/** Several providers, rules and configurations in one VM: a flood of one does not affect the others. */
import { bearer, INTROSPECTION_CONFIG, ISSUER, refused } from "./fixture";
import { asked, browse, Browser, callbackPath, code, jump, openCall, redeeming, serveBrowser, logIn, logInAs, through, tokens, tryAgain } from "./browser";
import type { Envoy, Plugin } from "./host/envoy";
import type { Callout } from "./host/callout";
import type { StreamContext } from "./host/stream";
import { active } from "./workers";

/** Settings for browsers and for opaque tokens. */
const BOTH = { use_jwks: undefined, introspection_endpoint: `${ISSUER}/introspect` };
const HANGING = { ...INTROSPECTION_CONFIG, provider_cluster: "slow" };
const FLOOD = 600;

/** Requests with invalid opaque tokens, for a provider that does not answer. */
function flood(envoy: Envoy, options: { plugin?: Plugin; path?: string } = {}): StreamContext[] {
  return Array.from({ length: FLOOD }, (_, i) => envoy.get(options.path ?? "/", bearer(`bogus-${i}`), options));
}
const introspections = (envoy: Envoy, cluster: string): Callout[] => envoy.callouts.filter((call) => call.cluster === cluster && call.path === "/introspect");

/** Checks login, introspection and refresh of this browser's configuration, while the other one is flooded. */
function allWorks(envoy: Envoy, browser: Browser, flooded: { plugin?: Plugin; path?: string }): void {
  const again = (): void => {
    flood(envoy, flooded);
    expect(introspections(envoy, "slow")).toHaveLength(256);
  };
  again();
  logIn(browser);
  expect(through(browser).forwarded.has("x-userinfo")).toBe(true);
  const opaque = envoy.get("/page", bearer("opaque"));
  introspections(envoy, "idp").at(-1)!.json(active());
  opaque.forwarded;
  jump(envoy, 301);
  again();
  const refreshed = through(browser);
  openCall(envoy, "/token").json({ ...tokens(undefined), id_token: undefined, access_token: "a2" });
  expect(refreshed.forwarded.get("x-access-token")).toBe("a2");
}

describe("duty 148: a flood of bearer tokens for a provider that hangs causes no refusals elsewhere", () => {
  test("in another configuration", () => {
    const { envoy, browser } = browse(BOTH);
    allWorks(envoy, browser, { plugin: envoy.addPlugin(HANGING) });
  });

  test("under another rule of the same configuration", () => {
    const { envoy, browser } = browse({ ...BOTH, rules: [{ path_prefix: "/slow", ...HANGING, bearer_only: true }] });
    allWorks(envoy, browser, { path: "/slow/x" });
  });

  test("for logins and refreshes of the same configuration", () => {
    const { envoy, browser } = browse(BOTH);
    logIn(browser);
    const requests = flood(envoy);
    expect([refused(requests.at(-1)!), introspections(envoy, "idp").length]).toEqual(["503 too_many_waiting", 256]);
    const other = new Browser(envoy);
    logInAs(other);
    expect(through(other).forwarded.has("x-userinfo")).toBe(true);
    jump(envoy, 301);
    const refreshed = through(browser);
    expect(refreshed.waiting).toBe(true);
    openCall(envoy, "/token").json({ ...tokens(undefined), id_token: undefined, access_token: "a2" });
    expect(refreshed.forwarded.get("x-access-token")).toBe("a2");
  });

  test("after the flood is answered at once, other waiting requests continue too", () => {
    const { envoy } = browse(BOTH);
    const plugin = envoy.addPlugin(HANGING);
    for (let i = 0; i < 5000; i++) envoy.get("/", bearer("one-bogus-token"), { plugin });
    const opaque = envoy.get("/page", bearer("opaque"));
    introspections(envoy, "slow")[0]!.fail();
    introspections(envoy, "idp")[0]!.json(active());
    opaque.forwarded;
  });
});

describe("duty 148: requests that wait are counted for their own configuration", () => {
  test("16,384 of one do not affect the others, and there is room again afterwards", () => {
    const { envoy, browser } = browse(BOTH);
    const plugin = envoy.addPlugin(HANGING);
    const ask = (): StreamContext => envoy.get("/", bearer("one-bogus-token"), { plugin });
    for (let i = 0; i < 16_384; i++) ask();
    expect(refused(ask())).toBe("503 too_many_waiting");
    expect(envoy.logText).toMatch(/warn: .*16384 requests wait at the provider idp\.example\.com \[cluster "slow"\]/);
    logIn(browser);
    introspections(envoy, "slow")[0]!.json({ active: false });
    envoy.advance(1);
    expect(refused(ask())).toBe("401 inactive");
    expect(envoy.metrics()).toMatchObject({ "envoy_oidc.bound.waiting": 1, "envoy_oidc.refused.too_many_waiting": 1 });
  });
});

describe("duty 148: the log lines for operators", () => {
  test("name the provider and the number, once a second for each, and do not call it unreachable", () => {
    const { envoy } = browse(BOTH);
    const plugin = envoy.addPlugin(HANGING), before = envoy.logs.length;
    const requests = [...flood(envoy, { plugin }), ...flood(envoy)];
    const lines = envoy.logs.slice(before).map(({ text }) => text).filter((text) => text.includes("under way"));
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/256 introspections are under way at the provider idp\.example\.com \[cluster "slow"\]/);
    expect(lines[1]).toMatch(/\[cluster "idp"\]/);
    const answers = requests.filter(({ waiting }) => !waiting);
    expect(new Set(answers.map(refused))).toEqual(new Set(["503 too_many_waiting"]));
    expect(answers.map(({ local }) => local.body).join() + lines.join()).not.toMatch(/unreach|reached/);
    envoy.advance(0.9);
    envoy.get("/", bearer("one more"), { plugin });
    expect(envoy.metrics()["envoy_oidc.bound.calls"]).toBe(2 * (FLOOD - 256));
  });

  test("name the rule", () => {
    const { envoy } = browse({ ...BOTH, rules: [{ path_prefix: "/slow", ...HANGING, bearer_only: true }] });
    flood(envoy, { path: "/slow/x" });
    expect(envoy.logText).toMatch(/envoy-oidc rules\[0\]: 256 introspections .*\[cluster "slow"\]/);
  });
});

describe("duty 148: logins and refreshes beyond their own bound of calls", () => {
  /** 256 logins that wait for a token endpoint that does not answer. */
  function busy(): { envoy: Envoy; browser: Browser } {
    const world = browse();
    logIn(world.browser);
    for (let i = 0; i < 256; i++) redeeming(new Browser(world.envoy));
    return world;
  }

  test("a callback uses up neither its code nor its login, and its page links to the same address", () => {
    const { envoy } = busy(), late = new Browser(envoy), ask = asked(late.navigate("/page"));
    const back = late.navigate(callbackPath(ask), { "sec-fetch-site": "cross-site" });
    expect([code(back.local), envoy.callouts.length, late.logins.length]).toEqual(["503 too_many_waiting", 256, 1]);
    expect(back.local.body).not.toMatch(/reached/);
    const again = tryAgain(back.local)!.replaceAll("&amp;", "&");
    expect(again).toBe(callbackPath(ask));
    expect(envoy.logText).toMatch(/warn: .*256 calls for browsers are under way/);
    envoy.callouts[0]!.json({ error: "invalid_grant" }, 400);
    const retried = late.navigate(again, { "sec-fetch-site": "same-origin" });
    envoy.callouts.at(-1)!.json(tokens(ask.nonce));
    openCall(envoy, "/userinfo").json({ sub: "alice" });
    expect(late.take(retried).local.status).toBe(303);
  });

  test("an expired session gets 503 and is refreshed as soon as there is room", () => {
    const { envoy, browser } = busy();
    for (const call of envoy.callouts) Object.assign(call, { dueAtMs: Infinity });
    jump(envoy, 301);
    const request = through(browser);
    expect(code(request.local)).toBe("503 too_many_waiting");
    envoy.callouts[0]!.json({ error: "invalid_grant" }, 400);
    const again = through(browser);
    envoy.callouts.at(-1)!.json({ ...tokens(undefined), id_token: undefined, access_token: "a2" });
    expect(again.forwarded.get("x-access-token")).toBe("a2");
  });

  test("a session that is only due for a refresh continues with its tokens", () => {
    const { envoy, browser } = browse({ access_token_expires_leeway: 60 });
    logIn(browser);
    for (let i = 0; i < 256; i++) redeeming(new Browser(envoy));
    for (const call of envoy.callouts) Object.assign(call, { dueAtMs: Infinity });
    jump(envoy, 250);
    expect([through(browser).forwarded.has("x-userinfo"), envoy.callouts.length]).toEqual([true, 256]);
  });

  test("a logout succeeds, and the log says that its tokens were not revoked", () => {
    const { envoy, browser } = browse({ revoke_tokens_on_logout: true });
    serveBrowser(envoy);
    logIn(browser);
    for (let i = 0; i < 256; i++) redeeming(new Browser(envoy));
    expect([browser.navigate("/logout", { "sec-fetch-site": "same-origin" }).local.status, browser.session, envoy.callouts.length]).toEqual([303, undefined, 256]);
    expect(envoy.logText).toMatch(/warn: .*calls for browsers/);
  });
});
