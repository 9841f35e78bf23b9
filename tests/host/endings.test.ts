// Every wait, combined with every way in which the request continues or ends: nothing reaches the upstream before the verdict, and no identity that the
// filter did not set (duties 132, 145, 146).
import { bearer, INTROSPECTION_CONFIG, JWKS_CONFIG, KEY, makeKey, ready, serve, start, token } from "./fixture";
import { accessToken, asked, browse, callbackPath, idToken, openCall, logIn, tokens, USERINFO, type Browser } from "./browser";
import { ENDINGS, FORGED, forgedIn, type Ending } from "./endings";
import type { Envoy } from "./host";
import type { StreamContext } from "./host/stream";

const FORM = { "content-type": "application/x-www-form-urlencoded" };
const CLAIM_HEADERS = { claim_headers: { sub: "x-user-id" } };

/** A request that is about to wait: `begin` sends its headers. */
interface Held { envoy: Envoy; begin: (end: boolean) => StreamContext; body?: string }
interface Wait {
  name: string;
  hold: () => Held;
  /** The possible answers, and whether the request is then forwarded. A request without a wait has the answer "none". */
  answers: Record<string, { give: (envoy: Envoy) => void; forwards: boolean }>;
}

const nothing = { give: () => {}, forwards: true };
const refuses = (give: (envoy: Envoy) => void) => ({ give, forwards: false });
const forwards = (give: (envoy: Envoy) => void) => ({ give, forwards: true });

const POST = (envoy: Envoy, path: string, headers: Record<string, string>, worker = 0) => (end: boolean): StreamContext =>
  envoy.begin("POST", path, { ...FORGED, ...headers }, { end, worker });

const active = (call: { json: (body: object) => void }): void => call.json({ active: true, sub: "joe" });

function introspected(workers = 1): Envoy {
  const envoy = start({ config: { ...INTROSPECTION_CONFIG, ...CLAIM_HEADERS }, start: { workers } });
  serve(envoy);
  envoy.advance(1);
  return envoy;
}

/** A browser whose access token has just expired. */
function dueForRefresh(workers = 1): { envoy: Envoy; browser: Browser; cookie: string } {
  const { envoy, browser } = browse(CLAIM_HEADERS, { start: { workers } });
  logIn(browser);
  envoy.advance(301);
  return { envoy, browser, cookie: browser.cookiesFor("/api") };
}

const refreshed = (envoy: Envoy): void => {
  openCall(envoy, "/token").json({ ...tokens(undefined), id_token: undefined, access_token: accessToken({ jti: "new" }) });
  envoy.advance(0.2);
};

function returning(config: object, path: (browser: Browser) => string = () => "/callback"): Held {
  const { envoy, browser } = browse({ ...CLAIM_HEADERS, ...config }), ask = asked(browser.navigate("/page"));
  const at = path(browser), body = callbackPath(ask).split("?")[1]!, cookie = browser.cookiesFor(at);
  return { envoy, body, begin: POST(envoy, at, { ...FORM, cookie }) };
}

const redeemed = (envoy: Envoy): void => {
  envoy.callouts.find(({ path }) => path === "/token")?.json({ ...tokens("n"), id_token: idToken("n") });
  envoy.callouts.find(({ path }) => path === "/userinfo")?.json(USERINFO);
};

