// How things look on every board: colours, words for numbers, and where links lead.
// The colours of faults are those of Okabe and Ito, which most colour-blind people tell apart.
import * as dashboard from "@grafana/grafana-foundation-sdk/dashboard";
import { Fault, VERDICTS } from "./promql.js";

export const COLOURS = {
  good: "#009E73",
  warn: "#F0E442",
  bad: "#D55E00",
  plain: "#56B4E9",
  grey: "#8E8E8E",
} as const;

export const FAULT_COLOURS: Record<Fault, string> = {
  platform: "#D55E00",
  edge: "#E69F00",
  network: "#56B4E9",
  credentials: "#CC79A7",
  request: "#F0E442",
  monitor: "#8E8E8E",
};

/** Steps of a threshold: from each value on, the colour counts. The first value is null. */
export type Steps = [number | null, string][];

export const NEUTRAL: Steps = [[null, COLOURS.plain]];
/** Good at the floor, bad at and above the limits. */
export const risingBad = (warn: number, bad: number): Steps => [
  [null, COLOURS.good],
  [warn, COLOURS.warn],
  [bad, COLOURS.bad],
];
/** Bad at the floor, good at and above the last limit. */
export const risingGood = (warn: number, good: number): Steps => [
  [null, COLOURS.bad],
  [warn, COLOURS.warn],
  [good, COLOURS.good],
];
/** 0 is bad and 1 is good. */
export const YES_NO: Steps = [
  [null, COLOURS.bad],
  [1, COLOURS.good],
];

export const words = (
  texts: Record<number, [text: string, colour: string]>,
): dashboard.ValueMap => ({
  type: dashboard.MappingType.ValueToText,
  options: Object.fromEntries(
    Object.entries(texts).map(([value, [text, color]], index) => [value, { text, color, index }]),
  ),
});

export const VERDICT_WORDS = words({
  [VERDICTS.notProbed]: ["Not probed", COLOURS.grey],
  [VERDICTS.ok]: ["All well", COLOURS.good],
  [VERDICTS.platform]: ["Them: platform", FAULT_COLOURS.platform],
  [VERDICTS.edge]: ["Them: edge", FAULT_COLOURS.edge],
  [VERDICTS.network]: ["The path: network", FAULT_COLOURS.network],
  [VERDICTS.credentials]: ["Us: credentials", FAULT_COLOURS.credentials],
  [VERDICTS.request]: ["Us: request", FAULT_COLOURS.request],
  [VERDICTS.monitor]: ["Us: monitor", FAULT_COLOURS.monitor],
  [VERDICTS.ownNetwork]: ["Us: own network", "#0072B2"],
});

export const BOARDS = {
  overview: { uid: "reinfer-overview", title: "Re:infer / Overview" },
  latency: { uid: "reinfer-latency", title: "Re:infer / Latency" },
  faults: { uid: "reinfer-faults", title: "Re:infer / Faults and path" },
  sla: { uid: "reinfer-sla", title: "Re:infer / SLA report" },
  exporter: { uid: "reinfer-exporter", title: "Re:infer / Exporter health" },
} as const;
export type BoardName = keyof typeof BOARDS;

export interface Link {
  title: string;
  url: string;
}

// Addresses are relative, so that they hold wherever Grafana is served from.
const SHARED =
  "${__url_time_range}&${datasource:queryparam}&${job:queryparam}&${instance:queryparam}";

/** To another board, with the time range and all variables. */
export const to = (name: BoardName): Link => ({
  title: BOARDS[name].title,
  url: `/d/${BOARDS[name].uid}?\${__url_time_range}&\${__all_variables}`,
});

/** From a value to another board, narrowed down to the value's own labels. */
export const narrowedTo = (name: BoardName, ...names: string[]): Link => ({
  title: `${BOARDS[name].title} of this ${names.at(-1)}`,
  url: [
    `/d/${BOARDS[name].uid}?${SHARED}`,
    ...names.map((label) => `var-${label}=\${__field.labels.${label}}`),
  ].join("&"),
});

/** The same from a row of a table. */
export const rowTo = (name: BoardName, ...names: string[]): Link => ({
  title: `${BOARDS[name].title} of this ${names.at(-1)}`,
  url: [
    `/d/${BOARDS[name].uid}?${SHARED}`,
    ...names.map((label) => `var-${label}=\${__data.fields.${label}}`),
  ].join("&"),
});

export const dashboardLink = ({ title, url }: Link, newTab = false) =>
  new dashboard.DashboardLinkBuilder(title).url(url).targetBlank(newTab);
