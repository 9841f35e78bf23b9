// `npm run docs`: the documents as a site with search, in build/docs. VitePress makes it from copies of the pages, which stay plain Markdown.
//   npm run docs [-- --base=/path/]      `base`: the path below which the site will be served

import { execFileSync } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { install } from "../own-lock";
import { foldersIn, pagesIn } from "./vitepress/documents";

const ROOT = join(__dirname, "../..");
const SITE = join(ROOT, "build/docs");
const WORK = join(ROOT, "build/site");
const WITHIN_MS = 240_000;

/** Makes the site, and returns its folder. */
export function makeSite(...options: string[]): string {
  install(join(__dirname, "tool"), WORK);
  const pages = join(WORK, "pages"), own = join(WORK, ".vitepress");
  for (const folder of [pages, own, SITE]) rmSync(folder, { recursive: true, force: true });
  cpSync(join(__dirname, "vitepress"), own, { recursive: true });
  // Images are in the same folder as the pages that show them.
  cpSync(join(ROOT, "docs"), join(pages, "docs"), { recursive: true, filter: (path) => !path.endsWith(".md") });
  for (const page of pagesIn(ROOT)) {
    const copy = join(pages, page.replace(/(^|\/)README\.md$/, "$1index.md"));
    mkdirSync(dirname(copy), { recursive: true });
    copyFileSync(join(ROOT, page), copy);
  }
  for (const folder of foldersIn(ROOT)) {
    const files = readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const paths = files.map(({ parentPath, name }) => relative(join(ROOT, folder), join(parentPath, name))).sort();
    mkdirSync(join(pages, folder), { recursive: true });
    writeFileSync(join(pages, folder, "index.md"), `# ${folder}\n\n${paths.map((path) => `- [${path}](${path})\n`).join("")}`);
  }
  mkdirSync(join(pages, "public"));
  copyFileSync(join(WORK, "node_modules/@mermaid-js/tiny/dist/mermaid.tiny.js"), join(pages, "public/mermaid.tiny.js"));
  execFileSync(process.execPath, [join(WORK, "node_modules/vitepress/bin/vitepress.js"), "build", ...options], {
    cwd: WORK, stdio: ["ignore", "inherit", "inherit"], timeout: WITHIN_MS, env: { ...process.env, DOCUMENTS_OF: ROOT, SITE_IN: SITE },
  });
  return SITE;
}

if (require.main === module) {
  try {
    makeSite(...process.argv.slice(2));
    console.log("The site is in build/docs. To look at it: python3 -m http.server -b 127.0.0.1 -d build/docs 8000");
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}
