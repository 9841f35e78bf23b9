// The length of a body, as the request's headers announce it (RFC 9110 §8.6).

import { HeaderBlock } from "./header_block";

/** Whether the headers announce a longer body. A body without a valid announcement is measured when it arrives. */
export function announcesMoreThan(headers: HeaderBlock, bytes: i32): bool {
  const values = headers.all("content-length");
  if (values.length != 1) return false;
  const value = values[0];
  let size: i64 = 0;
  for (let i = 0; i < value.length && size <= bytes; i++) {
    const digit = value[i] - 0x30;
    if (digit > 9) return false;
    size = size * 10 + digit;
  }
  return size > bytes;
}
