// Loads a configuration: compiles it, or refuses it and logs every mistake.

import { BufferType } from "../abi/enums";
import { buffer, environment, nowMs, property, random, withheld } from "../abi/host";
import { same, utf8 } from "../bytes/bytes";
import { decodeUtf8 } from "../bytes/utf8";
import { compile } from "../config/compile";
import { Config, OUTSIDE, Source, SourceKind } from "../config/config";
import { Environment } from "../config/environment";
import { extract } from "../crypto/hash/hkdf";
import { nativeSigner, setNativeSigner, setNativeVerifier } from "../crypto/arithmetic/native";
import { OwnCookieNames } from "../http/cookie_names";
import { NameTable, Role } from "../http/name_table";
import { seedNames } from "../json/parser";
import { methodOf } from "../oidc/client_auth";
import { AUTHORIZATION, IDENTITY_HEADERS } from "../policy/identity";
import { CookieNames } from "../session/cookie_settings";
import { contextOf } from "../session/sealing";
import { VERSION } from "../version";
import { Configuration, roots } from "./calls/roots";
import { EnvoySigner } from "./envoy/envoy_signer";
import { EnvoyVerifier } from "./envoy/envoy_verifier";
import { logs } from "./observe/logs";
import { metrics } from "./observe/metrics";
import { countersOf } from "./observe/rule_counters";
import { unknownCodes } from "./pages/known_codes";
import { ProviderCache } from "./provider/provider_cache";
import { providerId } from "./provider/provider_id";
import { setClock } from "./requests/clock";
import { RuleSettings } from "./rules/rule_settings";
import { NO_SESSIONS, SessionRegistry } from "./shared/registry";
import { isFirstToLog, isOtherVersion } from "./shared/logged_once";
import { startLine } from "./start_line";
import { Verdicts } from "./verdicts/verdict_cache";

const FIRST_TICK_MS = 1;
/** Properties of the plugin that is being configured. */
const PLUGIN_NAME = utf8("plugin_name"), PLUGIN_ROOT_ID = utf8("plugin_root_id");
/** The name in the examples. Every log line begins with it anyway. */
const USUAL_NAME = "envoy-oidc";
/** If the form of the data that this key seals changes, the salt must change too. */
const SALT = "envoy-oidc/1/shared";

let started = false;

/** False if the configuration is wrong. Envoy then refuses to load it; a request that arrives all the same gets 503. */
export function configure(rootId: u32, size: u32): bool {
  const root = roots.find(rootId);
  if (root == null) return false;
  if (!started) {
    started = true;
    if (isOtherVersion(VERSION)) logs.info("version " + VERSION);
    metrics.started();
    setNativeVerifier(EnvoyVerifier.available() ? new EnvoyVerifier() : null);
    setNativeSigner(EnvoySigner.available() ? new EnvoySigner() : null);
  }
  const accepted = putInForce(root, size);
  if (!accepted) metrics.refusedConfiguration();
  return accepted;
}

