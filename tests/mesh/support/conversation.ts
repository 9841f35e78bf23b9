// The tests that every gateway must pass: the same requests must get the same answers.

import { BrowserClient, type Visit } from "../../envoy/support/browser-client";
import { until } from "../../envoy/support/envoy";
import { getWith, request } from "../../envoy/support/http";
import type { TestProvider } from "../../envoy/support/provider";
import { received, type Echo, type Upstream } from "../../envoy/support/upstream";

/**
 * A gateway whose filter has `redirect_uri` `APP/callback`, `logout_path` `/logout` and `backchannel_logout_path` `/backchannel-logout`, and forwards
 * `sub` as `x-user-id`.
 */
export interface Gateway {
  /** "https://app.localhost:PORT". Tests reach the gateway by plain http on that port, as a load balancer that ends TLS does. */
  app: string;
  provider: TestProvider;
  upstream: Upstream;
}

interface Conversation {
  /** Whether the gateway delivers posted forms to the filter (`allow_on_headers_stop_iteration`). */
  forms: boolean;
  /** Whether the provider answers with `response_mode: form_post`. */
  formPost?: boolean;
}

const READY_WITHIN_MS = 60_000;
const ENDED_WITHIN_MS = 5_000;
const START_WITHIN_MS = 120_000;

/** Registers the tests. `start` starts the gateway. */
export function converse(start: () => Promise<Gateway>, { forms, formPost = false }: Conversation): void {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await start();
    await isReady(gateway);
  }, START_WITHIN_MS);

  const at = (path: string): string => gateway.app + path;

  test("a bearer token passes, and the upstream gets its subject, not the client's own header", async () => {
    const { status, body } = await getWith(at("/api?x=1"), await gateway.provider.mint({ claims: { sub: "robot" } }), [["X-User-Id", "admin"]]);
    expect(status).toBe(200);
    expect(received(JSON.parse(body) as Echo, "x-user-id")).toEqual(["robot"]);
  });

  test.each([
    ["no token", async () => undefined],
    ["a forged signature", async () => (await gateway.provider.mint()).replace(/.{8}$/, "AAAAAAAA")],
    ["an expired token", () => gateway.provider.mint({ claims: { exp: Math.floor(Date.now() / 1000) - 60 } })],
    ["a token of another issuer", () => gateway.provider.mint({ claims: { iss: "https://idp.attacker.example" } })],
    ["a token for another audience", () => gateway.provider.mint({ claims: { aud: "https://other.example.com" } })],
  ])("%s: refused, and nothing reaches the upstream", async (_, tokenOf) => {
    const token = await tokenOf(), count = gateway.upstream.count();
    const { status } = token === undefined ? await request(at("/api"), { headers: [["X-User-Id", "admin"]] }) : await getWith(at("/api"), token);
    expect([401, 403]).toContain(status);
    expect(gateway.upstream.count()).toBe(count);
  });

  test(`a user logs in${formPost ? " by form_post" : ""}, has a session, and logs out`, async () => {
    const browser = new BrowserClient();
    expect(await logIn(browser, at("/orders?page=2"))).toEqual([200, at("/orders?page=2")]);
    const { status, body } = await browser.fetch(at("/api"));
    expect([status, received(JSON.parse(body) as Echo, "x-user-id")]).toEqual([200, ["alice"]]);
    expect((await browser.get(at("/logout"))).status).toBe(303);
    expect((await browser.fetch(at("/api"))).status).toBe(401);
  });

  test("a changed session cookie is refused", async () => {
    const browser = new BrowserClient();
    await logIn(browser, at("/orders"));
    for (const cookie of browser.cookies) cookie.value = cookie.value.replace(/.{4}$/, "AAAA");
    expect((await browser.fetch(at("/api"))).status).toBe(401);
  });

  if (forms) {
    test("a session that the provider ends is over here too (back-channel logout)", async () => {
      const browser = new BrowserClient();
      await logIn(browser, at("/orders"));
      expect((await browser.fetch(at("/api"))).status).toBe(200);
      await gateway.provider.endSessions("alice");
      await until("the session to be over in every worker", ENDED_WITHIN_MS, async () => {
        const statuses = await Promise.all(Array.from({ length: 8 }, async () => (await browser.fetch(at("/api"))).status));
        return statuses.every((status) => status === 401) ? true : undefined;
      });
    });

    test("a logout token that the provider did not sign is refused", async () => {
      expect(await backchannel()).toEqual([400, "logout_token_invalid"]);
    });
  } else {
    test("a back-channel logout, which needs a form, gets 503 with the reason, and nothing reaches the upstream", async () => {
      const count = gateway.upstream.count();
      expect(await backchannel()).toEqual([503, "body_not_delivered"]);
      expect(gateway.upstream.count()).toBe(count);
    });
  }

  async function backchannel(): Promise<[number, string]> {
    const { status, body } = await request(at("/backchannel-logout"), { method: "POST", headers: [["Content-Type", "application/x-www-form-urlencoded"]], body: "logout_token=a.b.c" });
    return [status, (JSON.parse(body) as { code: string }).code];
  }
}

/** The status and URL of the final page. */
async function logIn(browser: BrowserClient, url: string): Promise<[number, string]> {
  const page = await sendForm(browser, await browser.logIn(url));
  return [page.status, page.url];
}

/** Submits the form of a `form_post` answer, as its script does (OAuth 2.0 Form Post Response Mode §2). Returns any other page unchanged. */
async function sendForm(browser: BrowserClient, page: Visit): Promise<Visit> {
  const action = /<form[^>]* action="([^"]+\/callback)"/.exec(page.body)?.[1];
  if (action === undefined) return page;
  const fields = [...page.body.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g)].map(([, name, value]) => [name!, value!]);
  return browser.settle(await browser.post(action, Object.fromEntries(fields), "cross-site"));
}

/** Waits until the control plane has configured Envoy, and every worker has metadata and keys. */
async function isReady({ app, provider }: Gateway): Promise<void> {
  const token = await provider.mint();
  let inARow = 0, last = "nothing";
  await until("a token to pass", READY_WITHIN_MS, async () => {
    const status = await getWith(app, token).then((response) => (last = `${response.status} ${response.body}`, response.status), (error) => (last = String(error), 0));
    inARow = status === 200 ? inARow + 1 : 0;
    return inARow === 8 ? true : undefined;
  }).catch((error: Error) => { throw new Error(`${error.message} The last answer was ${last.slice(0, 300)}`); });
}
