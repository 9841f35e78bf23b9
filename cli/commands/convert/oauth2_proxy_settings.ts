// Reads the settings of oauth2-proxy: its configuration file (TOML), or a list of flags, alone or in a manifest of Kubernetes or Compose.

import { parse } from "smol-toml";
import { parseAllDocuments } from "yaml";
import { isFields } from "../check/fields";
import { UserError } from "../io";
import type { Option } from "./option";

/** `unread`: settings beside the flags, which are not read. */
export interface Settings { settings: Record<string, unknown>; unread: string[] }

/** Flags that may be repeated. In the file they are lists, with an s at the end of their names. */
const REPEATED = [
  "allowed_group", "allowed_role", "api_route", "cookie_domain", "email_domain", "entra_id_allowed_tenant", "exclude_logging_path", "github_user", "gitlab_group", "gitlab_project",
  "htpasswd_user_group", "keycloak_group", "oidc_audience_claim", "oidc_enabled_signing_alg", "oidc_extra_audience", "oidc_public_key_file", "provider_ca_file", "skip_auth_route",
  "tls_cipher_suite", "trusted_ip", "trusted_proxy_ip", "upstream", "whitelist_domain",
];

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

function flagsOf(text: string, options: Option[]): Settings {
  const unread: string[] = [], words = argumentsOf(text, unread), settings: Record<string, unknown> = {};
  for (const [i, word] of words.entries()) {
    const [, flag, given] = /^--?([a-z][a-z0-9-]+)(?:=([^]*))?$/.exec(word) ?? [];
    if (flag === undefined) continue;
    const name = nameInFile(flag), value = valueOf(name, given, words[i + 1], options);
    settings[name] = settings[name] === undefined ? value : [settings[name], value].flat();
  }
  readVariables(text, settings, unread);
  return { settings, unread };
}

function nameInFile(flag: string): string {
  const name = flag.replaceAll("-", "_");
  return REPEATED.includes(name) ? `${name}s` : name;
}

/** `given`: after the equals sign. Without one the next word is the value, except for flags that are true or false. */
function valueOf(name: string, given: string | undefined, next: string | undefined, options: Option[]): unknown {
  const isSwitch = typeof options.find((one) => one.name === name)?.sample === "boolean";
  const value = given ?? (isSwitch || next === undefined || next.startsWith("-") ? "true" : next);
  if (value === "true") return true;
  if (value === "false") return false;
  return REPEATED.includes(name.replace(/s$/, "")) ? value.split(",") : value;
}

/** Variables of the same settings. Secrets are read from the environment in any case; of others only the names are known. */
function readVariables(text: string, settings: Record<string, unknown>, unread: string[]): void {
  const withoutComments = text.replaceAll(/^\s*#.*$/gm, "");
  for (const [variable, rest] of withoutComments.matchAll(/\bOAUTH2_PROXY_([A-Z][A-Z0-9_]*)/g)) {
    const name = rest!.toLowerCase();
    if (/^(client|cookie)_secret$/.test(name)) settings[name] ??= "in the environment";
    else if (settings[name] === undefined && !unread.includes(variable)) unread.push(variable);
  }
}

/** The arguments in a manifest, or in a command line. */
function argumentsOf(text: string, unread: string[]): string[] {
  const documents = parseAllDocuments(text), list = Array.isArray(documents) ? documents : [];
  if (list.length === 0 || list.some(({ errors }) => errors.length > 0)) return wordsOf(text);
  return list.flatMap((document) => argumentsIn(document.toJS(), unread));
}

/** The arguments in a value: lists with flags as they are, and words of a command line. */
function argumentsIn(value: unknown, unread: string[]): string[] {
  if (isFields(value)) return Object.values(value).flatMap((inner) => argumentsIn(inner, unread));
  if (Array.isArray(value)) return value.flatMap((item: unknown) => isArgument(item) ? [item] : argumentsIn(item, unread));
  if (typeof value !== "string") return [];
  if (/(?:^|\s)--[a-z]/.test(value)) return wordsOf(value);
  const file = /^\s*([a-z_]{3,}) = /m.exec(value);
  if (file !== null) unread.push(`${file[1]} and what else is in its file`);
  return [];
}

/** One argument, and no command line of several. */
const isArgument = (item: unknown): item is string => typeof item === "string" && !/[^-\s]\s+--[a-z]/.test(item);

const QUOTED = /"((?:[^"\\]|\\[^])*)"|'([^']*)'|\\(.)/g;

/** Words as a shell reads them. */
function wordsOf(text: string): string[] {
  const line = text.replaceAll(/(^|\s)#.*$/gm, "$1").replaceAll(/\\(?:\n|\s+(?=--))/g, " ");
  const words = line.match(/(?:[^\s"']|"(?:[^"\\]|\\[^])*"|'[^']*')+/g) ?? [];
  return words.map((word) => word.replaceAll(QUOTED, unquoted));
}

function unquoted(_all: string, double?: string, single?: string, bare?: string): string {
  return double?.replaceAll(/\\([^])/g, "$1") ?? single ?? bare ?? "";
}
