// SLA report: a month's objectives one by one, each tenant's own availability, what counted, and
// what did not. Figures are made as `reinfer_exporter sla` makes them; a test compares the two.
import * as units from "@grafana/grafana-foundation-sdk/units";
import { Board } from "./board.js";
import {
  COLOURS,
  narrowedTo,
  NEUTRAL,
  risingBad,
  risingGood,
  rowTo,
  Steps,
  to,
  words,
} from "./look.js";
import {
  bars,
  Column,
  dashed,
  graph,
  IN_COLOURS_OF_FAULTS,
  statPanel,
  tablePanel,
  timeline,
} from "./panels.js";
import { attained, increase, objective, ofProbe, RANGE, ratio, results, sumBy } from "./promql.js";

/** Faults that say nothing about the other side. */
const OURS = 'fault=~"credentials|request|monitor"';
const OF_OTHERS = 'fault!~"credentials|request|monitor"';
const TARGET = "tenant, probe, instance";
const ROW = "tenant, probe, slo, instance";
const AVAILABILITY = 'slo="availability"';
const COUNT = { unit: units.LocaleFormat, decimals: 0 };
/** Attained minus objective: equal is enough, whatever the last bit of a difference says. */
const MARGIN: Steps = [
  [null, COLOURS.bad],
  [-1e-9, COLOURS.good],
];
/** Slots near the edges of the range may be counted beyond them: so few missing are none. */
const EDGE_SLOTS = 2;
const SLICE = "5m";

const VERDICT = words({
  0: ["Breached", COLOURS.bad],
  1: ["Met", COLOURS.plain],
  2: ["Cannot tell", COLOURS.warn],
});

const events = (...matchers: string[]) => ofProbe("reinfer_slo_events_total", ...matchers);
const good = (...matchers: string[]) => ofProbe("reinfer_slo_good_events_total", ...matchers);
const objectives = (...matchers: string[]) =>
  ofProbe("reinfer_slo_objective_ratio", ...matchers);
const egress = (...matchers: string[]) =>
  ofProbe("reinfer_slo_excluded_events_total", 'reason="egress"', ...matchers);

const orNone = (expression: string, like: string) => `(${expression} or ${like} * 0)`;

// Rows of objectives, by ROW.
const eventsOf = (...matchers: string[]) => sumBy(ROW, increase(events(...matchers), RANGE));
const goodOf = (...matchers: string[]) => sumBy(ROW, increase(good(...matchers), RANGE));
const badOf = `${eventsOf()} - ${goodOf()}`;
const attainedOf = ratio(goodOf(), eventsOf());

/** The objective as it was last: of series whose other labels changed, the newest one's. */
const lastObjective = (...matchers: string[]) => `max by (${ROW}) (
  last_over_time(${objectives(...matchers)}[${RANGE}])
  and topk by (${ROW}) (1, max_over_time((time() + 0 * ${objectives(...matchers)})[${RANGE}:${SLICE}]))
)`;

/** Share of the events that may be bad: of an objective that changed, by the events under each. */
const allowedShare = () => {
  const each = sumBy(ROW, increase(events(), SLICE));
  return `sum_over_time((${each} * (1 - max by (${ROW}) (${objectives()})))[${RANGE}:${SLICE}])
  / sum_over_time(${each}[${RANGE}:${SLICE}])`;
};
const budgetUsed = `(${badOf})
/ (${eventsOf()} * (${allowedShare()}) > 0)`;

// Slots of targets, by TARGET.
const allResults = (...matchers: string[]) =>
  sumBy(TARGET, increase(results(...matchers), RANGE));
const egressOf = (by: string, window: string, offset = "") =>
  `sum by (${by}) (max by (${TARGET}) (sum by (${ROW}) (${increase(egress(), window, offset)})))`;
const judged = `(${allResults(OF_OTHERS)}
  - ${orNone(egressOf(TARGET, RANGE), allResults(OF_OTHERS))})`;
