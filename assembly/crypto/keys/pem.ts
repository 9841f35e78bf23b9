/** Owns PEM as people paste it (RFC 7468), and the public keys in it. */
import { decodeAnyBase64 } from "../../bytes/base64";
import { endsWith, indexOf, is, same, startsWith } from "../../bytes/bytes";
import { Result } from "../../result";
import { KeyFault, PublicKey } from "../encoding/key";
import { readCertificate, readPkcs1, readSpki } from "./public_key";

/** In bytes. A certificate with an 8192-bit key and many names takes a third of this. */
const MAX_TEXT = 32768;

const BEGIN = "-----BEGIN ", END = "-----END ", DASHES = "-----";

/** Reads one PUBLIC KEY, RSA PUBLIC KEY or CERTIFICATE. */
export function readPublicKeyPem(pasted: Uint8Array): Result<PublicKey> {
  const read = readPemBlock(pasted), fault = read.fault;
  if (fault != null) return Result.from<PublicKey>(fault);
  const label = read.value.label, der = read.value.der;
  if (is(label, "PUBLIC KEY")) return readSpki(der);
  if (is(label, "CERTIFICATE")) return readCertificate(der);
  if (is(label, "RSA PUBLIC KEY")) return readPkcs1(der);
  return Result.fail<PublicKey>(endsWith(label, "PRIVATE KEY") ? KeyFault.PemPrivateKey : KeyFault.PemLabel, "label");
}

/** The contents between one BEGIN line and its END line. */
@final
export class PemBlock {
  constructor(readonly label: Uint8Array, readonly der: Uint8Array) {}
}

/**
 * Reads one block with any label. Configuration passes through YAML, JSON and environment variables, so all white space is accepted: around the
 * block, CRLF, spaces instead of line breaks, and `\n` or `\r` written as two characters. Everything else is read strictly.
 */
export function readPemBlock(pasted: Uint8Array): Result<PemBlock> {
  if (pasted.length > MAX_TEXT) return refuse(KeyFault.PemTooLong, pasted.length);
  const text = withBlanks(pasted), start = skipBlanks(text, 0);
  const rest = text.subarray(start);
  if (!startsWith(rest, BEGIN)) return refuse(find(rest, BEGIN) < 0 ? KeyFault.PemNoBegin : KeyFault.PemOtherText, start);

  const label = upTo(rest.subarray(BEGIN.length), DASHES);
  if (label == null) return refuse(KeyFault.PemNoBegin, start);
  const bodyAt = BEGIN.length + label.length + DASHES.length;
  const body = upTo(rest.subarray(bodyAt), END);
  if (body == null) return refuse(KeyFault.PemNoEnd, text.length);
  const endAt = bodyAt + body.length + END.length;
  const closing = upTo(rest.subarray(endAt), DASHES);
  if (closing == null || !same(closing, label)) return refuse(KeyFault.PemNoEnd, start + endAt);
  const after = start + endAt + label.length + DASHES.length;
  if (skipBlanks(text, after) != text.length) return refuse(KeyFault.PemOtherText, after);

  const der = decoded(body);
  return der == null ? refuse(KeyFault.PemBase64, start + bodyAt) : Result.of<PemBlock>(new PemBlock(label, der));
}

/** `at` is an offset into the text. */
function refuse(fault: KeyFault, at: i32): Result<PemBlock> { return Result.fail<PemBlock>(fault, at.toString()); }

/** A copy with all white space, also `\n` and `\r` written as two characters, replaced by blanks. Offsets do not change. */
function withBlanks(text: Uint8Array): Uint8Array {
  const out = text.slice();
  for (let i = 0; i < out.length; i++) {
    const c = out[i];
    if (c == 0x0a || c == 0x0d || c == 0x09) out[i] = 0x20;
    if (c == 0x5c && i + 1 < out.length && (out[i + 1] == 0x6e || out[i + 1] == 0x72)) { out[i] = 0x20; out[++i] = 0x20; }
  }
  return out;
}

function skipBlanks(text: Uint8Array, from: i32): i32 {
  while (from < text.length && text[from] == 0x20) from++;
  return from;
}

/** The index of the first `part`, or -1. */
export function find(text: Uint8Array, part: string): i32 {
  const first = <u8>part.charCodeAt(0);
  for (let i = indexOf(text, first); i >= 0; i = indexOf(text, first, i + 1)) if (startsWith(text.subarray(i), part)) return i;
  return -1;
}

function upTo(text: Uint8Array, end: string): Uint8Array | null {
  const at = find(text, end);
  return at < 0 ? null : text.subarray(0, at);
}

/** Decodes standard base64 (RFC 4648 §4) with its padding, in which blanks may stand anywhere. */
function decoded(body: Uint8Array): Uint8Array | null {
  const text = new Uint8Array(body.length);
  let size = 0;
  for (let i = 0; i < body.length; i++) if (body[i] != 0x20) text[size++] = body[i];
  if (size == 0 || size & 3 || indexOf(body, 0x2d) >= 0 || indexOf(body, 0x5f) >= 0) return null; // `-` and `_` are of the other alphabet
  const bytes = decodeAnyBase64(text.subarray(0, size));
  return bytes.failed ? null : bytes.value;
}
