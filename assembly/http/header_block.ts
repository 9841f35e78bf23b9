// A request's headers as the host serialised them, read in place: one pass, nothing copied. Valid until the callback returns.

import { copied, find, sameAt, textAt } from "../bytes/bytes";
import { NameTable, Role } from "./name_table";

/** More client-sent identity headers than this are no accident: the request is refused. */
const MAX_IDENTITY = 32;

/** The host's layout: count, then each name's and value's size, then the strings, each with a NUL behind it (all u32, little-endian). */
@final
export class HeaderBlock {
  private base: usize = 0;
  private count: i32 = 0;
  private strings: usize = 0;

  /** The `:path`, and the first header that may carry a credential; sizes are -1 where there is none. */
  pathAt: usize = 0;
  pathSize: i32 = -1;
  credentialAt: usize = 0;
  credentialSize: i32 = -1;
  /** Whether that header may hold the bare token. */
  credentialRaw: bool = false;
  /** How many headers may carry a credential. */
  credentials: i32 = 0;
  /** How many Cookie lines there are, where the table asks for them. */
  cookieLines: i32 = 0;
  /** The last Cookie line, `:scheme`, `:authority` and `:method`; sizes are -1 where there is none, or the table does not ask for it. */
  cookieAt: usize = 0;
  cookieSize: i32 = -1;
  schemeAt: usize = 0;
  schemeSize: i32 = -1;
  authorityAt: usize = 0;
  authoritySize: i32 = -1;
  methodAt: usize = 0;
  methodSize: i32 = -1;
  /** The size of the path without its query, once somebody has asked. */
  private beforeQuery: i32 = -1;
  /** Identity headers that the client sent, under the names it gave them. */
  identities: i32 = 0;
  private readonly identityAt: Uint32Array = new Uint32Array(MAX_IDENTITY);
  private readonly identitySize: Uint32Array = new Uint32Array(MAX_IDENTITY);

  /** Reads a block of `size` bytes. False where it is not whole, or the client sent more identity headers than anyone would. */
  read(base: usize, size: usize, table: NameTable): bool {
    this.forget();
    if (size < 4) return false;
    const count = load<u32>(base);
    if (count > (<u32>size - 4) / 10) return false;
    this.base = base;
    this.strings = base + 4 + count * 8;
    let at = this.strings, sizes = base + 4;
    const end = base + size;
    for (let i: u32 = 0; i < count; i++, sizes += 8) {
      const nameSize = load<u32>(sizes), valueSize = load<u32>(sizes, 4);
      const left = end - at;
      if (<u64>nameSize + <u64>valueSize + 2 > <u64>left) return false;
      const value = at + nameSize + 1;
      const role = table.find(at, nameSize);
      if (role != Role.None && !this.note(role, at, nameSize, value, valueSize)) return false;
      at = value + valueSize + 1;
    }
    this.count = count;
    return true;
  }

  /** No headers at all, as before the first request. */
  forget(): void {
    this.pathSize = -1;
    this.beforeQuery = -1;
    this.credentialSize = -1;
    this.credentials = 0;
    this.cookieSize = -1;
    this.cookieLines = 0;
    this.schemeSize = -1;
    this.authoritySize = -1;
    this.methodSize = -1;
    this.identities = 0;
    this.count = 0;
  }

  identityNameAt(i: i32): usize { return this.identityAt[i]; }
  identityNameSize(i: i32): i32 { return this.identitySize[i]; }

  /** A copy of the path with its query. */
  path(): Uint8Array { return copied(this.pathAt, max(this.pathSize, 0)); }

  /** Whether the path without its query is exactly this. */
  pathIs(path: Uint8Array): bool {
    const size = path.length;
    return this.pathSize >= size && (this.pathSize == size || load<u8>(this.pathAt + size) == 0x3f)
      && sameAt(this.pathAt, path.dataStart, size);
  }

  /** The size of the path without its query. Each rule may ask. */
  get pathLength(): i32 {
    if (this.beforeQuery < 0) this.beforeQuery = <i32>(find(this.pathAt, this.pathAt + max(this.pathSize, 0), 0x3f) - this.pathAt);
    return this.beforeQuery;
  }

  /** Whether the path without its query ends so. */
  pathEndsWith(suffix: string): bool {
    const size = this.pathLength;
    return size >= suffix.length && reads(this.pathAt + size - suffix.length, suffix.length, suffix);
  }

  get schemeIsHttps(): bool { return reads(this.schemeAt, this.schemeSize, "https"); }

  /** The values of every header of that name (lower case), copied, in order. */
  all(name: string): Uint8Array[] {
    const out = new Array<Uint8Array>();
    let at = this.strings, sizes = this.base + 4;
    for (let i = 0; i < this.count; i++, sizes += 8) {
      const nameSize = load<u32>(sizes), valueSize = load<u32>(sizes, 4);
      const value = at + nameSize + 1;
      if (reads(at, nameSize, name)) out.push(copied(value, valueSize));
      at = value + valueSize + 1;
    }
    return out;
  }

  /**
   * Writes the values of every header of that name (lower case): how many there are, then each behind its size (u32, little-endian). Returns the
   * bytes written, or -1 where they exceed `room`.
   */
  writeAll(name: string, to: usize, room: u32): i32 {
    let at = this.strings, sizes = this.base + 4, size: u32 = 4, found: u32 = 0;
    if (room < size) return -1;
    for (let i = 0; i < this.count; i++, sizes += 8) {
      const nameSize = load<u32>(sizes), valueSize = load<u32>(sizes, 4);
      const value = at + nameSize + 1;
      if (reads(at, nameSize, name)) {
        if (<u64>size + 4 + <u64>valueSize > <u64>room) return -1;
        store<u32>(to + size, valueSize);
        memory.copy(to + size + 4, value, valueSize);
        size += 4 + valueSize;
        found++;
      }
      at = value + valueSize + 1;
    }
    store<u32>(to, found);
    return size;
  }

  private note(role: Role, name: usize, nameSize: i32, value: usize, valueSize: i32): bool {
    if (role & Role.Path) {
      this.pathAt = value;
      this.pathSize = valueSize;
    }
    if (role & Role.Cookie) {
      this.cookieAt = value;
      this.cookieSize = valueSize;
      this.cookieLines++;
    }
    if (role & Role.Scheme) {
      this.schemeAt = value;
      this.schemeSize = valueSize;
    }
    if (role & Role.Authority) {
      this.authorityAt = value;
      this.authoritySize = valueSize;
    }
    if (role & Role.Method) {
      this.methodAt = value;
      this.methodSize = valueSize;
    }
    if (role & (Role.Credential | Role.RawCredential) && this.credentials++ == 0) {
      this.credentialAt = value;
      this.credentialSize = valueSize;
      this.credentialRaw = (role & Role.RawCredential) != 0;
    }
    if (role & Role.Identity) {
      if (this.identities == MAX_IDENTITY) return false;
      this.identityAt[this.identities] = <u32>name;
      this.identitySize[this.identities++] = nameSize;
    }
    return true;
  }
}

function reads(at: usize, size: i32, text: string): bool { return size == text.length && textAt(at, text); }
