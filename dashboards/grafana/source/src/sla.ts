// SLA report: a month's availability per tenant, what counted, and what did not.
import * as units from "@grafana/grafana-foundation-sdk/units";
import { Board } from "./board.js";
import { COLOURS, narrowedTo, NEUTRAL, risingBad, risingGood, rowTo, Steps, to } from "./look.js";
import {
  bars,
  dashed,
  graph,
  IN_COLOURS_OF_FAULTS,
  statPanel,
  tablePanel,
  timeline,
} from "./panels.js";
import {
  attained,
  badIn,
  budgetLeft,
  burn,
  eventsIn,
  goodIn,
  increase,
  objective,
  ofExporter,
  ofProbe,
  RANGE,
  results,
  sumBy,
} from "./promql.js";

const OURS = 'fault=~"credentials|request|monitor"';
const AVAILABILITY: Steps = risingGood(0.99, 0.999);
const COUNT = { unit: units.LocaleFormat, decimals: 0 };

/** Time in which events took place and none of them was good, in slices of five minutes. */
const down = (by: string) => `count_over_time((
  ${goodIn("availability", by, "5m")} == 0
  and ${eventsIn("availability", by, "5m")} > 0
)[${RANGE}:5m]) * 300
or ${eventsIn("availability", by, RANGE)} * 0`;

/** Results that are no event, and not for their fault: maintenance, or a fault not counted. */
const setAside = (by: string) => `clamp_min(
  ${sumBy(by, increase(results(), RANGE))}
  - ${eventsIn("availability", by, RANGE)}
  - ${sumBy(by, increase(results(OURS), RANGE))}, 0)`;

const excluded = (fault: string) => sumBy("tenant", increase(results(`fault="${fault}"`), RANGE));

const headline = statPanel(
  {
    title: "Availability",
    means:
      "Good events over events, each judged by the exporter when it happened. A failure of " +
      "credentials, of our own request or of the monitor is no event, nor is anything in " +
      "maintenance.",
    normal: "At or above the objective of the tenant, which is in the table.",
    next: "Click a tenant for what failed.",
    unit: units.PercentUnit,
    decimals: 3,
    thresholds: AVAILABILITY,
    links: [to("faults")],
    dataLinks: [narrowedTo("faults", "tenant")],
    queries: [{ expr: attained("availability", "tenant", RANGE), legend: "{{tenant}}" }],
  },
  { names: true },
);

const budget = bars({
  title: "Budget left",
  means: "What remains of the failures that the objectives allow in the time range, as it is now.",
  normal: "Above 25 % at the end of the month.",
  next: "Below 0: the objective is missed. The table has the figures, the list below what counted.",
  unit: units.PercentUnit,
  decimals: 1,
  min: 0,
  max: 1,
  thresholds: [
    [null, COLOURS.bad],
    [0, COLOURS.warn],
    [0.25, COLOURS.good],
  ],
  links: [to("overview")],
  queries: [{ expr: budgetLeft("", "tenant, slo", RANGE), legend: "{{tenant}} {{slo}}" }],
});

const report = tablePanel({
  title: "The report",
  means:
    "Per tenant: the objective (the strictest of its probes), what was attained, the events " +
    "behind it, " +
    "and every probe that did not count, by reason. *Set aside* is maintenance, and faults that " +
    "the " +
    "objective is configured not to count. *Not probed* are slots of the schedule without a " +
    "probe. " +
    "*Down* is the time in which every event of five minutes was bad.",
  normal: "Attained is at least the objective.",
  next:
    "Counts are extrapolated to the edges of the time range by Prometheus, by a probe or two. " +
    "Choose whole days or months.",
  unit: units.NoUnit,
  thresholds: NEUTRAL,
  links: [to("faults")],
  sort: "-Attained",
  columns: [
    { from: "tenant", title: "Tenant", links: [rowTo("faults", "tenant")], width: 170 },
    {
      from: { expr: objective("availability", "tenant") },
      title: "Objective",
      unit: units.PercentUnit,
      decimals: 2,
    },
    {
      from: { expr: attained("availability", "tenant", RANGE) },
      title: "Attained",
      unit: units.PercentUnit,
      decimals: 3,
      thresholds: AVAILABILITY,
    },
    {
      from: { expr: burn("availability", "tenant", RANGE) },
      title: "Budget used",
      unit: units.PercentUnit,
      decimals: 0,
      thresholds: risingBad(0.75, 1),
    },
    { from: { expr: eventsIn("availability", "tenant", RANGE) }, title: "Events", ...COUNT },
    { from: { expr: badIn("availability", "tenant", RANGE) }, title: "Bad", ...COUNT },
    { from: { expr: down("tenant") }, title: "Down", unit: units.DurationInHoursMinutesSeconds },
    { from: { expr: excluded("credentials") }, title: "Excl. credentials", ...COUNT },
    { from: { expr: excluded("request") }, title: "Excl. request", ...COUNT },
    { from: { expr: excluded("monitor") }, title: "Excl. monitor", ...COUNT },
    { from: { expr: setAside("tenant") }, title: "Set aside", ...COUNT },
    {
      from: { expr: sumBy("tenant", increase(ofProbe("reinfer_probe_skipped_total"), RANGE)) },
      title: "Not probed",
      ...COUNT,
    },
  ],
});

