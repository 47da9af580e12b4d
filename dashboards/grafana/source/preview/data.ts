// From a panel as it stands in a board to what its Prometheus answers, as Grafana's data frames.
import {
  applyFieldOverrides,
  cacheFieldDisplayNames,
  createTheme,
  type DataFrame,
  type Field,
  FieldConfigOptionsRegistry,
  type FieldConfigPropertyItem,
  FieldType,
  standardTransformers,
  standardTransformersRegistry,
  transformDataFrame,
} from "@grafana/data";
import { firstValueFrom } from "rxjs";

export interface Span {
  from: number;
  to: number;
}

const SCRAPE_SECONDS = 60;
const POINTS = 240;

const secondsOf = (text: string) =>
  parseInt(text, 10) * { s: 1, m: 60, h: 3600, d: 86400 }[text.at(-1) as "s"];

function fillIn(expr: string, span: Span, step: number) {
  const values: Record<string, string> = {
    __rate_interval: `${Math.max(step + SCRAPE_SECONDS, 4 * SCRAPE_SECONDS)}s`,
    __range: `${span.to - span.from}s`,
    before: "7d",
    vantage: ".*",
    environment: ".*",
  };
  return expr.replace(/\$(\w+)/g, (_, name) => values[name] ?? ".+");
}

async function ask(url: string, path: string, parameters: Record<string, string | number>) {
  const body = new URLSearchParams(
    Object.entries(parameters).map(([name, value]) => [name, String(value)]),
  );
  const answer = await (await fetch(`${url}/api/v1/${path}`, { method: "POST", body })).json();
  if (answer.status !== "success") throw new Error(answer.error);
  return answer.data.result as {
    metric: Record<string, string>;
    value: [number, string];
    values: [number, string][];
  }[];
}

const legend = (format: string, labels: Record<string, string>) => {
  const { __name__: name, ...rest } = labels;
  if (format !== "__auto") {
    return format
      .replace(/\$before/g, "7d")
      .replace(/\{\{(\w+)\}\}/g, (_, label) => labels[label] ?? "");
  }
  return Object.values(rest).join(" ") || name || "value";
};

async function framesOf(url: string, target: any, span: Span, only: boolean) {
  const least = secondsOf(target.interval ?? `${SCRAPE_SECONDS}s`);
  const step = Math.max(least, Math.ceil((span.to - span.from) / POINTS / 60) * 60);
  const query = fillIn(target.expr, span, step);
  if (target.instant) {
    const found = await ask(url, "query", { query, time: span.to });
    return target.format === "table"
      ? [table(target.refId, found, only)]
      : found.map(({ metric, value }) =>
          series(target, metric, [value[0] * 1000], [Number(value[1])]),
        );
  }
  const start = span.from - (span.from % step);
  const found = await ask(url, "query_range", { query, start, end: span.to, step });
  const times = Array.from(
    { length: Math.floor((span.to - start) / step) + 1 },
    (_, index) => (start + index * step) * 1000,
  );
  return found.map(({ metric, values }) => {
    const known = new Map(values.map(([time, value]) => [time * 1000, Number(value)]));
    return series(
      target,
      metric,
      times,
      times.map((time) => known.get(time) ?? null),
    );
  });
}

function series(
  target: any,
  labels: Record<string, string>,
  times: number[],
  values: unknown[],
): DataFrame {
  const name = legend(target.legendFormat ?? "__auto", labels);
  return {
    refId: target.refId,
    name,
    length: times.length,
    fields: [
      { name: "Time", type: FieldType.time, config: { interval: 0 }, values: times },
      {
        name: "Value",
        type: FieldType.number,
        labels,
        values,
        config: { displayNameFromDS: name },
      },
    ] as Field[],
  };
}

