// The embedded OpenID provider: `oidc-provider` on loopback with keys, clients and tokens for the demo, the tests and the bench.
// `npm start` runs it in its own process; tests run provider-process.ts and call the same methods from there.

import { createPublicKey } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type Provider from "oidc-provider";
import { LOOPBACK } from "./ports";
import { Front, type Call, type Endpoint, type Fault } from "./provider-front";
import { DEFAULT_ALGS, KeyRing, type MintOptions } from "./provider-keys";
import { configuration } from "./provider-settings";
import { memoryStore } from "./provider-store";

/** Who the tokens are for. As a `resource` it gives JWT access tokens; `?alg=ES256` after it chooses their algorithm, and
 *  `?format=opaque` makes them opaque. */
export const AUDIENCE = "https://api.example.com";

/** The application that gets tokens, and the client under which the filter introspects them. */
export const DEMO_CLIENT = { id: "demo", secret: "demo-secret" };
export const FILTER_CLIENT = { id: "envoy", secret: "envoy-secret" };

export interface ProviderOptions {
  port?: number;
  /** One signing key for each; the first signs ID tokens. */
  algs?: string[];
  /** Where browsers may return to after a login. */
  redirectUris?: string[];
}

export interface OpaqueOptions {
  scope?: string;
  /** Without one the token is the client's own. */
  sub?: string;
  clientId?: string;
  audience?: string | null;
  ttlSeconds?: number;
  /** Further members of the introspection answer. */
  extra?: Record<string, unknown>;
}

export class DemoProvider {
  private readonly front = new Front();
  private readonly store = memoryStore();
  private keys!: KeyRing;
  private provider!: Provider;
  private port = 0;
  private extraRoutes?: (request: IncomingMessage, response: ServerResponse) => boolean;

  private constructor(private readonly options: ProviderOptions) {}

  static async start(options: ProviderOptions = {}): Promise<DemoProvider> {
    const self = new DemoProvider(options);
    self.keys = await KeyRing.create(options.algs ?? DEFAULT_ALGS);
    self.port = await self.front.open(options.port ?? 0);
    await self.useKeys();
    return self;
  }

  get issuer(): string {
    return `http://${LOOPBACK}:${this.port}`;
  }

  get discovery(): string {
    return `${this.issuer}/.well-known/openid-configuration`;
  }

  async stop(): Promise<void> {
    await this.front.close();
  }

  /** Paths of the demo's own; the function says whether it took the request. */
  serve(routes: (request: IncomingMessage, response: ServerResponse) => boolean): void {
    this.extraRoutes = routes;
  }

  /** A JWT access token with any claims, signed by one of the provider's keys (see MintOptions). */
  async mint(options: MintOptions = {}): Promise<string> {
    return this.keys.mint(this.issuer, AUDIENCE, options);
  }

  /** An opaque access token, which only introspection can tell anything about. */
  async opaque(options: OpaqueOptions = {}): Promise<string> {
    const client = await this.provider.Client.find(options.clientId ?? DEMO_CLIENT.id);
    const scope = options.scope ?? "read";
    const audience = options.audience === undefined ? AUDIENCE : options.audience;
    const fields = {
      client,
      scope,
      expiresIn: options.ttlSeconds ?? 300,
      extra: options.extra,
      ...(audience === null ? {} : { resourceServer: new this.provider.ResourceServer(audience, { scope, audience, accessTokenFormat: "opaque" }) }),
    };
    const { AccessToken, ClientCredentials } = this.provider;
    return options.sub === undefined ? new ClientCredentials(fields).save() : new AccessToken({ ...fields, accountId: options.sub }).save();
  }

  /** From now on introspection answers `active: false` for this opaque token. */
  async revoke(token: string): Promise<void> {
    const { AccessToken, ClientCredentials, RefreshToken } = this.provider;
    for (const kind of [AccessToken, ClientCredentials, RefreshToken]) await (await kind.find(token))?.destroy();
  }

  /** New signing keys with new `kid`s. Tokens and sessions live on. */
  async rotateKeys(options: { keepPrevious?: boolean } = {}): Promise<void> {
    await this.keys.rotate(options.keepPrevious ?? true);
    await this.useKeys();
  }

  async publicKey(alg = "RS256"): Promise<{ kid: string; pem: string; jwk: Record<string, unknown> }> {
    const key = this.keys.find(alg);
    const pem = createPublicKey(key.privateKey).export({ type: "spki", format: "pem" }) as string;
    return { kid: key.kid, pem, jwk: { ...key.publicKey.export({ format: "jwk" }), kid: key.kid, alg } };
  }

  /** How often each endpoint was called since the start or the last reset. */
  async counts(): Promise<Record<Endpoint, number>> {
    const endpoints: Endpoint[] = ["discovery", "jwks", "introspection", "token", "userinfo", "other"];
    return Object.fromEntries(endpoints.map((endpoint) => [endpoint, this.front.countOf(endpoint)])) as Record<Endpoint, number>;
  }

  /** The last calls of an endpoint, oldest first, as they arrived. */
  async calls(endpoint: Endpoint): Promise<Call[]> {
    return this.front.callsOf(endpoint);
  }

  /** Forgets the counts, the calls and the faults. */
  async reset(): Promise<void> {
    this.front.reset();
  }

  /** Breaks an endpoint, or mends it with `null`. */
  async fault(endpoint: Endpoint, fault: Fault | null): Promise<void> {
    this.front.setFault(endpoint, fault);
  }

  /** Nobody listens on the port any more; open connections are cut. */
  async goDown(): Promise<void> {
    await this.front.close();
  }

  async comeUp(): Promise<void> {
    await this.front.open(this.port);
  }

  /** oidc-provider reads its keys once, so that new keys need a new one; what it stores is kept outside of it. */
  private async useKeys(): Promise<void> {
    this.provider = await createProvider(this.issuer, configuration(this.keys, this.store, this.options.redirectUris ?? []));
    const callback = this.provider.callback();
    this.front.handler = (request, response) => {
      if (!this.extraRoutes?.(request, response)) void callback(request, response);
    };
  }
}

/** oidc-provider tells every start that its memory store, its login page and Node 20 are not for production. Nothing here is. */
async function createProvider(issuer: string, settings: Record<string, unknown>): Promise<Provider> {
  const { info, warn } = console;
  const without = (write: typeof info): typeof info => (...args) => String(args[0]).includes("oidc-provider ") ? undefined : write(...args);
  console.info = without(info);
  console.warn = without(warn);
  const { default: Implementation } = await import("oidc-provider");
  return new Implementation(issuer, settings);
}
