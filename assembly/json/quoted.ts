// A text as a JSON string (RFC 8259 §7).

import { decodeUtf8 } from "../bytes/utf8";
import { ByteWriter } from "../bytes/writer";

const HEX = "0123456789abcdef";

/** `text` is UTF-8. */
export function writeQuoted(out: ByteWriter, text: Uint8Array): ByteWriter {
  out.byte(0x22);
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c == 0x22 || c == 0x5c) out.byte(0x5c).byte(c);
    else if (c < 0x20) out.text("\\u00").byte(<u8>HEX.charCodeAt(c >> 4)).byte(<u8>HEX.charCodeAt(c & 15));
    else out.byte(c);
  }
  return out.byte(0x22);
}

/** What is not UTF-8 becomes the empty string. */
export function quoted(text: Uint8Array): string {
  const written = decodeUtf8(writeQuoted(new ByteWriter(text.length + 16), text).written());
  return written.length > 0 ? written : '""';
}
