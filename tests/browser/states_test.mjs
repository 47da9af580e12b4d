// The states that only a configuration of their own brings about, in a real browser: what is said
// of them, and that axe finds nothing to say. Run by run_tests.mjs.
import assert from 'node:assert/strict';
import {axe, kDataset, kDefaults, open, stage, tenantToml, unfold, verdictOf, waitUntil}
  from './reader.mjs';

const kTenants =
    tenantToml('steady', 'states/steady', [kDataset]) +
    // A day between two slots: the first is most likely hours away.
    tenantToml('later', 'states/later', [`${kDataset}interval = "24h"`]) +
    // Its two probes are half a second apart, so the first 429 is known when the other one is due.
    tenantToml('halted', 'states/halted', [kDataset, 'use = "projects"']) +
    tenantToml('frugal', 'states/frugal', [kDataset])
      .replace('[[tenant.probe]]', 'max_requests_per_minute = 1\n[[tenant.probe]]') +
    tenantToml('mended', 'states/mended', [kDataset]) +
    '[[tenant.maintenance]]\nstart = "2026-01-01T00:00:00Z"\n' +
    `end = "${new Date(Date.now() + 3_600_000).toISOString().replace(/\.\d+/, '')}"\n`;
export const config = kDefaults + kTenants;

// One probe that never gets an answer holds the only place four fifths of each second. Phases are
// the same for ever, and those of the starved fall into that time.
const kStarving = '[limits]\nprobes_in_flight_max = 1\n' + kDefaults +
    tenantToml('slow', 'states/slow', [`${kDataset}timeout = "800ms"`]) +
    tenantToml('starved', 'states/starved', [kDataset, 'use = "projects"']);

const kClock = String.raw`(\d+ \w+,? )?\d\d:\d\d`;
const sentence = text => new RegExp(`^${text.replaceAll('CLOCK', kClock)}$`);

export const tests = [];
const test = (name, run) => tests.push({name, run});

const stateOf = (page, probe) =>
  page.locator(`[id="p-${probe}"] .state-words`).textContent().then(text => text.trim());

// That tenant and probe come to be described so.
async function seen(page, {tenant, badge, verdict, probes}) {
  await waitUntil(async () => {
    const found = [await verdictOf(page, tenant)];
    const wanted = [verdict, ...Object.values(probes)].map(sentence);
    for (const probe of Object.keys(probes)) found.push(await stateOf(page, `${tenant}/${probe}`));
    if (wanted.every((words, i) => words.test(found[i]))) return true;
    throw new Error(found.join(' | '));
  }, `${tenant} to be shown so: ${verdict}`);
  if (badge) assert.equal(await page.locator(`[id="t-${tenant}"] .badge`).textContent(), badge);
}

// What axe finds while the page says so from begin to end: some states last a few seconds only.
const axeWhile = (page, said, what) => waitUntil(async () => {
  if (!await said()) return null;
  const findings = await axe(page);
  return await said() ? {findings} : null;
}, what).then(({findings}) => findings);

async function assertAxeFindsNothing(paths) {
  for (const colorScheme of ['light', 'dark'])
    for (const path of paths) {
      const {page, complaints, context} = await open(path, {colorScheme});
      await unfold(page);
      assert.deepEqual(await axe(page), [], `/${path}, ${colorScheme}`);
      assert.deepEqual(complaints, []);
      await context.close();
    }
}

const kStates = [
  {tenant: 'later', badge: 'Not probed yet', verdict: 'Not probed yet',
    probes: {dataset: 'waiting'}},
  {tenant: 'halted', badge: 'Throttled',
    verdict: 'Throttled since CLOCK, 1 of 2 probes; 1 probe paused', probes: {}},
  {tenant: 'frugal', verdict: 'Not probed at present; 1 probe paused by the budget',
    probes: {dataset: String.raw`paused \(budget\) since CLOCK`}},
  {tenant: 'mended', badge: 'Maintenance',
    verdict: 'In maintenance until CLOCK; platform failing since CLOCK, 1 of 1 probe; network fine',
    probes: {dataset: 'failing platform since CLOCK'}},
];

