// Writes every board as JSON into the folder named on the command line, with a file for kustomize.
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

writeFileSync(
  join(folder, "kustomization.yaml"),
  `# The boards as ConfigMaps with the label that Grafana's sidecar looks for. For kustomize, used by
# deploy/kubernetes.
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
configMapGenerator:
${boards
  .map(({ name }) => `  - {name: reinfer-board-${name}, files: [${BOARDS[name].uid}.json]}\n`)
  .join("")}generatorOptions:
  # A board of the same name takes the place of the one before.
  disableNameSuffixHash: true
  labels: {grafana_dashboard: "1"}
  annotations: {grafana_folder: "Re:infer"}
`,
);
