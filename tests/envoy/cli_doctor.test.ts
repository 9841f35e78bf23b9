// `envoy-oidc doctor`: each finding, provoked in a real Envoy.
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../cli/commands/main";
import { capabilitiesOf } from "../../cli/capabilities";
import { close, freePort, listenOn } from "../../cli/demo/ports";
import { runProgram } from "../support/child";
import { atEnd } from "./support/cleanup";
import { FILTER_WASM, startEnvoy, until, type TestEnvoy, type TestEnvoyOptions } from "./support/envoy";
import { getWith } from "./support/http";
import { startProvider, type TestProvider } from "./support/provider";
import { startUpstream, type Upstream } from "./support/upstream";
import { byKeys, type Filter } from "./support/world";

interface Found { level: string; code: string; text: string; path?: string }

async function doctor(envoy: Pick<TestEnvoy, "adminUrl">, ...args: string[]): Promise<{ code: number; findings: Found[]; codes: string[]; err: string }> {
  const out: string[] = [], err: string[] = [];
  const io = { line: (text: string) => void out.push(text), error: (text: string) => void err.push(text), progress: () => {}, paint: (_: string, text: string) => text, environment: {} };
  const code = await run(["doctor", "--admin", envoy.adminUrl, "--json", ...args], io);
  const findings = out.length === 0 ? [] : (JSON.parse(out.join("\n")) as { findings: Found[] }).findings;
  return { code, findings, codes: findings.map((one) => `${one.level} ${one.code}`), err: err.join("\n") };
}

/** Repeats the command until it reports the finding, because Envoy updates its counters late. */
const finds = (envoy: Pick<TestEnvoy, "adminUrl">, code: string, ...args: string[]): Promise<Found> =>
  until(`the finding ${code}`, 15_000, async () => (await doctor(envoy, ...args)).findings.find((one) => one.code === code));

async function serve(listener: RequestListener, tls = false): Promise<number> {
  const file = (name: string) => readFileSync(join(__dirname, "support/tls", name));
  const server = tls ? createTlsServer({ cert: file("localhost.pem"), key: file("localhost.key") }, listener) : createServer(listener);
  if (tls) server.on("tlsClientError", () => {});
  const port = await listenOn(server, 0);
  atEnd(() => close(server));
  return port;
}

let provider: TestProvider, upstream: Upstream;
beforeAll(async () => { [provider, upstream] = await Promise.all([startProvider(), startUpstream()]); });

const clusters = (): TestEnvoyOptions["clusters"] => ({ upstream: { port: upstream.port }, idp: { port: Number(new URL(provider.issuer).port) } });
const envoyWith = (filter: Filter, options: Omit<Partial<TestEnvoyOptions>, "filter"> = {}): Promise<TestEnvoy> => startEnvoy({ concurrency: 1, clusters: { ...clusters(), ...options.clusters }, filter, ...(({ clusters: _clusters, ...rest }) => rest)(options) });

test("an Envoy without a problem gives no error and exit code 0", async () => {
  const envoy = await envoyWith(byKeys(provider));
  await until("a token to pass", 10_000, async () => ((await getWith(envoy.url, await provider.mint())).status === 200 ? true : undefined));
  const { code, findings } = await doctor(envoy);
  expect([code, findings.filter(({ level }) => level === "error")]).toEqual([0, []]);
  expect(findings).toContainEqual(expect.objectContaining({ code: "provider-found", text: expect.stringContaining(provider.issuer) }));
  expect(findings.map(({ code: one }) => one)).not.toContain("no-plugin");
});

test("an unreachable admin interface, or an address that is not one, is a usage error", async () => {
  const port = await serve((_request, response) => { response.writeHead(404).end(); });
  for (const [adminUrl, message] of [["http://127.0.0.1:1", "cannot be reached"], [`http://127.0.0.1:${port}`, "answers 404"], ["localhost", "expected a URL"]] as const) {
    expect(await doctor({ adminUrl })).toMatchObject({ code: 2, err: expect.stringContaining(message) });
  }
});

