// Exporter health: can what the other boards say be trusted?
import * as units from "@grafana/grafana-foundation-sdk/units";
import { Board } from "./board.js";
import {
  COLOURS,
  EXPORTER_PAGE,
  NEUTRAL,
  risingBad,
  to,
  words,
  YES_NO,
} from "./look.js";
import {
  coloured,
  graph,
  IN_COLOURS_OF_PERCENTILES,
  IN_COLOURS_OF_REASONS,
  statPanel,
  tablePanel,
  timeline,
} from "./panels.js";
import { increase, ofExporter, perMinute, RANGE, rate, sumBy } from "./promql.js";

const slots = (window: string) =>
  `${sumBy("instance", increase(ofExporter("reinfer_probe_results_total"), window))}
  + ${sumBy("instance", increase(ofExporter("reinfer_probe_skipped_total"), window))}`;

const up = statPanel(
  {
    title: "Reached by Prometheus",
    means: "Whether Prometheus reached each exporter at its last scrape.",
    normal: "Up.",
    next:
      "Down: is the process running? Its log ends with the reason. Then Prometheus under " +
      "Targets.",
    unit: units.NoUnit,
    thresholds: YES_NO,
    mappings: [words({ 0: ["Down", COLOURS.bad], 1: ["Up", COLOURS.good] })],
    links: [to("overview")],
    queries: [{ expr: ofExporter("up"), legend: "{{instance}}" }],
  },
  { names: true },
);

const reload = statPanel(
  {
    title: "Configuration",
    means:
      "Whether the last attempt to load the configuration worked. A bad one leaves the old in " +
      "force.",
    normal: "Loaded.",
    next: "Refused: run the command check on the file; it names every problem with its place.",
    unit: units.NoUnit,
    thresholds: YES_NO,
    mappings: [words({ 0: ["Refused", COLOURS.bad], 1: ["Loaded", COLOURS.good] })],
    links: [to("overview")],
    queries: [
      {
        expr: ofExporter("reinfer_exporter_config_last_reload_successful"),
        legend: "{{instance}}",
      },
    ],
  },
  { names: true },
);

const uptime = statPanel(
  {
    title: "Running for",
    means: "Time since each exporter was started.",
    normal: "Since your last upgrade.",
    next: "Restarts that nobody made: the journal of the service.",
    unit: units.Seconds,
    decimals: 1,
    thresholds: [
      [null, COLOURS.warn],
      [600, COLOURS.good],
    ],
    links: [to("overview")],
    queries: [
      {
        expr: `time() - ${ofExporter("process_start_time_seconds")}`,
        legend: "{{instance}}",
      },
    ],
  },
  { names: true },
);

const missed = statPanel(
  {
    title: "Slots not probed",
    means:
      "Share of the schedule's slots in the time range that were not probed, for whatever reason.",
    normal: "Below 1 %.",
    next: "The graph below tells the reasons.",
    unit: units.PercentUnit,
    decimals: 2,
    thresholds: risingBad(0.01, 0.05),
    links: [to("sla")],
    queries: [
      {
        expr: `${sumBy("instance", increase(ofExporter("reinfer_probe_skipped_total"), RANGE))}
/ (${slots(RANGE)} > 0)`,
        legend: "{{instance}}",
      },
    ],
  },
  { names: true },
);

const build = tablePanel({
  title: "Builds",
  means:
    "Version and revision of each exporter, how many series it serves, and whether the kernel " +
    "or the program itself says when a reply came.",
  normal: "The same everywhere.",
  next:
    "The change log tells what differs. Click an exporter, or where it says its URL its page, for " +
    "what it shows itself.",
  unit: units.NoUnit,
  thresholds: NEUTRAL,
  noValue: "-",
  links: [to("overview")],
  columns: [
    {
      from: "instance",
      title: "Exporter",
      width: 120,
      links: [{ title: "The exporter's own page", url: "http://${__data.fields.instance}/" }],
    },
    { from: "version", title: "Version", width: 68 },
    { from: "revision", title: "Revision", width: 110 },
    {
      from: {
        expr: `max by (instance, version, revision) (
  ${ofExporter("reinfer_exporter_series")}
  * on (job, instance) group_left (version, revision) ${ofExporter("reinfer_exporter_build_info")}
)`,
      },
      title: "Series",
      width: 65,
      unit: units.Short,
    },
    {
      from: {
        expr: `sum by (instance) (${ofExporter(
          "reinfer_exporter_clock_source",
          'source="kernel"',
        )})`,
      },
      title: "Timed by",
      width: 82,
      mappings: [words({ 0: ["program", COLOURS.plain], 1: ["kernel", COLOURS.plain] })],
    },
    {
      from: {
        expr: `max by (instance, external_url) (${ofExporter("reinfer_exporter_web_info")})`,
      },
      title: "",
      hidden: true,
    },
    { from: "external_url", title: "Page", text: "Open", links: [EXPORTER_PAGE], width: 60 },
  ],
});

