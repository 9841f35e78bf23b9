// The contents of a configuration for any target: the filter's settings, and a cluster for each host of the provider.

import { UserError } from "../io";
import { askProvider, discoveryOf, listOf, ProviderError, type Known } from "../provider/provider";

export interface GenerateOptions {
  issuer: string;
  clientId: string;
  appUrl: string;
  upstream: string;
  bearerOnly: boolean;
  offline: boolean;
  ca: string;
  wasm: string;
}

/** A host of the provider, with what its cluster needs. */
export interface Host { name: string; hostname: string; port: number; tls: boolean }

export interface Plan {
  options: GenerateOptions;
  filter: Record<string, unknown>;
  hosts: Host[];
  /** Findings and decisions, which become comments. */
  remarks: string[];
  /** Environment variables for secrets, and what to put into each. */
  secrets: Record<string, string>;
  readsBodies: boolean;
}

/** What runs Envoy. */
export interface Surroundings {
  /** The name of the cluster of a host. */
  naming: (host: Host) => string;
  /** Whether it lets the filter read bodies. */
  bodies: boolean;
  /** Whether Envoy has a loopback interface of its own. */
  isElsewhere: boolean;
}

/** The default of a client's signing algorithm (OpenID Connect Dynamic Client Registration 1.0 §2). */
const USUAL = "RS256";
const WITH_A_PUBLIC_KEY = /^(RS|PS|ES)(256|384|512)$|^EdDSA$/;

export async function planFor(options: GenerateOptions, { naming, bodies, isElsewhere }: Surroundings): Promise<Plan> {
  const app = urlOf(options.appUrl, "--app-url"), issuer = urlOf(options.issuer, "--issuer"), discovery = discoveryOf(issuer.href.replace(/\/$/, "")), remarks: string[] = [];
  // OpenID Connect Discovery 1.0 §3: an issuer has no query and no fragment. The address of a document may have a query.
  if (`${issuer.username}${issuer.password}${issuer.hash}` !== "" || issuer.search !== "" && !issuer.pathname.includes("/.well-known/")) throw new UserError("--issuer: has a user, a query or a fragment, which no issuer has");
  const known = options.offline ? undefined : await ask(discovery, remarks);
  const hosts = hostsOf(discovery, known, options.bearerOnly, remarks);
  if (known !== undefined) remarks.push(...remarksOn(known.metadata.issuer, discovery));
  const [home, ...others] = hosts as [Host, ...Host[]];
  if (isElsewhere) {
    const names = new Set([...hosts.map(({ hostname }) => hostname), options.upstream.replace(/:\d+$/, "")]);
    for (const name of names) if (isLoopback(name)) remarks.push(`Where Envoy runs, ${name} is not this machine: give a name or an address of this machine that Envoy reaches; for the provider, one that browsers reach too`);
  }
  const secrets: Record<string, string> = {};
  const filter: Record<string, unknown> = {
    discovery,
    ...(known !== undefined && !sameIssuer(discovery, known.metadata.issuer) ? { issuer: known.metadata.issuer } : {}),
    ...(home.tls && others.every(({ tls }) => tls) ? {} : { ssl_verify: false }),
    provider_cluster: naming(home),
    ...(others.length === 0 ? {} : { endpoint_clusters: { hosts: Object.fromEntries(others.map((host) => [authority(host), naming(host)])) } }),
    client_id: options.clientId,
  };
  if (options.bearerOnly) Object.assign(filter, { bearer_only: true, use_jwks: true });
  else addLogin(filter, options, app, known, bodies, secrets, remarks);
  remarks.push("A bearer token passes whatever its audience: name the service's own in claim_validator.audience");
  const algorithms = algorithmsOf(known);
  if (algorithms.length > 0) filter.token_signing_alg_values_expected = algorithms;
  return { options, filter, hosts, remarks, secrets, readsBodies: "backchannel_logout_path" in filter };
}

async function ask(discovery: string, remarks: string[]): Promise<Known | undefined> {
  try {
    return await askProvider(discovery);
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    remarks.push(`${error.message}. What follows is what most providers take: run this again where the provider can be reached, or envoy-oidc check --online`);
    return undefined;
  }
}

const CALLED = ["jwks_uri", "token_endpoint", "userinfo_endpoint"] as const;

/** The discovery's host first. */
function hostsOf(discovery: string, known: Known | undefined, bearerOnly: boolean, remarks: string[]): Host[] {
  const urls = [discovery, ...CALLED.filter((name) => !bearerOnly || name === "jwks_uri").map((name) => known?.metadata[name])].filter((url): url is string => typeof url === "string" && URL.canParse(url)).map((url) => new URL(url));
  const different = urls.filter((url, i) => urls.findIndex(({ host }) => host === url.host) === i);
  const odd = different.filter(({ hostname }) => !PLAIN_HOST.test(hostname));
  if (odd.includes(different[0]!)) throw new UserError(`--issuer: expected a host such as idp.example.com, found ${different[0]!.hostname}`);
  for (const { hostname } of odd) remarks.push(`The provider has an endpoint at ${hostname}, for which no cluster was written`);
  return different.filter((url) => !odd.includes(url)).map(({ hostname, port, protocol }, i) => ({ name: i === 0 ? "idp" : `idp-${hostname.replaceAll(/[^a-z0-9]+/gi, "-")}`, hostname, tls: protocol === "https:", port: Number(port) || (protocol === "https:" ? 443 : 80) }));
}

