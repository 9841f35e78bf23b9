// Envoy's own jwt_authn filter: each provider's settings, and its rules.

import { createPublicKey, type JsonWebKey } from "node:crypto";
import { at, isFields, listAt, textAt, type Fields } from "../check/fields";
import { UserError } from "../io";
import { objectsOf, onlyOne, reportRoutes, snake } from "./envoy_oauth2";
import { change, complete, drop, keep, putAll, say, seconds, set, unguarded, within, type Draft, type Option } from "./option";

const METADATA = "no dynamic metadata is written: set_filter_state gives wasm.oidc.sub, iss and scope, and claim_headers the rest";

const sources = (prefix: string) => (value: unknown[]): string[] => value.map((one) => `${prefix}:${typeof one === "string" ? one : textAt(one, "name")}`);

/** Of one provider. */
export const JWT_PROVIDER: Option[] = [
  { name: "issuer", outcome: "kept", sample: "https://idp.example.com/realms/b", put: (value, draft) => set(draft.filter, "claim_validator.issuer.valid_issuers", [value]) },
  change("audiences", ["api"], "claim_validator.audience.valid_audiences", "a token for another audience is 401, not 403"),
  { name: "subjects", outcome: "changed", sample: { exact: "joe" }, put: putSubjects },
  change("require_expiration", true, "", "exp is always required", () => undefined),
  ...drop("how long a token lives is the provider's", { max_lifetime: "86400s" }),
  keep("remote_jwks.http_uri.uri", "https://idp.example.com/jwks", "jwks_uri"),
  keep("remote_jwks.http_uri.cluster", "provider", "provider_cluster"),
  change("remote_jwks.http_uri.timeout", "1s", "timeout", "is for each call to the provider, at most 60 s", (value: unknown) => within(1, 60)(seconds(value))),
  keep("remote_jwks.cache_duration", "600s", "jwk_expires_in", (value: unknown) => Math.max(60, seconds(value))),
  ...drop("keys are always fetched before they are needed, by one worker for all", { "remote_jwks.async_fetch": { fast_listener: true } }),
  ...drop("failed fetches are repeated by themselves", { "remote_jwks.retry_policy": {} }),
  { name: "local_jwks", outcome: "changed", sample: { inline_string: JSON.stringify({ keys: [{ kty: "EC", crv: "P-256", x: "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", y: "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM" }] }) }, put: putLocalKeys },
  change("forward", true, "", (value: boolean) => value ? "Authorization reaches the upstream as it came" : "Authorization reaches the upstream all the same; X-Access-Token has the token, too", () => undefined),
  { name: "from_headers", outcome: "changed", sample: [{ name: "x-token", value_prefix: "Token " }], put: (value, draft) => add(draft, "from_headers", sources("header")(value as unknown[]), (value as unknown[]).some((one) => !["", "Bearer"].includes(textAt(one, "value_prefix").trim())) ? "only the prefix Bearer can stand in front of a token, and may be left out" : "") },
  { name: "from_params", outcome: "changed", sample: ["jwt"], put: (value, draft) => add(draft, "from_params", sources("query")(value as unknown[]), "the parameter is removed from the URL") },
  { name: "from_cookies", outcome: "changed", sample: ["jwt"], put: (value, draft) => add(draft, "from_cookies", sources("cookie")(value as unknown[]), "the cookie reaches the upstream as it came") },
  change("forward_payload_header", "x-payload", "set_userinfo_header", "the header is X-Userinfo, in standard base64 with padding", () => true),
  ...drop("X-Userinfo is padded", { pad_forward_payload_header: true }),
  ...drop(METADATA, { payload_in_metadata: "p", normalize_payload_in_metadata: { space_delimited_claims: ["scope"] }, header_in_metadata: "h", failed_status_in_metadata: "f" }),
  change("clock_skew_seconds", 60, "iat_slack", "is for iat and nbf alone: exp is exact", within(0, 300)),
  change("jwt_cache_config.jwt_cache_size", 1000, "", "verdicts are always remembered: cache_max_kib", () => undefined),
  ...drop("a token of up to 16 kB is accepted and remembered", { "jwt_cache_config.jwt_max_token_size": 4096 }),
  keep("claim_to_headers", [{ header_name: "x-user", claim_name: "sub" }], "claim_headers", (value: unknown[]) => Object.fromEntries(value.map((one) => [textAt(one, "claim_name") || listAt(one, "claim_path", "path").map((segment) => textAt(segment, "key") || String(segment)).join("."), textAt(one, "header_name").toLowerCase()]))),
  ...drop("routes are chosen before the filter runs", { clear_route_cache: true }),
];

