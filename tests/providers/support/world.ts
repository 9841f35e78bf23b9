// A provider, and a real Envoy with the configuration of the provider's page in docs/providers, unchanged except for hosts and the client. Each kind of
// client has a listener.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../../../cli/demo/ports";
import { BrowserClient } from "../../envoy/support/browser-client";
import { startEnvoy, until, type TestEnvoy } from "../../envoy/support/envoy";
import { startUpstream, type Echo, type Upstream } from "../../envoy/support/upstream";
import { clientKey, type ClientKey } from "./keys";
import { CLIENT_ID, CLIENT_SECRET, type Client, type Method, type Provider, type Running } from "./provider";

export type Filter = Record<string, any>;

export interface App {
  url: string;
  client: Client;
}

export interface ProviderWorld {
  running: Running;
  envoy: TestEnvoy;
  upstream: Upstream;
  /** `app` is the page's main example. The name of each other application says how it differs. */
  apps: Record<string, App>;
}

const ROOT = join(__dirname, "../../..");
const SESSION_SECRET = "a session secret of the tests, long enough";
/** As long as the hash of HS256 (RFC 7518 §3.2). */
const HMAC_SECRET = `${CLIENT_SECRET}, long enough`;
/** Long enough for a test, short enough to wait for. */
const SECONDS = 6;
const LONG = 3600;
const READY_WITHIN_MS = 30_000;

/** The JSON blocks of a page by their headings: "" is the whole configuration, the others are additions to it. */
export function sections(name: string): Record<string, Filter | undefined> {
  const page = readFileSync(join(ROOT, "docs/providers", `${name}.md`), "utf8");
  return Object.fromEntries(page.split(/^## /m).flatMap((section, i) => {
    const json = /```json\n(.*?)```/s.exec(section)?.[1];
    return json === undefined ? [] : [[i === 0 ? "" : section.split("\n")[0]!, JSON.parse(json) as Filter]];
  }));
}

export interface Extra { client?: Partial<Client>; filter?: Filter }

/** `extras`: further applications for a test file's own tests. */
export async function startProviderWorld(provider: Provider, extras: Record<string, Extra> = {}): Promise<ProviderWorld> {
  const key = await clientKey();
  const { "": whole, "Opaque tokens": forOpaque, "Only this client's tokens": forOwn, ...byHeading } = sections(provider.name);
  const methods = Object.fromEntries(provider.methods.slice(1).map((method) => [method, byMethod(method, key, byHeading[method])]));
  const wanted: Record<string, Extra> = {
    app: { client: { seconds: SECONDS }, filter: { set_refresh_token_header: true } },
    ...methods,
    ...Object.fromEntries(provider.introspection.map((method) => {
      const { client, filter } = methods[method]!;
      return [`opaque ${method}`, { client: { ...client, opaque: true, seconds: LONG }, filter: { ...filter, ...forOpaque, introspection_endpoint_auth_method: method } }];
    })),
    raw: { filter: { set_raw_id_token_header: true } },
    "no hint": { filter: { session_contents: { access_token: true, id_token: true, user: true } } },
    scoped: { filter: { required_scopes: ["read"] } },
    ...(forOpaque ? { opaque: { client: { opaque: true }, filter: forOpaque } } : {}),
    ...(forOwn ? { own: { filter: forOwn } } : {}),
    ...extras,
  };
  const apps: Record<string, App> = {};
  for (const [name, { client }] of Object.entries(wanted)) {
    const port = await freePort(), url = `http://localhost:${port}`, inside = `http://127.0.0.1:${port}`;
    apps[name] = {
      url,
      client: {
        id: name === "app" ? CLIENT_ID : `${CLIENT_ID}:${name.replaceAll(" ", "-")}`, secret: CLIENT_SECRET, method: provider.methods[0]!, grant: "authorization-code", opaque: provider.tokens[0] === "opaque", seconds: LONG,
        redirect_uri: `${url}/callback`, post_logout_redirect_uri: `${url}/logged-out`, backchannel_logout_uri: `${inside}/backchannel-logout`,
        frontchannel_logout_uri: `${url}/frontchannel-logout`, jwks: key.jwks, jwks_uri: key.jwksUri, ...client,
      },
    };
  }
  const clients = Object.values(apps).map(({ client }) => client);
  const machines = provider.tokens.map((kind): Client => ({ ...clients[0]!, id: `${CLIENT_ID}:machine:${kind}`, grant: "client-credentials", opaque: kind === "opaque", seconds: LONG }));
  const [running, upstream] = await Promise.all([provider.start(await freePort(), [...clients, ...machines]), startUpstream()]);
  const filterOf = (name: string): Filter => {
    const { url, client } = apps[name]!;
    let json = JSON.stringify({ ...whole, client_id: client.id, ssl_verify: false, ...wanted[name]!.filter }).replaceAll("https://shop.example.com", url);
    for (const [host, actual] of Object.entries(running.hosts)) json = json.replaceAll(host, actual);
    return JSON.parse(json) as Filter;
  };
  const envoy = await startEnvoy({
    concurrency: 2,
    clusters: { upstream: { port: upstream.port }, ...running.clusters },
    environment: { CLIENT_SECRET, SESSION_SECRET },
    ports: Object.values(apps).map(({ url }) => Number(new URL(url).port)),
    listeners: Object.keys(apps).map((name) => ({ name, filters: { [name]: filterOf(name) } })),
  });
  await Promise.all(Object.values(apps).map(({ url }) => isReady(url)));
  return { running, envoy, upstream, apps };
}

function byMethod(method: Method, key: ClientKey, more: Filter = {}): Extra {
  const secret = method === "client_secret_jwt" ? HMAC_SECRET : CLIENT_SECRET;
  const signing = method === "private_key_jwt" ? { client_rsa_private_key: key.pem, client_rsa_private_key_id: key.id } : {};
  return { client: { method, secret, seconds: SECONDS }, filter: { token_endpoint_auth_method: method, client_secret: secret, ...signing, ...more } };
}

/** Waits for metadata and keys, which are fetched after Envoy's start. If they never arrive, the tests fail later. */
async function isReady(url: string): Promise<void> {
  let inARow = 0;
  await until(`the provider's metadata and keys at ${url}`, READY_WITHIN_MS, async () => {
    const { status } = await new BrowserClient().get(url);
    inARow = status === 302 ? inARow + 1 : 0;
    return inARow === 8 ? true : undefined;
  }).catch(() => undefined);
}

/** The headers that reach the upstream when a page's script requests `path`, by name in lower case. */
export async function headersAt(browser: BrowserClient, app: App, path = "/api"): Promise<Record<string, string>> {
  return headersOf(await browser.fetch(app.url + path));
}

export function headersOf(response: { status: number; body: string }): Record<string, string> {
  if (response.status !== 200) throw new Error(`${response.status}: ${response.body.slice(0, 300)}`);
  return Object.fromEntries((JSON.parse(response.body) as Echo).headers.map(([name, value]) => [name.toLowerCase(), value]));
}

export const decoded = (base64: string | undefined): any => JSON.parse(Buffer.from(base64 ?? "", "base64").toString("utf8"));
export const jwtPart = (token: string, part: number): any => decoded(token.split(".")[part]);
