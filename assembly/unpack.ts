// Unpacks the static data, mostly texts in UTF-16, which is a third of the compiled module. The released module contains it packed (cli/pack.ts), because
// a module is downloaded, is part of image layers, and Envoy keeps its bytes. The compiler begins with runtime.ts, which imports this file before all
// others, so it runs before static data are read or memory is allocated. A module that is not packed has zeroes after the mark; then nothing happens.

/** The mark by which cli/pack.ts finds this, and the numbers that it writes: where the data goes to, where it ends, and where it is packed. */
const HEADER = memory.data<u32>([0x6b636170, 0x61746164, 0, 0, 0]); // "packdata"

// Contexts. Each bit that is read has one, which is the number of an adaptive probability. They are the same in cli/pack/format.ts.
const DISTANCES = 16, LENGTHS = 64, LITERALS = 256, CONTEXTS: u32 = LITERALS + 16 * 256;

let input: usize = 0;
/** Two bytes for each context: the probability of a zero minus a half, in 1/4096. */
let chances: usize = 0;
let range: u32 = 0;
let code: u32 = 0;

unpack();

/** LZ77 with an adaptive range coder, as in LZMA. The input is made by cli/pack.ts, so nothing is checked. */
function unpack(): void {
  let to = load<usize>(HEADER, 8);
  const end = load<usize>(HEADER, 12), packed = load<usize>(HEADER, 16);
  if (to == end) return;
  // No memory is allocated yet, so all of it is free, and zero.
  chances = packed + load<usize>(packed);
  code = bswap(load<u32>(packed, 4));
  range = 0xffffffff;
  input = packed + 8;
  let copied: u32 = 0;
  while (to < end) {
    const odd = <u32>to & 1;
    if (bit(copied << 1 | odd)) {
      const distance = number(DISTANCES);
      for (let n = number(LENGTHS); n > 0; n--) { store<u8>(to, load<u8>(to - distance)); to++; }
      copied = 1;
    } else {
      const tree: u32 = LITERALS + (odd << 11) + (<u32>load<u8>(to - 2) >> 5 << 8);
      let byte: u32 = 1;
      while (byte < 256) byte = byte << 1 | bit(tree + byte);
      store<u8>(to++, byte);
      copied = 0;
    }
  }
  memory.fill(packed, 0, chances + (CONTEXTS << 1) - packed);
}

/** Elias' gamma code: from the lowest bit on, each after a bit that says whether there is one more below the highest. */
function number(context: u32): u32 {
  let n: u32 = 0, bits: u32 = 0;
  while (bit(context)) {
    n |= bit(context + 1) << bits++;
    context += 2;
  }
  return n | 1 << bits;
}

function bit(context: u32): u32 {
  const at = chances + (context << 1), chance = <i32>load<i16>(at) + 2048, bound = (range >> 12) * chance;
  const one = code >= bound;
  if (one) { code -= bound; range -= bound; } else range = bound;
  store<i16>(at, chance - 2048 + (one ? -(chance >> 4) : 4096 - chance >> 4));
  while (range < 1 << 24) {
    range <<= 8;
    code = code << 8 | load<u8>(input++);
  }
  return u32(one);
}
