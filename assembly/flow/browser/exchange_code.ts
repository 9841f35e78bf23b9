// Exchanges the code for tokens (RFC 6749 §4.1.3), verifies the ID Token, fetches UserInfo, and makes the session.

import { EMPTY } from "../../bytes/bytes";
import { sameBytes } from "../../crypto/arithmetic/equal";
import { NONCE_SIZE } from "../../crypto/aead/xchacha20poly1305";
import { Reply } from "../../http/callout";
import { Json } from "../../json/json";
import { IdToken, idTokenFaultText, readIdToken } from "../../oidc/id_token";
import { codeRequest, readTokens, TokenFault, tokenFaultText, Tokens } from "../../oidc/token";
import { isSignedUserinfo, readSignedUserinfo, readUserinfo, UserinfoFault, userinfoFaultText, userinfoRequest } from "../../oidc/userinfo";
import { TokenClaims } from "../../policy/claim_source";
import { personOf } from "../../policy/identity";
import { Result } from "../../result";
import { Login } from "../../session/login";
import { Session, SESSION_ID_SIZE } from "../../session/session";
import { Exchange } from "../decision/exchange";
import { CallbackContext } from "./callback_context";
import { Await, AwaitProvider, CalloutKind, Next, Respond, Step, BrowserEvent } from "../decision/next";
import { LOGIN_FAILED, NO_RANDOMNESS, PROVIDER_UNREACHABLE, SESSION_TOO_LARGE } from "../decision/refusal";
import { sealSession } from "./sealed_session";
import { LOOP_SEC } from "./begin_login";
import { idTokenRules, takeIdToken, takeTokens } from "./take_tokens";
import { KeyWait, Signature, verifySigned } from "./verify_id_token";

export function redeem(x: Exchange, context: CallbackContext, login: Login, code: Uint8Array, redirectUri: Uint8Array): Next {
  const endpoint = x.endpoint("token_endpoint");
  if (endpoint == null) return context.refuse(LOGIN_FAILED, "the provider's metadata has no usable token_endpoint");
  const call = codeRequest(endpoint, context.browser.client, code, redirectUri, login.codeVerifier, x.assertionContext());
  if (call == null) return context.refuse(NO_RANDOMNESS, "the client cannot authenticate: Envoy gave no signature or no random bytes");
  return new Await(call, new ReadTokens(context, login), CalloutKind.Token);
}

@final
class ReadTokens extends Step {
  constructor(private readonly context: CallbackContext, private readonly login: Login) { super(); }

  resume(x: Exchange, reply: Reply): Next {
    const read = readTokens(reply), fault = read.fault;
    if (fault != null) {
      const down = fault.code == TokenFault.Unreachable || fault.code == TokenFault.BadStatus && isOutage(reply.status);
      return this.context.refuse(down ? PROVIDER_UNREACHABLE : LOGIN_FAILED, "login: " + tokenFaultText(fault.code, fault.at));
    }
    if (read.value.idToken.length == 0) return this.context.refuse(LOGIN_FAILED, "login: the token endpoint's answer has no id_token (check that scope has openid)");
    return new CheckIdToken(this.context, this.login, read.value, new KeyWait(x.nowMs)).resume(x, reply);
  }
}

/** An unknown key may have to be fetched first. The code is spent, so if the fetch fails, it is repeated for some seconds. */
@final
class CheckIdToken extends Step {
  constructor(private readonly context: CallbackContext, private readonly login: Login, private readonly tokens: Tokens, private readonly keyWait: KeyWait) { super(); }

  resume(x: Exchange, _reply: Reply): Next {
    const signed = verifySigned(x, this.tokens.idToken);
    if (signed.signature == Signature.UnknownKey && this.keyWait.goesOn(x)) return new AwaitProvider(this);
    const jwt = signed.jwt, provider = x.provider;
    if (signed.signature == Signature.UnknownKey && provider != null && provider.keysFailing) return this.context.refuse(PROVIDER_UNREACHABLE, "login: the ID Token " + signed.why);
    if (jwt == null) return this.context.refuse(LOGIN_FAILED, "login: the ID Token " + signed.why);
    const read = readIdToken(jwt, signed.hash, idTokenRules(x, this.context.browser, this.login), this.login.nonce, this.tokens.accessToken, x.nowSec);
    const fault = read.fault;
    if (fault != null) return this.context.refuse(LOGIN_FAILED, "login: the ID Token " + idTokenFaultText(fault.code, fault.at));

    const known = new KnownUser(this.context, this.login, this.tokens, read.value), endpoint = x.endpoint("userinfo_endpoint");
    if (endpoint == null || !this.login.contents.user) return known.begin(x, EMPTY);
    return new Await(userinfoRequest(endpoint, this.tokens.accessToken), new ReadUserinfo(known), CalloutKind.Userinfo);
  }
}

