// What every answer to a callback request needs. It is copied, because the request's headers cannot be read any more when the answer is known.

import { EMPTY } from "../../bytes/bytes";
import { BrowserSettings } from "../../config/browser";
import { LoginCounter } from "../../session/login_counter";
import { CookieWriter } from "../../session/session_cookies";
import { Redirect, Refuse, BrowserEvent } from "../decision/next";
import { Refusal } from "../decision/refusal";
import { BrowserRequest } from "../decision/browser_request";

/** Fewer than the logins that lead to the page about a redirect loop (flow/browser/begin_login.ts), because here a page says more. */
const MAX_REPEATED = 2;

@final
export class CallbackContext {
  readonly browser: BrowserSettings;
  readonly writer: CookieWriter;
  private readonly counter: LoginCounter;
  /** The login that is used up, and its wanted page; EMPTY before. */
  private id: Uint8Array = EMPTY;
  private returnTo: Uint8Array = EMPTY;

  constructor(request: BrowserRequest) {
    this.browser = request.browser;
    this.writer = request.writer;
    this.counter = request.loginCounter();
  }

  /** The login is used up: every answer from now on expires its cookie. */
  over(id: Uint8Array, returnTo: Uint8Array): void {
    this.id = id;
    this.returnTo = returnTo;
    this.counter.remove(id);
  }

  refuse(refusal: Refusal, why: string = ""): Refuse {
    const out = new Refuse(refusal, 0, why);
    out.again = this.returnTo;
    this.cookies(out.setCookies);
    return out;
  }

  /** 303: the browser fetches the page by GET, whatever the method of the callback request was. */
  backTo(path: Uint8Array, setCookies: Uint8Array[], event: BrowserEvent): Redirect {
    const out = new Redirect(event, path, 303);
    for (let i = 0; i < setCookies.length; i++) out.setCookies.push(setCookies[i]);
    this.cookies(out.setCookies);
    return out;
  }

  /** Whether a login that the provider could not complete may begin again. It counts as completed. */
  mayRepeat(nowSec: i64, loopSec: i64): bool {
    if (this.counter.completed >= MAX_REPEATED && nowSec - this.counter.completedAtSec < loopSec) return false;
    this.completed(nowSec, loopSec);
    return true;
  }

  /** One more login was completed; counted to see a redirect loop (flow/browser/begin_login.ts). */
  completed(nowSec: i64, loopSec: i64): void {
    const counter = this.counter;
    counter.completed = nowSec - counter.completedAtSec < loopSec ? min(counter.completed + 1, 99) : 1;
    counter.completedAtSec = nowSec;
  }

  private cookies(out: Uint8Array[]): void {
    if (this.id.length == 0) return;
    out.push(this.writer.expireLogin(this.id));
    out.push(this.writer.setCounter(this.counter));
  }
}
