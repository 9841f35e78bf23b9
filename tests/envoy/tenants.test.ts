// Several configurations in one VM of a real Envoy: the provider of one hangs and is flooded with tokens, and the others are not affected.

import { randomUUID } from "node:crypto";
import { freePort } from "../../cli/demo/ports";
import { BrowserClient } from "./support/browser-client";
import { bySession } from "./support/browser-world";
import { startEnvoy } from "./support/envoy";
import { getWith, request } from "./support/http";
import { startProvider } from "./support/provider";
import { startUpstream } from "./support/upstream";
import { byIntrospection, passes, refused } from "./support/world";

const ACCESS_TOKEN_SEC = 3;
/** The plugins' names in Envoy, which the log uses too. */
const NAMES = ["shop", "opaque", "slow"];

async function start(concurrency: number) {
  const ports = [await freePort(), await freePort(), await freePort()], app = `http://localhost:${ports[0]}`;
  const browser = { redirectUris: [`${app}/callback`], backchannelLogoutUri: `${app}/backchannel-logout`, accessTokenSec: ACCESS_TOKEN_SEC };
  const [provider, slow, upstream] = await Promise.all([startProvider({ browser }), startProvider(), startUpstream()]);
  const port = (issuer: string) => ({ port: Number(new URL(issuer).port) });
  const envoy = await startEnvoy({
    concurrency, ports, clusters: { upstream: { port: upstream.port }, idp: port(provider.issuer), slow: port(slow.issuer) },
    listeners: [bySession(provider, app), byIntrospection(provider), byIntrospection(slow, { provider_cluster: "slow", timeout: 2 })]
      .map((filter, i) => ({ filters: { [NAMES[i]!]: filter }, routes: [{ prefix: "/", cluster: "upstream" }] })),
  });
  await passes(envoy.urls[0]!, await provider.mint());
  return { provider, slow, envoy, app, opaque: envoy.urls[1]!, flooded: envoy.urls[2]! };
}

test("duty 148: bogus tokens for a provider that hangs do not affect another's login, refresh and introspection", async () => {
  const { provider, slow, envoy, app, opaque, flooded } = await start(1);
  const person = new BrowserClient();
  await slow.fault("introspection", { kind: "hang" });
  let flooding = true;
  const codes = new Set<string>();
  const flood = (async () => {
    while (flooding) for (const answer of await Promise.all(Array.from({ length: 320 }, () => getWith(flooded, randomUUID())))) codes.add(refused(answer));
  })();
  await envoy.logged(/envoy-oidc slow: 256 introspections are under way at the provider [^ ]+ \[cluster "slow"\]/);
  expect((await person.logIn(`${app}/orders`)).status).toBe(200);
  const expiredAtMs = Date.now() + ACCESS_TOKEN_SEC * 1000;
  for (let i = 0; i < 3 || Date.now() <= expiredAtMs; i++) {
    expect((await getWith(opaque, await provider.opaque())).status).toBe(200);
    expect((await new BrowserClient().logIn(`${app}/orders`)).status).toBe(200);
  }
  const before = (await provider.counts()).token!;
  expect((await person.fetch(`${app}/orders`)).status).toBe(200);
  expect((await provider.counts()).token).toBe(before + 1);
  flooding = false;
  await flood;
  expect([...codes].sort()).toEqual(["503 provider_unreachable", "503 too_many_waiting"]);
});

test("duty 163: a logout token that two workers receive at once is accepted once", async () => {
  const { provider, envoy, app } = await start(2);
  const headers: [string, string][] = [["Content-Type", "application/x-www-form-urlencoded"]];
  for (let i = 0; i < 10; i++) {
    const value = await provider.mint({ header: { typ: "logout+jwt" }, claims: { aud: "browser", sid: `s${i}`, scope: undefined, events: { "http://schemas.openid.net/event/backchannel-logout": {} } } });
    const answers = await Promise.all(Array.from({ length: 12 }, () => request(`${app}/backchannel-logout`, { method: "POST", headers, body: `logout_token=${value}` })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(11).fill(400)]);
  }
  expect(envoy.logs()).not.toMatch(/trap|Function: proxy/);
});
