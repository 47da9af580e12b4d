// An operator's night in a real browser: from the target that an alert names to the incident and its
// ticket, in three clicks; and that axe finds nothing to say. Run by run_tests.mjs.
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {axe, kDataset, kDefaults, open, stage, tenantToml, unfold, waitUntil} from './reader.mjs';

export const config = kDefaults + tenantToml('acme', 'history/acme', [kDataset]);
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
    /^\d{4}-\d\d-\d\d: \d+(\.\d+)? % available, \d+ failed \(platform\)/);
});

test('axe finds nothing on the pages of the history, and they fit 320 pixels', async () => {
  const {id} = await waitUntil(incident, 'an incident');
  for (const path of [kTarget, 'incidents', `incidents/${id}`]) {
    for (const colorScheme of ['light', 'dark']) {
      const {page, complaints, context} = await open(path, {colorScheme});
      await unfold(page);
      assert.deepEqual(await axe(page), [], `/${path}, ${colorScheme}`);
      assert.deepEqual(complaints, []);
      await context.close();
    }
    const {page} = await open(path, {viewport: {width: 320, height: 640}});
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= 320, path);
  }
});
