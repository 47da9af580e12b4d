// Checks the boards in the folder named on the command line: against the published types, and by
// the rules of lint.ts. Then it breaks a board once for each rule, which the rule must find. The
// last line is "N passed, N failed".
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { BREAKAGES, RULES } from "./lint.js";
import { BoardModel, panelsOf, schemaChecker } from "./schema.js";

const folder = process.argv[2];
if (!folder) throw new Error("usage: node check.js FOLDER");

const boards = readdirSync(folder)
  .filter((name) => name.endsWith(".json"))
  .sort()
  .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as BoardModel);
let passed = 0;
let failed = 0;

function judge(name: string, problems: string[]) {
  if (problems.length) failed++;
  else passed++;
  console.log(`${problems.length ? "FAIL" : "ok  "} ${name}`);
  problems.forEach((problem) => console.log(`     ${problem}`));
}

const copy = (board: BoardModel) => JSON.parse(JSON.stringify(board)) as BoardModel;
const broken = (change: (board: BoardModel) => void) => {
  const board = copy(boards[0]!);
  change(board);
  return board;
};

const checkSchema = schemaChecker();
for (const board of boards) judge(`${board.uid} is what Grafana's types allow`, checkSchema(board));
const SLIPS: Record<string, (board: BoardModel) => void> = {
  "a key of the board": (board) => Object.assign(board, { tittle: "x" }),
  "a key of a panel": (board) => Object.assign(panelsOf(board)[0]!, { descripton: "x" }),
  "a key of the options": (board) =>
    Object.assign(panelsOf(board)[0]!.options!, { colourMode: "x" }),
  "a word of the options": (board) =>
    Object.assign(panelsOf(board)[0]!.options!, { graphMode: "x" }),
};
for (const [what, change] of Object.entries(SLIPS)) {
  judge(
    `the types know ${what} from a slip`,
    checkSchema(broken(change)).length ? [] : ["the slip went unseen"],
  );
}
for (const [name, rule] of Object.entries(RULES)) {
  judge(
    name,
    boards.flatMap((board) => rule(board).map((problem) => `${board.uid}: ${problem}`)),
  );
  const change = BREAKAGES[name];
  judge(
    `${name} can fail`,
    change && rule(broken(change)).length ? [] : ["what breaks it went unseen"],
  );
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
