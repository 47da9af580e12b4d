// The status page in a real browser: the real exporter probes the simulator, Debian's Chromium looks.
// The states that take a configuration of their own are shown in states_test.mjs.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {axe, kDataset, kDefaults, lookAgain, open, stage, tenantToml, unfold, verdictOf, waitUntil,
  weigh} from './reader.mjs';
import {kRoot} from './stage.mjs';

const kBytesMax = 150_000;
const kVisits = 3;
const kManyVisits = 7;
export const config = kDefaults +
    tenantToml('acme', 'acme/live', ['use = "not_found"\ninterval = "5s"', kDataset]) +
    tenantToml('globex', 'globex/live', [kDataset, 'use = "projects"'], 'OTHER_TEST_TOKEN') +
    '[[control]]\nname = "way-out"\nurl = "http://127.0.0.1:CONTROL/"\ninterval = "5s"\n';
const kFailuresKept = 20;  // as evidence, of each target
const kTarget = 'target/acme/dataset';
// Of a password that nobody knows.
const kPasswordHash = '$2b$04$aaaaaaaaaaaaaaaaaaaaaOGY9KrC7e/pHj3EXQPxs8hKEBbvQhsvG';

function manyTargets() {
  let toml = '[defaults]\ninterval = "10s"\ntimeout = "5s"\n';
  for (let i = 0; i < 60; ++i) {
    const probes = [];
    for (let k = 0; k < 5; ++k) probes.push(`name = "probe-${i}-${k}"\n${kDataset}`);
    toml += tenantToml(`tenant-${i}`, `many/t${i}`, probes);
  }
  return toml;
}

const median = values => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

// First visits, with nothing in the cache. The first paint is printed beside that of a page of one
// word, which is what the browser takes for itself.
async function assertFewBytes(path, visits = kVisits) {
  const paints = [];
  const floors = [];
  let cost;
  for (let i = 0; i < visits; ++i) {
    const {bytes, asked, cached, painted} = await weigh(path);
    assert.equal(asked[0], stage.url + path);
    for (const asset of [/\/assets\/page\..*css$/, /\/assets\/page\..*js$/])
      assert.equal(asked.filter(url => asset.test(url)).length, 1, `${asset} among ${asked}`);
    assert.deepEqual(cached, []);
    assert.ok(bytes < kBytesMax, `${bytes} bytes`);
    assert.ok(painted > 0, `first paint after ${painted} ms`);
    cost = `${bytes} bytes in ${asked.length} requests`;
    paints.push(painted);
    floors.push((await weigh('-/healthy')).painted);
  }
  console.log(`     /${path}: ${cost}, first paint after ${Math.round(median(paints))} ms, of one ` +
      `word after ${Math.round(median(floors))} ms`);
}

export const tests = [];
const test = (name, run) => tests.push({name, run});

test('all fine is said at a glance, with every probe and its figures', async () => {
  const {page, complaints} = await open();
  await waitUntil(async () => (await page.locator('h1').textContent()) === 'All 2 tenants fine',
    'everything to be fine');
  await waitUntil(async () => (await verdictOf(page, 'acme')) === 'All 2 probes fine',
    'both probes to have had their first slot');
  await waitUntil(() => page.locator('[id="p-acme/dataset"] .split .ph-server').count(),
    'the split');
  const row = page.locator('[id="p-acme/dataset"]');
  await waitUntil(async () => /ms/.test(await row.locator('.quantile').first().textContent()),
    'a latency that is trusted');
  assert.match(await row.locator('.state').textContent(), /fine/);
  assert.match(await row.locator('.available').textContent(), /100 % of \d/);
  assert.match(await row.locator('.spark title').textContent(), /Last (probe|\d+ probes): /);
  await waitUntil(
    async () => /way-out answers/.test(await page.locator('.controls').textContent()),
    'the control target to be asked');
  assert.deepEqual(complaints, []);
});

