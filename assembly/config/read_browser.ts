// The attributes of the browser login.

import { EMPTY, same } from "../bytes/bytes";
import { decodeUtf8 } from "../bytes/utf8";
import { hashSize } from "../crypto/hash/hash";
import { SecretKey } from "../crypto/encoding/key";
import { Algorithm, algorithmNamed, algorithmNames, asymmetricAlgorithms } from "../jose/algorithm";
import { Secure } from "../session/cookie_settings";
import { contextOf } from "../session/sealing";
import * as attributes from "./attributes";
import { readAuthorizationParams, readScope } from "./authorization_params";
import { BrowserSettings, Redirect } from "./browser";
import { Config, SourceKind } from "./config";
import { PATH_EXPECTED, plainPath } from "./identity";
import { readAddresses } from "./read_addresses";
import { Clients } from "./read_client";
import { readContents, readSession } from "./read_session";
import { ConfigReader } from "./reader";

/** Call it after everything else of `c` was read. */
export function readBrowser(r: ConfigReader, c: Config, clients: Clients, warnings: string[]): BrowserSettings {
  const b = new BrowserSettings();
  b.scope = readScope(r, warnings);
  readAddresses(r, b, warnings);
  readUserinfoClaims(r, b, warnings);
  b.formPost = attributes.response_mode(r) == "form_post";
  readAuthorizationParams(r, b);
  if (!attributes.use_pkce(r)) warnings.push("use_pkce is false: PKCE is always used");
  b.nonceRequired = attributes.use_nonce(r);
  if (!b.nonceRequired) warnings.push("use_nonce is false: a nonce is sent, but an ID Token without one is accepted, so only PKCE stops stolen codes: make sure that the provider checks it");
  b.trustedAudiences = r.texts("trusted_audiences");
  r.atMost("trusted_audiences", attributes.MAX_TRUSTED_AUDIENCES, b.trustedAudiences.length, " audiences");
  // These are refused, not ignored: who sets them relies on them.
  const par = r.child("par"), dpop = r.child("dpop");
  if (par != null && attributes.par_enabled(par)) par.wrong("enabled", "pushed authorization requests are not supported");
  if (dpop != null && attributes.dpop_enabled(dpop)) dpop.wrong("enabled", "proof of possession is not supported");

  const provider = c.provider, client = clients.login, revocation = clients.revocation;
  const issuer = provider == null ? EMPTY : provider.issuer;
  if (client != null) b.client = client;
  if (revocation != null) b.revocationClient = revocation;
  b.context = contextOf([issuer, clients.id]);
  readAlgorithms(r, c, b);
  readIdTokenSecret(r, c, b, clients.secret, warnings);
  readSession(r, b, issuer, clients.id, clients.secret, warnings);
  readContents(r, b.contents, c.identity.rawIdTokenHeader);
  checkCookies(r, c, b, warnings);

  b.userinfoRequired = attributes.userinfo_required(r);
  if (b.userinfoRequired && !b.contents.user) r.wrong("userinfo_required", "has no effect where session_contents leaves user out");
  b.refreshAccessToken = attributes.renew_access_token_on_expiry(r);
  b.accessExpiresInSec = attributes.access_token_expires_in(r);
  b.accessLeewaySec = attributes.access_token_expires_leeway(r);
  b.reauthenticateSec = attributes.refresh_session_interval(r);
  b.forceReauthorize = attributes.force_reauthorize(r);
  b.revokeOnLogout = attributes.revoke_tokens_on_logout(r);
  return b;
}

/** The algorithms that the client is registered for (OpenID Connect Dynamic Client Registration 1.0 §2), and those of access tokens. */
function readAlgorithms(r: ConfigReader, c: Config, b: BrowserSettings): void {
  b.accessTokenAlgorithms = algorithmsOfSessions(c);
  const places: string[] = [], names = r.texts("id_token_signed_response_alg", places);
  for (let i = 0; i < names.length; i++) {
    const algorithm = algorithmNamed(names[i]);
    if (algorithm == null) r.wrongAt(places[i], "expected some of " + algorithmNames());
    else b.idTokenAlgorithms.push(algorithm);
  }
  if (names.length > 0) return;
  b.idTokenAlgorithms = b.accessTokenAlgorithms.concat(c.idTokenAlgorithms);
  b.idTokenAlgorithmsByMetadata = !r.has("token_signing_alg_values_expected");
}

