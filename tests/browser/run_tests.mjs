// Runs the tests of the status page, each file on an exporter of its own configuration. Called by
// run.sh. The last line is "N passed, N failed"; the exit code is 1 if any failed.
import * as history from './history_test.mjs';
import * as page from './page_test.mjs';
import * as place from './place_test.mjs';
import {stage} from './reader.mjs';
import * as states from './states_test.mjs';

let passed = 0;
let failed = 0;
try {
  await stage.startSimulator();
  await stage.startBrowser();
  for (const {config, tests, args} of [page, states, history, place]) {
    await stage.startExporter(config, args);
    for (const {name, run} of tests) {
      const start = performance.now();
      try {
        await run();
        ++passed;
        console.log(`ok   ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
      } catch (error) {
        ++failed;
        console.log(
          `FAIL ${name}\n     ${String(error?.stack ?? error).replaceAll('\n', '\n     ')}`);
      }
      for (const context of stage.browser.contexts()) await context.close();
    }
    await stage.stopExporter();
  }
} finally {
  await stage.end();
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