test('an incident appears without a reload; focus, scroll and what is unfolded stay', async () => {
  const {page, complaints} = await open('', {viewport: {width: 700, height: 500}});
  await page.evaluate(() => { window.marker = 'the same document'; });
  await page.locator('#legend summary').click();
  await page.locator('[id="p-globex/projects"] a').focus();
  const place = () => page.evaluate(() => document.activeElement.getBoundingClientRect().top);
  const seenAt = await place();
  assert.ok(await page.evaluate(() => window.scrollY) > 0);
  await stage.fault('http_json.503', 'acme/live');
  await waitUntil(async () => /^Platform failing since \d\d:\d\d, [12] of 2 probes; network fine$/
    .test(await verdictOf(page, 'acme')), 'the verdict');
  assert.equal(await page.locator('h1').textContent(), '1 of 2 tenants in trouble');
  assert.match(await page.title(), /^1 of 2 tenants in trouble/);
  assert.match(await page.locator('#favicon').getAttribute('href'), /trouble/);
  assert.match(await page.locator('#announce').textContent(), /^acme: Platform failing since/);
  assert.equal(await page.evaluate(() => window.marker), 'the same document');
  assert.equal(await page.evaluate(() => document.activeElement.closest('tr')?.id),
    'p-globex/projects');
  assert.ok(Math.abs(await place() - seenAt) < 2, 'what is read stays where it is');
  assert.ok(await page.locator('#legend').evaluate(legend => legend.open));
  const failing = page.locator('[id="p-acme/dataset"]');
  assert.match(await failing.locator('.state').textContent(), /failing platform/);
  assert.ok(await failing.locator('.icon.f-platform').count() > 0);
  assert.ok(await failing.locator('.spark .mark.f-platform').count() > 0);
  assert.deepEqual(complaints, []);
});

test('the page of a target has waterfalls, and evidence that can be copied and kept', async () => {
  const {page, complaints, context} = await open(kTarget);
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  assert.match(await page.locator('.advice').textContent(), /server_error .*Next: /);
  assert.ok(await page.locator('.waterfalls tbody tr').count() > 1);
  assert.ok(await page.locator('.chart .bar').count() > 1);
  const item = page.locator('details.evidence').first();
  const id = await item.getAttribute('id');
  await item.locator('summary').focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await waitUntil(() => page.locator('#announce').textContent(), 'the copy');
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(copied, /^curl -sS -i [^]*-H "Authorization: Bearer \$[A-Z_]+"/);
  // It stays unfolded while younger evidence comes in above it.
  await waitUntil(async () =>
    (await page.locator('details.evidence').first().getAttribute('id')) !== id, 'more evidence');
  assert.ok(await page.locator(`[id="${id}"]`).evaluate(details => details.open));
  const [download] = await Promise.all([page.waitForEvent('download'),
    page.getByRole('link', {name: 'Download as JSON'}).click()]);
  assert.equal(download.suggestedFilename(), 'acme-dataset-evidence.json');
  const evidence = JSON.parse(await readFile(await download.path(), 'utf8'));
  assert.equal(evidence.failures[0].outcome, 'server_error');
  assert.match(evidence.failures[0].curl, /^curl /);
  assert.deepEqual(complaints.filter(text => !text.includes('evidence.json')), []);
});

test('over plain http and by a name, as most have it, nothing is amiss', async () => {
  for (const path of ['', kTarget]) {
    const {page, complaints} = await open(path, {base: stage.untrustedUrl});
    assert.equal(await page.evaluate(() => isSecureContext), false);
    const updated = await page.locator('#updated').textContent();
    await waitUntil(async () => (await page.locator('#updated').textContent()) !== updated,
      'an update');
    assert.deepEqual(complaints, []);
  }
});

