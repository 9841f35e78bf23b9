// A string of a JSON document that the filter writes (RFC 8259 §7).

import { decodeUtf8 } from "../bytes/utf8";
import { ByteWriter } from "../bytes/writer";

const HEX = "0123456789abcdef";

/** With its quotes. `text`: UTF-8; what is not becomes the empty string. */
export function jsonText(text: Uint8Array): string {
  const out = new ByteWriter(text.length + 16).byte(0x22);
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c >= 0x20 && c != 0x22 && c != 0x5c) out.byte(c);
    else out.text("\\u00" + HEX.charAt(c >> 4) + HEX.charAt(c & 15));
  }
  const written = decodeUtf8(out.byte(0x22).written());
  return written.length > 0 ? written : '""';
}
