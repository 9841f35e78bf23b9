// Requests that Envoy itself answers while they wait for the provider, in a real Envoy: its own time limit is shorter than the wait. The client takes
// nothing of the answer, so that the request still exists when its verdict comes.

import { createServer } from "node:http";
import { connect, type ClientHttp2Session } from "node:http2";
import { close, listenOn } from "../../cli/demo/ports";
import { atEnd } from "./support/cleanup";
import { startEnvoy, until } from "./support/envoy";
import { getWith } from "./support/http";
import { startProvider } from "./support/provider";
import { startUpstream } from "./support/upstream";
import { byIntrospection, clusters } from "./support/world";

/** Sends a request, and returns the status of the answer, whose body the connection's window keeps back. */
function ask(session: ClientHttp2Session, token: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ":path": "/", "authorization": `Bearer ${token}` });
    stream.on("response", (headers) => resolve(Number(headers[":status"]))).on("error", reject);
  });
}

test("duty 35: a request that Envoy's own time limit has answered is left alone when its verdict comes", async () => {
  const [provider, upstream] = await Promise.all([startProvider(), startUpstream()]);
  const held: (() => void)[] = [];
  const endpoint = createServer((request, response) => {
    let form = "";
    request.on("data", (bytes) => (form += String(bytes))).on("end", () => held.push(() => {
      response.setHeader("content-type", "application/json").end(JSON.stringify({ active: form.includes("good"), sub: "alice", exp: Math.floor(Date.now() / 1000) + 600 }));
    }));
  });
  const near = await listenOn(endpoint, 0);
  atEnd(() => close(endpoint));
  const filter = byIntrospection(provider, { introspection_endpoint: `http://127.0.0.1:${near}/`, endpoint_clusters: { introspection_endpoint: "near" }, claim_headers: { sub: "x-user-id" }, timeout: 30 });
  const envoy = await startEnvoy({
    concurrency: 1, clusters: { ...clusters({ provider, upstream }), near: { port: near } },
    listeners: [{ filters: { oidc: filter }, accessLog: "%RESPONSE_CODE% %RESPONSE_CODE_DETAILS%", connectionManager: { common_http_protocol_options: { max_stream_duration: "0.5s" } } }],
  });
  const session = connect(envoy.url, { settings: { initialWindowSize: 0 } });
  atEnd(async () => session.destroy());
  const tokens = ["good-1", "bad-1", "good-2", "bad-2"];
  expect(await Promise.all(tokens.map((token) => ask(session, token)))).toEqual(tokens.map(() => 504));
  held.forEach((answer) => answer());
  await until("the replies", 5000, async () => ((await envoy.stats())["cluster.near.upstream_rq_200"] === tokens.length ? true : undefined));
  const again = Promise.all(["good-3", "bad-3"].map((token) => getWith(envoy.url, token)));
  await until("the next introspections", 5000, async () => (held.length === tokens.length + 2 ? true : undefined));
  held.slice(tokens.length).forEach((answer) => answer());
  expect((await again).map(({ status }) => status)).toEqual([200, 401]);
  session.destroy();
  expect((await envoy.accessLog(tokens.length + 2)).filter((line) => /^200|oidc_/.test(line)).sort()).toEqual(["200 via_upstream", "401 oidc_inactive"]);
  expect(envoy.logs()).not.toContain("envoy bug failure");
}, 30_000);
