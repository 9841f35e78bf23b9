// What docs/operations.md says about tracing, in a real Envoy with a tracer.

import { createServer, type IncomingHttpHeaders } from "node:http";
import { close, listenOn } from "../../cli/demo/ports";
import { atEnd } from "./support/cleanup";
import { startEnvoy, until, type TestEnvoy } from "./support/envoy";
import { request } from "./support/http";
import { startUpstream, type Echo } from "./support/upstream";

interface Span { traceId: string; id: string; parentId?: string; name: string; kind?: string; tags?: Record<string, string> }

const SENT: [string, string][] = [
  ["traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"], ["tracestate", "vendor=1"], ["baggage", "user=1"],
  ["x-b3-traceid", "0af7651916cd43dd8448eb211c80319c"], ["x-b3-spanid", "b7ad6b7169203331"], ["x-b3-sampled", "1"], ["x-datadog-trace-id", "1"],
];
const NAMES = SENT.map(([name]) => name);

/** A provider with an introspection endpoint, and a collector of spans. Both record what they receive. */
async function parts(): Promise<{ calls: IncomingHttpHeaders[]; spans: Span[]; clusters: Record<string, { port: number }> }> {
  const calls: IncomingHttpHeaders[] = [], spans: Span[] = [];
  const provider = createServer((call, answer) => {
    calls.push(call.headers);
    answer.end(JSON.stringify({ active: true, sub: "joe", exp: Math.floor(Date.now() / 1000) + 300 }));
  });
  const collector = createServer((call, answer) => {
    const chunks: Buffer[] = [];
    call.on("data", (chunk: Buffer) => chunks.push(chunk)).on("end", () => {
      spans.push(...JSON.parse(Buffer.concat(chunks).toString()) as Span[]);
      answer.writeHead(202).end();
    });
  });
  const [upstream, idp, zipkin] = await Promise.all([startUpstream(), listenOn(provider, 0), listenOn(collector, 0)]);
  atEnd(() => close(provider));
  atEnd(() => close(collector));
  return { calls, spans, clusters: { upstream: { port: upstream.port }, idp: { port: idp }, zipkin: { port: zipkin } } };
}

const FILTER = { bearer_only: true, ssl_verify: false, introspection_endpoint: "http://idp.example.com/introspect", provider_cluster: "idp", client_id: "a", client_secret: "b", introspection_interval: 60 };

const TRACING = {
  tracing: {
    random_sampling: { value: 100 }, spawn_upstream_span: true,
    provider: { name: "envoy.tracers.zipkin", typed_config: {
      "@type": "type.googleapis.com/envoy.config.trace.v3.ZipkinConfig", collector_cluster: "zipkin", collector_endpoint: "/api/v2/spans", collector_endpoint_version: "HTTP_JSON",
    } },
  },
};

async function pass(envoy: TestEnvoy, token: string): Promise<Record<string, string>> {
  const answer = await request(envoy.url, { headers: [["authorization", `Bearer ${token}`], ...SENT] });
  expect(answer.status).toBe(200);
  return Object.fromEntries(answer.json<Echo>().headers.map(([name, value]) => [name.toLowerCase(), value]));
}

test("trace headers reach the upstream unchanged, and the provider gets none of them", async () => {
  const { calls, clusters } = await parts(), envoy = await startEnvoy({ clusters, filter: FILTER });
  for (const token of ["t1", "t1"]) expect(await pass(envoy, token)).toMatchObject(Object.fromEntries(SENT));
  expect(calls.map((headers) => NAMES.filter((name) => name in headers))).toEqual([[]]);
});

test("with a tracer in Envoy, its trace continues to the upstream, and calls to the provider are not part of it", async () => {
  const { calls, spans, clusters } = await parts();
  const envoy = await startEnvoy({ clusters, listeners: [{ filters: { oidc: FILTER }, connectionManager: TRACING }], bootstrap: { layered_runtime: { layers: [{ name: "tests", static_layer: { "tracing.zipkin.min_flush_spans": 1 } }] } } });
  const received = await pass(envoy, "t1");
  expect([received["x-b3-traceid"], received["traceparent"]]).toEqual(["0af7651916cd43dd8448eb211c80319c", SENT[0]![1]]);
  const found = await until("the request's spans", 10_000, async () => (spans.length >= 2 ? spans : undefined));
  expect(found.map(({ traceId, kind }) => [traceId, kind]).sort()).toEqual([["0af7651916cd43dd8448eb211c80319c", "CLIENT"], ["0af7651916cd43dd8448eb211c80319c", "SERVER"]]);
  expect(JSON.stringify(found)).not.toContain("introspect");
  expect(calls.map((headers) => Object.keys(headers).filter((name) => /b3|trace|baggage/.test(name)))).toEqual([[]]);
}, 30_000);
