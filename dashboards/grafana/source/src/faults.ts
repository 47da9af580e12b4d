// Faults and path: what failed, what was answered, and everything between here and there.
import * as units from "@grafana/grafana-foundation-sdk/units";
import { Board } from "./board.js";
import {
  COLOURS,
  FAULT_COLOURS,
  narrowedTo,
  NEUTRAL,
  risingBad,
  rowTo,
  TARGET_PAGE,
  to,
  words,
  YES_NO,
} from "./look.js";
import { PHASE } from "./palette.js";
import {
  bars,
  coloured,
  graph,
  IN_COLOURS_OF_FAULTS,
  IN_COLOURS_OF_REASONS,
  matching,
  named,
  statPanel,
  tablePanel,
  timeline,
} from "./panels.js";
import {
  Fault,
  FAULTS,
  increase,
  ofExporter,
  ofProbe,
  ofTenant,
  pageOf,
  perMinute,
  RANGE,
  rate,
  ratio,
  results,
  share,
  sumBy,
} from "./promql.js";

const FAILED = 'fault!="none"';
const byFault = graph(
  {
    title: "Failures by fault",
    means: "Failed probes a minute, by whose fault they are.",
    normal: "None.",
    next:
      "platform, edge: collect the request ids for their support. network: the row on the path. " +
      "credentials, request: it is ours, and costs the platform's budget nothing.",
    unit: units.CountsPerMinute,
    thresholds: risingBad(1, 10),
    links: [to("overview")],
    queries: [{ expr: sumBy("fault", perMinute(results(FAILED))), legend: "{{fault}}" }],
  },
  { stacked: true, bars: true, overrides: IN_COLOURS_OF_FAULTS },
);

/** Every outcome of a fault has its colour; the second and later ones are fainter. */
const OUTCOMES: Record<Fault, string[]> = {
  platform: ["server_error", "response_timeout", "protocol_error", "conflict"],
  edge: ["gateway_error", "not_the_api", "gateway_not_found", "edge_blocked", "redirected"],
  network: [
    "connect_timeout",
    "connection_lost",
    "connect_error",
    "dns_error",
    "tls_error",
    "bad_body",
    "proxy_error",
  ],
  credentials: ["unauthorized", "forbidden", "token_unavailable"],
  request: ["throttled", "bad_request", "not_found", "response_too_large"],
  monitor: ["monitor_error"],
};
const IN_COLOURS_OF_OUTCOMES = FAULTS.flatMap((fault) =>
  OUTCOMES[fault].map((outcome, index) =>
    named(
      `${fault}: ${outcome}`,
      { id: "color", value: { mode: "fixed", fixedColor: FAULT_COLOURS[fault] } },
      { id: "custom.fillOpacity", value: Math.max(30, 90 - 30 * index) },
    ),
  ),
);

const byOutcome = graph(
  {
    title: "Failures by outcome",
    means:
      "The same failures by what exactly happened, in the colour of their fault; the README lists " +
      "all outcomes.",
    normal: "None.",
    next:
      "response_timeout and connection_lost together: overload. gateway_error: the edge " +
      "answered for " +
      "the application. not_the_api: a portal or a captive proxy answered.",
    unit: units.CountsPerMinute,
    thresholds: risingBad(1, 10),
    links: [to("overview")],
    queries: [
      {
        expr: `${sumBy("fault, outcome", perMinute(results(FAILED)))} > 0`,
        legend: "{{fault}}: {{outcome}}",
      },
    ],
  },
  { stacked: true, bars: true, overrides: IN_COLOURS_OF_OUTCOMES },
);

