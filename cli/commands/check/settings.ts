// The filter's settings as plain objects, for checks across settings: the top level, and each rule with what it inherits.

import { isFields, type Fields } from "./fields";

/** `path`: the place of the settings, "" or "rules[2]". */
export interface Settings { path: string; own: Fields; all: Fields }

export function settingsOf(config: Fields): Settings[] {
  const { rules, ...whole } = config;
  const list = Array.isArray(rules) ? rules.filter(isFields) : [];
  return [{ path: "", own: whole, all: whole }, ...list.map((rule, i) => ({ path: `rules[${i}]`, own: rule, all: { ...whole, ...rule } }))];
}

export const placeOf = ({ path, own }: Settings, key: string): string => path !== "" && key in own ? `${path}.${key}` : key;

/** Whether browsers log in, by the filter's own rule (assembly/config/compile.ts). */
export function logsIn({ all }: Settings): boolean {
  if (all.mode === "public" || all.mode === "deny" || all.mode === "bearer" || all.bearer_only === true && all.mode !== "browser") return false;
  return isFields(all.session) || (all.unauth_action ?? "auth") === "auth";
}

/** The attribute that makes the filter read a request's body, if there is one. */
export function readsBody(settings: Settings): string | undefined {
  if (!logsIn(settings)) return undefined;
  return "backchannel_logout_path" in settings.all ? "backchannel_logout_path" : settings.all.response_mode === "form_post" ? "response_mode" : undefined;
}

export const ENDPOINTS = ["jwks_uri", "introspection_endpoint", "token_endpoint", "userinfo_endpoint", "revocation_endpoint"] as const;

/** The clusters named in settings, each with the place of its name. */
export function clusterNames(settings: Settings): { place: string; cluster: string }[] {
  const { own } = settings, out: { place: string; cluster: string }[] = [];
  const add = (place: string, cluster: unknown) => { if (typeof cluster === "string") out.push({ place: settings.path === "" ? place : `${settings.path}.${place}`, cluster }); };
  add("provider_cluster", own.provider_cluster);
  if (!isFields(own.endpoint_clusters)) return out;
  const { hosts, ...endpoints } = own.endpoint_clusters;
  for (const [name, cluster] of Object.entries(endpoints)) add(`endpoint_clusters.${name}`, cluster);
  if (isFields(hosts)) for (const [host, cluster] of Object.entries(hosts)) add(`endpoint_clusters.hosts.${host}`, cluster);
  return out;
}

/** The cluster for a URL of the provider (assembly/config/clusters.ts). */
export function clusterFor({ all }: Settings, endpoint: string, url: URL): string | undefined {
  const own = isFields(all.endpoint_clusters) ? all.endpoint_clusters : {};
  const hosts = isFields(own.hosts) ? own.hosts : {};
  const found = own[endpoint] ?? Object.entries(hosts).find(([host]) => host.toLowerCase() === url.host)?.[1] ?? all.provider_cluster;
  return typeof found === "string" ? found : undefined;
}

export function urlOf(text: unknown): URL | undefined {
  return typeof text === "string" && URL.canParse(text) ? new URL(text) : undefined;
}
