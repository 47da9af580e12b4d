// Panels drawn with the components of @grafana/ui. Two kinds of panel are not in that library and
// are drawn here in its colours: heatmap and state-timeline.
import {
  type DataFrame,
  type DisplayValue,
  FieldType,
  formattedValueToString,
  getDisplayProcessor,
  getDisplayValueAlignmentFactors,
  getFieldConfigWithMinMax,
  getFieldDisplayName,
  type GrafanaTheme2,
  toUtc,
} from "@grafana/data";
import { VizOrientation } from "@grafana/schema";
import { BarGauge, BigValue, TimeSeries, VizRepeater } from "@grafana/ui";
import { TableNG } from "@grafana/ui/unstable";
import { type CSSProperties, useEffect, useRef } from "react";
import type { Span } from "./data";

export interface Drawn {
  panel: any;
  frames: DataFrame[];
  width: number;
  height: number;
  theme: GrafanaTheme2;
  span: Span;
}

const numbersOf = (frames: DataFrame[]) =>
  frames.flatMap((frame) =>
    frame.fields.filter(({ type }) => type === FieldType.number).map((field) => ({ frame, field })),
  );

const lastOf = (values: unknown[]) => [...values].reverse().find((value) => value !== null);

interface Shown {
  display: DisplayValue;
  field: DataFrame["fields"][number];
}

function shownOf({ frames, theme }: Drawn): Shown[] {
  return numbersOf(frames).map(({ frame, field }) => {
    const process = field.display ?? getDisplayProcessor({ field, theme });
    return {
      field,
      display: {
        ...process(lastOf(field.values)),
        title: getFieldDisplayName(field, frame, frames),
      },
    };
  });
}

function Stat(drawn: Drawn) {
  const { panel, theme, width, height } = drawn;
  const { options } = panel;
  return (
    <VizRepeater
      width={width}
      height={height}
      source={drawn.frames}
      renderCounter={0}
      autoGrid={true}
      orientation={options.orientation}
      getValues={() => shownOf(drawn)}
      getAlignmentFactors={(values) => getDisplayValueAlignmentFactors(values as never)}
      renderValue={({ value, width: w, height: h, count, alignmentFactors }) => (
        <BigValue
          value={value.display}
          width={w}
          height={h}
          theme={theme}
          count={count}
          alignmentFactors={alignmentFactors}
          colorMode={options.colorMode}
          graphMode={options.graphMode}
          justifyMode={options.justifyMode}
          textMode={options.textMode}
        />
      )}
    />
  );
}

function Bars(drawn: Drawn) {
  const { panel, theme, width, height } = drawn;
  return (
    <VizRepeater
      width={width}
      height={height}
      source={drawn.frames}
      renderCounter={0}
      orientation={VizOrientation.Horizontal}
      itemSpacing={6}
      minVizHeight={12}
      maxVizHeight={34}
      getValues={() => shownOf(drawn)}
      getAlignmentFactors={(values) => getDisplayValueAlignmentFactors(values as never)}
      renderValue={({ value, width: w, height: h, alignmentFactors }) => (
        <BarGauge
          value={value.display}
          field={getFieldConfigWithMinMax(value.field, false)}
          width={w}
          height={h}
          theme={theme}
          orientation={VizOrientation.Horizontal}
          displayMode={panel.options.displayMode}
          display={value.field.display}
          showUnfilled={true}
          isOverflow={false}
          itemSpacing={6}
          valueDisplayMode={panel.options.valueMode}
          alignmentFactors={alignmentFactors}
        />
      )}
    />
  );
}

const timeRange = ({ from, to }: Span) =>
  ({
    from: toUtc(from * 1000),
    to: toUtc(to * 1000),
    raw: { from: toUtc(from * 1000), to: toUtc(to * 1000) },
  }) as any;

function Graph({ panel, frames, width, height, span }: Drawn) {
  return (
    <TimeSeries
      frames={frames}
      width={width}
      height={height}
      timeZone="utc"
      structureRev={1}
      timeRange={timeRange(span)}
      legend={panel.options.legend}
      options={panel.options as any}
    />
  );
}

