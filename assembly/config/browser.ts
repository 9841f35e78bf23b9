// The compiled settings of the browser login.

import { EMPTY, same, utf8 } from "../bytes/bytes";
import { SecretKey } from "../crypto/encoding/key";
import { Algorithm } from "../jose/algorithm";
import { Client, ClientAuth } from "../oidc/client_auth";
import { SealingKeys } from "../session/sealing";
import { SessionContents } from "../session/contents";
import { CookieSettings } from "../session/cookie_settings";
import { SessionLimits } from "../session/limits";

/** Where the provider sends the browser back to (`redirect_uri`). */
export const enum Redirect {
  /** Not configured: the request's path with APISIX's suffix `/.apisix/redirect`. */
  Suffix = 1,
  /** A path: scheme and host are the request's. */
  Path,
  /** A whole URL. */
  Absolute,
}

export const CALLBACK_SUFFIX = "/.apisix/redirect";

/** The attributes that give the filter's own paths, in the order of `BrowserSettings.ownPaths`. */
export const OWN_PATHS: string[] = ["redirect_uri", "logout_path", "backchannel_logout_path", "frontchannel_logout_path", "userinfo_path"];

@final
export class BrowserSettings {
  /** How the filter authenticates at the token endpoint (`token_endpoint_auth_method`). */
  client: Client = new Client(EMPTY, EMPTY, ClientAuth.Basic);
  /** How it authenticates at the revocation endpoint. */
  revocationClient: Client = new Client(EMPTY, EMPTY, ClientAuth.Basic);
  scope: Uint8Array = EMPTY;
  redirect: Redirect = Redirect.Suffix;
  /** The URL of `Redirect.Absolute`; EMPTY otherwise. */
  redirectUrl: Uint8Array = EMPTY;
  /** The path of the callback; EMPTY with `Redirect.Suffix`. */
  callbackPath: Uint8Array = EMPTY;
  /** The paths that the filter answers itself; EMPTY for those that it does not serve, and for the callback where each page has its own. */
  get ownPaths(): Uint8Array[] { return [this.callbackPath, this.logoutPath, this.backchannelLogoutPath, this.frontchannelLogoutPath, this.userinfoPath]; }
  /** Where the cookies of logins under way go: to the callback alone, or everywhere where each page has a callback of its own. */
  get loginPath(): Uint8Array { return this.redirect == Redirect.Suffix ? utf8("/") : this.callbackPath; }
  /** With `Redirect.Absolute`: whether browsers use https. Otherwise the request's `:scheme` says so. */
  redirectHttps: bool = false;
  /** `response_mode: "form_post"`. */
  formPost: bool = false;
  /** Names and values in turn of `authorization_params`; none of them is a reserved name. */
  authorizationParams: Uint8Array[] = new Array<Uint8Array>();
  /** `max_age` of `authorization_params`, -1 where it has none; `auth_time` must agree. */
  maxAgeSec: i32 = -1;
  /** `acr_values` of `authorization_params`, separated by one space; the ID Token's `acr` must be one of them. EMPTY where it has none. */
  acrValues: Uint8Array = EMPTY;
  /** The algorithms that may sign ID Tokens and logout tokens. Symmetric ones must be configured. */
  idTokenAlgorithms: Algorithm[] = [];
  /** They are not configured, so only those count that the provider's metadata lists. */
  idTokenAlgorithmsByMetadata: bool = false;
  /** `symmetric_key`, or `client_secret` (OpenID Connect Core 1.0 §10.1); null unless one of the algorithms is symmetric. */
  idTokenSecret: SecretKey | null = null;
  /** The algorithms that may sign a session's access token. Symmetric ones need `symmetric_key`. */
  accessTokenAlgorithms: Algorithm[] = [];
  /** `trusted_audiences`. */
  trustedAudiences: Uint8Array[] = [];
  /** `use_nonce`: whether an ID Token without `nonce` is refused. */
  nonceRequired: bool = true;

  keys: SealingKeys = new SealingKeys([]);
  /** Issuer and client_id, bound into every seal (session/sealing.ts: contextOf). */
  context: Uint8Array = EMPTY;
  cookies: CookieSettings = new CookieSettings();
  limits: SessionLimits = new SessionLimits();
  /** Another rule shares its sessions, and may accept one that is over here (config/lifetimes.ts). */
  lifetimesDiffer: bool = false;
  contents: SessionContents = new SessionContents();

  /** Whether they can use each other's sessions and logins: the same client, cookies and secrets. */
  sharesSessionsWith(other: BrowserSettings): bool {
    const a = this.cookies, b = other.cookies;
    return same(this.context, other.context) && this.keys.sameAs(other.keys) && this.formPost == other.formPost && a.secure == b.secure
      && same(a.secureNames.session, b.secureNames.session) && same(a.plainNames.session, b.plainNames.session) && same(a.path, b.path) && same(a.domain, b.domain);
  }

  /** If the provider has UserInfo, a login without it fails. */
  userinfoRequired: bool = false;
  refreshAccessToken: bool = true;
  /** For token responses without `expires_in`. */
  accessExpiresInSec: i32 = 3600;
  accessLeewaySec: i32 = 0;
  /** `refresh_session_interval`: after so many seconds the provider is asked again with prompt=none; 0: never. */
  reauthenticateSec: i32 = 0;
  forceReauthorize: bool = false;

  logoutPath: Uint8Array = EMPTY;
  /** EMPTY: not served. */
  backchannelLogoutPath: Uint8Array = EMPTY;
  frontchannelLogoutPath: Uint8Array = EMPTY;
  userinfoPath: Uint8Array = EMPTY;
  /** Claim paths. */
  userinfoClaims: string[] = [];
  /** EMPTY: not sent. Always absolute. */
  postLogoutRedirectUri: Uint8Array = EMPTY;
  /** EMPTY: the provider's end_session_endpoint. Absolute, or a path of this origin. */
  redirectAfterLogoutUri: Uint8Array = EMPTY;
  revokeOnLogout: bool = false;
}