const list = tablePanel({
  title: "What failed",
  means:
    "Failed probes in the time range by tenant, probe and outcome, and their share of all " +
    "probes of " +
    "that kind.",
  normal: "Empty.",
  next:
    "The exporter keeps the last failures of each probe with both sides' request ids: see the " +
    "target's page, which is the last column where the exporter says its URL " +
    "(--web.external-url).",
  unit: units.NoUnit,
  thresholds: NEUTRAL,
  noValue: "Nothing failed",
  links: [to("sla")],
  sort: "Failures",
  columns: [
    { from: "tenant", title: "Tenant", links: [rowTo("faults", "tenant")], width: 150 },
    { from: "probe", title: "Probe", links: [rowTo("faults", "tenant", "probe")], width: 85 },
    { from: "fault", title: "Fault", width: 85 },
    { from: "outcome", title: "Outcome" },
    {
      from: {
        expr: `${sumBy("tenant, probe, fault, outcome", increase(results(FAILED), RANGE))} >= 0.5`,
      },
      title: "Failures",
      width: 85,
      unit: units.Short,
      decimals: 0,
    },
    {
      from: {
        expr: share(
          `(${sumBy("tenant, probe, fault, outcome", increase(results(FAILED), RANGE))} >= 0.5)`,
          sumBy("tenant, probe", increase(results(), RANGE)),
          "tenant, probe",
        ),
      },
      title: "Share",
      width: 75,
      unit: units.PercentUnit,
      decimals: 2,
      thresholds: risingBad(0.001, 0.01),
    },
    { from: { expr: `${pageOf}
and on (tenant, probe) ${sumBy("tenant, probe", increase(results(FAILED), RANGE))} >= 0.5` }, title: "", hidden: true },
    { from: "external_url", title: "Page", text: "Open", links: [TARGET_PAGE], width: 60 },
  ],
});

const shares = bars(
  {
    title: "Failed probes by fault, time range",
    means: "Share of all probes in the time range that failed, by fault.",
    normal: "All near 0.",
    next: "The longest bar names whom to talk to.",
    unit: units.PercentUnit,
    decimals: 2,
    min: 0,
    thresholds: risingBad(0.001, 0.01),
    links: [to("sla")],
    queries: [
      {
        expr: `sort_desc(${share(
          sumBy("fault", increase(results(FAILED), RANGE)),
          sumBy("", increase(results(), RANGE)),
        )})`,
        legend: "{{fault}}",
      },
    ],
  },
  IN_COLOURS_OF_FAULTS,
);

/** Codes by their class and meaning: the first that fits counts last in Grafana, so it stands last. */
const IN_COLOURS_OF_CODES = [
  ["^3", FAULT_COLOURS.edge],
  ["^4", FAULT_COLOURS.request],
  ["^5", FAULT_COLOURS.platform],
  ["^2", COLOURS.good],
  ["^404$", COLOURS.accent],
  ["^40[137]$", FAULT_COLOURS.credentials],
  ["^5(0[234]|2\\d|30)$", FAULT_COLOURS.edge],
].map(([code, fixedColor]) =>
  matching(`/${code}/`, { id: "color", value: { mode: "fixed", fixedColor } }),
);

const codes = graph(
  {
    title: "Replies by status code",
    means:
      "Replies a second by exact HTTP status code, whoever wrote them. Green is 2xx; 404, which is " +
      "the right answer to some probes, is neither good nor bad; other codes have the colour of the " +
      "fault that they usually are: 401 and 403 credentials, 502 to 504 and 52x the edge, other 5xx " +
      "the platform, other 4xx the request.",
    normal: "200, and 404 where a probe asks for a page that does not exist.",
    next:
      "502 to 504 and 52x are written by gateways; 429 asks us to slow down; 401 and 403 " +
      "are about us.",
    unit: units.RequestsPerSecond,
    thresholds: NEUTRAL,
    links: [to("overview")],
    queries: [
      {
        expr: `${sumBy("code", rate(ofProbe("reinfer_http_responses_total")))} > 0`,
        legend: "{{code}}",
      },
    ],
  },
  { stacked: true, overrides: IN_COLOURS_OF_CODES, calcs: ["mean", "max"] },
);

const answered = timeline({
  title: "Did the application itself answer?",
  means:
    "Whether the last reply was written by the application, whatever it said. Portals answer " +
    "200 and " +
    "gateways send JSON; neither counts.",
  normal: "Yes throughout.",
  next: "No while probes get replies: something in front of the application answers in its place.",
  unit: units.NoUnit,
  thresholds: YES_NO,
  mappings: [words({ 0: ["No", COLOURS.bad], 1: ["Yes", COLOURS.good] })],
  links: [to("overview")],
  dataLinks: [narrowedTo("faults", "tenant", "probe")],
  queries: [
    {
      expr: `min by (tenant, probe) (${ofProbe("reinfer_application_answered")})`,
      legend: "{{tenant}} {{probe}}",
    },
  ],
});

