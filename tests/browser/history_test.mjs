// An operator's night in a real browser: from the target that an alert names to the incident and its
// ticket, in three clicks; and that axe finds nothing to say. Run by run_tests.mjs.
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {axe, kDataset, kDefaults, lookAgain, open, stage, tenantToml, unfold, waitUntil} from './reader.mjs';

// The simulator takes about 15 ms: all of it is within the one objective, and above the other.
const kObjectives = 'slo = { availability = 90, latency = "500ms", latency_ratio = 90 }\n';
const kStrict = 'slo = { latency = "5ms", latency_ratio = 50 }\n';
export const config = kDefaults + tenantToml('acme', 'history/acme', [kDataset + kObjectives,
  `use = "projects"\n${kStrict}`]);
export const args = [`--storage.path=${stage.folder}/storage`];

const kTarget = 'target/acme/dataset';

export const tests = [];
const test = (name, run) => tests.push({name, run});

async function incident() {
  const reply = await fetch(`${stage.url}api/v1/incidents`);
  return (await reply.json()).data[0];
}

test('from the target to a saved ticket it takes three clicks', async () => {
  await stage.fault('http_json.503', 'history/acme');
  await waitUntil(incident, 'an incident');
  const {page, complaints, context} = await open(kTarget);
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByRole('table', {name: 'Incidents'}).getByRole('link').first().click();
  assert.match(await page.locator('h1').textContent(), /acme\/dataset/);
  assert.match(await page.locator('.advice').textContent(), /server_error .*Next: /);
  await page.getByRole('button', {name: 'Copy ticket'}).click();
  await waitUntil(() => page.locator('#announce').textContent(), 'the copy');
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(copied, /^# Re:infer API: server_error at acme\/dataset\n/);
  await waitUntil(async () => (await page.locator('button.copy').first().textContent()) ===
    'Copy ticket', 'the button to be what it was');
  const [download] = await Promise.all([page.waitForEvent('download'),
    page.getByRole('link', {name: 'Save as Markdown'}).click()]);
  const saved = readFileSync(await download.path(), 'utf8');
  for (const words of [/requests failed/, /What was ruled out/, /curl -sS/])
    assert.match(saved, words);
  assert.deepEqual(complaints, []);
});

test('ninety days are shown, and those that nobody watched are grey', async () => {
  const {page} = await open(kTarget);
  assert.equal(await page.locator('svg.days g').count(), 90);
  // Of today, too, little has been watched.
  assert.ok(await page.locator('svg.days rect.nothing').count() >= 89);
  assert.equal(await page.locator('svg.days g:last-child rect.bad').count(), 1);
  assert.match(await page.locator('svg.days g:last-child title').textContent(),
    /^\d{4}-\d\d-\d\d: \d+(\.\d+)? % available, \d+ failed \(platform\).*1 incident$/);
});

test('the days of a tenant are on the overview, and told to mouse, finger and keyboard', async () => {
  const {page, complaints} = await open('', {hasTouch: true});
  const bars = page.locator('#t-acme svg.days');
  const note = page.locator('.day-note');
  const box = await bars.boundingBox();
  // Both probes of the tenant may have met the outage for long enough.
  const today = /^\d{4}-\d\d-\d\d: \d+(\.\d+)? % available, \d+ failed \(platform\).*\d incidents?$/;
  await page.mouse.move(box.x + box.width - 2, box.y + 5);
  assert.match(await note.textContent(), today);
  await page.mouse.move(box.x + 2, box.y + 5);
  assert.match(await note.textContent(), /^\d{4}-\d\d-\d\d: not watched$/);
  await page.mouse.move(5, 5);
  assert.equal(await note.isVisible(), false);
  await page.touchscreen.tap(box.x + box.width - 2, box.y + 5);
  assert.match(await note.textContent(), today);
  await page.keyboard.press('Tab');
  await bars.focus();
  await page.keyboard.press('ArrowLeft');
  assert.match(await note.textContent(), /: not watched$/);
  await page.keyboard.press('End');
  assert.match(await note.textContent(), today);
  await page.keyboard.press('Escape');
  assert.equal(await note.isVisible(), false);
  await page.locator('#t-acme .tenant-days a').click();
  assert.equal(await page.locator('h1').textContent(), 'Incidents of acme');
  assert.deepEqual(complaints, []);
});

test('without a script, too, each of the ninety days has its words', async () => {
  const {page, complaints, context} = await open('', {javaScriptEnabled: false});
  const bars = page.locator('#t-acme svg.days');
  const told = await bars.evaluate(svg => [...svg.querySelectorAll('g, path')]
    .filter(shape => shape.querySelector('title'))
    .reduce((sum, shape) => sum + (shape.getAttribute('d') ?? 'M').split('M').length - 1, 0));
  assert.equal(told, 90);
  const words = page.locator('#t-acme .tenant-days li');
  assert.equal(await words.first().isVisible(), false);
  await page.locator('#t-acme .tenant-days summary').click();
  assert.match(await words.first().textContent(),
    /^\d{4}-\d\d-\d\d: \d+(\.\d+)? % available, \d+ failed \(platform\).*\d incidents?$/);
  assert.match(await words.last().textContent(),
    /^\d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d: not watched$/);
  assert.deepEqual(complaints, []);
  await context.close();
  const {page: target} = await open(kTarget, {javaScriptEnabled: false});
  await target.getByText('The days in figures').click();
  const row = target.getByRole('table', {name: 'The days'}).locator('tbody tr').first();
  assert.match(await row.textContent(), /^\d{4}-\d\d-\d\d.* %\d+ \(platform\)01\d/);
});

test('what is promised and what is left of it stands on a target\'s page', async () => {
  await stage.fault('ok', 'history/acme');
  const {page} = await open(kTarget);
  const words = async () => (await page.locator('.objective').allTextContents()).join('\n');
  await waitUntil(async () => /90 % within 500 ms\d+ % left.* good since /.test(await words()),
    'a good probe to be judged');
  assert.match(await words(), /90 % available(spent .* times|\d+ % left)/);
  const {page: strict} = await open('target/acme/projects');
  await waitUntil(() => strict.locator('.chart .late').count(), 'a probe that is too slow');
  assert.ok(await strict.locator('.chart .limit').count() > 0);
  assert.match(await strict.locator('.waterfalls tbody').textContent(), /ok too slow 200/);
  // A busy machine's own delays count for nobody, so the first of them may be none.
  await waitUntil(async () =>
    /^50 % within 5 msspent 2 times/.test(await strict.locator('.objective').textContent()),
  'a slow probe to be judged');
});

test('ranges are links that work without a script, and what they do not know is grey', async () => {
  for (const javaScriptEnabled of [true, false]) {
    const {page, complaints, context} = await open(kTarget, {javaScriptEnabled});
    for (const [label, stretches] of [['1 h', 12], ['24 h', 96], ['7 d', 168], ['30 d', 30],
      ['90 d', 90]]) {
      await page.getByRole('navigation', {name: 'Range'}).getByRole('link', {name: label}).click();
      assert.equal(await page.locator('.ranges [aria-current]').textContent(), label);
      const strip = page.locator('svg.strip').first();
      assert.equal(await strip.locator('g').count(), stretches, label);
      // The exporter has run for less than two stretches of any of them.
      assert.ok(await strip.locator('rect.nothing').count() >= stretches - 2, label);
      assert.equal(await strip.locator('rect.good').count() > 2, false, label);
    }
    await page.getByRole('link', {name: 'Last probes'}).click();
    assert.ok(await page.locator('.waterfalls').count() === 1);
    assert.deepEqual(complaints, []);
    await context.close();
  }
});

test('a range that is not offered and a target that is not there lead back', async () => {
  for (const [path, status, words, link] of [
    [`${kTarget}?range=2w`, 400, /range: is "2w", allowed: 1h, 24h, 7d, 30d, 90d/,
      'The last 7 d of acme/dataset'],
    ['target/acme/datset', 404, /There is no target acme\/datset/, 'acme/dataset'],
    ['incidents/99999', 404, /The history has no incident 99999/, 'Back to the overview']]) {
    const {page, context} = await open(path);
    assert.equal((await fetch(stage.url + path, {headers: {Accept: 'text/html'}})).status, status);
    assert.match(await page.locator('main').textContent(), words);
    assert.deepEqual(await axe(page), []);
    await lookAgain(page);
    assert.equal(await page.locator('#lost').isVisible(), false);
    await page.getByRole('link', {name: link}).click();
    await waitUntil(async () => /^(dataset|All fine|In trouble|Nothing)/.test(
      await page.locator('h1').textContent()), 'the way back');
    await context.close();
  }
  const plain = await (await fetch(`${stage.url}target/acme/datset`)).text();
  assert.match(plain, /^There is no target acme\/datset.*\ndid you mean acme\/dataset\n/);
});

test('a stretch that ends on another day names both days, in the zone of the reader', async () => {
  const {id} = await waitUntil(incident, 'an incident');
  // Of the latencies before, during and after it, which come with the first good probe.
  const ends = await waitUntil(async () => {
    const {page, context} = await open(`incidents/${id}`);
    const found = await page.evaluate(() => [...document.querySelectorAll('time[data-since]')]
      .filter((time) => new Date(time.dataset.since).toDateString() !==
                        new Date(time.dateTime).toDateString())
      .map((time) => time.textContent));
    await context.close();
    return found.length > 0 && found;  // the day before the incident is one
  }, 'a stretch that ends on another day');
  for (const text of ends) assert.match(text, /[A-Z][a-z]{2}.*, [0-9]{2}:[0-9]{2}$/);
});

test('axe finds nothing on the pages of the history, and they fit 320 pixels', async () => {
  const {id} = await waitUntil(incident, 'an incident');
  for (const path of ['', kTarget, `${kTarget}?range=1h`, `${kTarget}?range=7d`,
    'target/acme/projects', 'incidents', `incidents/${id}`]) {
    for (const colorScheme of ['light', 'dark']) {
      const {page, complaints, context} = await open(path, {colorScheme});
      await unfold(page);
      assert.deepEqual(await axe(page), [], `/${path}, ${colorScheme}`);
      assert.deepEqual(complaints, []);
      await context.close();
    }
    const {page} = await open(path, {viewport: {width: 320, height: 640}});
    const wide = await page.evaluate(() => [...document.querySelectorAll('body *')]
      .filter((element) => element.getBoundingClientRect().left + element.scrollWidth > 320.5 &&
                           !element.closest('.scroll, thead, svg'))
      .map((element) => `${element.tagName}.${element.className}`));
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= 320,
      `/${path}: ${wide.slice(-5).join(' ')}`);
  }
});
