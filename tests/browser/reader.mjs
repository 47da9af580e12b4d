// A reader of the status page: opens it in Debian's Chromium, notes whatever a strict reader would
// complain of, and looks at it as axe does. For the tests, which share one stage.
import {axeSource, Stage, tenantToml, waitUntil} from './stage.mjs';

export const kDefaults = '[defaults]\ninterval = "1s"\ntimeout = "900ms"\n' +
    'resolve_timeout = "500ms"\nconnect_timeout = "500ms"\ntls_timeout = "500ms"\n';
export const kDataset = 'use = "dataset"\nproject = "demo"\ndataset = "support"\n';

export const stage = new Stage(process.argv[2]);
export {tenantToml, waitUntil};

export async function open(path = '', {base = stage.url, ...options} = {}) {
  const context = await stage.browser.newContext({
    viewport: {width: 1280, height: 900}, colorScheme: 'light', timezoneId: 'UTC', locale: 'en-GB',
    ...options});
  const page = await context.newPage();
  const complaints = [];
  page.on('console', message => {
    if (message.type() === 'error' || message.type() === 'warning')
      complaints.push(`console: ${message.text()}`);
  });
  page.on('pageerror', error => complaints.push(`error: ${error}`));
  page.on('requestfailed', request => complaints.push(`failed: ${request.url()}`));
  page.on('request', request => {
    if (!request.url().startsWith(base)) complaints.push(`elsewhere: ${request.url()}`);
  });
  if (options.javaScriptEnabled !== false)
    await page.addInitScript(() => {
      addEventListener('securitypolicyviolation', event =>
        console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
    });
  await page.goto(base + path, {waitUntil: 'load'});
  return {page, complaints, context};
}

export const verdictOf = (page, tenant) =>
  page.locator(`[id="t-${tenant}"] .verdict`).textContent().then(text => text.trim());

// As if the reader had come back from another tab.
export const lookAgain = page =>
  page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));

// The legend and a little evidence: twenty more of the same kind teach nothing.
export const unfold = page => page.evaluate(() => {
  for (const details of document.querySelectorAll('details:nth-of-type(-n+2)'))
    details.open = true;
});

export async function axe(page) {
  await page.evaluate(axeSource);
  const result = await page.evaluate(() => window.axe.run(document, {
    resultTypes: ['violations'],
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}));
  return result.violations.map(violation =>
    `${violation.id}: ${violation.nodes.slice(0, 3).map(node => node.html.slice(0, 120)).join(' | ')}`);
}

// What a first visit costs: bytes on the wire with headers, over all that the page asks for until
// it rests, and what those were.
export async function weigh(path = '') {
  const context = await stage.browser.newContext();
  const page = await context.newPage();
  const network = await context.newCDPSession(page);
  const asked = new Map();
  const cached = [];
  let bytes = 0;
  network.on('Network.requestWillBeSent', ({requestId, request}) =>
    asked.set(requestId, request.url));
  network.on('Network.requestServedFromCache', ({requestId}) => cached.push(asked.get(requestId)));
  network.on('Network.loadingFinished', ({encodedDataLength}) => { bytes += encodedDataLength; });
  await network.send('Network.enable');
  await network.send('Network.clearBrowserCache');
  await page.goto(stage.url + path, {waitUntil: 'networkidle'});
  const painted = await page.evaluate(() =>
    performance.getEntriesByName('first-contentful-paint')[0]?.startTime);
  await context.close();
  return {bytes, asked: [...asked.values()], cached, painted};
}