const daily = graph(
  {
    title: "Availability by day",
    means: "Good events over events of each day, by tenant. The strictest objective is dashed.",
    normal: "At the top.",
    next: "Click a day's point for its failures, or zoom in.",
    unit: units.PercentUnit,
    thresholds: AVAILABILITY,
    max: 1,
    links: [to("overview")],
    dataLinks: [narrowedTo("faults", "tenant")],
    queries: [
      {
        expr: attained("availability", "tenant", "1d", "-1d"),
        legend: "{{tenant}}",
        interval: "1d",
      },
      {
        expr: `max(${ofProbe("reinfer_slo_objective_ratio", 'slo="availability"')})`,
        legend: "objective",
        interval: "1d",
      },
    ],
  },
  {
    points: true,
    from: 0.98,
    overrides: [dashed("/^objective$/", COLOURS.grey)],
    calcs: ["min", "mean"],
  },
);

const hourly = timeline({
  title: "Availability by hour",
  means:
    "Each hour of the time range by tenant: green at 99.9 % and above, then yellow at 99 %, " +
    "orange at " +
    "90 %, red below.",
  normal: "Green throughout.",
  next:
    "Zoom into a dark stretch to see when an outage began and ended, and open Faults and " +
    "path there.",
  unit: units.PercentUnit,
  decimals: 2,
  thresholds: [
    [null, "#A50026"],
    [0.9, COLOURS.bad],
    [0.99, COLOURS.warn],
    [0.999, COLOURS.good],
  ],
  links: [to("faults")],
  dataLinks: [narrowedTo("faults", "tenant")],
  queries: [
    { expr: attained("availability", "tenant", "1h", "-1h"), legend: "{{tenant}}", interval: "1h" },
  ],
});

const outcomes = (title: string, means: string, normal: string, next: string, matcher: string) =>
  tablePanel({
    title,
    means,
    normal,
    next,
    unit: units.NoUnit,
    thresholds: NEUTRAL,
    noValue: "None",
    links: [to("faults")],
    sort: "Probes",
    columns: [
      { from: "tenant", title: "Tenant", links: [rowTo("faults", "tenant")], width: 150 },
      { from: "fault", title: "Fault", width: 85 },
      { from: "outcome", title: "Outcome" },
      {
        from: {
          expr: `${sumBy("tenant, fault, outcome", increase(results(matcher), RANGE))} >= 0.5`,
        },
        title: "Probes",
        width: 75,
        ...COUNT,
      },
    ],
  });

const counted = outcomes(
  "Failures that may count",
  "Failed probes of platform, edge and network by outcome. They count unless they fell into a " +
    "maintenance window, or their fault is left out of the objective's count.",
  "Few.",
  "These are what a claim is about.",
  'fault=~"platform|edge|network"',
);

const exclusions = outcomes(
  "Exclusions",
  "Probes that did not count as events because of their fault, by outcome: they say nothing " +
    "about the " +
    "platform. Those of maintenance are in the report's column Set aside.",
  "Few: many of them mean that the tenant was not watched.",
  "credentials, request: mend them on our side, or the report has holes.",
  OURS,
);

