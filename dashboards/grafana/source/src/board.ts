// What the boards have in common: variables, links between them, the layer of alerts, and how
// panels are laid out. Ids and places follow from the order, so a change shows as a small
// difference.
import * as dashboard from "@grafana/grafana-foundation-sdk/dashboard";
import { BoardName, BOARDS, COLOURS } from "./look.js";
import { AnyPanel, DATASOURCE } from "./panels.js";
import { alerts as alertsThat, ofProbe, ofTenant } from "./promql.js";

const COLUMNS = 24;

/** A heading and lines of panels under it; panels side by side share the line's height. */
export interface Row {
  title: string;
  lines: { height: number; panels: [panel: AnyPanel, width: number][] }[];
}

export interface Board {
  name: BoardName;
  description: string;
  from: string;
  to?: string;
  refresh?: string;
  /** Narrows down to tenants and probes. The exporter's own board does not. */
  tenants: boolean;
  extra?: dashboard.CustomVariableBuilder[];
  rows: Row[];
}

const ALL: dashboard.VariableOption = { selected: true, text: ["All"], value: ["$__all"] };

/** `all` is what the choice of all stands for: .* where series may do without the label. */
const choice = (
  name: string,
  label: string,
  description: string,
  query: string,
  all: ".+" | ".*" = ".+",
) =>
  new dashboard.QueryVariableBuilder(name)
    .label(label)
    .description(description)
    .datasource(DATASOURCE)
    .query({ query, refId: name })
    .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
    .sort(dashboard.VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue(all)
    .current(ALL);

function variables({ tenants, extra = [] }: Board) {
  const info = ofTenant("reinfer_tenant_info").replace(', tenant=~"$tenant"', "");
  const last = ofProbe("reinfer_probe_results_total").replace(', probe=~"$probe"', "");
  return [
    new dashboard.DatasourceVariableBuilder("datasource")
      .label("Data source")
      .description("The Prometheus that scrapes the exporters.")
      .type("prometheus")
      .current({ selected: true, text: "default", value: "default" }),
    choice(
      "job",
      "Job",
      "Scrape jobs of Prometheus.",
      "label_values(reinfer_exporter_build_info, job)",
    ),
    choice(
      "vantage",
      "Vantage",
      "Places to look from, where targets of Prometheus have a label vantage.",
      'label_values(reinfer_exporter_build_info{job=~"$job"}, vantage)',
      ".*",
    ),
    choice(
      "instance",
      "Instance",
      "Exporters.",
      'label_values(reinfer_exporter_build_info{job=~"$job", vantage=~"$vantage"}, instance)',
    ),
    ...(tenants
      ? [
          choice(
            "environment",
            "Environment",
            "Tenants by their label environment, where they have one.",
            `label_values(${info.replace(', environment=~"$environment"', "")}, environment)`,
            ".*",
          ),
          choice("tenant", "Tenant", "Tenants of the API.", `label_values(${info}, tenant)`),
          choice("probe", "Probe", "The checks of these tenants.", `label_values(${last}, probe)`),
        ]
      : []),
    ...extra,
  ];
}

const others = (name: BoardName) =>
  Object.values(BOARDS)
    .filter(({ uid }) => uid !== BOARDS[name].uid)
    .map(({ uid, title }) =>
      new dashboard.DashboardLinkBuilder(title.replace("Re:infer / ", ""))
        .url(`/d/${uid}`)
        .keepTime(true)
        .includeVars(true)
        .icon("dashboard"),
    );

const alerts = () =>
  new dashboard.AnnotationQueryBuilder()
    .name("Alerts")
    .datasource(DATASOURCE)
    .enable(true)
    .hide(false)
    .iconColor(COLOURS.bad)
    .expr(alertsThat("firing"))
    .step("60s")
    .titleFormat("{{alertname}}")
    .textFormat("{{tenant}} {{fault}} {{severity}}")
    .tagKeys("severity,fault");

function lay(row: Row, top: number, firstId: number) {
  const placed: AnyPanel[] = [];
  let y = top;
  for (const { height, panels } of row.lines) {
    let x = 0;
    for (const [panel, w] of panels) {
      panel.id(firstId + placed.length);
      panel.gridPos({ x, y, w, h: height });
      placed.push(panel);
      x += w;
    }
    if (x !== COLUMNS) throw new Error(`a line of "${row.title}" is ${x} columns wide`);
    y += height;
  }
  return { placed, bottom: y };
}

export function build(board: Board): dashboard.Dashboard {
  const { uid, title } = BOARDS[board.name];
  const builder = new dashboard.DashboardBuilder(title)
    .uid(uid)
    .description(board.description)
    .tags(["reinfer"])
    .readonly()
    .timezone("browser")
    .tooltip(dashboard.DashboardCursorSync.Crosshair)
    .time({ from: board.from, to: board.to ?? "now" })
    .timepicker(
      new dashboard.TimePickerBuilder().refreshIntervals(["15s", "30s", "1m", "5m", "15m", "1h"]),
    )
    .refresh(board.refresh ?? "")
    .variables(variables(board))
    .annotation(alerts())
    .links(others(board.name));
  let y = 0;
  let id = 1;
  for (const row of board.rows) {
    builder.withRow(
      new dashboard.RowBuilder(row.title).id(id++).gridPos({ x: 0, y, w: COLUMNS, h: 1 }),
    );
    const { placed, bottom } = lay(row, y + 1, id);
    placed.forEach((panel) => builder.withPanel(panel));
    id += placed.length;
    y = bottom;
  }
  return tidied(builder.build());
}

/** Without what the published types of Grafana do not know: the SDK gives every variable the
 * settings of interval variables, and tables a footer as it was before. */
function tidied(model: dashboard.Dashboard): dashboard.Dashboard {
  for (const variable of model.templating?.list ?? []) {
    const loose = variable as unknown as Record<string, unknown>;
    ["auto", "auto_min", "auto_count"].forEach((key) => delete loose[key]);
  }
  for (const panel of model.panels ?? []) {
    const { options, gridPos } = panel as dashboard.Panel;
    if (panel.type === "table") delete options.footer;
    // A legend beside the graph only where there is room for both.
    if (panel.type === "timeseries" && gridPos!.w < COLUMNS / 2) {
      Object.assign(options.legend, { displayMode: "list", placement: "bottom", calcs: [] });
    }
  }
  return model;
}
