// Pieces of PromQL that the boards are written with. Every selector of the exporter's metrics is
// made here, so that none forgets a variable. Sums are taken before ratios, never the mean of
// ratios.

const labels = (...matchers: string[]) => `{${matchers.filter(Boolean).join(", ")}}`;
const JOB = 'job=~"$job"';
// "All" of these two is .*, which is true of series without the label as well.
const VANTAGE = 'vantage=~"$vantage"';
const ENVIRONMENT = 'environment=~"$environment"';
const INSTANCE = 'instance=~"$instance"';
const TENANT = 'tenant=~"$tenant"';
const PROBE = 'probe=~"$probe"';

/** A metric of a probe: it carries job, instance, tenant and probe. */
export const ofProbe = (metric: string, ...matchers: string[]) =>
  metric + labels(JOB, VANTAGE, INSTANCE, ENVIRONMENT, TENANT, PROBE, ...matchers);

/** A metric of a tenant: it carries no probe. */
export const ofTenant = (metric: string, ...matchers: string[]) =>
  metric + labels(JOB, VANTAGE, INSTANCE, ENVIRONMENT, TENANT, ...matchers);

/** A metric of the exporter itself, or one that Prometheus keeps about scraping it. */
export const ofExporter = (metric: string, ...matchers: string[]) =>
  metric + labels(JOB, VANTAGE, INSTANCE, ...matchers);

/** A target and the URL of the exporter that probes it, as a label, where that one says it. */
export const pageOf = `topk by (tenant, probe) (1,
  max by (tenant, probe, external_url) (
    ${ofProbe("reinfer_probe_interval_seconds")}
    * on (job, instance) group_left (external_url) ${ofExporter("reinfer_exporter_web_info")}
  )
)`;

export const results = (...matchers: string[]) =>
  ofProbe("reinfer_probe_results_total", ...matchers);

/** The window of a graph: as wide as its resolution, and never too narrow for a rate. */
export const STEP = "$__rate_interval";
/** The whole time that the board shows. */
export const RANGE = "$__range";

/** Alerts of this product; the watchdog always fires, so it says nothing. */
export const alerts = (state: "firing" | "pending") =>
  `ALERTS{alertname=~"Reinfer.*", alertname!="ReinferWatchdog", alertstate="${state}"}`;

export const rate = (selector: string) => `rate(${selector}[${STEP}])`;
export const perMinute = (selector: string) => `60 * ${rate(selector)}`;
export const increase = (selector: string, window = STEP, offset = "") =>
  `increase(${selector}[${window}]${offset && ` offset ${offset}`})`;
export const sumBy = (by: string, expression: string) =>
  by ? `sum by (${by}) (${expression})` : `sum(${expression})`;

/** A quotient that is absent, not NaN, where nothing happened. */
export const ratio = (part: string, whole: string) => `${part}\n/ (${whole} > 0)`;

/** The quotient of a part that has more labels than the whole: they share those of `on`. */
export const share = (part: string, whole: string, on = "") =>
  `${part}\n/ on (${on}) group_left () (${whole} > 0)`;

/** A latency histogram is stored as a native one, as classic buckets, or as both. It is asked for
 * as a native one first, and where there is none the classic series answer. */
const either = (native: string, classic: string) => `(
  ${native}
  or ${classic}
)`;

const grown = (selector: string, window: string, offset: string) =>
  window === STEP && !offset ? rate(selector) : increase(selector, window, offset);

export function quantile(q: number, metric: string, by = "", window = STEP, offset = "") {
  const native = grown(ofProbe(metric), window, offset);
  const classic = grown(ofProbe(`${metric}_bucket`), window, offset);
  return either(
    `histogram_quantile(${q}, ${sumBy(by, native)})`,
    `histogram_quantile(${q}, ${sumBy(by ? `${by}, le` : "le", classic)})`,
  );
}

/** By how much the sum of a latency histogram grew. */
export const timeIn = (metric: string, window = STEP) =>
  either(
    sumBy("", `histogram_sum(${grown(ofProbe(metric), window, "")})`),
    sumBy("", grown(ofProbe(`${metric}_sum`), window, "")),
  );

/** By how much the count of a latency histogram grew. */
export const countIn = (metric: string, window = STEP) =>
  either(
    sumBy("", `histogram_count(${grown(ofProbe(metric), window, "")})`),
    sumBy("", grown(ofProbe(`${metric}_count`), window, "")),
  );

