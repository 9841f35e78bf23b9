// `npm run docs`, the documents as a site: it is complete, its search works, its diagrams are drawn, and it loads nothing from other hosts.

import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { makeSite } from "../../cli/site/main";
import { pagesIn, picturesIn, titleOf } from "../../cli/site/vitepress/documents";
import { close, listenOn } from "../../cli/demo/ports";
import { atEnd } from "../envoy/support/cleanup";
import { newProfile, picture, type Page } from "./support/browser";

const ROOT = join(__dirname, "../..");
const TYPES: Record<string, string> = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".json": "application/json" };
const PAGES = pagesIn(ROOT).map((page) => ({ page, text: readFileSync(join(ROOT, page), "utf8"), address: `/${page.replace(/README\.md$/, "index.md").replace(/\.md$/, ".html")}` }));
const WITH_PICTURES = PAGES.filter(({ text }) => picturesIn(text).length > 0);

let site: string, url: string;

beforeAll(async () => {
  site = makeSite();
  const server = createServer((request, response) => {
    const file = fileAt(new URL(request.url!, "http://site").pathname);
    if (file === null) response.writeHead(404).end();
    else response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "text/plain" }).end(readFileSync(file));
  });
  url = `http://127.0.0.1:${await listenOn(server, 0)}`;
  atEnd(() => close(server));
}, 600_000);

/** The file that a static file server sends for a path. */
function fileAt(path: string): string | null {
  const file = join(site, path.endsWith("/") ? `${path}index.html` : path);
  return existsSync(file) && statSync(file).isFile() ? file : null;
}

const htmlAt = (path: string): string => readFileSync(fileAt(path)!, "utf8");
/** All pages of the site, including its index pages of folders. */
const built = (): string[] => readdirSync(site, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".html") && file !== "404.html").map((file) => `/${file}`);

/** A browser page that can load nothing from other hosts. `refused` has the URLs that it tried, `errors` the errors of scripts and responses. */
async function open(): Promise<{ page: Page; refused: string[]; errors: string[] }> {
  const profile = await newProfile(), refused: string[] = [], errors: string[] = [];
  await profile.route((to) => !to.href.startsWith(`${url}/`), (route) => {
    refused.push(route.request().url());
    return route.abort();
  });
  const page = await profile.newPage();
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("response", (response) => { if (response.status() >= 400) errors.push(`${response.status()} ${response.url()}`); });
  return { page, refused, errors };
}

test("every page exists, with its title, and the sidebar links to it", () => {
  const home = htmlAt("/");
  for (const { address, text, page } of PAGES) {
    expect(fileAt(address)).not.toBeNull();
    expect(htmlAt(address)).toContain(`<title>${page === "README.md" ? "envoy-oidc" : titleOf(text).replaceAll("&", "&amp;")}`);
    expect(home).toContain(`href="${address.replace(/index\.html$/, "")}"`);
  }
});

test("every link leads to a file of the site, and to an existing heading if it names one", () => {
  const ids = new Map(built().map((address) => [address, new Set([...htmlAt(address).matchAll(/ id="([^"]+)"/g)].map(([, id]) => decodeURIComponent(id!)))]));
  const lost: string[] = [];
  let seen = 0;
  for (const address of built()) {
    for (const [, href] of htmlAt(address).matchAll(/<a [^>]*href="([^"]*)"/g)) {
      const to = new URL(href!.replaceAll("&amp;", "&"), `http://site${address}`);
      if (to.host !== "site") continue;
      seen++;
      const path = to.pathname.endsWith("/") ? `${to.pathname}index.html` : to.pathname, anchor = decodeURIComponent(to.hash.slice(1));
      if (fileAt(path) === null || anchor !== "" && !ids.get(path)?.has(anchor)) lost.push(`${address}: ${href}`);
    }
  }
  expect(seen).toBeGreaterThan(1000);
  expect(lost).toEqual([]);
});

test("the search index has every page, and the search finds a page by words of its text", async () => {
  const chunks = join(site, "assets/chunks"), index = readdirSync(chunks).find((file) => file.startsWith("@localSearchIndex"))!;
  const indexed = readFileSync(join(chunks, index), "utf8");
  expect(PAGES.filter(({ address }) => !indexed.includes(`"${address.replace(/index\.html$/, "")}#`))).toEqual([]);
  const { page, refused, errors } = await open();
  await page.goto(`${url}/`);
  await page.getByRole("button", { name: "Search" }).click();
  await page.locator("#localsearch-input").fill("id_token_hint Spring Okta");
  const found = page.locator('#localsearch-list a[href="/docs/login.html#logout"]');
  await found.waitFor();
  await picture(page, "documents-search");
  await found.click();
  await page.waitForURL(/\/docs\/login\.html#logout$/);
  expect({ refused, errors }).toEqual({ refused: [], errors: [] });
});

test.each(WITH_PICTURES)("the diagrams of $page are drawn, in light and in dark mode", async ({ page: name, text, address }) => {
  const { page, refused, errors } = await open();
  await page.goto(url + address);
  const drawn = page.locator(".picture svg"), count = picturesIn(text).length;
  await drawn.nth(count - 1).waitFor();
  expect(await drawn.count()).toBe(count);
  for (let i = 0; i < count; i++) expect((await drawn.nth(i).boundingBox())!.height).toBeGreaterThan(100);
  const cutOff = await drawn.locator("foreignObject").evaluateAll((labels) => labels.filter(({ scrollHeight, clientHeight }) => scrollHeight > clientHeight + 1).map(({ textContent }) => textContent));
  expect(cutOff).toEqual([]);
  await picture(page, `documents-${name.replaceAll("/", "-")}`);
  await page.emulateMedia({ colorScheme: "dark" });
  await page.reload();
  await drawn.nth(count - 1).waitFor();
  await picture(page, `documents-${name.replaceAll("/", "-")}-dark`);
  expect({ refused, errors }).toEqual({ refused: [], errors: [] });
});

test("Mermaid's parser, which the tests use, refuses broken diagrams", async () => {
  const { page } = await open();
  await page.goto(url + WITH_PICTURES[0]!.address);
  await page.locator(".picture svg").first().waitFor();
  const parse = (text: string): Promise<string> => page.evaluate((given) => (globalThis as unknown as { mermaid: { parse(text: string): Promise<unknown> } }).mermaid.parse(given).then(() => "read", () => "refused"), text);
  expect(await parse("sequenceDiagram\n  A->>B: a call\n")).toBe("read");
  for (const text of ["sequenceDiagram\n  A->>B\n", "sequenceDiagram\n  alt one\n  A->>B: x\n", "flowchart LR\n  a --> \n", "no picture\n"]) expect(await parse(text)).toBe("refused");
});

test("no page is wider than a phone's screen", async () => {
  const { page } = await open(), wide: string[] = [];
  await page.setViewportSize({ width: 390, height: 800 });
  for (const address of built()) {
    await page.goto(url + address);
    if (await page.evaluate("document.documentElement.scrollWidth > innerWidth")) wide.push(address);
  }
  await picture(page, "documents-narrow");
  expect(wide).toEqual([]);
}, 240_000);
