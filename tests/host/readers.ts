/**
 * Models of the programs behind the filter that read a request's path. Each returns every path as which it may read the target, and none if it refuses
 * it. Duty 123: if any of them reads the path of a guarded page, an unauthenticated request must not pass.
 */

export interface Reader {
  name: string;
  read(target: string): string[];
  /** Reads /Admin as /admin. */
  folds?: boolean;
  /** Reads /admin/ as /admin. */
  slashless?: boolean;
}

const HEX = /%([0-9a-f]{2})/gi;
const byte = (hex: string): string => String.fromCharCode(parseInt(hex, 16));

export const decode = (path: string): string => path.replace(HEX, (_, hex: string) => byte(hex));
const without = (path: string, mark: RegExp): string => path.split(mark)[0]!;
const merged = (path: string): string => path.replace(/\/{2,}/g, "/");
const slashed = (path: string): string => path.replaceAll("\\", "/");

/** RFC 3986 §5.2.4. `..` at the root has no effect. */
export function undotted(path: string): string {
  const out: string[] = [], segments = path.split("/").slice(1);
  segments.forEach((segment, i) => {
    const last = i === segments.length - 1;
    if (segment === "..") out.pop();
    else if (segment !== ".") out.push(segment);
    if (last && (segment === "." || segment === "..")) out.push("");
  });
  return `/${out.join("/")}`;
}

const broken = (path: string): boolean => /%(?![0-9a-f]{2})/i.test(path);

