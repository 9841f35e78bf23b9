// The message for a text that cannot be parsed: the place, what is wrong there, and the line without anything that could be a value.

import { isAlphanumeric } from "../bytes/bytes";
import { JsonFault } from "../json/parser";
import { isName } from "./known_names";

/** Bytes of the line that are shown on each side of the mistake. */
const SHOWN = 40;

/** `at`: the offset where the parser stopped; for JsonFault.TooLarge, the text's size. */
export function documentFault(text: Uint8Array, fault: JsonFault, at: i32, largest: i32): string {
  if (fault == JsonFault.TooLarge) return `expected at most ${largest} bytes, found ${at}`;
  if (isProtobuf(text)) return "expected JSON, found a protobuf message: give the JSON as the value of a google.protobuf.StringValue, not of a Struct";
  if (fault == JsonFault.NotUtf8) return "expected JSON in UTF-8";
  const place = min(at, text.length), before = lastBefore(text, place);
  if (before == 0 && place == text.length) return "expected a JSON object, found nothing";
  return placeIn(text, place) + ": " + mistake(text, fault, place, before) + ": " + excerpt(text, place);
}

/** Whether it is a Struct or another protobuf message. Envoy passes it on in binary, so tags and lengths look like control characters. */
function isProtobuf(text: Uint8Array): bool {
  if (text.length == 0 || text[0] != 0x0a) return false;
  for (let i = 0; i < text.length; i++) if (text[i] < 0x20 && text[i] != 0x09 && text[i] != 0x0a && text[i] != 0x0d) return true;
  return false;
}

function mistake(text: Uint8Array, fault: JsonFault, at: i32, before: u8): string {
  if (fault == JsonFault.Duplicate) return "this name occurs twice in its object";
  if (fault == JsonFault.TooDeep) return "nested too deep";
  if (fault == JsonFault.TooMany) return "too many names in one object";
  if (at == text.length) return "the document ends before everything in it is closed";
  const c = text[at];
  if (c == 0x22) return before == 0x22 || before == 0x7d || before == 0x5d || isWordByte(before) ? "a comma is missing before this" : "expected something other than a string";
  if ((c == 0x7d || c == 0x5d) && before == 0x2c) return "there is one comma too many before this";
  if (c == 0x27) return "strings are written in double quotes";
  if (c == 0x2f || c == 0x23) return "JSON has no comments";
  if (c < 0x20) return "the string does not end on its line";
  return "not JSON from here on";
}

/** The last byte before `at` that is no blank; 0 if there is none. */
function lastBefore(text: Uint8Array, at: i32): u8 {
  while (at > 0) if (text[--at] > 0x20) return text[at];
  return 0;
}

/** Line and column begin with 1. Columns count characters. */
function placeIn(text: Uint8Array, at: i32): string {
  let line = 1, column = 1;
  for (let i = 0; i < at; i++) {
    if (text[i] == 0x0a) {
      line++;
      column = 1;
    } else if ((text[i] & 0xc0) != 0x80) column++;
  }
  return "line " + line.toString() + ", column " + column.toString();
}

/**
 * The line around `at`. If a quote is missing, a value, which may be secret, cannot be told from a name. So only names of attributes in quotes before a
 * colon and the signs of JSON are shown. Everything else is `…`.
 */
function excerpt(text: Uint8Array, at: i32): string {
  let from = at, to = at;
  while (from > 0 && text[from - 1] != 0x0a && at - from < SHOWN) from--;
  while (to < text.length && text[to] != 0x0a && to - at < SHOWN) to++;
  // The excerpt ends at whole words: half of one could look like a name.
  while (from > 0 && isWordByte(text[from - 1]) && isWordByte(text[from])) from--;
  while (to < text.length && to > 0 && isWordByte(text[to - 1]) && isWordByte(text[to])) to++;
  let out = "", hidden = false;
  for (let i = from; i < to;) {
    const c = text[i];
    let word = "";
    if (isSign(c)) word = String.fromCharCode(text[i++]);
    else if (c <= 0x20) {
      i++;
      if (!hidden && out.length > 0 && i < to) out += " ";
      continue;
    } else if (isWordByte(c)) {
      const start = i;
      while (i < to && isWordByte(text[i])) word += String.fromCharCode(text[i++]);
      if (!isMember(text, start, i) || !isName(word)) word = "";
    } else i++;
    if (word.length > 0) out += word;
    else if (!hidden) out += "…";
    hidden = word.length == 0;
  }
  return out;
}

/** Whether the word is in quotes before a colon. */
function isMember(text: Uint8Array, start: i32, end: i32): bool {
  if (start == 0 || text[start - 1] != 0x22 || end >= text.length || text[end] != 0x22) return false;
  let next = end + 1;
  while (next < text.length && text[next] <= 0x20) next++;
  return next < text.length && text[next] == 0x3a;
}

function isSign(c: u8): bool { return c == 0x22 || c == 0x2c || c == 0x3a || c == 0x5b || c == 0x5d || c == 0x7b || c == 0x7d; }

function isWordByte(c: u8): bool { return isAlphanumeric(c) || c == 0x5f; }
