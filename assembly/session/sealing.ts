// Sealing: encrypts and authenticates what the browser keeps.

import { EMPTY, joined, same, utf8 } from "../bytes/bytes";
import { ByteWriter } from "../bytes/writer";
import { expand, extract } from "../crypto/hash/hkdf";
import { KEY_SIZE, NONCE_SIZE, open, seal, TAG_SIZE } from "../crypto/aead/xchacha20poly1305";

/** The purpose of a sealed text. Each purpose has its own key, so that one text cannot be used as another. */
export const enum Purpose { Session = 1, Login }

/** How much longer a sealed text is than the plain one. */
export const SEAL_SIZE = NONCE_SIZE + TAG_SIZE;

/** How many attempts to open a text one request may cost, with each secret counted. Attackers choose the number of cookies. */
const MAX_OPENINGS = 64;

/** If the format of the seal changes, the salt must change too. Then all keys differ. */
const SALT = "envoy-oidc/1";

@final
export class SealingKeys {
  /** A key for each secret, in the order of the secrets. */
  private readonly sessions: Uint8Array[] = new Array<Uint8Array>();
  private readonly logins: Uint8Array[] = new Array<Uint8Array>();

  /** The first secret seals, and all of them open: so a secret is replaced without signing anyone out. */
  constructor(secrets: Uint8Array[]) {
    const salt = utf8(SALT);
    for (let i = 0; i < secrets.length; i++) {
      const source = extract(salt, secrets[i]);
      this.sessions.push(keyFor("session", source));
      this.logins.push(keyFor("login", source));
    }
  }

  /** The number of texts that may be tried for one request. */
  get tries(): i32 { return MAX_OPENINGS / max(this.sessions.length, 1); }

  /** Nonce, ciphertext and tag. `nonce`: 24 random bytes, new for every call. EMPTY if it has another length, or if there is no secret. */
  seal(purpose: Purpose, nonce: Uint8Array, context: Uint8Array, plain: Uint8Array): Uint8Array {
    const keys = this.keys(purpose);
    return keys.length == 0 ? EMPTY : sealWith(keys[0], nonce, context, plain);
  }

  /** Null whatever is wrong: too short, changed, sealed for another purpose or context, or with a secret that was removed. */
  open(purpose: Purpose, context: Uint8Array, sealed: Uint8Array): Uint8Array | null {
    const keys = this.keys(purpose);
    for (let i = 0; i < keys.length; i++) {
      const plain = openWith(keys[i], context, sealed);
      if (plain != null) return plain;
    }
    return null;
  }

  /** Whether both have the same keys in the same order. */
  sameAs(other: SealingKeys): bool {
    if (this.sessions.length != other.sessions.length) return false;
    for (let i = 0; i < this.sessions.length; i++) if (!same(this.sessions[i], other.sessions[i])) return false;
    return true;
  }

  private keys(purpose: Purpose): Uint8Array[] {
    return purpose == Purpose.Session ? this.sessions : this.logins;
  }
}

/** Nonce, ciphertext and tag. `nonce`: 24 random bytes, new for every call. EMPTY if it has another length. */
export function sealWith(key: Uint8Array, nonce: Uint8Array, context: Uint8Array, plain: Uint8Array): Uint8Array {
  const sealed = seal(key, nonce, context, plain);
  return sealed.failed ? EMPTY : joined(nonce, sealed.value);
}

/** Null whatever is wrong. */
export function openWith(key: Uint8Array, context: Uint8Array, sealed: Uint8Array): Uint8Array | null {
  if (sealed.length < SEAL_SIZE) return null;
  const plain = open(key, sealed.subarray(0, NONCE_SIZE), context, sealed.subarray(NONCE_SIZE));
  return plain.failed ? null : plain.value;
}

/** RFC 5869 §3.2: the info binds a key to its use. */
function keyFor(label: string, source: Uint8Array): Uint8Array { return expand(source, utf8(label), KEY_SIZE).value; }

/** The context of a seal. Each part follows its length, so that no byte can move from one part to the next. */
export function contextOf(parts: Uint8Array[]): Uint8Array {
  let size = 0;
  for (let i = 0; i < parts.length; i++) size += 4 + parts[i].length;
  const out = new ByteWriter(size);
  for (let i = 0; i < parts.length; i++) out.u32(parts[i].length).bytes(parts[i]);
  return out.written();
}
