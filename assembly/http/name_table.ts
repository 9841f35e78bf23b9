// The header names that a configuration looks for. One look-up classifies each header of a request.

/** The roles of a header, as bits. */
export const enum Role { None = 0, Identity = 1, Credential = 2, RawCredential = 4, Path = 8, Cookie = 16, Scheme = 32, Authority = 64, Method = 128 }

const BUCKETS = 64;
const HYPHEN: u8 = 0x2d;
const COLON: u8 = 0x3a;

/** For every byte: letters in lower case, digits, and a hyphen for everything else. */
const FOLDED: StaticArray<u8> = foldedBytes();

function foldedBytes(): StaticArray<u8> {
  const t = new StaticArray<u8>(256).fill(HYPHEN);
  for (let i = 0; i < 26; i++) t[0x41 + i] = t[0x61 + i] = <u8>(0x61 + i);
  for (let i = 0x30; i < 0x3a; i++) t[i] = <u8>i;
  return t;
}

@final
class Entry {
  /** `name`: folded. `pseudo`: a pseudo-header, such as `:path`. */
  constructor(readonly name: Uint8Array, readonly pseudo: bool, public role: Role, readonly next: Entry | null) {}
}

/**
 * Names are compared by their letters and digits, ignoring case; every other character counts as a hyphen. Upstreams that make variables of names, as CGI
 * does (RFC 3875 §4.1.18), turn `-` into `_`, and many of them `.`, `!` or `~` too. Only a colon in front is different: no header name equals `:path`.
 */
@final
export class NameTable {
  private readonly first: StaticArray<Entry | null> = new StaticArray<Entry | null>(BUCKETS);

  /** Adds a name. A name that is there already gets one more role. */
  add(name: Uint8Array, role: Role): void {
    const entry = this.entry(name.dataStart, name.length);
    if (entry != null) {
      entry.role = entry.role | role;
      return;
    }
    const own = name.slice();
    for (let i = 0; i < own.length; i++) own[i] = folded(own[i]);
    const bucket = bucketOf(own.dataStart, own.length);
    this.first[bucket] = new Entry(own, name.length > 0 && name[0] == COLON, role, this.first[bucket]);
  }

  /** The roles of the name at this address. */
  find(at: usize, size: i32): Role {
    const entry = this.entry(at, size);
    return entry == null ? Role.None : entry.role;
  }

  private entry(at: usize, size: i32): Entry | null {
    if (size == 0) return null;
    // This raw address is valid, because there is a bucket for every value of the index.
    let entry = load<Entry | null>(changetype<usize>(this.first) + (<usize>bucketOf(at, size) << 2));
    while (entry != null && !(entry.name.length == size && entry.pseudo == (load<u8>(at) == COLON) && reads(at, size, entry.name.dataStart))) entry = entry.next;
    return entry;
  }
}

// @ts-ignore: decorator
@inline
function bucketOf(at: usize, size: i32): i32 {
  return (size + <i32>folded(load<u8>(at)) * 7 + <i32>folded(load<u8>(at + size - 1)) * 31) & (BUCKETS - 1);
}

/** Whether the name at this address, folded, is the one at `own`. Eight bytes at a time, the last eight once more. */
function reads(at: usize, size: usize, own: usize): bool {
  if (size < 8) {
    for (let i: usize = 0; i < size; i++) if (folded(load<u8>(at + i)) != load<u8>(own + i)) return false;
    return true;
  }
  const last = size - 8;
  for (let i: usize = 0; i < last; i += 8) if (foldedEight(load<u64>(at + i)) != load<u64>(own + i)) return false;
  return foldedEight(load<u64>(at + last)) == load<u64>(own + last);
}

// This raw address is valid, because there is an entry for every byte.
// @ts-ignore: decorator
@inline
function folded(c: u8): u8 { return load<u8>(changetype<usize>(FOLDED) + c); }

const LOW: u64 = 0x7f7f7f7f7f7f7f7f, HIGH: u64 = 0x8080808080808080;
const SMALL: u64 = 0x2020202020202020, HYPHENS: u64 = 0x2d2d2d2d2d2d2d2d;

/** The same for eight bytes: the high bit of each byte of a mask says whether the byte is a letter, or a digit. */
// @ts-ignore: decorator
@inline
function foldedEight(x: u64): u64 {
  const low = x & LOW, small = low | SMALL;
  const letters = (small + 0x1f1f1f1f1f1f1f1f) & ~(small + 0x0505050505050505) & ~x & HIGH;
  const digits = (low + 0x5050505050505050) & ~(low + 0x4646464646464646) & ~x & HIGH;
  const kept = (letters | digits) >> 7, whole = kept * 0xff;
  return (x | letters >> 2) & whole | HYPHENS & ~whole;
}

/** For blocks whose headers have no role. */
export const NO_NAMES = new NameTable();
