// Whether a rule matches a request: by host, path and method.

import { inLowerCase, lowerCase, same } from "../bytes/bytes";
import { PathLead } from "./path_lead";
import { RequestTarget } from "./request_target";

/** Whether a rule matches a request. Maybe: it matches by the reading of some servers. */
export const enum Fit { No = 0, Maybe, Yes }

@final
export class RequestMatch {
  private readonly foldedPaths: Uint8Array[];
  private readonly foldedPrefixes: Uint8Array[];

  /** With all lists empty, every request matches. Of each list that is not empty, one item must match. */
  constructor(
    /** In lower case, without port. `.example.com`, with the dot in front, matches every name below it. */
    readonly hosts: Uint8Array[],
    readonly paths: Uint8Array[],
    /** Without a slash at the end: `/api` matches /api and everything below /api/. */
    readonly prefixes: Uint8Array[],
    readonly methods: Uint8Array[],
  ) {
    this.foldedPaths = folded(paths);
    this.foldedPrefixes = folded(prefixes);
  }

  /** Whether it matches every request to its hosts. */
  get takesWholeHosts(): bool { return this.paths.length + this.prefixes.length + this.methods.length == 0; }

  /** Whether the request's host and method are unambiguous, as far as the rule compares them. */
  canTell(target: RequestTarget): bool {
    return (this.hosts.length == 0 || target.hasPlainHost) && (this.methods.length == 0 || target.hasPlainMethod);
  }

  fit(target: RequestTarget): Fit { return this.takesHost(target) && this.takesMethod(target) ? this.fitPath(target.path) : Fit.No; }

  takesHost(target: RequestTarget): bool {
    if (this.hosts.length == 0) return true;
    const at = target.hostAt, size = target.hostSize;
    for (let i = 0; i < this.hosts.length; i++) {
      const host = this.hosts[i], below = host[0] == 0x2e;
      if (below ? size > host.length && endsWith(at, size, host) : size == host.length && endsWith(at, size, host)) return true;
    }
    return false;
  }

  /** Whether both can match the same host. */
  sharesHostWith(other: RequestMatch): bool {
    if (this.hosts.length == 0 || other.hosts.length == 0) return true;
    for (let i = 0; i < this.hosts.length; i++) for (let j = 0; j < other.hosts.length; j++) if (overlap(this.hosts[i], other.hosts[j])) return true;
    return false;
  }

  private takesMethod(target: RequestTarget): bool {
    if (this.methods.length == 0) return true;
    for (let i = 0; i < this.methods.length; i++) if (target.methodIs(this.methods[i])) return true;
    return false;
  }

  private fitPath(lead: PathLead): Fit {
    if (this.paths.length + this.prefixes.length == 0) return Fit.Yes;
    let fit = Fit.No;
    for (let i = 0; i < this.paths.length; i++) {
      const path = this.paths[i];
      if (lead.whole && lead.plain == path.length && lead.size == path.length && starts(lead, path, path.length, false)) return Fit.Yes;
      if (mayBe(lead, this.foldedPaths[i])) fit = Fit.Maybe;
    }
    for (let i = 0; i < this.prefixes.length; i++) {
      const prefix = this.prefixes[i], size = prefix.length;
      if (lead.plain >= size && starts(lead, prefix, size, false) && (lead.plain == size ? lead.whole && lead.size == size : lead.byte(size) == 0x2f)) return Fit.Yes;
      if (mayBeBelow(lead, this.foldedPrefixes[i])) fit = Fit.Maybe;
    }
    return fit;
  }
}

/** Whether some server may read a path with this lead as that path. Many ignore case and a slash at the end. */
function mayBe(lead: PathLead, folded: Uint8Array): bool {
  const size = withoutSlash(lead), length = folded.length > 0 && folded[folded.length - 1] == 0x2f ? folded.length - 1 : folded.length;
  return (lead.whole ? size == length : size <= length) && starts(lead, folded, size, true);
}

function mayBeBelow(lead: PathLead, folded: Uint8Array): bool {
  const size = lead.size, length = folded.length;
  if (size > length) return lead.byte(length) == 0x2f && starts(lead, folded, length, true);
  return (size == length || !lead.whole) && starts(lead, folded, size, true);
}

function withoutSlash(lead: PathLead): i32 { return lead.size > 0 && lead.byte(lead.size - 1) == 0x2f ? lead.size - 1 : lead.size; }

/** Whether both begin with the same bytes. `folded`: the text is in lower case, and the path is compared ignoring case. */
function starts(lead: PathLead, text: Uint8Array, size: i32, folded: bool): bool {
  for (let i = 0; i < size; i++) {
    const c = lead.byte(i);
    if ((folded ? lowerCase(c) : c) != text[i]) return false;
  }
  return true;
}

function overlap(a: Uint8Array, b: Uint8Array): bool {
  const under = a[0] == 0x2e ? a : b[0] == 0x2e ? b : null;
  if (under == null) return same(a, b);
  const other = under == a ? b : a;
  return endsWith(other.dataStart, other.length, under) || other[0] == 0x2e && endsWith(under.dataStart, under.length, other);
}

/** Ignores the case of the bytes at the address. */
function endsWith(at: usize, size: i32, lower: Uint8Array): bool {
  const from = size - lower.length;
  if (from < 0) return false;
  for (let i = 0; i < lower.length; i++) if (lowerCase(load<u8>(at + from + i)) != lower[i]) return false;
  return true;
}

function folded(paths: Uint8Array[]): Uint8Array[] {
  const out = new Array<Uint8Array>();
  for (let i = 0; i < paths.length; i++) out.push(inLowerCase(paths[i]));
  return out;
}
