// APISIX: one plugin object, or routes (from a standalone file, the Admin API, or an export) whose hosts, paths and methods become rules.

import { FORMATS } from "../../attributes/formats";
import { isFields, listAt, type Fields } from "../check/fields";
import { APISIX } from "./apisix_options";
import { UserError } from "../io";
import { complete, putAll, say, type Draft, type Option } from "./option";

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
  if (isFields(meta)) for (const [key, value] of Object.entries(meta)) if (value !== false) say(draft, "dropped", `_meta.${key}`, key === "disable" ? "the plugin is switched off there, and guards here" : "is about APISIX's plugins in general: rules say which requests are guarded");
  putAll(options, referring(plugin, "", draft) as Fields, draft);
  if (!("bearer_only" in plugin) && logsIn(draft.filter) && !["introspection_endpoint", "public_key", "use_jwks"].some((name) => plugin[name])) {
    say(draft, "changed", "bearer_only", "false: only a person's navigation leads to the login. A bearer token is not read there, and passes here if it is valid, for any audience unless claim_validator.audience names some");
  }
  if (plugin.public_key !== undefined && plugin.discovery === undefined) say(draft, "added", "claim_validator.issuer.valid_issuers", "is required with a public_key and without discovery: an issuer is always checked");
}

const SECRETS = ["client_secret", "session.secret", "client_rsa_private_key", "symmetric_key"];

function referring(value: unknown, path: string, draft: Draft): unknown {
  if (isFields(value)) return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, referring(inner, path === "" ? key : `${path}.${key}`, draft)]));
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
    const plugin = isFields(value.plugins) ? value.plugins[PLUGIN] : undefined;
    return [{ name: String(value.name ?? value.id ?? value.uri ?? [value.uris].flat()[0]), fields: service === undefined ? value : { service_id: service, ...value }, plugin: isFields(plugin) ? plugin : undefined }];
  }
  return Object.entries(value).flatMap(([key, inner]) => routesOf(inner, key === "routes" ? value.name : undefined));
}

