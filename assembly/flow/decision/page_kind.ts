// What a page of the filter's own is about. Its words are in filter/pages, in each language.

export const enum PageKind {
  // Refusals.
  TokenNeeded = 0, TokenRefused, NotAllowed, NotOpen, Unavailable, NotSetUp, LoginNeeded, NotSent, TooManyCookies, OtherLogins, AddressTooLong, NotUnderstood,
  CallbackOnly, LoginFailed, LoginOver, LoginExpired, LoginDenied, AccountTooLarge, LoopNoCookie, LoopOther,
  // Logout.
  LoggedOut, CopiesWork, ConfirmLogout, LoggedOutFrame,
  /** No page: nothing but the status. */
  Nothing,
}
