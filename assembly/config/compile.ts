// Compiles the filter's JSON to a Config, or lists every mistake. Attribute names and meanings are those of Apache APISIX's openid-connect
// plugin; what only Envoy needs has a name of its own. docs/configuration.md lists all attributes.

import { EMPTY } from "../bytes/bytes";
import { decodeUtf8 } from "../bytes/utf8";
import { readUrl } from "../http/url";
import { parse } from "../json/parser";
import { warnOfGuardedLanding } from "./after_logout";
import { NAMES, OF_LOGIN, WHOLE_ONLY } from "./attribute_names";
import * as attributes from "./attributes";
import { Redirect } from "./browser";
import { checkReadyPath, checkTogether } from "./check_rules";
import { Clusters } from "./clusters";
import { Config, Mode, Rule, Unauthenticated } from "./config";
import { documentFault } from "./document_fault";
import { readForeign } from "./foreign";
import { Environment } from "./environment";
import { readIdentity } from "./identity";
import { compareLifetimes } from "./lifetimes";
import { isLoopback, readPath } from "./paths";
import { readBrowser } from "./read_browser";
import { readPage } from "./read_page";
import { readProvider, usedEndpoints } from "./read_provider";
import { MATCH, readMatch, readName } from "./read_rules";
import { ConfigReader, itemAt, kindName } from "./reader";
import { readSources } from "./sources";
import { readTokenRules } from "./token_rules";
import { leaveOutUnusedUserinfo } from "./userinfo_use";

/** The largest configuration, in bytes. */
const MAX_CONFIG = 256 * 1024;

@final
export class Compiled {
  /** null when there are errors. */
  config: Config | null = null;
  readonly errors: string[] = [];
  readonly warnings: string[] = [];
}

export function compile(document: Uint8Array, environment: Environment): Compiled {
  const out = new Compiled();
  const parsed = parse(document, MAX_CONFIG);
  const fault = parsed.fault;
  if (fault != null) {
    out.errors.push(documentFault(document, fault.code, number(fault.at), MAX_CONFIG));
    return out;
  }
  if (!parsed.value.isObject(parsed.value.root)) {
    out.errors.push("expected a JSON object, found " + kindName(parsed.value.kind(parsed.value.root)));
    return out;
  }
  const reader = new ConfigReader(parsed.value, parsed.value.root, "", environment, out.errors);
  const config = readWhole(reader, out.warnings);
  reader.refuseUnknown();
  if (out.errors.length == 0) out.config = config;
  return out;
}

/** Decimal digits. */
function number(text: string): i32 {
  let value = 0;
  for (let i = 0; i < text.length; i++) value = value * 10 + text.charCodeAt(i) - 0x30;
  return value;
}

function readWhole(r: ConfigReader, warnings: string[]): Config {
  const mode = readMode(r), readers = r.items("rules", attributes.MAX_RULES), rules: Rule[] = [], names: string[] = [];
  readForeign(r, warnings);
  const c = readSettings(r, mode, warnings);
  if (mode == "public" && !r.has("rules")) r.wrong("mode", "public lets every request pass: add rules for what is to be protected");
  r.text("$schema");
  // Its value is not used. It makes the text of the configuration differ, and caches belong to that text (filter/configure.ts).
  r.text("cache_segment");
  c.cacheBytes = attributes.cache_max_kib(r) * 1024;
  c.readyPath = readPath(r, "ready_path", EMPTY);
  for (let i = 0; i < readers.length; i++) {
    const own: string[] = [], name = readName(readers[i], i, names);
    names.push(name);
    rules.push(readRule(readers[i], name, own));
    // A warning about inherited attributes was given for the outer configuration already.
    for (let k = 0; k < own.length; k++) if (!warnings.includes(own[k])) own[k] = itemAt("rules", i) + ": " + own[k];
    for (let k = 0; k < own.length; k++) if (!warnings.includes(own[k])) warnings.push(own[k]);
  }
  if (r.literals.length > 0) warnings.push("secrets are written in the configuration, so everyone who may read Envoy's config_dump can read them; write $ENV://NAME in place of: " + r.literals.join(", "));
  // Settings with mistakes of their own cannot be compared.
  if (r.errors.length == 0) checkTogether(readers, rules, c);
  checkReadyPath(r, rules, c);
  leaveOutUnusedUserinfo(c, rules);
  compareLifetimes(c, rules);
  warnOfGuardedLanding(c, rules, warnings);
  c.rules = rules;
  for (let i = 0; i < rules.length; i++) rules[i].config.whole = c;
  return c;
}

function readRule(r: ConfigReader, name: string, warnings: string[]): Rule {
  const before = r.errors.length, match = readMatch(r), mode = readMode(r);
  readForeign(r, warnings);
  const rule = new Rule(name, match, readSettings(r, mode, warnings));
  if (mode == "public" || mode == "deny") {
    const others = r.set(NAMES[0]);
    for (let i = 0; i < others.length; i++) if (others[i] != "mode" && !WHOLE_ONLY.includes(others[i])) r.wrong(others[i], "has no effect where mode is " + mode);
  }
  r.refuseUnknown();
  let says = false;
  for (let i = 0; i < MATCH.length; i++) says = says || r.owns(MATCH[i]);
  if (!says && r.errors.length == before) r.wrong("path", "a rule needs at least one of " + MATCH.join(", ") + ": settings for every request belong outside of the rules");
  return rule;
}