test('over plain http a command is copied, too, and the button says so', async () => {
  const {page, complaints} = await open(kTarget, {base: stage.untrustedUrl});
  const item = page.locator(`[id="${await page.locator('details.evidence').first()
    .getAttribute('id')}"]`);
  const command = await item.locator('code[id$=curl]').textContent();
  const button = item.locator('button.copy');
  await item.locator('summary').click();
  await button.click();
  await waitUntil(async () => (await button.textContent()) === 'Copied', 'the button to say so');
  await page.evaluate(() => document.body.append(document.createElement('textarea')));
  await page.locator('textarea').press('Control+V');
  assert.equal(await page.locator('textarea').inputValue(), command);

  await page.evaluate(() => { document.execCommand = () => false; });
  await button.click();
  await waitUntil(async () => /^Selected: press/.test(await button.textContent()),
    'the button to say what is left to do');
  assert.equal(await page.evaluate(() => getSelection().toString()), command);
  // An update does not wipe it out before it is read.
  const updated = await page.locator('#updated').textContent();
  await waitUntil(async () => (await page.locator('#updated').textContent()) !== updated,
    'an update');
  assert.match(await button.textContent(), /^Selected: press/);
  assert.deepEqual(complaints, []);
});

test('the keyboard alone gets everywhere', async () => {
  const {page} = await open();
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.textContent),
    'Skip to the content');
  const seen = [];
  for (let i = 0; i < 12; ++i) {
    await page.keyboard.press('Tab');
    seen.push(await page.evaluate(() => document.activeElement.getAttribute('href') ??
        document.activeElement.tagName));
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
    assert.notEqual(outline, 'none');
    if (seen.at(-1) === kTarget) break;
  }
  assert.equal(seen.at(-1), kTarget, `came by ${seen}`);
  await page.keyboard.press('Enter');
  await page.waitForURL(/target\/acme\/dataset/);
  assert.equal(await page.locator('h1').textContent(), 'dataset');
});

for (const scheme of ['light', 'dark'])
  for (const [what, path] of [['overview', ''], ['page of a target', kTarget]])
    test(`axe finds nothing on the ${what}, ${scheme}`, async () => {
      const {page, complaints} = await open(path, {colorScheme: scheme});
      await unfold(page);
      assert.deepEqual(await axe(page), []);
      assert.deepEqual(complaints, []);
    });

test('dark and light follow the reader from the first paint', async () => {
  const grounds = {};
  for (const colorScheme of ['light', 'dark']) {
    const {page} = await open('', {colorScheme});
    grounds[colorScheme] = await page.evaluate(() => {
      const [r, g, b] = getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number);
      return r + g + b;
    });
    assert.equal(await page.locator('meta[name=color-scheme]').getAttribute('content'),
      'light dark');
  }
  assert.ok(grounds.light > 600 && grounds.dark < 150, JSON.stringify(grounds));
});

for (const path of ['', kTarget])
  test(`320 pixels are enough for /${path}`, async () => {
    const {page} = await open(path, {viewport: {width: 320, height: 640}});
    await unfold(page);
    const wide = await page.evaluate(() => [...document.querySelectorAll('body *')]
      .filter(e => e.getBoundingClientRect().right > 321 && !e.closest('.skip, .unseen, thead'))
      .map(e => `${e.tagName}.${e.className.baseVal ?? e.className}`));
    assert.deepEqual(wide, []);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= 320);
  });

// That the reader gets the state of now by the link, and that it was what the page said before.
async function updateByLink(page) {
  const updated = await page.locator('#updated').textContent();
  assert.match(updated, /^as of \d\d:\d\d:\d\d UTC$/);
  await waitUntil(async () => {
    await page.getByRole('link', {name: 'Update now'}).click();
    return (await page.locator('#updated').textContent()) !== updated;
  }, 'a later state');
}

test('without JavaScript the overview is whole, seldom refreshes itself, and can be updated', async () => {
  const {page, complaints} = await open('?q=acme', {javaScriptEnabled: false});
  assert.match(await verdictOf(page, 'acme'), /^Platform failing since \d\d:\d\d UTC/);
  assert.deepEqual(await page.locator('noscript meta[http-equiv=refresh]').evaluateAll(
    found => found.map(meta => meta.content)), ['60']);
  await updateByLink(page);
  assert.equal(page.url(), `${stage.url}?q=acme`);
  assert.deepEqual(complaints, []);
});

