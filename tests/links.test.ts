// Checks every link in the documents: it leads to a file of the project or to a heading, or it is a well-formed https address.
import { existsSync, readFileSync, statSync } from "node:fs";
import { join, posix } from "node:path";
import { anchorsIn, linksIn, pagesIn } from "../cli/site/vitepress/documents";

const ROOT = join(__dirname, "..");
const read = (page: string): string => readFileSync(join(ROOT, page), "utf8");

/** `file` returns the text of a page, "" for any other file or folder, and null if the path does not exist. */
function faults(page: string, text: string, file: (path: string) => string | null): string[] {
  return linksIn(text).flatMap(({ target, line }) => {
    const why = faultOf(target, page, text, file);
    return why === null ? [] : [`${page}:${line}: ${target} ${why}`];
  });
}

function faultOf(target: string, page: string, text: string, file: (path: string) => string | null): string | null {
  if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return /^https:\/\//.test(target) && URL.canParse(target) ? null : "is no https address";
  const [, path, anchor] = /^([^#]*)(?:#(.*))?$/.exec(target)!;
  if (path === "" && anchor === undefined) return "is empty";
  if (path!.startsWith("/")) return "is not relative";
  const to = path === "" ? page : posix.join(posix.dirname(page), path!);
  if (to.startsWith("..")) return "leads out of the project";
  const found = path === "" ? text : file(to);
  if (found === null) return "leads to no file";
  if (anchor === undefined) return null;
  return to.endsWith(".md") && anchorsIn(found).includes(anchor) ? null : "leads to no heading";
}

function fileOf(path: string): string | null {
  if (!existsSync(join(ROOT, path))) return null;
  return path.endsWith(".md") ? read(path) : "";
}

test("no link is broken", () => {
  const pages = pagesIn(ROOT);
  expect(pages.flatMap((page) => linksIn(read(page))).length).toBeGreaterThan(100);
  expect(pages.flatMap((page) => faults(page, read(page), fileOf))).toEqual([]);
});

test("every page can be reached from README", () => {
  const reached = new Set(["README.md"]);
  for (const page of reached) {
    for (const { target } of linksIn(read(page))) {
      const to = posix.join(posix.dirname(page), target.split("#")[0]!);
      if (to.endsWith(".md") && existsSync(join(ROOT, to))) reached.add(to);
    }
  }
  expect(pagesIn(ROOT).filter((page) => !reached.has(page))).toEqual([]);
});

test.each([["docs/demo.png", 100_000], ["docs/dashboard.png", 250_000]])("%s is small", (picture, bytes) => { expect(statSync(join(ROOT, picture)).size).toBeLessThan(bytes); });

const FILES = new Map([["docs/a.md", "# A\n## What to do?\n## What to do?\n"], ["envoy/x.yaml", ""], ["envoy", ""]]);
const see = (text: string): string[] => faults("docs/page.md", text, (path) => FILES.get(path) ?? null).map((fault) => fault.replace("docs/page.md:", ""));

describe("the faults of a link", () => {
  test.each(["[a](a.md)", "[a](a.md#what-to-do)", "[a](a.md#what-to-do-1)", "[a](../envoy/x.yaml)", "[a](../envoy)", "## Here\n[a](#here)", "[a](https://example.com/x#y)",
    "`[a](gone.md)`", "``a ` [a](gone.md)``", "```md\n[a](gone.md)\n```", "[a]: a.md"])("a correct link has none: %j", (text) => expect(see(text)).toEqual([]));
  test.each([
    ["a file that is not there", "one\n[a](gone.md)", "2: gone.md leads to no file"],
    ["a path without its ../", "[a](envoy/x.yaml)", "1: envoy/x.yaml leads to no file"],
    ["a heading that is not there", "[a](a.md#what)", "1: a.md#what leads to no heading"],
    ["a heading of another page", "[a](#what-to-do)", "1: #what-to-do leads to no heading"],
    ["a heading that is only in code", "```\n# Code\n```\n[a](#code)", "4: #code leads to no heading"],
    ["a heading with a capital letter", "[a](a.md#What-to-do)", "1: a.md#What-to-do leads to no heading"],
    ["an anchor in a file without headings", "[a](../envoy/x.yaml#L3)", "1: ../envoy/x.yaml#L3 leads to no heading"],
    ["an absolute path", "[a](/docs/a.md)", "1: /docs/a.md is not relative"],
    ["a path out of the project", "[a](../../a.md)", "1: ../../a.md leads out of the project"],
    ["a plain http address", "[a](http://example.com/)", "1: http://example.com/ is no https address"],
    ["a script", "[a](javascript:1)", "1: javascript:1 is no https address"],
    ["an address without a host", "[a](https://)", "1: https:// is no https address"],
    ["an empty target", "[a]()", "1:  is empty"],
    ["an image", "![a](gone.png)", "1: gone.png leads to no file"],
    ["a link over two lines", "[a\nb](gone.md)", "2: gone.md leads to no file"],
    ["a definition", "[a]: gone.md", "1: gone.md leads to no file"],
  ])("%s", (_, text, fault) => expect(see(text)).toEqual([fault]));
});
