// Envoy's own jwt_authn filter: each provider's settings, and its rules.

import { createPublicKey, type JsonWebKey } from "node:crypto";
import { isFields, listAt, textAt, type Fields } from "../check/fields";
import { UserError } from "../io";
import { objectsOf, snake } from "./envoy_oauth2";
import { change, complete, drop, keep, putAll, say, seconds, set, within, type Draft, type Option } from "./option";

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
  change("from_headers", [{ name: "x-token", value_prefix: "Token " }], "auth_accept_token_as", (value: unknown[]) => value.some((one) => textAt(one, "value_prefix").trim() !== "" && textAt(one, "value_prefix").trim() !== "Bearer") ? "only the prefix Bearer can stand in front of a token, and may be left out" : "", sources("header")),
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
  ...drop("rules go by host, path and method", { filter_state_rules: {} }),
  keep("bypass_cors_preflight", true, "allow_preflight"),
  { name: "requirement_map", outcome: "kept", sample: {}, put: () => {} },
  ...drop("answers to programs are short, and say error and code", { strip_failure_response: true }),
  ...drop("metrics are named envoy_oidc", { stat_prefix: "s" }),
];

export function convertJwtAuthn(document: unknown, options: Option[] = [...JWT_AUTHN, ...JWT_PROVIDER]): Draft {
  const draft: Draft = { filter: {}, changes: [] };
  const found = objectsOf(document, "JwtAuthentication")[0] ?? (isFields(document) && isFields(document.providers) ? document : undefined);
  if (found === undefined) throw new UserError("there is no envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication in this file");
  const { "@type": _type, ...filter } = found;
  const { providers, rules, requirement_map: named, ...rest } = snake(filter) as Fields & { providers: Fields };
  putAll(options, rest, draft);
  const names = Object.keys(isFields(providers) ? providers : {}), byName = new Map(names.map((name) => [name, providerOf(name, (found.providers as Fields)[name], draft, options)]));
  const list = Array.isArray(rules) ? rules.filter(isFields) : [];
  draft.filter = { ...draft.filter, bearer_only: true };
  if (names.length === 1) Object.assign(draft.filter, byName.get(names[0]!));
  const made = list.flatMap((rule) => ruleOf(rule, byName, isFields(named) ? named : {}, names.length > 1, draft));
  const open = made.at(-1)?.path_prefix === "/" && made.at(-1)!.mode !== "public" ? made.pop() : undefined;
  if (open !== undefined) { const { path_prefix: _all, mode: _mode, ...settings } = open; Object.assign(draft.filter, settings); }
  else {
    made.push({ path_prefix: "/", mode: "public" });
    say(draft, "changed", "rules", "what no rule takes passes unverified, as there: the last rule says so");
  }
  if (made.length > 0) draft.filter.rules = made;
  if (!("discovery" in draft.filter) && names.length > 1 && open === undefined) Object.assign(draft.filter, byName.get(names[0]!));
  complete(draft, false);
  return draft;
}

function providerOf(name: string, provider: unknown, draft: Draft, options: Option[]): Fields {
  const own: Draft = { filter: {}, changes: [] };
  putAll(options, snake(provider) as Fields, own);
  const { filter } = own;
  if (filter.public_key === undefined) filter.use_jwks = true;
  const issuer = textAt(provider, "issuer");
  if (filter.use_jwks === true) {
    filter.discovery = `${(issuer.startsWith("http") ? issuer : URL.canParse(String(filter.jwks_uri)) ? new URL(String(filter.jwks_uri)).origin : "https://idp.invalid").replace(/\/$/, "")}/.well-known/openid-configuration`;
    say(own, "added", "discovery", `the provider's metadata is always read: at ${String(filter.discovery)}, which must exist`);
  }
  if (issuer === "") say(own, "added", "claim_validator.issuer.valid_issuers", "an issuer is always checked: the provider's own, unless this names others");
  if (listAt(provider, "from_headers").length + listAt(provider, "from_params").length + listAt(provider, "from_cookies").length === 0) say(own, "changed", "from_params", "the query parameter access_token is no place for a token unless auth_accept_token_as has query:access_token");
  draft.changes.push(...own.changes.map((one) => ({ ...one, option: `providers.${name}.${one.option}` })));
  return filter;
}

