// What kind a token is, as far as it says so: the same provider, with the same keys, makes others than access tokens (RFC 8725 §3.11, §3.12).

import { isIgnoringCase } from "../../bytes/bytes";
import { isTyp } from "../../jose/claims";
import { Json } from "../../json/json";

/** In small letters, as `namesOne` compares. */
const OTHERS: string[] = ["refresh", "refresh_token", "offline", "logout", "logout_token"];
const ID_TOKENS: string[] = ["id", "id_token"];
const ACCESS_TOKENS: string[] = ["access", "access_token", "bearer"];

/**
 * Where the kind is named: Keycloak (`typ`), Curity (`purpose`), ForgeRock (`tokenName`), SimpleJWT (`token_type`), Flask-JWT-Extended (`type`). All of these names
 * mean other things elsewhere, so only what names another kind counts.
 */
const CLAIMS: string[] = ["typ", "purpose", "tokenName", "token_type", "type"];
const HEADER_TYPES: string[] = ["logout+jwt", "refresh+jwt", "rt+jwt"];
/** What ID Tokens say of the login (OpenID Connect Core §2, Front-Channel Logout 1.0 §3). */
const LOGIN_CLAIMS: string[] = ["auth_time", "acr", "amr", "azp", "sid"];

/** Whether a JWT says that it is no token to send as a bearer token. `typ`: of its header. `idTokens`: ID Tokens are. */
export function isOtherJwt(claims: Json, typ: Uint8Array | null, idTokens: bool): bool {
  for (let i = 0; i < HEADER_TYPES.length; i++) if (isTyp(typ, HEADER_TYPES[i])) return true;
  return isLogoutToken(claims) || !idTokens && hasIdTokenMembers(claims) || isOtherKind(claims, idTokens);
}

/** Back-Channel Logout 1.0 §2.4. */
function isLogoutToken(claims: Json): bool { return claims.member(claims.root, "events") >= 0; }

/** What ID Tokens alone should have (OpenID Connect Core §2, §3.3.2.11). */
function hasIdTokenMembers(claims: Json): bool {
  const root = claims.root;
  return claims.member(root, "nonce") >= 0 || claims.member(root, "at_hash") >= 0 || claims.member(root, "c_hash") >= 0;
}

/** Likewise for what introspection says of a token (RFC 7662 §2.2). Keycloak before 25 has a nonce in access tokens too, and says what they are. */
export function isOtherActive(claims: Json, idTokens: bool): bool {
  if (isLogoutToken(claims) || isOtherKind(claims, idTokens)) return true;
  if (!idTokens && (hasIdTokenMembers(claims) && !saysAccessToken(claims) || isLoginAlone(claims))) return true;
  // Some providers say here how the token is used, some what it is. DPoP is another way of using it.
  const type = claims.member(claims.root, "token_type");
  return type >= 0 && !namesOne(claims, type, ACCESS_TOKENS) && !(idTokens && namesOne(claims, type, ID_TOKENS));
}

/** Access tokens may tell of the login too (RFC 9470 §6.2), but their answers name a scope, or what kind they are. */
function isLoginAlone(claims: Json): bool {
  const root = claims.root;
  if (claims.member(root, "scope") >= 0 || claims.member(root, "scp") >= 0 || claims.member(root, "token_use") >= 0) return false;
  if (saysAccessToken(claims) || namesOne(claims, claims.member(root, "token_type"), ACCESS_TOKENS)) return false;
  for (let i = 0; i < LOGIN_CLAIMS.length; i++) if (claims.member(root, LOGIN_CLAIMS[i]) >= 0) return true;
  return false;
}

/** But for `token_type`, which by its own definition says how a token is used (RFC 7662 §2.2). */
function saysAccessToken(claims: Json): bool {
  for (let i = 0; i < CLAIMS.length; i++) if (CLAIMS[i] != "token_type" && namesOne(claims, claims.member(claims.root, CLAIMS[i]), ACCESS_TOKENS)) return true;
  return namesOne(claims, claims.member(claims.root, "token_use"), ACCESS_TOKENS);
}

function isOtherKind(claims: Json, idTokens: bool): bool {
  for (let i = 0; i < CLAIMS.length; i++) {
    const node = claims.member(claims.root, CLAIMS[i]);
    if (namesOne(claims, node, OTHERS) || !idTokens && namesOne(claims, node, ID_TOKENS)) return true;
  }
  // It says nothing but the kind, so one that is not known here is another one: Cognito (`access`, `id`), Ory Hydra (`access_token`, `refresh_token`).
  const use = claims.member(claims.root, "token_use");
  return use >= 0 && !namesOne(claims, use, ACCESS_TOKENS) && !(idTokens && namesOne(claims, use, ID_TOKENS));
}

function namesOne(claims: Json, node: i32, names: string[]): bool {
  if (!claims.isString(node)) return false;
  const text = claims.text(node);
  for (let i = 0; i < names.length; i++) if (isIgnoringCase(text, names[i])) return true;
  return false;
}
