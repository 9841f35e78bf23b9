// What a request is for: method, host and path, as rules compare them.

import { sameAt } from "../bytes/bytes";
import { HeaderBlock } from "./header_block";
import { PathLead } from "./path_lead";

/** Longer than any name (RFC 1035 §2.3.4) with its last dot and a port. */
const LONGEST_HOST = 260;

/** One object for all requests. Valid until the callback returns: it points into the host's header block. */
@final
export class RequestTarget {
  /** Without port, and without the dot that a name may end in. */
  hostAt: usize = 0;
  hostSize: i32 = 0;
  /** Whether it is a host and perhaps a port, and nothing in which somebody else might see another host. */
  hasPlainHost: bool = false;
  /** In capitals: some take `post` for POST. */
  hasPlainMethod: bool = false;
  readonly path: PathLead = new PathLead();
  private methodAt: usize = 0;
  private methodSize: i32 = 0;

  /** `without`: so much at the end of the path is left out. */
  read(headers: HeaderBlock, without: i32 = 0): void {
    this.path.read(headers.pathAt, max(headers.pathLength - without, 1));
    this.readHost(headers.authorityAt, max(headers.authoritySize, 0));
    this.methodAt = headers.methodAt;
    this.methodSize = max(headers.methodSize, 0);
    this.hasPlainMethod = this.methodSize > 0;
    for (let i = 0; i < this.methodSize; i++) if (load<u8>(this.methodAt + i) - 0x61 < 26) this.hasPlainMethod = false;
  }

  methodIs(method: Uint8Array): bool { return this.methodSize == method.length && sameAt(this.methodAt, method.dataStart, method.length); }

  private readHost(at: usize, size: i32): void {
    const literal = size > 0 && load<u8>(at) == 0x5b;
    let end = 0;
    while (end < size && size <= LONGEST_HOST && isHost(load<u8>(at + end), literal)) end++;
    let rest = end;
    // An address that is not closed is none.
    if (literal) end = rest < size && load<u8>(at + rest) == 0x5d ? ++rest : 0;
    if (rest < size && load<u8>(at + rest) == 0x3a) for (rest++; rest < size && load<u8>(at + rest) - 0x30 < 10;) rest++;
    if (!literal && end > 0 && load<u8>(at + end - 1) == 0x2e) end--;
    this.hostAt = at;
    this.hostSize = end;
    this.hasPlainHost = rest == size && end > 0 && load<u8>(at + end - 1) != 0x2e;
  }
}

/** Of a name or an IPv4 address, or of an IPv6 address in brackets. */
function isHost(c: u8, literal: bool): bool {
  if (c - 0x30 < 10 || c == 0x2e) return true;
  return literal ? (c | 0x20) - 0x61 < 6 || c == 0x3a || c == 0x5b : (c | 0x20) - 0x61 < 26 || c == 0x2d || c == 0x5f;
}