/** The expected algorithms. If a key is configured, these are the ones that fit it; the provider's keys may use others. */
function algorithmsOfSessions(c: Config): Algorithm[] {
  if (c.key == null) return c.algorithms;
  const out = asymmetricAlgorithms();
  for (let i = 0; i < c.algorithms.length; i++) if (c.algorithms[i].symmetric) out.push(c.algorithms[i]);
  return out;
}

/** HS* signatures are verified with `symmetric_key`, or without one with `client_secret`, which the provider has too. */
function readIdTokenSecret(r: ConfigReader, c: Config, b: BrowserSettings, clientSecret: Uint8Array, warnings: string[]): void {
  // This holds even if a rule verifies bearer tokens in another way: its ID Tokens are for the same client.
  const text = r.secret("symmetric_key"), own: SecretKey | null = text == null ? null : new SecretKey(text);
  for (let i = 0; i < b.idTokenAlgorithms.length; i++) {
    const algorithm = b.idTokenAlgorithms[i], size = hashSize(algorithm.hash);
    if (!algorithm.symmetric) continue;
    if (own != null) {
      b.idTokenSecret = own;
      if (own.bytes.length < size && !c.algorithms.includes(algorithm)) r.wrong("id_token_signed_response_alg", algorithm.name + " needs a symmetric_key of " + size.toString() + " bytes or more (RFC 7518 §3.2)");
    } else if (clientSecret.length > 0) {
      b.idTokenSecret = new SecretKey(clientSecret);
      if (clientSecret.length < size) warnings.push("client_secret has " + clientSecret.length.toString() + " bytes, and " + algorithm.name + " of ID Tokens needs " + size.toString() + " (RFC 7518 §3.2): a shorter one is easier to guess");
    } else if (r.has("id_token_signed_response_alg")) r.wrong("id_token_signed_response_alg", algorithm.name + " needs client_secret or symmetric_key");
  }
}

/** Mistakes that only cookies and the rest of the configuration together can have. */
function checkCookies(r: ConfigReader, c: Config, b: BrowserSettings, warnings: string[]): void {
  const cookies = b.cookies;
  // The provider's form comes from another site: without Secure and SameSite=None the login's cookie would not come with it.
  const plain = b.redirect == Redirect.Absolute && !b.redirectHttps && cookies.secure != Secure.Always;
  if (b.formPost && (plain || cookies.secure == Secure.Never)) r.wrong("response_mode", "form_post needs Secure cookies: neither may redirect_uri be plain http, nor session.cookie_secure false");

  for (let i = 0; i < c.sources.length; i++) {
    const source = c.sources[i];
    if (source.kind != SourceKind.Cookie) continue;
    if (same(source.name, cookies.secureNames.session) || same(source.name, cookies.plainNames.session)) r.wrong("auth_accept_token_as", "names the session's own cookie");
  }
  warnIfHidden("logout_path", b.logoutPath, cookies.path, warnings);
  warnIfHidden("userinfo_path", b.userinfoPath, cookies.path, warnings);
}

function warnIfHidden(key: string, path: Uint8Array, cookiePath: Uint8Array, warnings: string[]): void {
  if (path.length > 0 && !receives(cookiePath, path)) warnings.push(key + " is not below session.cookie_path: browsers would not send the session to " + decodeUtf8(path));
}

/** RFC 6265 §5.1.4. */
function receives(cookiePath: Uint8Array, path: Uint8Array): bool {
  const size = cookiePath.length;
  if (size == 0 || path.length < size || !same(path.subarray(0, size), cookiePath)) return size == 0;
  return path.length == size || cookiePath[size - 1] == 0x2f || path[size] == 0x2f;
}

/** Who somebody is, as far as pages usually show it. */
const WHO: string[] = ["name", "preferred_username", "email"];

function readUserinfoClaims(r: ConfigReader, b: BrowserSettings, warnings: string[]): void {
  const places: string[] = [], paths = r.texts("userinfo_claims", places);
  r.atMost("userinfo_claims", attributes.MAX_USERINFO_CLAIMS, paths.length, " claims");
  for (let i = 0; i < paths.length; i++) {
    const path = decodeUtf8(paths[i]);
    if (!plainPath(path)) r.wrongAt(places[i], PATH_EXPECTED);
    else if (b.userinfoClaims.includes(path)) r.wrongAt(places[i], "is in the list already");
    else b.userinfoClaims.push(path);
  }
  if (paths.length == 0) b.userinfoClaims = WHO;
  // Rules may have the path for it.
  else if (b.userinfoPath.length == 0 && !r.owns("rules")) warnings.push("not used without userinfo_path: userinfo_claims");
}
