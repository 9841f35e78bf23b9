// APISIX: one plugin object, or routes (from a standalone file, the Admin API, or an export) whose hosts, paths and methods become rules.

import { FORMATS } from "../../attributes/formats";
import { at, isFields, listAt, type Fields } from "../check/fields";
import { APISIX } from "./apisix_options";
import { UserError } from "../io";
import { below, complete, putAll, say, type Draft, type Option } from "./option";

const PLUGIN = "openid-connect";

export function convertApisix(document: unknown, options: Option[] = APISIX): Draft {
  const routes = routesOf(document);
  if (routes.length === 0) return single(document as Fields, options);
  const draft = ruled(routes, options);
  for (const place of pluginsElsewhere(document)) say(draft, "unguarded", place, "guards requests of routes that do not have the plugin themselves: put its object into each of these routes");
  return draft;
}

function single(plugin: Fields, options: Option[]): Draft {
  if (!Object.keys(plugin).some((key) => options.some(({ name }) => name === key || name.startsWith(`${key}.`)))) {
    throw new UserError(`there is neither the object of ${PLUGIN} nor a route with uri or uris in this file`);
  }
  const draft: Draft = { filter: {}, changes: [] };
  put(plugin, draft, options);
  complete(draft, logsIn(draft.filter));
  return draft;
}

export const logsIn = (filter: Fields): boolean => filter.bearer_only !== true && (filter.unauth_action ?? "auth") === "auth" || isFields(filter.session);

/** Converts the settings. References that only APISIX can resolve are replaced. */
function put({ _meta: meta, ...plugin }: Fields, draft: Draft, options: Option[]): void {
  for (const [key, value] of Object.entries(isFields(meta) ? meta : {})) {
    const why = key === "disable" ? "the plugin is switched off there, and guards here" : "is about APISIX's plugins in general: rules say which requests are guarded";
    if (value !== false) say(draft, "dropped", `_meta.${key}`, why);
  }
  putAll(options, referring(plugin, "", draft) as Fields, draft);
  if (plugin.bearer_only !== true && logsIn(draft.filter) && !["introspection_endpoint", "public_key", "use_jwks"].some((name) => plugin[name])) {
    say(draft, "changed", "bearer_only", "false: a bearer token is not read there, and passes here if it is valid, for any audience unless claim_validator.audience names some");
  }
  if (plugin.public_key !== undefined && plugin.discovery === undefined) say(draft, "added", "claim_validator.issuer.valid_issuers", "is required with a public_key and without discovery: an issuer is always checked");
}

const SECRETS = ["client_secret", "session.secret", "client_rsa_private_key", "symmetric_key"];

function referring(value: unknown, path: string, draft: Draft): unknown {
  if (isFields(value)) return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, referring(inner, below(path, key), draft)]));
  if (typeof value !== "string" || SECRETS.includes(path) && !/^\$env:\/\//i.test(value)) return value;
  const [, name] = /^(?:\$secret:\/\/|\$env:\/\/(?=[^/]+\/)|\$\{\{)(.+?)(?:\}\})?$/i.exec(value) ?? [];
  if (name === undefined) return value;
  const variable = name.replaceAll(/\W+/g, "_").replaceAll(/^_|_$/g, "").toUpperCase();
  say(draft, "changed", path, `${value} cannot be followed by Envoy: it is read from the environment variable ${variable}`);
  return `$ENV://${variable}`;
}

interface Route { name: string; fields: Fields; plugin: Fields | undefined }

const isRoute = (value: Fields): boolean => "uri" in value || "uris" in value;

/** Every object with `uri` or `uris` anywhere in the value. `service`: the one that it is written in, as in files of ADC. */
function routesOf(value: unknown, service?: unknown): Route[] {
  if (Array.isArray(value)) return value.flatMap((item) => routesOf(item, service));
  if (!isFields(value)) return [];
  if (isRoute(value)) {
    const plugin = at(value, "plugins", PLUGIN), name = String(value.name ?? value.id ?? value.uri ?? [value.uris].flat()[0]);
    return [{ name, fields: service === undefined ? value : { service_id: service, ...value }, plugin: isFields(plugin) ? plugin : undefined }];
  }
  const isService = "name" in value || "plugins" in value;
  return Object.entries(value).flatMap(([key, inner]) => routesOf(inner, key === "routes" && isService ? value.name ?? "" : undefined));
}

