// Makes the pictures of the status page for the README from a simulated incident:
//
//   bash tests/browser/run.sh --pictures
//
// writes dashboards/page/*.png. It plays for about two minutes, so that there is something to see; the
// ninety days before are made up (past_days.py).
import {execFileSync} from 'node:child_process';
import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {kRoot, Stage, tenantToml, waitUntil} from './stage.mjs';

const kDefaults = '[defaults]\ninterval = "2s"\ntimeout = "1500ms"\nresolve_timeout = "1s"\n' +
    'connect_timeout = "1s"\ntls_timeout = "1s"\n' +
    'slo = { availability = 99, latency = "150ms", latency_ratio = 95 }\n';
const dataset = (name, more = '') =>
  `name = "${name}"\nuse = "dataset"\nproject = "demo"\ndataset = "support"\n${more}`;
const config = kDefaults +
    tenantToml('acme-production', 'acme/production', [
      'use = "not_found"', dataset('triage-dataset'),
      dataset('triage-dataset-reuse', 'connection = "reuse"\n'),
      'use = "stream"\nproject = "demo"\ndataset = "support"\nstream = "triage"\n']) +
    tenantToml('acme-sandbox', 'acme/sandbox', [
      'use = "not_found"', 'use = "source"\nproject = "demo"\nsource = "emails"\n']) +
    tenantToml('globex', 'globex/live', ['use = "projects"', dataset('claims')],
      'OTHER_TEST_TOKEN') +
    '[[control]]\nname = "way-out"\nurl = "http://127.0.0.1:CONTROL/"\ninterval = "5s"\n';

const folder = join(kRoot, 'dashboards/page');
mkdirSync(folder, {recursive: true});

const views = [
  {name: 'overview-light', scheme: 'light', width: 1280},
  {name: 'overview-dark', scheme: 'dark', width: 1280},
  {name: 'phone', scheme: 'light', width: 360, height: 780, cut: true},
  {name: 'detail-light', scheme: 'light', width: 1280, height: 1960, cut: true,
   path: 'target/acme-production/triage-dataset', unfold: true},
  {name: 'range-light', scheme: 'light', width: 1280, height: 1100, cut: true,
   path: 'target/acme-production/triage-dataset?range=7d', scroll: '#ranges'},
  {name: 'detail-phone', scheme: 'dark', width: 360, height: 780, cut: true,
   path: 'target/acme-production/triage-dataset'},
  {name: 'incident-light', scheme: 'light', width: 1280, height: 1100, cut: true,
   path: async () => `incidents/${(await incidents())[0].id}`},
];

async function incidents() {
  const reply = await fetch(`${stage.url}api/v1/incidents?tenant=acme-production`);
  return (await reply.json()).data;
}

// What is out of sight is not drawn, and has only about its height: the window grows until all of
// the page is in it.
async function showWhole(page, width) {
  await waitUntil(async () => {
    const height = await page.evaluate(
      () => Math.ceil(document.documentElement.getBoundingClientRect().height));
    if (height === page.viewportSize().height)
      return page.evaluate(() => [...document.querySelectorAll('main h2')]
        .every(heading => heading.checkVisibility({contentVisibilityAuto: true})));
    await page.setViewportSize({width, height});
    return false;
  }, 'all of the page to be in the window');
}

async function picture(stage, view) {
  const page = await stage.browser.newPage({
    colorScheme: view.scheme, viewport: {width: view.width, height: view.height ?? 900},
    deviceScaleFactor: view.width < 500 ? 2 : 1.5, timezoneId: 'Europe/London', locale: 'en-GB'});
  const path = typeof view.path === 'function' ? await view.path() : view.path ?? '';
  await page.goto(stage.url + path);
  // A picture of a page without its style sheet would be worse than none.
  const styled = await page.evaluate(
    () => [...document.styleSheets].some((sheet) => sheet.cssRules.length > 0));
  if (!styled) throw new Error(`${view.name}: the style sheet did not come`);
  if (view.unfold)
    await page.evaluate(() => { document.querySelector('details.evidence').open = true; });
  if (view.scroll) await page.locator(view.scroll).evaluate(place => place.scrollIntoView());
  if (!view.cut) await showWhole(page, view.width);
  await page.screenshot({path: join(folder, `${view.name}.png`)});
  await page.close();
}

const stage = new Stage(process.argv[2]);
try {
  await stage.startSimulator();
  const storage = [`--storage.path=${stage.folder}/storage`,
    '--web.grafana-url=https://grafana.example.com'];
  await stage.startExporter(config, storage);
  // The next start remembers the day of those that have been probed, and of no other.
  await waitUntil(async () => !(await (await fetch(stage.url)).text()).includes('not probed yet'),
    'all targets to be probed');
  await stage.stopExporter();
  execFileSync('python3', [join(kRoot, 'tests/browser/past_days.py'),
    `${stage.folder}/storage/history.db`]);
  await stage.startExporter(config, storage);
  await stage.startBrowser();
  await stage.fault('latency.20ms-60ms', 'acme/production');
  await pause(50_000);
  await stage.fault('partial_500.0.3', 'acme/production');
  await pause(14_000);
  await stage.fault('latency.90ms-220ms', 'acme/production');
  await pause(16_000);
  await stage.fault('token_rotated', 'globex/live');
  await stage.fault('http_json.503', 'acme/production');
  await waitUntil(async () => /Platform failing/.test(await (await fetch(stage.url)).text()),
    'the incident');
  await pause(9_000);
  for (const view of views) await picture(stage, view);
} finally {
  await stage.end();
}
