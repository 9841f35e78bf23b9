/** A provider whose issuer ends in a slash: every `iss` is compared exactly with the document's issuer. */
import { bearer, ISSUER, JWKS_CONFIG, METADATA as OF_TOKENS, ready, refused, token } from "./fixture";
import { asked, BROWSER_METADATA, browse, callbackPath, code, idToken, openCall, tokens, USERINFO, type Browser } from "./browser";
import { isIn, logoutToken, send } from "./logout_tokens";
import type { StreamContext } from "./host/stream";

const SLASHED = `${ISSUER}/`;
const METADATA = { ...BROWSER_METADATA, issuer: SLASHED };
const CONFIG = { frontchannel_logout_path: "/frontchannel", backchannel_logout_path: "/backchannel" };
const open = (changes: object = {}, metadata: object = METADATA): Browser => browse({ ...CONFIG, ...changes }, { metadata }).browser;

/** The last answer of a login with these issuers in the authorization response and in the ID Token. */
function comesBack(browser: Browser, iss: string, ofIdToken: string): StreamContext {
  const ask = asked(browser.navigate("/page")), back = browser.navigate(callbackPath(ask, { iss }), { "sec-fetch-site": "cross-site" });
  if (!back.waiting) return browser.take(back);
  openCall(browser.envoy, "/token").json(tokens(ask.nonce, { id_token: idToken(ask.nonce, { iss: ofIdToken }) }));
  const userinfo = browser.envoy.callouts.find(({ path }) => path === "/userinfo");
  userinfo?.json(USERINFO);
  return browser.take(back);
}

test("users can log in, and the provider can end their session through both channels", () => {
  const browser = open();
  expect(comesBack(browser, SLASHED, SLASHED).local.status).toBe(303);
  expect(isIn(browser)).toBe(true);
  expect(send(browser.envoy, logoutToken({ iss: SLASHED, sub: "nobody", sid: "another" })).local.status).toBe(200);
  const frame = browser.send("GET", `/frontchannel?${new URLSearchParams({ iss: SLASHED, sid: "op-session-1" })}`, { accept: "text/html", "sec-fetch-dest": "iframe" });
  expect([frame.local.status, browser.session]).toEqual([200, undefined]);
  expect(frame.local.headers.get("content-security-policy")).toMatch(new RegExp(`frame-ancestors ${ISSUER}$`));
});

test.each([
  ["duty 6: iss of the response", ISSUER, SLASHED, "400 login_wrong_issuer"], ["duty 59: iss of the ID Token", SLASHED, ISSUER, "502 login_failed"], ["duty 59: two slashes", SLASHED, `${SLASHED}/`, "502 login_failed"],
])("%s without the document's slash is another issuer", (_, iss, ofIdToken, expected) => {
  expect(code(comesBack(open(), iss, ofIdToken).local)).toBe(expected);
});

test.each([
  ["duty 6: iss of the response", SLASHED, ISSUER, "400 login_wrong_issuer"], ["duty 59: iss of the ID Token", ISSUER, SLASHED, "502 login_failed"],
])("%s with a slash that the document does not have is another issuer", (_, iss, ofIdToken, expected) => {
  expect(code(comesBack(open({}, BROWSER_METADATA), iss, ofIdToken).local)).toBe(expected);
});

test("duty 121: a front-channel logout with the other spelling ends nothing", () => {
  const browser = open();
  comesBack(browser, SLASHED, SLASHED);
  expect(code(browser.send("GET", `/frontchannel?${new URLSearchParams({ iss: ISSUER, sid: "op-session-1" })}`, { accept: "text/html" }).local)).toBe("400 logout_mismatch");
  expect(isIn(browser)).toBe(true);
});

test("duty 119: a logout token with the other spelling ends nothing", () => {
  const browser = open();
  comesBack(browser, SLASHED, SLASHED);
  expect(send(browser.envoy, logoutToken({ iss: ISSUER })).local.status).toBe(400);
  expect(isIn(browser)).toBe(true);
});


describe("for bearer tokens, an issuer that ends in a slash (Auth0 and a third of all hosted providers)", () => {
  const slashed = (config: object = {}, metadata: object = { ...OF_TOKENS, issuer: `${ISSUER}/` }) => ready({ config: { ...JWKS_CONFIG, ...config }, metadata });

  test("is accepted if `issuer` is not set, and duty 59: iss is then compared with it exactly", () => {
    const envoy = slashed();
    envoy.get("/", bearer(token({ iss: `${ISSUER}/` }))).forwarded;
    for (const iss of [ISSUER, `${ISSUER}//`, `${ISSUER}/x`, `${ISSUER}/ `]) expect(refused(envoy.get("/", bearer(token({ iss }))))).toBe("401 wrong_issuer");
  });

  test("duty 59: with a document without the slash, an iss with one is refused", () => {
    const envoy = slashed({}, OF_TOKENS);
    envoy.get("/", bearer(token())).forwarded;
    expect(refused(envoy.get("/", bearer(token({ iss: `${ISSUER}/` }))))).toBe("401 wrong_issuer");
  });

  test("duty 65: is another issuer if `issuer` is set without it", () => {
    const envoy = slashed({ issuer: ISSUER });
    expect(refused(envoy.get("/", bearer(token({ iss: `${ISSUER}/` }))))).toBe("503 provider_not_ready");
    expect(envoy.logText).toContain(`${ISSUER}/ for ${ISSUER} (set \`issuer\``);
  });

  test("duty 68: documents that one configuration accepts are not shared with one that sets `issuer`", () => {
    const envoy = slashed(), strict = envoy.addPlugin({ ...JWKS_CONFIG, issuer: ISSUER });
    envoy.advance(1);
    envoy.get("/", bearer(token({ iss: `${ISSUER}/` }))).forwarded;
    expect(refused(envoy.get("/", bearer(token({ iss: `${ISSUER}/` })), { plugin: strict }))).toBe("503 provider_not_ready");
  });

  test("valid_issuers takes precedence over it", () => {
    const envoy = slashed({ claim_validator: { issuer: { valid_issuers: ["https://other.example.com"] } } });
    envoy.get("/", bearer(token({ iss: "https://other.example.com" }))).forwarded;
    expect(refused(envoy.get("/", bearer(token({ iss: `${ISSUER}/` }))))).toBe("401 wrong_issuer");
  });
});
