// The parts for tests of the browser login: a provider with the filter as a client, an upstream, and an Envoy whose filter logs people in.

import { freePort } from "../../../cli/demo/ports";
import { BROWSER_CLIENT, type BrowserOptions } from "../../../cli/demo/provider-clients";
import type { TestEnvoyOptions } from "./envoy";
import type { TestProvider } from "./provider";
import { startWorld, type Filter, type World } from "./world";

export interface BrowserWorld extends World {
  /** Envoy's URL. Its host name makes it another site than the provider's. */
  app: string;
  /** The filter's configuration, for a reload with changes. */
  filter(changes?: Filter): Filter;
}

export interface BrowserWorldOptions {
  /** Changes of the filter's configuration. */
  filter?: Filter;
  browser?: Partial<BrowserOptions>;
  /** Paths of the redirect URIs, by default `/callback`. */
  callbacks?: string[];
  envoy?: Omit<TestEnvoyOptions, "clusters" | "filter" | "listeners" | "ports">;
}

export const SESSION_SECRET = "a session secret of the tests, long enough";

/** Login with the provider's embedded client, and tokens verified with its keys. */
export const bySession = (provider: Pick<TestProvider, "discovery">, app: string, changes: Filter = {}): Filter => ({
  discovery: provider.discovery, provider_cluster: "idp", ssl_verify: false, use_jwks: true,
  client_id: BROWSER_CLIENT.id, client_secret: BROWSER_CLIENT.secret, redirect_uri: "/callback", scope: "openid profile email offline_access read",
  session: { secret: SESSION_SECRET }, logout_path: "/logout", post_logout_redirect_uri: `${app}/`, backchannel_logout_path: "/backchannel-logout",
  claim_headers: { sub: "x-user-id" }, ...changes,
});

/** The filter guards everything but `/open`. */
export async function startBrowserWorld(options: BrowserWorldOptions = {}): Promise<BrowserWorld> {
  const port = await freePort();
  const app = `http://localhost:${port}`;
  const browser: BrowserOptions = {
    redirectUris: (options.callbacks ?? ["/callback"]).map((path) => app + path), postLogoutRedirectUris: [`${app}/`], backchannelLogoutUri: `http://127.0.0.1:${port}/backchannel-logout`, ...options.browser,
  };
  let discovery = "";
  const filter = (changes: Filter = {}) => bySession({ discovery }, app, { ...options.filter, ...changes });
  const world = await startWorld(({ provider }) => {
    discovery = provider.discovery;
    return { concurrency: 2, ...options.envoy, ports: [port], listeners: listeners(filter()) };
  }, { browser });
  return { ...world, app, filter };
}

export function listeners(filter: Filter): TestEnvoyOptions["listeners"] {
  return [{
    filters: { oidc: filter },
    routes: [{ prefix: "/open", cluster: "upstream", filter: null }, { prefix: "/", cluster: "upstream" }],
  }];
}
