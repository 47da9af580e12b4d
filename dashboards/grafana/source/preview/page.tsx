// The page that is photographed: a board's rows and panels where they are in its grid.
import { toUtc } from "@grafana/data";
import { GlobalStyles, PanelChrome } from "@grafana/ui";
import { ThemeContext } from "@grafana/data";
import { createRoot } from "react-dom/client";
import { MemoryRouter } from "react-router-dom";
import { dataOf, theme, type Span } from "./data";
import { KINDS } from "./panels";

const CELL_HEIGHT = 30;
const GAP = 8;
const { board, span, url, width } = (window as any).preview as {
  board: any;
  span: Span;
  url: string;
  width: number;
};

const tall = (rows: number) => rows * (CELL_HEIGHT + GAP) - GAP;
const column = (width - 2 * 16 + GAP) / 24;

function Panel({ panel, frames }: { panel: any; frames: any[] }) {
  const { x, y, w, h } = panel.gridPos;
  const Kind = KINDS[panel.type]!;
  return (
    <div style={{ position: "absolute", left: 16 + x * column, top: y * (CELL_HEIGHT + GAP) }}>
      <PanelChrome
        title={panel.title}
        description={panel.description}
        width={w * column - GAP}
        height={tall(h)}
      >
        {(innerWidth, innerHeight) => (
          <Kind
            panel={panel}
            frames={frames}
            width={innerWidth}
            height={innerHeight}
            theme={theme}
            span={span}
          />
        )}
      </PanelChrome>
    </div>
  );
}

function Picker({ label, value }: { label: string; value: string }) {
  const box = {
    border: `1px solid ${theme.colors.border.medium}`,
    padding: "4px 10px",
    fontSize: 13,
  };
  return (
    <span>
      <span style={{ ...box, background: theme.colors.background.secondary, fontWeight: 500 }}>
        {label}
      </span>
      <span style={{ ...box, borderLeft: 0 }}>{value}</span>
    </span>
  );
}

function Head() {
  const time = (seconds: number) => toUtc(seconds * 1000).format("YYYY-MM-DD HH:mm");
  return (
    <div style={{ padding: "14px 16px 12px" }}>
      <div style={{ display: "flex", justifyContent: "space-between", marginBottom: 14 }}>
        <span style={{ fontSize: 18, fontWeight: 500 }}>{board.title}</span>
        <span style={{ fontSize: 12, color: theme.colors.text.secondary }}>
          Preview drawn with Grafana's UI library over made-up history, not a screenshot of Grafana
          {" · "}
          {time(span.from)} to {time(span.to)} UTC
        </span>
      </div>
      <div style={{ display: "flex", gap: 12 }}>
        {board.templating.list.map((variable: any) => (
          <Picker
            key={variable.name}
            label={variable.label}
            value={
              variable.type === "datasource" ? "Prometheus" : [variable.current.text].flat().join()
            }
          />
        ))}
      </div>
    </div>
  );
}

async function main() {
  const panels = board.panels.filter(({ type }: any) => type !== "row");
  const frames = await Promise.all(panels.map((panel: any) => dataOf(url, panel, span)));
  const empty = panels.filter(
    (_: any, index: number) => !frames[index]!.some(({ length }) => length > 0),
  );
  const bottom = Math.max(...board.panels.map(({ gridPos: { y, h } }: any) => y + h));
  createRoot(document.getElementById("root")!).render(
    <MemoryRouter>
      <ThemeContext.Provider value={theme}>
        <GlobalStyles />
        <div
          style={{
            width,
            background: theme.colors.background.canvas,
            color: theme.colors.text.primary,
            fontFamily: theme.typography.fontFamily,
          }}
        >
          <Head />
          <div style={{ position: "relative", height: tall(bottom) + 16 }}>
            {board.panels
              .filter(({ type }: any) => type === "row")
              .map((row: any) => (
                <div
                  key={row.id}
                  style={{
                    position: "absolute",
                    left: 16,
                    fontWeight: 500,
                    fontSize: 15,
                    top: row.gridPos.y * (CELL_HEIGHT + GAP) + 6,
                  }}
                >
                  ⌄ {row.title}
                </div>
              ))}
            {panels.map((panel: any, index: number) => (
              <Panel key={panel.id} panel={panel} frames={frames[index]!} />
            ))}
          </div>
        </div>
      </ThemeContext.Provider>
    </MemoryRouter>,
  );
  (window as any).drawn = { empty: empty.map(({ title }: any) => title) };
}

main().catch((error) => {
  (window as any).drawn = { error: String(error.stack ?? error) };
});
