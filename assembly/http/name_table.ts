// Header names that mean something to one configuration, found in one step per header of a request.

/** Bits of what a header is. */
export const enum Role { None = 0, Identity = 1, Credential = 2, RawCredential = 4, Path = 8, Cookie = 16, Scheme = 32, Authority = 64, Method = 128 }

const BUCKETS = 64;

/** Names are compared without regard to case and with `_` as `-`: upstreams that build CGI variables cannot tell them apart. */
@final
export class NameTable {
  private readonly first: StaticArray<i32> = new StaticArray<i32>(BUCKETS).fill(-1);
  private readonly names: Uint8Array[] = [];
  private readonly roles: Role[] = [];
  private readonly next: i32[] = [];

  /** A name that is there already gets one more role. */
  add(name: Uint8Array, role: Role): void {
    const bucket = bucketOf(name.dataStart, name.length);
    for (let i = this.first[bucket]; i >= 0; i = this.next[i]) {
      if (sameName(this.names[i], name.dataStart, name.length)) {
        this.roles[i] = this.roles[i] | role;
        return;
      }
    }
    this.next.push(this.first[bucket]);
    this.first[bucket] = this.names.length;
    this.names.push(name);
    this.roles.push(role);
  }

  /** The roles of the name that stands at this address. */
  find(at: usize, size: i32): Role {
    if (size == 0) return Role.None;
    for (let i = this.first[bucketOf(at, size)]; i >= 0; i = this.next[i]) {
      if (sameName(this.names[i], at, size)) return this.roles[i];
    }
    return Role.None;
  }
}

function bucketOf(at: usize, size: i32): i32 {
  return (size + <i32>folded(load<u8>(at)) * 7 + <i32>folded(load<u8>(at + size - 1)) * 31) & (BUCKETS - 1);
}

function sameName(name: Uint8Array, at: usize, size: i32): bool {
  if (name.length != size) return false;
  const own = name.dataStart;
  for (let i = 0; i < size; i++) if (folded(load<u8>(own + i)) != folded(load<u8>(at + i))) return false;
  return true;
}

function folded(c: u8): u8 {
  if (c == 0x5f) return 0x2d;
  return c - 0x41 < 26 ? c | 0x20 : c;
}