function Table({ panel, frames, width, height }: Drawn) {
  return (
    <TableNG
      data={frames[0]!}
      width={width}
      height={height}
      structureRev={1}
      initialSortBy={panel.options.sortBy}
      cellHeight={panel.options.cellHeight}
      enableVirtualization={false}
    />
  );
}

/** Hours of the clock, or days, at even distances. */
function ticks({ from, to }: Span, most: number) {
  const steps = [900, 1800, 3600, 7200, 10800, 14400, 21600, 43200, 86400, 172800, 345600, 604800];
  const step = steps.find((one) => (to - from) / one <= most) ?? 1209600;
  const first = Math.ceil(from / step) * step;
  const form = step >= 86400 ? "MM/DD" : "HH:mm";
  return Array.from({ length: Math.floor((to - first) / step) + 1 }, (_, i) => first + i * step)
    .map((time) => ({ share: (time - from) / (to - from), text: toUtc(time * 1000).format(form) }))
    .filter(({ share }) => share < 0.985);
}

function Axis({
  span,
  left,
  width,
  style,
}: {
  span: Span;
  left: number;
  width: number;
  style: CSSProperties;
}) {
  return (
    <div style={{ position: "relative", height: 18, ...style }}>
      {ticks(span, Math.floor((width - left) / 70)).map(({ share, text }) => (
        <span
          key={share}
          style={{
            position: "absolute",
            left: left + share * (width - left),
            transform: "translateX(-50%)",
            whiteSpace: "nowrap",
          }}
        >
          {text}
        </span>
      ))}
    </div>
  );
}

function Timeline({ panel, frames, width, height, theme, span }: Drawn) {
  const shown = numbersOf(frames);
  const names = shown.map(({ frame, field }) => getFieldDisplayName(field, frame, frames));
  const left = Math.min(width * 0.4, 12 + 6.6 * Math.max(...names.map((name) => name.length)));
  const legend = new Map<string, string>();
  const words = panel.fieldConfig.defaults.mappings?.length;
  const bars = shown.map(({ field, frame }) => {
    const times = frame.fields[0]!.values as number[];
    return field.values.map((value, index) => {
      if (value === null || field.values[index - 1] === value) return null;
      const { text, color, ...rest } = field.display!(value);
      if (words) legend.set(text, color!);
      let end = index + 1;
      while (field.values[end] === value) end++;
      const from = Math.max(times[index]! / 1000, span.from);
      const to = Math.min((times[end] ?? span.to * 1000) / 1000, span.to);
      const at = (time: number) => ((time - span.from) / (span.to - span.from)) * (width - left);
      return (
        <div
          key={index}
          title={formattedValueToString({ text, ...rest })}
          style={{
            position: "absolute",
            top: 0,
            bottom: 0,
            left: at(from),
            width: at(to) - at(from),
            background: color,
            opacity: 0.9,
          }}
        />
      );
    });
  });
  if (!words) {
    const steps = panel.fieldConfig.defaults.thresholds.steps;
    const display = shown[0]?.field.display;
    steps.forEach((step: any, index: number) =>
      legend.set(
        index === 0
          ? `< ${formattedValueToString(display!(steps[1].value))}`
          : `${formattedValueToString(display!(step.value))}+`,
        step.color,
      ),
    );
  }
  const rowHeight = (height - 46) / Math.max(1, shown.length);
  return (
    <div style={{ width, height, fontSize: 12, color: theme.colors.text.secondary }}>
      {bars.map((bar, index) => (
        <div key={index} style={{ display: "flex", height: rowHeight, alignItems: "center" }}>
          <div
            style={{
              width: left,
              paddingRight: 8,
              textAlign: "right",
              overflow: "hidden",
              whiteSpace: "nowrap",
              textOverflow: "ellipsis",
            }}
          >
            {names[index]}
          </div>
          <div style={{ position: "relative", flex: 1, height: Math.min(rowHeight * 0.85, 60) }}>
            {bar}
          </div>
        </div>
      ))}
      <Axis span={span} left={left} width={width} style={{ marginTop: 4 }} />
      <div style={{ display: "flex", gap: 14, marginTop: 4, justifyContent: "flex-start" }}>
        {[...legend].map(([text, color]) => (
          <span key={text}>
            <i
              style={{
                display: "inline-block",
                width: 14,
                height: 4,
                borderRadius: 2,
                background: color,
                marginRight: 5,
                verticalAlign: "middle",
              }}
            />
            {text}
          </span>
        ))}
      </div>
    </div>
  );
}

