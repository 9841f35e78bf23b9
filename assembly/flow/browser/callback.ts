// The provider's answer at the callback (RFC 6749 §4.1.2, RFC 9207): whether this browser began the login, whether the answer is new, and what it says.

import { indexIn, is, joined, same, utf8 } from "../../bytes/bytes";
import { sameBytes } from "../../crypto/arithmetic/equal";
import { Reply } from "../../http/callout";
import { LOGIN_ID_SIZE } from "../../http/cookie_names";
import { LoginCookie } from "../../http/cookies";
import { isForm } from "../../http/navigation";
import { Parameters, readParameters } from "../../http/parameters";
import { mayBeSealed, openCookie } from "../../session/cookie_text";
import { Login, readLogin, STATE_SIZE } from "../../session/login";
import { Purpose } from "../../session/sealing";
import { LOGIN_AGE_SEC } from "../../session/session_cookies";
import { Claim, Exchange, Once } from "../decision/exchange";
import { redeem } from "./exchange_code";
import { CallbackContext } from "./callback_context";
import { AwaitBody, AwaitProvider, BodyStep, Next, Refuse, Step, BrowserEvent } from "../decision/next";
import { CALLBACK_DIRECT, CALLBACK_MALFORMED, CALLBACK_METHOD, LOGIN_DENIED, LOGIN_EXPIRED, LOGIN_FAILED, LOGIN_UNKNOWN, LOGIN_WRONG_ISSUER, NOT_READY, OVERLOADED, Refusal } from "../decision/refusal";
import { loginKey } from "../decision/session_keys";
import { LOOP_SEC, loginContext, redirectUriOf } from "./begin_login";
import { loggedInWith } from "./use_session";
import { BrowserRequest } from "../decision/browser_request";

/** Each may occur only once: a reader of the first and a reader of the last must see the same (duty 9). */
const SINGLE: string[] = ["code", "state", "iss", "error", "access_token", "id_token", "logout_token"];

/** Answers to prompt=none that mean that the user must interact (OpenID Connect Core 1.0 §3.1.2.6). */
const NOT_SILENTLY: string[] = ["login_required", "interaction_required", "consent_required", "account_selection_required"];

const OPENED_DIRECTLY = "the callback was opened without an answer from the provider; if its path is a page of the application, give redirect_uri a path of its own";

export function callback(x: Exchange, request: BrowserRequest): Next {
  const formPost = request.browser.formPost;
  if (!(formPost ? request.isPost : request.isGet)) {
    const out = errorPage(CALLBACK_METHOD);
    out.allow = formPost ? "POST" : "GET";
    return out;
  }
  const logins = new PendingLogins(x, request);
  if (!formPost) return withProvider(x, logins, request.query, request.target);
  // Wait for a body only if it can lead to a session.
  if (!isForm(request.headers)) return errorPage(CALLBACK_MALFORMED);
  return logins.keepOwn() ? new AwaitBody(new FormPost(logins)) : errorPage(LOGIN_UNKNOWN);
}

/** The wanted page is not known, so the page's link begins a new login at the front page. */
function errorPage(refusal: Refusal): Refuse { return Refuse.retry(refusal, utf8("/")); }

/** A copy of what the request's cookies say: when a form's body arrives, they cannot be read any more. */
@final
class PendingLogins {
  readonly context: CallbackContext;
  readonly redirectUri: Uint8Array;
  /** The id of the session that the browser has already: from another tab, or because this answer has arrived before (Back, reload). EMPTY: none. */
  readonly session: Uint8Array;
  /** The context that the seals of all login cookies are bound to. */
  private readonly sealContext: Uint8Array;
  private cookies: LoginCookie[];

  constructor(x: Exchange, request: BrowserRequest) {
    const redirectUri = redirectUriOf(request, request.path);
    this.session = loggedInWith(x, request);
    this.context = new CallbackContext(request);
    this.redirectUri = redirectUri;
    this.sealContext = loginContext(request.browser, redirectUri);
    this.cookies = request.cookies.logins();
  }

  get loggedIn(): bool { return this.session.length > 0; }

  /** The login that began with this state; null: none. Others may have set another cookie of the same name (duty 160). */
  find(state: Uint8Array): Login | null {
    const id = state.subarray(0, LOGIN_ID_SIZE);
    let left = this.context.browser.keys.tries;
    for (let i = 0; i < this.cookies.length && left > 0; i++) {
      if (!same(this.cookies[i].id, id) || !mayBeSealed(this.cookies[i].text)) continue;
      left--;
      const login = this.open(this.cookies[i]);
      if (login != null && sameBytes(login.state, state)) return login;
    }
    return null;
  }

  /** Drops the cookies that do not open. False if none is left. */
  keepOwn(): bool {
    const own = new Array<LoginCookie>();
    let left = this.context.browser.keys.tries;
    for (let i = 0; i < this.cookies.length && left > 0; i++) {
      if (!mayBeSealed(this.cookies[i].text)) continue;
      left--;
      if (this.open(this.cookies[i]) != null) own.push(this.cookies[i]);
    }
    this.cookies = own;
    return own.length > 0;
  }

  private open(cookie: LoginCookie): Login | null {
    const browser = this.context.browser;
    const plain = openCookie(browser.keys, Purpose.Login, this.sealContext, joined(this.context.writer.names.login, cookie.id), cookie.text);
    return plain == null ? null : readLogin(plain);
  }
}

