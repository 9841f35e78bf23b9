// Non-ASCII characters that some readers of a path turn into ASCII.

/** What a reader may take a character for. */
export const enum Look {
  /** For nothing but itself. */
  Itself = 0,
  /** For a letter, a digit, or another character of ASCII that parts nothing. */
  Other,
  /** For a space, or for nothing at all. */
  Blank,
  Dot,
  /** For two dots or three. */
  Dots,
  /** For a slash or a backslash. */
  Slash,
  /** For `;`, `#`, `?` or `:`. */
  Part,
  Percent,
}

/**
 * Ranges in order: first and last code point, and what they look like. They are
 * - whatever NFKC or a change of case turns into ASCII (UAX #15), rounded up to whole blocks of such characters, and what NFKC_Casefold drops (UAX #44);
 * - what Windows' best-fit tables map to dots, slashes and their like (unicode.org, MAPPINGS/VENDORS/MICSFT/WindowsBestFit): beside fullwidth forms U+00A5 and
 *   U+20A9 (\), U+00B4, U+2044 and U+2215 (/), U+2216 (\), U+00BF (?), U+0589 and U+2236 (:), U+066A (%), U+0303 and U+223C (~);
 * - what iconv writes so with //TRANSLIT (glibc, locale/C-translit.h.in): U+00B7 (.), U+00F7, U+2571, U+27CB and U+29F8 (/), U+2572, U+27CD, U+29F5 and U+29F9 (\),
 *   U+02D0 (:), U+29E3 and U+29E5 (#).
 * tests/unit/http/lookalikes.test.ts compares them with Unicode as Node knows it.
 */
