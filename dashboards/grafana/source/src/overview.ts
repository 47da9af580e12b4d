// Overview: is it them, the path or us? The first line answers that without a click.
import * as units from "@grafana/grafana-foundation-sdk/units";
import { Board } from "./board.js";
import {
  COLOURS,
  narrowedTo,
  NEUTRAL,
  risingBad,
  risingGood,
  rowTo,
  TARGET_PAGE,
  to,
  VERDICT_WORDS,
  words,
  YES_NO,
} from "./look.js";
import {
  coloured,
  dashed,
  graph,
  IN_COLOURS_OF_FAULTS,
  bars,
  IN_COLOURS_OF_PERCENTILES,
  statPanel,
  tablePanel,
  timeline,
} from "./panels.js";
import {
  alerts,
  attained,
  budgetLeft,
  burn,
  commonThreshold,
  increase,
  objective,
  ofExporter,
  ofProbe,
  ofTenant,
  pageOf,
  quantile,
  rate,
  ratio,
  results,
  share,
  STEP,
  sumBy,
  verdict,
} from "./promql.js";

const PROBES = "tenant, probe";

const verdictNow = statPanel(
  {
    title: "Whose fault is it?",
    means:
      "Per tenant, where most of the failures of the last five minutes come from, when more than " +
      "5 % of the probes failed that way; one lost probe alone does not count. *Them* is the " +
      "platform or its edge, *the path* the network " +
      "between, *us* the token, the request, our own network or the monitor.",
    normal: "All well.",
    next: "Click a tile for the tenant's failures. Not probed: see Exporter health.",
    unit: units.NoUnit,
    thresholds: NEUTRAL,
    mappings: [VERDICT_WORDS],
    links: [to("faults")],
    dataLinks: [narrowedTo("faults", "tenant")],
    queries: [{ expr: verdict("5m"), legend: "{{tenant}}" }],
  },
  { tile: true, names: true },
);

const controls = statPanel(
  {
    title: "Controls",
    means:
      "Whether the control targets, which have nothing to do with the API, can be reached from " +
      "each " +
      "exporter. While they can, a network failure is not that of our own connection.",
    normal: "Reached.",
    next: "Not reached: ask for your own network first. No data: no [[control]] is configured.",
    unit: units.NoUnit,
    thresholds: YES_NO,
    mappings: [words({ 0: ["Not reached", COLOURS.bad], 1: ["Reached", COLOURS.good] })],
    noValue: "No control",
    links: [to("faults")],
    queries: [
      {
        expr: `max by (instance) (${ofExporter("reinfer_control_reachable")})`,
        legend: "{{instance}}",
      },
    ],
  },
  { names: true },
);

const tokens = statPanel(
  {
    title: "Tokens",
    means: "Whether the API took each tenant's token the last time it looked at it.",
    normal: "Accepted.",
    next:
      "Rejected: somebody made a new token for the same user, or it expired. Replace it where " +
      "the exporter reads it; it is read again at once.",
    unit: units.NoUnit,
    thresholds: YES_NO,
    mappings: [words({ 0: ["Rejected", COLOURS.bad], 1: ["Accepted", COLOURS.good] })],
    links: [to("faults")],
    dataLinks: [narrowedTo("faults", "tenant")],
    queries: [
      {
        expr: `min by (tenant) (${ofTenant("reinfer_token_accepted")})`,
        legend: "{{tenant}}",
      },
    ],
  },
  { names: true },
);

const exporters = statPanel(
  {
    title: "Exporters",
    means:
      "Whether Prometheus reached each exporter at its last scrape. Nothing else on this board " +
      "means anything for an exporter that is down.",
    normal: "Up.",
    next: "Down: see Exporter health, then the exporter's own log.",
    unit: units.NoUnit,
    thresholds: YES_NO,
    mappings: [words({ 0: ["Down", COLOURS.bad], 1: ["Up", COLOURS.good] })],
    links: [to("exporter")],
    queries: [{ expr: ofExporter("up"), legend: "{{instance}}" }],
  },
  { names: true },
);