/** As the data source makes them of an instant query: a column for each label. */
function table(
  refId: string,
  found: { metric: Record<string, string>; value: [number, string] }[],
  only: boolean,
) {
  const names = [...new Set(found.flatMap(({ metric }) => Object.keys(metric)))];
  const value = (type: FieldType, name: string, values: unknown[]) =>
    ({ name, type, config: {}, values }) as Field;
  return {
    refId,
    length: found.length,
    fields: [
      value(
        FieldType.time,
        "Time",
        found.map((one) => one.value[0] * 1000),
      ),
      ...names.map((name) =>
        value(
          FieldType.string,
          name,
          found.map(({ metric }) => metric[name]),
        ),
      ),
      value(
        FieldType.number,
        only ? "Value" : `Value #${refId}`,
        found.map((one) => Number(one.value[1])),
      ),
    ],
  } as DataFrame;
}

// What the panels' own plug-ins set where a board says nothing.
const CUSTOM: Record<string, Record<string, unknown>> = {
  timeseries: {
    lineInterpolation: "linear",
    gradientMode: "none",
    spanNulls: false,
    insertNulls: false,
    showPoints: "auto",
    pointSize: 5,
    barAlignment: 0,
    barWidthFactor: 0.6,
    axisPlacement: "auto",
    axisLabel: "",
    axisColorMode: "text",
    axisBorderShow: false,
    axisGridShow: true,
    axisCenteredZero: false,
    scaleDistribution: { type: "linear" },
    hideFrom: { tooltip: false, viz: false, legend: false },
  },
  table: { align: "auto", inspect: false },
};

const OPTIONS = [
  "displayName",
  "unit",
  "decimals",
  "min",
  "max",
  "mappings",
  "thresholds",
  "color",
  "links",
  "noValue",
];
const CUSTOM_OPTIONS = [
  "lineStyle",
  "fillOpacity",
  "stacking",
  "cellOptions",
  "width",
  "drawStyle",
  "lineWidth",
  "minWidth",
  "showPoints",
  "axisSoftMin",
  "thresholdsStyle",
  "align",
  "filterable",
  ...Object.keys(CUSTOM.timeseries),
];

const floored = (thresholds: any) =>
  thresholds && {
    ...thresholds,
    steps: thresholds.steps.map((step: any) => ({ ...step, value: step.value ?? -Infinity })),
  };

const registry = new FieldConfigOptionsRegistry(() => {
  const item = (path: string, isCustom: boolean) =>
    ({
      id: isCustom ? `custom.${path}` : path,
      path,
      isCustom,
      name: path,
      process: (value: unknown) => (path === "thresholds" ? floored(value) : value),
      shouldApply: () => true,
      settings: {},
    }) as unknown as FieldConfigPropertyItem;
  return [
    ...OPTIONS.map((path) => item(path, false)),
    ...[...new Set(CUSTOM_OPTIONS)].map((path) => item(path, true)),
  ];
});

standardTransformersRegistry.setInit(
  () =>
    [standardTransformers.mergeTransformer, standardTransformers.organizeFieldsTransformer].map(
      (transformation) => ({ id: transformation.id, name: transformation.name, transformation }),
    ) as any,
);

export const theme = createTheme({ colors: { mode: "dark" } });

/** The frames of a panel, with its transformations, units, colours and words applied. */
export async function dataOf(url: string, panel: any, span: Span): Promise<DataFrame[]> {
  let frames = (
    await Promise.all(
      panel.targets.map((target: any) => framesOf(url, target, span, panel.targets.length === 1)),
    )
  ).flat() as DataFrame[];
  frames = await firstValueFrom(transformDataFrame(panel.transformations ?? [], frames));
  const { defaults, overrides } = panel.fieldConfig;
  const fieldConfig = {
    defaults: { ...defaults, custom: { ...CUSTOM[panel.type], ...defaults.custom } },
    overrides,
  };
  const shown = applyFieldOverrides({
    data: frames,
    fieldConfig,
    replaceVariables: (text) => text,
    theme,
    timeZone: "utc",
    fieldConfigRegistry: registry,
  });
  cacheFieldDisplayNames(shown);
  return shown;
}
