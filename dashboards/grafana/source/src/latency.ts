// Latency: how long, whose time it is, and what changed. Words are those of the README.
import * as dashboard from "@grafana/grafana-foundation-sdk/dashboard";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { Board } from "./board.js";
import {
  COLOURS,
  narrowedTo,
  NEUTRAL,
  risingBad,
  risingGood,
  rowTo,
  to,
} from "./look.js";
import { PHASE } from "./palette.js";
import {
  coloured,
  dashed,
  dashedQuery,
  graph,
  heatmapPanel,
  IN_COLOURS_OF_PERCENTILES,
  statPanel,
  tablePanel,
} from "./panels.js";
import {
  attained,
  commonThreshold,
  countIn,
  increase,
  ofProbe,
  quantile,
  RANGE,
  rate,
  ratio,
  results,
  share,
  sumBy,
  timeIn,
} from "./promql.js";

const DURATION = "reinfer_probe_duration_seconds";
const SERVER = "reinfer_server_processing_seconds";
const OVERHEAD = "reinfer_network_overhead_seconds";
const PHASE_SECONDS = "reinfer_probe_phase_seconds_total";
const PHASE_SAMPLES = "reinfer_probe_phase_samples_total";
const PROBES = "tenant, probe";

const PHASE_COLOURS = (["resolve", "connect", "tls", "send", "wait", "receive"] as const).map(
  (phase) => coloured(phase, PHASE[phase]),
);
// Time in which all is well is nobody's fault, so the server's has no fault's colour.
const THEIRS = coloured("server time", PHASE.server);
const PATHS = coloured("path", PHASE.path);

const headline = (title: string, q: number) =>
  statPanel({
    title,
    means:
      `${q * 100} % of the ok probes in the time range were answered within this time, as ` +
      "estimated within the buckets of the histogram.",
    normal: "Below the latency objective of the chosen probes.",
    next: "The heatmap shows whether a tail or everything moved.",
    unit: units.Seconds,
    thresholds: NEUTRAL,
    links: [to("overview")],
    queries: [{ expr: quantile(q, DURATION, "", RANGE) }],
  });

const within = statPanel({
  title: "Within the objective",
  means: "Share of ok probes in the time range that were as fast as promised.",
  normal: "At least the share that the objective asks for, usually 95 %.",
  next: "By probe: the table at the bottom.",
  unit: units.PercentUnit,
  decimals: 2,
  thresholds: risingGood(0.9, 0.95),
  links: [to("sla")],
  queries: [{ expr: attained("latency", "", RANGE) }],
});

const pathShare = statPanel({
  title: "The path's share of the wait",
  means:
    "Path over wait: the part of the wait that is not server time, which is the network and the " +
    "queues in front of the application.",
  normal: "Steady. Its level is set by distance, so compare it with itself.",
  next: "Rising while the server time is steady: it is not their application.",
  unit: units.PercentUnit,
  decimals: 0,
  thresholds: risingBad(0.5, 0.8),
  links: [to("faults")],
  queries: [
    {
      expr: ratio(timeIn(OVERHEAD, RANGE), `(${timeIn(OVERHEAD, RANGE)} + ${timeIn(SERVER, RANGE)})`),
    },
  ],
});

const coverage = statPanel({
  title: "Server-Timing coverage",
  means:
    "Share of the application's replies that say their server time in a form that can be true.",
  normal: "Near 100 %.",
  next:
    "Low: do not trust the split into server time and path. See why in the graph of its " +
    "states.",
  unit: units.PercentUnit,
  decimals: 1,
  thresholds: risingGood(0.5, 0.9),
  links: [to("faults")],
  queries: [
    {
      expr: ratio(
        sumBy("", increase(ofProbe("reinfer_server_timing_replies_total", 'state="ok"'), RANGE)),
        sumBy("", increase(ofProbe("reinfer_server_timing_replies_total"), RANGE)),
      ),
    },
  ],
});

const heat = heatmapPanel({
  title: "How long answers took",
  means:
    "Number of ok probes by duration and time. Shows what percentiles hide: two modes, a tail, " +
    "or " +
    "everything moving up.",
  normal: "One band, the same through the day but for a swell in office hours.",
  next: "A second band: look at the probes one by one. A step: compare before and after.",
  unit: units.Seconds,
  thresholds: NEUTRAL,
  links: [to("overview")],
  queries: [
    { expr: sumBy("", increase(ofProbe(DURATION))), legend: "ok probes", exemplars: true },
    { expr: sumBy("le", increase(ofProbe(`${DURATION}_bucket`))), legend: "{{le}}" },
  ],
});

