// Sealed sessions made outside of the filter: a second implementation of its format, with Node's cryptography, so that thousands of sessions exist
// before a run. If the filter opens one as the right person, it was written correctly.

import { createCipheriv, hkdfSync, randomBytes } from "node:crypto";
import { hChaCha20 } from "../cli/commands/session/hchacha20";

/** The fields of assembly/session/session.ts. Times are seconds since 1970. */
export interface SealedSession {
  subject: string;
  nowSec: number;
  accessToken: string;
  accessExpiresAtSec: number;
  accessVerified: boolean;
  refreshToken: string;
  scope: string;
  idToken: string;
  userinfo: string;
}

/** What a sealed session is bound to. */
export interface Sealer { secret: string; issuer: string; clientId: string; cookieName: string }

const VERSION = 1;
const CHUNK = 4096;
/** The number of characters of the sealed text that stand in front of each later chunk. */
const ID = 8;
/** Room after the longest name of a chunk, and for a missing Max-Age. */
const NAME_ROOM = 3, AGE_ROOM = 20;
/** The attributes of a configuration that sets none, over plain http. */
const ATTRIBUTES = "; Path=/; HttpOnly; SameSite=Lax";

/** Returns a function that seals sessions. The key is derived once. */
export function sealerOf({ secret, issuer, clientId, cookieName }: Sealer): (session: SealedSession) => string {
  const key = Buffer.from(hkdfSync("sha256", secret, "envoy-oidc/1", "session", 32));
  const context = behindLengths([Buffer.from(issuer), Buffer.from(clientId)]);
  return (session) => {
    const plain = written(session), room = CHUNK - cookieName.length - NAME_ROOM - ATTRIBUTES.length - AGE_ROOM;
    const length = 1 + Math.ceil((plain.length + 40) * 4 / 3), later = room - ID;
    const count = length <= room ? 1 : 1 + Math.ceil((length - room) / later);
    if (count > 9) throw new Error(`a session of ${plain.length} bytes does not fit into nine cookies`);
    const digit = Buffer.from(String(count));
    const text = digit.toString() + sealed(key, behindLengths([context, Buffer.from(cookieName), digit]), plain).toString("base64url");
    const part = (i: number): string => text.slice(1, 1 + ID) + text.slice(room + (i - 1) * later, room + i * later);
    return Array.from({ length: count }, (_, i) => i === 0 ? `${cookieName}=${text.slice(0, room)}` : `${cookieName}_${i}=${part(i)}`).join("; ");
  };
}

/** XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03 §2.3): nonce, ciphertext and tag. */
function sealed(key: Buffer, context: Buffer, plain: Buffer): Buffer {
  const nonce = randomBytes(24), short = Buffer.concat([Buffer.alloc(4), nonce.subarray(16)]);
  const cipher = createCipheriv("chacha20-poly1305", hChaCha20(key, nonce.subarray(0, 16)), short, { authTagLength: 16 });
  cipher.setAAD(context, { plaintextLength: plain.length });
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function written(s: SealedSession): Buffer {
  const field = (value: string | Buffer): Buffer => behindLengths([Buffer.from(value as string)]);
  // A JWT is stored as its three decoded parts, any other text unchanged.
  const token = (text: string): Buffer => {
    const parts = text.split(".");
    return parts.length === 3 ? Buffer.concat([Buffer.of(1), ...parts.map((part) => field(Buffer.from(part, "base64url")))]) : Buffer.concat([Buffer.of(0), field(text)]);
  };
  return Buffer.concat([
    Buffer.of(VERSION), randomBytes(16),
    u32(s.nowSec), u32(s.nowSec), u32(s.nowSec), u32(s.nowSec), u32(s.accessExpiresAtSec), Buffer.of(s.accessVerified ? 1 : 0),
    field(s.subject), field(""), token(s.accessToken), field(s.refreshToken), field(s.scope), token(s.idToken), field(""), field(s.userinfo),
  ]);
}

function behindLengths(parts: Buffer[]): Buffer {
  return Buffer.concat(parts.flatMap((part) => [u32(part.length), part]));
}

function u32(value: number): Buffer {
  const out = Buffer.alloc(4);
  out.writeUInt32LE(value);
  return out;
}
