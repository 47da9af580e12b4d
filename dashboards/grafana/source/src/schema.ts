// Boards against the types that Grafana publishes: a JSON Schema is made of vendor/types.ts, which
// knows every key and every allowed word, so a slip of the pen in a board is found here and not in
// Grafana.
import { Ajv } from "ajv";
import { createGenerator } from "ts-json-schema-generator";
import { fileURLToPath } from "node:url";

const TYPES = fileURLToPath(new URL("../vendor/types.ts", import.meta.url));

export interface PanelModel {
  type: string;
  id?: number;
  title?: string;
  description?: string;
  gridPos?: { h: number; w: number; x: number; y: number };
  datasource?: { type?: string; uid?: string };
  targets?: {
    expr: string;
    refId: string;
    legendFormat?: string;
    instant?: boolean;
    format?: string;
    datasource?: { uid?: string };
  }[];
  links?: { title: string; url?: string }[];
  options?: Record<string, unknown>;
  fieldConfig?: {
    defaults: Record<string, unknown> & {
      unit?: string;
      thresholds?: { steps: { value: number | null; color: string }[] };
      links?: { title: string; url?: string }[];
      custom?: Record<string, unknown>;
    };
    overrides: {
      matcher: { id: string; options?: unknown };
      properties: { id: string; value?: unknown }[];
    }[];
  };
}

export interface VariableModel {
  name: string;
  type: string;
  label?: string;
  query?: unknown;
  multi?: boolean;
  allValue?: string;
  refresh?: number;
}

export interface BoardModel {
  uid: string;
  title: string;
  editable?: boolean;
  panels: PanelModel[];
  templating: { list: VariableModel[] };
  annotations: { list: Record<string, unknown>[] };
  links?: { title: string; url?: string }[];
}

/** What an annotation says to the data source, which the types of Grafana's core leave to it. */
const TO_THE_SOURCE = ["expr", "step", "titleFormat", "textFormat", "tagKeys"];

export const panelsOf = (board: BoardModel) => board.panels.filter(({ type }) => type !== "row");

function asTheCoreKnowsIt(board: BoardModel) {
  const copy = structuredClone(board);
  for (const annotation of copy.annotations.list) {
    TO_THE_SOURCE.forEach((key) => delete annotation[key]);
  }
  return copy;
}

/** Checks a board, or tells what is wrong where. */
export function schemaChecker(): (board: BoardModel) => string[] {
  const schema = createGenerator({
    path: TYPES,
    type: "Published",
    skipTypeCheck: true,
    expose: "none",
    topRef: false,
  }).createSchema("Published");
  const ajv = new Ajv({ allErrors: true, strict: false });
  ajv.addSchema(schema, "published");
  const published = "published#/properties";
  const problemsOf = (part: string, value: unknown, where: string) => {
    const validate = ajv.getSchema(`${published}/${part}`);
    if (!validate) return [`${where}: the published types have no ${part}`];
    validate(value);
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) =>
        `${where}${instancePath} ${message} ${JSON.stringify(params)}`,
    );
  };
  return (board) => [
    ...problemsOf("dashboard", asTheCoreKnowsIt(board), board.title),
    ...panelsOf(board).flatMap((panel) => [
      ...problemsOf(`options/properties/${panel.type}`, panel.options, `${panel.title}: options`),
      ...problemsOf(
        `custom/properties/${panel.type}`,
        panel.fieldConfig?.defaults.custom ?? {},
        `${panel.title}: custom`,
      ),
    ]),
  ];
}
