// The kinds of panel. Each is given the same Spec, so none can do without a description, a unit,
// thresholds or a link to where to look next.
import * as bargauge from "@grafana/grafana-foundation-sdk/bargauge";
import type * as cog from "@grafana/grafana-foundation-sdk/cog";
import * as common from "@grafana/grafana-foundation-sdk/common";
import * as dashboard from "@grafana/grafana-foundation-sdk/dashboard";
import * as heatmap from "@grafana/grafana-foundation-sdk/heatmap";
import * as prometheus from "@grafana/grafana-foundation-sdk/prometheus";
import * as stat from "@grafana/grafana-foundation-sdk/stat";
import * as statetimeline from "@grafana/grafana-foundation-sdk/statetimeline";
import * as table from "@grafana/grafana-foundation-sdk/table";
import * as timeseries from "@grafana/grafana-foundation-sdk/timeseries";
import { COLOURS, dashboardLink, FAULT_COLOURS, Link, shownAs, Steps } from "./look.js";
import { FIGURE } from "./palette.js";
import { FAULTS } from "./promql.js";

export const DATASOURCE: common.DataSourceRef = { type: "prometheus", uid: "${datasource}" };

export interface Query {
  expr: string;
  legend?: string;
  /** Marks single probes on the graph: those that Prometheus keeps as exemplars. */
  exemplars?: boolean;
  /** Shortest step of the graph, such as "1d" for a bar a day. */
  interval?: string;
}

export interface Spec {
  title: string;
  /** What it shows. */
  means: string;
  /** What it looks like when all is well. */
  normal: string;
  /** What to do, or where to look, when it does not. */
  next: string;
  unit: string;
  thresholds: Steps;
  /** Where the panel's own menu leads. */
  links: Link[];
  /** Where a value leads, where it knows more than the panel. */
  dataLinks?: Link[];
  queries: Query[];
  decimals?: number;
  min?: number;
  max?: number;
  noValue?: string;
  mappings?: dashboard.ValueMapping[];
}

type Override = { matcher: dashboard.MatcherConfig; properties: dashboard.DynamicConfigValue[] };
type Kind = "instant" | "range";

export type AnyPanel = cog.Builder<dashboard.Panel> & {
  id(id: number): unknown;
  gridPos(gridPos: dashboard.GridPos): unknown;
};

function targets(queries: Query[], kind: Kind, format?: prometheus.PromQueryFormat) {
  return queries.map(({ expr, legend, interval, exemplars }, index) => {
    const query = new prometheus.DataqueryBuilder()
      .refId(String.fromCharCode(65 + index))
      .datasource(DATASOURCE)
      .editorMode(prometheus.QueryEditorMode.Code)
      .expr(expr)
      .legendFormat(legend ?? "__auto");
    if (format) query.format(format);
    if (interval) query.interval(interval);
    if (exemplars) query.exemplar(true);
    return kind === "instant" ? query.instant() : query.range();
  });
}

const steps = (thresholds: Steps) =>
  new dashboard.ThresholdsConfigBuilder()
    .mode(dashboard.ThresholdsMode.Absolute)
    .steps(thresholds.map(([value, color]) => ({ value, color })));

/** What every kind of panel takes from its Spec. */
function describe(
  panel:
    | timeseries.PanelBuilder
    | stat.PanelBuilder
    | table.PanelBuilder
    | heatmap.PanelBuilder
    | statetimeline.PanelBuilder
    | bargauge.PanelBuilder,
  spec: Spec,
) {
  panel
    .title(spec.title)
    .description(`${spec.means}\n\n**Normal:** ${spec.normal}\n\n**Next:** ${spec.next}`)
    .datasource(DATASOURCE)
    .unit(spec.unit)
    .thresholds(steps(spec.thresholds))
    .links(spec.links.map((link) => dashboardLink(link)));
  if (spec.dataLinks) panel.dataLinks(spec.dataLinks.map((link) => dashboardLink(link)));
  if (spec.decimals !== undefined) panel.decimals(spec.decimals);
  if (spec.min !== undefined) panel.min(spec.min);
  if (spec.max !== undefined) panel.max(spec.max);
  if (spec.mappings) panel.mappings(spec.mappings);
  panel.noValue(spec.noValue ?? "No data");
}