const skipped = graph(
  {
    title: "Slots not probed",
    means:
      "Slots of the schedule a minute without a probe, by reason: overlap (the last one still " +
      "ran), limit (too " +
      "many at once), throttled (the API asked us to wait), credentials, budget, stall (we were " +
      "late).",
    normal: "None.",
    next:
      "throttled: probe less often. limit, stall: Exporter health. What is not probed is " +
      "not judged.",
    unit: units.CountsPerMinute,
    thresholds: risingBad(1, 10),
    links: [to("exporter")],
    queries: [
      {
        expr: sumBy("reason", perMinute(ofProbe("reinfer_probe_skipped_total"))),
        legend: "{{reason}}",
      },
    ],
  },
  { stacked: true, bars: true, overrides: IN_COLOURS_OF_REASONS },
);

const control = timeline({
  title: "Controls",
  means:
    "Whether each control target, which has nothing to do with the API, was reached from each " +
    "exporter.",
  normal: "Reached throughout.",
  next: "Not reached while network failures rise: it is our own connection, not theirs.",
  unit: units.NoUnit,
  thresholds: YES_NO,
  mappings: [words({ 0: ["Not reached", COLOURS.bad], 1: ["Reached", COLOURS.good] })],
  noValue: "No control is configured",
  links: [to("overview")],
  queries: [
    {
      expr: ofExporter("reinfer_control_reachable"),
      legend: "{{instance}} {{control}}",
    },
  ],
});

const vantages = graph(
  {
    title: "Failures of network and edge, by where we look from",
    means: "Share of probes lost to the network or the edge, by exporter.",
    normal: "None.",
    next:
      "One exporter alone: its site or its provider. All at once, while the controls answer: " +
      "their edge.",
    unit: units.PercentUnit,
    thresholds: risingBad(0.01, 0.05),
    links: [to("overview")],
    queries: [
      {
        expr: share(
          sumBy("instance, fault", rate(results('fault=~"network|edge"'))),
          sumBy("instance", rate(results())),
          "instance",
        ),
        legend: "{{instance}} {{fault}}",
      },
    ],
  },
  {
    overrides: [
      matching("/ network$/", { id: "color", value: { mode: "fixed", fixedColor: FAULT_COLOURS.network } }),
      matching("/ edge$/", { id: "color", value: { mode: "fixed", fixedColor: FAULT_COLOURS.edge } }),
    ],
    calcs: ["max"],
  },
);

const PHASE_COLOURS = [
  coloured("resolve", PHASE.resolve),
  coloured("connect", PHASE.connect),
  coloured("tls", PHASE.tls),
];
const connecting = graph(
  {
    title: "Getting there",
    means: "Mean time to look up the name, to connect and to shake hands, when that took place.",
    normal: "Flat: these depend on distance, not on load.",
    next:
      "resolve: your name server. connect: the path, or full backlogs at the edge. tls: the " +
      "edge.",
    unit: units.Seconds,
    thresholds: NEUTRAL,
    links: [to("latency")],
    queries: [
      {
        expr: ratio(
          sumBy(
            "phase",
            rate(ofProbe("reinfer_probe_phase_seconds_total", 'phase=~"resolve|connect|tls"')),
          ),
          sumBy(
            "phase",
            rate(ofProbe("reinfer_probe_phase_samples_total", 'phase=~"resolve|connect|tls"')),
          ),
        ),
        legend: "{{phase}}",
      },
    ],
  },
  { log: true, overrides: PHASE_COLOURS },
);

const roundTrips = graph(
  {
    title: "Round trips of TCP",
    means:
      "Round-trip time of the last probe's connection as the kernel smoothed it, the mean of each " +
      "exporter and tenant; through a proxy, to the proxy. The server has no part in it.",
    normal: "Flat: it is the distance.",
    next: "A step up: another route. Rising with the path on Latency: the network, not the queues.",
    unit: units.Seconds,
    thresholds: NEUTRAL,
    links: [to("latency")],
    queries: [
      {
        expr: `avg by (instance, tenant) (${ofProbe("reinfer_tcp_rtt_seconds")})`,
        legend: "{{instance}} {{tenant}}",
      },
    ],
  },
  { calcs: ["mean", "max"] },
);

