// Draws a dashboard and its data by Grafana's panel library, in a browser. Units, thresholds, names and colors are the library's work.

import "@fontsource/inter/latin-400.css";
import "@fontsource/inter/latin-500.css";
import {
  applyFieldOverrides, createTheme, dateTime, FieldConfigOptionsRegistry, FieldType, getDisplayValueAlignmentFactors, getFieldDisplayValues, identityOverrideProcessor, toDataFrame,
  type DataFrame, type FieldConfigPropertyItem, type FieldConfigSource, type FieldDisplay, type TimeRange,
} from "@grafana/data";
import { BigValue, GlobalStyles, PanelChrome, ThemeContext, TimeSeries, VizRepeater } from "@grafana/ui";
import { createRoot } from "react-dom/client";
import type { PanelData, Range } from "./queries";

declare global { interface Window { picture: { panels: PanelData[]; range: Range } } }

/** Grafana's grid: 24 columns, and rows of this height, with this space between panels. */
const COLUMNS = 24, ROW_HEIGHT = 30, GAP = 8, TIME_ZONE = "utc";

const theme = createTheme({ colors: { mode: "dark" } });
const { panels, range } = window.picture;
const [from, to] = [dateTime(range.from * 1000), dateTime(range.to * 1000)];
const timeRange: TimeRange = { from, to, raw: { from, to } };

function framesOf({ panel, series }: PanelData): DataFrame[] {
  const data = series.map(({ refId, name, labels, values }) => toDataFrame({ refId, fields: [
    { name: "Time", type: FieldType.time, values: values.map(([time]) => time * 1000), config: { interval: range.step * 1000 } },
    { name: "Value", type: FieldType.number, labels, values: values.map(([, value]) => numberOf(value)), config: { displayNameFromDS: name } },
  ] }));
  const fieldConfig = panel.fieldConfig as unknown as FieldConfigSource;
  return applyFieldOverrides({ data, fieldConfig, fieldConfigRegistry: registryOf(fieldConfig), replaceVariables: (text) => text, theme, timeZone: TIME_ZONE });
}

/** "NaN" is what Prometheus says of a quantile of no calls. It is a gap, as nothing is. */
function numberOf(value: string): number | null {
  const number = Number(value);
  return Number.isNaN(number) ? null : number;
}

/** A panel's plugin says which settings its fields have. Here they are those that the dashboard sets. */
function registryOf({ defaults: { custom, ...defaults }, overrides }: FieldConfigSource): FieldConfigOptionsRegistry {
  const item = (path: string, isCustom: boolean): FieldConfigPropertyItem => ({
    id: isCustom ? `custom.${path}` : path, path, isCustom, name: path, process: identityOverrideProcessor, shouldApply: () => true, editor: () => null, override: () => null,
  });
  const overridden = overrides.flatMap(({ properties }) => properties.map(({ id }) => id));
  const ids = new Set([...Object.keys(defaults), ...Object.keys(custom ?? {}).map((path) => `custom.${path}`), ...overridden]);
  return new FieldConfigOptionsRegistry(() => [...ids].map((id) => (id.startsWith("custom.") ? item(id.slice("custom.".length), true) : item(id, false))));
}

type Size = { width: number; height: number };

function Graph({ data, width, height }: { data: PanelData } & Size) {
  const { legend } = data.panel.options as { legend: Parameters<typeof TimeSeries>[0]["legend"] };
  return <TimeSeries frames={framesOf(data)} timeRange={timeRange} timeZone={TIME_ZONE} width={width} height={height} legend={legend} />;
}

function Stat({ data, width, height }: { data: PanelData } & Size) {
  const frames = framesOf(data), options = data.panel.options as any;
  const getValues = (): FieldDisplay[] => getFieldDisplayValues({
    data: frames, fieldConfig: data.panel.fieldConfig as unknown as FieldConfigSource, reduceOptions: options.reduceOptions, replaceVariables: (text) => text, theme, timeZone: TIME_ZONE,
  });
  return (
    <VizRepeater source={frames} renderCounter={0} autoGrid itemSpacing={3} orientation={options.orientation} width={width} height={height}
      getValues={getValues} getAlignmentFactors={getDisplayValueAlignmentFactors}
      renderValue={({ value: { display }, alignmentFactors, width, height, count }) => (
        <BigValue value={display} count={count} alignmentFactors={alignmentFactors} width={width} height={height} theme={theme}
          colorMode={options.colorMode} graphMode={options.graphMode} justifyMode={options.justifyMode} textMode={options.textMode} text={options.text} wideLayout={options.wideLayout} />
      )} />
  );
}

/** Grafana says the same of a panel without data. */
function Empty({ width, height }: Size) {
  return <div style={{ width, height, display: "grid", placeItems: "center", color: theme.colors.text.secondary }}>No data</div>;
}

function Content({ data, ...size }: { data: PanelData } & Size) {
  if (data.series.length === 0) return <Empty {...size} />;
  return data.panel.type === "stat" ? <Stat data={data} {...size} /> : <Graph data={data} {...size} />;
}

function Panel({ data, columnWidth }: { data: PanelData; columnWidth: number }) {
  const { panel } = data, { x, y, w, h } = panel.gridPos;
  const width = w * columnWidth + (w - 1) * GAP, height = h * ROW_HEIGHT + (h - 1) * GAP;
  const at = { position: "absolute", left: GAP + x * (columnWidth + GAP), top: GAP + y * (ROW_HEIGHT + GAP), width, height } as const;
  if (panel.type === "row") return <div style={{ ...at, display: "flex", alignItems: "center", ...theme.typography.h6 }}>{panel.title}</div>;
  return (
    <div style={at}>
      <PanelChrome title={panel.title} width={width} height={height}>
        {(innerWidth, innerHeight) => <Content data={data} width={innerWidth} height={innerHeight} />}
      </PanelChrome>
    </div>
  );
}

function Dashboard() {
  const columnWidth = (window.innerWidth - GAP) / COLUMNS - GAP;
  const rows = Math.max(...panels.map(({ panel: { gridPos: { y, h } } }) => y + h));
  return (
    <ThemeContext.Provider value={theme}>
      <GlobalStyles />
      <div style={{ position: "relative", height: GAP + rows * (ROW_HEIGHT + GAP), background: theme.colors.background.canvas, color: theme.colors.text.primary }}>
        {panels.map((data, i) => <Panel key={i} data={data} columnWidth={columnWidth} />)}
      </div>
    </ThemeContext.Provider>
  );
}

/** Lines are drawn on canvases, whose texts need the fonts to be there. */
void Promise.all(["400", "500"].map((weight) => document.fonts.load(`${weight} 12px Inter`))).then(() => createRoot(document.body).render(<Dashboard />));
