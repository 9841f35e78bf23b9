// The key of a bearer token's verdict in the cache: the token, and the request headers that introspection sends along.

import { Credential } from "../../flow/bearer/credential";
import { HeaderBlock } from "../../http/header_block";

/** A token has 16 kB at most. If the headers do not fit into the rest, the verdict is not cached. */
const MAX_KEY: i32 = 32 * 1024;
const text = new StaticArray<u8>(MAX_KEY);

/** The key of the current request. Valid until the callback returns. */
@final
export class VerdictKey {
  at: usize = 0;
  /** 0: the verdict must not be cached. */
  size: i32 = 0;

  /**
   * `names`: the headers that introspection sends along. Each value follows its size, so that no byte can move from one value to the next. The token
   * is last: the cache hashes only the ends of a key, and tokens differ at their end.
   */
  read(headers: HeaderBlock, credential: Credential, names: string[]): void {
    this.at = credential.at;
    this.size = credential.size;
    if (names.length == 0) return;
    const start = changetype<usize>(text);
    this.at = start;
    this.size = 0;
    let size = 0;
    for (let i = 0; i < names.length; i++) {
      const written = headers.writeAll(names[i], start + size, MAX_KEY - size);
      if (written < 0) return;
      size += written;
    }
    if (size + credential.size > MAX_KEY) return;
    memory.copy(start + size, credential.at, credential.size);
    this.size = size + credential.size;
  }
}
