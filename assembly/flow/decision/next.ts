// What a step may say, and how a request waits.

import { EMPTY } from "../../bytes/bytes";
import { Callout, Reply } from "../../http/callout";
import { Session } from "../../session/session";
import { Exchange, RefreshOutcome } from "./exchange";
import { PageKind } from "./page_kind";
import { Refusal } from "./refusal";
import { EndKeys } from "./session_keys";

/** What the filter does when a step returns: one of the classes below, and never anything else. */
export abstract class Next {}

/** Lets the request through with this identity (policy/identity.ts), which may be remembered until `untilSec` (0: not at all). */
@final
export class Forward extends Next {
  constructor(readonly identity: Uint8Array, readonly untilSec: i64) { super(); }
  static anonymous(): Forward { return new Forward(EMPTY, 0); }
}

/** Lets a logged-in browser's request through. Its cookies' verdict may be remembered until `untilSec`. */
@final
export class ForwardSession extends Next {
  /** Set-Cookie values for the upstream's response: the session was refreshed, or its use written down. */
  setCookies: Uint8Array[] = new Array<Uint8Array>();
  /** `keys`: null where nothing had ended. */
  constructor(readonly session: Session, readonly keys: EndKeys | null, readonly identity: Uint8Array, readonly untilSec: i64) { super(); }
}

/** Lets a CORS preflight through, which never carries credentials. */
@final
export class ForwardPreflight extends Next {}

/** Answers in the upstream's place. A verdict on a token may be remembered until `untilSec` (0: not at all). */
@final
export class Refuse extends Next {
  /** Where the page's link leads, to log in or to try again: a path of this origin, or EMPTY. */
  again: Uint8Array = EMPTY;
  /** Where a person who is logged in can log out: a path of this origin, or EMPTY. */
  logout: Uint8Array = EMPTY;
  setCookies: Uint8Array[] = new Array<Uint8Array>();
  /** The methods that would do, with a status of 405. */
  allow: string = "";
  /** `why` stands in the log already: several requests may have waited for this one. */
  told: bool = false;

  constructor(
    readonly refusal: Refusal,
    readonly untilSec: i64 = 0,
    /** For the operator's log, where the provider or the configuration is to blame. */
    readonly why: string = "",
    /** For the log: the place in the configuration that refuses, where there are several of a kind. */
    readonly place: string = "",
  ) { super(); }

  /** With a way to try again: a path of this origin. */
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

/** Answers a browser with something that is no refusal. */
export abstract class Respond extends Next {
  setCookies: Uint8Array[] = new Array<Uint8Array>();
  /** Calls to make on the way, whose outcome nobody waits for. */
  alongside: Await[] = [];
  /** For the operator's log, where something went wrong on the way. */
  why: string = "";
  constructor(readonly event: BrowserEvent) { super(); }
}

/** Sends the browser elsewhere. Always 302 or 303: a body with credentials is never sent again (RFC 9700 §4.12). */
@final
export class Redirect extends Respond {
  constructor(event: BrowserEvent, readonly location: Uint8Array, readonly status: i32 = 302) { super(event); }
}

/** A page of ours, or nothing but the status 200. */
@final
export class Page extends Respond {
  /** Who may show it in a frame: an origin, or EMPTY for nobody. */
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

/** The end of a call that nobody waits for. */
@final
export class Ended extends Next {
  /** For the operator's log, where something went wrong. */
  constructor(readonly why: string) { super(); }
}

/** What a browser's request came to, for the counters. */
export const enum BrowserEvent { LoginStarted = 0, LoggedIn, LoggedOut, LogoutAsked, Silent, AlreadyLoggedIn, LoginRepeated, LogoutReturned }

/** Which calls there are, for the counters. */
export const enum CalloutKind { Discovery = 0, Jwks, Introspection, Token, Userinfo, Revocation }

/** Waits for an answer. Requests with the same bearer token wait for one call about it together. */
@final
export class Await extends Next {
  constructor(readonly call: Callout, readonly step: Step, readonly kind: CalloutKind) { super(); }
}

/** Waits until the provider's metadata and keys have come, or the attempt to get them has failed; then goes on with the step, or decides again. */
@final
export class AwaitProvider extends Next {
  constructor(readonly step: Step | null = null) { super(); }
}

/** Waits until this session's tokens have been refreshed by whoever is at it: this request, another one or another worker. Then decides again. */
@final
export class AwaitRefresh extends Next {
  /** `key` names the refresh among all workers; `begin` is the call to make where nobody is at it yet, null where it cannot be made. */
  constructor(readonly key: Uint8Array, readonly begin: Await | null) { super(); }
}

/**
 * A refresh has its answer, but not yet the key that signed it. The refresh token is spent, so the answer is kept: the step goes on when the provider's keys
 * have come. Not about a request, either.
 */
@final
export class KeepRefresh extends Next {
  constructor(
    readonly key: Uint8Array,
    /** The session with as much of the answer as may be believed without that key: what is left where nobody goes on. */
    readonly text: Uint8Array,
    readonly step: Step,
  ) { super(); }
}

/** A refresh has ended. Not about a request: all that wait for it decide again. */
@final
export class Refreshed extends Next {
  constructor(
    readonly key: Uint8Array,
    readonly outcome: RefreshOutcome,
    /** The session's new cookie text, where there is one. */
    readonly text: Uint8Array,
    readonly why: string = "",
  ) { super(); }
}

/** Waits for the request's body, which is a form, and goes on with it. */
@final
export class AwaitBody extends Next {
  constructor(readonly step: BodyStep) { super(); }
}

/** A point where a request waits. Its fields are all that survives the wait. */
export abstract class Step {
  abstract resume(x: Exchange, reply: Reply): Next;
}

/** A point where a request waits for its body. */
export abstract class BodyStep {
  abstract received(x: Exchange, body: Uint8Array): Next;
}