const byThreshold = () =>
  new dashboard.FieldColorBuilder().mode(dashboard.FieldColorModeId.Thresholds);

const fixed = (color: string): dashboard.DynamicConfigValue => ({
  id: "color",
  value: { mode: "fixed", fixedColor: color },
});

export const named = (name: string, ...properties: dashboard.DynamicConfigValue[]): Override => ({
  matcher: { id: "byName", options: name },
  properties,
});

export const matching = (
  regexp: string,
  ...properties: dashboard.DynamicConfigValue[]
): Override => ({ matcher: { id: "byRegexp", options: regexp }, properties });

export const coloured = (name: string, color: string): Override => named(name, fixed(color));

/** Why a slot was not probed. */
export const IN_COLOURS_OF_REASONS: Override[] = [
  coloured("overlap", COLOURS.grey),
  coloured("limit", COLOURS.warn),
  coloured("throttled", FAULT_COLOURS.request),
  coloured("credentials", FAULT_COLOURS.credentials),
  coloured("budget", COLOURS.accent),
  coloured("stall", FAULT_COLOURS.monitor),
];

/** Percentiles are shades of one colour, the last one that of text. */
export const IN_COLOURS_OF_PERCENTILES: Override[] = (["p50", "p90", "p95", "p99"] as const).map(
  (name) => coloured(name, FIGURE[name]),
);

/** A dashed line without a fill: an objective, or how it was before. */
export const dashed = (regexp: string, color?: string): Override =>
  matching(
    regexp,
    { id: "custom.lineStyle", value: { fill: "dash", dash: [8, 6] } },
    { id: "custom.fillOpacity", value: 0 },
    { id: "custom.stacking", value: { mode: "none", group: "A" } },
    ...(color ? [fixed(color)] : []),
  );

/** Dashed lines of a query whose series have the names, and so the colours, of the first one's. */
export const dashedQuery = (refId: string): Override => ({
  matcher: { id: "byFrameRefID", options: refId },
  properties: [
    { id: "custom.lineStyle", value: { fill: "dash", dash: [8, 6] } },
    { id: "custom.hideFrom", value: { legend: true, tooltip: false, viz: false } },
  ],
});

export const IN_COLOURS_OF_FAULTS: Override[] = FAULTS.map((fault) =>
  coloured(fault, FAULT_COLOURS[fault]),
);

export interface StatLook {
  /** A line of how it went, under the number. */
  history?: boolean;
  /** Colours the whole tile, for what is to be seen from across the room. */
  tile?: boolean;
  /** With the name of each series; one below the other unless it is a tile. */
  names?: boolean;
  /** The name of the label to show, for a metric whose value is always 1. */
  label?: string;
}

export function statPanel(spec: Spec, look: StatLook = {}): AnyPanel {
  const panel = new stat.PanelBuilder();
  describe(panel, spec);
  return panel
    .targets(targets(spec.queries, look.history ? "range" : "instant"))
    .colorScheme(byThreshold())
    .colorMode(
      look.tile ? common.BigValueColorMode.BackgroundSolid : common.BigValueColorMode.Value,
    )
    .graphMode(look.history ? common.BigValueGraphMode.Area : common.BigValueGraphMode.None)
    .justifyMode(common.BigValueJustifyMode.Auto)
    .textMode(
      look.label
        ? common.BigValueTextMode.Name
        : look.names
          ? common.BigValueTextMode.ValueAndName
          : common.BigValueTextMode.Value,
    )
    .orientation(
      look.names && !look.tile ? common.VizOrientation.Horizontal : common.VizOrientation.Auto,
    )
    .wideLayout(true)
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(["lastNotNull"]).values(false));
}

export interface GraphLook {
  stacked?: boolean;
  bars?: boolean;
  log?: boolean;
  /** Draws the thresholds as lines: what they mean is in the description. */
  lines?: boolean;
  overrides?: Override[];
  /** Columns of the legend, which is then a table beside the graph. */
  calcs?: string[];
  points?: boolean;
  /** Where the axis begins unless a value is below, for what stays near 100 %. */
  from?: number;
}

