import { quoted } from "../../../assembly/json/quoted";
import { equal, utf8 } from "../check";

export function text_is_quoted(): void {
  equal(quoted(utf8("https://idp.example.com/")), '"https://idp.example.com/"');
  equal(quoted(utf8("")), '""');
  equal(quoted(utf8("ü€😀")), '"ü€😀"');
}

export function characters_that_would_end_the_string_or_the_line_are_escaped(): void {
  equal(quoted(utf8('a"b\\c')), '"a\\"b\\\\c"');
  equal(quoted(utf8("\n\r\t\0\u001f")), '"\\u000a\\u000d\\u0009\\u0000\\u001f"');
}

export function bytes_that_are_not_utf_8_become_the_empty_string(): void {
  const bytes = new Uint8Array(1);
  bytes[0] = 0xff;
  equal(quoted(bytes), '""');
}
