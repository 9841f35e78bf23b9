// `doctor`: compares a running Envoy with the provider.

import { isBefore } from "../../envoy-version";
import { check } from "../check/check";
import { at, isFields, textAt } from "../check/fields";
import { pluginsOf } from "../check/plugins";
import { clusterFor, clusterNames, logsIn, urlOf, type Settings } from "../check/settings";
import type { Finding, Level } from "../finding";
import type { Io } from "../io";
import { compare } from "../provider/ask";
import { askProvider, ProviderError } from "../provider/provider";
import { SourceFile } from "../source/source_file";
import type { Running } from "./admin";
import { POINTS_AT } from "./refusals";

/** The oldest Envoy that the filter is tested with. */
const OLDEST = [1, 36, 4] as const;
const CLOCK_SEC = 30, EXPIRES_DAYS = 14;

type Say = (level: Level, code: string, text: string, path?: string) => void;

export async function examine(running: Running, configuration: SourceFile | undefined, io: Io): Promise<Finding[]> {
  const findings: Finding[] = [], say: Say = (level, code, text, path) => void findings.push({ level, code, text, ...(path === undefined || path === "" ? {} : { path }) });
  if (running.version !== "" && isBefore(running.version, OLDEST)) say("error", "envoy-too-old", `Envoy ${running.version} is older than ${OLDEST.join(".")}, the oldest that the filter is tried with`);
  for (const { name, reason } of running.rejected) say("error", "listener-rejected", `Envoy refused the listener ${name}, and goes on with the one before, if there was one: ${reason}. The filter's own reasons are in the log, as "envoy-oidc: configuration: …"`);

  const file = new SourceFile("config_dump", JSON.stringify({ static_resources: { listeners: running.listeners, clusters: running.clusters }, extensions: running.extensions }));
  const checked = check([file], { envoyVersion: running.version || undefined, environment: {} });
  for (const { level, code, text, path } of checked.findings) if (level !== "note") say(level, code, code === "no-plugin" ? "none of Envoy's listeners has the filter: was it refused? The log says why" : text, path);

  const all = checked.plugins.flatMap(({ settings }) => settings);
  sayClusters(running, all, say);
  sayCounts(running, say);
  if (configuration !== undefined) sayDifferences(checked.plugins.map(({ plugin }) => plugin.json), configuration, say);
  for (const { plugin, settings } of checked.plugins) await sayProviders(settings, running, say, io, plugin.json);
  for (const settings of all) await sayBackchannel(settings, say, io);
  return findings.filter((one, i) => findings.findIndex((other) => other.code === one.code && other.text === one.text) === i);
}

/** Reports whether Envoy reaches the clusters that the settings name. */
function sayClusters({ hosts, stats }: Running, all: Settings[], say: Say): void {
  for (const cluster of new Set(all.flatMap(clusterNames).map((named) => named.cluster))) {
    const found = hosts.get(cluster);
    if (found === undefined) continue; // check has already reported it
    const stat = (name: string): number => stats.get(`cluster.${cluster}.${name}`) ?? 0;
    if (found.length === 0) say("error", "dns", `cluster ${cluster} has no address: Envoy's DNS does not know its host (update_failure ${stat("update_failure")}). Look the name up from where Envoy runs`);
    const unreached = found.filter(({ connectFailures }) => connectFailures > 0);
    const names = stat("ssl.fail_verify_san"), authorities = stat("ssl.fail_verify_error") + stat("ssl.fail_verify_no_cert") + stat("ssl.fail_verify_cert_hash");
    if (names > 0) say("error", "tls-name", `cluster ${cluster}: the provider's certificate is for another name than match_typed_subject_alt_names says (${names} times)`);
    if (authorities > 0) say("error", "tls-ca", `cluster ${cluster}: the provider's certificate comes from none of the authorities in trusted_ca, or has expired (${authorities} times)`);
    if (unreached.length > 0 && names + authorities === 0) say("error", "cannot-connect", `cluster ${cluster}: ${unreached.map(({ address, connectFailures }) => `${address} took no connection (${connectFailures} times)`).join(", ")}. Is it the provider's address and port, and does a firewall stand between?`);
    const full = stat("upstream_rq_pending_overflow");
    if (full > 0) say("warning", "circuit-breaker", `cluster ${cluster}: its circuit breaker refused ${full} calls: raise max_pending_requests and max_requests`);
  }
}

