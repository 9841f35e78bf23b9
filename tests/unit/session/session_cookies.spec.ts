import { same as sameBytes } from "../../../assembly/bytes/bytes";
import { CookieNames, CookieSettings } from "../../../assembly/session/cookie_settings";
import { openCookie, sealedCookie } from "../../../assembly/session/cookie_text";
import { Purpose } from "../../../assembly/session/sealing";
import {
  chunkName, expiredFlow, expiredLogin, expiredSession, flowSetCookie, loginRoom, loginSetCookie, sessionRoom, sessionSetCookies,
} from "../../../assembly/session/session_cookies";
import { ascii, contains, equal, equalInt, isFalse, isTrue, text } from "../check";
import { bytes, keys, nonce } from "./values.as";

const ID = ascii("abcdefgh"), CALLBACK = ascii("/callback"), CONTEXT = ascii("context");
const REST = "; Path=/; HttpOnly; Secure; SameSite=Lax";

export function a_session_that_fits_is_one_cookie(): void {
  const out = sessionSetCookies(settings(), names(), true, ascii("1abc"), 0);
  equalInt(out.length, 1);
  equal(text(out[0]), "__Host-session=1abc" + REST);
}

export function duty_104_a_session_cookie_has_no_expiry(): void {
  const out = sessionSetCookies(settings(), names(), true, filledText(9000), 0);
  for (let i = 0; i < out.length; i++) isFalse(text(out[i]).includes("Max-Age") || text(out[i]).includes("Expires"), "an end");
}

export function a_long_session_is_split_into_numbered_chunks(): void {
  const room = sessionRoom(settings(), names(), true), value = filledText(2 * room + 1), out = sessionSetCookies(settings(), names(), true, value, 0);
  equalInt(out.length, 3);
  equal(valueOf(out[0], "__Host-session") + valueOf(out[1], "__Host-session_1").slice(8) + valueOf(out[2], "__Host-session_2").slice(8), text(value));
  for (let i = 0; i < 3; i++) isTrue(text(out[i]).endsWith(REST), "attributes");
}

export function no_cookie_is_longer_than_browsers_accept(): void {
  const s = settings();
  for (let size = 0; size < 120; size++) {
    s.path = ascii("/" + "p".repeat(size));
    s.domain = ascii("d".repeat(2 * size));
    const room = sessionRoom(s, names(), true), plain = bytes((room * 9 - 8 * 8 - 1) / 4 * 3 - 40);
    const sealed = sealedCookie(keys(), Purpose.Session, nonce(), CONTEXT, names().session, plain, room);
    if (sealed == null) return assert(false, "nine chunks are not too many");
    const out = sessionSetCookies(s, names(), true, sealed, 0);
    equalInt(out.length, 9);
    for (let i = 0; i < out.length; i++) isTrue(out[i].length <= 4096, out[i].length.toString());
  }
}

export function the_cookies_that_a_browser_returns_open(): void {
  const room = sessionRoom(settings(), names(), true), sealed = sealedCookie(keys(), Purpose.Session, nonce(), CONTEXT, names().session, bytes(12288), room);
  if (sealed == null) return assert(false, "sealed");
  const out = sessionSetCookies(settings(), names(), true, sealed, 0);
  equalInt(out.length, 5);
  let joined = "";
  for (let i = 0; i < out.length; i++) joined += valueOf(out[i], text(chunkName(names().session, i))).slice(i == 0 ? 0 : 8);
  const plain = openCookie(keys(), Purpose.Session, CONTEXT, names().session, ascii(joined));
  if (plain == null) return assert(false, "opened");
  isTrue(sameBytes(plain, bytes(12288)), "the same");
}

export function surplus_chunks_of_a_longer_session_are_expired(): void {
  const out = sessionSetCookies(settings(), names(), true, ascii("1abc"), 4);
  equalInt(out.length, 4);
  equal(text(out[0]), "__Host-session=1abc" + REST);
  equal(text(out[1]), "__Host-session_1=" + REST + "; Max-Age=0");
  equal(text(out[3]), "__Host-session_3=" + REST + "; Max-Age=0");
}

export function chunks_that_are_set_are_not_expired(): void {
  const value = filledText(sessionRoom(settings(), names(), true) + 1);
  equalInt(sessionSetCookies(settings(), names(), true, value, 1).length, 2);
  equalInt(sessionSetCookies(settings(), names(), true, value, 2).length, 2);
  equalInt(sessionSetCookies(settings(), names(), true, value, 3).length, 3);
}