function putInForce(root: Configuration, size: u32): bool {
  const document = buffer(BufferType.PluginConfiguration, size), variables = new Environment(environment(), nativeSigner() != null);
  const compiled = compile(document, variables);
  const names = namesInEnvoy(), name = names.length > 0 ? names[0] : USUAL_NAME;
  root.lines.owner = names.length > 0 ? " " + names.join(" ") : "";
  for (let i = 0; i < compiled.errors.length; i++) root.lines.error("configuration: " + compiled.errors[i]);
  const config = compiled.config;
  root.outside = null;
  root.rules = [];
  root.providers = [];
  if (config == null) return false;
  const unknown = unknownCodes(config);
  for (let i = 0; i < unknown.length; i++) root.lines.error("configuration: " + unknown[i]);
  if (unknown.length > 0) return false;
  const lacking = withheld();
  if (lacking.length > 0) {
    root.lines.error("configuration: capability_restriction_config must allow " + lacking + ": without it headers that clients forge would reach the upstream");
    return false;
  }
  const used = contextOf(variables.used), warnings = compiled.warnings;
  if (warnings.length > 0 && isFirstToLog([utf8("warnings"), utf8(root.lines.owner), document, used])) {
    for (let i = 0; i < warnings.length; i++) root.lines.warn("configuration: " + warnings[i]);
  }

  const seedBytes = random(8);
  // The seed only spreads table entries: whole tokens and names are compared. If Envoy gives no randomness, the time is good enough.
  const seed = seedBytes == null ? <u64>nowMs() : load<u64>(seedBytes.dataStart);
  seedNames(seed);
  root.seed = seed;
  root.verdicts = verdictsFor(document, config.cacheBytes, seed);
  root.document = document;
  // Its secrets are in it, or in the variables that it refers to.
  root.key = extract(utf8(SALT), contextOf([document, used]));
  const registries: SessionRegistry[] = [];
  const rule = new RuleSettings(root, 0, OUTSIDE, config, namesOf(config, config), providerOf(root, config), registryOf(registries, config), countersOf(OUTSIDE, name));
  root.outside = rule;
  for (let i = 0; i < config.rules.length; i++) {
    const own = config.rules[i].config, called = config.rules[i].name, headers = sameSources(own.sources, config.sources) ? rule.names : namesOf(own, config);
    root.rules.push(new RuleSettings(root, i + 1, called, own, headers, providerOf(root, own), registryOf(registries, own), countersOf(called, name)));
  }
  root.registries = registries;
  root.trailerNames = trailerNamesOf(config);
  root.cookieNames = new OwnCookieNames();
  root.watchesResponses = false;
  addTo(root, rule);
  for (let i = 0; i < root.rules.length; i++) addTo(root, root.rules[i]);
  // Another version says it again: it may understand the same text in another way.
  if (isFirstToLog([utf8("in force"), utf8(root.lines.owner), document, used, utf8(VERSION)])) root.lines.info(startLine(config));
  setClock(root, FIRST_TICK_MS);
  return true;
}

/** The plugin's name in Envoy, and its root id if that differs. The usual name is left out, because it identifies nothing. */
function namesInEnvoy(): string[] {
  const name = decodeUtf8(property(PLUGIN_NAME)), rootId = decodeUtf8(property(PLUGIN_ROOT_ID)), out: string[] = [];
  if (name.length > 0 && name != USUAL_NAME) out.push(name);
  if (rootId.length > 0 && rootId != name && rootId != USUAL_NAME) out.push(rootId);
  return out;
}

/** Settings with the same provider share one cache. */
function providerOf(root: Configuration, config: Config): ProviderCache | null {
  const settings = config.provider;
  if (settings == null) return null;
  const id = providerId(settings), own = providerNamed(root, id);
  if (own != null) {
    own.joinedBy(settings);
    return own;
  }
  let provider: ProviderCache | null = null;
  for (let i = 0; i < roots.all.length && provider == null; i++) provider = providerNamed(roots.all[i], id);
  const known = provider == null ? new ProviderCache(id, settings) : provider;
  known.joinedBy(settings);
  root.providers.push(known);
  return known;
}

function providerNamed(root: Configuration, id: string): ProviderCache | null {
  for (let i = 0; i < root.providers.length; i++) if (root.providers[i].id == id) return root.providers[i];
  return null;
}

/** Settings with the same issuer and client share one registry of sessions. It is added to `own`, the registries of this configuration. */
function registryOf(own: SessionRegistry[], config: Config): SessionRegistry {
  const browser = config.browser, provider = config.provider;
  if (browser == null || provider == null) return NO_SESSIONS;
  let known = registryIn(own, browser.context);
  if (known == null) {
    for (let i = 0; i < roots.all.length && known == null; i++) known = registryIn(roots.all[i].registries, browser.context);
    if (known == null) known = new SessionRegistry(browser.context, `${decodeUtf8(browser.client.id)} at ${decodeUtf8(provider.issuer)}`);
    own.push(known);
  }
  known.absoluteSec = max(known.absoluteSec, browser.limits.absoluteSec);
  return known;
}

