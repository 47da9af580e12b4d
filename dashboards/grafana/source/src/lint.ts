// What a board must keep to: the rules of Grafana's dashboard-linter that apply to Prometheus,
// read from the syntax tree of each query, and our own. A rule yields what is wrong; BREAKAGES
// says for each rule a change that it must find.
import * as units from "@grafana/grafana-foundation-sdk/units";
import type { SyntaxNode } from "@lezer/common";
import { parser } from "@prometheus-io/lezer-promql";
import { BOARDS, EXPORTER_PAGE, TARGET_PAGE } from "./look.js";
import { BoardModel, PanelModel, panelsOf } from "./schema.js";

// Grafana's variables stand where PromQL has durations. Each becomes one that nobody writes by
// hand.
const DURATIONS: Record<string, string> = {
  $__rate_interval: "7m7s",
  $__range: "11h7m",
  $before: "7d7h",
};
const COUNTED = new Set(["rate", "irate", "increase"]);
/** Series that do not come from scraping the exporter. */
const WITHOUT_JOB = new Set(["ALERTS"]);
const COUNTER = /_(total|bucket|sum|count)$/;
const UNITS = new Set<string>(Object.values(units).filter((unit) => typeof unit === "string"));

export const parsable = (expr: string) =>
  Object.entries(DURATIONS).reduce(
    (text, [variable, duration]) => text.replaceAll(variable, duration),
    expr,
  );

interface Selector {
  metric: string;
  matchers: string[];
  node: SyntaxNode;
}

function parse(expr: string) {
  const text = parsable(expr);
  const selectors: Selector[] = [];
  const calls: { name: string; text: string }[] = [];
  let errors = 0;
  parser.parse(text).iterate({
    enter(cursor) {
      const node = cursor.node;
      const of = (n: SyntaxNode | null) => (n ? text.slice(n.from, n.to) : "");
      if (node.type.isError) errors++;
      if (node.name === "VectorSelector") {
        const matchers = node.getChild("LabelMatchers")?.getChildren("UnquotedLabelMatcher") ?? [];
        selectors.push({
          metric: of(node.getChild("Identifier")),
          matchers: matchers.map(of),
          node,
        });
      }
      if (node.name === "FunctionCall") {
        calls.push({ name: of(node.getChild("FunctionIdentifier")), text: of(node) });
      }
    },
  });
  return { text, selectors, calls, errors };
}

/** The function that a selector is the argument of, through its window and offset. */
function functionOf({ node }: Selector, text: string) {
  let up = node.parent;
  while (up && ["MatrixSelector", "OffsetExpr"].includes(up.name)) up = up.parent;
  const call = up?.name === "FunctionCallBody" ? up.parent : null;
  const name = call?.getChild("FunctionIdentifier");
  return name ? text.slice(name.from, name.to) : "";
}

const queriesOf = (panel: PanelModel) =>
  (panel.targets ?? []).map((target) => ({ ...target, parsed: parse(target.expr) }));

/** A rule over each query of each panel. */
const onQueries = (find: (query: ReturnType<typeof queriesOf>[number]) => string[]) =>
  onPanels((panel) =>
    queriesOf(panel).flatMap((query) => find(query).map((problem) => `${query.refId}: ${problem}`)),
  );

function onPanels(find: (panel: PanelModel) => string[]) {
  return (board: BoardModel) =>
    panelsOf(board).flatMap((panel) =>
      find(panel).map((problem) => `${panel.title ?? panel.id}: ${problem}`),
    );
}

const needsMatcher = (matcher: string) =>
  onQueries(({ parsed }) =>
    parsed.selectors
      .filter(({ metric, matchers }) => !WITHOUT_JOB.has(metric) && !matchers.includes(matcher))
      .map(({ metric }) => `${metric} is without ${matcher}`),
  );

const needsChoice =
  (name: string, label: string, all = ".+") =>
  ({ templating }: BoardModel) => {
    const variable = templating.list.find((one) => one.name === name);
    if (!variable) return [`there is no variable ${name}`];
    const right =
      variable.type === "query" &&
      variable.label === label &&
      variable.multi &&
      variable.allValue === all;
    return right ? [] : [`${name} is no query with several values, allValue ${all} and label ${label}`];
  };

function linksOf(board: BoardModel) {
  const links = [...(board.links ?? [])];
  for (const panel of panelsOf(board)) {
    links.push(...(panel.links ?? []), ...(panel.fieldConfig?.defaults.links ?? []));
    for (const { properties } of panel.fieldConfig?.overrides ?? []) {
      for (const { id, value } of properties)
        if (id === "links") links.push(...(value as typeof links));
    }
  }
  return links;
}