const verdictHistory = timeline({
  title: "Whose fault was it?",
  means:
    "The same verdict over time. A tenant is named here when more than 5 % of its probes in a " +
    "step " +
    "of the graph failed for one reason.",
  normal: "One band in the colour of All well.",
  next: "Zoom into a coloured stretch, then open Faults and path for what was answered.",
  unit: units.NoUnit,
  thresholds: NEUTRAL,
  mappings: [VERDICT_WORDS],
  links: [to("faults")],
  dataLinks: [narrowedTo("faults", "tenant")],
  queries: [{ expr: verdict(STEP), legend: "{{tenant}}" }],
});

const failures = graph(
  {
    title: "Failures by whose fault they are",
    means: "Share of all probes that failed, stacked by fault.",
    normal: "Nothing to see.",
    next: "Faults and path names the outcome and the reply's status code.",
    unit: units.PercentUnit,
    thresholds: risingBad(0.01, 0.05),
    links: [to("faults")],
    queries: [
      {
        expr: share(sumBy("fault", rate(results('fault!="none"'))), sumBy("", rate(results()))),
        legend: "{{fault}}",
      },
    ],
  },
  { stacked: true, bars: true, overrides: IN_COLOURS_OF_FAULTS, calcs: ["max", "mean"] },
);

const firing = timeline({
  title: "Alerts",
  means:
    "Alerts of this product as Prometheus saw them, the firing ones in red. The watchdog, which " +
    "always fires, is not among them.",
  normal: "No rows, or none that reaches the right edge.",
  next: "Its description and runbook are in the notification and in Prometheus under Alerts.",
  unit: units.NoUnit,
  thresholds: [
    [null, COLOURS.warn],
    [2, COLOURS.bad],
  ],
  mappings: [words({ 1: ["Pending", COLOURS.warn], 2: ["Firing", COLOURS.bad] })],
  noValue: "No alert",
  links: [to("faults")],
  queries: [
    {
      expr: `max by (alertname, tenant) (
  ${alerts("firing")} * 2
  or ${alerts("pending")}
)`,
      legend: "{{alertname}} {{tenant}}",
    },
  ],
});

const budget = bars({
  title: "Error budget left, 30 days",
  means:
    "What remains of the failures that the objectives allow in 30 days. Failures of " +
    "credentials, of " +
    "our own requests or of the monitor, and maintenance, do not count.",
  normal: "Above 25 %.",
  next: "Below 0 the objective is missed: the SLA report has the figures for a claim.",
  unit: units.PercentUnit,
  thresholds: [
    [null, COLOURS.bad],
    [0, COLOURS.warn],
    [0.25, COLOURS.good],
  ],
  min: 0,
  max: 1,
  decimals: 1,
  links: [to("sla")],
  dataLinks: [narrowedTo("sla", "tenant")],
  queries: [{ expr: budgetLeft("", "tenant, slo", "30d"), legend: "{{tenant}} {{slo}}" }],
});

const burnOf = (window: string) => burn("availability", PROBES, window);
/** Pairs of windows that raise an alert together, and from which burn rate on; as in the rules. */
const BURNS = [
  { windows: ["5m", "1h"], above: 14.4, says: 2 },
  { windows: ["30m", "6h"], above: 6, says: 2 },
  { windows: ["2h", "1d"], above: 3, says: 1 },
  { windows: ["6h", "3d"], above: 1, says: 1 },
] as const;
const bothAbove = ({ windows, above }: (typeof BURNS)[number]) =>
  `(${windows.map((window) => `${burnOf(window)} > ${above}`).join("\nand ")})`;
