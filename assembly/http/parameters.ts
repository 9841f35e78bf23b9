// Parameters of a query or a form body (application/x-www-form-urlencoded), read strictly.

import { EMPTY, indexIn, indexOf, is } from "../bytes/bytes";
import { isUtf8 } from "../bytes/utf8";
import { uncleared } from "../runtime";
import { hexPair } from "./percent";

/** An authorization response has a few parameters. The longest value is a logout token, of 16 kB at most (jose/jws.ts). */
const MAX_BYTES = 20 * 1024;
const MAX_PARAMETERS = 64;
/** Texts for people (RFC 6749 §4.1.2.1), which the filter does not use. Providers write them in any encoding. */
const INFORMATIVE: string[] = ["error_description", "error_uri"];

@final
export class Parameters {
  private readonly names: Uint8Array[] = new Array<Uint8Array>();
  private readonly values: Uint8Array[] = new Array<Uint8Array>();

  /** The number of parameters with this name. If there are several, the caller must refuse. */
  count(name: string): i32 {
    let n = 0;
    for (let i = 0; i < this.names.length; i++) if (is(this.names[i], name)) n++;
    return n;
  }

  /** The decoded value of the first parameter with this name; empty if there is none. */
  one(name: string): Uint8Array {
    for (let i = 0; i < this.names.length; i++) if (is(this.names[i], name)) return this.values[i];
    return EMPTY;
  }

  /** False if the encoding of name or value is invalid, or if there are too many. An informative parameter with an invalid value is only dropped. */
  add(name: Uint8Array, value: Uint8Array): bool {
    if (this.names.length == MAX_PARAMETERS) return false;
    const decodedName = decoded(name), decodedValue = decoded(value);
    if (decodedName == null || decodedValue == null && indexIn(INFORMATIVE, decodedName) < 0) return false;
    this.names.push(decodedName);
    this.values.push(decodedValue == null ? EMPTY : decodedValue);
    return true;
  }
}

/** Reads a query without its `?`, or a body. null if any part is malformed. */
export function readParameters(text: Uint8Array): Parameters | null {
  if (text.length > MAX_BYTES) return null;
  const out = new Parameters();
  let start = 0;
  for (let end = 0; end <= text.length; end++) {
    if (end < text.length && text[end] != 0x26) continue;
    if (end > start && !pair(out, text.subarray(start, end))) return null;
    start = end + 1;
  }
  return out;
}

function pair(out: Parameters, written: Uint8Array): bool {
  const equals = indexOf(written, 0x3d);
  return equals < 0 ? out.add(written, EMPTY) : out.add(written.subarray(0, equals), written.subarray(equals + 1));
}

/** Decodes percent-encoding, and `+` to a space. null if a `%` is not followed by two digits, or if the result has a NUL or is no UTF-8. */
function decoded(written: Uint8Array): Uint8Array | null {
  const out = uncleared(written.length), start = out.dataStart;
  let at = written.dataStart, to = start;
  // The raw addresses are valid: they are within `written`, and at most one byte is stored for each of its bytes.
  for (const end = at + written.length; at < end; at++) {
    let c = load<u8>(at);
    if (c == 0x2b) c = 0x20;
    else if (c == 0x25) {
      const byte = end - at > 2 ? hexPair(load<u8>(at, 1), load<u8>(at, 2)) : -1;
      if (byte < 0) return null;
      c = <u8>byte;
      at += 2;
    }
    if (c == 0) return null;
    store<u8>(to++, c);
  }
  const text = out.subarray(0, <i32>(to - start));
  return isUtf8(text) ? text : null;
}
