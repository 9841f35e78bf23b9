// A claim as one header value, encoded so that no claim can end it or change its structure.

import { encodeBase64 } from "../bytes/base64";
import { ByteWriter } from "../bytes/writer";
import { percent } from "../http/form";
import { Json, Kind } from "../json/json";

/** The largest header value of one claim. A larger one is left out. */
const MAX_VALUE = 16 * 1024;

/**
 * Strings, numbers and booleans are written as they are; a list of them is joined by commas; anything deeper is base64 of its JSON. In strings, commas,
 * percent signs, control and non-ASCII bytes, and a space at either end, are percent-encoded: so no value can end the line, add an item to a list, or lose
 * a part. decodeURIComponent gives the original text. null if there is nothing to write (`null`, an empty list).
 */
export function headerValue(claims: Json, node: i32): Uint8Array | null {
  const value = written(claims, node);
  return value.length == 0 || value.length > MAX_VALUE ? null : value;
}

function written(claims: Json, node: i32): Uint8Array {
  const out = new ByteWriter();
  switch (claims.kind(node)) {
    case Kind.String:
    case Kind.Number:
    case Kind.True:
    case Kind.False: scalar(claims, node, out); break;
    case Kind.List: {
      if (!listOfScalars(claims, node)) return encodeBase64(claims.raw(node));
      const first = claims.first(node);
      for (let item = first; item >= 0; item = claims.sibling(node, item)) {
        if (item != first) out.byte(0x2c);
        scalar(claims, item, out);
      }
      break;
    }
    case Kind.Object: return encodeBase64(claims.raw(node));
    default:
  }
  return out.done();
}

function scalar(claims: Json, node: i32, out: ByteWriter): void {
  if (!claims.isString(node)) {
    out.bytes(claims.raw(node));
    return;
  }
  const text = claims.text(node);
  const last = text.length - 1;
  for (let i = 0; i <= last; i++) {
    const c = text[i];
    // Readers of headers drop spaces at the ends and around commas: " admin" must not become "admin".
    if (c < 0x20 || c >= 0x7f || c == 0x25 || c == 0x2c || c == 0x20 && (i == 0 || i == last)) percent(out, c);
    else out.byte(c);
  }
}

function listOfScalars(claims: Json, list: i32): bool {
  for (let item = claims.first(list); item >= 0; item = claims.sibling(list, item)) {
    const kind = claims.kind(item);
    if (kind == Kind.List || kind == Kind.Object || kind == Kind.Null) return false;
  }
  return true;
}
