// application/x-www-form-urlencoded, and percent-encoding.

import { isAlphanumeric } from "../bytes/bytes";
import { ByteWriter } from "../bytes/writer";

/** The characters that RFC 3986 §2.3 leaves as they are. */
function unreserved(c: u8): bool {
  return isAlphanumeric(c) || c == 0x2d || c == 0x2e || c == 0x5f || c == 0x7e;
}

const HEX = "0123456789ABCDEF";

export function percent(out: ByteWriter, c: u8): void {
  out.byte(0x25).byte(<u8>HEX.charCodeAt(c >> 4)).byte(<u8>HEX.charCodeAt(c & 15));
}

/** Percent-encodes everything except unreserved characters. Spaces become `%20`, which every form reader accepts. */
export function formEncode(out: ByteWriter, text: Uint8Array): void {
  for (let i = 0; i < text.length; i++) {
    if (unreserved(text[i])) out.byte(text[i]);
    else percent(out, text[i]);
  }
}

/** Appends `name=value`, after `&` if it is not the first. `name` is a constant, and needs no encoding. */
export function formField(out: ByteWriter, name: string, value: Uint8Array): void {
  if (out.length > 0) out.byte(0x26);
  out.text(name).byte(0x3d);
  formEncode(out, value);
}
