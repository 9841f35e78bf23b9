import { originOf } from "../../../assembly/http/origin";
import { ascii, concat, equal, equalInt, filled, text } from "../check";

export function an_origin_is_scheme_and_host(): void {
  origin("https", "app.example.com", "https://app.example.com");
  origin("http", "localhost", "http://localhost");
  origin("https", "a_b-c.example", "https://a_b-c.example");
  origin("http", "127.0.0.1", "http://127.0.0.1");
}

export function the_default_port_is_left_out(): void {
  origin("https", "app.example.com:443", "https://app.example.com");
  origin("http", "app.example.com:80", "http://app.example.com");
  origin("HTTPS", "[::1]:443", "https://[::1]");
}

export function any_other_port_is_unchanged(): void {
  origin("https", "app.example.com:8443", "https://app.example.com:8443");
  origin("https", "app.example.com:80", "https://app.example.com:80");
  origin("http", "app.example.com:443", "http://app.example.com:443");
  origin("https", "app.example.com:0443", "https://app.example.com:0443");
  origin("https", "app.example.com:4430", "https://app.example.com:4430");
  origin("https", "[::443]", "https://[::443]");
  origin("http", "localhost:1", "http://localhost:1");
  origin("http", "localhost:65535", "http://localhost:65535");
}

export function scheme_and_host_are_written_in_lower_case(): void { origin("HTTPS", "App.Example.COM:8443", "https://app.example.com:8443"); origin("Http", "[FE80::1]", "http://[fe80::1]"); }

export function an_ipv6_address_in_brackets_is_accepted(): void {
  origin("https", "[::1]", "https://[::1]");
  origin("https", "[::]:8443", "https://[::]:8443");
  origin("https", "[::ffff:192.0.2.1]:1", "https://[::ffff:192.0.2.1]:1");
}

export function another_scheme_is_refused(): void {
  const schemes = ["", "ftp", "httpss", "htt", "https:", "javascript", " https", "ws"];
  for (let i = 0; i < schemes.length; i++) origin(schemes[i], "app.example.com", "");
}

export function duty_22_an_authority_with_more_than_host_and_port_is_refused(): void {
  const wrong = ["", "user@app.example.com", "app.example.com@evil.example", "app.example.com/", "/", "app.example.com/x", "app.example.com\\x", "app.example.com?x", "app.example.com#x", "a b", " a", "a ",
    "a,b", "a;b", "a%41", "a\tb", "a\r\nb", "a\u0000", "a\"b", "a<b>", "*", "a.example, b.example"];
  for (let i = 0; i < wrong.length; i++) origin("https", wrong[i], "");
}

export function a_host_with_other_characters_than_letters_digits_dots_hyphens_and_underscores_is_refused(): void {
  const allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_";
  for (let c = 0; c < 256; c++) {
    const host = concat(concat(ascii("a"), filled(1, <u8>c)), ascii("b"));
    const got = originOf(ascii("https"), host);
    if (c < 128 && allowed.includes(String.fromCharCode(c))) equal(text(got), "https://" + text(host).toLowerCase());
    else equalInt(got.length, 0);
  }
}

export function a_port_that_is_not_one_to_five_digits_after_a_host_is_refused(): void {
  const wrong = ["a:", "a:x", "a:123456", "a:-1", "a:+1", "a:8 ", "a: 8", "a:80:80", "a:0x50", ":80", ":", "a::1", "[::1]:", "[::1]:x", "[::1]80", "[::1]:123456", "a:80/", "a:8\u00007"];
  for (let i = 0; i < wrong.length; i++) origin("https", wrong[i], "");
}

export function brackets_around_anything_but_an_ipv6_address_are_refused(): void {
  const wrong = ["[", "[]", "[:]", "[::1", "::1", "[::1]]", "[[::1]", "[::g]", "[::1%25eth0]", "[::1/]", "[a b]", "a[::1]", "[::1]a", "]"];
  for (let i = 0; i < wrong.length; i++) origin("https", wrong[i], "");
}

export function an_authority_of_255_bytes_is_accepted_and_one_of_256_refused(): void {
  origin("https", "a".repeat(255), "https://" + "a".repeat(255));
  origin("https", "a".repeat(256), "");
  origin("https", "a".repeat(70_000), "");
}

function origin(scheme: string, authority: string, want: string): void { equal(text(originOf(ascii(scheme), ascii(authority))), want); }
