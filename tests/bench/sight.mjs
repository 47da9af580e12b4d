// When a page is first painted in Debian's Chromium, in milliseconds from the start of the
// navigation:
//
//   node tests/bench/sight.mjs URL...     prints a JSON list, in their order
//
// Each is opened in a context of its own, with an empty cache; the browser itself is warm, as a
// reader's is. tests/browser/install.sh gets what it needs.
import {createRequire} from 'node:module';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const require = createRequire(path.join(root, 'build/browser/package.json'));
const {chromium} = require('playwright-core');
const kPatienceMs = 30_000;

const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu']});

async function painted(url) {
  const context = await browser.newContext({viewport: {width: 1280, height: 900}});
  try {
    const page = await context.newPage();
    await page.goto(url, {waitUntil: 'load', timeout: kPatienceMs});
    // Not waitForFunction, which polls by eval(): the page's policy forbids it.
    return await page.evaluate(() => new Promise(resolve =>
      new PerformanceObserver(entries => {
        for (const entry of entries.getEntriesByName('first-contentful-paint'))
          resolve(entry.startTime);
      }).observe({type: 'paint', buffered: true})));
  } finally {
    await context.close();
  }
}

try {
  const urls = process.argv.slice(2);
  await painted(urls[0]);
  const found = [];
  for (const url of urls) found.push(await painted(url));
  console.log(JSON.stringify(found));
} finally {
  await browser.close();
}