const WRONG_MODE = "wrong";

/** Empty: the other attributes decide. A rule inherits `mode` only if the mode requires tokens or sessions. */
function readMode(r: ConfigReader): string {
  const before = r.errors.length, mode = r.has("mode") ? attributes.mode(r) : "";
  // With a wrong mode, the attributes that it needs are not known.
  if (r.errors.length > before) return WRONG_MODE;
  if (r.owns("mode") && isGuarded(mode) && r.owns("bearer_only")) r.wrong("bearer_only", "is set by mode already: leave it out");
  return r.owns("mode") || isGuarded(mode) && !r.owns("bearer_only") ? mode : "";
}

function isGuarded(mode: string): bool { return mode == "" || mode == "bearer" || mode == "browser"; }

function readSettings(r: ConfigReader, mode: string, warnings: string[]): Config {
  const c = new Config();
  if (isGuarded(mode)) readGuarded(r, c, mode, warnings);
  else c.mode = mode == "public" ? Mode.Public : Mode.Denied;
  c.page = readPage(r);
  return c;
}

function readGuarded(r: ConfigReader, c: Config, mode: string, warnings: string[]): void {
  const literals = r.literals.length;
  const allowHttp = !attributes.ssl_verify(r);
  if (allowHttp) warnings.push("ssl_verify is false: plain http to the provider is accepted, and certificates are checked only as the cluster's transport_socket says");
  const realm = r.text("realm");
  if (realm != null) c.realm = decodeUtf8(realm);
  if (!quotable(c.realm)) r.wrong("realm", "expected printable ASCII without quotes and backslashes");
  c.timeoutMs = attributes.timeout(r) * 1000;
  c.cacheVerdicts = !attributes.jwt_verification_cache_ignore(r);

  const login = wantsLogin(r, c, mode, warnings);
  c.sources = readSources(r);
  c.identity = readIdentity(r);
  const clusters = Clusters.read(r);
  const clients = readProvider(r, c, clusters, login, allowHttp, warnings);
  readTokenRules(r, c, login && clients.secret.length > 0 && !r.has("id_token_signed_response_alg"));
  if (login) c.browser = readBrowser(r, c, clients, warnings);
  const provider = c.provider;
  if (provider != null) provider.used = usedEndpoints(c);
  refuseUnsafe(r, warnings);
  if (isForLocalhost(r, c)) r.literals.length = literals;
}

/** Whether `redirect_uri` (or `discovery`, if that is no URL) leads to this machine. Then it is a trial, and its secrets need no warning. */
function isForLocalhost(r: ConfigReader, c: Config): bool {
  const browser = c.browser, known = browser != null && browser.redirect == Redirect.Absolute;
  const text = browser != null && known ? browser.redirectUrl : r.text("discovery");
  if (text == null) return false;
  const url = readUrl(text);
  return !url.failed && isLoopback(url.value);
}

/** Whether browsers log in. Then there are sessions, whatever happens to requests without one. */
function wantsLogin(r: ConfigReader, c: Config, mode: string, warnings: string[]): bool {
  c.allowPreflight = attributes.allow_preflight(r);
  const before = r.errors.length;
  const bearerOnly = attributes.bearer_only(r) && mode != "browser" || mode == "bearer";
  const action = attributes.unauth_action(r);
  c.unauthenticated = bearerOnly || action == "deny" ? Unauthenticated.Deny : action == "pass" ? Unauthenticated.Pass : Unauthenticated.Login;
  // With a wrong mode, the attributes that it needs are not known.
  const login = !bearerOnly && (r.has("session") || action == "auth" && r.errors.length == before);
  if (login) return true;
  const unused = r.set(OF_LOGIN);
  // Rules may use attributes that are outside of them.
  if (unused.length > 0 && !r.owns("rules")) warnings.push("not used by bearer tokens: " + unused.join(", "));
  return false;
}

/** Options of other products that would weaken the filter, or that it does not support. A safe value is accepted. */
function refuseUnsafe(r: ConfigReader, warnings: string[]): void {
  if (attributes.accept_none_alg(r)) r.wrong("accept_none_alg", "unsigned tokens are never accepted");
  // This is APISIX's default, so every exported object contains it.
  if (attributes.accept_unsupported_alg(r)) warnings.push("accept_unsupported_alg is true: a token whose signature cannot be checked is refused all the same");
}

/** Whether the text can be in the quotes of a challenge (RFC 9110 §5.6.4) as it is. */
function quotable(text: string): bool {
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c < 0x20 || c > 0x7e || c == 0x22 || c == 0x5c) return false;
  }
  return text.length > 0;
}