const RANGES: StaticArray<u32> = [
  0xa0, 0xa0, Look.Blank, 0xa1, 0xa4, Look.Other, 0xa5, 0xa5, Look.Slash, 0xa6, 0xac, Look.Other, 0xad, 0xad, Look.Blank, 0xae, 0xb3, Look.Other,
  0xb4, 0xb4, Look.Slash, 0xb5, 0xb6, Look.Other, 0xb7, 0xb7, Look.Dot, 0xb8, 0xbe, Look.Other, 0xbf, 0xbf, Look.Part, 0xdf, 0xdf, Look.Other,
  0xf7, 0xf7, Look.Slash, 0x130, 0x133, Look.Other, 0x13f, 0x140, Look.Other, 0x149, 0x149, Look.Other, 0x17f, 0x17f, Look.Other,
  0x1c4, 0x1cc, Look.Other, 0x1f0, 0x1f3, Look.Other, 0x2b0, 0x2b8, Look.Other, 0x2d0, 0x2d0, Look.Part, 0x2d8, 0x2dd, Look.Other,
  0x2e1, 0x2e3, Look.Other, 0x303, 0x303, Look.Other, 0x34f, 0x34f, Look.Blank, 0x37a, 0x37a, Look.Other, 0x37e, 0x37e, Look.Part,
  0x384, 0x385, Look.Other, 0x589, 0x589, Look.Part, 0x61c, 0x61c, Look.Blank, 0x66a, 0x66a, Look.Percent, 0x115f, 0x1160, Look.Blank,
  0x17b4, 0x17b5, Look.Blank, 0x180b, 0x180f, Look.Blank, 0x1d2c, 0x1d6a, Look.Other, 0x1d9b, 0x1dbf, Look.Other, 0x1e96, 0x1e9a, Look.Other,
  0x1e9e, 0x1e9e, Look.Other, 0x1fbd, 0x1fbd, Look.Other, 0x1fbf, 0x1fc1, Look.Other, 0x1fcd, 0x1fcf, Look.Other, 0x1fdd, 0x1fdf, Look.Other,
  0x1fed, 0x1fef, Look.Other, 0x1ffd, 0x1ffe, Look.Other, 0x2000, 0x200f, Look.Blank, 0x2017, 0x2017, Look.Other, 0x2024, 0x2024, Look.Dot,
  0x2025, 0x2026, Look.Dots, 0x202a, 0x202f, Look.Blank, 0x203c, 0x203c, Look.Other, 0x203e, 0x203e, Look.Other, 0x2044, 0x2044, Look.Slash,
  0x2047, 0x2049, Look.Part, 0x205f, 0x206f, Look.Blank, 0x2070, 0x209c, Look.Other, 0x20a8, 0x20a8, Look.Other, 0x20a9, 0x20a9, Look.Slash,
  0x2100, 0x218f, Look.Other, 0x2215, 0x2216, Look.Slash, 0x2236, 0x2236, Look.Part, 0x223c, 0x223c, Look.Other, 0x2460, 0x24ea, Look.Other,
  0x2571, 0x2572, Look.Slash, 0x27cb, 0x27cb, Look.Slash, 0x27cd, 0x27cd, Look.Slash, 0x29e3, 0x29e3, Look.Part, 0x29e5, 0x29e5, Look.Part,
  0x29f5, 0x29f5, Look.Slash, 0x29f8, 0x29f9, Look.Slash, 0x2a74, 0x2a74, Look.Part, 0x2a75, 0x2a76, Look.Other, 0x2c7c, 0x2c7d, Look.Other,
  0x3000, 0x3000, Look.Blank, 0x309b, 0x309c, Look.Other, 0x3164, 0x3164, Look.Blank, 0x3200, 0x33ff, Look.Other, 0xa7f1, 0xa7f4, Look.Other,
  0xfb00, 0xfb06, Look.Other, 0xfb29, 0xfb29, Look.Other, 0xfc5e, 0xfc63, Look.Other, 0xfdfa, 0xfdfb, Look.Other, 0xfe00, 0xfe0f, Look.Blank,
  0xfe10, 0xfe12, Look.Other, 0xfe13, 0xfe14, Look.Part, 0xfe15, 0xfe15, Look.Other, 0xfe16, 0xfe16, Look.Part, 0xfe17, 0xfe18, Look.Other,
  0xfe19, 0xfe19, Look.Dots, 0xfe30, 0xfe30, Look.Dots, 0xfe31, 0xfe51, Look.Other, 0xfe52, 0xfe52, Look.Dot, 0xfe53, 0xfe53, Look.Other,
  0xfe54, 0xfe56, Look.Part, 0xfe57, 0xfe5e, Look.Other, 0xfe5f, 0xfe5f, Look.Part, 0xfe60, 0xfe67, Look.Other, 0xfe68, 0xfe68, Look.Slash,
  0xfe69, 0xfe69, Look.Other, 0xfe6a, 0xfe6a, Look.Percent, 0xfe6b, 0xfe6b, Look.Other, 0xfe70, 0xfe72, Look.Other, 0xfe74, 0xfe7e, Look.Other,
  0xfeff, 0xfeff, Look.Blank, 0xff01, 0xff02, Look.Other, 0xff03, 0xff03, Look.Part, 0xff04, 0xff04, Look.Other, 0xff05, 0xff05, Look.Percent,
  0xff06, 0xff0d, Look.Other, 0xff0e, 0xff0e, Look.Dot, 0xff0f, 0xff0f, Look.Slash, 0xff10, 0xff19, Look.Other, 0xff1a, 0xff1b, Look.Part,
  0xff1c, 0xff1e, Look.Other, 0xff1f, 0xff1f, Look.Part, 0xff20, 0xff3b, Look.Other, 0xff3c, 0xff3c, Look.Slash, 0xff3d, 0xff5e, Look.Other,
  0xffa0, 0xffa0, Look.Blank, 0xffe3, 0xffe3, Look.Other, 0xfff0, 0xfff8, Look.Blank, 0x107a5, 0x107a5, Look.Other, 0x1bca0, 0x1bca3, Look.Blank,
  0x1ccd6, 0x1ccf9, Look.Other, 0x1d173, 0x1d17a, Look.Blank, 0x1d400, 0x1d7ff, Look.Other, 0x1f100, 0x1f190, Look.Other,
  0x1fbf0, 0x1fbf9, Look.Other, 0xe0000, 0xe0fff, Look.Blank,
];

/** Most characters of the world are between these, and none of them is turned into ASCII. */
const PLAIN_FROM: u32 = 0x3400, PLAIN_TO: u32 = 0xa7f0;

export function lookOf(point: u32): Look {
  if (point >= PLAIN_FROM && point <= PLAIN_TO) return Look.Itself;
  let low = 0, high = RANGES.length / 3;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (point < RANGES[3 * middle]) high = middle;
    else if (point > RANGES[3 * middle + 1]) low = middle + 1;
    else return <Look>RANGES[3 * middle + 2];
  }
  return Look.Itself;
}