const OWN_PAGES = new Set(["http://${__data.fields.instance}/", EXPORTER_PAGE.url, TARGET_PAGE.url]);

function linkProblem(url = "") {
  if (OWN_PAGES.has(url)) return "";
  const uid = /^\/d\/([\w-]+)(\?.*)?$/.exec(url)?.[1];
  if (!uid) return `${url} is not relative`;
  return Object.values(BOARDS).some((board) => board.uid === uid) ? "" : `${uid} is no board`;
}

function overlaps(a: PanelModel, b: PanelModel) {
  const [p, q] = [a.gridPos!, b.gridPos!];
  return p.x < q.x + q.w && q.x < p.x + p.w && p.y < q.y + q.h && q.y < p.y + p.h;
}

type Rule = (board: BoardModel) => string[];
export const RULES: Record<string, Rule> = {
  "template-datasource": ({ templating: { list } }) =>
    list.some(
      (variable) =>
        variable.type === "datasource" &&
        variable.name === "datasource" &&
        variable.label === "Data source" &&
        variable.query === "prometheus",
    )
      ? []
      : ["there is no data source variable"],
  "template-job": needsChoice("job", "Job"),
  "template-instance": needsChoice("instance", "Instance"),
  "template-vantage": needsChoice("vantage", "Vantage", ".*"),
  "template-environment": (board) =>
    board.templating.list.some(({ name }) => name === "tenant")
      ? needsChoice("environment", "Environment", ".*")(board)
      : [],
  "template-label-promql": ({ templating: { list } }) =>
    list
      .filter(({ type }) => type === "query")
      .filter(({ query }) => {
        const selector = /^label_values\((.*), \w+\)$/s.exec(
          (query as { query: string }).query,
        )?.[1];
        return !selector || parse(selector).errors > 0;
      })
      .map(({ name }) => `${name} does not ask for label_values of a selector`),
  "template-on-time-change-reload": ({ templating: { list } }) =>
    list
      .filter(({ type, refresh }) => type === "query" && refresh !== 2)
      .map(({ name }) => `${name} is not asked for again when the time range changes`),
  "panel-datasource": onPanels(({ datasource, targets = [] }) =>
    [datasource, ...targets.map((target) => target.datasource)]
      .filter((source) => source?.uid !== "${datasource}")
      .map(() => "is not asked of ${datasource}"),
  ),
  "panel-title-description": onPanels(({ title, description }) =>
    title && /[\s\S]+\*\*Normal:\*\* [\s\S]+\*\*Next:\*\* /.test(description ?? "")
      ? []
      : ["lacks a title, or a description that says what is normal and what to do next"],
  ),
  "panel-units": onPanels(({ fieldConfig }) =>
    [
      fieldConfig?.defaults.unit,
      ...(fieldConfig?.overrides ?? []).flatMap(({ properties }) =>
        properties.filter(({ id }) => id === "unit").map(({ value }) => value as string),
      ),
    ]
      .filter((unit) => !unit || !UNITS.has(unit))
      .map((unit) => `${unit} is no unit of Grafana`),
  ),
  "panel-no-targets": onPanels(({ targets = [] }) => (targets.length ? [] : ["asks nothing"])),
  "panel-thresholds": onPanels(({ fieldConfig }) =>
    fieldConfig?.defaults.thresholds?.steps.length ? [] : ["has no thresholds"],
  ),
  "panel-links": onPanels(({ links = [] }) => (links.length ? [] : ["leads nowhere"])),
  "target-promql": onQueries(({ parsed, expr }) =>
    parsed.errors || parsed.text.includes("$__") ? [`does not parse: ${expr}`] : [],
  ),
  "target-rate-interval": onQueries(({ parsed }) =>
    parsed.calls
      .filter(
        ({ name, text }) => /^i?rate$/.test(name) && !text.includes(DURATIONS["$__rate_interval"]!),
      )
      .map(({ text }) => `${text} is not over $__rate_interval`),
  ),
  "target-job": needsMatcher('job=~"$job"'),
  "target-instance": needsMatcher('instance=~"$instance"'),
  "target-vantage": needsMatcher('vantage=~"$vantage"'),
  "target-environment": onQueries(({ parsed }) =>
    parsed.selectors
      .filter(({ matchers }) => matchers.includes('tenant=~"$tenant"'))
      .filter(({ matchers }) => !matchers.includes('environment=~"$environment"'))
      .map(({ metric }) => `${metric} is without environment`),
  ),
  "watchdog-marks-nothing": (board) =>
    [
      ...board.annotations.list.map(({ expr }) => String(expr ?? "")),
      ...panelsOf(board).flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
    ].flatMap((expr) =>
      parse(expr)
        .selectors.filter(({ metric }) => metric === "ALERTS")
        .filter(({ matchers }) => !matchers.includes('alertname!="ReinferWatchdog"'))
        .map(() => `${expr} has the watchdog`),
    ),
  "target-counter-agg": onQueries(({ parsed }) =>
    parsed.selectors
      .filter((one) => COUNTER.test(one.metric) && !COUNTED.has(functionOf(one, parsed.text)))
      .map(({ metric }) => `${metric} is a counter outside rate or increase`),
  ),
  "target-legend": onPanels(({ type, targets = [] }) =>
    type === "table"
      ? []
      : targets
          .filter(({ legendFormat }) => targets.length > 1 && legendFormat === "__auto")
          .map(({ refId }) => `${refId} has no legend`),
  ),
  "uneditable-dashboard": ({ editable }) => (editable === false ? [] : ["can be edited"]),
  "links-are-relative": (board) =>
    linksOf(board)
      .map(({ url }) => linkProblem(url))
      .filter(Boolean),
  "variables-are-defined": (board) => {
    const known = new Set(board.templating.list.map(({ name }) => name));
    return [...JSON.stringify(board.panels).matchAll(/\$\{?([a-z]\w*)/g)]
      .map((match) => match[1]!)
      .filter((name) => !known.has(name))
      .map((name) => `$${name} is no variable`);
  },
  layout: (board) => [
    ...board.panels.flatMap((a, i) =>
      board.panels
        .slice(i + 1)
        .filter((b) => overlaps(a, b))
        .map((b) => `${a.title} lies over ${b.title}`),
    ),
    ...(new Set(board.panels.map(({ id }) => id)).size === board.panels.length
      ? []
      : ["ids repeat"]),
  ],
};

const first = (board: BoardModel) => panelsOf(board)[0]!;
const ask = (board: BoardModel, expr: string) => {
  first(board).targets![0]!.expr = expr;
};
const variable = (board: BoardModel, name: string) =>
  board.templating.list.find((one) => one.name === name)!;

export const BREAKAGES: Record<string, (board: BoardModel) => void> = {
  "template-datasource": (board) => {
    variable(board, "datasource").label = "Source";
  },
  "template-job": (board) => {
    variable(board, "job").multi = false;
  },
  "template-instance": (board) => {
    variable(board, "instance").allValue = ".*";
  },
  "template-vantage": (board) => {
    variable(board, "vantage").allValue = ".+";
  },
  "template-environment": (board) => {
    board.templating.list = board.templating.list.filter(({ name }) => name !== "environment");
    board.templating.list.push({ name: "tenant", type: "query" });
  },
  "template-label-promql": (board) => {
    variable(board, "job").query = { query: "label_values(up{, job)" };
  },
  "template-on-time-change-reload": (board) => {
    variable(board, "job").refresh = 1;
  },
  "panel-datasource": (board) => {
    first(board).targets![0]!.datasource = { uid: "prometheus" };
  },
  "panel-title-description": (board) => {
    first(board).description = "Something.";
  },
  "panel-units": (board) => {
    first(board).fieldConfig!.defaults.unit = "parsecs";
  },
  "panel-no-targets": (board) => {
    first(board).targets = [];
  },
  "panel-thresholds": (board) => {
    delete first(board).fieldConfig!.defaults.thresholds;
  },
  "panel-links": (board) => {
    first(board).links = [];
  },
  "target-promql": (board) => ask(board, "sum(up{)"),
  "target-rate-interval": (board) => ask(board, "rate(a_total[5m])"),
  "target-job": (board) => ask(board, 'up{instance=~"$instance"}'),
  "target-instance": (board) => ask(board, 'up{job=~"$job"}'),
  "target-vantage": (board) => ask(board, 'up{job=~"$job", instance=~"$instance"}'),
  "target-environment": (board) => ask(board, 'a{tenant=~"$tenant"}'),
  "watchdog-marks-nothing": (board) => {
    board.annotations.list.forEach((one) => (one.expr = 'ALERTS{alertname=~"Reinfer.*"}'));
  },
  "target-counter-agg": (board) => ask(board, "sum(a_total)"),
  "target-legend": (board) => {
    first(board).targets!.push({ ...first(board).targets![0]!, legendFormat: "__auto" });
  },
  "uneditable-dashboard": (board) => {
    board.editable = true;
  },
  "links-are-relative": (board) => {
    first(board).links![0]!.url = "https://grafana.example/d/x";
  },
  "variables-are-defined": (board) => ask(board, 'up{a="$nowhere"}'),
  layout: (board) => {
    first(board).gridPos!.y = 0;
  },
};
