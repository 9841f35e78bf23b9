import { same as sameBytes } from "../../../assembly/bytes/bytes";
import { CookieNames, CookieSettings } from "../../../assembly/session/cookie_settings";
import { openCookie, sealedCookie } from "../../../assembly/session/cookie_text";
import { Purpose } from "../../../assembly/session/sealing";
import { LoginCounter } from "../../../assembly/session/login_counter";
import { chunkName, CookieWriter } from "../../../assembly/session/session_cookies";
import { ascii, contains, equal, equalInt, isFalse, isTrue, text } from "../check";
import { bytes, keys, nonce } from "./values.as";

const ID = ascii("abcdefgh"), CALLBACK = ascii("/callback"), CONTEXT = ascii("context");
const REST = "; Path=/; HttpOnly; Secure; SameSite=Lax";

export function a_session_that_fits_is_one_cookie(): void {
  const out = writerOf(settings(), 0).setSession(ascii("1abc"));
  equalInt(out.length, 1);
  equal(text(out[0]), "__Host-session=1abc" + REST);
}

export function duty_104_a_session_cookie_has_no_expiry(): void {
  const out = writerOf(settings(), 0).setSession(filledText(9000));
  for (let i = 0; i < out.length; i++) isFalse(text(out[i]).includes("Max-Age") || text(out[i]).includes("Expires"), "an end");
}

export function a_long_session_is_split_into_numbered_chunks(): void {
  const room = writerOf(settings(), 0).sessionRoom, value = filledText(2 * room + 1), out = writerOf(settings(), 0).setSession(value);
  equalInt(out.length, 3);
  equal(valueOf(out[0], "__Host-session") + valueOf(out[1], "__Host-session_1").slice(8) + valueOf(out[2], "__Host-session_2").slice(8), text(value));
  for (let i = 0; i < 3; i++) isTrue(text(out[i]).endsWith(REST), "attributes");
}

export function no_cookie_is_longer_than_browsers_accept(): void {
  const s = settings();
  for (let size = 0; size < 120; size++) {
    s.path = ascii("/" + "p".repeat(size));
    s.domain = ascii("d".repeat(2 * size));
    const room = writerOf(s, 0).sessionRoom, plain = bytes((room * 9 - 8 * 8 - 1) / 4 * 3 - 40);
    const sealed = sealedCookie(keys(), Purpose.Session, nonce(), CONTEXT, names().session, plain, room);
    if (sealed == null) return assert(false, "nine chunks are not too many");
    const out = writerOf(s, 0).setSession(sealed);
    equalInt(out.length, 9);
    for (let i = 0; i < out.length; i++) isTrue(out[i].length <= 4096, out[i].length.toString());
  }
}

export function the_cookies_that_a_browser_returns_open(): void {
  const room = writerOf(settings(), 0).sessionRoom, sealed = sealedCookie(keys(), Purpose.Session, nonce(), CONTEXT, names().session, bytes(12288), room);
  if (sealed == null) return assert(false, "sealed");
  const out = writerOf(settings(), 0).setSession(sealed);
  equalInt(out.length, 5);
  let joined = "";
  for (let i = 0; i < out.length; i++) joined += valueOf(out[i], text(chunkName(names().session, i))).slice(i == 0 ? 0 : 8);
  const plain = openCookie(keys(), Purpose.Session, CONTEXT, names().session, ascii(joined));
  if (plain == null) return assert(false, "opened");
  isTrue(sameBytes(plain, bytes(12288)), "the same");
}

export function surplus_chunks_of_a_longer_session_are_expired(): void {
  const out = writerOf(settings(), 4).setSession(ascii("1abc"));
  equalInt(out.length, 4);
  equal(text(out[0]), "__Host-session=1abc" + REST);
  equal(text(out[1]), "__Host-session_1=" + REST + "; Max-Age=0");
  equal(text(out[3]), "__Host-session_3=" + REST + "; Max-Age=0");
}

export function chunks_that_are_set_are_not_expired(): void {
  const value = filledText(writerOf(settings(), 0).sessionRoom + 1);
  equalInt(writerOf(settings(), 1).setSession(value).length, 2);
  equalInt(writerOf(settings(), 2).setSession(value).length, 2);
  equalInt(writerOf(settings(), 3).setSession(value).length, 3);
}