test('what only readers without JavaScript need is not there for the others', async () => {
  const {page} = await open();
  assert.equal(await page.getByRole('link', {name: 'Update now'}).count(), 0);
  for (const path of ['', kTarget]) {
    const {page: narrow} = await open(path,
      {javaScriptEnabled: false, viewport: {width: 320, height: 640}});
    const box = await narrow.getByRole('link', {name: 'Update now'}).boundingBox();
    assert.ok(box.x >= 0 && box.x + box.width <= 320, JSON.stringify(box));
  }
});

test('without JavaScript the page of a target is whole, and only updated when the reader asks', async () => {
  const {page, complaints} = await open(kTarget, {javaScriptEnabled: false});
  assert.equal(await page.locator('h1').textContent(), 'dataset');
  assert.match(await page.locator('.tenant-verdict').textContent(),
    /^acme: Platform failing since \d\d:\d\d UTC/);
  assert.ok(await page.locator('.waterfalls tbody tr:visible').count() > 1);
  const item = page.locator('details.evidence').first();
  await item.locator('summary').click();
  assert.match(await item.locator('code[id$=curl]:visible').textContent(), /^curl -sS -i /);
  assert.equal(await page.locator('.copy:visible').count(), 0, 'a button that can do nothing');
  const [download] = await Promise.all([page.waitForEvent('download'),
    page.getByRole('link', {name: 'Download as JSON'}).click()]);
  assert.equal(download.suggestedFilename(), 'acme-dataset-evidence.json');
  assert.equal(await page.locator('meta[http-equiv=refresh]').count(), 0, 'it would fold them');
  await updateByLink(page);
  assert.deepEqual(complaints.filter(text => !text.includes('evidence.json')), []);
});

test('times are the reader\'s own, with UTC on hover', async () => {
  const {page} = await open('', {timezoneId: 'Asia/Kathmandu'});
  const time = page.locator('[id="t-acme"] .verdict time');
  const [shown, utc] = [await time.textContent(), await time.getAttribute('title')];
  const [hour, minute] = utc.match(/ (\d\d):(\d\d):\d\d UTC$/).slice(1).map(Number);
  const local = (hour * 60 + minute + 345) % 1440;
  const pad = number => String(number).padStart(2, '0');
  assert.ok(shown.endsWith(`${pad(Math.floor(local / 60))}:${pad(local % 60)}`),
    `${shown} for ${utc}`);
});

test('every page forbids what it does not need', async () => {
  for (const path of ['', kTarget]) {
    const reply = await fetch(stage.url + path, {headers: {Accept: 'text/html'}});
    const policy = reply.headers.get('Content-Security-Policy');
    assert.match(policy, /^default-src 'none'; script-src 'self';/);
    assert.doesNotMatch(policy, /unsafe|\*|http/);
    const html = await reply.text();
    assert.doesNotMatch(html, / style=| on[a-z]+=|javascript:/);
    assert.doesNotMatch(html, /<script(?! src="[^"]+" defer=""><\/script>)/);
  }
  const {page} = await open();
  const ran = await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'window.inlineRan = true';
    document.head.append(script);
    return window.inlineRan === true;
  });
  assert.equal(ran, false);
  const plain = await (await fetch(stage.url, {headers: {Accept: '*/*'}})).text();
  assert.match(plain, /^acme: Platform failing since/m);
});

test('the page of a target with all the failures it keeps is few bytes on a first visit', async () => {
  const {page} = await open(kTarget);
  const failures = page.locator('details.evidence summary:has-text("server_error")');
  await waitUntil(async () => (await failures.count()) === kFailuresKept, 'all the failures');
  await assertFewBytes(kTarget);
});