const percentiles = graph(
  {
    title: "Percentiles",
    means:
      "Total of ok probes, from the start of the request to the last byte. Marks are single " +
      "probes, where Prometheus keeps exemplars. " +
      "Choose one probe, or some with the same latency objective, and it is dashed.",
    normal: "The p95 below the objective; p99 not far from p95.",
    next: "Whose time it is: the next row.",
    unit: units.Seconds,
    thresholds: NEUTRAL,
    links: [to("overview")],
    queries: [
      { expr: quantile(0.5, DURATION), legend: "p50" },
      { expr: quantile(0.9, DURATION), legend: "p90" },
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

const serverAndClient = graph(
  {
    title: "p95: server time beside total",
    means:
      "What the server says it took in Server-Timing, the rest of the wait, and what a client " +
      "sees in all. Percentiles do not add up; the means in the next graph do.",
    normal: "Server time and total move together, a steady distance apart.",
    next: "Only the server time rises: a case for their support. Only the path: for the network.",
    unit: units.Seconds,
    thresholds: NEUTRAL,
    links: [to("faults")],
    queries: [
      { expr: quantile(0.95, DURATION), legend: "total" },
      { expr: quantile(0.95, SERVER), legend: "server time", exemplars: true },
      { expr: quantile(0.95, OVERHEAD), legend: "path" },
    ],
  },
  { overrides: [THEIRS, PATHS, coloured("total", COLOURS.plain)], calcs: ["mean", "max"] },
);

const mean = (metric: string) => ratio(timeIn(metric), countIn(metric));
const split = graph(
  {
    title: "The wait: server time and path",
    means:
      "Mean wait of the replies that carry Server-Timing, split into server time and path, which " +
      "add up to it.",
    normal: "A steady path under a server time that follows the hour of the day.",
    next: "This is the picture to send along when you open a case.",
    unit: units.Seconds,
    thresholds: NEUTRAL,
    links: [to("faults")],
    queries: [
      { expr: mean(OVERHEAD), legend: "path" },
      { expr: mean(SERVER), legend: "server time" },
    ],
  },
  { stacked: true, overrides: [THEIRS, PATHS], calcs: ["mean", "max"] },
);

const phases = graph(
  {
    title: "Where the time of a probe goes",
    means:
      "Mean time of each phase over all probes, failed ones included, stacked. A phase that did " +
      "not " +
      "take place, such as connect on a kept connection, adds nothing.",
    normal: "Wait is the largest; resolve, connect and tls are steady.",
    next:
      "resolve: your name server. connect and tls: the path or the edge. wait: the two " +
      "graphs above.",
    unit: units.Seconds,
    thresholds: NEUTRAL,
    links: [to("faults")],
    queries: [
      {
        expr: share(sumBy("phase", rate(ofProbe(PHASE_SECONDS))), sumBy("", rate(results()))),
        legend: "{{phase}}",
      },
    ],
  },
  { stacked: true, overrides: PHASE_COLOURS, calcs: ["mean", "max"] },
);

const phaseMeans = graph(
  {
    title: "Mean of each phase when it took place",
    means: "Time of a phase over the number of times it took place, on a logarithmic axis.",
    normal: "Flat lines.",
    next: "A step in connect is a longer path; one in tls another certificate chain or edge.",
    unit: units.Seconds,
    thresholds: NEUTRAL,
    links: [to("faults")],
    queries: [
      {
        expr: ratio(
          sumBy("phase", rate(ofProbe(PHASE_SECONDS))),
          sumBy("phase", rate(ofProbe(PHASE_SAMPLES))),
        ),
        legend: "{{phase}}",
      },
    ],
  },
  { log: true, overrides: PHASE_COLOURS, calcs: ["mean", "max"] },
);

const timingStates = graph(
  {
    title: "Server-Timing of the replies",
    means:
      "Replies of the application by what their Server-Timing held: ok, missing, invalid (not a " +
      "number), or exceeds_wait (a time longer than we waited, so it cannot be true).",
    normal: "All ok.",
    next: "missing: something between strips the header, or the platform stopped sending it.",
    unit: units.PercentUnit,
    max: 1,
    thresholds: risingGood(0.5, 0.9),
    links: [to("exporter")],
    queries: [
      {
        expr: share(
          sumBy("state", rate(ofProbe("reinfer_server_timing_replies_total"))),
          sumBy("", rate(ofProbe("reinfer_server_timing_replies_total"))),
        ),
        legend: "{{state}}",
      },
    ],
  },
  {
    stacked: true,
    overrides: [
      coloured("ok", COLOURS.good),
      coloured("missing", COLOURS.grey),
      coloured("invalid", COLOURS.warn),
      coloured("exceeds_wait", COLOURS.bad),
    ],
    calcs: ["min", "mean"],
  },
);

const thenAndNow = (title: string, metric: string, who: string, next: string) =>
  graph(
    {
      title,
      means:
        `The p95 ${who}, hour by hour, and dashed in the same colour the chosen time before ` +
        "(Compare with). The legend names both lines of a tenant once.",
      normal: "One line over the other.",
      next,
      unit: units.Seconds,
      thresholds: NEUTRAL,
      links: [to("overview")],
      queries: [
        { expr: quantile(0.95, metric, "tenant", "1h"), legend: "{{tenant}}", exemplars: true },
        {
          expr: quantile(0.95, metric, "tenant", "1h", "$before"),
          legend: "{{tenant}}",
        },
      ],
    },
    { overrides: [dashedQuery("B")] },
  );

const byProbe = graph(
  {
    title: "p95 by probe",
    means: "p95 of the total of each probe.",
    normal: "Each near its own level.",
    next: "One apart from the others: that part of the API, not the platform as a whole.",
    unit: units.Seconds,
    thresholds: NEUTRAL,
    links: [to("overview")],
    dataLinks: [narrowedTo("faults", "tenant", "probe")],
    queries: [{ expr: quantile(0.95, DURATION, PROBES), legend: "{{tenant}} {{probe}}", exemplars: true }],
  },
  {},
);

const change = (metric: string, offset: string) => quantile(0.95, metric, PROBES, RANGE, offset);
const difference = (metric: string) => `${change(metric, "")}
/ ${change(metric, "$before")} - 1`;
const CHANGE = { unit: units.PercentUnit, decimals: 0, thresholds: risingBad(0.1, 0.25) };
const MILLIS = { unit: units.Seconds, decimals: 0 };
const compared = tablePanel({
  title: "Before and after, by probe",
  means:
    "p95 over the time range shown, the same time before (Compare with), and the change: of the " +
    "total, and of the server time alone.",
  normal: "Changes below 10 %.",
  next: "Both columns of change rise together: a release of theirs. Only the first: the path.",
  unit: units.NoUnit,
  thresholds: NEUTRAL,
  links: [to("sla")],
  sort: "Change",
  columns: [
    { from: "tenant", title: "Tenant", links: [rowTo("faults", "tenant")] },
    { from: "probe", title: "Probe", links: [rowTo("faults", "tenant", "probe")] },
    {
      from: { expr: `max by (${PROBES}) (${ofProbe("reinfer_slo_latency_threshold_seconds")})` },
      title: "Objective",
      ...MILLIS,
    },
    {
      from: { expr: attained("latency", PROBES, RANGE) },
      title: "Within objective",
      unit: units.PercentUnit,
      decimals: 1,
      thresholds: risingGood(0.9, 0.95),
    },
    { from: { expr: change(DURATION, "$before") }, title: "p95 before", ...MILLIS },
    { from: { expr: change(DURATION, "") }, title: "p95 now", ...MILLIS },
    { from: { expr: difference(DURATION) }, title: "Change", ...CHANGE },
    { from: { expr: change(SERVER, "") }, title: "Server time p95 now", ...MILLIS },
    { from: { expr: difference(SERVER) }, title: "Server time change", ...CHANGE },
  ],
});

export const latency: Board = {
  name: "latency",
  description: "How long answers take, whose time it is, and what changed.",
  from: "now-24h",
  refresh: "1m",
  tenants: true,
  extra: [
    new dashboard.CustomVariableBuilder("before")
      .label("Compare with")
      .description("How long before the time range shown the other lines of Before and after are.")
      .values("1d,7d,14d,28d")
      .options(
        ["1d", "7d", "14d", "28d"].map((value) => ({
          selected: value === "7d",
          text: value,
          value,
        })),
      )
      .current({ selected: true, text: "7d", value: "7d" }),
  ],
  rows: [
    {
      title: "What clients see",
      lines: [
        {
          height: 4,
          panels: [
            [headline("p50", 0.5), 4],
            [headline("p95", 0.95), 4],
            [headline("p99", 0.99), 4],
            [within, 4],
            [pathShare, 4],
            [coverage, 4],
          ],
        },
        {
          height: 9,
          panels: [
            [heat, 12],
            [percentiles, 12],
          ],
        },
      ],
    },
    {
      title: "Whose time it is",
      lines: [
        {
          height: 8,
          panels: [
            [serverAndClient, 12],
            [split, 12],
          ],
        },
        {
          height: 8,
          panels: [
            [phases, 8],
            [phaseMeans, 8],
            [timingStates, 8],
          ],
        },
      ],
    },
    {
      title: "Before and after",
      lines: [
        {
          height: 8,
          panels: [
            [
              thenAndNow(
                "Total",
                DURATION,
                "of the total",
                "Compare with the graph beside it: did the server time move as well?",
              ),
              8,
            ],
            [
              thenAndNow(
                "Server time",
                SERVER,
                "of the server time",
                "A step that stays is a release or a new size of your data; ask their support.",
              ),
              8,
            ],
            [byProbe, 8],
          ],
        },
        { height: 8, panels: [[compared, 24]] },
      ],
    },
  ],
};
