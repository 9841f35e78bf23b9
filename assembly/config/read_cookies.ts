// The attributes and names of the filter's cookies (`session.cookie_*`).

import { encodeBase64url } from "../bytes/base64";
import { concat, EMPTY, indexOf, inLowerCase, isAlphanumeric, joined, startsIgnoringCase, utf8 } from "../bytes/bytes";
import { digest, Hash } from "../crypto/hash/hash";
import { readUrl } from "../http/url";
import { CookieNames, CookieSettings, Secure } from "../session/cookie_settings";
import * as attributes from "./attributes";
import { BrowserSettings, Redirect } from "./browser";
import { hostOf, isLoopback } from "./paths";
import { ConfigReader } from "./reader";

const MAX_NAME = 64;
/** Browsers ignore an attribute with a longer value (RFC 6265bis §5.6). */
const MAX_PATH = 1024;
const MAX_DOMAIN = 253;
/** The tag makes the cookie names of two configurations on one site differ by themselves (duty 102). */
const TAG_SIZE = 8;

const HOST = "__Host-", SECURE = "__Secure-";

/** `b.redirect…` must have been read before. */
export function readCookies(session: ConfigReader, b: BrowserSettings, issuer: Uint8Array, clientId: Uint8Array, warnings: string[]): void {
  const out = b.cookies;
  out.path = readCookiePath(session);
  out.domain = readDomain(session, b);
  out.httpOnly = attributes.session_cookie_http_only(session);
  if (!out.httpOnly) warnings.push("session.cookie_http_only is false: scripts of a page can read the session's cookie");
  if (session.has("cookie_secure")) out.secure = attributes.session_cookie_secure(session) ? Secure.Always : Secure.Never;
  readNames(session, out, issuer, clientId);
  readSameSite(session, out, warnings);
  if (out.secure == Secure.Never) warnings.push("session.cookie_secure is false: browsers send the session over plain http as well");

  const url = readUrl(b.redirectUrl);
  const plain = b.redirect == Redirect.Absolute && !b.redirectHttps;
  if (plain && out.secure == Secure.Always && !url.failed && !isLoopback(url.value)) {
    session.wrong(session.has("cookie_secure") ? "cookie_secure" : "cookie_name", "asks for cookies that browsers do not accept over plain http, and redirect_uri is plain http");
  }
}

function readCookiePath(session: ConfigReader): Uint8Array {
  const text = session.has("cookie_path") ? session.text("cookie_path") : utf8("/");
  if (text == null) return EMPTY;
  let fine = text[0] == 0x2f && text.length <= MAX_PATH;
  for (let i = 0; i < text.length; i++) if (text[i] <= 0x20 || text[i] >= 0x7f || text[i] == 0x3b) fine = false;
  if (!fine) session.wrong("cookie_path", "expected a path such as /app of printable ASCII without blanks and semicolons");
  return fine ? text : EMPTY;
}

function readDomain(session: ConfigReader, b: BrowserSettings): Uint8Array {
  const text = session.text("cookie_domain");
  if (text == null) return EMPTY;
  // RFC 6265 §5.2.3: a leading dot has no meaning.
  const domain = text[0] == 0x2e ? inLowerCase(text.subarray(1)) : inLowerCase(text);
  if (!isDomain(domain)) {
    session.wrong("cookie_domain", "expected a domain such as example.com");
    return EMPTY;
  }
  const url = readUrl(b.redirectUrl);
  if (b.redirect == Redirect.Absolute && !url.failed && !within(inLowerCase(hostOf(url.value)), domain)) {
    session.wrong("cookie_domain", "is not a domain of redirect_uri's host: browsers would not accept the cookies");
    return EMPTY;
  }
  return domain;
}