@final
class ReadUserinfo extends Step {
  constructor(private readonly known: KnownUser) { super(); }

  resume(x: Exchange, reply: Reply): Next {
    if (isSignedUserinfo(reply)) return new CheckUserinfo(this.known, reply.body).resume(x, reply);
    return this.known.withUserinfo(x, readUserinfo(reply, this.known.idToken.sub), reply.status == 0 || isOutage(reply.status));
  }
}

/** A signed UserInfo response. As for the ID Token, an unknown key may have to be fetched first. */
@final
class CheckUserinfo extends Step {
  constructor(private readonly known: KnownUser, private readonly answer: Uint8Array) { super(); }

  resume(x: Exchange, _reply: Reply): Next {
    const signed = verifySigned(x, this.answer), provider = x.provider, jwt = signed.jwt, known = this.known;
    if (signed.signature == Signature.UnknownKey && !x.waited && provider != null && provider.askForKey(true)) return new AwaitProvider(this);
    if (jwt == null) return known.withoutUserinfo(x, "the UserInfo endpoint's answer " + signed.why, false);
    return known.withUserinfo(x, readSignedUserinfo(jwt.claims, provider == null ? EMPTY : provider.issuer(), known.context.browser.client.id, known.idToken.sub), false);
  }
}

/** A login whose ID Token is verified. It says who the user is, whatever becomes of the login. */
@final
class KnownUser {
  constructor(readonly context: CallbackContext, private readonly login: Login, private readonly tokens: Tokens, readonly idToken: IdToken) {}

  /** `down`: the provider failed, and may work again later. */
  withUserinfo(x: Exchange, read: Result<Json>, down: bool): Next {
    const fault = read.fault;
    if (fault == null) return this.begin(x, read.value.bytes);
    const why = userinfoFaultText(fault.code, fault.at);
    return fault.code == UserinfoFault.WrongSubject ? this.named(x, this.context.refuse(LOGIN_FAILED, "login: " + why)) : this.withoutUserinfo(x, why, down);
  }

  /** The ID Token identifies the user, so the session begins without UserInfo. For rules that need its claims, they are missing. */
  withoutUserinfo(x: Exchange, why: string, down: bool): Next {
    if (this.context.browser.userinfoRequired) return this.named(x, this.context.refuse(down ? PROVIDER_UNREACHABLE : LOGIN_FAILED, "login: " + why));
    const out = this.begin(x, EMPTY);
    if (out instanceof Respond) out.why = "login: " + why + "; the session starts with the claims of the ID Token alone (userinfo_required: true would refuse such logins)";
    return out;
  }

  begin(x: Exchange, userinfo: Uint8Array): Next { return this.named(x, this.newSession(x, userinfo)); }

  private named(x: Exchange, next: Next): Next {
    next.person = personOf(x.config.identity, new TokenClaims(this.idToken.claims));
    return next;
  }

  /** A new session, whatever the browser held before (session fixation, duty 25); or the one that the provider was asked about. */
  private newSession(x: Exchange, userinfo: Uint8Array): Next {
    const context = this.context, login = this.login, tokens = this.tokens, idToken = this.idToken;
    const browser = context.browser, random = x.entropy.bytes(SESSION_ID_SIZE + NONCE_SIZE);
    if (random == null) return context.refuse(NO_RANDOMNESS);
    const s = new Session();
    // After a silent login it is the same session, and its absolute timeout is not extended.
    const same = login.silent && sameBytes(login.sessionSubject, idToken.sub) && login.sessionId.length == SESSION_ID_SIZE;
    s.id = same ? login.sessionId : random.slice(0, SESSION_ID_SIZE);
    s.createdAtSec = same ? min(login.sessionSinceSec, x.nowSec) : x.nowSec;
    s.touchedAtSec = x.nowSec;
    s.extendedAtSec = x.nowSec;
    s.authenticatedAtSec = x.nowSec;
    s.scope = login.scope;
    s.userinfo = userinfo;
    takeIdToken(s, tokens.idToken, idToken, login.contents.rawIdToken, login.contents.idToken && !login.contents.rawIdToken);
    takeTokens(x, browser, s, tokens, login.contents.accessToken);
    const text = sealSession(browser, context.writer, s, random.subarray(SESSION_ID_SIZE));
    if (text == null) return context.refuse(SESSION_TOO_LARGE, "login: the session does not fit into nine cookies: have the provider send fewer claims, or store less with session_contents");
    if (!login.silent) context.completed(x.nowSec, LOOP_SEC);
    return context.backTo(login.returnTo, context.writer.setSession(text), BrowserEvent.LoggedIn);
  }
}

/** Whether the provider may answer later: it is down, or limits the rate. */
function isOutage(status: i32): bool { return status >= 500 || status == 429; }
