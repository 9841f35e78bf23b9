// What the Grafana dashboard shows: rows of panels, each with its queries on the filter's metrics.

export interface Query { expr: string; legend: string }
export interface Panel { title: string; description: string; kind: "graph" | "stat"; unit: string; queries: Query[] }
export interface Row { title: string; panels: Panel[] }

/** A counter's rate over all selected Envoys. */
const rate = (name: string, by = "", matching = ""): string => `sum${by === "" ? "" : ` by (${by})`} (rate(envoy_oidc_${name}{instance=~"$instance"${matching}}[$__rate_interval]))`;
const graph = (title: string, description: string, queries: Query[], unit = "reqps"): Panel => ({ title, description, kind: "graph", unit, queries });
const stat = (title: string, description: string, expr: string, legend: string, unit = "none"): Panel => ({ title, description, kind: "stat", unit, queries: [{ expr, legend }] });

/** Each counter as its own line. */
const rates = (names: Record<string, string>): Query[] => Object.entries(names).map(([name, legend]) => ({ expr: rate(name), legend }));
const inUse = (gauge: string): string => `envoy_oidc_provider_${gauge}{instance=~"$instance"} and on (instance, oidc_issuer) envoy_oidc_provider_configured == 1`;
const age = (document: string): string => `max by (oidc_issuer) (time() - (envoy_oidc_provider_${document}_timestamp_seconds{instance=~"$instance"} > 0))`;
const hits = (cache: string): Query => ({ expr: `${rate(`cache_${cache}_hit`)} / (${rate(`cache_${cache}_hit`)} + ${rate(`cache_${cache}_miss`)})`, legend: `${cache}s` });
const quantile = (share: number): Query => ({
  expr: `histogram_quantile(${share}, ${rate("callout_ms_bucket", "oidc_endpoint, le")})`, legend: `{{oidc_endpoint}}, ${share * 100} %`,
});

export const ROWS: Row[] = [
  { title: "Requests", panels: [
    graph("Admitted requests", "By how the user was known.", rates({ allowed: "bearer token", session: "session", anonymous: "anonymous", public: "public", preflight: "preflight" })),
    graph("Refused requests", "By code. docs/operations.md says what each code means.", [{ expr: `${rate("refused", "oidc_code")} > 0 or ${rate("refused")}`, legend: "{{oidc_code}}" }]),
    graph("Refused requests by rule", "none: outside of all rules.", [{ expr: `${rate("rule_refused", "oidc_configuration, oidc_rule")} > 0 or ${rate("rule_refused")}`, legend: "{{oidc_configuration}} {{oidc_rule}}" }]),
  ] },
  { title: "Providers", panels: [
    stat("Provider ready", "1: metadata and keys are there.", `min by (oidc_issuer) (${inUse("ready")})`, "{{oidc_issuer}}"),
    stat("Keys in use", "Of the provider's key set.", `min by (oidc_issuer) (${inUse("keys")})`, "{{oidc_issuer}}"),
    stat("Time since the last metadata", "Since the last successful fetch of the discovery document.", age("discovery"), "{{oidc_issuer}}", "s"),
    stat("Time since the last keys", "Since the last successful fetch of the key set.", age("keys"), "{{oidc_issuer}}", "s"),
  ] },
  { title: "Calls to the provider", panels: [
    graph("Calls", "By endpoint.", [{ expr: rate("callout", "oidc_endpoint"), legend: "{{oidc_endpoint}}" }]),
    graph("Failed calls", "No answer, or one that could not be used.", [{ expr: rate("callout_failed", "oidc_endpoint"), legend: "{{oidc_endpoint}}" }]),
    graph("Time of a call", "Half of the calls, and 95 of 100, took no longer.", [quantile(0.5), quantile(0.95)], "ms"),
  ] },
  { title: "Browsers", panels: [
    graph("Logins and logouts", "Started and completed.", rates({ sign_in_started: "login started", signed_in: "logged in", signed_out: "logged out" })),
    graph("Refreshes", "Ended: the provider no longer knows the session. Failed: the provider did not answer.", rates({ refreshed: "refreshed", refresh_ended: "ended", refresh_failed: "failed" })),
  ] },
  { title: "Caches and bounds", panels: [
    graph("Share of lookups that hit", "Tokens and sessions that the worker had judged before.", [hits("token"), hits("session")], "percentunit"),
    graph("Bounds reached", "docs/bounds.md says what each bound is for.", rates({ bound_calls: "calls to the provider", bound_waiting: "waiting requests", bound_ended_sessions: "revoked sessions", logout_not_kept: "logouts not kept" })),
    graph("Restarts of the filter's VM", "By plugin. No input should cause one.", [{ expr: `sum by (wasm_plugin) (increase(envoy_wasm_vm_reload{instance=~"$instance"}[$__rate_interval]))`, legend: "{{wasm_plugin}}" }], "none"),
    stat("Version", "Envoys by the version of the filter.", `count by (oidc_version) (envoy_oidc_version{instance=~"$instance"})`, "{{oidc_version}}"),
  ] },
];
