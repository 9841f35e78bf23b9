// The identity of an admitted request, for the upstream and the access log, prepared as bytes for host calls.

import { encodeBase64 } from "../bytes/base64";
import { EMPTY, utf8 } from "../bytes/bytes";
import { ByteWriter } from "../bytes/writer";
import { Json } from "../json/json";
import { ClaimSource, TokenClaims } from "./claim_source";

/** The kinds of entries. The token itself is not stored, because the request has it. */
export const enum Entry { Header = 1, TokenHeader, BearerHeader, Property }

/** Each entry: kind, name size, value size (u32 each), then the name's and the value's bytes. */
export const ENTRY_HEAD = 12;

/** A claim that is written to a header. */
@final
export class ClaimHeader {
  constructor(readonly path: string, readonly name: Uint8Array) {}
}

/** Which identity the configuration asks for. */
@final
export class IdentitySettings {
  accessTokenHeader: bool = true;
  accessTokenInAuthorization: bool = false;
  userinfoHeader: bool = true;
  idTokenHeader: bool = true;
  rawIdTokenHeader: bool = false;
  refreshTokenHeader: bool = false;
  filterState: bool = false;
  claimHeaders: ClaimHeader[] = [];
  /** The bound on bytes of headers made of claims, names and values together. Tokens have bounds of their own. */
  maxClaimBytes: i32 = 24576;
}

export const X_ACCESS_TOKEN = utf8("x-access-token");
export const AUTHORIZATION = utf8("authorization");
export const X_USERINFO = utf8("x-userinfo");
/** A first guess at the size of the entries beside X-Userinfo. */
const ROOM = 256;

/** Identity headers that only the filter may set. They are removed from every request, even if the filter does not set them. */
export const IDENTITY_HEADERS: string[] = ["x-access-token", "x-id-token", "x-userinfo", "x-raw-id-token", "x-refresh-token"];

/** Claims in the filter state, as `wasm.oidc.<name>`, if configured. */
const PROPERTIES: string[] = ["sub", "iss", "scope"];

/** An identity that can be applied. */
@final
export class Identity {
  constructor(readonly entries: Uint8Array, /** The size of the headers that are made of claims. */ readonly claimBytes: i32) {}

  /** Whether it exceeds the bound. Then it must not be applied. */
  exceeds(settings: IdentitySettings): bool { return this.claimBytes > settings.maxClaimBytes; }

  /** For the log. */
  excess(settings: IdentitySettings): string {
    return `max_claim_headers_bytes (claim headers have ${this.claimBytes} bytes, and ${settings.maxClaimBytes} are allowed)`;
  }
}

@final
export class IdentityWriter {
  private readonly out: ByteWriter;
  private claimBytes: i32 = 0;

  /** `expected`: the probable size. */
  constructor(expected: i32) { this.out = new ByteWriter(expected); }

  entry(kind: Entry, name: Uint8Array, value: Uint8Array): void {
    this.out.u32(kind).u32(name.length).u32(value.length).bytes(name).bytes(value);
  }

  /** A header made of claims. */
  claims(name: Uint8Array, value: Uint8Array): void {
    this.claimBytes += name.length + value.length;
    this.entry(Entry.Header, name, value);
  }

  /** The headers that configuration makes of single claims, and the properties if it asks for them. */
  configured(settings: IdentitySettings, claims: ClaimSource): void {
    for (let i = 0; i < settings.claimHeaders.length; i++) {
      const header = settings.claimHeaders[i], value = claims.headerValue(header.path);
      if (value != null) this.claims(header.name, value);
    }
    if (settings.filterState) this.person(claims);
  }

  person(claims: ClaimSource): void {
    for (let i = 0; i < PROPERTIES.length; i++) {
      const value = claims.headerValue(PROPERTIES[i]);
      if (value != null) this.entry(Entry.Property, utf8("oidc." + PROPERTIES[i]), value);
    }
  }

  written(): Identity { return new Identity(this.out.written(), this.claimBytes); }
}

/** `claims` becomes X-Userinfo, byte for byte: a JWT's payload, or the introspection response. */
export function identityOf(settings: IdentitySettings, claims: Json): Identity {
  const out = new IdentityWriter(ROOM + claims.bytes.length * 4 / 3);
  if (settings.accessTokenHeader) {
    if (settings.accessTokenInAuthorization) out.entry(Entry.BearerHeader, AUTHORIZATION, EMPTY);
    else out.entry(Entry.TokenHeader, X_ACCESS_TOKEN, EMPTY);
  }
  if (settings.userinfoHeader) out.claims(X_USERINFO, encodeBase64(claims.bytes));
  out.configured(settings, new TokenClaims(claims));
  return out.written();
}

/** Only what access logs are told, for a request that is not admitted; EMPTY where the configuration does not ask for it. */
export function personOf(settings: IdentitySettings, claims: ClaimSource): Uint8Array {
  if (!settings.filterState) return EMPTY;
  const out = new IdentityWriter(ROOM);
  out.person(claims);
  return out.written().entries;
}
