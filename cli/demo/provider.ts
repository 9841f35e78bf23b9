// The embedded OpenID provider: `oidc-provider` on loopback with keys, clients and tokens for the demo, the tests and the bench. `npm start` runs it
// in its own process. Tests run provider-process.ts and call the same methods from there.

import { createPublicKey } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type Provider from "oidc-provider";
import { LOOPBACK } from "./ports";
import { paddingOf, userinfo } from "./provider-accounts";
import { AUDIENCE, DEMO_CLIENT, type BrowserOptions } from "./provider-clients";
import { COUNTED, Front, type Call, type Counted, type Endpoint, type Fault } from "./provider-front";
import { interact } from "./provider-interactions";
import { DEFAULT_ALGS, KeyRing, type MintOptions } from "./provider-keys";
import { configuration } from "./provider-settings";
import { memoryStore } from "./provider-store";

export interface ProviderOptions {
  port?: number;
  /** The algorithms, with one signing key each. The first signs ID tokens. */
  algs?: string[];
  /** The client BROWSER_CLIENT, which people log in with. By default there is none. */
  browser?: BrowserOptions;
  /** The provider's URL, if a proxy in front of it terminates TLS and sets X-Forwarded-Proto. */
  issuer?: string;
}

export interface OpaqueOptions {
  scope?: string;
  /** By default the token belongs to the client itself. */
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

  private readonly padding: string;

  private constructor(private readonly options: ProviderOptions) {
    this.padding = paddingOf(options.browser?.paddingBytes);
  }

  static async start(options: ProviderOptions = {}): Promise<DemoProvider> {
    const self = new DemoProvider(options);
    self.keys = await KeyRing.create(options.algs ?? DEFAULT_ALGS);
    self.port = await self.front.open(options.port ?? 0);
    await self.useKeys();
    return self;
  }

  get issuer(): string {
    return this.options.issuer ?? this.url;
  }

  /** Where it listens. */
  get url(): string {
    return `http://${LOOPBACK}:${this.port}`;
  }

  get discovery(): string {
    return `${this.issuer}/.well-known/openid-configuration`;
  }

  async stop(): Promise<void> {
    await this.front.close();
  }

  /** Handlers for the demo's own paths. A handler returns whether it handled the request. */
  serve(routes: (request: IncomingMessage, response: ServerResponse) => boolean): void {
    this.extraRoutes = routes;
  }

  /** A JWT access token with any claims, signed by one of the provider's keys (see MintOptions). */
  async mint(options: MintOptions = {}): Promise<string> {
    return this.keys.mint(this.issuer, AUDIENCE, options);
  }

  /** An opaque access token. Only introspection returns its claims. */
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

  /** Revokes an opaque token: introspection answers `active: false` from now on. */
  async revoke(token: string): Promise<void> {
    const { AccessToken, ClientCredentials, RefreshToken } = this.provider;
    for (const kind of [AccessToken, ClientCredentials, RefreshToken]) await (await kind.find(token))?.destroy();
  }

  /** Makes new signing keys with new `kid`s. Tokens and sessions stay valid. */
  async rotateKeys(options: { keepPrevious?: boolean } = {}): Promise<void> {
    await this.keys.rotate(options.keepPrevious ?? true);
    await this.useKeys();
  }

  async publicKey(alg = "RS256"): Promise<{ kid: string; pem: string; jwk: Record<string, unknown> }> {
    const key = this.keys.find(alg);
    const pem = createPublicKey(key.privateKey).export({ type: "spki", format: "pem" }) as string;
    return { kid: key.kid, pem, jwk: { ...key.publicKey.export({ format: "jwk" }), kid: key.kid, alg } };
  }

  /**
   * Ends a user's sessions, as an administrator would, and notifies the clients (OpenID Connect Back-Channel Logout 1.0 §2.5). Fails if one of them
   * does not accept it.
   */
  async endSessions(sub: string): Promise<void> {
    const { Session, Client } = this.provider;
    for (const { jti, accountId } of this.store.all("Session")) {
      const session = accountId === sub ? await Session.find(String(jti)) : undefined;
      if (session === undefined) continue;
      await session.destroy();
      for (const clientId of Object.keys(session.authorizations ?? {})) {
        const client = await Client.find(clientId);
        if (client?.backchannelLogoutUri) await client.backchannelLogout(sub, session.sidFor(clientId));
      }
    }
  }

  /** The number of calls of each endpoint since the start or the last reset. */
  async counts(): Promise<Record<Counted, number>> {
    return Object.fromEntries(COUNTED.map((counted) => [counted, this.front.countOf(counted)])) as Record<Counted, number>;
  }

  /** The last calls of an endpoint, oldest first, as they arrived. */
  async calls(endpoint: Endpoint): Promise<Call[]> {
    return this.front.callsOf(endpoint);
  }

  /** Resets the counts, the recorded calls and the faults. */
  async reset(): Promise<void> {
    this.front.reset();
  }

  /** Breaks an endpoint; `null` repairs it. */
  async fault(endpoint: Endpoint, fault: Fault | null): Promise<void> {
    this.front.setFault(endpoint, fault);
  }

  /** Closes the port and all open connections. */
  async goDown(): Promise<void> {
    await this.front.close();
  }

  async comeUp(): Promise<void> {
    await this.front.open(this.port);
  }

  /** oidc-provider reads its keys once, so new keys need a new instance. Its storage is outside of it. */
  private async useKeys(): Promise<void> {
    const { keys, issuer, padding } = this;
    const provider = await createProvider(issuer, configuration({ keys, padding, adapter: this.store.Adapter, browser: this.options.browser }));
    provider.proxy = this.options.issuer !== undefined;
    const callback = provider.callback();
    this.provider = provider;
    this.front.handler = (request, response) => {
      const taken = this.extraRoutes?.(request, response) || interact(provider, request, response) || userinfo(keys, issuer, padding, request, response);
      if (!taken) void callback(request, response);
    };
  }
}

/** oidc-provider warns at every start that its memory store and Node 20 are not for production. Nothing here is. */
async function createProvider(issuer: string, settings: Record<string, unknown>): Promise<Provider> {
  const { info, warn } = console;
  const without = (write: typeof info): typeof info => (...args) => String(args[0]).includes("oidc-provider ") ? undefined : write(...args);
  console.info = without(info);
  console.warn = without(warn);
  const { default: Implementation } = await import("oidc-provider");
  return new Implementation(issuer, settings);
}