export function graph(spec: Spec, look: GraphLook = {}): AnyPanel {
  const panel = new timeseries.PanelBuilder();
  describe(panel, spec);
  const stacked = look.stacked ?? false;
  panel
    .targets(targets(spec.queries, "range"))
    .colorScheme(
      // What has no colour of its own has one by its name: a tenant the same one everywhere.
      new dashboard.FieldColorBuilder().mode(dashboard.FieldColorModeId.PaletteClassicByName),
    )
    .drawStyle(look.bars ? common.GraphDrawStyle.Bars : common.GraphDrawStyle.Line)
    .lineWidth(look.bars || stacked ? 0 : 1)
    .fillOpacity(look.bars ? 90 : stacked ? 80 : 0)
    .showPoints(look.points ? common.VisibilityMode.Always : common.VisibilityMode.Never)
    .axisSoftMin(look.from ?? 0)
    .thresholdsStyle(
      new common.GraphThresholdsStyleConfigBuilder().mode(
        look.lines ? common.GraphThresholdsStyleMode.Dashed : common.GraphThresholdsStyleMode.Off,
      ),
    )
    .stacking(
      new common.StackingConfigBuilder()
        .group("A")
        .mode(stacked ? common.StackingMode.Normal : common.StackingMode.None),
    )
    .tooltip(
      new common.VizTooltipOptionsBuilder()
        .mode(common.TooltipDisplayMode.Multi)
        .sort(common.SortOrder.Descending),
    )
    .legend(
      new common.VizLegendOptionsBuilder()
        .displayMode(look.calcs ? common.LegendDisplayMode.Table : common.LegendDisplayMode.List)
        .placement(look.calcs ? common.LegendPlacement.Right : common.LegendPlacement.Bottom)
        .showLegend(true)
        .calcs(look.calcs ?? []),
    )
    .overrides(look.overrides ?? []);
  if (look.log) {
    panel.scaleDistribution(
      new common.ScaleDistributionConfigBuilder().type(common.ScaleDistribution.Log).log(10),
    );
  }
  return panel;
}

/** One row a series, its colour by what the value means. */
export function timeline(spec: Spec): AnyPanel {
  const panel = new statetimeline.PanelBuilder();
  describe(panel, spec);
  return panel
    .targets(targets(spec.queries, "range"))
    .colorScheme(byThreshold())
    .mergeValues(true)
    .showValue(common.VisibilityMode.Never)
    .rowHeight(0.85)
    .fillOpacity(90)
    .lineWidth(0)
    .legend(
      new common.VizLegendOptionsBuilder()
        .displayMode(common.LegendDisplayMode.List)
        .placement(common.LegendPlacement.Bottom)
        .showLegend(true)
        .calcs([]),
    )
    .tooltip(
      new common.VizTooltipOptionsBuilder()
        .mode(common.TooltipDisplayMode.Single)
        .sort(common.SortOrder.None),
    );
}

/** Counts by upper edge over time, or a native histogram, which Grafana draws first. */
export function heatmapPanel(spec: Spec): AnyPanel {
  const panel = new heatmap.PanelBuilder();
  describe(panel, spec);
  return panel
    .targets(targets(spec.queries, "range", prometheus.PromQueryFormat.Heatmap))
    .calculate(false)
    .cellGap(1)
    .color(
      new heatmap.HeatmapColorOptionsBuilder()
        .mode(heatmap.HeatmapColorMode.Scheme)
        .scheme("Viridis")
        .fill(COLOURS.accent)
        .steps(64)
        .scale(heatmap.HeatmapColorScale.Exponential)
        .exponent(0.5)
        .reverse(false),
    )
    .rowsFrame(new heatmap.RowsHeatmapOptionsBuilder().layout(common.HeatmapCellLayout.Auto))
    .yAxis(
      new heatmap.YAxisConfigBuilder()
        .unit(spec.unit)
        .axisPlacement(common.AxisPlacement.Left)
        .reverse(false),
    )
    .filterValues(new heatmap.FilterValueRangeBuilder().le(1e-9))
    .tooltip(
      new heatmap.HeatmapTooltipBuilder()
        .mode(common.TooltipDisplayMode.Single)
        .yHistogram(true)
        .showColorScale(true),
    )
    .showValue(common.VisibilityMode.Never)
    .showLegend();
}