test('waiting, paused, throttled and in maintenance are told apart', async () => {
  const {page, complaints} = await open();
  for (const tenant of ['steady', 'halted', 'mended'])
    await waitUntil(async () => /fine$/.test(await verdictOf(page, tenant)),
      `${tenant} to be fine`);
  await stage.fault('throttle.900', 'states/halted');
  await stage.fault('http_json.503', 'states/mended');
  for (const state of kStates) await seen(page, state);
  assert.equal(await page.locator('h1').textContent(), '1 of 5 tenants in trouble');
  assert.match((await page.locator('#troubled').textContent()).trim(), /^halted Throttled since/);
  // Whichever of its probes was told to keep away, the other one keeps away, too.
  const halted = (await page.locator('[id="t-halted"] .state-words').allTextContents()).sort();
  assert.match(halted[0], sentence(String.raw`failing request( \(throttled\))? since CLOCK`));
  assert.match(halted[1], sentence(String.raw`paused \(throttled\) since CLOCK`));
  assert.deepEqual(complaints, []);
});

test('axe finds nothing on the pages of those states', async () => {
  await assertAxeFindsNothing(['', 'target/later/dataset', 'target/halted/dataset',
    'target/halted/projects', 'target/frugal/dataset', 'target/mended/dataset']);
});

test('a reload that failed is told on every page until one succeeds', async () => {
  const {page, complaints} = await open();
  const banner = page.locator('#reload-failed');
  assert.equal(await banner.count(), 0);
  stage.reloadExporter(config.replace('use = "projects"', 'use = "project"'));
  await waitUntil(() => banner.isVisible(), 'the banner');
  assert.match(await banner.textContent(),
    /^The last reload failed\. The configuration before it is still in force\./);
  assert.match((await banner.locator('li').allTextContents()).join('\n'),
    /^\S*config\.toml:\d+:\d+: tenant\.probe\.use: is "project", .*did you mean projects/);
  assert.equal(await banner.getAttribute('role'), 'alert');
  await seen(page, kStates[0]);
  const {page: narrow} = await open('', {viewport: {width: 320, height: 640}});
  assert.ok(await narrow.evaluate(() => document.documentElement.scrollWidth) <= 320);
  await assertAxeFindsNothing(['', 'target/steady/dataset']);
  stage.reloadExporter(config);
  await waitUntil(async () => (await banner.count()) === 0, 'the banner to go');
  assert.deepEqual(complaints, []);
});

test('a tenant that is no longer looked at is stale, and so are its pages', async () => {
  stage.reloadExporter(kStarving);
  const {page, complaints} = await open();
  const state = {tenant: 'starved', badge: 'No results',
    verdict: 'No result since CLOCK: this monitor is stuck, nothing is known of the tenant',
    probes: {dataset: 'stale since CLOCK', projects: 'stale since CLOCK'}};
  await waitUntil(async () => (await verdictOf(page, 'starved')) === 'All 2 probes fine',
    'the starved to be fine');
  await stage.fault('never_answer', 'states/slow');
  await seen(page, state);
  for (const [path, where] of [['', '#t-starved .state-words'],
    ['target/starved/dataset', '.probe-state']])
    for (const colorScheme of ['light', 'dark']) {
      const {page: looked} = await open(path, {colorScheme});
      await unfold(looked);
      const isStale = async () => /^stale/.test(
        (await looked.locator(where).first().textContent()).trim());
      assert.deepEqual(await axeWhile(looked, isStale, `/${path} to stay stale`), []);
    }
  await stage.fault('ok', 'states/slow');
  await waitUntil(async () => (await stateOf(page, 'starved/dataset')).startsWith('fine'),
    'the starved to be looked at again');
  assert.deepEqual(complaints, []);
});
