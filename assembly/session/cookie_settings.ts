// The names and attributes of the filter's cookies, by the configuration.

import { EMPTY } from "../bytes/bytes";

/** The cookie names of one configuration under one scheme. */
@final
export class CookieNames {
  constructor(
    /** The session's first chunk; further ones are `<session>_1` … `<session>_8`. */
    readonly session: Uint8Array,
    /** The one that counts logins under way (session/login_counter.ts). */
    readonly flow: Uint8Array,
    /** A login's cookie is this and the first 8 characters of its state. Ends in `_login_`. */
    readonly login: Uint8Array,
  ) {}
}

export const enum Secure { ByScheme = 0, Always, Never }

@final
export class CookieSettings {
  secure: Secure = Secure.ByScheme;
  httpOnly: bool = true;
  /** Lax, Strict, None, or "" for no attribute ("Default"). */
  sameSite: string = "Lax";
  path: Uint8Array = EMPTY;
  /** EMPTY: only the host. */
  domain: Uint8Array = EMPTY;
  /** The names with the Secure attribute, and without it. */
  secureNames: CookieNames = new CookieNames(EMPTY, EMPTY, EMPTY);
  plainNames: CookieNames = new CookieNames(EMPTY, EMPTY, EMPTY);

  /** Whether cookies get the Secure attribute. `https`: whether the browser uses https. */
  isSecure(https: bool): bool { return this.secure == Secure.ByScheme ? https : this.secure == Secure.Always; }

  names(secure: bool): CookieNames { return secure ? this.secureNames : this.plainNames; }
}
