// The records of ended sessions have a bound for each client, and none is dropped silently.
import { ISSUER, JWKS_CONFIG, NOW, start } from "./fixture";
import { browse, Browser, BROWSER_CONFIG, BROWSER_METADATA, code, copyOf, expired, jump, openCall, logIn, logInAs, through, tokens, type Sent } from "./browser";
import { CONFIG, FORM, isIn, logoutToken, PATH, send } from "./logout_tokens";
import type { Envoy, Plugin } from "./host/envoy";

const SAME: Sent = { "sec-fetch-site": "same-origin" };
const BUCKETS = 16, MAX = 2048, RECORD = 24;

/** The keys of the tables of ended sessions. */
const tables = (envoy: Envoy): string[] => envoy.sharedData.keys.filter((key) => /\/ended\/[^/]+$/.test(key));
const buckets = (head: string): string[] => Array.from({ length: BUCKETS }, (_, i) => `${head}/${i}`);
const records = (envoy: Envoy, head: string): Buffer[] => buckets(head).flatMap((key) => {
  const bytes = envoy.sharedData.get(key)?.value ?? Buffer.alloc(0);
  return Array.from({ length: bytes.length / RECORD }, (_, i) => bytes.subarray(i * RECORD, (i + 1) * RECORD));
});
const until = (record: Buffer): number => record.readUInt32LE(20);

/** Fills every bucket with sessions of others. The first expires at this time (s), the others later. */
function fill(envoy: Envoy, head: string, first: number): void {
  const full = Buffer.alloc(MAX * RECORD);
  for (let i = 0; i < MAX; i++) {
    full.writeUInt32LE(i + 1, i * RECORD);
    full.writeUInt32LE(i + 1, i * RECORD + 8);
    full.writeUInt32LE(NOW, i * RECORD + 16);
    full.writeUInt32LE(first + (i * 7) % MAX, i * RECORD + 20);
  }
  for (const key of buckets(head)) envoy.sharedData.set(key, full, 0);
}

/** The filter with one ended session, so that the table exists. */
function withEndedSession(config: object = {}): { envoy: Envoy; browser: Browser; head: string } {
  const world = browse({ ...CONFIG, ...config });
  send(world.envoy, logoutToken({ sub: "somebody", sid: "else" }));
  return { ...world, head: tables(world.envoy)[0]! };
}