/** Options of the whole filter. */
export const JWT_AUTHN: Option[] = [
  { name: "providers", outcome: "kept", sample: {}, put: () => {} },
  { name: "rules", outcome: "changed", sample: [{ match: { prefix: "/x" } }], put: () => {} },
  ...unguarded("rules go by host, path and method: write these by hand", { filter_state_rules: {} }),
  keep("bypass_cors_preflight", true, "allow_preflight"),
  { name: "requirement_map", outcome: "kept", sample: {}, put: () => {} },
  ...drop("answers to programs are short, and say error and code", { strip_failure_response: true }),
  ...drop("metrics are named envoy_oidc", { stat_prefix: "s" }),
];

/** A configuration's providers and requirements, by their names. */
interface Named { providers: Map<string, Fields>; requirements: Fields; /** Whether rules must say which provider they mean. */ several: boolean }

export function convertJwtAuthn(document: unknown, options: Option[] = [...JWT_AUTHN, ...JWT_PROVIDER]): Draft {
  const draft: Draft = { filter: {}, changes: [] };
  const found = onlyOne(document, "JwtAuthentication") ?? (isFields(document) && isFields(document.providers) ? document : undefined);
  if (found === undefined) throw new UserError("there is no envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication in this file");
  const { "@type": _type, ...filter } = found;
  const { providers: _providers, rules, requirement_map: _named, ...rest } = snake(filter) as Fields;
  putAll(options, rest, draft);
  reportRoutes(document, draft);
  reportRequirements(document, draft);
  draft.filter.bearer_only = true;
  const named = namesIn(found, draft, options), list = Array.isArray(rules) ? rules.filter(isFields) : [];
  if (!named.several) Object.assign(draft.filter, ...named.providers.values());
  putRules(list.flatMap((rule) => ruleOf(rule, named, draft)), named.several, draft);
  complete(draft, false);
  return draft;
}

/** Names of providers and requirements are kept as they are. */
function namesIn(found: Fields, draft: Draft, options: Option[]): Named {
  const given = at(found, "providers"), map = at(found, "requirement_map") ?? at(found, "requirementMap");
  const requirements = Object.fromEntries(Object.entries(isFields(map) ? map : {}).map(([name, one]) => [name, snake(one)]));
  const providers = new Map(Object.entries(isFields(given) ? given : {}).map(([name, provider]) => [name, providerOf(name, provider, draft, options)]));
  return { providers, requirements, several: providers.size > 1 };
}

function reportRequirements(document: unknown, draft: Draft): void {
  for (const route of objectsOf(document, "jwt_authn.v3.PerRouteConfig")) {
    const name = textAt(snake(route), "requirement_name");
    if (name === "") say(draft, "dropped", "typed_per_filter_config", "a route that switches the filter off is guarded as all others: write a rule with mode public for it");
    else say(draft, "unguarded", `typed_per_filter_config ${name}`, "a route says which requirement it has: write a rule by hand for its path");
  }
}

/** The last rule's settings stand outside of the rules if it is for all paths, and if no other inherits what it must not have. */
function putRules(rules: Fields[], several: boolean, draft: Draft): void {
  const last = rules.at(-1), whole = last?.path_prefix === "/" && last.mode !== "public" ? last : undefined;
  const narrows = whole !== undefined && "claim_validator" in whole && rules.some((rule) => rule.mode !== "public" && !("claim_validator" in rule));
  const outside = whole !== undefined && (rules.length === 1 || !several && !narrows);
  if (outside) {
    rules.pop();
    const { path_prefix: _all, mode: _mode, ...settings } = whole;
    Object.assign(draft.filter, settings);
  } else if (whole !== undefined) say(draft, "changed", "rules", "the last rule is for all paths, so that no other inherits its settings");
  else if (draft.changes.some(({ kind }) => kind === "unguarded")) say(draft, "changed", "rules", "what no rule takes does not pass unverified, as it does there, because some requirements could not be converted");
  else {
    rules.push({ path_prefix: "/", mode: "public" });
    say(draft, "changed", "rules", "what no rule takes passes unverified, as there: the last rule says so");
  }
  if (rules.length > 0) draft.filter.rules = rules;
  if (several && !outside) draft.filter.mode = "deny";
}

