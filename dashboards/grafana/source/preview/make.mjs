// Draws every board over the history of tests/dashboards and writes the pictures. Run it with
//   npm ci && npm run pictures
// in this folder. It needs Debian's chromium, prometheus, pngquant and fonts-inter, and takes
// about a minute.
import { build } from "esbuild";
import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import puppeteer from "puppeteer-core";

const here = fileURLToPath(new URL(".", import.meta.url));
const boards = join(here, "../../boards");
const pictures = join(here, "../../previews");
const url = process.env.PROMETHEUS_URL;
if (!url) throw new Error("PROMETHEUS_URL is not set: run this with npm run pictures");

const WIDTH = 1600;
const END = Date.UTC(2026, 5, 3, 12) / 1000;
const MONTH = { from: Date.UTC(2026, 4, 1) / 1000, to: Date.UTC(2026, 5, 1) / 1000 - 1 };
const spanOf = (board) => (board.uid === "reinfer-sla" ? MONTH : { from: END - 86400, to: END });

const folder = mkdtempSync(join(tmpdir(), "previews-"));
await build({
  entryPoints: [join(here, "page.tsx")],
  outfile: join(folder, "page.js"),
  bundle: true,
  format: "iife",
  target: "es2022",
  jsx: "automatic",
  define: { "process.env.NODE_ENV": '"production"', global: "window" },
  loader: { ".svg": "dataurl", ".ttf": "dataurl", ".woff": "dataurl", ".woff2": "dataurl" },
  alias: { "react-custom-scrollbars-2": join(here, "scrollbars.ts") },
  logLevel: "error",
});

// Icons are asked for where a Grafana server has them.
mkdirSync(join(folder, "public/build"), { recursive: true });
symlinkSync(
  join(here, "node_modules/@grafana/ui/dist/public/img"),
  join(folder, "public/build/img"),
);
const assets = `file://${folder}/public/`;

const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--allow-file-access-from-files",
    "--disable-web-security",
  ],
});
const only = process.argv[2] ?? "";
for (const name of readdirSync(boards).filter((file) => file.endsWith(".json") && file.includes(only))) {
  const board = JSON.parse(readFileSync(join(boards, name), "utf8"));
  const told = { board, span: spanOf(board), url, width: WIDTH };
  const file = join(folder, `${board.uid}.html`);
  const boot = { settings: { featureToggles: {}, buildInfo: {} }, user: {}, navTree: [] };
  writeFileSync(
    file,
    `<!doctype html><meta charset="utf-8"><style>body{margin:0}</style>
<link rel="stylesheet" href="page.css">
<div id="root"></div>
<script>
window.__grafana_public_path__ = ${JSON.stringify(assets)};
window.grafanaBootData = ${JSON.stringify(boot)};
window.preview = ${JSON.stringify(told)};
</script>
<script src="page.js"></script>`,
  );
  const page = await browser.newPage();
  page.on(
    "requestfailed",
    (request) => request.url().includes("/fonts/") || console.error(`${name}: no ${request.url()}`),
  );
  page.on("pageerror", (error) => console.error(`${name}: ${error.stack}`));
  await page.setViewport({ width: WIDTH, height: 1200 });
  await page.goto(`file://${file}`);
  await page.waitForFunction("window.drawn", { timeout: 60000 });
  const drawn = await page.evaluate("window.drawn");
  if (drawn.error) throw new Error(drawn.error);
  if (drawn.empty.length) throw new Error(`${name}: nothing in ${drawn.empty.join(", ")}`);
  const height = await page.evaluate("document.getElementById('root').scrollHeight");
  await page.setViewport({ width: WIDTH, height });
  await page.evaluate("document.fonts.ready");
  await page.waitForNetworkIdle({ idleTime: 700 });
  const picture = join(pictures, name.replace(".json", ".png"));
  await page.screenshot({ path: picture });
  execFileSync("pngquant", ["--force", "--strip", "--output", picture, "256", picture]);
  await page.close();
}
await browser.close();
rmSync(folder, { recursive: true });
