// Checks documents of Kubernetes against the schemas of its API and of the Prometheus operator.
//
//   node validate.mjs FOLDER_OF_NODE_MODULES < documents.json
//
// Prints a line for each problem. Values are checked by the models' own validators; keys that do not
// exist are found by the TypeScript compiler, which sees each document as a value of its type.
import {createRequire} from 'node:module';
import {readFileSync, writeFileSync, mkdtempSync, rmSync, symlinkSync} from 'node:fs';
import {join} from 'node:path';
import {tmpdir} from 'node:os';
import {pathToFileURL} from 'node:url';

const modules = process.argv[2];
const require = createRequire(join(modules, 'none.js'));
const documents = JSON.parse(readFileSync(0, 'utf8'));

function moduleOf(apiVersion) {
  if (apiVersion.startsWith('monitoring.coreos.com/'))
    return `@kubernetes-models/prometheus-operator/${apiVersion}`;
  return `kubernetes-models/${apiVersion}`;
}

const problems = [];
for (const document of documents) {
  const name = `${document.kind} ${document.metadata?.name}`;
  try {
    const path = join(modules, moduleOf(document.apiVersion), 'index.js');
    const models = await import(pathToFileURL(path));
    new models[document.kind](document).validate();
  } catch (error) {
    problems.push(`${name}: ${error.message}`);
  }
}

const folder = mkdtempSync(join(tmpdir(), 'reinfer-types-'));
try {
  symlinkSync(modules, join(folder, 'node_modules'));
  const lines = documents.flatMap((document, index) => [
    `import type {I${document.kind} as T${index}} from '${moduleOf(document.apiVersion)}';`,
    `export const d${index}: T${index} = ${JSON.stringify(document)};`]);
  const file = join(folder, 'documents.ts');
  writeFileSync(file, lines.join('\n') + '\n');
  const ts = require('typescript');
  const program = ts.createProgram([file], {
    noEmit: true, strict: true, skipLibCheck: true, types: [], target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext,
    preserveSymlinks: true});
  for (const found of ts.getPreEmitDiagnostics(program)) {
    const text = ts.flattenDiagnosticMessageText(found.messageText, '\n');
    const line = found.file ? found.file.getLineAndCharacterOfPosition(found.start).line : 0;
    const document = documents[Math.floor(line / 2)];
    problems.push(`${document?.kind} ${document?.metadata?.name}: ${text}`);
  }
} finally {
  rmSync(folder, {recursive: true});
}
for (const problem of problems) console.log(problem);
process.exit(problems.length ? 1 : 0);