function providerOf(name: string, provider: unknown, draft: Draft, options: Option[]): Fields {
  const own: Draft = { filter: {}, changes: [] }, { filter } = own;
  putAll(options, snake(provider) as Fields, own);
  const issuer = textAt(provider, "issuer"), places = ["from_headers", "from_params", "from_cookies"].flatMap((key) => listAt(provider, key));
  if (filter.public_key === undefined) {
    filter.use_jwks = true;
    filter.discovery = `${addressOf(issuer, filter.jwks_uri).replace(/\/$/, "")}/.well-known/openid-configuration`;
    say(own, "added", "discovery", `the provider's metadata is always read: at ${String(filter.discovery)}, which must exist`);
  }
  if (at(provider, "forward") === undefined) say(own, "changed", "forward", "false: Authorization reaches the upstream all the same");
  if (issuer === "") say(own, "added", "claim_validator.issuer.valid_issuers", "an issuer is always checked: the provider's own, unless this names others");
  if (places.length === 0) say(own, "changed", "from_params", "the query parameter access_token is no place for a token unless auth_accept_token_as has query:access_token");
  for (const change of own.changes) draft.changes.push({ ...change, option: `providers.${name}.${change.option}` });
  return filter;
}

/** Where the provider's metadata may be. */
function addressOf(issuer: string, jwksUri: unknown): string {
  if (issuer.startsWith("http")) return issuer;
  return URL.canParse(String(jwksUri)) ? new URL(String(jwksUri)).origin : "https://idp.invalid";
}

const PLAIN_MATCH = ["path", "prefix", "path_separated_prefix", "case_sensitive"];

function ruleOf(rule: Fields, named: Named, draft: Draft): Fields[] {
  const path = textAt(rule, "match", "path"), prefix = textAt(rule, "match", "prefix") || textAt(rule, "match", "path_separated_prefix");
  const label = `rules ${path || prefix || "match"}`, folder = prefix === "/" ? "/" : prefix.replace(/\/$/, "");
  const requires = isFields(rule.requires) ? rule.requires : requirementOf(textAt(rule, "requirement_name"), named, label, draft);
  const open = !isFields(requires) || Object.keys(requires).length === 0;
  const conditions = Object.keys(isFields(rule.match) ? rule.match : {}).filter((name) => !PLAIN_MATCH.includes(name)).join(", ");
  if (path === "" && prefix === "") {
    say(draft, open ? "dropped" : "unguarded", label, "rules go by path or path_prefix: write this one by hand, before the last");
    return [];
  }
  if (open && conditions !== "") {
    say(draft, "dropped", label, `it lets requests through under conditions (${conditions}), and rules go by host, path and method: they are guarded as all others`);
    return [];
  }
  if (at(rule, "match", "case_sensitive") === false) say(draft, open ? "dropped" : "unguarded", label, "holds for other spellings of this path too (case_sensitive: false), and rules do not");
  if (textAt(rule, "match", "prefix") !== "" && !prefix.endsWith("/")) say(draft, "changed", label, `takes ${prefix} and what is below it, but no longer names such as ${prefix}x`);
  if (folder !== prefix) say(draft, "changed", label, `takes ${folder} itself as well`);
  if (conditions !== "") say(draft, "dropped", `${label} ${conditions}`, "rules go by host, path and method: the rule holds whatever these conditions say");
  return [{ ...(path !== "" ? { path } : { path_prefix: folder }), ...requirement(requires, named, label, draft) }];
}

/** The requirement of this name; undefined if a rule names none. One that is not there lets nobody pass. */
function requirementOf(name: string, { requirements }: Named, label: string, draft: Draft): unknown {
  if (name === "" || name in requirements) return requirements[name];
  say(draft, "unguarded", label, `${name} is not in requirement_map: nobody passes until this rule is written by hand`);
  return DENY;
}