const WAITS: Wait[] = [
  { name: "none: the token is remembered", answers: { none: nothing }, hold: () => {
    const envoy = ready({ config: { ...JWKS_CONFIG, ...CLAIM_HEADERS } }), own = bearer(token());
    envoy.get("/", own).forwarded;
    return { envoy, begin: POST(envoy, "/", own) };
  } },
  { name: "none: a public path", answers: { none: nothing }, hold: () => {
    const envoy = ready({ config: { ...JWKS_CONFIG, ...CLAIM_HEADERS, rules: [{ path_prefix: "/pub", mode: "public" }] } });
    return { envoy, begin: POST(envoy, "/pub/x", {}) };
  } },
  { name: "none: unauth_action pass without an identity", answers: { none: nothing }, hold: () => {
    const { envoy } = browse({ ...CLAIM_HEADERS, unauth_action: "pass" });
    return { envoy, begin: POST(envoy, "/", {}) };
  } },
  { name: "none: a preflight", answers: { none: nothing }, hold: () => {
    const envoy = ready({ config: { ...JWKS_CONFIG, ...CLAIM_HEADERS, allow_preflight: true } });
    return { envoy, begin: (end) => envoy.begin("OPTIONS", "/", { ...FORGED, origin: "https://a.example", "access-control-request-method": "POST" }, { end }) };
  } },
  { name: "none: no credential", answers: { none: refuses(() => {}) }, hold: () => {
    const envoy = ready({ config: { ...JWKS_CONFIG, ...CLAIM_HEADERS } });
    return { envoy, begin: POST(envoy, "/", {}) };
  } },
  { name: "the provider's documents", hold: () => {
    const envoy = start({ config: { ...JWKS_CONFIG, ...CLAIM_HEADERS } });
    return { envoy, begin: POST(envoy, "/", bearer(token())) };
  }, answers: {
    come: forwards((envoy) => { serve(envoy); envoy.advance(1); }),
    "come without the key": refuses((envoy) => { serve(envoy, { keys: [makeKey("other")] }); envoy.advance(1); }),
    fail: refuses((envoy) => { envoy.provider("idp").answers(() => "fail"); envoy.advance(1); }),
  } },
  { name: "new keys for an unknown key id", hold: () => {
    const envoy = ready({ config: { ...JWKS_CONFIG, ...CLAIM_HEADERS } });
    envoy.provider("idp").answers(null);
    envoy.advance(60);
    return { envoy, begin: POST(envoy, "/", bearer(token({}, { key: NEW_KEY }))) };
  }, answers: {
    come: forwards((envoy) => { serve(envoy, { keys: [KEY, NEW_KEY] }); envoy.advance(1); }),
    "are unchanged": refuses((envoy) => { serve(envoy); envoy.advance(1); }),
    fail: refuses((envoy) => { envoy.provider("idp").answers(() => "fail"); envoy.advance(1); }),
  } },
  { name: "introspection", hold: () => {
    const envoy = introspected();
    return { envoy, begin: POST(envoy, "/", bearer("opaque")) };
  }, answers: {
    active: forwards((envoy) => { active(openCall(envoy, "/introspect")); }),
    inactive: refuses((envoy) => { openCall(envoy, "/introspect").json({ active: false }); }),
    fails: refuses((envoy) => { openCall(envoy, "/introspect").fail(); }),
    "times out": refuses((envoy) => { envoy.advance(4); }),
  } },
  { name: "introspection by another worker", hold: () => {
    const envoy = introspected(2);
    envoy.get("/", bearer("opaque"), { worker: 1 });
    return { envoy, begin: POST(envoy, "/", bearer("opaque")) };
  }, answers: {
    active: forwards((envoy) => { active(openCall(envoy, "/introspect")); envoy.advance(0.2); }),
    inactive: refuses((envoy) => { openCall(envoy, "/introspect").json({ active: false }); envoy.advance(0.2); }),
  } },
  { name: "introspection, and then for its turn among many", hold: () => {
    const envoy = introspected();
    for (let i = 0; i < 40; i++) envoy.get("/", bearer("opaque"));
    return { envoy, begin: POST(envoy, "/", bearer("opaque")) };
  }, answers: {
    "active, before its turn": { give: (envoy) => { active(openCall(envoy, "/introspect")); envoy.advance(0.2); }, forwards: true },
    "inactive, before its turn": refuses((envoy) => { openCall(envoy, "/introspect").json({ active: false }); envoy.advance(0.2); }),
  } },
  { name: "a refresh", hold: () => {
    const { envoy, cookie } = dueForRefresh();
    return { envoy, begin: POST(envoy, "/api", { cookie }) };
  }, answers: {
    "is granted": forwards(refreshed),
    "is refused": refuses((envoy) => { openCall(envoy, "/token").json({ error: "invalid_grant" }, 400); }),
    fails: refuses((envoy) => { openCall(envoy, "/token").fail(); }),
  } },
  { name: "a refresh by another worker", hold: () => {
    const { envoy, cookie } = dueForRefresh(2);
    envoy.get("/api", { cookie }, { worker: 1 });
    return { envoy, begin: POST(envoy, "/api", { cookie }) };
  }, answers: {
    "is granted": forwards(refreshed),
    "is refused": refuses((envoy) => { openCall(envoy, "/token").json({ error: "invalid_grant" }, 400); envoy.advance(0.2); }),
  } },
  { name: "tokens for a code", hold: () => {
    const { envoy, browser } = browse(CLAIM_HEADERS), ask = asked(browser.navigate("/page")), cookie = browser.cookiesFor("/callback");
    return { envoy, begin: (end) => envoy.begin("GET", callbackPath(ask), { ...FORGED, cookie }, { end }) };
  }, answers: { come: refuses(redeemed), fail: refuses((envoy) => { openCall(envoy, "/token").fail(); }) } },
  { name: "a provider that did not answer, before a login", hold: () => {
    const { envoy } = browse(CLAIM_HEADERS);
    envoy.provider("idp").answers(null);
    envoy.advance(60);
    return { envoy, begin: (end) => envoy.begin("GET", "/page", { ...FORGED, accept: "text/html", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" }, { end }) };
  }, answers: { answers: refuses((envoy) => { serve(envoy); envoy.advance(1); }), fails: refuses((envoy) => { envoy.provider("idp").answers(() => "fail"); envoy.advance(1); }) } },
  { name: "the body of a logout token", hold: () => {
    const { envoy } = browse({ ...CLAIM_HEADERS, backchannel_logout_path: "/backchannel" });
    return { envoy, body: "logout_token=a.b.c", begin: POST(envoy, "/backchannel?x=1", FORM) };
  }, answers: { "comes, or does not": refuses((envoy) => { envoy.advance(31); }) } },
  { name: "the body of a form_post answer", hold: () => returning({ response_mode: "form_post" }),
    answers: { "leads to tokens": refuses(redeemed), "does not come": refuses((envoy) => { envoy.advance(31); }) } },
  { name: "the body of a form_post answer at any page", hold: () => returning({ response_mode: "form_post", redirect_uri: undefined }, () => "/page/.apisix/redirect"),
    answers: { "leads to tokens": refuses(redeemed), "does not come": refuses((envoy) => { envoy.advance(31); }) } },
];

const NEW_KEY = makeKey("k2");
let combinations = 0;
afterAll(() => { process.stdout.write(`${combinations} combinations of wait, ending and answer\n`); });

/** Checks what the upstream has got so far. */
function check({ outcome, upstream }: StreamContext): void {
  if (typeof outcome === "object" && "forwarded" in outcome) {
    expect(forgedIn(upstream.headers)).toEqual([]);
    expect(forgedIn(upstream.trailers)).toEqual([]);
  } else expect([upstream.headers, upstream.body.length, upstream.trailers]).toEqual([null, 0, null]);
}

/** Plays the events of the ending. The answer arrives after `after` of them. */
function play(wait: Wait, ending: Ending, name: string, after: number): void {
  const held = wait.hold(), answer = wait.answers[name]!, { begins, events } = ending(held.body ?? "a=b&c=d");
  const stream = held.begin(begins), answered = (): void => { if (stream.waiting || name !== "none") answer.give(held.envoy); };
  check(stream);
  events.forEach((event, i) => {
    if (i === after) { attempt(answered); check(stream); }
    event(stream);
    check(stream);
  });
  if (after >= events.length) attempt(answered);
  held.envoy.advance(0.1);
  check(stream);
  combinations++;
  if (stream.outcome === "reset" || (stream.outcome === "waiting" && held.body !== undefined)) return;
  if (held.body !== undefined || !answer.forwards) return void stream.local;
  stream.forwarded;
  // A forwarded request is complete: with its whole body, and with its trailers except forged ones.
  expect({ body: stream.sentBody, trailers: stream.upstream.trailers?.object() ?? null, ended: stream.upstream.ended }).toEqual(ending.upstream(held.body ?? "a=b&c=d"));
}

/** Gives the answer. The call may be closed, because the request already has its response. */
function attempt(give: () => void): void {
  try { give(); } catch (error) { if (!/no open call for|no callout/.test(String(error))) throw error; }
}

describe.each(WAITS)("duties 132, 145, 146: waiting for $name", (wait) => {
  describe.each(Object.keys(wait.answers))("answer: %s", (answer) => {
    test.each(ENDINGS)("%s", (_, ending) => {
      for (let after = 0; after <= ending("ab").events.length; after++) play(wait, ending, answer, after);
    });
  });
});
