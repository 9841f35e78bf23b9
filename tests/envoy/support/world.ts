// The parts that most test files need: a provider, an upstream, and an Envoy whose filter has the provider's keys.

import { startEnvoy, until, type TestEnvoy, type TestEnvoyOptions } from "./envoy";
import { getWith, type RawResponse } from "./http";
import { startProvider, type TestProvider } from "./provider";
import { startUpstream, type Upstream } from "./upstream";

export interface World { provider: TestProvider; upstream: Upstream; envoy: TestEnvoy }

export type Filter = Record<string, unknown>;

/** Verification with the provider's keys. */
export const byKeys = (provider: TestProvider, changes: Filter = {}): Filter => ({
  bearer_only: true, use_jwks: true, ssl_verify: false, discovery: provider.discovery, provider_cluster: "idp", ...changes,
});

/** Verification by introspection. */
export const byIntrospection = (provider: TestProvider, changes: Filter = {}): Filter => ({
  bearer_only: true, ssl_verify: false, discovery: provider.discovery, provider_cluster: "idp",
  introspection_endpoint: `${provider.issuer}/token/introspection`, client_id: "envoy", client_secret: "envoy-secret", ...changes,
});

export const clusters = ({ provider, upstream }: Omit<World, "envoy">): TestEnvoyOptions["clusters"] => ({
  upstream: { port: upstream.port }, idp: { port: Number(new URL(provider.issuer).port) },
});

/** Starts a provider, an upstream, and an Envoy for them. Requests pass when it returns. */
export async function startWorld(options: (parts: Omit<World, "envoy">) => Omit<TestEnvoyOptions, "clusters">, providerOptions?: Parameters<typeof startProvider>[0]): Promise<World> {
  const [provider, upstream] = await Promise.all([startProvider(providerOptions), startUpstream()]);
  const parts = { provider, upstream };
  const envoy = await startEnvoy({ clusters: clusters(parts), ...options(parts) });
  await passes(envoy.url, await provider.mint());
  return { ...parts, envoy };
}

/** Waits until a request with this token passes: metadata and keys are fetched after Envoy has started. */
export async function passes(url: string, token: string): Promise<void> {
  await until("a token to pass", 10_000, async () => ((await getWith(url, token)).status === 503 ? undefined : true));
}

/** "401 expired": the status and code of a refusal. */
export function refused(response: RawResponse): string {
  return `${response.status} ${response.json<{ code: string }>().code}`;
}