const burnSays = `max by (tenant) (
  (${BURNS.filter(({ says }) => says === 2).map(bothAbove).join("\nor ")}) * 0 + 2
  or (${BURNS.filter(({ says }) => says === 1).map(bothAbove).join("\nor ")}) * 0 + 1
  or ${burnOf("3d")} * 0
)`;
const burnIn = (window: string, title: string, bad: number) => ({
  from: { expr: `max by (tenant) (${burnOf(window)})` },
  title,
  unit: units.Short,
  decimals: 1,
  thresholds: risingBad(1, bad),
});
const burning = tablePanel({
  title: "How fast the availability budget burns",
  means:
    "How many times faster than allowed failures come, by window, for the worst probe of each " +
    "tenant: at 1 the budget of 30 days lasts 30 days, at 14.4 two. *Now* is what the alerts make " +
    "of it: a page where 5 min and 1 h are above 14.4, or 30 min and 6 h above 6; a ticket where 2 " +
    "h and 1 d are above 3, or 6 h and 3 d above 1. Yellow is above 1, red above the alert's limit.",
  normal: "Fine, and no figure above 1.",
  next: "Both windows of a pair red: it is real and goes on. Only the long one: it is over.",
  unit: units.Short,
  thresholds: NEUTRAL,
  noValue: "-",
  links: [to("sla")],
  sort: "3 d",
  columns: [
    { from: "tenant", title: "Tenant", links: [rowTo("faults", "tenant")], width: 150 },
    {
      from: { expr: burnSays },
      title: "Now",
      unit: units.NoUnit,
      width: 80,
      mappings: [
        words({
          0: ["Fine", COLOURS.plain],
          1: ["Ticket", COLOURS.warn],
          2: ["Page", COLOURS.bad],
        }),
      ],
    },
    burnIn("5m", "5 min", 14.4),
    burnIn("1h", "1 h", 14.4),
    burnIn("30m", "30 min", 6),
    burnIn("6h", "6 h", 6),
    burnIn("1d", "1 d", 3),
    burnIn("3d", "3 d", 1),
  ],
});

const worstBurn = graph(
  {
    title: "Burn rate of the worst tenant",
    means:
      "The highest burn rate of any chosen tenant over time: over an hour, and dashed over six. " +
      "The red line is 14.4, where an hour pages.",
    normal: "Nothing, or below 1.",
    next: "The table beside it names the tenant.",
    unit: units.Short,
    thresholds: [
      [null, COLOURS.good],
      [14.4, COLOURS.bad],
    ],
    links: [to("sla")],
    queries: [
      { expr: `max(${burnOf("1h")})`, legend: "1 h" },
      { expr: `max(${burnOf("6h")})`, legend: "6 h" },
    ],
  },
  {
    lines: true,
    overrides: [coloured("1 h", COLOURS.accent), dashed("/^6 h$/", COLOURS.accent)],
  },
);

const DURATION = "reinfer_probe_duration_seconds";
const percentiles = graph(
  {
    title: "Latency of ok probes",
    means:
      "Percentiles of the total over all chosen probes. Choose one probe, or some with the same " +
      "latency objective, and it is dashed.",
    normal: "The p95 below the objective.",
    next: "Latency tells server time from path.",
    unit: units.Seconds,
    thresholds: NEUTRAL,
    links: [to("latency")],
    queries: [
      { expr: quantile(0.5, DURATION), legend: "p50" },
      { expr: quantile(0.95, DURATION), legend: "p95" },
      { expr: quantile(0.99, DURATION), legend: "p99", exemplars: true },
      { expr: commonThreshold(), legend: "objective" },
    ],
  },
  {
    overrides: [
      ...IN_COLOURS_OF_PERCENTILES,
      dashed("/^objective$/", COLOURS.grey),
    ],
    calcs: ["mean", "max"],
  },
);

