// Unusual and malformed requests, and bodies that must not reach the upstream before the verdict, in a real Envoy.

import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { startEnvoy } from "./support/envoy";
import { getWith, request } from "./support/http";
import { startProvider } from "./support/provider";
import { startUpstream } from "./support/upstream";
import { byIntrospection, byKeys, clusters, refused, startWorld, type World } from "./support/world";

let world: World;
let token: string;

beforeAll(async () => {
  world = await startWorld(({ provider }) => ({
    listeners: [{
      filters: { oidc: byKeys(provider, { auth_accept_token_as: ["header", "query:access_token", "cookie:token"] }) },
      connectionManager: { upgrade_configs: [{ upgrade_type: "websocket" }] },
    }],
  }));
  token = await world.provider.mint();
});

test("duty 127: CONNECT and OPTIONS * are refused, by Envoy or by the filter", async () => {
  for (const raw of ["CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n", "OPTIONS * HTTP/1.1\r\nHost: a\r\n"]) {
    expect(await answered(`${raw}Authorization: Bearer ${token}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 (400|404|405) /);
  }
});

test("duty 128: an upgrade without a token gets 401, never a redirect", async () => {
  const response = await request(world.envoy.url, { headers: [["Connection", "Upgrade"], ["Upgrade", "websocket"]] });
  expect(response.status).toBe(401);
  expect(response.one("location")).toBeUndefined();
});

test("duty 128: a gRPC call without a token gets a gRPC status", async () => {
  const response = await request(world.envoy.url, { method: "POST", path: "/svc/Method", headers: [["Content-Type", "application/grpc"], ["TE", "trailers"]] });
  expect(response.status).toBe(200);
  expect(response.one("grpc-status")).toBe("16"); // UNAUTHENTICATED
});

test("every byte value in every header is refused or ignored, and nothing traps", async () => {
  const before = world.upstream.count();
  for (let byte = 0; byte < 256; byte++) {
    const value = Buffer.concat([Buffer.from("Bearer a"), Buffer.from([byte]), Buffer.from("b")]);
    const response = await request(world.envoy.url, { headers: [["Authorization", value], ["X-Any", Buffer.from([0x61, byte, 0x62])], ["Cookie", Buffer.from([0x61, 0x3d, byte])]] });
    expect([400, 401]).toContain(response.status);
  }
  expect(world.upstream.count()).toBe(before);
}, 30_000);

test("duty 66: headers up to Envoy's size limit are refused with 401 or 431", async () => {
  for (const size of [1_000, 16_384, 16_385, 40_000, 55_000]) {
    expect([401, 431]).toContain((await getWith(world.envoy.url, "a".repeat(size))).status);
    expect([401, 431]).toContain((await request(world.envoy.url, { headers: [["Cookie", `token=${"a".repeat(size)}`]] })).status);
  }
});

test("duty 74: a token in the query is removed from the URL that the upstream sees", async () => {
  const response = await request(world.envoy.url, { path: `/a?x=1&access_token=${token}&y=2` });
  expect(response.json<{ path: string }>().path).toBe("/a?x=1&y=2");
});

test("duty 133: a refused request never reaches the upstream", async () => {
  const before = world.upstream.count();
  await request(world.envoy.url, { method: "POST", body: "payload" });
  await getWith(world.envoy.url, "a.b.c");
  expect(world.upstream.count()).toBe(before);
});

test("duty 132: no byte of a body reaches the upstream before the verdict, and the whole body after a good one", async () => {
  const [provider, upstream] = await Promise.all([startProvider(), startUpstream()]);
  const envoy = await startEnvoy({ clusters: clusters({ provider, upstream }), filter: byIntrospection(provider) });
  await provider.fault("introspection", { kind: "delay", ms: 700 });
  const post = (bearer: string) => request(envoy.url, { method: "POST", path: "/upload", headers: [["Authorization", `Bearer ${bearer}`]], body: "x".repeat(20_000) });
  const bad = post("no-such-token");
  await sleep(300);
  expect(upstream.count()).toBe(0);
  expect(refused(await bad)).toBe("401 inactive");
  expect(upstream.count()).toBe(0);
  const good = await post(await provider.opaque());
  expect(good.status).toBe(200);
  expect(upstream.count()).toBe(1);
});

test("duty 35: a client that disconnects while its token is introspected causes no request and no error", async () => {
  const [provider, upstream] = await Promise.all([startProvider(), startUpstream()]);
  const envoy = await startEnvoy({ clusters: clusters({ provider, upstream }), filter: byIntrospection(provider), concurrency: 1 });
  await provider.fault("introspection", { kind: "delay", ms: 500 });
  for (let i = 0; i < 20; i++) {
    const socket = connect(Number(new URL(envoy.url).port), "127.0.0.1");
    socket.write(`GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer gone-${i}\r\n\r\n`);
    await sleep(10);
    socket.destroy();
  }
  const good = await getWith(envoy.url, await provider.opaque());
  expect(good.status).toBe(200);
  expect(upstream.count()).toBe(1);
  expect(envoy.logs()).not.toMatch(/internal error|critical/);
});

test("after all these requests the VM is alive and has never trapped", async () => {
  expect((await getWith(world.envoy.url, token)).status).toBe(200);
  expect(world.envoy.logs()).not.toMatch(/internal error at|Function: .* failed|VM is in failed state/);
});

async function answered(raw: string): Promise<string> {
  const socket = connect(Number(new URL(world.envoy.url).port), "127.0.0.1");
  socket.write(raw);
  const chunk = await new Promise<Buffer>((resolve) => { socket.once("data", resolve); socket.once("close", () => resolve(Buffer.from(""))); });
  socket.destroy();
  return chunk.toString("latin1");
}
