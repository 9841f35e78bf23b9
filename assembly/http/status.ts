// The status of a reply, in the host's serialisation of its headers (see header_block.ts for the layout).

/** 0 where there is no well-formed `:status`. */
export function statusOf(base: usize, size: usize): i32 {
  if (size < 4) return 0;
  const count = load<u32>(base);
  if (count > (<u32>size - 4) / 10) return 0;
  let at = base + 4 + count * 8, sizes = base + 4;
  const end = base + size;
  for (let i: u32 = 0; i < count; i++, sizes += 8) {
    const nameSize = load<u32>(sizes), valueSize = load<u32>(sizes, 4);
    if (<u64>nameSize + <u64>valueSize + 2 > <u64>(end - at)) return 0;
    const value = at + nameSize + 1;
    if (nameSize == 7 && isStatus(at)) return valueSize == 3 ? threeDigits(value) : 0;
    at = value + valueSize + 1;
  }
  return 0;
}

function isStatus(at: usize): bool {
  const name = ":status";
  for (let i = 0; i < name.length; i++) if (load<u8>(at + i) != name.charCodeAt(i)) return false;
  return true;
}

function threeDigits(at: usize): i32 {
  let value = 0;
  for (let i = 0; i < 3; i++) {
    const digit: u32 = <u32>load<u8>(at + i) - 0x30;
    if (digit > 9) return 0;
    value = value * 10 + digit;
  }
  return value;
}
