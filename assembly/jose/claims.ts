// Checks of the registered claims of a JWT (RFC 7519 §4.1), one by one.

import { isIgnoringCase, same, startsIgnoringCase } from "../bytes/bytes";
import { Json } from "../json/json";

export const enum ClaimFault { None = 0, NoExpiry, Expired, NotYetValid, IssuedInFuture, BadType }

/** In seconds. A later time counts as this one. */
const END_OF_TIME: i64 = 253402300799; // 9999-12-31

/**
 * `exp` must be after `nowSec`, without slack, and must be there if `required`. `nbf` and `iat` may be up to `slackSec` in the future, because the issuer's
 * clock may be ahead. All are NumericDates, possibly with fractions (RFC 7519 §2). `texts`: numbers written as texts are accepted.
 */
export function checkTimes(claims: Json, nowSec: i64, slackSec: i32, required: bool = true, texts: bool = false): ClaimFault {
  const root = claims.root;
  const exp = claims.member(root, "exp"), nbf = claims.member(root, "nbf"), iat = claims.member(root, "iat");
  if (exp < 0 && required) return ClaimFault.NoExpiry;
  const end = timeOf(claims, exp, texts), start = timeOf(claims, nbf, texts), issued = timeOf(claims, iat, texts);
  if (exp >= 0 && isNaN(end) || nbf >= 0 && isNaN(start) || iat >= 0 && isNaN(issued)) return ClaimFault.BadType;
  // An absent claim is NaN, and every comparison with NaN is false.
  if (end <= <f64>nowSec) return ClaimFault.Expired;
  const latest = <f64>(nowSec + slackSec);
  if (start > latest) return ClaimFault.NotYetValid;
  return issued > latest ? ClaimFault.IssuedInFuture : ClaimFault.None;
}

function timeOf(claims: Json, node: i32, texts: bool): f64 { return texts ? claims.numberOrText(node) : claims.number(node); }

/** The whole second at which it ends, or 0 where there is no such number. */
export function expiresAtSec(claims: Json, node: i32): i64 {
  const value = claims.number(node);
  if (!(value > 0)) return 0;
  return value >= <f64>END_OF_TIME ? END_OF_TIME : <i64>Math.floor(value);
}

/** Whether the claim is this text, or a list that contains it (as `aud` may be, RFC 7519 §4.1.3). Other items of the list are ignored. */
export function holds(claims: Json, node: i32, value: Uint8Array): bool {
  if (claims.isString(node)) return same(claims.text(node), value);
  if (!claims.isList(node)) return false;
  for (let item = claims.first(node); item >= 0; item = claims.sibling(node, item)) {
    if (claims.isString(item) && same(claims.text(item), value)) return true;
  }
  return false;
}

/** Whether a header's `typ` is this media type, with or without `application/` (RFC 7515 §4.1.9). */
export function isTyp(typ: Uint8Array | null, expected: string): bool {
  if (typ == null) return false;
  const short = typ.length > 12 && startsIgnoringCase(typ, "application/") ? typ.subarray(12) : typ;
  return isIgnoringCase(short, expected);
}

/** Whether all of `required` are in a space-separated `scope` (RFC 8693 §4.2), or in a list (`scp`). */
export function hasScopes(claims: Json, required: Uint8Array[]): bool {
  const scope = claims.member(claims.root, "scope"), scp = claims.member(claims.root, "scp");
  for (let i = 0; i < required.length; i++) {
    if (!scopeIn(claims, scope, required[i]) && !scopeIn(claims, scp, required[i])) return false;
  }
  return true;
}

function scopeIn(claims: Json, node: i32, scope: Uint8Array): bool {
  if (!claims.isString(node)) return holds(claims, node, scope);
  return inList(claims.text(node), scope);
}

/** Whether the word is in a space-separated list. */
export function inList(list: Uint8Array, word: Uint8Array): bool {
  let start = 0;
  for (let i = 0; i <= list.length; i++) {
    if (i < list.length && list[i] != 0x20) continue;
    if (same(list.subarray(start, i), word)) return true;
    start = i + 1;
  }
  return false;
}

/** Whether `sub` and `jti` are strings if they are there, as they must be (RFC 7519 §4.1.2, §4.1.7): services identify users by `sub`. */
export function areNamesTexts(claims: Json): bool {
  const sub = claims.member(claims.root, "sub"), jti = claims.member(claims.root, "jti");
  return (sub < 0 || claims.isString(sub)) && (jti < 0 || claims.isString(jti));
}

/** Whether a claim is exactly this text. */
export function claimIs(claims: Json, name: string, value: Uint8Array): bool {
  const node = claims.member(claims.root, name);
  return claims.isString(node) && same(claims.text(node), value);
}