export function duty_118_every_chunk_of_the_request_is_expired(): void {
  const s = settings();
  s.domain = ascii("example.com");
  s.path = ascii("/app");
  const out = writerOf(s, 9).expireSession();
  equalInt(out.length, 9);
  for (let i = 0; i < 9; i++) equal(text(out[i]), text(chunkName(names().session, i)) + "=; Path=/app; Domain=example.com; HttpOnly; Secure; SameSite=Lax; Max-Age=0");
}

export function duty_118_the_first_chunk_is_always_expired(): void {
  const out = writerOf(settings(), 0).expireSession();
  equalInt(out.length, 1);
  equal(text(out[0]), "__Host-session=" + REST + "; Max-Age=0");
}

export function no_more_than_nine_chunks_are_expired(): void {
  equalInt(writerOf(settings(), 1000000).expireSession().length, 9);
  equalInt(writerOf(settings(), 1000000).setSession(ascii("1")).length, 9);
  equalInt(writerOf(settings(), -3).expireSession().length, 1);
}

export function duty_19_a_login_cookie_is_for_the_callbacks_path_and_ten_minutes(): void {
  equal(text(loginWriter(true, CALLBACK, false).setLogin(ID, ascii("1x"))), "__Secure-login_abcdefgh=1x; Path=/callback; HttpOnly; Secure; SameSite=Lax; Max-Age=600");
}

export function with_form_post_a_login_cookie_has_same_site_none(): void {
  contains(text(loginWriter(true, CALLBACK, true).setLogin(ID, ascii("1x"))), "; Secure; SameSite=None");
  contains(text(loginWriter(false, CALLBACK, true).setLogin(ID, ascii("1x"))), "; HttpOnly; SameSite=Lax");
}

export function duty_118_a_login_cookie_is_expired_with_its_own_attributes(): void {
  equal(text(loginWriter(true, CALLBACK, false).expireLogin(ID)), "__Secure-login_abcdefgh=; Path=/callback; HttpOnly; Secure; SameSite=Lax; Max-Age=0");
  const form = loginWriter(true, CALLBACK, true), odd = loginWriter(false, ascii("/a;b/cb"), false);
  same(form.setLogin(ID, ascii("")), form.expireLogin(ID));
  same(odd.setLogin(ID, ascii("")), odd.expireLogin(ID));
}

export function a_login_cookie_of_the_maximum_size_fits(): void {
  for (let size = 0; size < 1200; size += 50) {
    const writer = loginWriter(true, ascii("/" + "p".repeat(size)), true), room = writer.loginRoom;
    isTrue(room > 2900, "room");
    isTrue(writer.setLogin(ID, filledText(room)).length <= 4096, "fits");
  }
}

export function the_login_counter_is_for_the_whole_host(): void {
  equal(text(loginWriter(true, CALLBACK, false).setCounter(new LoginCounter())), "__Host-flow=0.0; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=600");
  equal(text(loginWriter(false, CALLBACK, false).setCounter(new LoginCounter())), "__Host-flow=0.0; Path=/; HttpOnly; SameSite=Lax; Max-Age=600");
}

export function duty_118_the_login_counter_is_expired_with_its_own_attributes(): void {
  equal(text(loginWriter(true, CALLBACK, false).expireCounter()), "__Host-flow=; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=0");
}

export function chunks_are_named_by_their_number(): void {
  equal(text(chunkName(ascii("s"), 0)), "s");
  equal(text(chunkName(ascii("s"), 8)), "s_8");
}

function settings(): CookieSettings {
  const s = new CookieSettings();
  s.path = ascii("/");
  s.secureNames = names();
  s.plainNames = names();
  return s;
}

/** `present`: one more than the highest number of a chunk in the request. */
function writerOf(settings: CookieSettings, present: i32): CookieWriter { return new CookieWriter(settings, true, CALLBACK, false, present); }

function loginWriter(secure: bool, path: Uint8Array, formPost: bool): CookieWriter { return new CookieWriter(settings(), secure, path, formPost, 0); }

function names(): CookieNames { return new CookieNames(ascii("__Host-session"), ascii("__Host-flow"), ascii("__Secure-login_")); }

function filledText(size: i32): Uint8Array { return ascii("x".repeat(size)); }

function valueOf(cookie: Uint8Array, name: string): string {
  const all = text(cookie);
  isTrue(all.startsWith(name + "="), all.substring(0, 40));
  return all.substring(name.length + 1, all.indexOf(";"));
}

/** Expects that both cookies differ only in Max-Age. */
function same(set: Uint8Array, expired: Uint8Array): void { equal(text(expired), text(set).replace("; Max-Age=600", "; Max-Age=0")); }