/** As `location` matches it: decoded once, slashes merged, dots resolved; `#` ends it. */
function nginx(target: string): string[] {
  const path = without(target, /[?#]/);
  if (broken(path) || decode(path).includes("\0")) return [];
  return [undotted(merged(decode(path))), undotted(decode(path))];
}

/** It removes parameters, decodes, then resolves dots. Its connector decides about encoded slashes and backslashes. */
function tomcat(target: string): string[] {
  const path = without(target, /\?/).replace(/;[^/]*/g, "");
  if (broken(path)) return [];
  const decoded = decode(path);
  return [decoded, slashed(decoded), path.replace(/%(?!2f)([0-9a-f]{2})/gi, (_, hex: string) => byte(hex))].map((each) => undotted(merged(each)));
}

/** The idiom of Node's documentation. Programs then decode the result, or do not. */
function nodeUrl(target: string): string[] {
  try {
    const { pathname } = new URL(Buffer.from(target, "latin1").toString(), "http://host.example");
    return [pathname, decode(pathname)];
  } catch { return []; }
}

/** Windows: any slash, any case, Unicode escapes, and no dots or blanks at the end of a name. */
function iis(target: string): string[] {
  const path = without(target, /\?/).replace(/%u00([0-9a-f]{2})/gi, (_, hex: string) => byte(hex));
  const decoded = decode(path);
  if (decoded.includes("\0")) return [];
  const resolved = undotted(merged(slashed(decoded)));
  return [resolved, resolved.split("/").map((name) => name.replace(/[. ]+$/, "")).join("/")];
}

/** Bytes read as UTF-8, in the normalization form NFKC (UAX #15). */
const nfkc = (path: string): string => Buffer.from(path, "latin1").toString().normalize("NFKC");

/** Windows' best-fit replacements of characters that a code page lacks, as far as paths need them (WideCharToMultiByte without WC_NO_BEST_FIT_CHARS). */
const BEST_FIT: Record<string, string> = { "\u00a5": "\\", "\u00b4": "/", "\u20a9": "\\", "\u2044": "/", "\u2215": "/", "\u2216": "\\", "\u2236": ":", "\u0589": ":", "\u066a": "%" };
const bestFit = (path: string): string => Buffer.from(path, "latin1").toString().replace(/[^\0-\x7f]/g, (character) => BEST_FIT[character] ?? (/[\uff01-\uff5e]/.test(character) ? character.normalize("NFKC") : character));

const resolvedNames = (path: string): string => undotted(merged(slashed(path)));

/** Programs that decode, then replace characters, and then decode again or resolve dots. */
const FOLDING: Reader[] = [
  { name: "NFKC", read: (target) => [resolvedNames(nfkc(decode(without(target, /\?/))))] },
  { name: "NFKC, then without parameters", read: (target) => [undotted(nfkc(decode(without(target, /\?/))).replace(/[;#?][^/]*/g, ""))] },
  { name: "NFKC, then decoded", read: (target) => [undotted(decode(nfkc(decode(without(target, /\?/)))))] },
  { name: "NFKC without ignorable characters", read: (target) => [undotted(nfkc(decode(without(target, /\?/))).replace(/\p{Default_Ignorable_Code_Point}/gu, ""))], folds: true },
  { name: "Windows' best fit", read: (target) => [resolvedNames(bestFit(decode(without(target, /\?/)))).split("/").map((name) => name.replace(/[. ]+$/, "")).join("/"), resolvedNames(decode(bestFit(decode(without(target, /\?/)))))], folds: true },
];

/** The usual ways of programs that parse the path themselves. */
const BY_HAND: Reader[] = [
  { name: "unchanged", read: (target) => [without(target, /\?/)] },
  { name: "decoded once", read: (target) => [decode(without(target, /\?/))] },
  { name: "decoded, then cut at a question mark", read: (target) => [without(decode(target), /\?/)] },
  { name: "decoded, then cut at a number sign", read: (target) => [without(decode(without(target, /\?/)), /#/)] },
  { name: "a C string", read: (target) => [without(decode(without(target, /\?/)), /\0/)] },
  { name: "without parameters", read: (target) => [decode(without(target, /\?/)).replace(/;[^/]*/g, "")] },
  { name: "cut at the first semicolon", read: (target) => [without(decode(without(target, /\?/)), /;/)] },
  { name: "merged", read: (target) => [merged(decode(without(target, /\?/)))] },
  { name: "resolved before decoding", read: (target) => [decode(undotted(without(target, /\?/))), undotted(without(target, /\?/))] },
  { name: "without tabs and line breaks", read: (target) => [decode(without(target, /\?/)).replace(/[\t\r\n]/g, "")] },
];

const SERVERS: Reader[] = [
  { name: "nginx", read: nginx },
  { name: "nginx on Windows", read: (target) => nginx(target).flatMap((path) => [path, path.split("/").map((name) => name.replace(/[. ]+$/, "")).join("/")]), folds: true },
  { name: "Tomcat", read: tomcat },
  { name: "Node's URL", read: nodeUrl },
  { name: "Express", read: (target) => [without(target, /[?#]/), decode(without(target, /[?#]/))], folds: true, slashless: true },
  { name: "IIS", read: iis, folds: true },
];

/** A proxy that changes only the path. */
const passedOn = (target: string, change: (path: string) => string): string => change(without(target, /\?/)) + target.slice(without(target, /\?/).length);

/** The program itself, and behind proxies that decode once or twice, resolve, or merge slashes first. */
const chained = (reader: Reader): Reader[] => [
  reader,
  { ...reader, name: `${reader.name}, behind a proxy that decodes`, read: (target) => reader.read(passedOn(target, decode)) },
  { ...reader, name: `${reader.name}, behind two proxies that decode`, read: (target) => reader.read(passedOn(target, (path) => decode(decode(path)))) },
  { ...reader, name: `${reader.name}, behind a proxy that resolves`, read: (target) => reader.read(passedOn(target, undotted)) },
  { ...reader, name: `${reader.name}, behind a proxy that merges and resolves`, read: (target) => reader.read(passedOn(target, (path) => undotted(merged(path)))) },
];

export const READERS: Reader[] = [...SERVERS, ...BY_HAND, ...FOLDING].flatMap(chained);

export interface Match { path?: string; path_prefix?: string }

/** Whether the rule's author meant this page. */
export function meant({ path, path_prefix }: Match, page: string, { folds, slashless }: Reader): boolean {
  const fold = (text: string): string => folds ? text.toLowerCase() : text;
  const bare = slashless && page.length > 1 ? page.replace(/\/$/, "") : page;
  if (path !== undefined && (fold(page) === fold(path) || fold(bare) === fold(path))) return true;
  if (path_prefix === undefined) return false;
  const prefix = fold(path_prefix.replace(/\/$/, ""));
  return fold(page) === prefix || fold(page).startsWith(`${prefix}/`);
}

/** For each reading of the target by each reader: the number of the first rule that is meant for it, or -1 if none is. */
export function meantBy(rules: Match[], target: string): { reader: string; rule: number; page: string }[] {
  return READERS.flatMap((reader) => reader.read(target).map((page) => ({ reader: reader.name, page, rule: rules.findIndex((rule) => meant(rule, page, reader)) })));
}
