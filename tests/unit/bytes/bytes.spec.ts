import { concat, EMPTY, endsWith, indexOf, is, isIgnoringCase, joined, lowerCase, same, startsIgnoringCase, startsWith, utf8 as encoded } from "../../../assembly/bytes/bytes";
import { ByteWriter } from "../../../assembly/bytes/writer";
import { hash } from "../../../assembly/bytes/hash";
import { words } from "../../../assembly/bytes/words";
import { ascii, equal, equalBytes, equalInt, filled, isFalse, isTrue, text, unhex, utf8 } from "../check";

export function texts_of_different_length_are_never_equal(): void {
  isFalse(same(ascii("ab"), ascii("abc")), "prefix");
  isFalse(same(ascii("abc"), ascii("ab")), "longer");
  isFalse(same(EMPTY, ascii("a")), "empty and not");
}

export function a_difference_in_any_byte_counts(): void {
  for (let i = 0; i < 16; i++) {
    const other = filled(16, 7);
    other[i] = 8;
    isFalse(same(filled(16, 7), other), "byte " + i.toString());
  }
  isTrue(same(filled(16, 7), filled(16, 7)), "equal");
}

export function a_byte_above_127_does_not_match_the_character_with_that_code(): void {
  isFalse(is(utf8("\u00e9"), "\u00e9"), "two bytes, one character");
}

export function a_name_is_matched_whole(): void {
  isTrue(is(ascii("exp"), "exp"), "exp");
  isFalse(is(ascii("expires"), "exp"), "longer");
  isFalse(is(ascii("ex"), "exp"), "shorter");
  isFalse(is(ascii("EXP"), "exp"), "case");
}

export function a_prefix_or_suffix_longer_than_the_text_does_not_match(): void {
  isFalse(startsWith(ascii("http"), "https"), "start");
  isFalse(endsWith(ascii("n"), "on"), "end");
  isTrue(startsWith(ascii("https"), "https"), "whole start");
  isTrue(endsWith(ascii("json"), "on"), "end");
  isTrue(endsWith(ascii("on"), "on"), "whole end");
}

export function only_the_26_letters_have_a_lower_case(): void {
  for (let c = 0; c < 256; c++) equalInt(lowerCase(<u8>c), c >= 0x41 && c <= 0x5a ? c + 0x20 : c);
}

export function comparing_without_case_changes_letters_only(): void {
  isTrue(isIgnoringCase(ascii("Text/HTML"), "text/html"), "letters");
  isFalse(isIgnoringCase(ascii("text\x0fhtml"), "text/html"), "0x0f is not a slash");
  isFalse(isIgnoringCase(ascii("@"), "`"), "0x40 is not 0x60");
  isFalse(isIgnoringCase(ascii("bearer "), "bearer"), "length");
}

export function comparing_a_prefix_without_case_never_reads_past_the_text(): void {
  isFalse(startsIgnoringCase(ascii("HTT"), "http"), "shorter");
  isFalse(startsIgnoringCase(EMPTY, "h"), "empty");
  isFalse(startsIgnoringCase(ascii("__Hosu-"), "__host-"), "another letter");
  isTrue(startsIgnoringCase(ascii("__HOST-a"), "__host-"), "a prefix");
  isTrue(startsIgnoringCase(ascii("http"), "http"), "whole");
}

export function every_text_has_the_bytes_that_the_standard_library_gives_it(): void {
  const ends = [0, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xd800, 0xdbff, 0xdc00, 0xdfff, 0xe000, 0xffff];
  for (let i = 0; i < ends.length; i++) {
    for (let j = 0; j < ends.length; j++) {
      const both = String.fromCharCode(ends[i], ends[j]);
      equalBytes(encoded(both), utf8(both));
      equalBytes(encoded("a" + both + "z"), utf8("a" + both + "z"));
    }
    equalBytes(encoded(String.fromCharCode(ends[i])), utf8(String.fromCharCode(ends[i])));
  }
  equalInt(encoded("").length, 0);
}

export function words_are_separated_by_single_spaces(): void {
  equal(words("one two three").join("|"), "one|two|three");
  equal(words("one").join("|"), "one");
  equal(words("a  b ").join("|"), "a||b|");
}