/** The plugin in services, plugin configurations, global rules and the like. */
function pluginsElsewhere(value: unknown, path = ""): string[] {
  if (Array.isArray(value)) return value.flatMap((item, i) => pluginsElsewhere(item, `${path}[${i}]`));
  if (!isFields(value) || isRoute(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => key === PLUGIN && isFields(inner) ? [`${path}.${key}`] : pluginsElsewhere(inner, below(path, key)));
}

interface Ranked { rule: Fields; priority: number }

function ruled(routes: Route[], options: Option[]): Draft {
  const draft: Draft = { filter: {}, changes: [] }, ranked: Ranked[] = [], secrets: unknown[] = [];
  for (const route of routes) {
    const priority = Number(route.fields.priority ?? 0), known = ranked.map(({ rule }) => rule);
    for (const rule of rulesOf(route, known, secrets, draft, options)) ranked.push({ rule, priority });
  }
  const rules = ranked.sort(bySpecificity).map(({ rule }) => rule), withHost = rules.filter((rule) => "host" in rule).length;
  if (withHost > 0 && withHost < rules.length) say(draft, "changed", "hosts", "rules with a host come first, as in APISIX 3. In APISIX 2, or with the router radixtree_uri, longer paths do: look through their order");
  const common = commonOf(rules.filter(({ mode }) => mode !== "public"));
  const own = rules.map((rule) => without(rule, rule.mode === "public" ? {} : common));
  draft.filter = { mode: "deny", ...common, rules: own.length === 1 && Object.keys(own[0]!).length === 0 ? rules : own };
  putWhole(draft);
  return draft;
}

/** The rules of a route, which may be none. */
function rulesOf(route: Route, known: Fields[], secrets: unknown[], draft: Draft, options: Option[]): Fields[] {
  const { name, fields, plugin } = route;
  if (fields.status === 0) {
    say(draft, "dropped", `${name}: status`, "the route is switched off there, and its requests go to other routes");
    return [];
  }
  const own: Draft = { filter: {}, changes: [] }, { matches, whole } = matchesOf(route, own);
  reportPlugins(fields, own);
  // A rule that lets requests through must not match more of them than the route.
  const skipped = !whole && (plugin === undefined || matches.length === 0);
  if (!skipped && plugin === undefined) own.filter.mode = "public";
  else if (!skipped) {
    put(plugin!, own, options);
    complete(own, logsIn(own.filter));
    nameSecret(plugin!.client_secret, secrets, own);
  }
  for (const change of own.changes) draft.changes.push({ ...change, option: `${name}: ${change.option}` });
  if (skipped) {
    if (plugin === undefined && INHERITS.some((key) => key in fields)) say(draft, "unguarded", `${name}: plugins`, "may come from a service or a plugin configuration: there is no rule for this route");
    if (plugin !== undefined) say(draft, "unguarded", `${name}: uri`, "no rule can say which requests these are: write one by hand, before those that take the same requests");
    return [];
  }
  if (plugin === undefined) say(draft, "changed", `${name}: plugins`, "has no openid-connect: a rule with mode public lets it through; identity headers are removed all the same");
  return matches.map((match, i) => ({ ...(i === 0 ? nameFor(route, known) : {}), ...match, ...own.filter }));
}

function reportPlugins(fields: Fields, draft: Draft): void {
  const names = Object.keys(isFields(fields.plugins) ? fields.plugins : {}).filter((name) => name !== PLUGIN);
  for (const name of names) {
    if (RESTRICTING.test(name)) say(draft, "unguarded", `plugins.${name}`, "restricts access, and is not converted: Envoy's own filters may do the same");
    else say(draft, "dropped", `plugins.${name}`, "is another plugin: Envoy's own filters may do the same");
  }
}

/** A route without conditions becomes the settings outside of the rules, unless other rules would inherit what they do not have. */
function putWhole(draft: Draft): void {
  const { mode: _deny, rules, ...settings } = draft.filter as Fields & { rules: Fields[] };
  const open = rules.find((rule) => !CONDITIONS.some((key) => key in rule));
  if (open === undefined) {
    say(draft, "added", "mode", "deny: what no route takes is 404 in APISIX, and 403 here");
    return;
  }
  const others = rules.filter((rule) => rule !== open), settled = Object.keys(open).filter((key) => !MATCH.includes(key));
  if (others.some((rule) => rule.mode !== "public" && settled.some((key) => !(key in rule)))) {
    draft.filter.rules = [...others, { ...open, path_prefix: "/" }];
    return;
  }
  const { name: _name, ...own } = open;
  draft.filter = { ...settings, ...own, ...(others.length === 0 ? {} : { rules: others }) };
}

/** Each client's secret has a variable of its own. */
function nameSecret(secret: unknown, known: unknown[], { filter, changes }: Draft): void {
  if (filter.client_secret !== "$ENV://CLIENT_SECRET" || /^\$env:/i.test(String(secret))) return;
  if (!known.includes(secret)) known.push(secret);
  const number = known.indexOf(secret) + 1, variable = `CLIENT_SECRET_${number}`;
  if (number === 1) return;
  filter.client_secret = `$ENV://${variable}`;
  for (const change of changes) if (change.option === "client_secret") change.text = change.text.replaceAll("CLIENT_SECRET", variable);
}

const RULE_NAME = new RegExp(`^(?:${FORMATS["rule name"]})$`);

/** The route's name, if a rule can have it and no other rule has. */
function nameFor({ fields: { name } }: Route, others: Fields[]): Fields {
  return typeof name === "string" && RULE_NAME.test(name) && others.every((rule) => rule.name !== name) ? { name } : {};
}

/**
 * The first matching rule guards a request. APISIX 3 looks for the host first, then for the path: an exact one, or the longest prefix. Of routes with
 * the same path the one of the highest priority comes first.
 */
function bySpecificity(a: Ranked, b: Ranked): number {
  const longest = (rule: Fields, key: string): number => Math.max(0, ...listAt(rule, key).map((one) => String(one).length));
  const hostRank = (rule: Fields): number => listAt(rule, "host").some((host) => !isWildcard(host)) ? Infinity : longest(rule, "host");
  const rank = ({ rule, priority }: Ranked): number[] => [hostRank(rule), "path" in rule ? 1 : 0, longest(rule, "path_prefix"), priority, "method" in rule ? 1 : 0];
  const one = rank(a), other = rank(b), first = one.findIndex((value, i) => value !== other[i]);
  return first < 0 ? 0 : one[first]! < other[first]! ? 1 : -1;
}

const isWildcard = (host: unknown): boolean => String(host).startsWith("*");

/** Plugins that decide who may come in. */
const RESTRICTING = /auth|restriction|block|acl|rbac|csrf|opa|cas-|guard|saml|wolf/;

/** A route may have plugins from these. */
const INHERITS = ["service_id", "plugin_config_id"];

const MATCHED = ["uri", "uris", "host", "hosts", "methods", "priority", "plugins", "name", "id", "desc", "upstream", "upstream_id", "status", "labels", "create_time", "update_time", "timeout", "enable_websocket"];

const NOT_FOLLOWED = "plugins and hosts that come from there are not seen: put the object of openid-connect and the hosts into the route first";
const CONDITION = "has no counterpart in rules, which go by host, path and method: the route's requests are guarded whatever it says";

/** `whole`: the rules match exactly what the route matches. Paths that are not equally specific are in rules of their own. */
function matchesOf({ fields }: Route, draft: Draft): { matches: Fields[]; whole: boolean } {
  const uris = [...listAt(fields, "uris"), fields.uri].filter((uri) => typeof uri === "string") as string[];
  const odd = uris.filter((uri) => /[:{]/.test(uri) || uri.slice(0, -1).includes("*")), plain = uris.filter((uri) => !odd.includes(uri));
  const exact = plain.filter((uri) => !uri.endsWith("*")), prefixes = plain.filter((uri) => uri.endsWith("*")).map((uri) => uri.slice(0, -1));
  const conditions = Object.keys(fields).filter((key) => !MATCHED.includes(key));
  for (const uri of odd) say(draft, "dropped", `uri ${uri}`, "parameters and wildcards inside of a path have no counterpart: write rules for it by hand");
  for (const prefix of prefixes.filter((one) => one !== "/")) {
    const but = prefix.endsWith("/") ? `takes ${prefix.slice(0, -1)} itself as well` : `takes ${prefix} and what is below it, but no longer names such as ${prefix}x`;
    say(draft, "changed", `uri ${prefix}*`, but);
  }
  for (const name of conditions) say(draft, "dropped", name, INHERITS.includes(name) ? NOT_FOLLOWED : CONDITION);
  const hosts = [...listAt(fields, "hosts"), fields.host].filter((host) => typeof host === "string"), methods = listAt(fields, "methods");
  const matches = hostsOf(hosts).flatMap((host) => pathsOf(exact, prefixes).map((path) => ({ ...host, ...path, ...(methods.length > 0 ? { method: methods } : {}) })));
  return { matches, whole: odd.length === 0 && conditions.length === 0 };
}

/** Exact hosts, and wildcards by their length. */
function hostsOf(hosts: string[]): Fields[] {
  if (hosts.length === 0) return [{}];
  const exact = hosts.filter((host) => !isWildcard(host));
  return [...exact.length > 0 ? [{ host: exact }] : [], ...byLength(hosts.filter(isWildcard)).map((host) => ({ host }))];
}

/** Exact paths that no prefix takes already, and prefixes by their length. */
function pathsOf(exact: string[], prefixes: string[]): Fields[] {
  if (prefixes.includes("/")) return [{}];
  const folders = [...new Set(prefixes.map((prefix) => prefix.replace(/\/$/, "")))], own = exact.filter((path) => !folders.includes(path));
  return [...own.length > 0 ? [{ path: own }] : [], ...byLength(folders).map((folder) => ({ path_prefix: folder }))];
}

function byLength(texts: string[]): string[][] {
  const lengths = [...new Set(texts.map((text) => text.length))];
  return lengths.map((length) => texts.filter((text) => text.length === length));
}

const CONDITIONS = ["host", "path", "path_prefix", "method"];
const MATCH = ["name", "mode", ...CONDITIONS];

/** The settings that all rules share. They move outside of the rules. */
function commonOf(rules: Fields[]): Fields {
  const [first = {}, ...others] = rules;
  return Object.fromEntries(Object.entries(first).filter(([key, value]) => !MATCH.includes(key) && others.every((rule) => JSON.stringify(rule[key]) === JSON.stringify(value))));
}

const without = (rule: Fields, common: Fields): Fields => Object.fromEntries(Object.entries(rule).filter(([key]) => !(key in common)));
