// Which requests a rule is about: host, path and method, each compared exactly and as a whole.

import { inLowerCase, lowerCase, same } from "../bytes/bytes";
import { HeaderBlock } from "./header_block";

@final
export class RequestMatch {
  private readonly foldedPaths: Uint8Array[];
  private readonly foldedPrefixes: Uint8Array[];

  /** All of them empty: every request. A list that is not empty must be met by one of its items. */
  constructor(
    /** In lower case, without port; `.example.com` with the dot in front stands for every name below it. */
    readonly hosts: Uint8Array[],
    readonly paths: Uint8Array[],
    /** Without a slash at the end: `/api` is met by /api and by everything below /api/. */
    readonly prefixes: Uint8Array[],
    readonly methods: Uint8Array[],
  ) {
    this.foldedPaths = paths.map<Uint8Array>((path) => inLowerCase(path));
    this.foldedPrefixes = prefixes.map<Uint8Array>((path) => inLowerCase(path));
  }

  /** Whether it takes everything on its hosts. */
  get takesWholeHosts(): bool { return this.paths.length + this.prefixes.length + this.methods.length == 0; }

  /** Host and method. */
  takes(headers: HeaderBlock): bool { return this.takesHost(headers) && this.takesMethod(headers); }

  takesHost(headers: HeaderBlock): bool {
    if (this.hosts.length == 0) return true;
    const at = headers.authorityAt, size = hostLength(at, headers.authoritySize);
    for (let i = 0; i < this.hosts.length; i++) {
      const host = this.hosts[i], below = host[0] == 0x2e;
      if (below ? size > host.length && endsWith(at, size, host) : size == host.length && endsWith(at, size, host)) return true;
    }
    return false;
  }

  /** `folded`: the path is in lower case, and so are the rule's paths then. */
  takesPath(at: usize, size: i32, folded: bool): bool {
    if (this.paths.length + this.prefixes.length == 0) return true;
    const paths = folded ? this.foldedPaths : this.paths, prefixes = folded ? this.foldedPrefixes : this.prefixes;
    for (let i = 0; i < paths.length; i++) if (size == paths[i].length && startsWith(at, size, paths[i])) return true;
    for (let i = 0; i < prefixes.length; i++) {
      const length = prefixes[i].length;
      if (startsWith(at, size, prefixes[i]) && (size == length || load<u8>(at + length) == 0x2f)) return true;
    }
    return false;
  }

  /** Whether there is a host that both may be about. */
  sharesHostWith(other: RequestMatch): bool {
    if (this.hosts.length == 0 || other.hosts.length == 0) return true;
    for (let i = 0; i < this.hosts.length; i++) for (let j = 0; j < other.hosts.length; j++) if (overlap(this.hosts[i], other.hosts[j])) return true;
    return false;
  }

  private takesMethod(headers: HeaderBlock): bool {
    if (this.methods.length == 0) return true;
    for (let i = 0; i < this.methods.length; i++) {
      if (headers.methodSize == this.methods[i].length && startsWith(headers.methodAt, headers.methodSize, this.methods[i])) return true;
    }
    return false;
  }
}

/** Without the port, and without the dot that a name may end in. */
function hostLength(at: usize, size: i32): i32 {
  let end = max(size, 0);
  for (let i = end - 1; i >= 0; i--) {
    const c = load<u8>(at + i);
    if (c == 0x3a) { end = i; break; }
    if (c - 0x30 >= 10) break;
  }
  return end > 0 && load<u8>(at + end - 1) == 0x2e ? end - 1 : end;
}

function overlap(a: Uint8Array, b: Uint8Array): bool {
  const under = a[0] == 0x2e ? a : b[0] == 0x2e ? b : null;
  if (under == null) return same(a, b);
  const other = under == a ? b : a;
  return endsWith(other.dataStart, other.length, under) || other[0] == 0x2e && endsWith(under.dataStart, under.length, other);
}

function startsWith(at: usize, size: i32, text: Uint8Array): bool {
  return size >= text.length && memory.compare(at, text.dataStart, text.length) == 0;
}

/** Without regard to case in what stands at the address. */
function endsWith(at: usize, size: i32, lower: Uint8Array): bool {
  const from = size - lower.length;
  if (from < 0) return false;
  for (let i = 0; i < lower.length; i++) if (lowerCase(load<u8>(at + from + i)) != lower[i]) return false;
  return true;
}
