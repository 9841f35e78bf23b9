// Asks Prometheus what the panels of a dashboard ask it for, as Grafana would.

import type { PrometheusProcess } from "../../demo/prometheus-process";

interface Target { refId: string; expr: string; legendFormat: string; instant?: boolean }

/** What the picture needs of a panel in Grafana's format. */
export interface DashboardPanel {
  type: "row" | "timeseries" | "stat";
  title: string;
  description?: string;
  gridPos: { x: number; y: number; w: number; h: number };
  options: Record<string, unknown>;
  fieldConfig: { defaults: Record<string, unknown>; overrides: unknown[] };
  targets?: Target[];
}

/** A series under its name in the legend. Times are in seconds since 1970; Prometheus writes numbers as texts. */
export interface Series { refId: string; name: string; labels: Record<string, string>; values: [time: number, value: string][] }

/** Seconds since 1970, and seconds between two points. */
export interface Range { from: number; to: number; step: number }

export interface PanelData { panel: DashboardPanel; series: Series[] }

export async function dataOf({ ask }: PrometheusProcess, panels: DashboardPanel[], range: Range): Promise<PanelData[]> {
  return Promise.all(panels.map(async (panel) => ({ panel, series: (await Promise.all((panel.targets ?? []).map((target) => seriesOf(ask, target, range)))).flat() })));
}

interface Result { metric: Record<string, string>; value?: [number, string]; values?: [number, string][] }

async function seriesOf(ask: PrometheusProcess["ask"], { refId, expr, legendFormat, instant }: Target, { from, to, step }: Range): Promise<Series[]> {
  const query = encodeURIComponent(withoutVariables(expr, { from, to, step }));
  const path = instant ? `query?query=${query}&time=${to}` : `query_range?query=${query}&start=${from}&end=${to}&step=${step}`;
  const { result } = await ask<{ result: Result[] }>(path);
  return result.map(({ metric, value, values }) => ({
    refId, labels: metric, values: values ?? [value!], name: legendFormat.replaceAll(/\{\{(\w+)\}\}/g, (_, label: string) => metric[label] ?? ""),
  }));
}

/** With all Envoys. Grafana's interval for rates is four scrapes, and a step is one. */
function withoutVariables(expr: string, { from, to, step }: Range): string {
  return expr.replaceAll("$instance", ".*").replaceAll("$__rate_interval", `${4 * step}s`).replaceAll("$__range", `${to - from}s`);
}
