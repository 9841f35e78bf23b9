/** Assertions for specs. A failed assertion traps, and the harness shows its line in the spec. */

/** The bytes of an ASCII text. Fails on other characters, because the spec would test other bytes than it shows. */
export function ascii(s: string): Uint8Array {
  const out = new Uint8Array(s.length);
  for (let i = 0; i < s.length; i++) {
    const c = s.charCodeAt(i);
    assert(c < 128, "ascii() of a text with " + c.toString() + " at " + i.toString());
    out[i] = <u8>c;
  }
  return out;
}

export function utf8(s: string): Uint8Array { return Uint8Array.wrap(String.UTF8.encode(s)); }

/** Bytes as text, for comparisons and failure messages. Invalid UTF-8 becomes U+FFFD. */
export function text(bytes: Uint8Array): string { return String.UTF8.decodeUnsafe(bytes.dataStart, bytes.length); }

export function hex(bytes: Uint8Array): string {
  let s = "";
  for (let i = 0; i < bytes.length; i++) s += (bytes[i] < 16 ? "0" : "") + bytes[i].toString(16);
  return s;
}

/** Decodes hexadecimal digits. Ignores blanks, line breaks and colons between them, as documents have them. */
export function unhex(s: string): Uint8Array {
  const out = new Uint8Array(s.length >> 1);
  let n = 0, digits = 0, value = 0;
  for (let i = 0; i < s.length; i++) {
    const c = s.charCodeAt(i);
    if (c <= 32 || c == 58) continue;
    const lower = c | 32;
    const digit = c >= 48 && c <= 57 ? c - 48 : lower >= 97 && lower <= 102 ? lower - 87 : -1;
    assert(digit >= 0, "unhex() of a text with a non-digit at " + i.toString());
    value = value << 4 | digit;
    if (++digits & 1) continue;
    out[n++] = <u8>value;
    value = 0;
  }
  assert((digits & 1) == 0, "unhex() of an odd number of digits");
  return out.slice(0, n);
}

export function filled(n: i32, value: u8): Uint8Array { return new Uint8Array(n).fill(value); }

export function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint8Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}

export function equal(got: string, want: string): void { assert(got == want, "got " + quote(got) + ", want " + quote(want)); }

export function equalInt(got: i64, want: i64): void { assert(got == want, "got " + got.toString() + ", want " + want.toString()); }

export function equalBytes(got: Uint8Array, want: Uint8Array): void { equal(hex(got), hex(want)); }

export function isTrue(cond: bool, what: string): void { assert(cond, "not true: " + what); }

export function isFalse(cond: bool, what: string): void { assert(!cond, "should not be: " + what); }

export function contains(got: string, part: string): void { assert(got.includes(part), "got " + quote(got) + ", want it to contain " + quote(part)); }

export function fail(why: string): void { assert(false, why); }

function quote(s: string): string { return "\"" + s + "\""; }
