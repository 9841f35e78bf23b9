// Reads the settings of oauth2-proxy: its configuration file (TOML), or a list of flags, alone or in a manifest of Kubernetes or Compose.

import { parse } from "smol-toml";
import { parseAllDocuments } from "yaml";
import { isFields } from "../check/fields";
import { UserError } from "../io";
import type { Option } from "./option";

/** `unread`: settings beside the flags, which are not read. */
export interface Settings { settings: Record<string, unknown>; unread: string[] }

/** Flags whose names differ from those in the file: lists. */
const PLURALS: Record<string, string> = { allowed_group: "allowed_groups", allowed_role: "allowed_roles", api_route: "api_routes", cookie_domain: "cookie_domains", email_domain: "email_domains", entra_id_allowed_tenant: "entra_id_allowed_tenants", exclude_logging_path: "exclude_logging_paths", github_user: "github_users", gitlab_group: "gitlab_groups", gitlab_project: "gitlab_projects", htpasswd_user_group: "htpasswd_user_groups", keycloak_group: "keycloak_groups", oidc_audience_claim: "oidc_audience_claims", oidc_enabled_signing_alg: "oidc_enabled_signing_algs", oidc_extra_audience: "oidc_extra_audiences", oidc_public_key_file: "oidc_public_key_files", provider_ca_file: "provider_ca_files", skip_auth_route: "skip_auth_routes", tls_cipher_suite: "tls_cipher_suites", trusted_ip: "trusted_ips", trusted_proxy_ip: "trusted_proxy_ips", upstream: "upstreams", whitelist_domain: "whitelist_domains" };
const LISTS = Object.values(PLURALS);

export function readSettings(file: string, options: Option[]): Settings {
  const text = file.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n");
  if (/^\s*(?:- *)?["']?--[a-z]/m.test(text)) return flagsOf(text, options);
  try {
    return { settings: parse(text) as Record<string, unknown>, unread: [] };
  } catch (error) {
    if (/^[^#\n]*[\s"'[]--[a-z]/m.test(text)) return flagsOf(text, options);
    throw new UserError(`this is neither oauth2-proxy's configuration file, which is TOML, nor a list of its flags: ${(error as Error).message.split("\n")[0]}`);
  }
}

/** A name without a value is true, a repeated one is a list. */
function flagsOf(text: string, options: Option[]): Settings {
  const documents = parseAllDocuments(text), list = Array.isArray(documents) ? documents : [], unread: string[] = [];
  const words = list.length === 0 || list.some(({ errors }) => errors.length > 0) ? wordsOf(text) : list.flatMap((document) => argumentsIn(document.toJS(), unread)), settings: Record<string, unknown> = {};
  for (const [i, word] of words.entries()) {
    const [, name, given] = /^--?([a-z][a-z0-9-]+)(?:=([^]*))?$/.exec(word) ?? [], next = words[i + 1];
    if (name === undefined) continue;
    const underscored = name.replaceAll("-", "_"), key = PLURALS[underscored] ?? underscored, takesNone = typeof options.find((one) => one.name === key)?.sample === "boolean";
    const value = given ?? (takesNone || next === undefined || next.startsWith("-") ? "true" : next), read = value === "true" ? true : value === "false" ? false : LISTS.includes(key) ? value.split(",") : value;
    settings[key] = settings[key] === undefined ? read : [settings[key], read].flat();
  }
  for (const [, name] of text.replaceAll(/^\s*#.*$/gm, "").matchAll(/\bOAUTH2_PROXY_([A-Z][A-Z0-9_]*)/g)) {
    const key = name!.toLowerCase();
    // Secrets are read from variables in any case.
    if (/^(client|cookie)_secret$/.test(key)) settings[key] ??= "in the environment";
    else if (settings[key] === undefined && !unread.includes(`OAUTH2_PROXY_${name}`)) unread.push(`OAUTH2_PROXY_${name}`);
  }
  return { settings, unread };
}

/** The arguments in a value: lists with flags as they are, and words of a command line. */
function argumentsIn(value: unknown, unread: string[]): string[] {
  if (isFields(value)) return Object.values(value).flatMap((inner) => argumentsIn(inner, unread));
  if (Array.isArray(value)) return value.flatMap((item: unknown) => typeof item === "string" && !/[^-\s]\s+--[a-z]/.test(item) ? [item] : argumentsIn(item, unread));
  if (typeof value !== "string") return [];
  if (/(?:^|\s)--[a-z]/.test(value)) return wordsOf(value);
  const file = /^\s*([a-z_]{3,}) = /m.exec(value);
  if (file !== null) unread.push(`${file[1]} and what else is in its file`);
  return [];
}

/** Words as a shell reads them. */
function wordsOf(text: string): string[] {
  const words = text.replaceAll(/(^|\s)#.*$/gm, "$1").replaceAll(/\\(?:\n|\s+(?=--))/g, " ").match(/(?:[^\s"']|"(?:[^"\\]|\\[^])*"|'[^']*')+/g) ?? [];
  return words.map((word) => word.replaceAll(/"((?:[^"\\]|\\[^])*)"|'([^']*)'|\\(.)/g, (_, double?: string, single?: string, bare?: string) => double?.replaceAll(/\\([^])/g, "$1") ?? single ?? bare ?? ""));
}
