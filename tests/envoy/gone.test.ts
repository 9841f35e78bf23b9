// Clients that reset their requests while the awaited answer arrives, in a real Envoy.

import { createServer } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import { setTimeout as sleep } from "node:timers/promises";
import { close, listenOn } from "../../cli/demo/ports";
import { atEnd } from "./support/cleanup";
import { startEnvoy } from "./support/envoy";
import { openHttp2 } from "./support/exchange";
import { getWith } from "./support/http";
import { startProvider } from "./support/provider";
import { startUpstream } from "./support/upstream";
import { byIntrospection, clusters } from "./support/world";

test("duty 35: clients that reset their requests at the moment of the verdict do not crash Envoy", async () => {
  const [provider, upstream] = await Promise.all([startProvider(), startUpstream()]);
  // The endpoint runs in the test's own process, so that answers and resets often reach Envoy together.
  const endpoint = createServer((_, response) => {
    setTimeout(() => response.setHeader("content-type", "application/json").end('{"active":false}'), Math.random() * 10);
  });
  const near = await listenOn(endpoint, 0);
  atEnd(() => close(endpoint));
  const filter = byIntrospection(provider, { introspection_endpoint: `http://127.0.0.1:${near}/`, endpoint_clusters: { introspection_endpoint: "near" } });
  const { url, logs } = await startEnvoy({ concurrency: 1, clusters: { ...clusters({ provider, upstream }), near: { port: near } }, filter });
  let tokens = 0;
  const requests = async () => {
    const session = connectHttp2(url);
    await Promise.all(Array.from({ length: 8 }, async (_, i) => {
      const { reset, answer } = openHttp2(url, { method: "GET", path: "/", headers: [["authorization", `Bearer token-${++tokens}`]], ends: "headers" }, session);
      await sleep(Math.random() * 12);
      if (i % 2 === 0) reset();
      await answer;
    }));
    session.destroy();
  };
  await Promise.all(Array.from({ length: 8 }, async () => {
    for (let i = 0; i < 40; i++) await requests();
  }));
  expect(logs()).not.toContain("Segmentation fault");
  expect((await getWith(url, "another")).status).toBe(401);
});
