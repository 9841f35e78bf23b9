// The protobuf messages of Envoy's own functions: length-delimited fields, and one flag. And whether an Envoy has the function.

import { Status } from "../../abi/enums";
import { callForeign } from "../../abi/host";
import { EMPTY } from "../../bytes/bytes";
import { ByteWriter } from "../../bytes/writer";

/** Whether this Envoy has the function. An unknown name gives NotFound; a known one gives another error for the empty argument. */
export function isOffered(name: Uint8Array): bool { return callForeign(name, EMPTY.dataStart, 0) != Status.NotFound; }

/** Writes a field; `value` has less than 2^31 bytes. */
export function field(out: ByteWriter, number: u8, value: Uint8Array): void {
  out.byte(number << 3 | 2);
  let size: u32 = value.length;
  for (; size >= 0x80; size >>= 7) out.byte(<u8>(size | 0x80));
  out.byte(<u8>size).bytes(value);
}

/** The value of a successful result: field 1 is true, field 2 is the value, and nothing follows. null for any other message. */
export function granted(answer: Uint8Array): Uint8Array | null {
  if (answer.length < 4 || answer[0] != 0x08 || answer[1] != 1 || answer[2] != 0x12) return null;
  let size: u32 = 0, at = 3;
  for (let shift = 0; shift < 28; shift += 7) {
    if (at == answer.length) return null;
    const c = answer[at++];
    size |= <u32>(c & 0x7f) << shift;
    if (c < 0x80) return <u32>(answer.length - at) == size ? answer.subarray(at) : null;
  }
  return null;
}
