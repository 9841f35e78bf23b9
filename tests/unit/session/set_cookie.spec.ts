import { CookieNames, CookieSettings, Secure } from "../../../assembly/session/cookie_settings";
import { attributesOf, expireCookie, ownAttributes, setCookie } from "../../../assembly/session/set_cookie";
import { ascii, concat, equal, equalBytes, filled, isFalse, isTrue, text, utf8 } from "../check";

export function duty_109_the_defaults_are_the_strict_ones(): void {
  equal(text(attributesOf(settings(), true)), "; Path=/; HttpOnly; Secure; SameSite=Lax");
}

export function duty_109_a_cookie_of_plain_http_is_not_secure(): void {
  equal(text(attributesOf(settings(), false)), "; Path=/; HttpOnly; SameSite=Lax");
}

export function duty_109_a_domain_is_set_only_if_configured(): void {
  const s = settings();
  s.domain = ascii("example.com");
  equal(text(attributesOf(s, true)), "; Path=/; Domain=example.com; HttpOnly; Secure; SameSite=Lax");
  equal(text(ownAttributes(true, ascii("/"), "Lax")), "; Path=/; HttpOnly; Secure; SameSite=Lax");
}

export function duty_109_same_site_none_is_set_only_with_secure(): void {
  const s = settings();
  s.sameSite = "None";
  equal(text(attributesOf(s, true)), "; Path=/; HttpOnly; Secure; SameSite=None");
  equal(text(attributesOf(s, false)), "; Path=/; HttpOnly; SameSite=Lax");
  equal(text(ownAttributes(false, ascii("/"), "None")), "; Path=/; HttpOnly; SameSite=Lax");
}

export function attributes_are_as_configured(): void {
  const s = settings();
  s.path = ascii("/app");
  s.httpOnly = false;
  s.sameSite = "Strict";
  equal(text(attributesOf(s, true)), "; Path=/app; Secure; SameSite=Strict");
  s.sameSite = "";
  equal(text(attributesOf(s, false)), "; Path=/app");
}

export function duty_12_cookies_of_a_login_are_always_http_only(): void {
  equal(text(ownAttributes(true, ascii("/cb"), "Lax")), "; Path=/cb; HttpOnly; Secure; SameSite=Lax");
}

export function duty_33_a_path_cannot_add_an_attribute(): void {
  path("/a/b;Domain=example.com/.apisix/redirect", "/a");
  path("/a/b; Secure", "/a");
  path("/;x", "/");
  path("/a\r\nSet-Cookie: x=y", "/");
  path("/a/\tb", "/a");
  path("/a/b c", "/a");
  path("/a/b\0", "/a");
  path("/a/b\x7f", "/a");
  path("/a/b/c;/d/e", "/a/b");
}

export function a_path_is_cut_before_bytes_beyond_ascii(): void {
  equal(text(ownAttributes(false, utf8("/a/\u00e9/b"), "Lax")), "; Path=/a; HttpOnly; SameSite=Lax");
}

export function a_path_without_a_leading_slash_becomes_the_root(): void {
  path("", "/");
  path("a/b", "/");
  path(";Domain=x", "/");
  path("http://x/", "/");
}

export function a_valid_path_is_unchanged(): void {
  path("/", "/");
  path("/a", "/a");
  path("/a/", "/a/");
  path("/a/b%3B/.apisix/redirect", "/a/b%3B/.apisix/redirect");
  path("/a=b,c\"d", "/a=b,c\"d");
}

export function a_path_that_browsers_would_ignore_is_cut(): void {
  const long = "/" + "a".repeat(1020) + "/b";
  path(long, long);
  path(long + "/", long + "/");
  path(long + "/c", long);
  path("/" + "a".repeat(1024), "/");
}

export function no_path_ends_its_attribute(): void {
  for (let c = 0; c < 256; c++) {
    const got = text(ownAttributes(false, concat(ascii("/a/"), filled(1, <u8>c)), "Lax"));
    isTrue(got.startsWith("; Path=/a") && got.endsWith("; HttpOnly; SameSite=Lax"), got);
    isFalse(got.substring(7).replace("; HttpOnly; SameSite=Lax", "").includes(";"), got);
  }
}

export function a_cookie_is_a_name_a_value_and_attributes(): void {
  equal(text(setCookie(ascii("n"), ascii("v"), ascii("; Path=/"), -1)), "n=v; Path=/");
  equal(text(setCookie(ascii("n"), ascii("v"), ascii("; Path=/"), 600)), "n=v; Path=/; Max-Age=600");
  equal(text(setCookie(ascii("n"), ascii("v"), ascii(""), 0)), "n=v; Max-Age=0");
}

export function duty_109_a_cookie_is_expired_with_its_own_attributes(): void {
  const s = settings();
  s.domain = ascii("example.com");
  s.sameSite = "Strict";
  s.path = ascii("/app");
  const attributes = attributesOf(s, true);
  equalBytes(expireCookie(ascii("n"), attributes), concat(concat(ascii("n="), attributes), ascii("; Max-Age=0")));
}

export function cookies_are_secure_as_configured(): void {
  const s = settings();
  isTrue(s.isSecure(true), "https");
  isFalse(s.isSecure(false), "http");
  s.secure = Secure.Always;
  isTrue(s.isSecure(true) && s.isSecure(false), "always");
  s.secure = Secure.Never;
  isFalse(s.isSecure(true) || s.isSecure(false), "never");
}

export function cookie_names_depend_on_the_secure_attribute(): void {
  const s = settings();
  s.secureNames = new CookieNames(ascii("__Host-session"), ascii("f"), ascii("l"));
  s.plainNames = new CookieNames(ascii("session"), ascii("f"), ascii("l"));
  equal(text(s.names(true).session), "__Host-session");
  equal(text(s.names(false).session), "session");
}

function settings(): CookieSettings {
  const s = new CookieSettings();
  s.path = ascii("/");
  return s;
}

function path(given: string, want: string): void {
  equal(text(ownAttributes(false, ascii(given), "Lax")), "; Path=" + want + "; HttpOnly; SameSite=Lax");
}
