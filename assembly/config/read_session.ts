// `session` and `session_contents`: the secrets that seal sessions, their lifetimes, and what they keep.

import { same } from "../bytes/bytes";
import { decodeUtf8 } from "../bytes/utf8";
import { SessionContents } from "../session/contents";
import { SealingKeys } from "../session/sealing";
import { SessionLimits } from "../session/limits";
import * as attributes from "./attributes";
import { BrowserSettings } from "./browser";
import { readCookies } from "./read_cookies";
import { ConfigReader } from "./reader";

/** APISIX's rule; a secret of 32 bytes is as strong as the keys that are made of it. */
const LEAST_SECRET = 16, GOOD_SECRET = 32;
/** A text with fewer different characters is no secret, however long it is. */
const LEAST_VARIETY = 5;
const LONGEST = 31536000;

const SECRET_NEEDED = "is required for the browser login: at least 16 characters, such as the output of `openssl rand -base64 32`, shared by all Envoys";

/** `issuer` and `clientId` go into the cookies' names. */
export function readSession(r: ConfigReader, b: BrowserSettings, issuer: Uint8Array, clientId: Uint8Array, clientSecret: Uint8Array, warnings: string[]): void {
  const session = r.child("session");
  if (session == null) {
    if (!r.has("session")) r.wrong("session.secret", SECRET_NEEDED);
    return;
  }
  b.keys = new SealingKeys(readSecrets(session, clientSecret, warnings));
  readLimits(session, b.limits, warnings);
  readCookies(session, b, issuer, clientId, warnings);
  const storage = attributes.session_storage(session);
  if (storage == "redis") session.wrong("storage", "redis is not supported: sessions are kept in sealed cookies and need no store");
  if (session.child("redis") != null && storage != "redis") warnings.push("not used: session.redis");
  session.refuseUnknown();
}

function readSecrets(session: ConfigReader, clientSecret: Uint8Array, warnings: string[]): Uint8Array[] {
  const places: string[] = [], secrets = session.texts("secret", places, true);
  if (!session.has("secret")) session.wrong("secret", SECRET_NEEDED);
  session.atMost("secret", attributes.MAX_SESSION_SECRET, secrets.length, " secrets");

  let short = false;
  for (let i = 0; i < secrets.length; i++) {
    const place = places[i], size = decodeUtf8(secrets[i]).length;
    if (size < LEAST_SECRET) session.wrongAt(place, "expected at least " + LEAST_SECRET.toString() + " characters, found " + size.toString());
    else if (variety(secrets[i]) < LEAST_VARIETY) session.wrongAt(place, "is easy to guess: it has too few different characters");
    // Whoever knows one of them would know the other (duty 106).
    if (same(secrets[i], clientSecret)) session.wrongAt(place, "must not be the client_secret, which the provider knows as well");
    for (let j = 0; j < i; j++) if (same(secrets[i], secrets[j])) session.wrongAt(place, "is " + places[j] + " again");
    if (size < GOOD_SECRET) short = true;
  }
  if (short) warnings.push(`session.secret has less than ${GOOD_SECRET} characters: the output of \`openssl rand -base64 32\` is a good one`);
  return secrets;
}

/** The number of different bytes. */
function variety(text: Uint8Array): i32 {
  const seen = new StaticArray<bool>(256);
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    if (seen[text[i]]) continue;
    seen[text[i]] = true;
    count++;
  }
  return count;
}

function readLimits(session: ConfigReader, limits: SessionLimits, warnings: string[]): void {
  limits.idlingSec = attributes.session_idling_timeout(session);
  limits.rollingSec = attributes.session_rolling_timeout(session);
  let absolute = -1;
  const cookie = session.child("cookie");
  if (cookie != null) {
    if (cookie.has("lifetime")) {
      absolute = attributes.session_cookie_lifetime(cookie);
      warnings.push(session.has("absolute_timeout") ? "not used beside session.absolute_timeout: session.cookie.lifetime"
        : "session.cookie.lifetime is deprecated: call it session.absolute_timeout");
    }
    cookie.refuseUnknown();
  }
  limits.absoluteSec = attributes.session_absolute_timeout(session);
  if (absolute >= 0 && !session.has("absolute_timeout")) limits.absoluteSec = absolute;
  if (limits.absoluteSec > 0) return;
  // A revoked session must be recorded for as long as copies of its cookies would work.
  limits.absoluteSec = LONGEST;
  warnings.push(`session.absolute_timeout is 0: a session ends ${LONGEST} seconds after the login all the same, because a revoked session is remembered until it expires`);
}

/** Without the attribute everything is kept; with it, only what it names (as in APISIX). */
export function readContents(r: ConfigReader, out: SessionContents, rawIdTokenNeeded: bool): void {
  const contents = r.child("session_contents");
  if (contents == null) return;
  out.accessToken = attributes.session_contents_access_token(contents);
  out.idToken = attributes.session_contents_id_token(contents);
  out.rawIdToken = attributes.session_contents_enc_id_token(contents) || rawIdTokenNeeded;
  out.user = attributes.session_contents_user(contents);
  contents.refuseUnknown();
}
