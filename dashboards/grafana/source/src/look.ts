// How things look on every board: what colours mean, words for numbers, and where links lead.
import * as dashboard from "@grafana/grafana-foundation-sdk/dashboard";
import { FAULT, FIGURE, MARK, VERDICT } from "./palette.js";
import { Fault, VERDICTS } from "./promql.js";

export const COLOURS = {
  good: VERDICT.good,
  warn: VERDICT.warning,
  bad: VERDICT.bad,
  /** Text as the theme has it: a figure, or what is well in a table. */
  plain: FIGURE.plain,
  accent: FIGURE.accent,
  grey: FIGURE.none,
} as const;

export const FAULT_COLOURS: Record<Fault, string> = FAULT;

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

/** A judgement in words, with the shape that tells it as its colour does. */
export const VERDICT_WORDS = words({
  [VERDICTS.notProbed]: ["Not probed", COLOURS.grey],
  [VERDICTS.ok]: [`${MARK.good} All well`, COLOURS.good],
  [VERDICTS.platform]: [`${MARK.platform} Them: platform`, FAULT.platform],
  [VERDICTS.edge]: [`${MARK.edge} Them: edge`, FAULT.edge],
  [VERDICTS.network]: [`${MARK.network} The path: network`, FAULT.network],
  [VERDICTS.credentials]: [`${MARK.credentials} Us: credentials`, FAULT.credentials],
  [VERDICTS.request]: [`${MARK.request} Us: request`, FAULT.request],
  [VERDICTS.monitor]: [`${MARK.monitor} Us: monitor`, FAULT.monitor],
  [VERDICTS.ownNetwork]: [`${MARK.ownNetwork} Us: own network`, VERDICT.ownNetwork],
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
  "${__url_time_range}&${datasource:queryparam}&${job:queryparam}&${vantage:queryparam}" +
  "&${instance:queryparam}";
const ENVIRONMENT = "&${environment:queryparam}";

/** To another board, with the time range and all variables. */
export const to = (name: BoardName): Link => ({
  title: BOARDS[name].title,
  url: `/d/${BOARDS[name].uid}?\${__url_time_range}&\${__all_variables}`,
});

/** From a value to another board, narrowed down to the value's own labels. */
export const narrowedTo = (name: BoardName, ...names: string[]): Link => ({
  title: `${BOARDS[name].title} of this ${names.at(-1)}`,
  url: [
    `/d/${BOARDS[name].uid}?${SHARED}${names.includes("tenant") ? ENVIRONMENT : ""}`,
    ...names.map((label) => `var-${label}=\${__field.labels.${label}}`),
  ].join("&"),
});

/** The same from a row of a table. */
export const rowTo = (name: BoardName, ...names: string[]): Link => ({
  title: `${BOARDS[name].title} of this ${names.at(-1)}`,
  url: [
    `/d/${BOARDS[name].uid}?${SHARED}${names.includes("tenant") ? ENVIRONMENT : ""}`,
    ...names.map((label) => `var-${label}=\${__data.fields.${label}}`),
  ].join("&"),
});

/** One text in place of every value that there is. */
export const shownAs = (text: string): dashboard.RegexMap => ({
  type: dashboard.MappingType.RegexToText,
  options: { pattern: "^.+$", result: { text, index: 0 } },
});

/**
 * From a row of a table to the status page of the exporter that it is about: on the cell of its
 * URL, of which a mapping leaves only the value itself.
 */
export const TARGET_PAGE: Link = {
  title: "The target's own page",
  url: "${__value.raw:raw}/target/${__data.fields.tenant}/${__data.fields.probe}",
};
export const EXPORTER_PAGE: Link = {
  title: "The exporter's own page",
  url: "${__value.raw:raw}/",
};

export const dashboardLink = ({ title, url }: Link, newTab = false) =>
  new dashboard.DashboardLinkBuilder(title).url(url).targetBlank(newTab);