function ruleOf(rule: Fields, providers: Map<string, Fields>, named: Fields, several: boolean, draft: Draft): Fields[] {
  const path = textAt(rule, "match", "path"), prefix = textAt(rule, "match", "prefix") || textAt(rule, "match", "path_separated_prefix"), label = `rules ${path || prefix || "match"}`;
  const requires = isFields(rule.requires) ? rule.requires : named[textAt(rule, "requirement_name")], open = !isFields(requires) || Object.keys(requires).length === 0;
  if (path === "" && prefix === "") { say(draft, open ? "dropped" : "unguarded", label, "rules go by path or path_prefix: write this one by hand, before the last"); return []; }
  if (open && listAt(rule, "match", "headers").length > 0) { say(draft, "dropped", label, "it lets requests with certain headers through, and rules go by host, path and method: they are guarded as all others"); return []; }
  if (textAt(rule, "match", "prefix") !== "" && prefix !== "/") say(draft, "changed", label, `takes ${prefix} and what is below it, but no longer names such as ${prefix}x`);
  if (listAt(rule, "match", "headers").length > 0) say(draft, "dropped", `${label} headers`, "rules go by host, path and method: the rule holds whatever these headers say");
  const match = path !== "" ? { path } : { path_prefix: prefix === "/" ? "/" : prefix.replace(/\/$/, "") };
  return [{ ...match, ...requirement(requires, providers, several, label, draft) }];
}

function requirement(requires: unknown, providers: Map<string, Fields>, several: boolean, label: string, draft: Draft): Fields {
  if (!isFields(requires) || Object.keys(requires).length === 0) return { mode: "public" };
  const name = textAt(requires, "provider_name") || textAt(requires, "provider_and_audiences", "provider_name");
  if (name !== "") {
    const audiences = listAt(requires, "provider_and_audiences", "audiences");
    return { mode: "bearer", ...several ? providers.get(name) : {}, ...(audiences.length > 0 ? { claim_validator: { ...(isFields(providers.get(name)?.claim_validator) ? providers.get(name)!.claim_validator as Fields : {}), audience: { valid_audiences: audiences } } } : {}) };
  }
  const list = listAt(requires, "requires_any", "requirements"), all = listAt(requires, "requires_all", "requirements");
  const optional = "allow_missing" in requires || list.some((one) => isFields(one) && "allow_missing" in one);
  const failed = "allow_missing_or_failed" in requires || list.some((one) => isFields(one) && "allow_missing_or_failed" in one);
  if (failed) say(draft, "changed", label, "allow_missing_or_failed: a token that is there must be good; without one the request passes, without identity headers");
  const first = [...list, ...all].map((one) => textAt(one, "provider_name") || textAt(one, "provider_and_audiences", "provider_name")).filter((one) => one !== "");
  if (first.length > 1) say(draft, "changed", label, `${first.join(", ")}: one rule has one provider, ${first[0]}; several issuers of the same keys go into claim_validator.issuer.valid_issuers`);
  const settings = several && first[0] !== undefined ? providers.get(first[0]) : {};
  return optional || failed ? { ...settings, bearer_only: false, unauth_action: "pass" } : { mode: "bearer", ...settings };
}

function add(draft: Draft, option: string, values: string[], why: string): void {
  draft.filter.auth_accept_token_as = [...(draft.filter.auth_accept_token_as as string[] | undefined ?? []), ...values];
  say(draft, "changed", option, why);
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
  if (keys.length === 0) return say(draft, "dropped", "local_jwks", "files are not read: put the key as a PEM into public_key");
  set(draft.filter, "public_key", createPublicKey({ key: keys[0]!, format: "jwk" }).export({ type: "spki", format: "pem" }));
  say(draft, "changed", "local_jwks", keys.length === 1 ? "is public_key, as a PEM" : `public_key takes one key, the first of ${keys.length}: better let the filter fetch them (discovery, use_jwks)`);
}

function keysOf(text: string): JsonWebKey[] {
  try {
    const keys = listAt(JSON.parse(text), "keys").filter(isFields) as JsonWebKey[];
    return keys.filter((key) => key.kty === "RSA" || key.kty === "EC" || key.kty === "OKP");
  } catch {
    return [];
  }
}

