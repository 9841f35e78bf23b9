// Header names that mean something to one configuration, found in one step per header of a request.

/** Bits of what a header is. */
export const enum Role { None = 0, Identity = 1, Credential = 2, RawCredential = 4, Path = 8, Cookie = 16, Scheme = 32, Authority = 64, Method = 128 }

const BUCKETS = 64;

@final
class Entry {
  constructor(/** As it is compared. */ readonly name: Uint8Array, public role: Role, readonly next: Entry | null) {}
}

/** Names are compared without regard to case and with `_` as `-`: upstreams that build CGI variables cannot tell them apart. */
@final
export class NameTable {
  private readonly first: StaticArray<Entry | null> = new StaticArray<Entry | null>(BUCKETS);

  /** A name that is there already gets one more role. */
  add(name: Uint8Array, role: Role): void {
    const entry = this.entry(name.dataStart, name.length);
    if (entry != null) {
      entry.role = entry.role | role;
      return;
    }
    const own = name.slice();
    for (let i = 0; i < own.length; i++) own[i] = folded(own[i]);
    const bucket = bucketOf(own.dataStart, own.length);
    this.first[bucket] = new Entry(own, role, this.first[bucket]);
  }

  /** The roles of the name that stands at this address. */
  find(at: usize, size: i32): Role {
    const entry = this.entry(at, size);
    return entry == null ? Role.None : entry.role;
  }

  private entry(at: usize, size: i32): Entry | null {
    if (size == 0) return null;
    // A raw address: there is a bucket for every value.
    let entry = load<Entry | null>(changetype<usize>(this.first) + (<usize>bucketOf(at, size) << 2));
    while (entry != null && !(entry.name.length == size && reads(at, size, entry.name.dataStart))) entry = entry.next;
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

// @ts-ignore: decorator
@inline
function folded(c: u8): u8 {
  if (c == 0x5f) return 0x2d;
  return c - 0x41 < 26 ? c | 0x20 : c;
}

const LOW: u64 = 0x7f7f7f7f7f7f7f7f, HIGH: u64 = 0x8080808080808080;

/** The same for eight bytes: the high bit of each byte of a mask says whether the byte is a capital, or an underscore. */
// @ts-ignore: decorator
@inline
function foldedEight(x: u64): u64 {
  const low = x & LOW;
  const capitals = (low + 0x3f3f3f3f3f3f3f3f) & ~(low + 0x2525252525252525) & ~x & HIGH;
  const other = x ^ 0x5f5f5f5f5f5f5f5f;
  const underscores = ~(((other & LOW) + LOW) | other) & HIGH;
  return (x | capitals >> 2) ^ (underscores >> 7) * 0x72;
}