function registryIn(registries: SessionRegistry[], context: Uint8Array): SessionRegistry | null {
  for (let i = 0; i < registries.length; i++) if (same(registries[i].context, context)) return registries[i];
  return null;
}

/** Configurations with the same text share their cached verdicts. A different `cache_segment` makes the text differ. */
function verdictsFor(document: Uint8Array, bytes: i32, seed: u64): Verdicts {
  for (let i = 0; i < roots.all.length; i++) {
    if (same(roots.all[i].document, document)) return roots.all[i].verdicts;
  }
  return new Verdicts(bytes, seed);
}

/** The header names that one set of settings looks for: the identity headers of all rules, and its own credentials. */
function namesOf(config: Config, whole: Config): NameTable {
  const table = new NameTable(), rules = whole.rules;
  table.add(utf8(":path"), Role.Path);
  if (rules.length > 0) {
    table.add(utf8(":authority"), Role.Authority);
    table.add(utf8(":method"), Role.Method);
  }
  for (let i = 0; i < IDENTITY_HEADERS.length; i++) table.add(utf8(IDENTITY_HEADERS[i]), Role.Identity);
  for (let i = -1; i < rules.length; i++) {
    const settings = i < 0 ? whole : rules[i].config;
    if (settings.browser != null) {
      table.add(utf8(":scheme"), Role.Scheme);
      table.add(utf8("cookie"), Role.Cookie);
    }
    for (let j = 0; j < settings.identity.claimHeaders.length; j++) table.add(settings.identity.claimHeaders[j].name, Role.Identity);
  }
  for (let i = 0; i < config.sources.length; i++) {
    const source = config.sources[i];
    if (source.kind == SourceKind.Header) table.add(source.name, Role.Credential);
    if (source.kind == SourceKind.RawHeader) table.add(source.name, Role.RawCredential);
  }
  return table;
}

/**
 * Identity headers and credentials. An upstream that merges trailers into the headers must not take them for the filter's, or for verified ones
 * (RFC 9110 §6.5.1).
 */
function trailerNamesOf(config: Config): NameTable {
  const table = new NameTable();
  for (let i = 0; i < IDENTITY_HEADERS.length; i++) table.add(utf8(IDENTITY_HEADERS[i]), Role.Identity);
  table.add(AUTHORIZATION, Role.Identity);
  table.add(utf8("cookie"), Role.Identity);
  for (let i = -1; i < config.rules.length; i++) {
    const settings = i < 0 ? config : config.rules[i].config, claims = settings.identity.claimHeaders;
    for (let j = 0; j < claims.length; j++) table.add(claims[j].name, Role.Identity);
    for (let j = 0; j < settings.sources.length; j++) if (settings.sources[j].kind == SourceKind.RawHeader) table.add(settings.sources[j].name, Role.Identity);
  }
  return table;
}

function sameSources(a: Source[], b: Source[]): bool {
  if (a.length != b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i].kind != b[i].kind || !same(a[i].name, b[i].name)) return false;
  return true;
}

/**
 * What one set of settings adds to the whole configuration: the names of its cookies under both schemes, because no upstream may get the cookies
 * that the login of another rule has set; whether responses must be read; and how its client proves itself to the provider.
 */
function addTo(root: Configuration, rule: RuleSettings): void {
  const config = rule.config, browser = config.browser, provider = rule.provider;
  if (browser != null) {
    if (provider != null) provider.expect(methodOf(browser.client.auth));
    rule.secureNaming = addNames(root.cookieNames, browser.cookies.secureNames);
    rule.plainNaming = addNames(root.cookieNames, browser.cookies.plainNames);
    root.watchesResponses = true;
  }
  for (let i = 0; i < config.sources.length; i++) if (config.sources[i].kind == SourceKind.Query) root.watchesResponses = true;
}

function addNames(all: OwnCookieNames, names: CookieNames): i32 { return all.add(names.session, names.flow, names.login); }
