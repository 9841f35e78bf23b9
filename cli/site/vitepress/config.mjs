// VitePress's configuration. It runs in build/site, where cli/site/main.ts has put the pages.

import { copyFileSync, existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { linksIn, pagesIn, slugOf, titleOf } from "./documents.ts";

const ROOT = process.env.DOCUMENTS_OF;
const PAGES = pagesIn(ROOT);
const isElsewhere = (target) => /^[a-z][a-z0-9+.-]*:/i.test(target);
const read = (page) => readFileSync(join(ROOT, page), "utf8");

/** Files of the project that pages link to, and that are not pages. */
const files = new Set();

/** A page's address. VitePress expects `index` where GitHub shows README. */
export const addressOf = (page) => `/${page.replace(/(^|\/)README\.md$/, "$1index.md")}`;
const pageAt = (address) => PAGES.find((page) => addressOf(page) === `/${address}`);

/** The target of a page's link on the site; null for a heading of the same page, or another site. */
function onTheSite(target, page) {
  const [path, anchor] = target.split("#");
  if (path === "" || isElsewhere(target)) return null;
  const to = posix.join(posix.dirname(page), path), hash = anchor === undefined ? "" : `#${anchor}`;
  if (PAGES.includes(to)) return { page: `${addressOf(to)}${hash}` };
  if (statSync(join(ROOT, to)).isDirectory()) return { page: `/${to}/index.md` };
  files.add(to);
  return { file: `/${to}` };
}

/** Links for the site, and pictures as components of the theme. */
function markdown(md) {
  md.core.ruler.push("links-of-the-project", ({ tokens, env }) => {
    const page = pageAt(env.relativePath) ?? env.relativePath;
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const target = token.type === "link_open" ? token.attrGet("href") : null, to = target === null ? null : onTheSite(target, page);
      if (to === null) continue;
      token.attrSet("href", to.page ?? to.file);
      if (to.file !== undefined) token.attrSet("target", "_self"); // the file itself: VitePress's router knows only pages
    }
  });
  // Braces are text, not Vue expressions.
  for (const kind of ["text", "code_inline"]) {
    const rendered = md.renderer.rules[kind];
    md.renderer.rules[kind] = (...token) => rendered(...token).replaceAll("{{", "&#123;&#123;");
  }
  const fence = md.renderer.rules.fence;
  md.renderer.rules.fence = (tokens, at, ...rest) => tokens[at].info.trim() === "mermaid"
    ? `<MermaidPicture text="${encodeURIComponent(tokens[at].content)}"/>` : fence(tokens, at, ...rest);
}

/** The pages that a page links to in its list below this heading, each with its title. */
function listed(page, heading) {
  const text = read(page), from = text.indexOf(heading), seen = new Set();
  return linksIn(text.slice(from)).flatMap(({ target }) => {
    const to = posix.join(posix.dirname(page), target);
    if (!PAGES.includes(to) || seen.has(to)) return [];
    seen.add(to);
    return [{ text: titleOf(read(to)), link: addressOf(to) }];
  });
}

function sidebar() {
  const top = listed("README.md", "## Read on"), providers = PAGES.filter((page) => page.startsWith("docs/providers/") && !page.endsWith("README.md"));
  const items = providers.map((page) => ({ text: titleOf(read(page)), link: addressOf(page) }));
  return [{ text: "envoy-oidc", link: "/", items: top.map((item) => item.link === addressOf("docs/providers/README.md") ? { ...item, items, collapsed: true } : item) }];
}

export default {
  title: "envoy-oidc",
  description: JSON.parse(read("package.json")).description,
  srcDir: "pages",
  outDir: process.env.SITE_IN,
  metaChunk: true,
  vite: { logLevel: "warn", build: { chunkSizeWarningLimit: 4000 } },
  ignoreDeadLinks: "localhostLinks", // those of the demo
  markdown: { html: false, anchor: { slugify: slugOf }, toc: { slugify: slugOf }, headers: { slugify: slugOf }, config: markdown },
  themeConfig: { search: { provider: "local", options: { miniSearch: { searchOptions: { combineWith: "AND" } } } }, sidebar: sidebar(), outline: "deep", docFooter: { prev: false, next: false } },
  buildEnd({ outDir }) {
    for (const file of files) {
      if (existsSync(join(outDir, file))) continue;
      mkdirSync(dirname(join(outDir, file)), { recursive: true });
      copyFileSync(join(ROOT, file), join(outDir, file));
    }
  },
};