export function duty_118_every_chunk_of_the_request_is_expired(): void {
  const s = settings();
  s.domain = ascii("example.com");
  s.path = ascii("/app");
  const out = expiredSession(s, names(), true, 9);
  equalInt(out.length, 9);
  for (let i = 0; i < 9; i++) equal(text(out[i]), text(chunkName(names().session, i)) + "=; Path=/app; Domain=example.com; HttpOnly; Secure; SameSite=Lax; Max-Age=0");
}

export function duty_118_the_first_chunk_is_always_expired(): void {
  const out = expiredSession(settings(), names(), true, 0);
  equalInt(out.length, 1);
  equal(text(out[0]), "__Host-session=" + REST + "; Max-Age=0");
}

export function no_more_than_nine_chunks_are_expired(): void {
  equalInt(expiredSession(settings(), names(), true, 1000000).length, 9);
  equalInt(sessionSetCookies(settings(), names(), true, ascii("1"), 1000000).length, 9);
  equalInt(expiredSession(settings(), names(), true, -3).length, 1);
}

export function duty_19_a_login_cookie_is_for_the_callbacks_path_and_ten_minutes(): void {
  equal(text(loginSetCookie(names(), true, ID, CALLBACK, ascii("1x"))), "__Secure-login_abcdefgh=1x; Path=/callback; HttpOnly; Secure; SameSite=Lax; Max-Age=600");
}

export function with_form_post_a_login_cookie_has_same_site_none(): void {
  contains(text(loginSetCookie(names(), true, ID, CALLBACK, ascii("1x"), true)), "; Secure; SameSite=None");
  contains(text(loginSetCookie(names(), false, ID, CALLBACK, ascii("1x"), true)), "; HttpOnly; SameSite=Lax");
}

export function duty_118_a_login_cookie_is_expired_with_its_own_attributes(): void {
  equal(text(expiredLogin(names(), true, ID, CALLBACK)), "__Secure-login_abcdefgh=; Path=/callback; HttpOnly; Secure; SameSite=Lax; Max-Age=0");
  same(loginSetCookie(names(), true, ID, CALLBACK, ascii(""), true), expiredLogin(names(), true, ID, CALLBACK, true));
  same(loginSetCookie(names(), false, ID, ascii("/a;b/cb"), ascii("")), expiredLogin(names(), false, ID, ascii("/a;b/cb")));
}

export function a_login_cookie_of_the_maximum_size_fits(): void {
  for (let size = 0; size < 1200; size += 50) {
    const path = ascii("/" + "p".repeat(size)), room = loginRoom(names(), true, path, true);
    isTrue(room > 2900, "room");
    isTrue(loginSetCookie(names(), true, ID, path, filledText(room), true).length <= 4096, "fits");
  }
}

export function the_login_counter_is_for_the_whole_host(): void {
  equal(text(flowSetCookie(names(), true, ascii("0.0"))), "__Host-flow=0.0; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=600");
  equal(text(flowSetCookie(names(), false, ascii("0.0"))), "__Host-flow=0.0; Path=/; HttpOnly; SameSite=Lax; Max-Age=600");
}

export function duty_118_the_login_counter_is_expired_with_its_own_attributes(): void { same(flowSetCookie(names(), true, ascii("")), expiredFlow(names(), true)); }

export function chunks_are_named_by_their_number(): void {
  equal(text(chunkName(ascii("s"), 0)), "s");
  equal(text(chunkName(ascii("s"), 8)), "s_8");
}

function settings(): CookieSettings {
  const s = new CookieSettings();
  s.path = ascii("/");
  return s;
}

function names(): CookieNames { return new CookieNames(ascii("__Host-session"), ascii("__Host-flow"), ascii("__Secure-login_")); }

function filledText(size: i32): Uint8Array { return ascii("x".repeat(size)); }

function valueOf(cookie: Uint8Array, name: string): string {
  const all = text(cookie);
  isTrue(all.startsWith(name + "="), all.substring(0, 40));
  return all.substring(name.length + 1, all.indexOf(";"));
}

/** Expects that both cookies differ only in Max-Age. */
function same(set: Uint8Array, expired: Uint8Array): void { equal(text(expired), text(set).replace("; Max-Age=600", "; Max-Age=0")); }