describe("the connection to the provider", () => {
  let envoy: TestEnvoy;
  beforeAll(async () => {
    const tlsPort = await serve((_request, response) => { response.end("{}"); }, true), folder = mkdtempSync(join(tmpdir(), "envoy-oidc-"));
    runProgram("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "5", "-subj", "/CN=other", "-keyout", join(folder, "other.key"), "-out", join(folder, "other.pem")]);
    const https = (cluster: string): Filter => byKeys(provider, { discovery: `https://localhost:${tlsPort}/.well-known/openid-configuration`, provider_cluster: cluster });
    const plain = (cluster: string): Filter => byKeys(provider, { provider_cluster: cluster, cache_segment: cluster });
    envoy = await startEnvoy({
      concurrency: 1,
      clusters: {
        ...clusters(), closed: { port: await freePort() }, unknown: { host: "no-such-host.invalid", port: 443 },
        named: { port: tlsPort, tls: { serverName: "idp.example.com", ca: join(__dirname, "support/tls/localhost.pem") } }, signed: { port: tlsPort, tls: { serverName: "localhost", ca: join(folder, "other.pem") } },
      },
      listeners: ["closed", "unknown", "nowhere"].map((name) => ({ filters: { [name]: plain(name) } })).concat(["named", "signed", "idp"].map((name) => ({ filters: { [name]: https(name) } }))),
    });
  }, 90_000);

  test.each([
    ["cluster-missing", "error", /no cluster nowhere/], ["dns", "error", /cluster unknown has no address/], ["cannot-connect", "error", /cluster closed: 127\.0\.0\.1:\d+ took no connection/],
    ["tls-name", "error", /cluster named/], ["tls-ca", "error", /cluster signed/], ["certificate-expires", "warning", /expires in [45] days/], ["cluster-without-tls", "error", /cluster idp/],
  ])("%s", async (code, level, text) => expect(await finds(envoy, code)).toMatchObject({ level, text: expect.stringMatching(text) }));
});

test("circuit-breaker: Envoy itself refuses the calls", async () => {
  const envoy = await envoyWith(byKeys(provider), { clusters: { idp: { port: Number(new URL(provider.issuer).port), extra: { circuit_breakers: { thresholds: [{ max_pending_requests: 0, max_requests: 0, max_connections: 0 }] } } } } as TestEnvoyOptions["clusters"] });
  expect(await finds(envoy, "circuit-breaker")).toMatchObject({ level: "warning" });
});

describe("the provider's answers", () => {
  test.each<[string, (issuer: string) => Filter]>([
    ["provider-status", () => byKeys(provider, { discovery: `${provider.issuer}/realms/no/.well-known/openid-configuration` })],
    ["provider-unreachable", () => byKeys(provider, { discovery: "http://127.0.0.1:1/.well-known/openid-configuration" })],
    ["issuer-differs", () => byKeys(provider, { issuer: "https://idp.example.com" })],
  ])("%s", async (code, filter) => expect((await doctor(await envoyWith(filter("")))).codes).toContainEqual(expect.stringContaining(code)));

  test("no-keys, and clock: the clocks differ", async () => {
    let issuer = "";
    const port = await serve((request, response) => {
      response.setHeader("date", new Date(Date.now() + 600_000).toUTCString());
      response.end(JSON.stringify(request.url === "/jwks" ? { keys: [] } : { issuer, jwks_uri: `${issuer}/jwks`, authorization_endpoint: `${issuer}/a`, token_endpoint: `${issuer}/t` }));
    });
    issuer = `http://127.0.0.1:${port}`;
    const envoy = await envoyWith({ bearer_only: true, use_jwks: true, ssl_verify: false, discovery: `${issuer}/.well-known/openid-configuration`, provider_cluster: "idp" }, { clusters: { idp: { port } } as TestEnvoyOptions["clusters"] });
    const { codes, findings } = await doctor(envoy);
    expect(codes).toEqual(expect.arrayContaining(["error no-keys", "warning clock"]));
    expect(findings.find(({ code }) => code === "clock")!.text).toMatch(/by (59\d|60\d) s/);
  });
});

const LOGIN = (changes: Filter = {}): Filter => ({
  ...byKeys(provider), bearer_only: false, client_id: "browser", client_secret: "$ENV://CLIENT_SECRET", session: { secret: "$ENV://SESSION_SECRET" }, redirect_uri: "/callback", ...changes,
});
const SECRETS = { environment: { CLIENT_SECRET: "what the provider has given it", SESSION_SECRET: "Yb0pYq3kBv6i8Dq2lQ4ZcU7xj1mN5tRw" } };

describe("how Envoy runs the filter", () => {
  test.each<[string, Partial<TestEnvoyOptions>, Filter, string]>([
    ["headers-not-held", { ...SECRETS, requestBodies: false }, { backchannel_logout_path: "/out" }, "error"],
    ["capability-missing", { ...SECRETS, capabilities: capabilitiesOf(FILTER_WASM).filter((name) => name !== "proxy_on_tick") }, {}, "error"],
    ["secret-literal", SECRETS, {}, "warning"],
    ["fails-open", { ...SECRETS, failurePolicy: "FAIL_OPEN" as "FAIL_CLOSED" }, {}, "error"],
  ])("%s", async (code, options, changes, level) => expect((await doctor(await envoyWith(LOGIN(changes), options as never))).codes).toContain(`${level} ${code}`));

  test("headers-too-small", async () => {
    const envoy = await startEnvoy({ concurrency: 1, clusters: clusters(), ...SECRETS, listeners: [{ filters: { oidc: LOGIN() }, connectionManager: { max_request_headers_kb: 16 } }] });
    expect((await doctor(envoy)).codes).toContain("warning headers-too-small");
  });

  test("no-plugin: the Envoy has no filter", async () => {
    expect((await doctor(await startEnvoy({ concurrency: 1, clusters: clusters() }))).codes).toContain("error no-plugin");
  });

  test("a filter from extension discovery is found and examined", async () => {
    const path = join(mkdtempSync(join(tmpdir(), "envoy-oidc-")), "ecds.json"), wasm = "type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm";
    const config = { name: "envoy-oidc", fail_open: true, vm_config: { runtime: "envoy.wasm.runtime.v8", code: { local: { filename: FILTER_WASM } } }, configuration: { "@type": "type.googleapis.com/google.protobuf.StringValue", value: JSON.stringify(byKeys(provider)) } };
    writeFileSync(path, JSON.stringify({ resources: [{ "@type": "type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig", name: "envoy-oidc", typed_config: { "@type": wasm, config } }] }));
    const envoy = await startEnvoy({ concurrency: 1, clusters: clusters(), listeners: [{ before: [{ name: "envoy-oidc", config_discovery: { config_source: { resource_api_version: "V3", path_config_source: { path } }, type_urls: [wasm] } }] }] });
    expect((await doctor(envoy)).codes).toEqual(expect.arrayContaining(["error fails-open", "note provider-found"]));
    expect((await doctor(envoy)).codes).not.toContain("error no-plugin");
  });

  test("listener-rejected, and not-in-force: Envoy runs another configuration than the file's", async () => {
    const envoy = await envoyWith(byKeys(provider), { reloadable: true });
    const path = join(mkdtempSync(join(tmpdir(), "envoy-oidc-")), "filter.json"), wanted = byKeys(provider, { realm: "shop" });
    writeFileSync(path, JSON.stringify(byKeys(provider)));
    expect((await doctor(envoy, "--config", path)).codes).not.toContain("warning not-in-force");
    writeFileSync(path, JSON.stringify(wanted));
    expect(await envoy.reload({ filter: { ...wanted, relm: "x" } })).toEqual({ accepted: false });
    const { findings } = await doctor(envoy, "--config", path);
    expect(findings).toContainEqual(expect.objectContaining({ level: "error", code: "listener-rejected" }));
    expect(findings).toContainEqual(expect.objectContaining({ level: "warning", code: "not-in-force", text: expect.stringContaining("realm differ") }));
  });
});

describe("counters", () => {
  test("refused-bad_signature: the text names a likely cause", async () => {
    const envoy = await envoyWith(byKeys(provider)), token = await provider.mint();
    await until("a token to pass", 10_000, async () => ((await getWith(envoy.url, token)).status === 200 ? true : undefined));
    await getWith(envoy.url, `${token.slice(0, -8)}AAAAAAAA`);
    expect(await finds(envoy, "refused-bad_signature")).toMatchObject({ level: "warning", text: expect.stringContaining("another provider or realm") });
  });

  test("bound: more calls at once than the limit", async () => {
    const port = await serve(() => {}); // never answers
    const envoy = await envoyWith({ bearer_only: true, ssl_verify: false, introspection_endpoint: `http://127.0.0.1:${port}/introspect`, provider_cluster: "slow", client_id: "a", client_secret: "$ENV://CLIENT_SECRET", timeout: 5 }, { ...SECRETS, clusters: { slow: { port } } as TestEnvoyOptions["clusters"] });
    const sent = Array.from({ length: 300 }, (_, i) => getWith(envoy.url, `opaque-${i}-${"x".repeat(20)}`).catch(() => undefined));
    await Promise.all(sent);
    expect(await finds(envoy, "bound")).toMatchObject({ level: "warning", text: expect.stringMatching(/bound calls was reached \d+ times/) });
  });
});

describe("the address of the back-channel logout", () => {
  test.each<[string, (port: number) => string, string | null]>([
    ["the filter answers", (port) => `http://127.0.0.1:${port}/callback`, null],
    ["nothing listens there", () => "http://127.0.0.1:1/callback", "warning backchannel-unreachable"],
  ])("%s", async (_, redirect, expected) => {
    const port = await freePort();
    const envoy = await envoyWith(LOGIN({ redirect_uri: redirect(port), backchannel_logout_path: "/out" }), { ...SECRETS, ports: [port] });
    await until("the filter's port", 5000, () => new Promise<true | undefined>((resolve) => connect(port, "127.0.0.1", () => resolve(true)).on("error", () => resolve(undefined))));
    const { codes } = await doctor(envoy);
    expect(codes.filter((one) => one.includes("backchannel-unreachable"))).toEqual(expected === null ? [] : [expected]);
  });

  test("another server answers", async () => {
    const other = await serve((_request, response) => { response.writeHead(404).end("not here"); });
    const envoy = await envoyWith(LOGIN({ redirect_uri: `http://127.0.0.1:${other}/callback`, backchannel_logout_path: "/out" }), SECRETS);
    expect((await doctor(envoy)).codes).toContain("error backchannel-unreachable");
  });
});
