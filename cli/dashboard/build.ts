// The dashboard's JSON, made by Grafana's own builders, which know the format.

import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import {
  BigValueGraphMode, BigValueTextMode, LegendDisplayMode, LegendPlacement, ReduceDataOptionsBuilder, SortOrder, StackingConfigBuilder, StackingMode, TooltipDisplayMode, VisibilityMode,
  VizLegendOptionsBuilder, VizTextDisplayOptionsBuilder, VizOrientation, VizTooltipOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import {
  DashboardBuilder, DatasourceVariableBuilder, FieldColorBuilder, FieldColorModeId, MappingType, QueryVariableBuilder, RowBuilder, ThresholdsConfigBuilder, ThresholdsMode, type Panel as GrafanaPanel,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as GraphBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import { ROWS, type Graph, type Panel, type Stat } from "./panels";

export const DASHBOARD = "envoy/observability/dashboard.json";
const SOURCE = { type: "prometheus", uid: "${datasource}" };
/** Grafana's rows are 24 wide. */
const WIDTH = 24;

export function dashboard(): string {
  const builder = new DashboardBuilder("envoy-oidc").uid("envoy-oidc").tags(["envoy", "openid-connect"]).refresh("30s").time({ from: "now-1h", to: "now" }).timezone("browser")
    .withVariable(new DatasourceVariableBuilder("datasource").label("Data source").type("prometheus"))
    .withVariable(new QueryVariableBuilder("instance").label("Envoy").datasource(SOURCE).query("label_values(envoy_oidc_version, instance)").multi(true).includeAll(true).allValue(".*"));
  let id = 0;
  for (const { title, height, panels } of ROWS) {
    builder.withRow(new RowBuilder(title).id(++id));
    for (const panel of panels) builder.withPanel(built(panel, ++id, WIDTH / panels.length, height));
  }
  return `${JSON.stringify(builder.build(), null, 2)}\n`;
}

function built(panel: Panel, id: number, width: number, height: number): Builder<GrafanaPanel> {
  const builder = panel.kind === "stat" ? statBuilder(panel) : graphBuilder(panel);
  builder.id(id).title(panel.title).description(panel.description).unit(panel.unit).datasource(SOURCE).span(width).height(height);
  panel.queries.forEach(({ expr, legend }, i) => {
    const query = new DataqueryBuilder().refId(String.fromCharCode(65 + i)).expr(expr).legendFormat(legend);
    builder.withTarget(panel.kind === "stat" ? query.instant() : query.range());
  });
  return builder;
}

function graphBuilder({ stacked = false, max, quietMax }: Graph): GraphBuilder {
  const builder = new GraphBuilder().min(0).colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassic))
    .lineWidth(1).fillOpacity(stacked ? 25 : 0).showPoints(VisibilityMode.Never)
    .legend(new VizLegendOptionsBuilder().showLegend(true).displayMode(LegendDisplayMode.List).placement(LegendPlacement.Bottom))
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending));
  if (stacked) builder.stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group("A"));
  if (quietMax !== undefined) builder.axisSoftMax(quietMax);
  return max === undefined ? builder : builder.max(max);
}

function statBuilder({ steps, texts }: Stat): StatBuilder {
  const builder = new StatBuilder().colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds)).graphMode(BigValueGraphMode.None).orientation(VizOrientation.Horizontal).textMode(BigValueTextMode.ValueAndName)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(["lastNotNull"])).text(new VizTextDisplayOptionsBuilder().titleSize(13).valueSize(22))
    // The first step has no lower end.
    .thresholds(new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps.map(([value, color], i) => ({ value: i === 0 ? null : value, color }))));
  if (texts === undefined) return builder;
  return builder.mappings([{ type: MappingType.ValueToText, options: Object.fromEntries(Object.entries(texts).map(([value, text], index) => [value, { text, index }])) }]);
}
