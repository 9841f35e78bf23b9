import { openCookie, sealedCookie } from "../../../assembly/session/cookie_text";
import { readLoginCounter } from "../../../assembly/session/login_counter";
import { Login, readLogin, writeLogin } from "../../../assembly/session/login";
import { Purpose } from "../../../assembly/session/sealing";
import { readSession, Session, writeSession } from "../../../assembly/session/session";
import { same } from "../../../assembly/bytes/bytes";
import { ascii, equal, equalBytes, equalInt, isTrue, text } from "../check";
import { mutated, Random, Reader } from "../fuzz.as";
import { JWT, keys, login, nonce, session } from "./values.as";

export function a_session_that_is_accepted_is_written_as_the_same_bytes(): void {
  const opaque = session();
  opaque.accessToken = ascii("opaque");
  opaque.idToken = ascii("");
  isTrue(sessions(writeSession(session())) + sessions(writeSession(opaque)) > 20, "changed sessions were accepted");
}

function sessions(sample: Uint8Array): i32 {
  const random = new Random(11);
  let accepted = 0;
  for (let i = 0; i < 8000; i++) {
    const input = i % 5 == 4 ? random.bytes(random.below(300)) : mutated(sample, random);
    if (i % 5 == 4 && input.length > 0) input[0] = 1;
    const got = readSession(input);
    if (got == null) continue;
    accepted++;
    whole(got);
    equalBytes(writeSession(got), input);
  }
  return accepted;
}

function whole(s: Session): void {
  equalInt(s.id.length, 16);
  isTrue(s.createdAtSec > 0 && s.touchedAtSec > 0 && s.extendedAtSec > 0, "times");
}

export function a_login_that_is_accepted_is_written_as_the_same_bytes(): void {
  const random = new Random(12), sample = writeLogin(login());
  let accepted = 0;
  for (let i = 0; i < 12000; i++) {
    const input = i % 5 == 4 ? random.bytes(random.below(300)) : mutated(sample, random);
    if (i % 5 == 4 && input.length > 0) input[0] = 3;
    const got = readLogin(input);
    if (got == null) continue;
    accepted++;
    proper(got);
    equalBytes(writeLogin(got), input);
  }
  isTrue(accepted > 20, accepted.toString() + " changed logins were accepted");
}

function proper(l: Login): void {
  equalInt(l.state.length, 32);
  const to = text(l.returnTo);
  isTrue(to.startsWith("/") && !to.startsWith("//") && !to.startsWith("/\\"), to);
  isTrue(l.nonce.length > 0 && l.codeVerifier.length >= 43 && l.startedAtSec > 0, "nothing is missing");
}

class LoginCounterReader extends Reader {
  read(input: Uint8Array): bool {
    const counter = readLoginCounter([input]), written = counter.written();
    isTrue(counter.logins.length <= 7 && counter.completed >= 0 && counter.completedAtSec >= 0, "bounds");
    const accepted = same(written, input);
    if (!accepted) equal(text(written), "0.0");
    return accepted;
  }
}

export function a_login_counter_is_accepted_unchanged_or_counts_as_empty(): void {
  some(new LoginCounterReader().fuzz(["2.1700000000.abcdefgh.ABCDEFGH.-_-_-_-_", "0.0", "1.1700000000.~abcdefgh.ABCDEFGH.~-_-_-_-_", "999999999.9999999999.a0000000.b0000000.c0000000.d0000000.e0000000.f0000000.g0000000"], 4000));
}

class CookieReader extends Reader {
  private readonly good: Uint8Array;

  constructor() {
    super();
    const made = sealedCookie(keys(), Purpose.Session, nonce(), ascii("c"), ascii("n"), writeSession(session()), 300);
    this.good = made == null ? new Uint8Array(0) : made;
  }

  get sample(): string { return text(this.good); }

  read(input: Uint8Array): bool {
    const plain = openCookie(keys(), Purpose.Session, ascii("c"), ascii("n"), input);
    isTrue((plain != null) == same(input, this.good), "only the cookie that was sealed opens");
    return plain != null;
  }
}

export function duty_100_no_changed_cookie_opens(): void {
  const reader = new CookieReader();
  reader.fuzz([reader.sample], 4000);
  // Some changes cancel each other out, and the cookie stays the same.
  isTrue(reader.accepted < 100, "hardly any change leaves it the same");
}

class TokenReader extends Reader {
  read(input: Uint8Array): bool {
    const s = session();
    s.accessToken = input;
    const got = readSession(writeSession(s));
    if (got == null) return false;
    equalBytes(got.accessToken, input);
    return true;
  }
}

export function every_token_is_read_as_it_was_written(): void {
  const reader = new TokenReader().fuzz([JWT, "AA.AA.AA", ".."], 3000);
  equalInt(reader.accepted, 9000);
}

function some(reader: Reader): void { isTrue(reader.accepted > 20, reader.accepted.toString() + " changed inputs were accepted"); }
