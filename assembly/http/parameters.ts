// Parameters of a query or a form body (application/x-www-form-urlencoded), read strictly.

import { EMPTY, indexOf, is } from "../bytes/bytes";
import { isUtf8 } from "../bytes/utf8";
import { percentAt } from "./percent";

/** An authorization response is a few of them; a logout token is the longest value that anyone sends. */
const MAX_BYTES = 64 * 1024;
const MAX_PARAMETERS = 64;

@final
export class Parameters {
  private readonly names: Uint8Array[] = new Array<Uint8Array>();
  private readonly values: Uint8Array[] = new Array<Uint8Array>();

  /** How many there are of that name: more than one is nobody's to choose from. */
  count(name: string): i32 {
    let n = 0;
    for (let i = 0; i < this.names.length; i++) if (is(this.names[i], name)) n++;
    return n;
  }

  /** The decoded value of the first of that name; empty where there is none. */
  one(name: string): Uint8Array {
    for (let i = 0; i < this.names.length; i++) if (is(this.names[i], name)) return this.values[i];
    return EMPTY;
  }

  /** False where the name or the value is not well encoded, or there are too many. */
  add(name: Uint8Array, value: Uint8Array): bool {
    if (this.names.length == MAX_PARAMETERS) return false;
    const decodedName = decoded(name), decodedValue = decoded(value);
    if (decodedName == null || decodedValue == null) return false;
    this.names.push(decodedName);
    this.values.push(decodedValue);
    return true;
  }
}

/** A query without its `?`, or a body. null where any of it is malformed: what is half understood is not used at all. */
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

/** Without percent-encoding, and with spaces for `+`. null where a `%` has no two digits behind it, a NUL comes out, or no UTF-8. */
function decoded(written: Uint8Array): Uint8Array | null {
  const out = new Uint8Array(written.length);
  let size = 0;
  for (let i = 0; i < written.length; i++) {
    let c = written[i];
    if (c == 0x2b) c = 0x20;
    else if (c == 0x25) {
      const byte = percentAt(written, i);
      if (byte < 0) return null;
      c = <u8>byte;
      i += 2;
    }
    if (c == 0) return null;
    out[size++] = c;
  }
  const text = out.subarray(0, size);
  return isUtf8(text) ? text : null;
}