@final
class FormPost extends BodyStep {
  constructor(private readonly logins: PendingLogins) { super(); }
  received(x: Exchange, body: Uint8Array): Next { return withProvider(x, this.logins, body, utf8("/")); }
}

/** Before anything is used up, checks that the provider's endpoints are known and that there is room for the call. `again`: where to try it later. */
function withProvider(x: Exchange, logins: PendingLogins, text: Uint8Array, again: Uint8Array): Next {
  if (x.overloaded) return Refuse.retry(OVERLOADED, again);
  if (x.metadata != null) return answered(x, logins, text);
  return x.mayWait ? new AwaitProvider(new Answer(logins, text, again)) : Refuse.retry(NOT_READY, again);
}

/** An answer that arrived while the provider's metadata were being fetched. */
@final
class Answer extends Step {
  constructor(private readonly logins: PendingLogins, private readonly text: Uint8Array, private readonly again: Uint8Array) { super(); }
  resume(x: Exchange, _reply: Reply): Next { return withProvider(x, this.logins, this.text, this.again); }
}

function answered(x: Exchange, logins: PendingLogins, text: Uint8Array): Next {
  const answer = readParameters(text);
  if (answer == null) return errorPage(CALLBACK_MALFORMED);
  for (let i = 0; i < SINGLE.length; i++) if (answer.count(SINGLE[i]) > 1) return errorPage(CALLBACK_MALFORMED);
  if (answer.count("state") == 0) return Refuse.retry(CALLBACK_DIRECT, utf8("/"), OPENED_DIRECTLY);

  const context = logins.context, browser = context.browser;
  const state = answer.one("state");
  const login: Login | null = state.length == STATE_SIZE ? logins.find(state) : null;
  // Other logins are left alone: a forged answer must not end them.
  if (login == null) return logins.loggedIn ? context.backTo(utf8("/"), [], BrowserEvent.AlreadyLoggedIn) : errorPage(LOGIN_UNKNOWN);

  // From here on this login is used up, whatever its result (duty 3).
  context.over(state.slice(0, LOGIN_ID_SIZE), login.returnTo);
  if (x.registry.claim(Once.Login, loginKey(browser.context, state), x.nowMs, (login.startedAtSec + LOGIN_AGE_SEC) * 1000) != Claim.Mine) return over(logins, login, LOGIN_UNKNOWN);
  if (x.nowSec >= login.startedAtSec + LOGIN_AGE_SEC) return over(logins, login, LOGIN_EXPIRED);
  if (!issuerHolds(x, answer)) return context.refuse(LOGIN_WRONG_ISSUER);
  if (answer.count("error") > 0) return refusedByProvider(x, logins, login, answer.one("error"));
  const code = answer.one("code");
  return code.length == 0 ? context.refuse(CALLBACK_MALFORMED) : redeem(x, context, login, code, logins.redirectUri);
}

/** This login cannot continue. If the browser has a session all the same, it gets the wanted page. */
function over(logins: PendingLogins, login: Login, refusal: Refusal): Next {
  return logins.loggedIn ? logins.context.backTo(login.returnTo, [], BrowserEvent.AlreadyLoggedIn) : logins.context.refuse(refusal);
}

/** RFC 9207 §2.4: the issuer must be exact. If the provider promises it, it must be there (mix-up, duty 6). */
function issuerHolds(x: Exchange, answer: Parameters): bool {
  const metadata = x.metadata;
  if (metadata == null) return false;
  if (answer.count("iss") == 0) return !metadata.issParameterSupported;
  return same(answer.one("iss"), metadata.issuer);
}

function refusedByProvider(x: Exchange, logins: PendingLogins, login: Login, error: Uint8Array): Next {
  const context = logins.context;
  if (!login.silent && (is(error, "temporarily_unavailable") || is(error, "authentication_expired"))) {
    // The wanted page does not accept a session that was there before: by force_reauthorize, or because its rule has shorter timeouts than the callback's.
    if (logins.loggedIn && !same(login.sessionId, logins.session)) return context.backTo(login.returnTo, [], BrowserEvent.AlreadyLoggedIn);
    if (!logins.loggedIn && context.mayRepeat(x.nowSec, LOOP_SEC)) return context.backTo(login.returnTo, [], BrowserEvent.LoginRepeated);
  }
  // The provider's session has ended, so this one ends too. The wanted page leads to an ordinary login.
  if (login.silent && indexIn(NOT_SILENTLY, error) >= 0) return context.backTo(login.returnTo, context.writer.expireSession(), BrowserEvent.Silent);
  const known = indexIn(ERRORS, error);
  return context.refuse(is(error, "access_denied") ? LOGIN_DENIED : LOGIN_FAILED, "the provider answered the login with " + (known >= 0 ? ERRORS[known] : "an error code of its own"));
}

/** Error codes of RFC 6749 §4.1.2.1 and OpenID Connect Core 1.0 §3.1.2.6. Others may be an attacker's text, and are not logged. */
const ERRORS: string[] = ["access_denied", "invalid_request", "unauthorized_client", "unsupported_response_type", "invalid_scope", "server_error",
  "temporarily_unavailable", "interaction_required", "login_required", "account_selection_required", "consent_required", "invalid_request_uri",
  "invalid_request_object", "request_not_supported", "request_uri_not_supported", "registration_not_supported", "invalid_target"];