/** In place of a requirement that nobody can fulfil here. */
const DENY: Fields = { deny: true };

const providerIn = (requirement: unknown): string => textAt(requirement, "provider_name") || textAt(requirement, "provider_and_audiences", "provider_name");

/** What a rule needs for one provider: its settings, if the filter has several, and the audiences that the requirement names. */
function settingsOf(requirement: unknown, { providers, several }: Named): Fields {
  const own = providers.get(providerIn(requirement)) ?? {}, audiences = listAt(requirement, "provider_and_audiences", "audiences");
  const settings = several ? own : {}, validator = isFields(own.claim_validator) ? own.claim_validator : {};
  return audiences.length === 0 ? settings : { ...settings, claim_validator: { ...validator, audience: { valid_audiences: audiences } } };
}

function requirement(requires: unknown, named: Named, label: string, draft: Draft): Fields {
  if (requires === DENY) return { mode: "deny" };
  if (!isFields(requires) || Object.keys(requires).length === 0) return { mode: "public" };
  if (providerIn(requires) !== "") return { mode: "bearer", ...settingsOf(requires, named) };
  const all = listAt(requires, "requires_all", "requirements"), inner = [...listAt(requires, "requires_any", "requirements"), ...all].filter(isFields), list = [requires, ...inner];
  if (inner.some((one) => "requires_any" in one || "requires_all" in one)) {
    say(draft, "unguarded", label, "requirements inside of requirements have no counterpart: nobody passes until this rule is written by hand");
    return { mode: "deny" };
  }
  const failed = list.some((one) => "allow_missing_or_failed" in one), optional = failed || list.some((one) => "allow_missing" in one);
  if (failed) say(draft, "changed", label, "allow_missing_or_failed: a token that is there must be good; without one the request passes, without identity headers");
  const wanted = list.filter((one) => providerIn(one) !== ""), names = wanted.map(providerIn);
  if (all.length > 1) say(draft, "unguarded", label, `requires_all: a request has one token here, of ${names[0] ?? "no provider"}`);
  else if (names.length > 1) say(draft, "changed", label, `${names.join(", ")}: one rule has one provider, ${names[0]}; several issuers of the same keys go into claim_validator.issuer.valid_issuers`);
  const settings = settingsOf(wanted[0], named);
  return optional ? { ...settings, bearer_only: false, unauth_action: "pass" } : { mode: "bearer", ...settings };
}

function add(draft: Draft, option: string, values: string[], why: string): void {
  draft.filter.auth_accept_token_as = [...(draft.filter.auth_accept_token_as as string[] | undefined ?? []), ...values];
  if (why !== "") say(draft, "changed", option, why);
}

function putSubjects(value: unknown, draft: Draft): void {
  const exact = textAt(value, "exact");
  if (exact === "") return say(draft, "unguarded", "subjects", "access_rules compare a claim as a whole: write them by hand");
  set(draft.filter, "access_rules", { claim: "sub", equals: exact });
  say(draft, "changed", "subjects", "is access_rules: another subject gets 403, not 401");
}

function putLocalKeys(value: unknown, draft: Draft): void {
  const text = textAt(value, "inline_string") || Buffer.from(textAt(value, "inline_bytes"), "base64").toString();
  const keys = keysOf(text);
  if (keys.length === 0) return say(draft, "dropped", "local_jwks", "there is no public key in it, and files are not read: put the key as a PEM into public_key");
  set(draft.filter, "public_key", createPublicKey({ key: keys[0]!, format: "jwk" }).export({ type: "spki", format: "pem" }));
  say(draft, "changed", "local_jwks", keys.length === 1 ? "is public_key, as a PEM" : `public_key takes one key, the first of ${keys.length}: better let the filter fetch them (discovery, use_jwks)`);
}

function keysOf(text: string): JsonWebKey[] {
  try {
    const keys = listAt(JSON.parse(text), "keys").filter(isFields) as JsonWebKey[];
    return keys.filter((key) => (key.kty === "RSA" || key.kty === "EC" || key.kty === "OKP") && createPublicKey({ key, format: "jwk" }));
  } catch {
    return [];
  }
}

