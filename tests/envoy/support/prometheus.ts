// A real Prometheus for a test file. It scrapes one Envoy with the shipped configuration and rules, only more often, and stops with the file.

import { runPrometheus } from "../../../cli/demo/prometheus-process";
import { atEnd } from "./cleanup";

export { OBSERVABILITY } from "../../../cli/demo/prometheus-process";

export interface Sample { metric: Record<string, string>; value: [number, string] }

export interface Prometheus {
  /** The result of an instant query. */
  query(expr: string): Promise<Sample[]>;
  /** The names of the firing alerts. */
  firing(): Promise<string[]>;
}

/** The rules' windows and delays, with seconds instead of minutes. */
const hurried = (rules: string): string => rules.replaceAll(/\bfor: \w+/g, "for: 1s").replaceAll(/\[\d+m\]/g, "[15s]");

export async function startPrometheus(adminUrl: string): Promise<Prometheus> {
  const { ask, stop } = await runPrometheus({ adminUrl, scrapeSeconds: 1, rules: hurried, withinMs: 120_000 });
  atEnd(stop);
  return {
    query: async (expr) => (await ask<{ result: Sample[] }>(`query?query=${encodeURIComponent(expr)}`)).result,
    firing: async () => {
      const { alerts } = await ask<{ alerts: { state: string; labels: { alertname: string } }[] }>("alerts");
      return [...new Set(alerts.filter(({ state }) => state === "firing").map(({ labels }) => labels.alertname))].sort();
    },
  };
}
