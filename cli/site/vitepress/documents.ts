// The parts of documents: pages, headings, links, diagrams. Used by the site and the tests, without dependencies.

import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, posix } from "node:path";

/** The pages outside of docs/. */
const AT_THE_TOP = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"];

/** All pages, as paths below the project's folder. */
export function pagesIn(root: string): string[] {
  const below = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".md")).sort();
  return [...AT_THE_TOP, ...below.map((file) => `docs/${file}`)];
}

const FENCED = /^ *```(\w*)\n([^]*?)^ *```$/gm;

export interface Block { language: string; text: string; line: number }

/** The fenced blocks, without the indentation of a list that they are part of. */
export function blocksIn(text: string): Block[] {
  return [...text.matchAll(FENCED)].map(({ index, 0: whole, 1: language, 2: inner }) => ({
    language: language!, text: inner!.replaceAll(new RegExp(`^${/^ */.exec(whole)![0]}`, "gm"), ""), line: text.slice(0, index).split("\n").length,
  }));
}

/** The text of each Mermaid block. */
export function picturesIn(text: string): string[] {
  return blocksIn(text).filter(({ language }) => language === "mermaid").map((block) => block.text);
}

/** The text with code blanked out, so that positions do not change. */
function withoutCode(text: string): string {
  const blank = (code: string): string => code.replace(/[^\n]/g, " ");
  return text.replace(FENCED, blank).replace(/(`+)[^]*?[^`]\1(?!`)/g, blank);
}

export interface Link { target: string; line: number }

/** Links and images, and the definitions of links that are named elsewhere in the text. */
export function linksIn(text: string): Link[] {
  const prose = withoutCode(text);
  return [...prose.matchAll(/\]\(\s*([^)\s]*)[^)]*\)|^\[[^\]]+\]:\s*(\S+)/gm)]
    .map(({ index, 1: inline, 2: defined }) => ({ target: inline ?? defined ?? "", line: prose.slice(0, index).split("\n").length }));
}

/** The anchor of a heading, as GitHub makes it. */
export function slugOf(heading: string): string {
  return heading.trim().toLowerCase().replace(/[^\p{L}\p{N}\p{M} _-]/gu, "").replaceAll(" ", "-");
}

export function anchorsIn(text: string): string[] {
  const seen = new Map<string, number>();
  return [...text.replace(FENCED, "").matchAll(/^#{1,6} +(.+)$/gm)].map(([, heading]) => {
    const slug = slugOf(heading!.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")), before = seen.get(slug) ?? 0;
    seen.set(slug, before + 1);
    return before === 0 ? slug : `${slug}-${before}`;
  });
}

/** The first heading. */
export function titleOf(text: string): string { return /^# +(.+)$/m.exec(text)?.[1]?.replaceAll("`", "") ?? ""; }

/** The folders that pages link to. */
export function foldersIn(root: string): string[] {
  const targets = pagesIn(root).flatMap((page) => linksIn(readFileSync(join(root, page), "utf8")).map(({ target }) => posix.join(posix.dirname(page), target.split("#")[0]!)));
  return [...new Set(targets)].filter((path) => statSync(join(root, path), { throwIfNoEntry: false })?.isDirectory());
}
