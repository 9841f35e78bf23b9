import { same } from "../../../assembly/bytes/bytes";
import { readSession, Session, writeSession } from "../../../assembly/session/session";
import { ascii, concat, equal, equalBytes, equalInt, filled, hex, isTrue, text, unhex, utf8 } from "../check";
import { bytes, JWT, session } from "./values.as";

/** Offsets in a session, which begins with its version, id, five times and a flag. */
const TIMES = 17, FLAG = 37, FIRST_FIELD = 38;

export function a_session_is_read_as_it_was_written(): void {
  const s = again(session());
  equalBytes(s.id, bytes(16));
  equalInt(s.createdAtSec, 1700000000);
  equalInt(s.touchedAtSec, 1700000100);
  equalInt(s.extendedAtSec, 1700000050);
  equalInt(s.authenticatedAtSec, 1700000000);
  equalInt(s.accessExpiresAtSec, 1700000300);
  isTrue(s.accessVerified, "verified");
  equal(text(s.subject), "me");
  equal(text(s.sid), "sid-1");
  equal(text(s.accessToken), JWT);
  equal(text(s.refreshToken), "refresh");
  equal(text(s.scope), "openid profile");
  equal(text(s.idToken), JWT);
  equal(text(s.idClaims), "{\"sub\":\"me\"}");
  equal(text(s.userinfo), "{\"name\":\"Me\"}");
}

export function contents_that_are_not_kept_stay_empty(): void {
  const s = new Session();
  s.id = bytes(16);
  s.createdAtSec = s.touchedAtSec = s.extendedAtSec = 1;
  const got = again(s);
  equalInt(got.subject.length + got.sid.length + got.accessToken.length + got.refreshToken.length + got.scope.length, 0);
  equalInt(got.idToken.length + got.idClaims.length + got.userinfo.length, 0);
  equalInt(got.authenticatedAtSec + got.accessExpiresAtSec, 0);
  isTrue(!got.accessVerified, "not verified");
}

export function a_jwt_is_stored_in_three_quarters_of_its_size(): void {
  const s = session(), opaque = session(), long = "eyJhbGciOiJub25lIn0." + "abcd".repeat(300) + "." + "AAAA".repeat(86);
  s.accessToken = ascii(long);
  opaque.accessToken = ascii(long + "=");
  isTrue(writeSession(s).length < writeSession(opaque).length - 380, "shorter");
  equal(text(again(s).accessToken), long);
  equal(text(again(opaque).accessToken), long + "=");
}

export function every_token_is_read_as_it_was_written(): void {
  token("");
  token(".");
  token("..");
  token("...");
  token("a.b.c");
  token("AA.AA.AA");
  token("AB.AA.AA"); // set bits past the last byte
  token("AA.AA.AA=");
  token("AA.AA.AA.AA");
  token("AA.AA");
  token("AA.A+.AA");
  token("AA.AA.AA\n");
  token(" " + JWT);
  token("..AA");
  token("opaque-token");
  token("ya29.a0AfH6SMB_x.y");
  token("\u00e9.\u00e9.\u00e9");
}

export function a_jwt_that_is_not_stored_as_jwt_is_refused(): void {
  // The same JWT stored as text would be a second encoding.
  const s = session(), written = writeSession(s), one = hex(written), form = hex(ascii("me")) + "05000000" + hex(ascii("sid-1"));
  const at = (one.indexOf(form) + form.length) / 2;
  equalInt(written[at], 1);
  const sizes = at + 1 + 4 + 25 + 4 + 44 + 4 + 16; // the three parts of JWT
  const other = concat(concat(written.slice(0, at), concat(unhex("00" + "75000000"), ascii(JWT))), written.slice(sizes));
  equalInt(JWT.length, 0x75);
  refuses(other);
  // With an opaque token of the same size the session is accepted, so only the JWT was wrong.
  const opaque = concat(concat(written.slice(0, at), concat(unhex("00" + "75000000"), filled(0x75, 0x61))), written.slice(sizes));
  isTrue(readSession(opaque) != null, "an opaque one");
}

