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
    if (nameSize == 7 && valueSize == 3 && load<u8>(at) == 0x3a) return digit(value) * 100 + digit(value + 1) * 10 + digit(value + 2);
    at = value + valueSize + 1;
  }
  return 0;
}

function digit(at: usize): i32 { return load<u8>(at) - 0x30; }