/** Labels of letters, digits and hyphens, separated by dots. */
function isDomain(text: Uint8Array): bool {
  let label = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c == 0x2e) {
      if (label == 0) return false;
      label = 0;
    } else if (c - 0x30 < 10 || c - 0x61 < 26 || c == 0x2d) label++;
    else return false;
  }
  return label > 0 && text.length <= MAX_DOMAIN;
}

/** The domain itself, or one below it: `evil-example.com` is not below `example.com` (duty 22). */
function within(host: Uint8Array, domain: Uint8Array): bool {
  const from = host.length - domain.length;
  if (from < 0 || from > 0 && host[from - 1] != 0x2e) return false;
  for (let i = 0; i < domain.length; i++) if (host[from + i] != domain[i]) return false;
  return true;
}

function readSameSite(session: ConfigReader, out: CookieSettings, warnings: string[]): void {
  const value = attributes.session_cookie_same_site(session);
  out.sameSite = value == "Default" ? "" : value;
  if (value == "Strict") {
    // The redirect back begins at the provider's site, so it and every later redirect count as cross-site (RFC 6265bis §5.2).
    session.wrong("cookie_same_site", "Strict does not work with a login: browsers do not send the session on the way back from the provider, so the login would start again; use Lax");
  }
  if (value != "None") return;
  if (out.secure == Secure.Never) session.wrong("cookie_same_site", "None needs cookie_secure");
  else warnings.push("session.cookie_same_site is None: requests from other sites carry the session, so the upstream must guard against forged ones");
}

/** Browsers enforce what these prefixes promise (RFC 6265bis §4.1.3), in upper or lower case. */
function readNames(session: ConfigReader, out: CookieSettings, issuer: Uint8Array, clientId: Uint8Array): void {
  const given = session.text("cookie_name");
  const prefix = given == null ? 0 : prefixSize(given), hostPrefix = prefix == HOST.length;
  const atRoot = out.path.length == 1 && out.domain.length == 0;
  if (given != null && !isCookieName(given)) session.wrong("cookie_name", `expected at most ${MAX_NAME} of the characters that a cookie's name may have (RFC 6265 §4.1.1)`);
  else if (hostPrefix && !atRoot) session.wrong("cookie_name", "a name with __Host- needs cookie_path / and no cookie_domain");
  else if (prefix > 0 && out.secure == Secure.Never) session.wrong("cookie_name", "a name with this prefix needs cookie_secure");
  if (prefix > 0) out.secure = Secure.Always;

  const base = given == null ? joined(utf8("oidc_"), tagOf(issuer, clientId)) : given.slice(prefix);
  const secureName = given == null ? named(atRoot ? HOST : SECURE, base, "") : given;
  out.secureNames = new CookieNames(secureName, named(HOST, base, "_flow"), named(SECURE, base, "_login_"));
  out.plainNames = new CookieNames(given == null ? base : given, named("", base, "_flow"), named("", base, "_login_"));
}

function named(prefix: string, base: Uint8Array, suffix: string): Uint8Array { return concat([utf8(prefix), base, utf8(suffix)]); }

/** The length of the name's prefix; 0 if it has none. */
function prefixSize(name: Uint8Array): i32 {
  return startsIgnoringCase(name, "__host-") ? HOST.length : startsIgnoringCase(name, "__secure-") ? SECURE.length : 0;
}

function tagOf(issuer: Uint8Array, clientId: Uint8Array): Uint8Array {
  return encodeBase64url(digest(Hash.Sha256, concat([issuer, new Uint8Array(1), clientId]))).slice(0, TAG_SIZE);
}

const PUNCTUATION = utf8("!#$%&'*+-.^_`|~");

/** A token (RFC 9110 §5.6.2) with something behind the prefix. */
function isCookieName(name: Uint8Array): bool {
  if (name.length > MAX_NAME || name.length == prefixSize(name)) return false;
  for (let i = 0; i < name.length; i++) if (!isAlphanumeric(name[i]) && indexOf(PUNCTUATION, name[i]) < 0) return false;
  return true;
}