describe("duty 149: a full table", () => {
  test("accepts every new record; it drops the session that would expire first, with a log line and a metric", () => {
    const { envoy, browser, head } = withEndedSession();
    logIn(browser);
    const thief = copyOf(browser);
    fill(envoy, head, NOW + 5000);
    expect(browser.navigate("/logout", SAME).local.status).toBe(303);
    expect(isIn(thief)).toBe(false);
    const all = records(envoy, head).map(until);
    expect([all.length, all.filter((at) => at === NOW + 5000).length, all.filter((at) => at === NOW + 5001).length]).toEqual([BUCKETS * MAX, BUCKETS - 1, BUCKETS]);
    expect(envoy.logText).toMatch(/warn: .*32768 sessions of gateway at https:\/\/idp\.example\.com are revoked: .*forgotten/);
    envoy.advance(1);
    expect(envoy.metrics()["envoy_oidc.bound.ended_sessions"]).toBe(1);
  });

  test("accepts back-channel logouts too", () => {
    const { envoy, browser, head } = withEndedSession();
    logIn(browser);
    fill(envoy, head, NOW + 5000);
    expect(send(envoy, logoutToken()).local.status).toBe(200);
    expect(isIn(browser)).toBe(false);
  });

  test("keeps the new record even if it would expire first", () => {
    const { envoy, browser, head } = withEndedSession();
    logIn(browser);
    const thief = copyOf(browser);
    fill(envoy, head, NOW + 500_000);
    browser.navigate("/logout", SAME);
    expect(isIn(thief)).toBe(false);
  });

  test("expired records make room before any other is dropped", () => {
    const { envoy, browser, head } = withEndedSession();
    logIn(browser);
    fill(envoy, head, NOW - MAX);
    browser.navigate("/logout", SAME);
    expect(envoy.logText).not.toMatch(/forgotten/);
  });

  test("of one client takes no room from another client", () => {
    const { envoy, head } = withEndedSession(), plugin = envoy.addPlugin({ ...BROWSER_CONFIG, ...CONFIG, client_id: "other" });
    envoy.advance(1);
    const end = (sid: string): number => envoy.request("POST", PATH, FORM, { body: `logout_token=${logoutToken({ aud: "other", sid })}`, plugin }).local.status;
    end("first");
    const other = tables(envoy).find((key) => key !== head)!, before = records(envoy, other);
    fill(envoy, head, NOW + 5000);
    for (let i = 0; i < 40; i++) send(envoy, logoutToken({ sub: `u${i}`, sid: `s${i}` }));
    expect(end("second")).toBe(200);
    const keys = records(envoy, other).map((record) => record.readBigUInt64LE(0));
    for (const record of before) expect(keys).toContain(record.readBigUInt64LE(0));
  });

  test("sessions, logins, logout tokens and refreshes have their own tables for each client", () => {
    const { envoy, browser } = withEndedSession(), plugin = envoy.addPlugin({ ...BROWSER_CONFIG, client_id: "other" });
    envoy.advance(1);
    const refresh = (who: Browser): void => {
      logInAs(who, { aud: who === browser ? "gateway" : "other", sub: "alice" });
      jump(envoy, 301);
      through(who);
      openCall(envoy, "/token").json({ ...tokens(undefined), id_token: undefined });
      jump(envoy, -301);
    };
    refresh(browser);
    refresh(new Browser(envoy, { plugin }));
    browser.navigate("/logout", SAME);
    const names = new Set(envoy.sharedData.keys.map((key) => /^envoy-oidc\/1\/(ended|leases|logins|logout-tokens)\/([\w-]{16})(\/\d+)?$/.exec(key)).filter((match) => match !== null).map(([, kind, who]) => `${kind} ${who}`));
    const [gateway] = [...names].filter((name) => name.startsWith("ended")).map((name) => name.slice(6));
    expect([...names].map((name) => name.replace(/ .*/, (who) => who === ` ${gateway}` ? " of gateway" : " of other")).sort())
      .toEqual(["ended of gateway", "leases of gateway", "leases of other", "logins of gateway", "logins of other", "logout-tokens of gateway"]);
  });
});

describe("duty 149: one user cannot push out others", () => {
  test("many records of one user become one: it ends all their earlier sessions, and no later one", () => {
    const { envoy, browser, head } = withEndedSession();
    logInAs(browser, { sub: "bob", sid: "bob-1" });
    const alice = new Browser(envoy), phone = new Browser(envoy);
    logInAs(alice, { sid: "kept-1" });
    logInAs(phone, { sid: "kept-2" });
    jump(envoy, 1);
    for (let i = 0; i < 400; i++) expect(send(envoy, logoutToken({ sub: "alice", sid: `s${i}` })).local.status).toBe(200);
    expect(records(envoy, head).length).toBeLessThan(16 * 9);
    expect([isIn(alice), isIn(phone), isIn(browser)]).toEqual([false, false, true]);
    expect(envoy.logText).toMatch(/warn: .*a person has logged out of many sessions of gateway/);
    expect(envoy.logText).not.toContain("alice");
    jump(envoy, 1);
    logInAs(alice, { sid: "later" });
    expect(isIn(alice)).toBe(true);
  });

  test("a few records of one user do not end their other sessions", () => {
    const { envoy, browser } = withEndedSession();
    logInAs(browser, { sid: "kept" });
    for (let i = 0; i < 8; i++) send(envoy, logoutToken({ sid: `s${i}` }));
    expect(isIn(browser)).toBe(true);
  });

  test("a shorter record, or one from before a clock jump, does not replace a longer one", () => {
    const { envoy, head } = withEndedSession({ session: { secret: BROWSER_CONFIG.session.secret, absolute_timeout: 5000 } });
    send(envoy, logoutToken({ sid: undefined, sub: "carol" }));
    const before = records(envoy, head).map((record) => record.toString("hex")).sort();
    jump(envoy, -100);
    send(envoy, logoutToken({ sid: undefined, sub: "carol", iat: NOW - 100 }));
    expect(records(envoy, head).map((record) => record.toString("hex")).sort()).toEqual(before);
  });
});