const retransmits = graph(
  {
    title: "TCP segments sent again",
    means: "Segments that the kernel had to send again, for each probe, by exporter and tenant.",
    normal: "None, or one in a while.",
    next: "Of one exporter alone: its network loses packets. Of all: the way to the edge does.",
    unit: units.Short,
    decimals: 2,
    thresholds: risingBad(0.1, 1),
    links: [to("latency")],
    queries: [
      {
        expr: ratio(
          sumBy("instance, tenant", rate(ofProbe("reinfer_tcp_retransmits_total"))),
          sumBy("instance, tenant", rate(results())),
        ),
        legend: "{{instance}} {{tenant}}",
      },
    ],
  },
  { lines: true, calcs: ["max"] },
);

const certificates = bars({
  title: "Certificates expire in",
  means: "Time until the first certificate of the chain that each tenant's server shows expires.",
  normal: "More than 21 days: they are renewed well before.",
  next:
    "Below that: ask whoever runs that edge. A company proxy in between shows its own " +
    "certificate.",
  unit: units.Days,
  decimals: 1,
  min: 0,
  max: 90,
  thresholds: [
    [null, COLOURS.bad],
    [3, COLOURS.warn],
    [21, COLOURS.good],
  ],
  links: [to("overview")],
  queries: [
    {
      expr: `(min by (tenant) (${ofTenant("reinfer_tls_certificate_expiry_timestamp_seconds")})
  - time()) / 86400`,
      legend: "{{tenant}}",
    },
  ],
});

const tokens = timeline({
  title: "Tokens",
  means: "Whether the API took each tenant's token the last time it looked at it.",
  normal: "Accepted throughout, also across a rotation.",
  next:
    "Rejected: a token was made anew elsewhere, or it expired. The exporter reads its " +
    "source again.",
  unit: units.NoUnit,
  thresholds: YES_NO,
  mappings: [words({ 0: ["Rejected", COLOURS.bad], 1: ["Accepted", COLOURS.good] })],
  links: [to("overview")],
  dataLinks: [narrowedTo("faults", "tenant")],
  queries: [
    {
      expr: `min by (tenant) (${ofTenant("reinfer_token_accepted")})`,
      legend: "{{tenant}}",
    },
  ],
});

const rotations = graph(
  {
    title: "Token changes and read errors",
    means: "When a tenant's token was replaced by another one, and when it could not be read.",
    normal: "A change now and then, no error.",
    next: "Errors: the file, the command or the OAuth server that the token comes from.",
    unit: units.Short,
    decimals: 0,
    thresholds: risingBad(1, 3),
    links: [to("exporter")],
    queries: [
      {
        expr: `max by (tenant) (${increase(ofTenant("reinfer_token_changes_total"))})`,
        legend: "{{tenant}} changed",
      },
      {
        expr: `max by (tenant) (${increase(ofTenant("reinfer_token_read_errors_total"))})`,
        legend: "{{tenant}} not read",
      },
    ],
  },
  {
    bars: true,
    overrides: [
      matching("/ changed$/", { id: "color", value: { mode: "fixed", fixedColor: COLOURS.accent } }),
      matching("/ not read$/", { id: "color", value: { mode: "fixed", fixedColor: COLOURS.bad } }),
    ],
  },
);

const tokenExpiry = statPanel(
  {
    title: "Tokens expire in",
    means:
      "Time until each token expires, where the exporter can know: OAuth and tokens in JWT form.",
    normal: "More than a day, or steadily renewed.",
    next: "Below an hour and falling: it is not being renewed. No data: the tokens do not tell.",
    unit: units.Seconds,
    decimals: 1,
    noValue: "Tokens do not tell",
    thresholds: [
      [null, COLOURS.bad],
      [3600, COLOURS.warn],
      [86400, COLOURS.good],
    ],
    links: [to("overview")],
    queries: [
      {
        expr: `min by (tenant) (${ofTenant("reinfer_token_expiry_timestamp_seconds")}) - time()`,
        legend: "{{tenant}}",
      },
    ],
  },
  { names: true },
);

