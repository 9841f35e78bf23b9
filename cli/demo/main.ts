// `npm start`: runs the filter in an Envoy, an OpenID provider and an echo upstream on loopback, and prints requests to try.

import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { envoyBinary, envoyVersion } from "./envoy-binary";
import { writeEnvoyConfig } from "./envoy-config";
import { EnvoyDidNotStart, reasons, runEnvoy } from "./envoy-process";
import { isFree, LOOPBACK } from "./ports";
import { DemoProvider } from "./provider";
import { AUDIENCE, BROWSER_CLIENT, DEMO_CLIENT, FILTER_CLIENT } from "./provider-clients";
import { startUpstream } from "./upstream";

/** An error that is shown as one sentence, without a stack trace. */
class Told extends Error {}

/** The demo's host name. It differs from the provider's, so that a browser treats them as two sites with separate cookies, as in real deployments. */
const BROWSER_HOST = "localhost";
/** The lifetime of access tokens in the browser, short enough to see a refresh. */
const ACCESS_TOKEN_SEC = 60;

const FILTER = join(__dirname, "../../build/envoy-oidc.wasm");

/** Everything that was started, in order. It is stopped in the reverse order, however the demo ends. */
const running: { stop(): Promise<void> | void }[] = [];
let stopping = false;

async function main(): Promise<void> {
  const ports = portsFrom(process.env.PORT);
  await checkFree(ports);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void stop(0));

  const folder = mkdtempSync(join(tmpdir(), "envoy-oidc-demo-"));
  started({ stop: () => rmSync(folder, { recursive: true, force: true }) });
  const provider = started(await DemoProvider.start({
    port: ports.provider,
    browser: {
      redirectUris: [BROWSER_HOST, LOOPBACK].map((host) => `http://${host}:${ports.envoy}/callback`),
      postLogoutRedirectUris: [afterLogout(ports)],
      backchannelLogoutUri: `http://${LOOPBACK}:${ports.envoy}/backchannel-logout`,
      accessTokenSec: ACCESS_TOKEN_SEC,
    },
  }));
  provider.serve((request, response) => giveDemoToken(provider, request, response));
  const upstream = started(await startUpstream(ports.upstream));
  const envoy = started(await runEnvoy({
    binary: await envoyBinary(),
    configPath: writeEnvoyConfig(folder, {
      wasm: FILTER,
      envoyVersion: await envoyVersion(),
      adminPort: ports.admin,
      clusters: { upstream: { port: upstream.port }, idp: { port: ports.provider } },
      listeners: [{
        port: ports.envoy,
        filters: filters(provider, afterLogout(ports)),
        routes: [{ prefix: "/opaque", cluster: "upstream", filter: "opaque" }, { prefix: "/", cluster: "upstream", filter: "browser" }],
      }],
    }),
    adminPort: ports.admin,
  }));
  void envoy.ended.then(() => {
    if (stopping) return;
    console.error(`Envoy has ended. Its last words:\n${reasons(envoy.log())}`);
    void stop(1);
  });
  await filterIsReady(ports.envoy, await provider.mint(), envoy.log);
  if (!stopping) console.log(guide(ports, provider));
}

interface Ports { envoy: number; provider: number; upstream: number; admin: number }

function portsFrom(text = "8080"): Ports {
  const envoy = Number(text);
  if (!/^\d+$/.test(text) || envoy < 1 || envoy > 65_532) throw new Told(`PORT=${text}: expected a port number from 1 to 65532.`);
  return { envoy, provider: envoy + 1, upstream: envoy + 2, admin: envoy + 3 };
}

async function checkFree(ports: Ports): Promise<void> {
  const names: Record<keyof Ports, string> = { envoy: "Envoy", provider: "the OpenID provider", upstream: "the upstream", admin: "Envoy's admin page" };
  for (const [part, port] of Object.entries(ports)) {
    if (await isFree(port)) continue;
    const elsewhere = ports.envoy < 50_000 ? ports.envoy + 10_000 : 8080;
    throw new Told(`Port ${port}, meant for ${names[part as keyof Ports]}, is taken. The demo needs four in a row; PORT=${elsewhere} npm start moves them.`);
  }
}

function home(ports: Ports): string {
  return `http://${BROWSER_HOST}:${ports.envoy}/`;
}

/** The filter's own page at `logout_path`. */
function afterLogout(ports: Ports): string {
  return `${home(ports)}logout`;
}

