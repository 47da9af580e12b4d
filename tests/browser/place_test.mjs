// The status page below a prefix, as behind a gateway that keeps it, in a real browser: every page, link
// and picture is found, and the links lead to the boards. Run by run_tests.mjs.
import assert from 'node:assert/strict';
import {kDataset, kDefaults, open, stage, tenantToml, waitUntil} from './reader.mjs';

export const config = kDefaults + tenantToml('acme', 'place/acme', [kDataset]);
export const args = ['--web.external-url=https://ops.example.com/reinfer/',
  '--web.route-prefix=/reinfer/', '--web.grafana-url=https://grafana.example.com',
  `--storage.path=${stage.folder}/placed`];

export const tests = [];
const test = (name, run) => tests.push({name, run});

test('whoever comes without the prefix is led to it, and all else is below it', async () => {
  const outside = path => fetch(new URL(path, stage.url), {redirect: 'manual'});
  for (const path of ['/', '/reinfer']) {
    const reply = await outside(path);
    assert.equal(reply.status, 302);
    assert.equal(reply.headers.get('Location'), '/reinfer/');
  }
  for (const path of ['/metrics', '/-/healthy', '/api/v1/status', '/reinfers/', '/reinfermetrics'])
    assert.equal((await outside(path)).status, 404, path);
  for (const path of ['metrics', '-/healthy', '-/ready', 'api/v1/status', 'incidents',
    'probe?tenant=acme&probe=dataset'])
    assert.equal((await fetch(stage.url + path)).status, 200, path);
  const {servers} = await (await fetch(`${stage.url}api/v1/openapi.json`)).json();
  assert.deepEqual(servers.map(server => server.url),
    ['https://ops.example.com/reinfer', '/reinfer']);
  const metrics = await (await fetch(`${stage.url}metrics`)).text();
  assert.match(metrics, /http_requests_total\{path="\/metrics",code="200"\} \d/);
  assert.match(metrics, /web_info\{external_url="https:\/\/ops.example.com\/reinfer"\} 1/);
});

test('below a prefix every link of the page leads somewhere', async () => {
  const {page, complaints} = await open();
  await waitUntil(async () => (await page.locator('h1').textContent()) === 'All fine', 'a result');
  const seen = new Set();
  const look = async path => {
    await page.goto(path);
    for (const href of await page.locator('a[href]').evaluateAll(
      links => links.map(link => link.href.split('#')[0])))
      seen.add(href);
  };
  await look(stage.url);
  await look(`${stage.url}target/acme/dataset`);
  await look(`${stage.url}incidents`);
  const own = [...seen].filter(href => href.startsWith(new URL('/', stage.url).href));
  assert.ok(own.every(href => href.startsWith(stage.url)), own.join(' '));
  for (const href of own) assert.equal((await fetch(href)).status, 200, href);
  assert.ok(own.some(href => href.endsWith('api/v1/targets/acme/dataset')));
  assert.ok([...seen].includes(
    'https://grafana.example.com/d/reinfer-overview?var-tenant=acme&var-probe=dataset'));
  assert.ok([...seen].some(href => href.includes('/dashboards/runbooks/reinfer_exporter.md')));
  assert.deepEqual(complaints, []);
});