export function bars(spec: Spec, overrides: Override[] = []): AnyPanel {
  const panel = new bargauge.PanelBuilder();
  describe(panel, spec);
  return panel
    .targets(targets(spec.queries, "instant"))
    .colorScheme(byThreshold())
    .orientation(common.VizOrientation.Horizontal)
    .displayMode(common.BarGaugeDisplayMode.Basic)
    .valueMode(common.BarGaugeValueMode.Color)
    .namePlacement(common.BarGaugeNamePlacement.Auto)
    .showUnfilled(true)
    .sizing(common.BarGaugeSizing.Auto)
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(["lastNotNull"]).values(false))
    .overrides(overrides);
}

/** A column of a table: a label, or the value of a query. */
export interface Column {
  /** The label's name, or the query's. */
  from: string | Query;
  title: string;
  unit?: string;
  decimals?: number;
  thresholds?: Steps;
  mappings?: dashboard.ValueMapping[];
  links?: Link[];
  /** What stands in each cell in place of its value. */
  text?: string;
  width?: number;
  /** Not shown: the query is there for the labels that it adds. */
  hidden?: boolean;
}

export type TableSpec = Omit<Spec, "queries"> & {
  columns: Column[];
  /** The column to sort by, highest first, or lowest first with a minus before it. */
  sort?: string;
};

/** Queries side by side, joined by the labels that they share. */
export function tablePanel({ columns, sort, ...rest }: TableSpec): AnyPanel {
  const queries = columns.map(({ from }) => from).filter((from) => typeof from !== "string");
  const single = queries.length === 1;
  let next = 0;
  const fields = columns.map((column) => ({
    column,
    field:
      typeof column.from === "string"
        ? column.from
        : single
          ? "Value"
          : `Value #${String.fromCharCode(65 + next++)}`,
  }));
  const spec = { ...rest, queries };
  const panel = new table.PanelBuilder();
  describe(panel, spec);
  panel
    .targets(targets(queries, "instant", prometheus.PromQueryFormat.Table))
    .withTransformation({ id: "merge", options: {} })
    .withTransformation({
      id: "organize",
      options: {
        excludeByName: Object.fromEntries([
          ["Time", true],
          ...fields.filter(({ column }) => column.hidden).map(({ field }) => [field, true]),
        ]),
        indexByName: Object.fromEntries(fields.map(({ field }, index) => [field, index])),
        renameByName: {},
      },
    })
    .showHeader(true)
    .cellHeight(common.TableCellHeight.Sm)
    .minWidth(50)
    .align(common.FieldTextAlignment.Auto)
    .cellOptions({ type: common.TableCellDisplayMode.Auto } as common.TableCellOptions)
    .overrides(
      fields
        .filter(({ column }) => !column.hidden)
        .map(({ field, column }) => named(field, ...cell(column))),
    );
  if (sort) {
    panel.sortBy([
      new common.TableSortByFieldStateBuilder()
        .displayName(sort.replace(/^-/, ""))
        .desc(!sort.startsWith("-")),
    ]);
  }
  return panel;
}

/** In a table only what is not well has a colour: small text, which must be readable. */
const inTable = (color: string) => (color === COLOURS.good ? COLOURS.plain : color);

function cell({ title, unit, decimals, thresholds, mappings, links, text, width }: Column) {
  const set: [id: string, value: unknown][] = [["displayName", title]];
  if (unit) set.push(["unit", unit]);
  if (decimals !== undefined) set.push(["decimals", decimals]);
  if (mappings) set.push(["mappings", mappings]);
  if (thresholds || mappings) set.push(["custom.cellOptions", { type: "color-text" }]);
  if (thresholds) {
    set.push([
      "thresholds",
      {
        mode: "absolute",
        steps: thresholds.map(([value, color]) => ({ value, color: inTable(color) })),
      },
    ]);
  }
  if (text) set.push(["mappings", [shownAs(text)]]);
  if (links) set.push(["links", links.map((link) => dashboardLink(link).build())]);
  if (width) set.push(["custom.width", width]);
  return set.map(([id, value]) => ({ id, value }));
}