const throttled = graph(
  {
    title: "Throttled",
    means: "Share of probes answered with 429 by the application or the edge, by tenant.",
    normal: "None.",
    next: "Probe less often, or spread the probes. It does not count against the platform.",
    unit: units.PercentUnit,
    thresholds: risingBad(0.01, 0.05),
    links: [to("exporter")],
    dataLinks: [narrowedTo("faults", "tenant")],
    queries: [
      {
        expr: ratio(
          sumBy("tenant", rate(results('outcome="throttled"'))),
          sumBy("tenant", rate(results())),
        ),
        legend: "{{tenant}}",
      },
    ],
  },
  { lines: true, calcs: ["max"] },
);

const maintenance = timeline({
  title: "Maintenance",
  means:
    "When a tenant was inside a configured maintenance window. Probing goes on; nothing counts.",
  normal: "As announced.",
  next: "Windows are configured in [[tenant.maintenance]].",
  unit: units.NoUnit,
  thresholds: [
    [null, COLOURS.grey],
    [1, COLOURS.accent],
  ],
  mappings: [words({ 0: ["In service", COLOURS.grey], 1: ["Maintenance", COLOURS.accent] })],
  links: [to("sla")],
  queries: [
    {
      expr: `max by (tenant) (${ofTenant("reinfer_tenant_in_maintenance")})`,
      legend: "{{tenant}}",
    },
  ],
});

const success = timeline({
  title: "The last probe, one by one",
  means: "Whether the last probe was ok; where several exporters look, whether at least one was.",
  normal: "Ok throughout.",
  next:
    "One row alone: that part of the API. All rows of a tenant: the tenant. All rows: the " +
    "edge or us.",
  unit: units.NoUnit,
  thresholds: YES_NO,
  mappings: [words({ 0: ["Failed", COLOURS.bad], 1: ["Ok", COLOURS.good] })],
  links: [to("overview")],
  dataLinks: [narrowedTo("latency", "tenant", "probe")],
  queries: [
    {
      expr: `max by (tenant, probe) (${ofProbe("reinfer_probe_success")})`,
      legend: "{{tenant}} {{probe}}",
    },
  ],
});

const size = graph(
  {
    title: "Size of replies",
    means: "Decoded size of the last reply, by probe.",
    normal: "Steady; lists grow with your data.",
    next:
      "A drop to a few hundred bytes: an error page. Growth: raise body_bytes_max before it " +
      "is reached.",
    unit: units.BytesIEC,
    thresholds: NEUTRAL,
    links: [to("latency")],
    queries: [
      {
        expr: `max by (tenant, probe) (${ofProbe("reinfer_response_size_bytes")})`,
        legend: "{{tenant}} {{probe}}",
      },
    ],
  },
  { log: true },
);

export const faults: Board = {
  name: "faults",
  description: "What failed, what was answered, and everything on the way from here to there.",
  from: "now-24h",
  refresh: "1m",
  tenants: true,
  rows: [
    {
      title: "What failed",
      lines: [
        {
          height: 8,
          panels: [
            [byFault, 9],
            [byOutcome, 9],
            [shares, 6],
          ],
        },
        {
          height: 7,
          panels: [
            [success, 12],
            [list, 12],
          ],
        },
      ],
    },
    {
      title: "What was answered",
      lines: [
        {
          height: 8,
          panels: [
            [codes, 8],
            [answered, 8],
            [size, 8],
          ],
        },
      ],
    },
    {
      title: "The path",
      lines: [
        {
          height: 7,
          panels: [
            [control, 8],
            [vantages, 16],
          ],
        },
        {
          height: 7,
          panels: [
            [connecting, 8],
            [roundTrips, 8],
            [retransmits, 8],
          ],
        },
      ],
    },
    {
      title: "Credentials, limits, maintenance",
      lines: [
        {
          height: 6,
          panels: [
            [tokens, 8],
            [rotations, 8],
            [throttled, 8],
          ],
        },
        {
          height: 6,
          panels: [
            [tokenExpiry, 5],
            [certificates, 6],
            [maintenance, 5],
            [skipped, 8],
          ],
        },
      ],
    },
  ],
};