export function a_byte_is_found_at_or_after_the_given_position(): void {
  const dotted = ascii("a.b.c");
  equalInt(indexOf(dotted, 0x2e), 1);
  equalInt(indexOf(dotted, 0x2e, 2), 3);
  equalInt(indexOf(dotted, 0x2e, 4), -1);
  equalInt(indexOf(dotted, 0x2e, 99), -1);
  equalInt(indexOf(EMPTY, 0x2e), -1);
}

export function parts_are_joined_in_order(): void {
  equal(text(concat([ascii("a"), EMPTY, ascii("bc")])), "abc");
  equalInt(concat([]).length, 0);
  equal(text(joined(ascii("a"), ascii("bc"))), "abc");
  equal(text(joined(EMPTY, ascii("bc"))), "bc");
  equalInt(joined(EMPTY, EMPTY).length, 0);
}

export function numbers_are_written_in_decimal(): void {
  const numbers: i64[] = [0, 1, 9, 10, 99, 100, 1790000000, 9223372036854775807];
  for (let i = 0; i < numbers.length; i++) equal(text(new ByteWriter(0).decimal(numbers[i]).done()), numbers[i].toString());
}

export function a_writer_keeps_its_bytes_when_it_grows(): void {
  const out = new ByteWriter();
  for (let i = 0; i < 1000; i++) out.byte(<u8>i).text("ab").u32(0x01020304).bytes(ascii("xyz"));
  equalInt(out.length, 10_000);
  const got = out.done();
  for (let i = 0; i < 1000; i++) {
    equalInt(got[i * 10], i & 255);
    equal(text(got.subarray(i * 10 + 1, i * 10 + 3)), "ab");
    equalBytes(got.subarray(i * 10 + 3, i * 10 + 7), unhex("04030201"));
  }
}

export function the_result_does_not_change_when_more_is_written(): void {
  const out = new ByteWriter().text("first");
  const first = out.done();
  out.text("second");
  equal(text(first), "first");
}

export function a_cleared_writer_reuses_its_memory(): void {
  const out = new ByteWriter(4).text("first");
  equal(text(out.clear().text("2nd").written()), "2nd");
  equal(text(out.done()), "2nd");
  equalInt(out.clear().written().length, 0);
}

export function a_writer_of_initial_size_0_grows(): void { equal(text(new ByteWriter(0).byte(0x61).text("bc").bytes(ascii("de")).done()), "abcde"); }

export function a_write_larger_than_twice_the_capacity_fits(): void {
  const out = new ByteWriter().bytes(filled(5000, 9)).byte(1);
  equalInt(out.done().length, 5001);
  equalInt(out.done()[4999], 9);
}

export function the_hash_depends_on_every_byte_at_every_length(): void {
  for (let n = 1; n < 80; n++) {
    const data = filled(n, 0x55);
    const before = hash(data.dataStart, n, 1);
    for (let i = 0; i < n; i++) {
      data[i] ^= 1;
      isTrue(hash(data.dataStart, n, 1) != before, "byte " + i.toString() + " of " + n.toString());
      data[i] ^= 1;
    }
  }
}

export function the_hash_depends_on_the_length_and_on_the_seed(): void {
  const zeros = new Uint8Array(64);
  const seen = new Set<u64>();
  for (let n = 0; n <= 64; n++) for (let seed: u64 = 0; seed < 4; seed++) seen.add(hash(zeros.dataStart, n, seed));
  equalInt(seen.size, 65 * 4);
}

export function the_hash_reads_no_byte_past_the_end(): void {
  for (let n = 0; n < 40; n++) {
    const a = filled(48, 1), b = filled(48, 1);
    b.fill(2, n);
    isTrue(hash(a.dataStart, n, 3) == hash(b.dataStart, n, 3), n.toString());
  }
}

export function the_low_bits_of_the_hash_spread_similar_tokens(): void {
  const buckets = new StaticArray<i32>(64);
  const token = ascii("eyJhbGciOiJSUzI1NiJ9.0000000000000000");
  for (let i = 0; i < 6400; i++) {
    for (let k = 0, v = i; k < 4; k++, v /= 10) token[token.length - 1 - k] = <u8>(0x30 + v % 10);
    buckets[<i32>(hash(token.dataStart, token.length, 42) & 63)]++;
  }
  for (let i = 0; i < 64; i++) isTrue(buckets[i] > 50 && buckets[i] < 150, "bucket " + i.toString() + ": " + buckets[i].toString());
}