/** The plugin in services, plugin configurations, global rules and the like. */
function pluginsElsewhere(value: unknown, path = ""): string[] {
  if (Array.isArray(value)) return value.flatMap((item, i) => pluginsElsewhere(item, `${path}[${i}]`));
  if (!isFields(value) || isRoute(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => key === PLUGIN && isFields(inner) ? [`${path}.${key}`] : pluginsElsewhere(inner, path === "" ? key : `${path}.${key}`));
}

function ruled(routes: Route[], options: Option[]): Draft {
  const draft: Draft = { filter: {}, changes: [] }, rules: Fields[] = [], secrets: unknown[] = [];
  for (const route of routes) {
    if (route.fields.status === 0) {
      say(draft, "dropped", `${route.name}: status`, "the route is switched off there, and its requests go to other routes");
      continue;
    }
    const own: Draft = { filter: {}, changes: [] };
    const { match, whole } = matchOf(route, own);
    for (const name of Object.keys(isFields(route.fields.plugins) ? route.fields.plugins : {}).filter((one) => one !== PLUGIN)) {
      if (RESTRICTING.test(name)) say(own, "unguarded", `plugins.${name}`, "restricts access, and is not converted: Envoy's own filters may do the same");
      else say(own, "dropped", `plugins.${name}`, "is another plugin: Envoy's own filters may do the same");
    }
    if (!whole && (route.plugin === undefined || Object.keys(match).length === 0)) {
      // A rule that lets requests through must not match more of them than the route.
      draft.changes.push(...own.changes.map((one) => ({ ...one, option: `${route.name}: ${one.option}` })));
      if (route.plugin === undefined && INHERITS.some((key) => key in route.fields)) say(draft, "unguarded", `${route.name}: plugins`, "may come from a service or a plugin configuration: there is no rule for this route");
      if (route.plugin !== undefined) say(draft, "unguarded", `${route.name}: uri`, "no rule can say which requests these are: write one by hand, before those that take the same requests");
      continue;
    }
    if (route.plugin === undefined) own.filter.mode = "public";
    else {
      put(route.plugin, own, options);
      complete(own, logsIn(own.filter));
      nameSecret(route.plugin.client_secret, secrets, own);
    }
    draft.changes.push(...own.changes.map((one) => ({ ...one, option: `${route.name}: ${one.option}` })));
    rules.push({ ...nameFor(route, rules), ...match, ...own.filter });
    if (route.plugin === undefined) say(draft, "changed", `${route.name}: plugins`, "has no openid-connect: a rule with mode public lets it through; identity headers are removed all the same");
  }
  rules.sort(bySpecificity);
  const common = commonOf(rules.filter(({ mode }) => mode !== "public"));
  draft.filter = { mode: "deny", ...common, rules: rules.map((rule) => without(rule, rule.mode === "public" ? {} : common)) };
  if (rules.length === 1 && Object.keys(draft.filter.rules as Fields[] [0]).length === 0) draft.filter.rules = rules;
  const open = (draft.filter.rules as Fields[]).find((rule) => !("host" in rule || "path" in rule || "path_prefix" in rule || "method" in rule));
  const others = (draft.filter.rules as Fields[]).filter((rule) => rule !== open), settled = Object.keys(open ?? {}).filter((key) => !MATCH.includes(key));
  // A route without conditions becomes the settings outside of the rules, unless other rules would inherit what they do not have.
  if (open !== undefined && others.some((rule) => rule.mode !== "public" && settled.some((key) => !(key in rule)))) {
    draft.filter.rules = [...others, { ...open, path_prefix: "/" }];
  } else if (open !== undefined) {
    const { mode: _deny, rules: _rules, ...settings } = draft.filter;
    const { name: _name, ...own } = open;
    draft.filter = { ...settings, ...own, ...(others.length === 0 ? {} : { rules: others }) };
  } else say(draft, "added", "mode", "deny: what no route takes is 404 in APISIX, and 403 here");
  return draft;
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

/** The first matching rule guards a request. APISIX takes exact paths before prefixes, and longer prefixes before shorter ones. */
function bySpecificity(a: Fields, b: Fields): number {
  const longest = (rule: Fields, key: string): number => Math.max(0, ...listAt(rule, key).map((path) => String(path).length));
  const rank = (rule: Fields): number[] => ["path" in rule ? 1 : 0, longest(rule, "path_prefix"), "host" in rule ? 1 : 0, "method" in rule ? 1 : 0];
  const [one, other] = [rank(a), rank(b)];
  return other.map((value, i) => value - one[i]!).find((difference) => difference !== 0) ?? 0;
}

/** Plugins that decide who may come in. */
const RESTRICTING = /auth|restriction|block|acl|rbac|csrf|opa|cas-|guard|saml|wolf/;

/** A route may have plugins from these. */
const INHERITS = ["service_id", "plugin_config_id"];

const MATCHED = ["uri", "uris", "host", "hosts", "methods", "plugins", "name", "id", "desc", "upstream", "upstream_id", "status", "labels", "create_time", "update_time", "timeout", "enable_websocket"];

/** `whole`: the rule matches exactly what the route matches. */
function matchOf({ fields }: Route, draft: Draft): { match: Fields; whole: boolean } {
  const uris = [...listAt(fields, "uris"), fields.uri].filter((uri) => typeof uri === "string") as string[], hosts = [...listAt(fields, "hosts"), fields.host].filter((host) => typeof host === "string");
  const prefixes = uris.filter((uri) => uri.endsWith("*")).map((uri) => uri.slice(0, -1)), exact = uris.filter((uri) => !/[*:{]/.test(uri)), odd = uris.filter((uri) => /[:{]/.test(uri) || uri.slice(0, -1).includes("*"));
  for (const uri of odd) say(draft, "dropped", `uri ${uri}`, "parameters and wildcards inside of a path have no counterpart: write rules for it by hand");
  for (const prefix of prefixes.filter((one) => one !== "/" && !odd.includes(`${one}*`))) say(draft, "changed", `uri ${prefix}*`, prefix.endsWith("/") ? `takes ${prefix.slice(0, -1)} itself as well` : `takes ${prefix} and what is below it, but no longer names such as ${prefix}x`);
  for (const name of Object.keys(fields).filter((key) => !MATCHED.includes(key) && !INHERITS.includes(key))) say(draft, "dropped", name, "has no counterpart in rules, which go by host, path and method: the route's requests are guarded whatever it says");
  for (const name of INHERITS.filter((key) => key in fields)) say(draft, "dropped", name, "plugins and hosts that come from there are not seen: put the object of openid-connect and the hosts into the route first");
  const everything = prefixes.includes("/");
  const servable = (list: string[]) => list.filter((uri) => !odd.includes(uri) && !odd.includes(`${uri}*`));
  const hasPath = everything || uris.length > odd.length, conditions = Object.keys(fields).filter((key) => !MATCHED.includes(key) && key !== "priority");
  const match = !hasPath ? {} : {
    ...(hosts.length > 0 ? { host: hosts } : {}),
    ...(exact.length > 0 && !everything ? { path: exact } : {}),
    ...(servable(prefixes).length > 0 && !everything ? { path_prefix: servable(prefixes).map((prefix) => prefix.length > 1 ? prefix.replace(/\/$/, "") : prefix) } : {}),
    ...(listAt(fields, "methods").length > 0 ? { method: listAt(fields, "methods") } : {}),
  };
  return { match, whole: odd.length === 0 && conditions.length === 0 };
}

const MATCH = ["name", "host", "path", "path_prefix", "method", "mode"];

/** The settings that all rules share. They move outside of the rules. */
function commonOf(rules: Fields[]): Fields {
  const [first = {}, ...others] = rules;
  return Object.fromEntries(Object.entries(first).filter(([key, value]) => !MATCH.includes(key) && others.every((rule) => JSON.stringify(rule[key]) === JSON.stringify(value))));
}

const without = (rule: Fields, common: Fields): Fields => Object.fromEntries(Object.entries(rule).filter(([key]) => !(key in common)));
