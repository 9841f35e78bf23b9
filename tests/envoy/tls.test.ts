// The TLS connection to the provider, in a real Envoy, with the checks of certificate and name that the sample configurations have.

import { readFileSync } from "node:fs";
import { copyFile, mkdtemp, rename, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer } from "node:tls";
import { listenOn } from "../../cli/demo/ports";
import { atEnd } from "./support/cleanup";
import { startEnvoy, until } from "./support/envoy";
import { getWith } from "./support/http";
import { startProvider } from "./support/provider";
import { startUpstream } from "./support/upstream";
import { byKeys, passes } from "./support/world";

/** Self-signed, only for localhost, valid until 2126. */
const CERTIFICATE = join(__dirname, "support/tls/localhost.pem");
/** The same, valid until February 2025. */
const EXPIRED = join(__dirname, "support/tls/expired.pem");
const KEY = join(__dirname, "support/tls/localhost.key");

/** The provider behind a proxy that speaks only TLS 1.3, and an Envoy that expects this name and trusts the certificate. */
async function start(serverName: string, certificate = CERTIFICATE, ca = certificate) {
  const [provider, upstream] = await Promise.all([startProvider(), startUpstream()]);
  const server = createServer({ minVersion: "TLSv1.3", cert: readFileSync(certificate), key: readFileSync(KEY) }, (socket) => {
    const plain = connect(Number(new URL(provider.issuer).port), "127.0.0.1");
    for (const [from, to] of [[socket, plain], [plain, socket]] as const) from.pipe(to).on("error", () => from.destroy());
  });
  server.on("tlsClientError", () => {});
  const port = await listenOn(server, 0);
  atEnd(async () => void server.close());
  const clusters = { upstream: { port: upstream.port }, idp: { port, tls: { serverName, ca } } };
  const startAnother = () => startEnvoy({ clusters, filter: byKeys(provider) });
  return { provider, envoy: await startAnother(), startAnother };
}

test("duty 40: a provider that speaks only TLS 1.3 is reached", async () => {
  const { provider, envoy } = await start("localhost"), token = await provider.mint();
  await until("a token to pass", 10_000, async () => ((await getWith(envoy.url, token)).status === 200 ? true : undefined));
});

test("duty 40: a provider whose certificate is for another name is not trusted: requests get 503, and the log names the cluster", async () => {
  const { provider, envoy } = await start("idp.example.com");
  await envoy.logged(/\[cluster "idp"\]/, 10_000);
  expect((await getWith(envoy.url, await provider.mint())).status).toBe(503);
});

// docs/runbooks.md: The provider's certificate has expired.
test.each([["that has expired", "localhost", EXPIRED, "fail_verify_error"], ["for another name", "idp.example.com", CERTIFICATE, "fail_verify_san"]])(
  "duty 40: a certificate %s appears in the log, in a counter of Envoy and in a gauge", async (_, serverName, certificate, counter) => {
    const { provider, envoy } = await start(serverName, certificate);
    await envoy.logged(/envoy-oidc: discovery of .* failed: the provider answered status 503: the provider is down, or Envoy does not reach it \(check the cluster: DNS, port, TLS\) \[cluster "idp"\]/, 10_000);
    const stats = await envoy.stats();
    expect(stats[`cluster.idp.ssl.${counter}`]).toBeGreaterThan(0);
    await until("the gauge", 5_000, async () => ((await envoy.stats())[`wasmcustom.envoy_oidc.provider_ready.${provider.issuer}`] === 0 ? true : undefined));
  });

// docs/runbooks.md: The provider's certificate has expired.
test("duty 40: a changed file of authorities is read by an Envoy that starts, and not by one that runs", async () => {
  const folder = await mkdtemp(join(tmpdir(), "envoy-oidc-")), ca = join(folder, "ca.pem");
  atEnd(() => rm(folder, { recursive: true, force: true }));
  await copyFile(EXPIRED, ca);
  const { provider, envoy, startAnother } = await start("localhost", CERTIFICATE, ca);
  const failures = async (): Promise<number> => (await envoy.stats())["wasmcustom.envoy_oidc.callout.discovery.failed"]!;
  await copyFile(CERTIFICATE, `${ca}.new`);
  await rename(`${ca}.new`, ca);
  const before = await failures();
  await until("two more attempts", 20_000, async () => ((await failures()) > before + 1 ? true : undefined));
  await passes((await startAnother()).url, await provider.mint());
});
