import { safeReturnTo } from "../../../assembly/http/return_to";
import { ascii, concat, equal, filled, isFalse, isTrue, text } from "../check";
import { mutated, Random } from "../fuzz.as";

export function a_path_and_its_query_are_unchanged(): void {
  const paths = ["/", "/a", "/a/b/", "/a?b=c&d=e%20f+g", "/?", "/a//b", "/a?x=//evil.example", "/a?x=/../..", "/a?x=%0d%0a%2f", "/@user", "/a:b", "/.well-known/x", "/..a/b", "/.../a",
    "/%41/b", "/group%2Fproject", "/a%5Cb", "/100%", "/100%zz/%4", "/a;v=1", "/~me/*!$'(),\"<>", "/%c3%a9"];
  for (let i = 0; i < paths.length; i++) equal(text(safeReturnTo(ascii(paths[i]))), paths[i]);
}

export function characters_that_browsers_do_not_encode_in_a_query_are_unchanged(): void {
  const query = "/a?x=\\'|^{}[]`~!$()*,;:@/?%zz&y=\\\\evil.example/\\..";
  equal(text(safeReturnTo(ascii(query))), query);
}

export function duty_21_the_address_of_another_host_becomes_the_root(): void {
  root("//evil.example/x"); root("///evil.example"); root("/\\evil.example"); root("\\\\evil.example"); root("\\/evil.example"); root("//"); root("/\\");
}

export function duty_21_an_address_that_does_not_start_with_a_slash_becomes_the_root(): void {
  root(""); root("https:evil.example"); root("https://evil.example"); root("evil.example"); root("javascript:alert(1)"); root("@evil.example"); root("?a=b"); root("#a"); root(" /a"); root("*"); root(".//evil");
}

export function duty_21_characters_that_browsers_drop_do_not_hide_a_second_slash(): void {
  root("/\t/evil.example"); root("/\n/evil.example"); root("/\r/evil.example"); root("\t//evil.example"); root("/\t\\evil.example");
}

export function duty_21_a_path_with_a_byte_that_is_not_visible_ascii_becomes_the_root(): void {
  for (let c = 0; c < 256; c++) {
    const path = concat(concat(ascii("/a"), filled(1, <u8>c)), ascii("b"));
    const allowed = c > 0x20 && c < 0x7f && c != 0x5c && c != 0x23;
    equal(text(safeReturnTo(path)), allowed ? text(path) : "/");
    const query = concat(concat(ascii("/?a"), filled(1, <u8>c)), ascii("b"));
    equal(text(safeReturnTo(query)), allowed || c == 0x5c ? text(query) : "/");
  }
}

export function duty_21_a_path_with_an_encoded_slash_after_the_first_one_becomes_the_root(): void {
  root("/%2f/evil.example"); root("/%2fevil.example"); root("/%2Fevil.example"); root("/%5cevil.example"); root("/%5C/evil.example");
}

export function duty_21_a_path_with_an_encoded_control_character_becomes_the_root(): void {
  const digits = "0123456789abcdef";
  for (let c = 0; c < 0x20; c++) root("/%" + digits.charAt(c >> 4) + digits.charAt(c & 15) + "/evil.example");
  root("/%7f/a"); root("/%7F"); root("/a/b%0d%0aSet-Cookie:x"); root("/a%00");
}

export function duty_21_a_path_with_dot_segments_becomes_the_root(): void {
  root("/.//evil.example"); root("/..//evil.example"); root("/a/..//evil.example"); root("/%2e//evil.example"); root("/%2E%2e//evil.example"); root("/.%2e/a"); root("/a/."); root("/a/.."); root("/."); root("/..?a");
}

export function duty_21_a_path_of_4096_bytes_is_kept_and_a_longer_one_becomes_the_root(): void {
  equal(text(safeReturnTo(ascii("/" + "a".repeat(4095)))), "/" + "a".repeat(4095));
  root("/" + "a".repeat(4096));
  root("/?" + "a".repeat(100_000));
}

export function duty_21_every_result_is_one_slash_and_visible_characters(): void {
  const random = new Random(21), samples = ["/a/b?c=d", "//evil.example", "/\\evil", "/%09/evil", "/.//evil", "/%2f%5c/"];
  let kept = 0;
  for (let i = 0; i < 8000; i++) {
    const path = safeReturnTo(i % 7 == 0 ? random.bytes(random.below(30)) : mutated(ascii(samples[i % 6]), random));
    isTrue(path.length > 0 && path[0] == 0x2f, "a slash");
    if (path.length > 1) {
      kept++;
      isFalse(path[1] == 0x2f || path[1] == 0x5c, text(path));
    }
    let inQuery = false;
    for (let k = 0; k < path.length; k++) {
      isTrue(path[k] > 0x20 && path[k] < 0x7f && (path[k] != 0x5c || inQuery) && path[k] != 0x23, text(path));
      if (path[k] == 0x3f) inQuery = true;
    }
  }
  isTrue(kept > 500, kept.toString() + " kept");
}

function root(path: string): void { equal(text(safeReturnTo(ascii(path))), "/"); }
