// Finds the one bearer credential of a request (RFC 6750 §2), in the places that the configuration allows.

import { Config, Source, SourceKind } from "../../config/config";
import { HeaderBlock } from "../../http/header_block";
import { cookieValues } from "../../http/cookies";
import { QueryParameter } from "../../http/query";
import { MAX_TOKEN } from "../../jose/jws";
import { MALFORMED_CREDENTIAL, Refusal, SEVERAL_CREDENTIALS, TOKEN_TOO_LARGE, TOO_MANY_COOKIES } from "../decision/refusal";

/** The credential that was found. All requests use one object, so that a cached verdict allocates nothing. */
@final
export class Credential {
  /** The address of the token, until the callback returns; `size` is 0 if there is none. */
  at: usize = 0;
  size: i32 = 0;
  /** The query source that it came from. The upstream must not see such a token. */
  fromQuery: Source | null = null;
  /** Keeps the copy that `at` may point to. */
  private held: Uint8Array | null = null;
  private readonly parameter: QueryParameter = new QueryParameter();

  /** Whether the token has allowed characters only. It is not checked for a cached verdict. */
  get wellFormed(): bool { return isToken68(this.at, this.size); }

  /** Removes the credential of the last request. */
  forget(): void {
    this.size = 0;
    this.fromQuery = null;
    this.held = null;
  }

  /** null, or the reason to refuse the request. Afterwards `size` says whether there is a token. */
  read(headers: HeaderBlock, config: Config): Refusal | null {
    this.forget();
    if (headers.credentials > 1) return SEVERAL_CREDENTIALS;
    if (headers.credentials == 1) {
      const refusal = this.readHeader(headers);
      if (refusal != null) return refusal;
    }
    return config.sources.length > 1 || headers.credentials == 0 ? this.readOthers(headers, config.sources) : null;
  }

  private readHeader(headers: HeaderBlock): Refusal | null {
    let at = headers.credentialAt, size = headers.credentialSize;
    if (schemeIsBearer(at, size)) {
      at += 7;
      size -= 7;
      while (size > 0 && load<u8>(at) == 0x20) { at++; size--; }
    } else if (!headers.credentialRaw) {
      // Envoy joins two Authorization headers by a comma. Another scheme alone is no bearer credential. The scheme without a credential, and an
      // empty value, are malformed.
      if (bearerFollows(at, size)) return SEVERAL_CREDENTIALS;
      return size == 0 || isBrokenBearer(at, size) ? MALFORMED_CREDENTIAL : null;
    }
    return this.take(at, size);
  }

  private readOthers(headers: HeaderBlock, sources: Source[]): Refusal | null {
    for (let i = 0; i < sources.length; i++) {
      const source = sources[i];
      if (source.kind == SourceKind.Query) {
        const parameter = this.parameter.find(headers, source.name);
        if (parameter.count == 0) continue;
        if (parameter.count > 1 || this.size > 0) return SEVERAL_CREDENTIALS;
        const refusal = this.take(parameter.at, parameter.size);
        if (refusal != null) return refusal;
        this.fromQuery = source;
      } else if (source.kind == SourceKind.Cookie) {
        const values = cookieValues(headers, source.name);
        if (values == null) return TOO_MANY_COOKIES;
        if (values.length == 0) continue;
        if (values.length > 1 || this.size > 0) return SEVERAL_CREDENTIALS;
        this.held = values[0];
        const refusal = this.take(values[0].dataStart, values[0].length);
        if (refusal != null) return refusal;
      }
    }
    return null;
  }

  private take(at: usize, size: i32): Refusal | null {
    if (size == 0) return MALFORMED_CREDENTIAL;
    if (size > MAX_TOKEN) return TOKEN_TOO_LARGE;
    this.at = at;
    this.size = size;
    return null;
  }
}

/** `Bearer` without regard to case (RFC 9110 §11.1) and a space. */
function schemeIsBearer(at: usize, size: i32): bool {
  return size > 6 && isBearer(at) && load<u8>(at + 6) == 0x20;
}

/** The word alone. There must be six bytes. */
function isBearer(at: usize): bool {
  // "bear" and "er", each with the bit that makes a letter small.
  return (load<u32>(at) | 0x20202020) == 0x72616562 && (load<u16>(at, 4) | 0x2020) == 0x7265;
}

/** `Bearer` with nothing after it, or with a byte that neither separates it from a token nor makes it another word: a tab, a comma. */
function isBrokenBearer(at: usize, size: i32): bool {
  return size >= 6 && isBearer(at) && (size == 6 || TOKEN68[load<u8>(at + 6)] != 1);
}

/** Whether a bearer credential follows a comma. */
function bearerFollows(at: usize, size: i32): bool {
  for (let i = 0; i < size;) {
    if (load<u8>(at + i++) != 0x2c) continue;
    while (i < size && load<u8>(at + i) == 0x20) i++;
    if (schemeIsBearer(at + i, size - i)) return true;
  }
  return false;
}

/** For every byte: 1 if it may be in a token, 2 if it may only end one (RFC 6750 §2.1: b64token). All of Salesforce's tokens have a `!` too. */
const TOKEN68: StaticArray<u8> = token68();

function token68(): StaticArray<u8> {
  const t = new StaticArray<u8>(256);
  for (let i = 0; i < 26; i++) { t[0x41 + i] = 1; t[0x61 + i] = 1; }
  for (let i = 0; i < 10; i++) t[0x30 + i] = 1;
  t[0x2d] = 1; t[0x2e] = 1; t[0x5f] = 1; t[0x7e] = 1; t[0x2b] = 1; t[0x2f] = 1; t[0x21] = 1; // - . _ ~ + / !
  t[0x3d] = 2; // =
  return t;
}

// @ts-ignore: decorator
@inline function kindOf(c: u8): u8 { return load<u8>(changetype<usize>(TOKEN68) + c); }

function isToken68(at: usize, size: i32): bool {
  let i = 0;
  while (i < size && kindOf(load<u8>(at + i)) == 1) i++;
  if (i == 0) return false;
  while (i < size && kindOf(load<u8>(at + i)) == 2) i++;
  return i == size;
}