/** Two configurations, each on its own path: one for browsers and JWTs, and one for introspected tokens. */
function filters(provider: DemoProvider, postLogoutRedirectUri: string): Record<string, Record<string, unknown>> {
  const common = {
    discovery: provider.discovery,
    provider_cluster: "idp",
    ssl_verify: false, // the demo's provider speaks plain http on loopback
    realm: "demo",
    required_scopes: ["read"],
    claim_validator: { audience: { valid_audiences: [AUDIENCE] } },
    claim_headers: { sub: "x-user-id", scope: "x-scopes" },
  };
  const browser = {
    ...common,
    client_id: BROWSER_CLIENT.id,
    client_secret: BROWSER_CLIENT.secret,
    use_jwks: true,
    redirect_uri: "/callback",
    scope: "openid profile email offline_access read",
    session: { secret: randomBytes(32).toString("base64url") },
    logout_path: "/logout",
    post_logout_redirect_uri: postLogoutRedirectUri,
    backchannel_logout_path: "/backchannel-logout",
  };
  return { browser, opaque: { ...common, client_id: FILTER_CLIENT.id, client_secret: FILTER_CLIENT.secret, bearer_only: true } };
}

async function filterIsReady(port: number, token: string, log: () => string): Promise<void> {
  for (const deadline = Date.now() + 15_000; Date.now() < deadline && !stopping; await sleep(50)) {
    const response = await fetch(`http://${LOOPBACK}:${port}/`, { headers: { authorization: `Bearer ${token}` } }).catch(() => null);
    if (response?.status === 200) return;
  }
  if (!stopping) throw new Told(`The filter does not let a valid token through. Envoy's log says:\n${reasons(log())}`);
}

/** The provider's `/demo/token…`: a fresh token for a curl command, without the client's secret. Only for a demo on loopback. */
function giveDemoToken(provider: DemoProvider, request: IncomingMessage, response: ServerResponse): boolean {
  const makers: Record<string, () => Promise<string>> = {
    "/demo/token": () => provider.mint(),
    "/demo/token/tampered": async () => tampered(await provider.mint(), { sub: "root" }),
    "/demo/token/no-scope": () => provider.mint({ claims: { scope: "write" } }),
    "/demo/token/opaque": () => provider.opaque({ sub: "alice" }),
  };
  const make = makers[request.url ?? ""];
  if (make === undefined) return false;
  make().then(
    (token) => response.writeHead(200, { "content-type": "text/plain", "cache-control": "no-store" }).end(token),
    () => response.writeHead(500).end(),
  );
  return true;
}

/** The same header and signature around other claims. */
function tampered(token: string, changes: object): string {
  const [header, payload, signature] = token.split(".");
  const claims = { ...JSON.parse(Buffer.from(payload, "base64url").toString()), ...changes };
  return [header, Buffer.from(JSON.stringify(claims)).toString("base64url"), signature].join(".");
}

function guide(ports: Ports, provider: DemoProvider): string {
  const at = (port: number, path = "") => `http://${LOOPBACK}:${port}${path}`;
  const bearer = (kind = "") => `-H "Authorization: Bearer $(curl -s ${at(ports.provider, `/demo/token${kind}`)})"`;
  const get = (path = "/") => at(ports.envoy, path);
  return `
Open in a browser       ${home(ports)}
  Log in as Alice or Bob: the page shows who you are and what the upstream received. Open a second tab. Reload after
  ${ACCESS_TOKEN_SEC} s: the access token has been refreshed. Log out: a page says that you are.

Envoy with the filter   ${at(ports.envoy)}
OpenID provider         ${provider.discovery}
Upstream, unprotected   ${at(ports.upstream)}
Envoy's admin page      ${at(ports.admin)}

The same URL takes bearer tokens from programs.

A valid token: 200, and the upstream shows the headers it received
  curl -i ${bearer()} ${get()}

No token: 401
  curl -i ${get()}

A tampered token: 401
  curl -i ${bearer("/tampered")} ${get()}

A token without the scope "read": 403
  curl -i ${bearer("/no-scope")} ${get()}

An opaque token, introspected at the provider: 200
  curl -i ${bearer("/opaque")} ${get("/opaque")}

A token as an application gets it, to be used in place of those above
  curl -s -u ${DEMO_CLIENT.id}:${DEMO_CLIENT.secret} -d grant_type=client_credentials -d scope=read -d resource=${AUDIENCE} ${at(ports.provider, "/token")}

Ctrl-C stops everything.`;
}

function started<T extends { stop(): Promise<void> | void }>(part: T): T {
  running.push(part);
  return part;
}

async function stop(exitCode: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  for (const part of running.reverse()) await Promise.resolve(part.stop()).catch((error) => console.error(String(error)));
  process.exit(exitCode);
}

main().catch(async (error) => {
  const tellable = error instanceof Told || error instanceof EnvoyDidNotStart;
  if (!stopping) console.error(tellable ? error.message : error);
  await stop(1);
});
