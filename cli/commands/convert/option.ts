// The conversion of one option of another tool. A tool is a table of these, so that nothing is lost silently: each option is either kept, or listed
// as a change with the reason.

import type { Fields } from "../check/fields";
import { UserError } from "../io";

/**
 * `added`: the other tool does not have it and the filter needs it. `unguarded`: it restricted access, and nothing in the result does; it must be
 * written by hand.
 */
export interface Change { kind: "changed" | "dropped" | "added" | "unguarded"; option: string; text: string }

export interface Draft { filter: Fields; changes: Change[] }

export interface Option {
  name: string;
  /** `kept`: same meaning, under the same or another name. */
  outcome: "kept" | "changed" | "dropped";
  /** A value for the tests. */
  sample: unknown;
  put(value: unknown, draft: Draft): void;
}

type Map = (value: never) => unknown;

/** Sets a path; undefined leaves it out. */
export function set(filter: Fields, path: string, value: unknown): void {
  if (value === undefined) return;
  const names = path.split("."), last = names.pop()!;
  let object = filter;
  for (const name of names) object = (object[name] ??= {}) as Fields;
  object[last] = value;
}

export const say = (draft: Draft, kind: Change["kind"], option: string, text: string): void => void draft.changes.push({ kind, option, text });

/** Same meaning; `to`: its name here. */
export function keep(name: string, sample: unknown, to = name, map: Map = (value) => value): Option {
  return { name, outcome: "kept", sample, put: (value, { filter }) => set(filter, to, map(value as never)) };
}

/** Another meaning, explained by `why`, which is "" for a value with the same meaning. */
export function change(name: string, sample: unknown, to: string, why: string | ((value: never) => string), map: Map = (value) => value): Option {
  return {
    name, outcome: "changed", sample,
    put: (value, draft) => {
      set(draft.filter, to, map(value as never));
      const text = typeof why === "string" ? why : why(value as never);
      if (text !== "") say(draft, "changed", name, text);
    },
  };
}

/** It has no counterpart. */
export function drop(why: string, samples: Record<string, unknown>): Option[] {
  return Object.entries(samples).map(([name, sample]) => ({ name, outcome: "dropped" as const, sample, put: (_value, draft) => say(draft, "dropped", name, why) }));
}

/** Likewise, for an option that restricts access. */
export function unguarded(why: string, samples: Record<string, unknown>): Option[] {
  return drop(why, samples).map((option) => ({ ...option, put: (_value, draft) => say(draft, "unguarded", option.name, why) }));
}

/** A secret. A literal value moves into a variable, so that no configuration shows it. References of other products cannot be resolved. */
export function secret(name: string, to: string, variable: string): Option {
  return {
    name, outcome: "changed", sample: "a secret of some thirty-two characters",
    put: (value, draft) => {
      const own = /^\$env:\/\/([A-Za-z_]\w*)$/i.exec(String(value));
      set(draft.filter, to, `$ENV://${own?.[1] ?? variable}`);
      if (own === null) say(draft, "changed", name, `is read from the environment variable ${variable}: set it to what stands there, and name it to Envoy in vm_config.environment_variables`);
    },
  };
}

export const below = (path: string, key: string): string => path === "" ? key : `${path}.${key}`;

/** Converts a tool's settings, each by its row. Objects without a row are searched. */
export function putAll(options: Option[], given: Fields, draft: Draft, path = ""): void {
  for (const [key, value] of Object.entries(given)) {
    const name = below(path, key), option = options.find((one) => one.name === name);
    const holdsOthers = options.some((one) => one.name.startsWith(`${name}.`)) && typeof value === "object" && value !== null && !Array.isArray(value);
    if (value === null) continue;
    if (option !== undefined) putOne(option, value, draft, name);
    if (holdsOthers) putAll(options, value as Fields, draft, name);
    else if (option === undefined) say(draft, "dropped", name, "is not known to this converter: look up what it does, and whether anything here does the same (docs/configuration.md)");
  }
}

/** A row expects a value of the kind that the other tool has there. */
function putOne(option: Option, value: unknown, draft: Draft, name: string): void {
  try {
    option.put(value, draft);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UserError(`${name}: cannot be ${Array.isArray(value) ? "a list" : typeof value === "object" ? "an object" : JSON.stringify(value)}`);
  }
}

export const CLUSTER = "belongs to Envoy's cluster that provider_cluster names";

/** Adds what every configuration needs here: a cluster for the provider and, for logins, a session secret. */
export function complete(draft: Draft, logsIn: boolean): void {
  const { filter } = draft;
  if (filter.provider_cluster === undefined && (filter.discovery !== undefined || filter.introspection_endpoint !== undefined || filter.jwks_uri !== undefined)) {
    filter.provider_cluster = "idp";
    say(draft, "added", "provider_cluster", "Envoy calls clusters, not URLs: make a cluster idp that leads to the provider, with TLS, CA and name check (envoy-oidc generate writes one)");
  }
  if ([filter.discovery, filter.introspection_endpoint, filter.jwks_uri].some((url) => String(url).startsWith("http:")) && filter.ssl_verify !== false) {
    filter.ssl_verify = false;
    say(draft, "added", "ssl_verify", "false accepts that the provider is reached by plain http: anyone on the network between can change what it says");
  }
  if (logsIn && filter.bearer_only !== true && (filter.unauth_action ?? "auth") === "auth") say(draft, "changed", "login", "only a person's navigation leads to the login: scripts, forms and curl get 401");
  const session = (filter.session ?? {}) as Fields;
  if (logsIn && session.secret === undefined) {
    filter.session = { ...session, secret: "$ENV://SESSION_SECRET" };
    say(draft, "added", "session.secret", "seals the sessions: set the environment variable SESSION_SECRET to the output of openssl rand -base64 32, the same in all Envoys");
  }
}

/** Bearer tokens must be for this client. */
export function onlyForClient(filter: Fields): void {
  set(filter, "claim_validator.audience.match_with_client_id", true);
  set(filter, "claim_validator.audience.required", true);
}

/** For a tool that takes sessions alone: here a login does not keep bearer tokens out, but those of other clients. */
export function takeSessions(draft: Draft, option: string): void {
  set(draft.filter, "mode", "browser");
  onlyForClient(draft.filter);
  say(draft, "changed", option, "no bearer token of the provider passes there. Here one passes that is valid and whose audience is client_id");
}

/** "1h30m", "15m0s", "300s", "500ms" in seconds. */
export function seconds(text: unknown): number {
  if (typeof text === "number") return text;
  const units: Record<string, number> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86400 };
  const parts = [...String(text).matchAll(/([\d.]+)(ms|s|m|h|d)?/g)];
  return Math.ceil(parts.reduce((sum, [, digits, unit]) => sum + Number(digits) * units[unit ?? "s"]!, 0));
}

export const within = (least: number, most: number) => (value: unknown): number => Math.max(least, Math.min(most, Number(value)));
