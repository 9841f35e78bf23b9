// What the Grafana dashboard shows: rows of panels, each with its queries on the filter's metrics.

export interface Query { expr: string; legend: string }
interface Common { title: string; description: string; unit: string; queries: Query[] }
interface GraphOptions {
  /** Where the sum of the lines means something. */
  stacked?: boolean;
  max?: number;
  /** Where the axis ends while all lines are 0. Without it, Grafana's ends at 100. */
  quietMax?: number;
}
/** Lines over time. */
export interface Graph extends Common, GraphOptions { kind: "graph" }
/** The present value of each series. The color is that of the last step whose value it reaches. */
export interface Stat extends Common { kind: "stat"; steps: [from: number, color: string][]; texts?: Record<string, string> }
export type Panel = Graph | Stat;
export interface Row { title: string; height: number; panels: Panel[] }

const ONE_DAY = 86_400;
const PER_SECOND = "suffix:/s";
/** Once in 100 s. */
const RARELY = 0.01;

const OF = `{instance=~"$instance"}`;
/** A counter's rate over all selected Envoys. */
const rate = (name: string, by = ""): string => `sum${by === "" ? "" : ` by (${by})`} (rate(envoy_oidc_${name}${OF}[$__rate_interval]))`;
/** The rates of those series that have counted anything in the time that the dashboard shows. The others, such as codes that never occurred, only fill the legend. */
const occurred = (name: string, by: string): string =>
  `${rate(name, by)} and on (${by}) sum by (${by}) (increase(envoy_oidc_${name}${OF}[$__range] @ end())) > 0`;

const graph = (title: string, description: string, queries: Query[], options: GraphOptions & { unit?: string } = {}): Graph =>
  ({ kind: "graph", title, description, unit: PER_SECOND, queries, ...options });
const stat = (title: string, description: string, expr: string, legend: string, options: Pick<Stat, "steps"> & Partial<Pick<Stat, "texts" | "unit">>): Stat =>
  ({ kind: "stat", title, description, unit: "none", queries: [{ expr, legend }], ...options });

/** Each counter as its own line. */
const rates = (names: Record<string, string>): Query[] => Object.entries(names).map(([name, legend]) => ({ expr: rate(name), legend }));
const inUse = (gauge: string): string => `envoy_oidc_provider_${gauge}${OF} and on (instance, oidc_issuer) envoy_oidc_provider_configured == 1`;
const age = (document: string): string => `max by (oidc_issuer) (time() - (envoy_oidc_provider_${document}_timestamp_seconds${OF} > 0))`;
const hits = (cache: string): Query => ({ expr: `${rate(`cache_${cache}_hit`)} / (${rate(`cache_${cache}_hit`)} + ${rate(`cache_${cache}_miss`)})`, legend: `${cache}s` });

export const ROWS: Row[] = [
  { title: "Requests", height: 7, panels: [
    graph("Admitted requests", "By how the user was known.", rates({ allowed: "bearer token", session: "session", anonymous: "anonymous", public: "public", preflight: "preflight" }), { unit: "reqps", stacked: true }),
    graph("Refused requests", "By code. docs/operations.md says what each code means.", [{ expr: occurred("refused", "oidc_code"), legend: "{{oidc_code}}" }], { unit: "reqps", stacked: true }),
    graph("Refused requests by rule", "By configuration and rule. none: outside of all rules.",
      [{ expr: occurred("rule_refused", "oidc_configuration, oidc_rule"), legend: "{{oidc_configuration}} {{oidc_rule}}" }], { unit: "reqps", stacked: true }),
  ] },
  { title: "Providers", height: 5, panels: [
    stat("Provider", "Ready: metadata and keys are there, in every Envoy.", `min by (oidc_issuer) (${inUse("ready")})`, "{{oidc_issuer}}",
      { steps: [[0, "red"], [1, "green"]], texts: { 0: "not ready", 1: "ready" } }),
    stat("Keys in use", "Of the provider's key set; the Envoy that has the fewest.", `min by (oidc_issuer) (${inUse("keys")})`, "{{oidc_issuer}}", { steps: [[0, "red"], [1, "text"]] }),
    stat("Time since the last metadata", "Since the last successful fetch of the discovery document; the Envoy that has waited longest.", age("discovery"), "{{oidc_issuer}}",
      { unit: "s", steps: [[0, "text"], [ONE_DAY, "orange"]] }),
    stat("Time since the last keys", "Since the last successful fetch of the key set; the Envoy that has waited longest.", age("keys"), "{{oidc_issuer}}",
      { unit: "s", steps: [[0, "text"], [ONE_DAY, "red"]] }),
  ] },
  { title: "Calls to the provider", height: 7, panels: [
    graph("Calls", "By endpoint.", [{ expr: rate("callout", "oidc_endpoint"), legend: "{{oidc_endpoint}}" }]),
    graph("Failed calls", "No answer, or one that could not be used.", [{ expr: rate("callout_failed", "oidc_endpoint"), legend: "{{oidc_endpoint}}" }], { quietMax: RARELY }),
    graph("Time of a call", "95 of 100 calls took no longer.", [{ expr: `histogram_quantile(0.95, ${rate("callout_ms_bucket", "oidc_endpoint, le")})`, legend: "{{oidc_endpoint}}" }], { unit: "ms" }),
  ] },
  { title: "Browsers", height: 7, panels: [
    graph("Logins and logouts", "Started and completed.", rates({ sign_in_started: "login started", signed_in: "logged in", signed_out: "logged out" }), { quietMax: RARELY }),
    graph("Refreshes", "Ended: the provider no longer knows the session. Failed: the provider did not answer.", rates({ refreshed: "refreshed", refresh_ended: "ended", refresh_failed: "failed" }), { quietMax: RARELY }),
  ] },
  { title: "Caches and bounds", height: 7, panels: [
    graph("Share of lookups that hit", "Tokens and sessions that the worker had judged before.", [hits("token"), hits("session")], { unit: "percentunit", max: 1 }),
    graph("Bounds reached", "docs/bounds.md says what each bound is for.", rates({ bound_calls: "calls to the provider", bound_waiting: "waiting requests", bound_ended_sessions: "revoked sessions", logout_not_kept: "logouts not kept" }), { quietMax: RARELY }),
    graph("Restarts of the filter's VM", "By plugin. No input should cause one.", [{ expr: `sum by (wasm_plugin) (increase(envoy_wasm_vm_reload${OF}[$__rate_interval]))`, legend: "{{wasm_plugin}}" }], { unit: "none", quietMax: 1 }),
    stat("Version", "Envoys by the version of the filter.", `count by (oidc_version) (envoy_oidc_version${OF})`, "{{oidc_version}}", { steps: [[0, "text"]] }),
  ] },
];