const notProbed = tablePanel({
  title: "Slots not probed",
  means: "Slots of the schedule without a probe, by reason.",
  normal: "Less than 1 % of the events.",
  next: "Exporter health.",
  unit: units.NoUnit,
  thresholds: NEUTRAL,
  noValue: "None",
  links: [to("exporter")],
  sort: "Slots",
  columns: [
    { from: "tenant", title: "Tenant", links: [rowTo("faults", "tenant")], width: 150 },
    { from: "reason", title: "Reason" },
    {
      from: {
        expr: `${sumBy("tenant, reason", increase(ofProbe("reinfer_probe_skipped_total"), RANGE))} >= 0.5`,
      },
      title: "Slots",
      ...COUNT,
    },
  ],
});

const PROBES = "tenant, probe";
const latency = tablePanel({
  title: "Latency objectives",
  means: "Share of ok probes that were as fast as promised, by probe.",
  normal: "Attained is at least the objective.",
  next: "Latency tells whose time it was.",
  unit: units.NoUnit,
  thresholds: NEUTRAL,
  links: [to("latency")],
  sort: "-Attained",
  columns: [
    { from: "tenant", title: "Tenant", links: [rowTo("latency", "tenant")], width: 150 },
    { from: "probe", title: "Probe", links: [rowTo("latency", "tenant", "probe")] },
    {
      from: { expr: `max by (${PROBES}) (${ofProbe("reinfer_slo_latency_threshold_seconds")})` },
      title: "Within",
      unit: units.Seconds,
      decimals: 0,
    },
    {
      from: { expr: objective("latency", PROBES) },
      title: "Objective",
      unit: units.PercentUnit,
      decimals: 1,
    },
    {
      from: { expr: attained("latency", PROBES, RANGE) },
      title: "Attained",
      unit: units.PercentUnit,
      decimals: 2,
      thresholds: risingGood(0.9, 0.95),
    },
    { from: { expr: badIn("latency", PROBES, RANGE) }, title: "Too slow", ...COUNT },
  ],
});

const watched = statPanel(
  {
    title: "Watched",
    means:
      "Share of the time range in which Prometheus reached the exporter, by exporter. While it " +
      "does " +
      "not, nothing is known.",
    normal: "Near 100 %.",
    next: "Exporter health.",
    unit: units.PercentUnit,
    decimals: 2,
    thresholds: AVAILABILITY,
    links: [to("exporter")],
    queries: [{ expr: `avg_over_time(${ofExporter("up")}[${RANGE}])`, legend: "{{instance}}" }],
  },
  { names: true },
);

const exclusionsByDay = graph(
  {
    title: "Exclusions by day",
    means: "Probes of each day that did not count because of their fault.",
    normal: "None.",
    next: "A tall day: that day the tenant was not watched.",
    ...COUNT,
    thresholds: risingBad(1, 100),
    links: [to("faults")],
    queries: [
      {
        expr: sumBy("fault", increase(results(OURS), "1d", "-1d")),
        legend: "{{fault}}",
        interval: "1d",
      },
    ],
  },
  { stacked: true, bars: true, overrides: IN_COLOURS_OF_FAULTS, calcs: ["sum"] },
);

export const sla: Board = {
  name: "sla",
  description:
    "Last month's availability per tenant, what counted and what did not. Choose another month " +
    "in the time picker.",
  from: "now-1M/M",
  to: "now-1M/M",
  tenants: true,
  rows: [
    {
      title: "The month",
      lines: [
        {
          height: 6,
          panels: [
            [headline, 10],
            [budget, 8],
            [watched, 6],
          ],
        },
        { height: 6, panels: [[report, 24]] },
        {
          height: 7,
          panels: [
            [daily, 12],
            [hourly, 12],
          ],
        },
      ],
    },
    {
      title: "What counted, and what did not",
      lines: [
        {
          height: 9,
          panels: [
            [counted, 8],
            [exclusions, 8],
            [notProbed, 8],
          ],
        },
        {
          height: 8,
          panels: [
            [exclusionsByDay, 12],
            [latency, 12],
          ],
        },
      ],
    },
  ],
};
