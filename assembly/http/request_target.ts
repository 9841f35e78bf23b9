// Method, host and path of a request, as rules compare them.

import { sameAt } from "../bytes/bytes";
import { HeaderBlock } from "./header_block";
import { PathLead } from "./path_lead";

/** Longer than any name (RFC 1035 §2.3.4) with its last dot and a port. */
const LONGEST_HOST = 260;

/** All requests use one object. Valid until the callback returns, because it points into Envoy's data. */
@final
export class RequestTarget {
  /** Without port, and without a dot at the end. */
  hostAt: usize = 0;
  hostSize: i32 = 0;
  /** Whether it is only a host and perhaps a port, in which every server sees the same host. */
  hasPlainHost: bool = false;
  /** Whether the method is in upper case: some servers take `post` for POST. */
  hasPlainMethod: bool = false;
  readonly path: PathLead = new PathLead();
  private methodAt: usize = 0;
  private methodSize: i32 = 0;

  /** `without`: the number of bytes at the end of the path to leave out. */
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
    // Without the closing bracket it is no IPv6 address.
    if (literal) end = rest < size && load<u8>(at + rest) == 0x5d ? ++rest : 0;
    if (rest < size && load<u8>(at + rest) == 0x3a) for (rest++; rest < size && load<u8>(at + rest) - 0x30 < 10;) rest++;
    if (!literal && end > 0 && load<u8>(at + end - 1) == 0x2e) end--;
    this.hostAt = at;
    this.hostSize = end;
    this.hasPlainHost = rest == size && end > 0 && load<u8>(at + end - 1) != 0x2e;
  }
}

/** Whether a name or an IPv4 address may have the character; if `literal`, an IPv6 address in brackets. */
function isHost(c: u8, literal: bool): bool {
  if (c - 0x30 < 10 || c == 0x2e) return true;
  return literal ? (c | 0x20) - 0x61 < 6 || c == 0x3a || c == 0x5b : (c | 0x20) - 0x61 < 26 || c == 0x2d || c == 0x5f;
}