test('a token that is rejected and a recovery are told, too', async () => {
  const {page} = await open();
  await stage.fault('ok', 'acme/live');
  await stage.fault('token_rotated', 'globex/live');
  await waitUntil(async () => /^Token rejected since \d\d:\d\d, [12] of 2 probes/
    .test(await verdictOf(page, 'globex')), 'the rejection');
  await waitUntil(async () => /^All 2 probes fine since \d\d:\d\d; before that platform failing from/
    .test(await verdictOf(page, 'acme')), 'the recovery', 60_000);
  await stage.fault('ok', 'globex/live');
});

test('an exporter that is gone is noticed, and so is its return', async () => {
  const {page} = await open();
  await page.evaluate(() => { window.marker = 'the same document'; });
  await stage.stopExporter();
  await waitUntil(() => page.locator('#lost').isVisible(), 'the banner');
  assert.match(await page.locator('#lost').textContent(), /does not answer.*no longer updated/);
  // Nothing is known any more, so nothing has a colour: title and icon neither.
  const colourOf = place => page.locator(place).first().evaluate(
    element => getComputedStyle(element).filter);
  assert.match(await page.title(), /^No longer updated: /);
  assert.match(await page.locator('#favicon').getAttribute('href'), /assets\/lost\./);
  for (const place of ['.summary', 'section.tenant', 'footer'])
    assert.match(await colourOf(place), /grayscale\(1\)/, place);
  assert.equal(await colourOf('#lost'), 'none');
  assert.deepEqual(await axe(page), []);
  await stage.startExporter(config);
  await waitUntil(async () => !await page.locator('#lost').isVisible(), 'the banner to go');
  assert.doesNotMatch(await page.title(), /No longer updated/);
  assert.doesNotMatch(await page.locator('#favicon').getAttribute('href'), /lost/);
  assert.equal(await colourOf('section.tenant'), 'none');
  assert.equal(await page.evaluate(() => window.marker), 'the same document');
});

test('a target that a reload took away is said to be gone, and is asked for less and less', async () => {
  const {page} = await open(kTarget);
  const refusals = [];
  page.on('response', reply => { if (reply.status() === 404) refusals.push(reply.url()); });
  stage.reloadExporter(config.replaceAll(kDataset, `name = "renamed"\n${kDataset}`));
  await waitUntil(() => page.locator('#lost').isVisible(), 'the banner');
  assert.match(await page.locator('#lost').textContent(),
    /^This target is no longer configured: this is the state at \d\d:\d\d/);
  await waitUntil(() => refusals.length >= 2, 'a second look');
  stage.reloadExporter(config);
  await waitUntil(async () => (await fetch(stage.url + kTarget)).ok, 'the reload');
  await lookAgain(page);
  await waitUntil(async () => !await page.locator('#lost').isVisible(), 'the banner to go');
  assert.ok(refusals.length <= 3, `asked ${refusals.length} times`);
});

