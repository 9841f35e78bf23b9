// Other configurations of a login, each in a real browser: response modes, client authentication, kinds of tokens.

import { generateKeyPairSync } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { startBrowserWorld, SESSION_SECRET, type BrowserWorldOptions } from "../envoy/support/browser-world";
import { eachTestGets, heading, picture, logIn, addressIn, type BrowserContext, type Page } from "./support/browser";

let profile: BrowserContext;
let page: Page;

eachTestGets((fresh) => { [profile, page] = [fresh.profile, fresh.page]; });

async function loggedIn(options: BrowserWorldOptions, path = "/orders?page=2") {
  const world = await startBrowserWorld(options);
  await logIn(page, world.app + path);
  expect(addressIn(page, world.app)).toBe(path);
  expect(await heading(page)).toBe("Logged in as Alice Example");
  return world;
}

describe("the provider's answer", () => {
  test("by form_post, with Secure cookies", async () => {
    const world = await loggedIn({ filter: { response_mode: "form_post", session: { secret: SESSION_SECRET, cookie_secure: true } } });
    const cookies = await profile.cookies(`${world.app}/callback`);
    expect(cookies.length).toBeGreaterThan(0);
    for (const { name, secure, path } of cookies) expect([name.slice(0, 7), secure, path]).toEqual(["__Host-", true, "/"]);
  });

  test("without redirect_uri, at the page's own path with APISIX's suffix", async () => {
    await loggedIn({ callbacks: ["/orders/.apisix/redirect"], filter: { redirect_uri: undefined } });
  });
});

describe("client authentication at the token endpoint by", () => {
  test.each(["client_secret_basic", "client_secret_post", "client_secret_jwt"])("%s", async (method) => {
    const secret = "a client secret: with reserved + & % characters"; // RFC 6749 §2.3.1
    await loggedIn({ filter: { token_endpoint_auth_method: method, client_secret: secret }, browser: { metadata: { token_endpoint_auth_method: method, client_secret: secret } } });
  });

  test.each([
    { alg: "RS256", pair: () => generateKeyPairSync("rsa", { modulusLength: 2048 }) },
    { alg: "ES256", pair: () => generateKeyPairSync("ec", { namedCurve: "P-256" }) },
  ])("private_key_jwt with $alg", async ({ alg, pair }) => {
    const { publicKey, privateKey } = pair();
    const world = await loggedIn({
      browser: { metadata: { token_endpoint_auth_method: "private_key_jwt", jwks: { keys: [{ ...publicKey.export({ format: "jwk" }), kid: "k", use: "sig", alg }] } } },
      filter: {
        token_endpoint_auth_method: "private_key_jwt", client_jwt_assertion_alg: alg, client_rsa_private_key_id: "k",
        client_rsa_private_key: privateKey.export({ type: "pkcs8", format: "pem" }),
      },
    });
    const [call] = await world.provider.calls("token");
    expect(new URLSearchParams(call!.body).get("client_assertion")).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    expect(call!.body).not.toContain("client_secret");
  });
});

test("an opaque access token works, and the filter calls UserInfo with it", async () => {
  const world = await loggedIn({ browser: { accessTokens: "opaque" } });
  expect((await world.provider.counts()).userinfo).toBe(1);
});

test("refresh_session_interval: the login is repeated silently, and the user is asked only if the provider's session has ended", async () => {
  const world = await loggedIn({ filter: { refresh_session_interval: 2, backchannel_logout_path: undefined }, browser: { backchannelLogoutUri: undefined } });
  await world.provider.reset();
  await sleep(3100);
  await page.reload();
  expect(addressIn(page, world.app)).toBe("/orders?page=2");
  expect(await heading(page)).toBe("Logged in as Alice Example");
  const { authorization, "token:authorization_code": codes } = await world.provider.counts();
  expect([authorization, codes]).toEqual([1, 1]);
  await world.provider.endSessions("alice");
  await sleep(3100);
  await page.reload();
  expect(await heading(page)).toBe("Log in");
});

test("tokens that do not fit into cookies lead to a page that says so, and to no redirect loop", async () => {
  const world = await startBrowserWorld({ browser: { paddingBytes: 11_000 } });
  await logIn(page, `${world.app}/orders`);
  expect(await page.locator("footer code").innerText()).toBe("431 session_too_large");
  await picture(page, "session-too-large");
  expect(await profile.cookies(world.app)).not.toContainEqual(expect.objectContaining({ name: expect.stringMatching(/_\d$/) as string }));
});
