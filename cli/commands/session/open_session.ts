// Opens the session in a Cookie header with its secret: a second reader, in Node, of the format in assembly/session.

import { createDecipheriv, hkdfSync } from "node:crypto";
import { UserError } from "../io";
import { hChaCha20 } from "./hchacha20";

/** The values that a session is sealed with. */
export interface Context { issuer: string; clientId: string; secrets: string[] }

export interface OpenedSession {
  cookie: string;
  /** The number of cookies, and the bytes of their names and values together. */
  chunks: number;
  cookieBytes: number;
  plainBytes: number;
  /** Seconds since 1970; 0 if unknown. */
  times: { created: number; touched: number; extended: number; authenticated: number; accessExpires: number };
  accessVerified: boolean;
  subject: string;
  sid: string;
  scope: string;
  /** Bytes of each part inside the seal. */
  sizes: { accessToken: number; refreshToken: number; scope: number; idToken: number; idClaims: number; userinfo: number; subject: number; sid: number };
}

const VERSION = 1, NONCE = 24, TAG = 16, ID = 8, SESSION_ID = 16;

/** Every session in the header that one of the secrets opens. */
export function openSessions(header: string, context: Context): OpenedSession[] {
  const cookies = cookiesOf(header), keys = context.secrets.map((secret) => Buffer.from(hkdfSync("sha256", secret, "envoy-oidc/1", "session", 32)));
  return cookies.flatMap(([name, first]) => {
    const text = joinedText(cookies, name, first);
    if (text === undefined) return [];
    const bound = behindLengths([behindLengths([Buffer.from(context.issuer), Buffer.from(context.clientId)]), Buffer.from(name), Buffer.from(text[0]!)]);
    const plain = keys.map((key) => opened(key, bound, Buffer.from(text.slice(1), "base64url"))).find((one) => one !== undefined), chunks = Number(text[0]);
    return plain === undefined ? [] : [{ cookie: name, chunks, cookieBytes: text.length + (chunks - 1) * ID + chunks * (name.length + 1) + (chunks - 1) * 2, ...read(plain) }];
  });
}

/** The names of cookies that look like a session, whether or not they open. */
export const sealedNames = (header: string): string[] => cookiesOf(header).filter(([, value]) => /^[1-9][\w-]{60,}$/.test(value)).map(([name]) => name);

/** Accepts a `Cookie:` line, its value alone, and Set-Cookie lines, whose attributes are no session's name. */
function cookiesOf(header: string): [string, string][] {
  return header.split(/[;\r\n]+/).map((part) => part.trim().replace(/^(set-)?cookie:\s*/i, "")).flatMap((part): [string, string][] => {
    const equals = part.indexOf("=");
    return equals > 0 ? [[part.slice(0, equals), part.slice(equals + 1)]] : [];
  });
}

function joinedText(cookies: [string, string][], name: string, first: string): string | undefined {
  const chunks = /^[1-9]/.test(first) ? Number(first[0]) : 0, id = first.slice(1, 1 + ID);
  const later = Array.from({ length: Math.max(0, chunks - 1) }, (_, i) => cookies.find(([other, value]) => other === `${name}_${i + 1}` && value.startsWith(id))?.[1].slice(ID));
  return chunks === 0 || later.includes(undefined) ? undefined : first + later.join("");
}

function opened(key: Buffer, context: Buffer, sealed: Buffer): Buffer | undefined {
  if (sealed.length < NONCE + TAG) return undefined;
  const nonce = sealed.subarray(0, NONCE), decipher = createDecipheriv("chacha20-poly1305", hChaCha20(key, nonce.subarray(0, 16)), Buffer.concat([Buffer.alloc(4), nonce.subarray(16)]), { authTagLength: TAG });
  decipher.setAAD(context, { plaintextLength: sealed.length - NONCE - TAG });
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(NONCE, sealed.length - TAG)), decipher.final()]);
  } catch {
    return undefined;
  }
}

/** Reads the fields in their order (assembly/session/session.ts). Anything else belongs to another version. */
function read(plain: Buffer): Omit<OpenedSession, "cookie" | "chunks" | "cookieBytes"> {
  let at = 1 + SESSION_ID;
  if (plain[0] !== VERSION) throw new UserError(`a session of format ${plain[0]}, which this version does not know`);
  const time = (): number => { at += 4; return plain.readUInt32LE(at - 4); };
  const field = (): Buffer => { const size = plain.readUInt32LE(at); at += 4 + size; return plain.subarray(at - size, at); };
  const token = (): number => {
    const from = at, parts = plain[at++] === 1 ? 3 : 1;
    for (let i = 0; i < parts; i++) field();
    return at - from - 1 - 4 * parts;
  };
  const times = { created: time(), touched: time(), extended: time(), authenticated: time(), accessExpires: time() };
  const accessVerified = plain[at++] === 1, subject = field(), sid = field();
  const accessToken = token(), refreshToken = field().length, scope = field(), idToken = token(), idClaims = field().length, userinfo = field().length;
  return {
    plainBytes: plain.length, times, accessVerified, subject: subject.toString("utf8"), sid: sid.toString("utf8"), scope: scope.toString("utf8"),
    sizes: { accessToken, refreshToken, scope: scope.length, idToken, idClaims, userinfo, subject: subject.length, sid: sid.length },
  };
}

function behindLengths(parts: Buffer[]): Buffer {
  return Buffer.concat(parts.flatMap((part) => { const size = Buffer.alloc(4); size.writeUInt32LE(part.length); return [size, part]; }));
}
