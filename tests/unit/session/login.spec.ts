import { Login, readLogin, writeLogin } from "../../../assembly/session/login";
import { Purpose } from "../../../assembly/session/sealing";
import { openCookie, sealedCookie } from "../../../assembly/session/cookie_text";
import { ascii, concat, equal, equalInt, filled, hex, isFalse, isTrue, text } from "../check";
import { flipped, keys, login, nonce } from "./values.as";

const CONTEXT = ascii("context"), NAME = ascii("__Secure-login_abcdefgh");

export function a_login_is_read_as_it_was_written(): void {
  const l = again(login());
  equal(text(l.state), "abcdefgh-_ABCDEFGH0123456789wxyz");
  equal(text(l.nonce), "nonceNonceNonceNonceNonceNonce12");
  equal(text(l.codeVerifier), "v".repeat(43));
  equal(text(l.returnTo), "/page?a=b");
  equalInt(l.startedAtSec, 1700000000);
  equal(text(l.scope) + "; " + text(l.acrValues), "openid profile; gold silver");
  equalInt(l.maxAgeSec, 60);
  equal(text(l.sessionId), "session");
  isFalse(l.contents.accessToken || l.contents.rawIdToken, "left out");
  isTrue(l.contents.idToken && l.contents.user, "kept");
  equalInt(again(withoutMaxAge()).maxAgeSec, -1);
  isFalse(l.silent, "silent");
}

export function a_silent_login_stays_silent(): void {
  const l = login();
  l.sessionSinceSec = 1_700_000_000;
  isTrue(again(l).silent, "silent");
}

export function duty_12_nonce_and_verifier_are_not_readable_in_the_cookie(): void {
  const made = cookie(login()), held = hex(made);
  isFalse(held.includes(hex(ascii("nonce"))) || held.includes(hex(ascii("vvvv"))) || held.includes(hex(ascii("/page"))), "readable");
  // They are not readable in base64url either: the same login sealed with two nonces has no common substring.
  const other = must(sealedCookie(keys(), Purpose.Login, nonce(9), CONTEXT, NAME, writeLogin(login()), 4000, 1));
  for (let at = 40; at + 8 <= made.length; at++) isTrue(text(made).substring(at, at + 8) != text(other).substring(at, at + 8), "the same");
}

export function duty_12_duty_13_a_login_with_a_flipped_bit_does_not_open(): void {
  const made = cookie(login());
  isTrue(opened(made) != null, "as it is");
  for (let bit = 0; bit < made.length * 8; bit++) isTrue(opened(flipped(made, bit)) == null, "opened at bit " + bit.toString());
}

export function duty_101_a_session_does_not_open_as_login(): void {
  const made = must(sealedCookie(keys(), Purpose.Session, nonce(), CONTEXT, NAME, writeLogin(login()), 4000, 1));
  isTrue(opened(made) == null, "opened");
}

export function duty_4_a_login_under_the_name_of_another_does_not_open(): void {
  const made = cookie(login());
  isTrue(openCookie(keys(), Purpose.Login, CONTEXT, ascii("__Secure-login_abcdefgi"), made) == null, "opened");
}

export function another_version_is_refused(): void {
  for (let version = 0; version < 256; version++) {
    const plain = writeLogin(login()).slice();
    plain[0] = <u8>version;
    isTrue((readLogin(plain) != null) == (version == 4), version.toString());
  }
}

export function a_truncated_or_extended_login_is_refused(): void {
  const plain = writeLogin(login());
  for (let size = 0; size < plain.length; size++) refuses(plain.subarray(0, size));
  refuses(concat(plain, filled(1, 0)));
}

export function a_state_of_another_length_is_refused(): void {
  for (let size = 0; size < 70; size++) {
    const l = login();
    l.state = filled(size, 0x61);
    isTrue((readLogin(writeLogin(l)) != null) == (size == 32), size.toString());
  }
}

export function duty_10_a_verifier_of_another_length_is_refused(): void {
  for (let size = 0; size < 200; size++) {
    const l = login();
    l.codeVerifier = filled(size, 0x61);
    isTrue((readLogin(writeLogin(l)) != null) == (size >= 43 && size <= 128), size.toString());
  }
}

export function duty_14_a_login_without_a_nonce_is_refused(): void {
  const l = login();
  l.nonce = new Uint8Array(0);
  refuses(writeLogin(l));
}

export function a_login_without_its_time_is_refused(): void {
  const l = login();
  l.startedAtSec = 0;
  refuses(writeLogin(l));
  l.startedAtSec = -1;
  refuses(writeLogin(l));
}

export function duty_21_a_return_address_that_does_not_start_with_exactly_one_slash_is_refused(): void {
  returns("/", true);
  returns("/a//b?c=//d", true);
  returns("/?x", true);
  returns("", false);
  returns("a", false);
  returns("//evil.example/", false);
  returns("/\\evil.example/", false);
  returns("\\evil.example", false);
  returns("https://evil.example/", false);
  returns("?x", false);
}

function returns(to: string, accepted: bool): void {
  const l = login();
  l.returnTo = ascii(to);
  isTrue((readLogin(writeLogin(l)) != null) == accepted, to);
}

function withoutMaxAge(): Login {
  const l = login();
  l.maxAgeSec = -1;
  return l;
}

function cookie(l: Login): Uint8Array { return must(sealedCookie(keys(), Purpose.Login, nonce(), CONTEXT, NAME, writeLogin(l), 4000, 1)); }

function opened(text: Uint8Array): Uint8Array | null { return openCookie(keys(), Purpose.Login, CONTEXT, NAME, text); }

function must(made: Uint8Array | null): Uint8Array {
  if (made != null) return made;
  assert(false, "no cookie");
  return new Uint8Array(0);
}

function again(l: Login): Login {
  const got = readLogin(writeLogin(l));
  if (got != null) return got;
  assert(false, "refused");
  return l;
}

function refuses(plain: Uint8Array): void { isTrue(readLogin(plain) == null, "accepted"); }
