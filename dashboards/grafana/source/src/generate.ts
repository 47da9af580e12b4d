// Writes every board as JSON into the folder named on the command line.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build, Board } from "./board.js";
import { exporter } from "./exporter.js";
import { faults } from "./faults.js";
import { latency } from "./latency.js";
import { BOARDS } from "./look.js";
import { overview } from "./overview.js";
import { sla } from "./sla.js";

const folder = process.argv[2];
if (!folder) throw new Error("usage: node generate.js FOLDER");

const boards: Board[] = [overview, latency, faults, sla, exporter];
mkdirSync(folder, { recursive: true });
for (const board of boards) {
  const file = join(folder, `${BOARDS[board.name].uid}.json`);
  writeFileSync(file, JSON.stringify(build(board), null, 2) + "\n");
}
