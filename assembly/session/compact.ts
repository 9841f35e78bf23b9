// A JWT inside a session. Its parts are stored decoded, which takes three quarters of the room.

import { decodeBase64url, encodeBase64url } from "../bytes/base64";
import { indexOf } from "../bytes/bytes";
import { ByteWriter } from "../bytes/writer";
import { FieldReader, writeField } from "./fields";

const DOT: u8 = 0x2e;

/** Writes a flag, then the text as it is, or its three parts decoded. */
export function writeToken(out: ByteWriter, token: Uint8Array): void {
  const parts = partsOf(token);
  out.byte(parts == null ? 0 : 1);
  if (parts == null) return writeField(out, token);
  for (let i = 0; i < parts.length; i++) writeField(out, parts[i]);
}

export function readToken(from: FieldReader): Uint8Array {
  if (from.flag()) {
    const header = encodeBase64url(from.field()), payload = encodeBase64url(from.field()), signature = encodeBase64url(from.field());
    return new ByteWriter(header.length + payload.length + signature.length + 2).bytes(header).byte(DOT).bytes(payload).byte(DOT).bytes(signature).written();
  }
  const token = from.field();
  // `writeToken` would have written it decoded.
  if (partsOf(token) != null) from.refuse();
  return token;
}

/** The three parts, decoded. Encoding them gives the same text, because the decoder accepts only one spelling. Null for any other text. */
function partsOf(token: Uint8Array): Uint8Array[] | null {
  const first = indexOf(token, DOT), second = first < 0 ? -1 : indexOf(token, DOT, first + 1);
  if (second < 0) return null;
  const header = decodeBase64url(token.subarray(0, first)), payload = decodeBase64url(token.subarray(first + 1, second));
  const signature = decodeBase64url(token.subarray(second + 1));
  if (header.failed || payload.failed || signature.failed) return null;
  return [header.value, payload.value, signature.value];
}
