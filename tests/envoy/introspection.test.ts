// Opaque tokens in a real Envoy with a real introspection endpoint.

import { startEnvoy, until } from "./support/envoy";
import { getWith } from "./support/http";
import { startProvider } from "./support/provider";
import { received, startUpstream, type Echo } from "./support/upstream";
import { byIntrospection, clusters, refused, type Filter } from "./support/world";

async function start(changes: Filter = {}, concurrency = 1) {
  const [provider, upstream] = await Promise.all([startProvider(), startUpstream()]);
  const envoy = await startEnvoy({ clusters: clusters({ provider, upstream }), filter: byIntrospection(provider, changes), concurrency });
  return { provider, upstream, envoy };
}

test("an active token passes, is cached, and gives its identity; an unknown one is refused", async () => {
  const { provider, envoy } = await start({ claim_headers: { sub: "x-user", scope: "x-scope" } });
  const token = await provider.opaque({ sub: "bob", scope: "read" });
  for (let i = 0; i < 10; i++) {
    const echo = (await getWith(envoy.url, token)).json<Echo>();
    expect([received(echo, "x-user"), received(echo, "x-scope")]).toEqual([["bob"], ["read"]]);
    expect(JSON.parse(Buffer.from(received(echo, "x-userinfo")[0]!, "base64").toString())).toMatchObject({ active: true, sub: "bob" });
  }
  expect((await provider.counts()).introspection).toBe(1);
  for (let i = 0; i < 10; i++) expect(refused(await getWith(envoy.url, "no-such-token"))).toBe("401 inactive");
  expect((await provider.counts()).introspection).toBe(2);
});

test("many requests with one new token make one introspection call", async () => {
  const { provider, envoy } = await start();
  const token = await provider.opaque();
  const answers = await Promise.all(Array.from({ length: 50 }, () => getWith(envoy.url, token)));
  expect(answers.every(({ status }) => status === 200)).toBe(true);
  expect((await provider.counts()).introspection).toBe(1);
});

describe("four workers share introspection calls", () => {
  const rush = async (url: string, tokens: string[], each: number) => Promise.all(tokens.flatMap((token) => Array.from({ length: each }, () => getWith(url, token))));

  test("one call for one new token, for parallel and later requests to any worker", async () => {
    const { provider, envoy } = await start({}, 4);
    const token = await provider.opaque();
    await provider.fault("introspection", { kind: "delay", ms: 300 });
    expect(new Set((await rush(envoy.url, [token], 200)).map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set((await rush(envoy.url, [token], 100)).map(({ status }) => status))).toEqual(new Set([200]));
    expect((await provider.counts()).introspection).toBe(1);
  });

  test("twenty calls for twenty tokens, and each request gets its own token's answer", async () => {
    const { provider, envoy } = await start({ claim_headers: { sub: "x-user" } }, 4);
    const tokens = await Promise.all(Array.from({ length: 20 }, (_, i) => provider.opaque({ sub: `user-${i}` })));
    const answers = await rush(envoy.url, tokens, 12);
    expect(answers.map((answer) => received(answer.json<Echo>(), "x-user"))).toEqual(tokens.flatMap((_, i) => Array.from({ length: 12 }, () => [`user-${i}`])));
    expect((await provider.counts()).introspection).toBe(20);
  });

  test("one call for a token that is not active, and one if the provider does not answer", async () => {
    const { provider, upstream, envoy } = await start({ timeout: 1 }, 4);
    await provider.fault("introspection", { kind: "delay", ms: 300 });
    expect(new Set((await rush(envoy.url, ["unknown"], 100)).map(refused))).toEqual(new Set(["401 inactive"]));
    await provider.fault("introspection", { kind: "hang" });
    expect(new Set((await rush(envoy.url, [await provider.opaque()], 100)).map(refused))).toEqual(new Set(["503 provider_unreachable"]));
    expect([(await provider.counts()).introspection, upstream.count()]).toEqual([2, 0]);
  });
});

test("a revoked token passes for introspection_interval at most", async () => {
  const { provider, envoy } = await start({ introspection_interval: 1 });
  const token = await provider.opaque();
  expect((await getWith(envoy.url, token)).status).toBe(200);
  await provider.revoke(token);
  await new Promise((resolve) => setTimeout(resolve, 2000));
  expect(refused(await getWith(envoy.url, token))).toBe("401 inactive");
});

test("the scopes of the answer must satisfy required_scopes", async () => {
  const { provider, envoy } = await start({ required_scopes: ["admin"] });
  expect(refused(await getWith(envoy.url, await provider.opaque({ scope: "read" })))).toBe("403 insufficient_scope");
  expect((await getWith(envoy.url, await provider.opaque({ scope: "read admin" }))).status).toBe(200);
});

test("wrong client credentials: 503, nothing passes, and the log says which settings to check", async () => {
  const { provider, upstream, envoy } = await start({ client_secret: "wrong" });
  expect(refused(await getWith(envoy.url, await provider.opaque()))).toBe("503 provider_unreachable");
  await envoy.logged(/answered status 401 \(check client_id, client_secret/);
  expect(upstream.count()).toBe(0);
  expect(envoy.logs()).not.toContain("wrong");
});

test("client_secret_post sends the secret in the body", async () => {
  const { provider, envoy } = await start({ client_id: "envoy-post", introspection_endpoint_auth_method: "client_secret_post" });
  const answer = await getWith(envoy.url, await provider.opaque());
  const [call] = await provider.calls("introspection");
  expect(new URLSearchParams(call!.body).get("client_secret")).toBe("envoy-secret");
  expect(call!.headers.some(([name]) => name.toLowerCase() === "authorization")).toBe(false);
  expect([200, 503]).toContain(answer.status);
});

describe("duty 80: when the endpoint fails, requests get 503 and nothing is cached", () => {
  test.each([
    ["down", null], ["no answer", { kind: "hang" }], ["an error", { kind: "reply", status: 500, body: "{}" }], ["HTML", { kind: "reply", body: "<html>" }],
    ["half an answer", { kind: "truncate" }], ["a cut connection", { kind: "cut" }], ["10 MB", { kind: "huge", bytes: 10_000_000, chunked: true }],
  ] as const)("%s", async (_, fault) => {
    const { provider, upstream, envoy } = await start({ timeout: 1 });
    const token = await provider.opaque();
    if (fault) await provider.fault("introspection", fault);
    else await provider.goDown();
    expect(refused(await getWith(envoy.url, token))).toBe("503 provider_unreachable");
    expect(upstream.count()).toBe(0);
    if (fault) await provider.fault("introspection", null);
    else await provider.comeUp();
    expect((await getWith(envoy.url, token)).status).toBe(200);
  });
});

test("metrics count outcomes and calls", async () => {
  const { provider, envoy } = await start();
  await getWith(envoy.url, await provider.opaque());
  await getWith(envoy.url, "unknown");
  const stats = await until("the counters, which the tick updates", 5000, async () => {
    const counted = await envoy.stats(/envoy_oidc/);
    return counted["wasmcustom.envoy_oidc.refused.inactive"]! > 0 ? counted : undefined;
  });
  expect(stats).toMatchObject({
    "wasmcustom.envoy_oidc.allowed": 1, "wasmcustom.envoy_oidc.refused.inactive": 1, "wasmcustom.envoy_oidc.callout.introspection": 2,
  });
});
