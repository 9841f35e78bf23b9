// A file written by a person, with the positions of its values: YAML or JSON, and strings in it that contain JSON.

import { readFileSync } from "node:fs";
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments, parseDocument, YAMLParseError, type Document, type Node, type Scalar } from "yaml";

/** Both count from 1. */
export interface Position { line: number; column: number }

export class SourceFile {
  /** All documents of a YAML stream; one of a JSON file. */
  readonly documents: Document[];
  private readonly lines = new LineCounter();

  /** `name`: the name to show. */
  constructor(readonly name: string, readonly text: string) {
    const parsed = parseAllDocuments(text, { lineCounter: this.lines, merge: true });
    this.documents = Array.isArray(parsed) ? parsed as Document[] : [];
    for (const document of this.documents) followAliases(document);
  }

  /** `-` is the standard input. */
  static read(path: string): SourceFile {
    return new SourceFile(path === "-" ? "stdin" : path, readFileSync(path === "-" ? 0 : path, "utf8"));
  }

  at(offset: number): Position {
    const { line, col } = this.lines.linePos(Math.max(0, Math.min(offset, this.text.length)));
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  }

  /** The offset of a path's value below a node. For a missing value, that of the object that lacks it. */
  offsetOf(node: Node, path: string): number { return offsetBelow(node, path); }
}

/** Puts the node itself in the place of each of its aliases. An alias within its own node stays. */
function followAliases(document: Document): void {
  if (document.errors.length > 0) return;
  try {
    document.toJS();
  } catch (error) {
    // An alias without an anchor, or a bomb of aliases.
    document.errors.push(new YAMLParseError([document.range?.[0] ?? 0, document.range?.[0] ?? 0], "BAD_ALIAS", (error as Error).message));
    return;
  }
  const seen = new Set<unknown>(), around: unknown[] = [];
  const follow = (node: unknown): unknown => {
    const target = isAlias(node) ? node.resolve(document) : node;
    if (target === undefined || around.includes(target)) return node;
    if (seen.has(target)) return target;
    seen.add(target);
    around.push(target);
    if (isSeq(target)) target.items = target.items.map(follow);
    else if (isMap(target)) for (const pair of target.items) pair.value = follow(pair.value);
    around.pop();
    return target;
  };
  follow(document.contents);
}

/** JSON inside a file: the whole file, or one string in it. */
export class EmbeddedJson {
  private readonly root: Node | null;

  constructor(readonly text: string, private readonly offsets: (index: number) => number) {
    const document = parseDocument(text, { uniqueKeys: false });
    this.root = document.contents as Node | null;
  }

  static whole(file: SourceFile): EmbeddedJson { return new EmbeddedJson(file.text, (index) => index); }
  static inside(file: SourceFile, scalar: Scalar): EmbeddedJson { return new EmbeddedJson(String(scalar.value), offsetsOf(file.text, scalar)); }

  offsetOf(path: string): number { return this.offsets(this.root === null ? 0 : offsetBelow(this.root, path)); }
  offsetOfIndex(index: number): number { return this.offsets(index); }
}

function offsetBelow(node: Node, path: string): number {
  const found = step(node, path);
  return found ?? node.range?.[0] ?? 0;
}

/** The offset of the key or list item at a path, as far as the path exists. Names may contain dots: the longest match counts. */
function step(node: Node | null, path: string): number | undefined {
  if (path === "" || node === null) return undefined;
  if (isSeq(node)) {
    const [, digits, rest] = /^\[(\d+)\]\.?([^]*)$/.exec(path) ?? [];
    const item = digits === undefined ? undefined : node.items[Number(digits)] as Node | undefined;
    return item === undefined ? undefined : step(item, rest!) ?? item.range?.[0];
  }
  if (!isMap(node)) return undefined;
  const pairs = node.items.filter(({ key }) => isScalar(key) && leadsTo(path, String(key.value)))
    .sort((a, b) => String((b.key as Scalar).value).length - String((a.key as Scalar).value).length);
  const pair = pairs[0];
  if (pair === undefined) return undefined;
  const key = pair.key as Scalar, rest = path.slice(String(key.value).length).replace(/^\./, "");
  return step(pair.value as Node | null, rest) ?? key.range?.[0];
}

function leadsTo(path: string, key: string): boolean {
  return path === key || path.startsWith(`${key}.`) || path.startsWith(`${key}[`);
}

/** The position of each character of a string in the file. Folded and plain strings of several lines keep only their start. */
function offsetsOf(text: string, scalar: Scalar): (index: number) => number {
  const [start, end] = scalar.range!, value = String(scalar.value);
  if (scalar.type === "BLOCK_LITERAL") {
    const first = text.indexOf("\n", start) + 1, indent = /^ */.exec(text.slice(first).replace(/^(?: *\r?\n)+/, ""))![0].length;
    const starts = lineStarts(text, first);
    return (index) => {
      const before = value.slice(0, index), line = before.split("\n").length - 1;
      return (starts[line] ?? first) + indent + index - (before.lastIndexOf("\n") + 1);
    };
  }
  if (scalar.type === "QUOTE_DOUBLE") return (index) => insideQuotes(text, start + 1, end, index);
  const single = !value.includes("\n") && text.slice(start, end).includes(value) ? text.indexOf(value, start) : -1;
  return (index) => single < 0 ? start : single + index;
}

function lineStarts(text: string, from: number): number[] {
  const out = [from];
  for (let at = text.indexOf("\n", from); at >= 0; at = text.indexOf("\n", at + 1)) out.push(at + 1);
  return out;
}

/** An escape of JSON stands for one character, and so does a line break that YAML folds, together with the blanks around it. */
function insideQuotes(text: string, from: number, end: number, index: number): number {
  let at = from;
  for (let seen = 0; seen < index && at < end - 1; seen++) {
    const escape = /^\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|\r?\n[ \t]*|[^])/.exec(text.slice(at, at + 200));
    if (escape !== null && /^\\\r?\n/.test(escape[0])) { at += escape[0].length; seen--; continue; }
    const folded = escape ?? /^[ \t]*\r?\n[ \t]*/.exec(text.slice(at, at + 200));
    at += folded?.[0].length ?? 1;
  }
  return at;
}
