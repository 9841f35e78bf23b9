// Many HTTP/2 streams with incomplete forms, in a real Envoy with two workers: logout tokens are still accepted, for the same configuration and for another.

import { connect } from "node:http2";
import { atEnd } from "./support/cleanup";
import { startEnvoy, type TestEnvoy } from "./support/envoy";
import { openHttp2 } from "./support/exchange";
import { request } from "./support/http";
import { startProvider, type TestProvider } from "./support/provider";
import { startUpstream, type Upstream } from "./support/upstream";
import { clusters, passes } from "./support/world";

const SECRET = "0123456789abcdef0123456789abcdef";
const FORM: [string, string][] = [["content-type", "application/x-www-form-urlencoded"]];
const CONNECTIONS = 20, STREAMS = 100;
let provider: TestProvider, upstream: Upstream, envoy: TestEnvoy;

const tenant = (client: string) => ({
  discovery: provider.discovery, provider_cluster: "idp", ssl_verify: false, use_jwks: true, client_id: client, client_secret: "envoy-secret",
  redirect_uri: "http://localhost/callback", backchannel_logout_path: "/backchannel", session: { secret: SECRET },
});

beforeAll(async () => {
  [provider, upstream] = await Promise.all([startProvider(), startUpstream()]);
  envoy = await startEnvoy({ clusters: clusters({ provider, upstream }), concurrency: 2, listeners: [{ filters: { one: tenant("one") } }, { filters: { two: tenant("two") } }] });
  for (const url of envoy.urls) await passes(url, await provider.mint());
});

async function logout(url: string, client: string): Promise<number> {
  const claims = { aud: client, sid: "s", scope: undefined, events: { "http://schemas.openid.net/event/backchannel-logout": {} } };
  const token = await provider.mint({ header: { typ: "logout+jwt" }, claims });
  return (await request(url, { method: "POST", path: "/backchannel", headers: FORM, body: `logout_token=${token}` })).status;
}

test("duty 147: 2,000 forms that stop after one byte block no logout token, of the same configuration or of another", async () => {
  expect(await logout(envoy.urls[0]!, "one")).toBe(200);
  const before = upstream.count();
  for (let i = 0; i < CONNECTIONS; i++) {
    const session = connect(envoy.urls[0]!);
    session.on("error", () => {});
    atEnd(async () => session.destroy());
    for (let j = 0; j < STREAMS; j++) void openHttp2(envoy.urls[0]!, { method: "POST", path: "/backchannel", headers: FORM, ends: "data" }, session).data("l");
  }
  for (let i = 0; i < 10; i++) expect([await logout(envoy.urls[0]!, "one"), await logout(envoy.urls[1]!, "two")]).toEqual([200, 200]);
  expect(upstream.count()).toBe(before);
}, 60_000);
