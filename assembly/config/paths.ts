// Addresses in the configuration: paths that the filter answers itself, and places that browsers are sent to.

import { EMPTY, indexOf, is, joined, same, utf8 } from "../bytes/bytes";
import { originOf } from "../http/origin";
import { safeReturnTo } from "../http/return_to";
import { readUrl, Url } from "../http/url";
import { ConfigReader } from "./reader";

/** A cookie may have such a path, and browsers ignore longer ones (RFC 6265bis §5.6). */
const MAX_PATH = 1024;

export const PATH_WANTED = "expected a path such as /callback: one slash in front, without query, fragment and dot segments";
export const TAKES_THE_PAGE = "would hide the start page: choose another path than /";

/** A path that is compared with requests. EMPTY if the attribute is absent or wrong. */
export function readPath(r: ConfigReader, key: string, fallback: Uint8Array): Uint8Array {
  const text = r.has(key) ? r.text(key) : fallback;
  if (text == null || text.length == 0) return EMPTY;
  if (!isServable(text)) r.wrong(key, PATH_WANTED);
  else if (text.length == 1) r.wrong(key, TAKES_THE_PAGE);
  else return text;
  return EMPTY;
}

/** Whether a browser that is sent to this path requests exactly this text. */
export function isServable(path: Uint8Array): bool {
  return path.length <= MAX_PATH && indexOf(path, 0x3f) < 0 && isLocal(path);
}

/** Whether it is a path of this origin, possibly with a query. */
export function isLocal(path: Uint8Array): bool {
  return path.length > 0 && same(safeReturnTo(path), path) && !readUrl(joined(utf8("https://localhost"), path)).failed;
}

/** Where a browser can be sent: a path of this origin, or a URL. */
export function isLanding(target: Uint8Array): bool {
  if (isLocal(target)) return true;
  const url = readUrl(target);
  return !url.failed && hasPlainHost(url.value);
}

/** Whether the authority is only a valid host, possibly with a port. */
export function hasPlainHost(url: Url): bool { return originOf(utf8("https"), url.authority).length > 0; }

/** Whether the URL leads to the browser's own machine. */
export function isLoopback(url: Url): bool {
  const host = hostOf(url);
  return is(host, "localhost") || is(host, "127.0.0.1") || is(host, "[::1]");
}

/** The host without the port. */
export function hostOf(url: Url): Uint8Array {
  const authority = url.authority, from = authority.length > 0 && authority[0] == 0x5b ? indexOf(authority, 0x5d) : 0;
  const colon = indexOf(authority, 0x3a, max(from, 0));
  return colon < 0 ? authority : authority.subarray(0, colon);
}

/** The path of a path or URL, without its query. */
export function pathOf(target: Uint8Array): Uint8Array {
  const question = indexOf(target, 0x3f);
  return question < 0 ? target : target.subarray(0, question);
}