describe("duty 149: if a record cannot be stored", () => {
  const broken = (config: Record<string, unknown> = {}, metadata: object = BROWSER_METADATA): { envoy: Envoy; browser: Browser } => {
    const world = browse(config, { metadata });
    logIn(world.browser);
    world.envoy.sharedData.set = () => 8;
    return world;
  };

  test.each<[string, Record<string, unknown>, object, RegExp]>([
    ["to the provider", {}, BROWSER_METADATA, /^https:\/\/idp\.example\.com\/logout\?client_id=gateway&amp;id_token_hint=ey/],
    ["to a configured address", { redirect_after_logout_uri: "https://www.example/bye?a=1&b=%22" }, BROWSER_METADATA, /^https:\/\/www\.example\/bye\?a=1&amp;b=%22$/],
    ["to a path of the site", { redirect_after_logout_uri: "/bye" }, BROWSER_METADATA, /^\/bye$/],
    ["to the start page", {}, { ...BROWSER_METADATA, end_session_endpoint: undefined }, /^\/$/],
  ])("the logout page warns that copies of the cookies may work, and links %s", (_, config, metadata, onward) => {
    const { envoy, browser } = broken(config, metadata), name = browser.session!;
    const { local } = browser.navigate("/logout", SAME);
    expect([local.status, local.headers.get("content-type"), local.headers.get("cache-control")]).toEqual([200, "text/html; charset=utf-8", "no-store"]);
    expect(local.body).toContain("You are logged out in this browser");
    expect(local.body).toMatch(/copy of the session’s cookies/);
    expect(/<a class="b" href="([^"]*)">/.exec(local.body)![1]).toMatch(onward);
    expect(local.body.replace(/href="[^"]*"/, "")).not.toMatch(/_|shared data|worker/);
    expect(expired(local.headers)).toContain(name);
    expect(envoy.logText).toMatch(/warn: .*the logout of a session of gateway at https:\/\/idp\.example\.com could not be recorded/);
    envoy.advance(1);
    expect(envoy.metrics()).toMatchObject({ "envoy_oidc.logout_not_kept": 1, "envoy_oidc.signed_out": 1 });
  });

  test("tokens are still revoked", () => {
    const { envoy, browser } = broken({ revoke_tokens_on_logout: true });
    browser.navigate("/logout", SAME);
    expect(envoy.callouts.map(({ path }) => path)).toEqual(["/revoke", "/revoke"]);
  });

  test("the provider's frame gets 503, and the cookies are deleted", () => {
    const { envoy, browser } = broken({ frontchannel_logout_path: "/frontchannel" }), name = browser.session!;
    const { local } = browser.send("GET", `/frontchannel?${new URLSearchParams({ iss: ISSUER, sid: "op-session-1" })}`, { "sec-fetch-site": "cross-site" });
    expect([code(local), expired(local.headers).includes(name)]).toEqual(["503 logout_not_kept", true]);
    expect(envoy.logText).toMatch(/warn: .*front-channel logout/);
  });

  test("without a session there is nothing to store", () => {
    const { envoy, browser } = browse();
    envoy.sharedData.set = () => 8;
    expect(code(browser.navigate("/logout", SAME).local)).toBe("200 signed_out");
  });
});

describe("reads of a worker", () => {
  const read = (envoy: Envoy, what: () => void): string[] => {
    const get = envoy.sharedData.get.bind(envoy.sharedData), keys: string[] = [];
    envoy.sharedData.get = (key) => { keys.push(key); return get(key); };
    what();
    envoy.sharedData.get = get;
    return keys.filter((key) => key.includes("/ended/"));
  };

  test("one value a second for each client while nothing changes, and none if only bearer tokens are used", () => {
    const { envoy, head } = withEndedSession();
    envoy.advance(2);
    expect(read(envoy, () => envoy.advance(1))).toEqual([head]);
    const tokensOnly = start({ config: JWKS_CONFIG });
    expect(read(tokensOnly, () => tokensOnly.advance(3))).toEqual([]);
  });

  test("a reloaded configuration has all records at once", () => {
    const { envoy, browser } = browse();
    logIn(browser);
    const thief = copyOf(browser);
    browser.navigate("/logout", SAME);
    const plugin: Plugin = envoy.reload({ ...BROWSER_CONFIG, claim_headers: { sub: "x-user" } });
    expect(isIn(copyOf(thief, { plugin }))).toBe(false);
  });
});
