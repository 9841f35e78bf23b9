// `--online`: compares the provider with the settings.

import { isFields } from "../check/fields";
import type { Plugin } from "../check/plugins";
import { clusterFor, ENDPOINTS, placeOf, logsIn, urlOf, type Settings } from "../check/settings";
import type { Finding, Level } from "../finding";
import type { Io } from "../io";
import { askProvider, listOf, ProviderError, type Known } from "./provider";

const CLOCK_SEC = 30;

export async function askProviders(plugins: { plugin: Plugin; settings: Settings[] }[], io: Io): Promise<Finding[]> {
  const known = new Map<string, Promise<Known>>(), findings: Finding[] = [];
  for (const { plugin, settings: all } of plugins) {
    const asked = new Set<string>();
    for (const settings of all) {
      const discovery = urlOf(settings.all.discovery)?.href;
      if (discovery === undefined || asked.has(discovery) && !("discovery" in settings.own)) continue;
      asked.add(discovery);
      const note = (level: Level, code: string, key: string, text: string) => void findings.push({ level, code, path: placeOf(settings, key), text, file: plugin.file.name, position: plugin.position(placeOf(settings, key)) });
      io.progress(`asking ${discovery}`);
      if (!known.has(discovery)) known.set(discovery, askProvider(discovery, urlOf(settings.all.jwks_uri)?.href));
      try {
        compare(settings, await known.get(discovery)!, note);
      } catch (error) {
        if (!(error instanceof ProviderError)) throw error;
        note("error", `provider-${error.code}`, "discovery", error.message);
      }
      io.progress("");
    }
  }
  return findings;
}

/** Reports where the provider and the settings disagree, and what was found. */
export function compare(settings: Settings, { metadata, keys, aheadSec }: Known, note: (level: Level, code: string, key: string, text: string) => void): void {
  const { all } = settings;
  const expected = typeof all.issuer === "string" ? [all.issuer] : [issuerOf(String(all.discovery)), `${issuerOf(String(all.discovery))}/`];
  if (!expected.includes(metadata.issuer)) note("error", "issuer-differs", "issuer" in all ? "issuer" : "discovery", `the provider calls itself ${metadata.issuer}, and ${expected[0]} is expected: set issuer to what it says, if that is the provider that you mean`);
  for (const endpoint of ENDPOINTS) {
    const url = urlOf(all[endpoint] ?? metadata[endpoint]), home = urlOf(all.discovery)!;
    if (url === undefined || url.host === home.host || !isUsed(settings, endpoint)) continue;
    const own = clusterFor(settings, endpoint, url);
    if (own === undefined || own === all.provider_cluster) note("error", "endpoint-elsewhere", "provider_cluster", `${endpoint} is at ${url.host}, and would be called by the cluster of ${home.host}: add a cluster for it, and endpoint_clusters: { "hosts": { "${url.host}": "…" } }`);
  }
  const usable = keys.filter((key) => key.use === undefined || key.use === "sig");
  if (usable.length === 0) note("error", "no-keys", "discovery", "the provider publishes no key that signs");
  if (logsIn(settings)) compareLogin(settings, metadata, note);
  if (aheadSec !== undefined && Math.abs(aheadSec) > CLOCK_SEC) note("warning", "clock", "discovery", `this machine's clock and the provider's differ by ${Math.round(Math.abs(aheadSec))} s: tokens are refused where Envoy's does as well`);
  note("note", "provider-found", "discovery", `found ${metadata.issuer}: ${usable.length} key${usable.length === 1 ? "" : "s"} (${[...new Set(usable.map((key) => String(key.alg ?? key.kty)))].join(", ")})`);
}

function compareLogin(settings: Settings, metadata: Known["metadata"], note: (level: Level, code: string, key: string, text: string) => void): void {
  const { all } = settings, methods = listOf(metadata, "token_endpoint_auth_methods_supported"), method = String(all.token_endpoint_auth_method ?? "client_secret_basic");
  if (methods.length > 0 && !methods.includes(method)) note("error", "auth-method", "token_endpoint_auth_method", `the provider does not take ${method}: it takes ${methods.join(", ")}`);
  const algs = listOf(metadata, "id_token_signing_alg_values_supported"), wanted = [all.id_token_signed_response_alg ?? []].flat().map(String);
  const missing = wanted.filter((alg) => algs.length > 0 && !algs.includes(alg));
  if (missing.length > 0 && missing.length === wanted.length) note("error", "id-token-alg", "id_token_signed_response_alg", `the provider signs ID Tokens by ${algs.join(", ")}, not by ${missing.join(", ")}`);
  const scopes = listOf(metadata, "scopes_supported"), unknown = String(all.scope ?? "openid").split(" ").filter((scope) => scopes.length > 0 && !scopes.includes(scope));
  if (unknown.length > 0) note("warning", "scope-unknown", "scope", `the provider does not list ${unknown.join(", ")}`);
  if (metadata.end_session_endpoint === undefined && all.end_session_endpoint === undefined) note("warning", "no-end-session", "logout_path", "the provider has no end_session_endpoint: logging out here leaves people logged in there");
  if ("backchannel_logout_path" in all && metadata.backchannel_logout_supported !== true) note("warning", "no-backchannel-logout", "backchannel_logout_path", "the provider does not say that it sends logout tokens (backchannel_logout_supported)");
  if (all.response_mode === "form_post" && listOf(metadata, "response_modes_supported").length > 0 && !listOf(metadata, "response_modes_supported").includes("form_post")) note("error", "response-mode", "response_mode", "the provider does not offer form_post");
  if (listOf(metadata, "code_challenge_methods_supported").length > 0 && !listOf(metadata, "code_challenge_methods_supported").includes("S256")) note("warning", "no-pkce", "discovery", "the provider does not list S256 of PKCE, which is always used");
}

function isUsed(settings: Settings, endpoint: (typeof ENDPOINTS)[number]): boolean {
  const { all } = settings;
  if (endpoint === "jwks_uri") return true;
  if (endpoint === "introspection_endpoint") return all.use_jwks !== true && !("public_key" in all) && "client_secret" in all;
  if (!logsIn(settings)) return false;
  const contents = isFields(all.session_contents) ? all.session_contents : undefined;
  return endpoint === "token_endpoint" || endpoint === "revocation_endpoint" && all.revoke_tokens_on_logout === true || endpoint === "userinfo_endpoint" && (contents === undefined || contents.user === true);
}

const issuerOf = (discovery: string): string => discovery.replace(/\/\.well-known\/(openid-configuration|oauth-authorization-server)$/, "");