test('an exporter that turns readers away is told apart from one that is gone', async () => {
  for (const [status, words] of [[429, /^The exporter is asked more often than it allows:/],
    [500, /^The exporter answers with an error \(500\):/], [503, /^The exporter is too busy to answer:/],
    [200, /^Somebody else answers in the exporter's place:/]]) {
    const {page, context} = await open();
    await page.route(stage.url, route => route.fulfill(
      {status, contentType: 'text/html', body: '<p>Welcome to the hotel</p>'}));
    await lookAgain(page);
    await waitUntil(async () => words.test(await page.locator('#lost').textContent()),
      `the banner of ${status}`);
    await page.unroute(stage.url);
    await lookAgain(page);
    await waitUntil(async () => !await page.locator('#lost').isVisible(), 'the banner to go');
    await context.close();
  }
});

test('a page that is open when a password comes to be needed says so, and asks for none', async () => {
  await stage.stopExporter();
  const webConfig = path.join(stage.folder, 'web.yml');
  await writeFile(webConfig, '');
  await stage.startExporter(config, [`--web.config.file=${webConfig}`]);
  const {page} = await open();
  await writeFile(webConfig, `basic_auth_users:\n  reader: ${kPasswordHash}\n`);
  await waitUntil(() => page.locator('#lost').isVisible(), 'the banner');
  assert.match(await page.locator('#lost').textContent(),
    /^The exporter asks for a password now: reload this page to sign in:/);
  assert.match((await fetch(stage.url)).headers.get('WWW-Authenticate'), /^Basic /);
  await stage.stopExporter();
  await stage.startExporter(config);
  await lookAgain(page);
  await waitUntil(async () => !await page.locator('#lost').isVisible(), 'the banner to go');
});

test('60 tenants of five probes with a history are few bytes, folded where fine, and filtered while one types', async () => {
  await stage.stopExporter();
  await stage.fault('http_json.503', 'many/t7');
  await stage.startExporter(manyTargets(), [`--storage.path=${stage.folder}/many`]);
  await waitUntil(async () => {
    const text = await (await fetch(stage.url)).text();
    return !text.includes('not probed yet');
  }, 'all targets to be probed', 60_000);
  await stage.stopExporter();
  execFileSync('python3', ['tests/browser/past_days.py', `${stage.folder}/many/history.db`, 'days'],
    {cwd: kRoot});
  await stage.startExporter(manyTargets(), [`--storage.path=${stage.folder}/many`]);
  await waitUntil(async () => {
    const text = await (await fetch(stage.url)).text();
    return !text.includes('not probed yet');
  }, 'all targets to be probed again', 60_000);
  await assertFewBytes('', kManyVisits);
  const {page, complaints} = await open();
  assert.equal(await page.locator('tbody tr').count(), 300);
  assert.equal(await page.locator('svg.days').count(), 60);
  // On a busy machine others may be in trouble for a moment.
  await waitUntil(async () => {
    await page.reload();
    return await page.locator('tbody tr:visible').count() === 5;
  }, 'one tenant in trouble', 60_000);
  assert.match(await page.locator('#troubled').textContent(), /^tenant-7 Platform failing/);
  await page.locator('#filter input[type=search]').pressSequentially('probe-3-');
  assert.equal(await page.locator('section.tenant:visible').count(), 1);
  assert.match(page.url(), /\?q=probe-3-$/);
  await page.reload();
  assert.equal(await page.locator('tbody tr').count(), 5);
  assert.equal(await page.locator('tbody tr:visible').count(), 5);
  assert.deepEqual(await axe(page), []);
  assert.deepEqual(complaints, []);
});

test('of 60 tenants those out of sight are reached by their links, found, and printed', async () => {
  const {page, complaints} = await open('#t-tenant-59');
  const seen = name => page.locator(`[id="h-${name}"]`).evaluate(
    heading => heading.checkVisibility({contentVisibilityAuto: true}));
  await waitUntil(() => page.locator('[id="h-tenant-59"]').evaluate(heading => {
    const {top, bottom} = heading.getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight;
  }), 'the last tenant to be in view');
  await waitUntil(() => seen('tenant-59'), 'the last tenant to be drawn');
  assert.equal(await seen('tenant-0'), false, 'all is drawn, whether it is in view or not');
  assert.ok(await page.evaluate(() => window.find('tenant-31', true, true)));
  assert.equal(await page.evaluate(() => getSelection().toString()), 'tenant-31');
  await page.emulateMedia({media: 'print'});
  for (const name of ['tenant-0', 'tenant-30', 'tenant-59'])
    assert.ok(await seen(name), `${name} is not printed`);
  assert.deepEqual(complaints, []);
});

test('without JavaScript the filter is a form that is sent', async () => {
  const {page, complaints} = await open('', {javaScriptEnabled: false});
  await page.locator('#filter input[type=search]').fill('probe-3-');
  await page.locator('#filter button').click();
  await page.waitForURL(/\?q=probe-3-$/);
  assert.equal(await page.locator('tbody tr').count(), 5);
  assert.deepEqual(complaints, []);
});