const rangeSeconds = `300 * scalar(count_over_time(vector(1)[${RANGE}:${SLICE}]))`;
const due = `(avg_over_time(
  (1 / max by (${TARGET}) (${ofProbe("reinfer_probe_interval_seconds")}))[${RANGE}:${SLICE}]
) * ${rangeSeconds})`;
const unwatched = `(${due} - ${judged}) * (${due} - ${judged} > bool ${EDGE_SLOTS})`;
const watchedOf = `1 - ${unwatched} / ${due}`;

/** A figure of a target in each row of its objectives. */
const inRows = (expression: string) =>
  `(${expression}) * on (${TARGET}) group_right () (${eventsOf()} * 0 + 1)`;
/** A figure of a target in the row of its availability. */
const inAvailability = (expression: string) =>
  `label_replace(
  ${expression}
  and on (${TARGET}) ${eventsOf(AVAILABILITY)},
  "slo", "availability", "", "")`;

/** 0, 1 or 2 as VERDICT has them: met only if it would be, had all that is unwatched been bad. */
const verdictOf = (share: string, worst: string, promised: string) => `((${share}) >= bool ${promised})
+ ((${share}) >= bool ${promised}) * ((${worst}) < bool ${promised})`;
const worstOf = `${goodOf()} / (${eventsOf()} + ${inRows(unwatched)})`;

/** Results that were no event, and neither for a fault of ours nor for egress. */
const setAside = `clamp_min(
  ${judged} - on (${TARGET}) ${sumBy(TARGET, increase(events(AVAILABILITY), RANGE))}, 0)`;
const excluded = (fault: string): Column => ({
  from: { expr: inAvailability(allResults(`fault="${fault}"`)) },
  title: `Excl. ${fault}`,
  ...COUNT,
});

// Tenants: slices of five minutes over all probes and exporters.
const inSlice = (selector: string) => sumBy("tenant", increase(selector, SLICE, "-5m"));
const slices = (condition: string) => `count_over_time((${condition})[${RANGE}:${SLICE}])`;
const countedSlices = slices(`${inSlice(events(AVAILABILITY))} > 0`);
const upSlices = orNone(slices(`${inSlice(good(AVAILABILITY))} > 0`), countedSlices);
const slicesAttained = `${upSlices} / ${countedSlices}`;
const resultsInSlice = inSlice(results(OF_OTHERS));
const judgedSlices = slices(
  `${resultsInSlice} - ${orNone(egressOf("tenant", SLICE, "-5m"), resultsInSlice)} > 0.5`,
);
const dueSlices = `scalar(count_over_time(vector(1)[${RANGE}:${SLICE}]))`;
const missingSlices = `(${dueSlices} - ${judgedSlices})
  * (${dueSlices} - ${judgedSlices} > bool ${EDGE_SLOTS})`;
const tenantObjective = `max by (tenant) (${lastObjective(AVAILABILITY)})`;
const tenantMargin = `${slicesAttained} - ${tenantObjective}`;

const headline = statPanel(
  {
    title: "Over the objective",
    means:
      "Each tenant's own availability minus the strictest objective of its probes: green where it " +
      "was kept, red where it was missed, however narrowly.",
    normal: "0 or above.",
    next: "Click a tenant for what failed. Both figures are in the table below.",
    unit: units.PercentUnit,
    decimals: 3,
    thresholds: MARGIN,
    links: [to("faults")],
    dataLinks: [narrowedTo("faults", "tenant")],
    queries: [{ expr: tenantMargin, legend: "{{tenant}}" }],
  },
  { names: true },
);

const budget = bars({
  title: "Budget left",
  means:
    "What remains of the failures that each objective allows in the time range, an objective a bar.",
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
  queries: [
    { expr: `1 - ${budgetUsed}`, legend: "{{tenant}} {{probe}} {{slo}} {{instance}}" },
  ],
});

