// A configuration comes: it is compiled, or refused with everything that is wrong with it.

import { BufferType } from "../abi/enums";
import { buffer, environment, nowMs, random } from "../abi/host";
import { same, utf8 } from "../bytes/bytes";
import { compile } from "../config/compile";
import { Config, ProviderSettings, SourceKind } from "../config/config";
import { Environment } from "../config/environment";
import { setNativeSigner, setNativeVerifier } from "../crypto/native";
import { NameTable, Role } from "../http/name_table";
import { IDENTITY_HEADERS } from "../policy/identity";
import { setClock } from "./clock";
import { EnvoySigner } from "./envoy_signer";
import { EnvoyVerifier } from "./envoy_verifier";
import { Feed, feedId } from "./feed";
import { Guard } from "./guard";
import { Verdicts } from "./verdict_cache";
import { logs, roots } from "./world";

const FIRST_TICK_MS = 1;

let started = false;

/** False where the configuration is wrong: the host then refuses to load it, and every request it might send all the same gets 503. */
export function configure(rootId: u32, size: u32): bool {
  const root = roots.find(rootId);
  if (root == null) return false;
  if (!started) {
    started = true;
    setNativeVerifier(EnvoyVerifier.available() ? new EnvoyVerifier() : null);
    setNativeSigner(EnvoySigner.available() ? new EnvoySigner() : null);
  }
  const document = buffer(BufferType.PluginConfiguration, size);
  const compiled = compile(document, new Environment(environment()));
  for (let i = 0; i < compiled.errors.length; i++) logs.error("configuration: " + compiled.errors[i]);
  const config = compiled.config;
  root.guard = null;
  if (config == null) return false;
  for (let i = 0; i < compiled.warnings.length; i++) logs.warn("configuration: " + compiled.warnings[i]);

  const seedBytes = random(8);
  // The seed only spreads table entries; whole tokens are compared. Without randomness the time will do.
  const seed = seedBytes == null ? <u64>nowMs() : load<u64>(seedBytes.dataStart);
  const provider = config.provider, feed: Feed | null = provider == null ? null : feedFor(provider);
  root.guard = new Guard(root, config, namesOf(config), feed, verdictsFor(document, config.cacheBytes, seed));
  root.document = document;
  setClock(root, FIRST_TICK_MS);
  return true;
}

/** Configurations with the same provider share what is known of it. */
function feedFor(settings: ProviderSettings): Feed {
  const id = feedId(settings);
  for (let i = 0; i < roots.all.length; i++) {
    const guard = roots.all[i].guard, other: Feed | null = guard == null ? null : guard.feed;
    if (other != null && other.id == id) return other;
  }
  return new Feed(id, settings, logs);
}

/** Configurations that are the same to the letter share what they remember; a `cache_segment` of its own keeps one apart. */
function verdictsFor(document: Uint8Array, bytes: i32, seed: u64): Verdicts {
  for (let i = 0; i < roots.all.length; i++) {
    const guard = roots.all[i].guard;
    if (guard != null && same(roots.all[i].document, document)) return guard.verdicts;
  }
  return new Verdicts(bytes, seed);
}

/** The header names that mean something to this configuration. */
function namesOf(config: Config): NameTable {
  const table = new NameTable();
  table.add(utf8(":path"), Role.Path);
  if (config.browser != null) {
    table.add(utf8(":scheme"), Role.Scheme);
    table.add(utf8("cookie"), Role.Cookie);
  }
  for (let i = 0; i < IDENTITY_HEADERS.length; i++) table.add(utf8(IDENTITY_HEADERS[i]), Role.Identity);
  for (let i = 0; i < config.identity.claimHeaders.length; i++) table.add(config.identity.claimHeaders[i].name, Role.Identity);
  for (let i = 0; i < config.sources.length; i++) {
    const source = config.sources[i];
    if (source.kind == SourceKind.Header) table.add(source.name, Role.Credential);
    if (source.kind == SourceKind.RawHeader) table.add(source.name, Role.RawCredential);
  }
  return table;
}
