// The dashboard's JSON, made by Grafana's own builders, which know the format.

import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { DashboardBuilder, DatasourceVariableBuilder, QueryVariableBuilder, RowBuilder, type Panel as GrafanaPanel } from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as GraphBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import { ROWS, type Panel } from "./panels";

export const DASHBOARD = "envoy/observability/dashboard.json";
const SOURCE = { type: "prometheus", uid: "${datasource}" };
/** Grafana's rows are 24 wide. */
const WIDTH = 24, HEIGHT = 8;

export function dashboard(): string {
  const builder = new DashboardBuilder("envoy-oidc").uid("envoy-oidc").tags(["envoy", "openid-connect"]).refresh("30s").time({ from: "now-1h", to: "now" }).timezone("browser")
    .withVariable(new DatasourceVariableBuilder("datasource").label("Data source").type("prometheus"))
    .withVariable(new QueryVariableBuilder("instance").label("Envoy").datasource(SOURCE).query("label_values(envoy_oidc_version, instance)").multi(true).includeAll(true).allValue(".*"));
  for (const { title, panels } of ROWS) {
    builder.withRow(new RowBuilder(title));
    for (const panel of panels) builder.withPanel(built(panel, WIDTH / panels.length));
  }
  return `${JSON.stringify(builder.build(), null, 2)}\n`;
}

function built({ title, description, kind, unit, queries }: Panel, width: number): Builder<GrafanaPanel> {
  const builder = (kind === "stat" ? new StatBuilder() : new GraphBuilder().min(0)).title(title).description(description).unit(unit).datasource(SOURCE).span(width).height(HEIGHT);
  queries.forEach(({ expr, legend }, i) => builder.withTarget(new DataqueryBuilder().refId(String.fromCharCode(65 + i)).expr(expr).legendFormat(legend)));
  return builder;
}
