// Which parts of the token response a session keeps (`session_contents`).

@final
export class SessionContents {
  /** The access token, its expiry, and the refresh token. */
  accessToken: bool = true;
  /** The ID Token's claims. */
  idToken: bool = true;
  /** The ID Token as it came, for `id_token_hint` and X-Raw-ID-Token. */
  rawIdToken: bool = true;
  /** UserInfo. It is not fetched if nothing uses it (config/userinfo_use.ts). */
  user: bool = true;
}