const accounted = graph(
  {
    title: "Slots of the schedule",
    means:
      "Slots a minute: probed, or not probed and why. Nothing else can happen to a slot, so " +
      "gaps in " +
      "the top edge mean that an exporter was not running.",
    normal: "All probed, a flat top.",
    next:
      "limit: raise probes_in_flight_max. stall: the machine was busy or asleep. throttled, " +
      "credentials: Faults and path.",
    unit: units.CountsPerMinute,
    thresholds: NEUTRAL,
    links: [to("faults")],
    queries: [
      { expr: sumBy("", perMinute(ofExporter("reinfer_probe_results_total"))), legend: "probed" },
      {
        expr: sumBy("reason", perMinute(ofExporter("reinfer_probe_skipped_total"))),
        legend: "{{reason}}",
      },
    ],
  },
  {
    stacked: true,
    overrides: [
      coloured("probed", COLOURS.good),
      ...IN_COLOURS_OF_REASONS,
    ],
    calcs: ["mean", "max"],
  },
);

const lagBuckets = ofExporter("reinfer_exporter_schedule_lag_seconds_bucket");
const lag = graph(
  {
    title: "Schedule lag",
    means: "How long after its slot a probe started.",
    normal:
      "A few milliseconds. It is not part of any latency; it tells that the machine keeps up.",
    next: "Rising: too little CPU, or too many probes at the same moment.",
    unit: units.Seconds,
    thresholds: risingBad(0.1, 1),
    links: [to("latency")],
    queries: [0.5, 0.95, 0.99].map((q) => ({
      expr: `histogram_quantile(${q}, ${sumBy("le", rate(lagBuckets))})`,
      legend: `p${q * 100}`,
    })),
  },
  {
    lines: true,
    overrides: [
      ...IN_COLOURS_OF_PERCENTILES,
    ],
    calcs: ["mean", "max"],
  },
);

const busy = graph(
  {
    title: "Busy",
    means:
      "Share of the time that the probing threads work rather than wait, and CPU of the whole " +
      "process.",
    normal: "A few per cent.",
    next: "Above 80 %: its own measurements suffer. Spread the probes over two exporters.",
    unit: units.PercentUnit,
    thresholds: risingBad(0.5, 0.8),
    links: [to("latency")],
    queries: [
      {
        expr:
          sumBy("instance", rate(ofExporter("reinfer_exporter_loop_busy_seconds_total"))) +
          " / " +
          sumBy("instance", ofExporter("reinfer_exporter_probe_threads")),
        legend: "{{instance}} probing threads",
      },
      {
        expr: sumBy("instance", rate(ofExporter("process_cpu_seconds_total"))),
        legend: "{{instance}} CPU",
      },
    ],
  },
  { lines: true, calcs: ["mean", "max"] },
);

const inFlight = graph(
  {
    title: "Probes in flight",
    means: "Probes on their way at the moment of the scrape.",
    normal: "Far below probes_in_flight_max.",
    next: "Rising with no more probes configured: replies take longer.",
    unit: units.Short,
    decimals: 0,
    thresholds: risingBad(128, 230),
    links: [to("latency")],
    queries: [
      {
        expr: `max by (instance) (${ofExporter("reinfer_exporter_probes_in_flight")})`,
        legend: "{{instance}}",
      },
    ],
  },
  { calcs: ["mean", "max"] },
);

const dropped = graph(
  {
    title: "Left out and sent again",
    means:
      "What limits made the exporter drop (headers, Server-Timing entries, status codes, " +
      "evidence, name lookups), and " +
      "requests that were sent again because a kept connection was dead.",
    normal: "Evidence is replaced all the time; the rest is 0, or a resent request now and then.",
    next: "http_codes: more than 30 codes were answered; the rest counts as other. " +
      "name_lookups: the name server does not answer.",
    unit: units.Short,
    decimals: 0,
    thresholds: risingBad(1, 100),
    links: [to("faults")],
    queries: [
      {
        expr: sumBy("what", increase(ofExporter("reinfer_exporter_dropped_total"))),
        legend: "{{what}}",
      },
      {
        expr: sumBy("", increase(ofExporter("reinfer_exporter_resent_requests_total"))),
        legend: "sent again",
      },
    ],
  },
  { calcs: ["sum"] },
);