const promised = (expr: string): Column => ({
  from: { expr },
  title: "Objective",
  width: 95,
  unit: units.PercentUnit,
  decimals: 3,
});
const share = (title: string, expr: string, thresholds?: Steps): Column => ({
  from: { expr },
  title,
  width: 90,
  unit: units.PercentUnit,
  decimals: 3,
  ...(thresholds ? { thresholds } : {}),
});
const verdict = (expr: string): Column => ({
  from: { expr },
  title: "Verdict",
  width: 110,
  unit: units.NoUnit,
  mappings: [VERDICT],
});
const watchedColumn = (expr: string): Column => ({
  from: { expr },
  title: "Watched",
  width: 90,
  unit: units.PercentUnit,
  decimals: 2,
  thresholds: risingGood(0.99, 0.999),
});

const tenants = tablePanel({
  title: "Tenants",
  means:
    "Each tenant's own availability, over all its probes and all exporters that watch it: of the " +
    "slices of five minutes in which anything was judged, those in which any probe was good. A " +
    "slice in which every probe failed is *down*. The objective is the strictest of its probes.",
  normal: "Met.",
  next: "Cannot tell: had the slices that nobody watched been down, it would be missed.",
  unit: units.NoUnit,
  thresholds: NEUTRAL,
  links: [to("faults")],
  sort: "-Margin",
  columns: [
    { from: "tenant", title: "Tenant", links: [rowTo("faults", "tenant")], width: 170 },
    promised(tenantObjective),
    share("Attained", slicesAttained),
    share("Margin", tenantMargin, MARGIN),
    verdict(
      verdictOf(
        slicesAttained,
        `${upSlices} / (${countedSlices} + ${missingSlices})`,
        tenantObjective,
      ),
    ),
    { from: { expr: countedSlices }, title: "Slices", ...COUNT },
    { from: { expr: `${countedSlices} - ${upSlices}` }, title: "Slices down", ...COUNT },
    watchedColumn(`1 - ${missingSlices} / ${dueSlices}`),
  ],
});

const report = tablePanel({
  title: "The report",
  means:
    "A row for each objective, as each exporter measured it: what was promised and attained, the " +
    "events behind it. *Watched* is slots judged, or in maintenance, over slots due.",
  normal: "Met, and watched.",
  next:
    "Cannot tell: had all slots that nobody watched been bad, it would be missed. Counts are exact, " +
    "but for a probe or two where a target began or ended within the time range or an outage lies " +
    "over its edge: Prometheus takes an edge to be as the mean. Choose whole days or months.",
  unit: units.NoUnit,
  thresholds: NEUTRAL,
  noValue: "-",
  links: [to("faults")],
  sort: "-Margin",
  columns: [
    { from: "tenant", title: "Tenant", links: [rowTo("faults", "tenant")], width: 170 },
    { from: "probe", title: "Probe", links: [rowTo("faults", "tenant", "probe")], width: 110 },
    { from: "slo", title: "SLO", width: 100 },
    { from: "instance", title: "Exporter", width: 140 },
    promised(lastObjective()),
    {
      from: {
        expr: `label_replace(max by (${TARGET}) (
  last_over_time(${ofProbe("reinfer_slo_latency_threshold_seconds")}[${RANGE}])
), "slo", "latency", "", "")`,
      },
      title: "Within",
      width: 90,
      unit: units.Seconds,
      decimals: 1,
    },
    share("Attained", attainedOf),
    share("Margin", `${attainedOf} - ${lastObjective()}`, MARGIN),
    verdict(verdictOf(attainedOf, worstOf, lastObjective())),
    {
      from: { expr: budgetUsed },
      title: "Budget used",
      width: 105,
      unit: units.PercentUnit,
      decimals: 1,
      thresholds: risingBad(0.75, 1),
    },
    { from: { expr: eventsOf() }, title: "Events", ...COUNT },
    { from: { expr: badOf }, title: "Bad", ...COUNT },
    watchedColumn(inRows(watchedOf)),
  ],
});