function sayCounts({ stats, certificates, aheadSec }: Running, say: Say): void {
  for (const { path, days, subject } of certificates) {
    if (days > EXPIRES_DAYS) continue;
    say(days <= 0 ? "error" : "warning", "certificate-expires", `the certificate ${[path, subject].filter((part) => part !== "").join(" for ")} ${days <= 0 ? "has expired" : `expires in ${days} days`}`);
  }
  if (aheadSec !== undefined && Math.abs(aheadSec) > CLOCK_SEC) say("warning", "clock-here", `Envoy's clock and this machine's differ by ${Math.round(Math.abs(aheadSec))} s: what is said below of clocks is about this machine`);
  for (const [name, count] of stats) {
    const refused = /(?:^|\.)envoy_oidc\.refused\.([a-z_]+)$/.exec(name)?.[1], bound = /(?:^|\.)envoy_oidc\.bound\.([a-z_]+)$/.exec(name)?.[1];
    if (refused !== undefined && count > 0 && POINTS_AT[refused] !== undefined) say("warning", `refused-${refused}`, `${count} requests were refused with ${refused}: ${POINTS_AT[refused]}`);
    if (bound !== undefined && count > 0) say("warning", "bound", `the bound ${bound} was reached ${count} times (docs/bounds.md)`);
  }
}

/** These requests come from this machine. The clusters show whether Envoy itself reaches the provider. */
async function sayProviders(all: Settings[], { aheadSec }: Running, say: Say, io: Io, json: string): Promise<void> {
  const asked = new Set<string>();
  for (const settings of all) {
    const discovery = urlOf(settings.all.discovery);
    if (discovery === undefined || asked.has(discovery.href) || clusterFor(settings, "discovery", discovery) === undefined) continue;
    asked.add(discovery.href);
    io.progress(`asking ${discovery.href}`);
    try {
      const known = await askProvider(discovery.href, urlOf(settings.all.jwks_uri)?.href);
      // Compared with Envoy's clock, if it is known.
      compare(settings, { ...known, ...(known.aheadSec === undefined ? {} : { aheadSec: known.aheadSec - (aheadSec ?? 0) }) }, (level, code, key, text) => say(level, code, text, json.includes(`"${key}"`) ? key : ""));
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      say(error.code === "unreachable" ? "warning" : "error", `provider-${error.code}`, `${error.message}${error.code === "unreachable" ? "; Envoy may reach it all the same" : ""}`, "discovery");
    }
    io.progress("");
  }
}

/** Sends an invalid logout token, which the filter refuses with 400. */
async function sayBackchannel(settings: Settings, say: Say, io: Io): Promise<void> {
  const path = settings.all.backchannel_logout_path, app = urlOf(settings.all.redirect_uri);
  if (!logsIn(settings) || typeof path !== "string" || app === undefined) return;
  const url = new URL(path, app.origin).href;
  io.progress(`asking ${url}`);
  try {
    const answer = await fetch(url, { method: "POST", headers: { "content-type": "application/x-www-form-urlencoded" }, body: "logout_token=none", redirect: "manual", signal: AbortSignal.timeout(10_000) }), text = await answer.text();
    const code = answer.headers.get("content-type")?.includes("json") ? textAt(JSON.parse(text), "code") : "";
    if (code === "body_not_delivered") say("error", "headers-not-held", `${url}: logout tokens do not reach the filter: allow_on_headers_stop_iteration: true, and Envoy 1.35 or later`, "backchannel_logout_path");
    else if (answer.status !== 400) say("error", "backchannel-unreachable", `${url} answers ${answer.status} to a logout token that is none, where the filter would answer 400: what stands in front of Envoy must lead there`, "backchannel_logout_path");
  } catch (error) {
    say("warning", "backchannel-unreachable", `${url} cannot be reached from here (${(error as { cause?: { code?: string } }).cause?.code ?? (error as Error).message}): the provider must reach it to log people out`, "backchannel_logout_path");
  } finally {
    io.progress("");
  }
}

/** Reports attributes of a file that are not in force. */
function sayDifferences(inForce: string[], configuration: SourceFile, say: Say): void {
  const parse = (json: string): Record<string, unknown> => { try { const value = JSON.parse(json) as unknown; return isFields(value) ? value : {}; } catch { return {}; } };
  for (const { json } of pluginsOf(configuration).plugins) {
    const wanted = parse(json), nearest = inForce.map(parse).map((running) => [...new Set([...Object.keys(wanted), ...Object.keys(running)])].filter((key) => JSON.stringify(at(wanted, key)) !== JSON.stringify(at(running, key)))).sort((a, b) => a.length - b.length)[0];
    if (nearest === undefined) say("error", "not-in-force", `${configuration.name}: its configuration is not what Envoy runs: no listener has the filter`);
    else if (nearest.length > 0) say("warning", "not-in-force", `${configuration.name} is not what Envoy runs: ${nearest.join(", ")} differ. Was it reloaded, and did Envoy take it?`);
  }
}