export function another_version_is_refused(): void {
  for (let version = 0; version < 256; version++) {
    const plain = writeSession(session()).slice();
    plain[0] = <u8>version;
    isTrue((readSession(plain) != null) == (version == 1), version.toString());
  }
}

export function duty_100_a_truncated_or_extended_session_is_refused(): void {
  const plain = writeSession(session());
  for (let size = 0; size < plain.length; size++) refuses(plain.subarray(0, size));
  refuses(concat(plain, filled(1, 0)));
  refuses(concat(plain, plain));
}

export function duty_103_no_length_leads_beyond_the_end(): void {
  const plain = writeSession(session());
  for (let at = FIRST_FIELD; at + 4 <= plain.length; at++) {
    for (let k = 0; k < 4; k++) {
      const other = plain.slice();
      for (let i = 0; i < 4; i++) other[at + i] = i < k ? 0 : 0xff;
      readSession(other); // must not trap
    }
  }
  const first = plain.slice();
  first[FIRST_FIELD + 3] = 0x80;
  refuses(first);
  first[FIRST_FIELD + 3] = 0xff;
  refuses(first);
}

export function a_flag_that_is_not_zero_or_one_is_refused(): void {
  for (let value = 0; value < 256; value++) {
    const plain = writeSession(session()).slice();
    plain[FLAG] = <u8>value;
    const got = readSession(plain);
    isTrue((got != null) == (value < 2), value.toString());
    if (got != null) isTrue(got.accessVerified == (value == 1), "the flag's value");
  }
}

export function duty_104_a_session_without_its_times_is_refused(): void {
  for (let i = 0; i < 3; i++) {
    const plain = writeSession(session()).slice();
    for (let k = 0; k < 4; k++) plain[TIMES + 4 * i + k] = 0;
    refuses(plain);
  }
}

export function a_time_out_of_range_becomes_the_nearest_in_range(): void {
  const s = session();
  s.accessExpiresAtSec = i64.MAX_VALUE;
  equalInt(again(s).accessExpiresAtSec, 0xffffffff);
  s.accessExpiresAtSec = -5;
  equalInt(again(s).accessExpiresAtSec, 0);
}

export function a_session_with_an_id_of_another_size_is_refused(): void {
  for (let size = 0; size < 40; size++) {
    const s = session();
    s.id = filled(size, 1);
    isTrue((readSession(writeSession(s)) != null) == (size == 16), size.toString());
  }
}

export function times_of_slow_clocks_are_accepted(): void {
  const s = session();
  s.touchedAtSec = s.createdAtSec - 3;
  s.extendedAtSec = s.createdAtSec - 2;
  equalInt(again(s).touchedAtSec, s.createdAtSec - 3);
}

export function a_large_session_is_read_completely(): void {
  const s = session();
  s.userinfo = bytes(20000);
  s.refreshToken = bytes(5000, 3);
  const got = again(s);
  isTrue(same(got.userinfo, bytes(20000)), "UserInfo");
  isTrue(same(got.refreshToken, bytes(5000, 3)), "refresh token");
}

export function empty_and_constant_bytes_are_refused(): void {
  refuses(new Uint8Array(0));
  refuses(filled(1, 1));
  refuses(filled(500, 0));
  refuses(filled(500, 1));
}

function token(given: string): void {
  const s = session();
  s.accessToken = utf8(given);
  s.idToken = utf8(given);
  const got = again(s);
  equal(text(got.accessToken), given);
  equal(text(got.idToken), given);
}

function again(s: Session): Session {
  const got = readSession(writeSession(s));
  if (got != null) return got;
  assert(false, "refused");
  return s;
}

function refuses(plain: Uint8Array): void { isTrue(readSession(plain) == null, "accepted"); }