const leftOut = tablePanel({
  title: "What did not count",
  means:
    "Every probe and slot of a target that was no event of its availability, by reason. *Excl.* are " +
    "failures by the fault they are, *Excl. egress* those while no control target was reached " +
    "either, *Set aside* is maintenance and faults that the objective is configured not to count, " +
    "*Not probed* are slots of the schedule without a probe.",
  normal: "Few: what did not count was not watched.",
  next: "Exclusions and Slots not probed, below, say why.",
  unit: units.NoUnit,
  thresholds: NEUTRAL,
  noValue: "-",
  links: [to("faults")],
  sort: "-Tenant",
  columns: [
    { from: "tenant", title: "Tenant", links: [rowTo("faults", "tenant")], width: 170 },
    { from: "probe", title: "Probe", links: [rowTo("faults", "tenant", "probe")], width: 130 },
    { from: "instance", title: "Exporter", width: 150 },
    { from: "slo", title: "", hidden: true },
    excluded("credentials"),
    excluded("request"),
    excluded("monitor"),
    {
      from: { expr: inAvailability(orNone(egressOf(TARGET, RANGE), allResults())) },
      title: "Excl. egress",
      ...COUNT,
    },
    { from: { expr: inAvailability(setAside) }, title: "Set aside", ...COUNT },
    {
      from: {
        expr: inAvailability(
          sumBy(TARGET, increase(ofProbe("reinfer_probe_skipped_total"), RANGE)),
        ),
      },
      title: "Not probed",
      ...COUNT,
    },
  ],
});

const daily = graph(
  {
    title: "Availability by day",
    means:
      "Good events over events of each day, by tenant. Its strictest objective is dashed, as it is " +
      "now.",
    normal: "Above the tenant's dashed line.",
    next: "Click a day's point for its failures, or zoom in.",
    unit: units.PercentUnit,
    thresholds: NEUTRAL,
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
        expr: objective("availability", "tenant"),
        legend: "{{tenant}} objective",
        interval: "1d",
      },
    ],
  },
  {
    points: true,
    from: 0.98,
    overrides: [dashed("/ objective$/", COLOURS.grey)],
    calcs: ["min", "mean"],
  },
);

const hourly = timeline({
  title: "Over the objective by hour",
  means:
    "Good events over events of each hour by tenant, minus its strictest objective: green where " +
    "the hour kept it, then yellow to one percentage point below, red beyond.",
  normal: "Green throughout.",
  next:
    "Zoom into a red stretch to see when an outage began and ended, and open Faults and " +
    "path there.",
  unit: units.PercentUnit,
  decimals: 2,
  thresholds: [
    [null, COLOURS.bad],
    [-0.01, COLOURS.warn],
    [-1e-9, COLOURS.good],
  ],
  links: [to("faults")],
  dataLinks: [narrowedTo("faults", "tenant")],
  queries: [
    {
      expr: `${attained("availability", "tenant", "1h", "-1h")}
- ${objective("availability", "tenant")}`,
      legend: "{{tenant}}",
      interval: "1h",
    },
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

const watched = statPanel(
  {
    title: "Watched",
    means:
      "Slots judged, or in announced maintenance, over slots due, by exporter. A slot that was " +
      "skipped, that failed for a reason of our own, or of which nothing is stored, says nothing " +
      "of the platform.",
    normal: "Near 100 %.",
    next: "Exporter health, and the exclusions below.",
    unit: units.PercentUnit,
    decimals: 2,
    thresholds: risingGood(0.99, 0.999),
    links: [to("exporter")],
    queries: [
      {
        expr: `1 - sum by (instance) (${unwatched}) / sum by (instance) (${due})`,
        legend: "{{instance}}",
      },
    ],
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
    "Last month's objectives and each tenant's availability, what counted and what did not. Choose " +
    "another month in the time picker.",
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
            [headline, 8],
            [budget, 10],
            [watched, 6],
          ],
        },
        { height: 6, panels: [[tenants, 24]] },
        { height: 9, panels: [[report, 24]] },
        { height: 9, panels: [[leftOut, 24]] },
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
          panels: [[exclusionsByDay, 24]],
        },
      ],
    },
  ],
};