export const FAULTS = ["platform", "edge", "network", "credentials", "request", "monitor"] as const;
export type Fault = (typeof FAULTS)[number];

/** The numbers that a verdict is told with; look.ts gives them words and colours. */
export const VERDICTS = {
  notProbed: 0,
  ok: 1,
  platform: 2,
  edge: 3,
  network: 4,
  credentials: 5,
  request: 6,
  monitor: 7,
  ownNetwork: 8,
} as const;

/** Share of its probes that a tenant must lose to one fault before a verdict names it. */
export const VERDICT_SHARE = 0.05;

/** What one lost probe is worth less: alone it makes no verdict, unless it is all there was. */
const ONE_LOST = 0.9;

/** Whose fault most of a tenant's failures are, as a number of VERDICTS. Network failures that an
 * exporter saw while it reached no control target either are put down to its own network. */
export function verdict(window: string) {
  const failed = (fault: string) => increase(results(`fault${fault}`), window);
  const cutOff = `(max by (job, instance) (min_over_time(${ofExporter(
    "reinfer_control_reachable",
  )}[${window}])) == 0)`;
  const code = ([fault, value]: [string, number]) =>
    `label_replace(vector(${value}), "fault", "${fault}", "", "")`;
  const codes = Object.entries(VERDICTS)
    .filter(([, value]) => value > VERDICTS.ok)
    .map(code);
  return `max by (tenant) (
  topk by (tenant) (1,
    (sum by (tenant, fault) (
      ${failed('!~"none|network"')}
      or ${failed('="network"')} unless on (job, instance) ${cutOff}
      or label_replace(
        ${failed('="network"')} and on (job, instance) ${cutOff},
        "fault", "ownNetwork", "", "")
    ) - ${ONE_LOST})
    / on (tenant) group_left () ${sumBy("tenant", increase(results(), window))}
    > ${VERDICT_SHARE}
  ) * 0
  + on (fault) group_left () (
    ${codes.join("\n    or ")}
  )
)
or ${sumBy("tenant", increase(results(), window))} > bool 0`;
}

// Objectives. Events and good events are judged by the exporter, exclusions and maintenance
// included.
const events = (slo: string) => ofProbe("reinfer_slo_events_total", slo && `slo="${slo}"`);
const good = (slo: string) => ofProbe("reinfer_slo_good_events_total", slo && `slo="${slo}"`);

export const eventsIn = (slo: string, by: string, window: string, offset = "") =>
  sumBy(by, increase(events(slo), window, offset));

export const goodIn = (slo: string, by: string, window: string, offset = "") =>
  sumBy(by, increase(good(slo), window, offset));

export const badIn = (slo: string, by: string, window: string) =>
  sumBy(by, `${increase(events(slo), window)} - ${increase(good(slo), window)}`);

export const attained = (slo: string, by: string, window: string, offset = "") =>
  ratio(goodIn(slo, by, window, offset), eventsIn(slo, by, window, offset));

/** What the objectives allowed to go wrong: events times (1 - objective), probe by probe. Events
 * outlive the exporter that counted them, so the objective is asked of whoever probes now. */
export const allowedIn = (slo: string, by: string, window: string) =>
  sumBy(
    by,
    `
  ${eventsIn(slo, "tenant, probe, slo", window)}
  * (1 - ${objective(slo, "tenant, probe, slo")})
`,
  );

const objectives = (slo: string) => ofProbe("reinfer_slo_objective_ratio", slo && `slo="${slo}"`);

/** The latency objective that the chosen probes have in common; nothing where they differ. */
export function commonThreshold() {
  const threshold = ofProbe("reinfer_slo_latency_threshold_seconds");
  return `min(${threshold}) == max(${threshold})`;
}

/** The objective of a group of probes: the strictest. */
export const objective = (slo: string, by: string) => `max by (${by}) (${objectives(slo)})`;

/** How many times faster than allowed the budget is spent: 1 uses it up exactly. */
export const burn = (slo: string, by: string, window: string) =>
  ratio(badIn(slo, by, window), allowedIn(slo, by, window));

/** 1 when nothing of the budget is used, 0 when all is, below 0 when the objective is missed. */
export const budgetLeft = (slo: string, by: string, window: string) =>
  `1 - ${burn(slo, by, window)}`;
