// The status of a reply, from Envoy's serialisation of its headers.

import { HeaderBlock } from "./header_block";
import { NO_NAMES } from "./name_table";

const reply = new HeaderBlock();

/** 0 if there is no well-formed `:status`. */
export function statusOf(base: usize, size: usize): i32 {
  if (!reply.read(base, size, NO_NAMES)) return 0;
  const values = reply.all(":status");
  if (values.length != 1 || values[0].length != 3) return 0;
  let status = 0;
  for (let i = 0; i < 3; i++) {
    const digit = values[0][i] - 0x30;
    if (digit > 9) return 0;
    status = status * 10 + digit;
  }
  return status;
}