const scrape = graph(
  {
    title: "Time of a scrape",
    means: "What Prometheus waits for a scrape, and what the exporter needs to write it (p99).",
    normal: "Below a second.",
    next: "Near the scrape timeout of Prometheus: raise it, or lower the number of buckets.",
    unit: units.Seconds,
    thresholds: risingBad(1, 5),
    links: [to("overview")],
    queries: [
      {
        expr: `max by (instance) (${ofExporter("scrape_duration_seconds")})`,
        legend: "{{instance}} scrape",
      },
      {
        expr: `histogram_quantile(0.99, ${sumBy(
          "instance, le",
          rate(ofExporter("reinfer_exporter_scrape_duration_seconds_bucket")),
        )})`,
        legend: "{{instance}} writing p99",
      },
    ],
  },
  { calcs: ["mean", "max"] },
);

const memory = graph(
  {
    title: "Memory",
    means: "Resident memory of the process.",
    normal: "Level after the first hour.",
    next: "Growing for days: report it, with the number of targets.",
    unit: units.BytesIEC,
    thresholds: risingBad(256 * 2 ** 20, 512 * 2 ** 20),
    links: [to("overview")],
    queries: [{ expr: ofExporter("process_resident_memory_bytes"), legend: "{{instance}}" }],
  },
  { calcs: ["mean", "max"] },
);

const descriptors = graph(
  {
    title: "Open descriptors",
    means: "Share of the descriptors that the process may open which are open.",
    normal: "A few per cent.",
    next: "Near 100 %: probes fail as monitor_error. Raise LimitNOFILE.",
    unit: units.PercentUnit,
    thresholds: risingBad(0.5, 0.8),
    links: [to("faults")],
    queries: [
      {
        expr: `${ofExporter("process_open_fds")} / ${ofExporter("process_max_fds")}`,
        legend: "{{instance}}",
      },
    ],
  },
  { lines: true, calcs: ["max"] },
);

const requests = graph(
  {
    title: "Requests to the exporter",
    means: "HTTP requests that the exporter answered, by path and code.",
    normal: "One of /metrics for each scrape.",
    next: "4xx: something asks for what is not there.",
    unit: units.RequestsPerSecond,
    thresholds: NEUTRAL,
    links: [to("overview")],
    queries: [
      {
        expr: sumBy("path, code", rate(ofExporter("reinfer_exporter_http_requests_total"))),
        legend: "{{path}} {{code}}",
      },
    ],
  },
  { calcs: ["mean"] },
);

const fresh = tablePanel({
  title: "Probes that have not ended for the longest time",
  means: "Time since the last probe of each target ended, whatever its outcome.",
  normal: "At most the probe's interval and timeout.",
  next: "More: its slots are skipped (see why above), or the exporter is stuck.",
  unit: units.NoUnit,
  thresholds: NEUTRAL,
  links: [to("faults")],
  sort: "Last probe",
  columns: [
    { from: "instance", title: "Exporter" },
    { from: "tenant", title: "Tenant", width: 150 },
    { from: "probe", title: "Probe" },
    {
      from: {
        expr: `time() - max by (instance, tenant, probe) (${ofExporter(
          "reinfer_probe_last_timestamp_seconds",
        )})`,
      },
      title: "Last probe",
      unit: units.Seconds,
      decimals: 0,
      thresholds: risingBad(120, 600),
    },
  ],
});

const history = timeline({
  title: "Reached by Prometheus over time",
  means: "Scrapes of each exporter.",
  normal: "Up throughout.",
  next: "Down in the same moment everywhere: Prometheus or the network between.",
  unit: units.NoUnit,
  thresholds: YES_NO,
  mappings: [words({ 0: ["Down", COLOURS.bad], 1: ["Up", COLOURS.good] })],
  links: [to("overview")],
  queries: [{ expr: ofExporter("up"), legend: "{{instance}}" }],
});

export const exporter: Board = {
  name: "exporter",
  description:
    "Can what the other boards say be trusted? The schedule, the clock, the machine, the scrapes.",
  from: "now-24h",
  refresh: "1m",
  tenants: false,
  rows: [
    {
      title: "At a glance",
      lines: [
        {
          height: 5,
          panels: [
            [up, 4],
            [reload, 4],
            [uptime, 4],
            [missed, 4],
            [build, 8],
          ],
        },
      ],
    },
    {
      title: "The schedule",
      lines: [
        {
          height: 8,
          panels: [
            [accounted, 12],
            [lag, 12],
          ],
        },
        {
          height: 7,
          panels: [
            [busy, 8],
            [inFlight, 8],
            [fresh, 8],
          ],
        },
      ],
    },
    {
      title: "The process and its scrapes",
      lines: [
        {
          height: 7,
          panels: [
            [history, 8],
            [scrape, 8],
            [requests, 8],
          ],
        },
        {
          height: 7,
          panels: [
            [memory, 8],
            [descriptors, 8],
            [dropped, 8],
          ],
        },
      ],
    },
  ],
};
