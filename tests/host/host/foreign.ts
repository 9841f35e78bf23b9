/** Envoy's foreign functions that a filter may call, with Envoy's protobuf messages and Envoy's answers. */
import { createPrivateKey, createPublicKey, createSign, createVerify, type KeyObject } from "node:crypto";
import { deflateSync, inflateSync } from "node:zlib";
import { Status } from "./abi";

export interface Answer { status: number; result?: Buffer }
export type Foreign = (argument: Buffer) => Answer;

const HASHES = new Set(["sha1", "sha224", "sha256", "sha384", "sha512"]);

export const FOREIGN: Record<string, Foreign> = {
  verify_signature: (argument) => {
    const [, hash, der, signature, text, pem] = fields(argument, 5);
    const key = importKey(der, pem, (input) => createPublicKey(input), "spki");
    if (!key) return { status: Status.BadArgument };
    const name = hash!.toString().toLowerCase();
    // A wrong signature is an answer, not an error: the status is Ok, and only the bytes differ.
    return { status: Status.Ok, result: answer(HASHES.has(name) && verifies(name, key, signature!, text!), HASHES.has(name) ? "Failed to verify digest. Error code: 0" : `${name} is not supported.`) };
  },
  sign: (argument) => {
    const [, hash, der, text, pem] = fields(argument, 4);
    const key = importKey(der, pem, (input) => createPrivateKey(input), "pkcs8");
    if (!key) return { status: Status.BadArgument };
    const name = hash!.toString().toLowerCase();
    if (!HASHES.has(name) || !plain(key)) return { status: Status.Ok, result: field(3, Buffer.from("Failed to sign.")) };
    return { status: Status.Ok, result: Buffer.concat([Buffer.from([8, 1]), field(2, createSign(name).update(text!).sign(key))]) };
  },
  compress: (argument) => ({ status: Status.Ok, result: deflateSync(argument) }),
  uncompress: (argument) => {
    try { return { status: Status.Ok, result: inflateSync(argument) }; } catch { return { status: Status.SerializationFailure }; }
  },
  clear_route_cache: () => ({ status: Status.Ok }),
  set_envoy_filter_state: () => ({ status: Status.Ok }),
  declare_property: () => ({ status: Status.Ok }),
};

function verifies(hash: string, key: KeyObject, signature: Buffer, text: Buffer): boolean {
  if (!plain(key)) return false;
  try { return createVerify(hash).update(text).verify(key, signature); } catch { return false; }
}

/** RSA is PKCS #1 v1.5 and ECDSA is DER here; PSS and EdDSA are not supported. */
function plain(key: KeyObject): boolean { return key.asymmetricKeyType === "rsa" || key.asymmetricKeyType === "ec"; }

/** Exactly one of the two forms must be there. */
function importKey(der: Buffer | undefined, pem: Buffer | undefined, read: (input: never) => KeyObject, type: string): KeyObject | null {
  if (!der?.length === !pem?.length) return null;
  // Cached, because OpenSSL takes longer to read a key than to verify with it, and tests use few keys.
  const name = `${type} ${Buffer.concat([der!, pem!]).toString("latin1")}`;
  if (!KEYS.has(name)) {
    if (KEYS.size > 100) KEYS.clear();
    KEYS.set(name, readKey(der!, pem!, read, type));
  }
  return KEYS.get(name)!;
}

const KEYS = new Map<string, KeyObject | null>();

function readKey(der: Buffer, pem: Buffer, read: (input: never) => KeyObject, type: string): KeyObject | null {
  try { return read((der.length ? { key: der, format: "der", type } : pem.toString()) as never); } catch { return null; }
}

function answer(valid: boolean, error: string): Buffer { return valid ? Buffer.from([8, 1]) : field(2, Buffer.from(error)); }

function field(number: number, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([number << 3 | 2]), varint(bytes.length), bytes]);
}

function varint(n: number): Buffer {
  const out: number[] = [];
  for (; n > 127; n >>>= 7) out.push(n & 127 | 128);
  return Buffer.from([...out, n]);
}

/** The length-delimited fields 1 to `last`. A missing field is empty, the last of a repeated field counts, and other fields are skipped. */
function fields(bytes: Buffer, last: number): Buffer[] {
  const out = Array.from({ length: last + 1 }, (): Buffer => Buffer.alloc(0));
  let at = 0;
  const number = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      if (byte === undefined || shift > 28) throw new Malformed();
      value |= (byte & 127) << shift;
      if (byte < 128) return value >>> 0;
    }
  };
  while (at < bytes.length) {
    const tag = number();
    if ((tag & 7) !== 2) throw new Malformed();
    const length = number();
    if (at + length > bytes.length) throw new Malformed();
    if (tag >>> 3 <= last) out[tag >>> 3] = bytes.subarray(at, at + length);
    at += length;
  }
  return out;
}

/** The bytes are not a protobuf message: BadArgument. */
export class Malformed extends Error {}
