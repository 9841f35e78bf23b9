// `npm run docs:dashboard`: draws envoy/observability/dashboard.json by Grafana's panel library, with the metrics of a real run, into docs/dashboard.png.
//   npm run docs:dashboard [-- --again]      `--again` draws the last run once more

import { build } from "esbuild";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { launchChromium } from "../../chromium";
import { install } from "../../own-lock";
import { DASHBOARD } from "../build";
import { dataOf, type DashboardPanel, type PanelData, type Range } from "./queries";
import { SCRAPE_SECONDS, withRun } from "./run";

const ROOT = join(__dirname, "../../..");
const WORK = join(ROOT, "build/dashboard");
const LAST_RUN = join(WORK, "run.json");
const PICTURE = join(ROOT, "docs/dashboard.png");
const WIDTH = 1400, DRAWN_WITHIN_MS = 60_000;
/** The page's address; nothing listens on it. */
const ADDRESS = "http://dashboard.localhost/";

interface Picture { panels: PanelData[]; range: Range }

async function main(): Promise<void> {
  install(join(__dirname, "../tool"), WORK);
  if (!process.argv.includes("--again") || !existsSync(LAST_RUN)) {
    mkdirSync(WORK, { recursive: true });
    writeFileSync(LAST_RUN, JSON.stringify(await run()));
  }
  await draw(await script(), readFileSync(LAST_RUN, "utf8"));
  console.log(`${PICTURE} shows the run.`);
}

function run(): Promise<Picture> {
  const { panels } = JSON.parse(readFileSync(join(ROOT, DASHBOARD), "utf8")) as { panels: DashboardPanel[] };
  return withRun(async ({ prometheus, from, to }) => {
    const range = { from, to, step: SCRAPE_SECONDS };
    return { range, panels: await dataOf(prometheus, panels, range) };
  });
}

/** The page's script, with Grafana's packages and the fonts inside. */
async function script(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(__dirname, "page.tsx")], nodePaths: [join(WORK, "node_modules")], bundle: true, write: false, outdir: WORK, format: "esm", target: "es2022", minify: true,
    jsx: "automatic", define: { "process.env.NODE_ENV": '"production"', global: "globalThis" }, loader: { ".woff": "dataurl", ".woff2": "dataurl", ".ttf": "dataurl", ".svg": "text" }, logLevel: "error",
  });
  const text = (ending: string): string => outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? "";
  return `<style>${text(".css")}</style><script type="module">${text(".js").replaceAll("</script", "<\\/script")}</script>`;
}

async function draw(page: string, data: string): Promise<void> {
  const html = `<!doctype html><meta charset="utf-8"><title>envoy-oidc</title><style>body { margin: 0; font: 14px/1.57 Inter }</style>
<script>window.picture = ${data.replaceAll("<", "\\u003c")}</script><body>${page}</body>`;
  const browser = await launchChromium();
  try {
    const context = await browser.newContext({ viewport: { width: WIDTH, height: 900 } }), tab = await context.newPage();
    const errors: string[] = [];
    tab.on("pageerror", (error) => errors.push(String(error.stack)));
    tab.on("console", (message) => { if (message.type() === "error") errors.push(message.text()); });
    await context.route("**/*", (route) => (route.request().url() === ADDRESS ? route.fulfill({ contentType: "text/html", body: html }) : route.abort()));
    await tab.goto(ADDRESS, { timeout: DRAWN_WITHIN_MS });
    const graphs = (JSON.parse(data) as Picture).panels.filter(({ panel, series }) => panel.type === "timeseries" && series.length > 0).length;
    await tab.waitForFunction((expected) => document.querySelectorAll(".uplot canvas").length === expected, graphs, { timeout: DRAWN_WITHIN_MS }).catch(() => {
      throw new Error(`Not all of ${graphs} graphs were drawn:\n${errors.join("\n")}`);
    });
    await tab.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    if (errors.length > 0) throw new Error(`The page had errors:\n${errors.join("\n")}`);
    await tab.screenshot({ path: PICTURE, fullPage: true });
  } finally {
    await browser.close();
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
