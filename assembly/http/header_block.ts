// A request's headers in Envoy's serialisation, read in place: in one pass, without a copy. Valid until the callback returns.

import { copied, EMPTY, find, sameAt, textAt, utf8 } from "../bytes/bytes";
import { NameTable, Role } from "./name_table";

/** A request with more identity headers from the client is refused: that is no accident. */
const MAX_IDENTITY = 32;

const GET = utf8("GET");

/** The layout: the count, then each name's and value's size (all u32, little-endian), then the strings, each followed by a NUL. */
@final
export class HeaderBlock {
  private base: usize = 0;
  private count: i32 = 0;
  private strings: usize = 0;

  /** The `:path`, and the first header that may contain a credential. A size is -1 if there is none. */
  pathAt: usize = 0;
  pathSize: i32 = -1;
  credentialAt: usize = 0;
  credentialSize: i32 = -1;
  /** Whether that header contains the bare token. */
  credentialRaw: bool = false;
  /** The number of headers that may contain a credential. */
  credentials: i32 = 0;
  /** The number of Cookie lines, if the table asks for them. */
  cookieLines: i32 = 0;
  /** The last Cookie line, `:scheme`, `:authority` and `:method`. A size is -1 if there is none, or if the table does not ask for it. */
  cookieAt: usize = 0;
  cookieSize: i32 = -1;
  schemeAt: usize = 0;
  schemeSize: i32 = -1;
  authorityAt: usize = 0;
  authoritySize: i32 = -1;
  methodAt: usize = 0;
  methodSize: i32 = -1;
  /** The size of the path without its query, once it was needed. */
  private beforeQuery: i32 = -1;
  /** Identity headers that the client sent, with the client's spelling of their names. */
  identities: i32 = 0;
  private readonly identityAt: Uint32Array = new Uint32Array(MAX_IDENTITY);
  private readonly identitySize: Uint32Array = new Uint32Array(MAX_IDENTITY);

  /** Reads a block of `size` bytes. False if it is not complete, or if the client sent too many identity headers. */
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

  /** Removes the headers of the last request. */
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

  /** What rules compare of a request for another page of the same host. Valid as long as this block and `page`. */
  ofPage(page: Uint8Array): HeaderBlock {
    const out = new HeaderBlock();
    out.pathAt = page.dataStart;
    out.pathSize = page.length;
    out.authorityAt = this.authorityAt;
    out.authoritySize = this.authoritySize;
    out.methodAt = GET.dataStart;
    out.methodSize = GET.length;
    return out;
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

  /** The size of the path without its query. It is computed once, though each rule may need it. */
  get pathLength(): i32 {
    if (this.beforeQuery < 0) this.beforeQuery = <i32>(find(this.pathAt, this.pathAt + max(this.pathSize, 0), 0x3f) - this.pathAt);
    return this.beforeQuery;
  }

  /** Whether the path without its query ends in `suffix`. */
  pathEndsWith(suffix: string): bool {
    const size = this.pathLength;
    return size >= suffix.length && reads(this.pathAt + size - suffix.length, suffix.length, suffix);
  }

  get schemeIsHttps(): bool { return reads(this.schemeAt, this.schemeSize, "https"); }

  /** A copy of the header's value if there is exactly one header with this name; else EMPTY. */
  only(name: string): Uint8Array {
    const values = this.all(name);
    return values.length == 1 ? values[0] : EMPTY;
  }

  /** Copies of the values of all headers with this name (in lower case), in order. */
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
   * Writes the values of all headers with this name (in lower case): their number, then each after its size (u32, little-endian). Returns the number of
   * written bytes, or -1 if they exceed `room`.
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