export const isLoopback = (hostname: string): boolean => /^(localhost|127(\.\d+){3})$/.test(hostname);

/** Needs no quotes in YAML. */
const PLAIN_HOST = /^[a-z0-9.-]+$/;

const authority = ({ hostname, port, tls }: Host): string => port === (tls ? 443 : 80) ? hostname : `${hostname}:${port}`;

function addLogin(filter: Record<string, unknown>, options: GenerateOptions, app: URL, known: Known | undefined, bodies: boolean, secrets: Record<string, string>, remarks: string[]): void {
  const method = methodOf(known, remarks);
  if (method === "client_secret_basic" || method === "client_secret_post") {
    filter.client_secret = "$ENV://CLIENT_SECRET";
    secrets.CLIENT_SECRET = "what the provider has given the client";
  } else if (method === "private_key_jwt") {
    filter.client_rsa_private_key = "$ENV://CLIENT_KEY";
    secrets.CLIENT_KEY = "the client's private key as a PEM, whose public key the provider knows";
  }
  secrets.SESSION_SECRET = "the output of openssl rand -base64 32, the same for all Envoys";
  const base = app.href.replace(/\/$/, ""), scopes = known === undefined ? [] : listOf(known.metadata, "scopes_supported");
  Object.assign(filter, {
    ...(method === "client_secret_basic" ? {} : { token_endpoint_auth_method: method }),
    scope: ["openid", ...["profile", "email"].filter((scope) => scopes.length === 0 || scopes.includes(scope))].join(" "),
    redirect_uri: `${base}/callback`,
    session: { secret: "$ENV://SESSION_SECRET" },
    logout_path: "/logout",
    use_jwks: true,
    id_token_signed_response_alg: idTokenAlgorithm(known),
  });
  if (known?.metadata.backchannel_logout_supported === true) {
    if (bodies) filter.backchannel_logout_path = "/backchannel-logout";
    else remarks.push("The provider sends logout tokens (back-channel logout), which the filter cannot read here: see docs/login.md");
  }
  if (known !== undefined && known.metadata.end_session_endpoint === undefined) remarks.push("The provider has no end_session_endpoint: logging out here leaves people logged in there");
  const register = [`redirect URI ${base}/callback`, ...("backchannel_logout_path" in filter ? [`back-channel logout URI ${base}/backchannel-logout`] : [])];
  remarks.push(`Register at the provider for the client ${options.clientId}: ${register.join(", ")}`);
}

function methodOf(known: Known | undefined, remarks: string[]): string {
  const offered = known === undefined ? [] : listOf(known.metadata, "token_endpoint_auth_methods_supported");
  // RFC 8414 §2: the default is client_secret_basic.
  const method = offered.length === 0 ? "client_secret_basic" : ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"].find((one) => offered.includes(one));
  if (method !== undefined) return method;
  remarks.push(`The provider takes none of the filter's ways to prove a client (${offered.join(", ")})`);
  return "client_secret_basic";
}

function idTokenAlgorithm(known: Known | undefined): string {
  const offered = known === undefined ? [] : listOf(known.metadata, "id_token_signing_alg_values_supported").filter((alg) => WITH_A_PUBLIC_KEY.test(alg));
  return offered.length === 0 || offered.includes(USUAL) ? USUAL : offered[0]!;
}

/** The algorithms of the published keys, if every key names one. */
function algorithmsOf(known: Known | undefined): string[] {
  const keys = (known?.keys ?? []).filter(({ use }) => use === undefined || use === "sig"), named = keys.map(({ alg }) => String(alg));
  return named.every((alg) => WITH_A_PUBLIC_KEY.test(alg)) ? [...new Set(named)].sort() : [];
}

function remarksOn(issuer: string, discovery: string): string[] {
  // Entra ID's documents for several tenants.
  if (issuer.includes("{")) return [`The provider calls itself ${issuer}, a template that no token has: give the --issuer of one tenant`];
  return sameIssuer(discovery, issuer) ? [] : [`The provider calls itself ${issuer}, and the issuer is set to that: make sure that it is the provider that you mean`];
}

/** The metadata decides whether the issuer ends with a slash. */
const sameIssuer = (discovery: string, issuer: string): boolean => discovery.replace(/\/\.well-known\/.*$/, "") === issuer.replace(/\/$/, "");

function urlOf(text: string, option: string): URL {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) throw new UserError(`${option}: expected a URL such as https://idp.example.com, found ${text}`);
  return new URL(text);
}