const within = graph(
  {
    title: "Answers within the latency objective",
    means:
      "Share of ok probes that were as fast as promised, by tenant: the indicator of the latency " +
      "objective itself. The strictest share that is asked for is dashed.",
    normal: "Above the dashed line.",
    next: "Latency, by probe.",
    unit: units.PercentUnit,
    thresholds: risingGood(0.9, 0.95),
    max: 1,
    links: [to("latency")],
    dataLinks: [narrowedTo("latency", "tenant")],
    queries: [
      { expr: attained("latency", "tenant", STEP), legend: "{{tenant}}" },
      {
        expr: `max(${ofProbe("reinfer_slo_objective_ratio", 'slo="latency"')})`,
        legend: "objective",
      },
    ],
  },
  { from: 0.8, overrides: [dashed("/^objective$/", COLOURS.grey)], calcs: ["mean", "min"] },
);

const availability = (title: string, window: string) => ({
  from: { expr: attained("availability", PROBES, window) },
  title,
  unit: units.PercentUnit,
  decimals: 2,
  thresholds: risingGood(0.99, 0.999),
});
const table = tablePanel({
  title: "Every tenant and probe",
  means:
    "Availability as the objective counts it over the last hour, day, week and month, and the " +
    "latency of the time range shown.",
  normal: "No colour; the objective's own figure is the third column.",
  next:
    "Click a tenant or a probe, or the page of the target where the exporter says its URL " +
    "(--web.external-url).",
  unit: units.NoUnit,
  thresholds: NEUTRAL,
  links: [to("sla")],
  sort: "-Tenant",
  columns: [
    { from: "tenant", title: "Tenant", links: [rowTo("faults", "tenant")], width: 170 },
    { from: "probe", title: "Probe", links: [rowTo("latency", "tenant", "probe")], width: 130 },
    {
      from: { expr: objective("availability", PROBES) },
      title: "Objective",
      unit: units.PercentUnit,
      decimals: 2,
    },
    availability("1 h", "1h"),
    availability("24 h", "24h"),
    availability("7 d", "7d"),
    availability("30 d", "30d"),
    {
      from: { expr: quantile(0.95, DURATION, PROBES, "$__range") },
      title: "p95",
      unit: units.Seconds,
      decimals: 0,
    },
    {
      from: { expr: `max by (${PROBES}) (${ofProbe("reinfer_slo_latency_threshold_seconds")})` },
      title: "Latency objective",
      unit: units.Seconds,
      decimals: 0,
    },
    {
      from: {
        expr: ratio(
          sumBy(PROBES, increase(results('fault!="none"'), "$__range")),
          sumBy(PROBES, increase(results(), "$__range")),
        ),
      },
      title: "Failed, any fault",
      unit: units.PercentUnit,
      decimals: 2,
      thresholds: risingBad(0.001, 0.01),
    },
    {
      from: {
        expr: `time() - max by (${PROBES}) (${ofProbe(
          "reinfer_probe_last_success_timestamp_seconds",
        )})`,
      },
      title: "Last ok",
      unit: units.Seconds,
      decimals: 0,
      thresholds: risingBad(300, 900),
    },
    { from: { expr: pageOf }, title: "", hidden: true },
    { from: "external_url", title: "Page", text: "Open", links: [TARGET_PAGE], width: 70 },
  ],
});

export const overview: Board = {
  name: "overview",
  description: "Is it them, the path or us? For the ten seconds after a page, and for the wall.",
  from: "now-24h",
  refresh: "30s",
  tenants: true,
  rows: [
    {
      title: "Is it them, the path or us?",
      lines: [
        {
          height: 5,
          panels: [
            [verdictNow, 12],
            [controls, 4],
            [tokens, 4],
            [exporters, 4],
          ],
        },
        { height: 6, panels: [[verdictHistory, 24]] },
        {
          height: 7,
          panels: [
            [failures, 12],
            [firing, 12],
          ],
        },
      ],
    },
    {
      title: "What was promised",
      lines: [
        {
          height: 8,
          panels: [
            [budget, 8],
            [burning, 10],
            [worstBurn, 6],
          ],
        },
        {
          height: 8,
          panels: [
            [percentiles, 12],
            [within, 12],
          ],
        },
        { height: 9, panels: [[table, 24]] },
      ],
    },
  ],
};
