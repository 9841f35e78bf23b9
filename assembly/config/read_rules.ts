// The requests that a rule matches, and its name. A rule inherits the other attributes that it does not set.

import { endsWith, indexOf, inLowerCase, isAlphanumeric, startsWith } from "../bytes/bytes";
import { decodeUtf8 } from "../bytes/utf8";
import { RequestMatch } from "../http/request_match";
import { WHOLE_ONLY } from "./attribute_names";
import { isServable } from "./paths";
import { OUTSIDE } from "./config";
import { ConfigReader } from "./reader";

/** Attributes that say which requests a rule matches. */
export const MATCH: string[] = ["host", "path", "path_prefix", "method"];

/** Of a rule's name, in characters. */
const MAX_NAME = 64;

export function readMatch(r: ConfigReader): RequestMatch {
  for (let i = 0; i < WHOLE_ONLY.length; i++) if (r.owns(WHOLE_ONLY[i])) r.wrong(WHOLE_ONLY[i], "belongs to the whole configuration, not to a rule");
  const hosts = readHosts(r), paths = readPaths(r, "path"), prefixes = readPaths(r, "path_prefix"), methods = readMethods(r);
  // Every path is below `/`.
  for (let i = 0; i < prefixes.length; i++) if (prefixes[i].length == 0) return new RequestMatch(hosts, [], [], methods);
  return new RequestMatch(hosts, paths, prefixes, methods);
}

/** The rule's name; its number if it has none. `taken`: the names of the rules before it. */
export function readName(r: ConfigReader, number: i32, taken: string[]): string {
  const text = r.owns("name") ? r.text("name") : null;
  if (text == null) return number.toString();
  const name = decodeUtf8(text);
  if (!isRuleName(text)) r.wrong("name", `expected a letter, and then at most ${MAX_NAME - 1} letters, digits, - and _`);
  else if (name == OUTSIDE) r.wrong("name", "is what metrics call requests outside of all rules: choose another");
  else if (taken.includes(name)) r.wrong("name", "is the name of another rule: choose another");
  return name;
}

/** It begins with a letter, so that it is no rule's number. */
function isRuleName(text: Uint8Array): bool {
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (i == 0 ? (c | 0x20) - 0x61 >= 26 : !isAlphanumeric(c) && c != 0x2d && c != 0x5f) return false;
  }
  return text.length <= MAX_NAME;
}

function readHosts(r: ConfigReader): Uint8Array[] {
  const places: string[] = [], texts = ownTexts(r, "host", places), out = new Array<Uint8Array>();
  for (let i = 0; i < texts.length; i++) {
    const host = inLowerCase(texts[i]), below = startsWith(host, "*.");
    if (isHost(below ? host.subarray(2) : host)) out.push(below ? host.subarray(1) : host);
    else wrong(r, places[i], texts[i], "expected a host name such as app.example.com or *.example.com, not an address, and without scheme, port and path");
  }
  return out;
}

function isHost(host: Uint8Array): bool {
  const size = host.length;
  let before: u8 = 0x2e, label = 0;
  for (let i = 0; i < size; i++) {
    const c = host[i];
    if (c - 0x30 >= 10 && c - 0x61 >= 26 && c != 0x2d && c != 0x2e && c != 0x5f) return false;
    if (c == 0x2e && (before == 0x2e || i == size - 1)) return false;
    if (before == 0x2e) label = i;
    before = c;
  }
  // An address has many spellings (127.1, 0x7f.1), and its last part begins with a digit (WHATWG URL, "ends in a number").
  return size > 0 && size <= 253 && host[label] - 0x30 >= 10;
}

function readPaths(r: ConfigReader, key: string): Uint8Array[] {
  const places: string[] = [], texts = ownTexts(r, key, places), prefix = key == "path_prefix", out = new Array<Uint8Array>();
  for (let i = 0; i < texts.length; i++) {
    const text = texts[i];
    if (endsWith(text, "*")) wrong(r, places[i], text, "has no wildcards: path_prefix takes a path with everything below it, such as /api");
    else if (!isComparable(text)) wrong(r, places[i], text, "expected a path such as /api: one slash in front and between names, without query, fragment, escapes, dot segments, colons, semicolons and ~1");
    else out.push(prefix && endsWith(text, "/") ? text.subarray(0, text.length - 1) : text);
  }
  return out;
}

/** Whether the path is unambiguous (http/path_lead.ts). An ambiguous one would never equal the path of a request. */
function isComparable(path: Uint8Array): bool {
  if (!isServable(path) || endsWith(path, ".") || indexOf(path, 0x3a) >= 0 || indexOf(path, 0x3b) >= 0 || indexOf(path, 0x25) >= 0) return false;
  for (let i = 1; i < path.length; i++) {
    if (path[i] == 0x2f && (path[i - 1] == 0x2f || path[i - 1] == 0x2e) || path[i - 1] == 0x7e && path[i] - 0x30 < 10) return false;
  }
  return true;
}

function readMethods(r: ConfigReader): Uint8Array[] {
  const places: string[] = [], texts = ownTexts(r, "method", places), out = new Array<Uint8Array>();
  for (let i = 0; i < texts.length; i++) {
    if (isMethod(texts[i])) out.push(texts[i]);
    else wrong(r, places[i], texts[i], "expected a method such as GET, in capitals");
  }
  return out;
}

function isMethod(text: Uint8Array): bool {
  for (let i = 0; i < text.length; i++) if (text[i] - 0x41 >= 26 && text[i] - 0x30 >= 10 && text[i] != 0x2d) return false;
  return true;
}

/** The attributes of matching are never inherited. */
function ownTexts(r: ConfigReader, key: string, places: string[]): Uint8Array[] { return r.owns(key) ? r.texts(key, places) : []; }

/** Reports the mistake with the text itself, which is no secret. */
function wrong(r: ConfigReader, place: string, text: Uint8Array, what: string): void {
  r.wrongAt(place, what + (text.length <= 64 ? `, found "${decodeUtf8(text)}"` : ""));
}
