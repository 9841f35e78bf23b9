// What the pages say. A language is one file with one `Texts`: the compiler refuses one that lacks a text.

import { PageKind } from "../../flow/decision/page_kind";

/** The words of one page: its title, what happened, and what the person can do (or ""). */
@final
export class Words {
  constructor(readonly title: string, readonly text: string, readonly hint: string = "") {}
}

/** Plain text: it stands in HTML as it is. */
@final
export class Texts {
  /** As in Content-Language. */
  language: string;

  // Links and buttons.
  logIn: string;
  tryAgain: string;
  frontPage: string;
  goOn: string;
  cancel: string;
  logOut: string;
  logOutAtProvider: string;
  help: string;

  // Refusals.
  tokenNeeded: Words;
  tokenRefused: Words;
  notAllowed: Words;
  notOpen: Words;
  unavailable: Words;
  notSetUp: Words;
  loginNeeded: Words;
  notSent: Words;
  tooManyCookies: Words;
  otherLogins: Words;
  addressTooLong: Words;
  notUnderstood: Words;
  callbackOnly: Words;
  loginFailed: Words;
  loginOver: Words;
  loginExpired: Words;
  loginDenied: Words;
  accountTooLarge: Words;
  loopNoCookie: Words;
  loopOther: Words;

  // Logout.
  loggedOut: Words;
  copiesWork: Words;
  confirmLogout: Words;
}

export function wordsOf(texts: Texts, kind: PageKind): Words {
  switch (kind) {
    case PageKind.TokenNeeded: return texts.tokenNeeded;
    case PageKind.TokenRefused: return texts.tokenRefused;
    case PageKind.NotAllowed: return texts.notAllowed;
    case PageKind.NotOpen: return texts.notOpen;
    case PageKind.Unavailable: return texts.unavailable;
    case PageKind.NotSetUp: return texts.notSetUp;
    case PageKind.LoginNeeded: return texts.loginNeeded;
    case PageKind.NotSent: return texts.notSent;
    case PageKind.TooManyCookies: return texts.tooManyCookies;
    case PageKind.OtherLogins: return texts.otherLogins;
    case PageKind.AddressTooLong: return texts.addressTooLong;
    case PageKind.CallbackOnly: return texts.callbackOnly;
    case PageKind.LoginFailed: return texts.loginFailed;
    case PageKind.LoginOver: return texts.loginOver;
    case PageKind.LoginExpired: return texts.loginExpired;
    case PageKind.LoginDenied: return texts.loginDenied;
    case PageKind.AccountTooLarge: return texts.accountTooLarge;
    case PageKind.LoopNoCookie: return texts.loopNoCookie;
    case PageKind.LoopOther: return texts.loopOther;
    case PageKind.LoggedOut:
    case PageKind.LoggedOutFrame: return texts.loggedOut;
    case PageKind.CopiesWork: return texts.copiesWork;
    case PageKind.ConfirmLogout: return texts.confirmLogout;
    default: return texts.notUnderstood;
  }
}

/** What the page's first link says where it leads on: to the login, to another try, to where the person was on the way to. */
export function actionOf(texts: Texts, kind: PageKind): string {
  switch (kind) {
    case PageKind.LoginNeeded:
    case PageKind.NotSent:
    case PageKind.AddressTooLong: return texts.logIn;
    case PageKind.OtherLogins:
    case PageKind.CopiesWork: return texts.goOn;
    case PageKind.CallbackOnly: return texts.frontPage;
    default: return texts.tryAgain;
  }
}
