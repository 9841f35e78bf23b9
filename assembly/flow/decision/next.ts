// The results of a step, and how a request waits.

import { EMPTY } from "../../bytes/bytes";
import { Callout, Reply } from "../../http/callout";
import { Session } from "../../session/session";
import { Exchange, RefreshOutcome } from "./exchange";
import { PageKind } from "./page_kind";
import { Refusal } from "./refusal";
import { EndKeys } from "./session_keys";

/** What the filter does when a step returns: one of the classes below, and never anything else. */
export abstract class Next {
  /**
   * Who made the request, for access logs, where the filter answers it: properties of an identity (policy/identity.ts). EMPTY where nobody is known or
   * asked for.
   */
  person: Uint8Array = EMPTY;

  /** `why`: for the log, if the cause is the provider or the configuration; else "". */
  constructor(public why: string = "") {}
}

/** Admits the request with this identity (policy/identity.ts). The verdict may be cached until `untilSec` (0: not at all). */
@final
export class Forward extends Next {
  constructor(readonly identity: Uint8Array, readonly untilSec: i64) { super(); }
  static anonymous(): Forward { return new Forward(EMPTY, 0); }
}

/** Admits a browser's request with a session. The verdict on its cookies may be cached until `untilSec`. */
@final
export class ForwardSession extends Next {
  /** Set-Cookie values for the upstream's response: the session was refreshed, or its use was recorded. */
  setCookies: Uint8Array[] = new Array<Uint8Array>();
  /** `keys`: null if no session was revoked then. */
  constructor(readonly session: Session, readonly keys: EndKeys | null, readonly identity: Uint8Array, readonly untilSec: i64) { super(); }
}

/** Admits a CORS preflight, which never has credentials. */
@final
export class ForwardPreflight extends Next {}

/** Refuses the request. A verdict on a token may be cached until `untilSec` (0: not at all). */
@final
export class Refuse extends Next {
  /** Where the page's link leads, to log in or to try again: a path of this origin, or EMPTY. */
  again: Uint8Array = EMPTY;
  /** Where a person who is logged in can log out: a path of this origin, or EMPTY. */
  logout: Uint8Array = EMPTY;
  setCookies: Uint8Array[] = new Array<Uint8Array>();
  /** With status 405, the allowed methods. */
  allow: string = "";
  /** `why` stands in the log already: several requests may have waited for this one. */
  isLogged: bool = false;

  constructor(
    readonly refusal: Refusal,
    readonly untilSec: i64 = 0,
    why: string = "",
    /** For the log: the place in the configuration that refuses, if there are several of a kind. */
    readonly place: string = "",
  ) { super(why); }

  /** With a link to try again: a path of this origin. */
  static retry(refusal: Refusal, path: Uint8Array, why: string = ""): Refuse {
    const out = new Refuse(refusal, 0, why);
    out.again = path;
    return out;
  }

  static method(refusal: Refusal, allow: string): Refuse {
    const out = new Refuse(refusal);
    out.allow = allow;
    return out;
  }
}

/** Answers a browser with something other than a refusal. */
export abstract class Respond extends Next {
  setCookies: Uint8Array[] = new Array<Uint8Array>();
  /** Calls to make whose result nobody waits for. */
  alongside: Await[] = [];
  constructor(readonly event: BrowserEvent) { super(); }
}

/** Redirects the browser, always by 302 or 303: a body with credentials must not be sent again (RFC 9700 §4.12). */
@final
export class Redirect extends Respond {
  constructor(event: BrowserEvent, readonly location: Uint8Array, readonly status: i32 = 302) { super(event); }
}

/** A page of the filter, or only the status 200. */
@final
export class Page extends Respond {
  /** The origin that may show it in a frame, or EMPTY for none. */
  framedBy: Uint8Array = EMPTY;
  constructor(
    event: BrowserEvent,
    readonly kind: PageKind,
    /** Where its link or form leads: a path of this origin, or with `CopiesWork` also a URL of the configuration or the provider. EMPTY: to the front page. */
    readonly onward: Uint8Array = EMPTY,
    /** The provider's logout URL, or EMPTY. */
    readonly provider: Uint8Array = EMPTY,
  ) { super(event); }
}

/** A JSON document for a script of this origin. */
@final
export class JsonDocument extends Respond {
  constructor(event: BrowserEvent, readonly json: Uint8Array) { super(event); }
}

/** The end of a call that nobody waits for. */
@final
export class Ended extends Next {}

/** What a browser's request came to, for the counters. */
export const enum BrowserEvent { LoginStarted = 0, LoggedIn, LoggedOut, LogoutAsked, Silent, AlreadyLoggedIn, LoginRepeated, LogoutReturned, UserinfoAnswered }

/** The kinds of calls, for the counters. */
export const enum CalloutKind { Discovery = 0, Jwks, Introspection, Token, Userinfo, Revocation }

/** Makes a call and waits for its reply. Requests with the same bearer token share one introspection. */
@final
export class Await extends Next {
  constructor(readonly call: Callout, readonly step: Step, readonly kind: CalloutKind) { super(); }
}

/** Waits until the provider's metadata and keys were fetched, or the fetch has failed. Then continues with the step, or decides again. */
@final
export class AwaitProvider extends Next {
  constructor(readonly step: Step | null = null) { super(); }
}

/** Waits until this session's tokens are refreshed, by this request, another request or another worker. Then decides again. */
@final
export class AwaitRefresh extends Next {
  /** `key` identifies the refresh in all workers; `begin` is the call to make if it has not begun, null if it cannot be made. */
  constructor(readonly key: Uint8Array, readonly begin: Await | null) { super(); }
}

/**
 * The answer to a refresh has arrived, but not the key that signed its ID Token. The refresh token is spent, so the answer is kept: the step continues when the
 * provider's keys have come. Like `Refreshed`, this is not about one request.
 */
@final
export class KeepRefresh extends Next {
  constructor(
    readonly key: Uint8Array,
    /** The session with the part of the answer that is valid without the key: the result if the step never continues. */
    readonly text: Uint8Array,
    readonly step: Step,
  ) { super(); }
}

/** A refresh has ended. This is not about one request: all requests that wait for it decide again. */
@final
export class Refreshed extends Next {
  constructor(
    readonly key: Uint8Array,
    readonly outcome: RefreshOutcome,
    /** The session's new cookie text, or EMPTY. */
    readonly text: Uint8Array,
    why: string = "",
  ) { super(why); }
}

/** Waits for the request's body, a form, and continues with it. */
@final
export class AwaitBody extends Next {
  constructor(readonly step: BodyStep) { super(); }
}

/** A point where a request waits. Only its fields survive the wait. */
export abstract class Step {
  abstract resume(x: Exchange, reply: Reply): Next;
}

/** A point where a request waits for its body. */
export abstract class BodyStep {
  abstract received(x: Exchange, body: Uint8Array): Next;
}
