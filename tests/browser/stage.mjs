// The stage of the browser tests and pictures: a simulated tenant, the real exporter probing it, and
// Debian's Chromium looking at the page. Ports are the kernel's choice, everything is on loopback,
// and what was started is ended, whatever happens.
import {spawn} from 'node:child_process';
import {existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import https from 'node:https';
import {createRequire} from 'node:module';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {setTimeout as pause} from 'node:timers/promises';

export const kRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const kToken = 'browser-test-token';
const kPatienceMs = 30_000;
const kUntrustedName = 'exporter.example';

const require = createRequire(path.join(kRoot, 'build/browser/package.json'));
export const {chromium} = require('playwright-core');
export const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

// Observes until satisfied; whoever waits in vain learns what was seen last.
export async function waitUntil(observe, what, patienceMs = kPatienceMs) {
  const deadline = Date.now() + patienceMs;
  let seen;
  for (;;) {
    try {
      seen = await observe();
      if (seen) return seen;
    } catch (error) {
      seen = error;
    }
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}, last saw: ${seen}`);
    await pause(50);
  }
}

export function tenantToml(name, place, probes, tokenEnv = 'BROWSER_TEST_TOKEN') {
  const rows = probes.map(probe => `[[tenant.probe]]\n${probe}\n`).join('');
  return `[[tenant]]\nname = "${name}"\nbase_url = "https://localhost:PORT/${place}/reinfer_"\n` +
      `token_env = "${tokenEnv}"\nca_file = "CA_FILE"\n${rows}`;
}

export class Stage {
  #programs = [];

  constructor(buildDir = path.join(kRoot, 'build/release')) {
    this.buildDir = buildDir;
    this.folder = mkdtempSync(path.join(tmpdir(), 'reinfer-browser-'));
  }

  #start(name, program, args) {
    const log = openSync(path.join(this.folder, `${name}.log`), 'a');
    const child = spawn(program, args, {stdio: ['ignore', log, log], env: {
      PATH: process.env.PATH, BROWSER_TEST_TOKEN: kToken, OTHER_TEST_TOKEN: kToken}});
    this.#programs.push(child);
    return child;
  }

  async startSimulator() {
    const ready = path.join(this.folder, 'ready.json');
    this.caFile = path.join(this.folder, 'ca.pem');
    this.#start('simulator', path.join(this.buildDir, 'src/simulator/reinfer_simulator'), [
      '--listen-tls=127.0.0.1:0', '--listen=127.0.0.1:0', `--ca-file=${this.caFile}`, `--ready-file=${ready}`,
      `--token=${kToken}`, '--latency=15ms', '--seed=7']);
    await waitUntil(() => existsSync(ready), 'the simulator');
    const ports = JSON.parse(readFileSync(ready, 'utf8'));
    this.simulatorPort = ports.https;
    this.controlPort = ports.http;
  }

  // `toml` may say PORT, CA_FILE and CONTROL, a port that answers without TLS.
  #writeConfig(toml) {
    const config = path.join(this.folder, 'config.toml');
    writeFileSync(config, toml.replaceAll('PORT', this.simulatorPort)
      .replaceAll('CA_FILE', this.caFile).replaceAll('CONTROL', this.controlPort));
    return config;
  }

  // What comes of it is for the page to tell.
  reloadExporter(toml) {
    this.#writeConfig(toml);
    this.exporter.kill('SIGHUP');
  }

  async startExporter(toml, args = []) {
    const config = this.#writeConfig(toml);
    const portFile = path.join(this.folder, 'port');
    rmSync(portFile, {force: true});
    this.exporter = this.#start('exporter', path.join(this.buildDir, 'src/reinfer_exporter'), [
      `--config.file=${config}`, `--web.listen-address=127.0.0.1:${this.exporterPort ?? 0}`,
      `--web.port-file=${portFile}`, ...args]);
    await waitUntil(() => existsSync(portFile), `the exporter, see ${this.folder}`);
    this.exporterPort = Number(readFileSync(portFile, 'utf8'));
    const prefix = args.find(arg => arg.startsWith('--web.route-prefix='))?.split('=')[1] ?? '/';
    this.url = `http://127.0.0.1:${this.exporterPort}${prefix}`;
    // Browsers trust loopback as if it were https; what most readers have is a name and plain http.
    this.untrustedUrl = `http://${kUntrustedName}:${this.exporterPort}/`;
  }

  async stopExporter() {
    const ended = new Promise(resolve => this.exporter.once('exit', resolve));
    this.exporter.kill('SIGTERM');
    await ended;
  }

  // A fault of the simulator for a tenant ("demo/production"), "ok" to take it back.
  steer(what, body) {
    return new Promise((resolve, reject) => {
      const request = https.request({
        host: '127.0.0.1', port: this.simulatorPort, path: `/_simulator/${what}`, method: 'POST',
        ca: readFileSync(this.caFile), servername: 'localhost',
      }, reply => {
        reply.resume();
        reply.statusCode === 200 ? resolve() : reject(new Error(`${what}: ${reply.statusCode}`));
      });
      request.on('error', reject);
      request.end(JSON.stringify(body));
    });
  }

  fault(mode, tenant) {
    return this.steer('fault', {mode, tenant});
  }

  async startBrowser() {
    this.browser = await chromium.launch({
      executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu',
        `--host-resolver-rules=MAP ${kUntrustedName} 127.0.0.1`]});
    return this.browser;
  }

  async end() {
    await this.browser?.close();
    for (const child of this.#programs) child.kill('SIGKILL');
    rmSync(this.folder, {recursive: true, force: true});
  }
}
