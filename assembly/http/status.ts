// The status of a reply, from Envoy's serialisation of its headers.

import { wholeNumber } from "../bytes/bytes";
import { HeaderBlock } from "./header_block";
import { NO_NAMES } from "./name_table";

const reply = new HeaderBlock();

/** 0 if there is no well-formed `:status`. */
export function statusOf(base: usize, size: usize): i32 {
  if (!reply.read(base, size, NO_NAMES)) return 0;
  const status = reply.only(":status");
  return status.length == 3 ? max(0, <i32>wholeNumber(status, 3)) : 0;
}