const VIRIDIS = [
  "#440154",
  "#482878",
  "#3e4989",
  "#31688e",
  "#26828e",
  "#1f9e89",
  "#35b779",
  "#6ece58",
  "#b5de2b",
  "#fde725",
];

function Heatmap({ frames, width, height, theme, span }: Drawn) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const left = 52;
  const plotHeight = height - 22;
  const rows = numbersOf(frames)
    .map(({ field, frame }) => ({
      edge: Number(field.labels!.le!.replace("+Inf", "Infinity")),
      field,
      frame,
    }))
    .sort((a, b) => a.edge - b.edge);
  // The buckets count everything up to their edge: what lies between two edges is the difference.
  const cells = rows.map(({ field }, index) =>
    field.values.map((value, at) =>
      Math.max(
        0,
        Number(value ?? 0) - (index ? Number(rows[index - 1]!.field.values[at] ?? 0) : 0),
      ),
    ),
  );
  const first = cells.findIndex((row) => row.some((value) => value > 0.05));
  const last = cells.findLastIndex((row) => row.some((value) => value > 0.05));
  const kept = cells.slice(first, last + 1);
  const rowHeight = plotHeight / kept.length;
  const times = (rows[0]?.frame.fields[0]!.values ?? []) as number[];
  const most = Math.max(...kept.flat());
  useEffect(() => {
    const scale = window.devicePixelRatio;
    const context = canvas.current!.getContext("2d")!;
    context.scale(scale, scale);
    const cellWidth = (width - left) / times.length;
    kept.forEach((row, y) =>
      row.forEach((value, x) => {
        if (value < 1e-9) return;
        const shade = Math.min(
          VIRIDIS.length - 1,
          Math.floor(Math.sqrt(value / most) * VIRIDIS.length),
        );
        context.fillStyle = VIRIDIS[shade]!;
        context.fillRect(
          x * cellWidth,
          plotHeight - (y + 1) * rowHeight,
          cellWidth - 0.4,
          rowHeight - 1,
        );
      }),
    );
  }, []);
  const edge = (index: number) => rows[first + index]?.edge;
  const text = (seconds: number) =>
    seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${seconds} s`;
  return (
    <div
      style={{
        width,
        height,
        position: "relative",
        fontSize: 12,
        color: theme.colors.text.secondary,
      }}
    >
      {kept.map((_, index) => (
        <span
          key={index}
          style={{
            position: "absolute",
            width: left - 8,
            textAlign: "right",
            top: plotHeight - (index + 1) * rowHeight - 8,
          }}
        >
          {text(edge(index)!)}
        </span>
      ))}
      <canvas
        ref={canvas}
        width={(width - left) * window.devicePixelRatio}
        height={plotHeight * window.devicePixelRatio}
        style={{ position: "absolute", left, width: width - left, height: plotHeight }}
      />
      <Axis
        span={span}
        left={left}
        width={width}
        style={{ top: plotHeight + 4, position: "absolute", left: 0 }}
      />
    </div>
  );
}

export const KINDS: Record<string, (drawn: Drawn) => React.JSX.Element> = {
  stat: Stat,
  bargauge: Bars,
  timeseries: Graph,
  table: Table,
  "state-timeline": Timeline,
  heatmap: Heatmap,
};
