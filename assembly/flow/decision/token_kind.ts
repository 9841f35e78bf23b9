// The kind of a token, as far as it says so. A provider signs other tokens than access tokens with the same keys (RFC 8725 §3.11, §3.12).

import { isIgnoringCase } from "../../bytes/bytes";
import { isTyp } from "../../jose/claims";
import { Json } from "../../json/json";

/** In lower case, as `namesOne` compares. */
const OTHERS: string[] = ["refresh", "refresh_token", "offline", "logout", "logout_token"];
const ID_TOKENS: string[] = ["id", "id_token"];
const ACCESS_TOKENS: string[] = ["access", "access_token", "bearer"];

/**
 * Claims that name the kind: Keycloak (`typ`), Curity (`purpose`), ForgeRock (`tokenName`), SimpleJWT (`token_type`), Flask-JWT-Extended (`type`). With other
 * providers they mean other things, so a value counts only if it names another kind.
 */
const CLAIMS: string[] = ["typ", "purpose", "tokenName", "token_type", "type"];
const HEADER_TYPES: string[] = ["logout+jwt", "refresh+jwt", "rt+jwt"];
/** Claims of ID Tokens about the login (OpenID Connect Core §2, Front-Channel Logout 1.0 §3). */
const LOGIN_CLAIMS: string[] = ["auth_time", "acr", "amr", "azp", "sid"];

/** Whether a JWT says that it is not a bearer token. `typ`: of its header. `idTokens`: ID Tokens are accepted. */
export function isOtherJwt(claims: Json, typ: Uint8Array | null, idTokens: bool): bool {
  for (let i = 0; i < HEADER_TYPES.length; i++) if (isTyp(typ, HEADER_TYPES[i])) return true;
  return isLogoutToken(claims) || !idTokens && hasIdTokenMembers(claims) || isOtherKind(claims, idTokens);
}

/** Back-Channel Logout 1.0 §2.4. */
function isLogoutToken(claims: Json): bool { return claims.member(claims.root, "events") >= 0; }

/** Whether it has claims that only ID Tokens should have (OpenID Connect Core §2, §3.3.2.11). */
function hasIdTokenMembers(claims: Json): bool {
  const root = claims.root;
  return claims.member(root, "nonce") >= 0 || claims.member(root, "at_hash") >= 0 || claims.member(root, "c_hash") >= 0;
}

/** The same for an introspection response (RFC 7662 §2.2). Keycloak before 25 has a nonce in access tokens too, but names their kind. */
export function isOtherActive(claims: Json, idTokens: bool): bool {
  if (isLogoutToken(claims) || isOtherKind(claims, idTokens)) return true;
  if (!idTokens && (hasIdTokenMembers(claims) && !saysAccessToken(claims) || isLoginAlone(claims))) return true;
  // Here some providers say how the token is used, and some what kind it is. DPoP is another way of using it.
  const type = claims.member(claims.root, "token_type");
  return type >= 0 && !namesOne(claims, type, ACCESS_TOKENS) && !(idTokens && namesOne(claims, type, ID_TOKENS));
}

/** Whether the response describes a login and nothing else. Those of access tokens may describe one too (RFC 9470 §6.2), but name a scope or the kind. */
function isLoginAlone(claims: Json): bool {
  const root = claims.root;
  if (claims.member(root, "scope") >= 0 || claims.member(root, "scp") >= 0 || claims.member(root, "token_use") >= 0) return false;
  if (saysAccessToken(claims) || namesOne(claims, claims.member(root, "token_type"), ACCESS_TOKENS)) return false;
  for (let i = 0; i < LOGIN_CLAIMS.length; i++) if (claims.member(root, LOGIN_CLAIMS[i]) >= 0) return true;
  return false;
}

/** Without `token_type`, which by definition says how a token is used (RFC 7662 §2.2). */
function saysAccessToken(claims: Json): bool {
  for (let i = 0; i < CLAIMS.length; i++) if (CLAIMS[i] != "token_type" && namesOne(claims, claims.member(claims.root, CLAIMS[i]), ACCESS_TOKENS)) return true;
  return namesOne(claims, claims.member(claims.root, "token_use"), ACCESS_TOKENS);
}

function isOtherKind(claims: Json, idTokens: bool): bool {
  for (let i = 0; i < CLAIMS.length; i++) {
    const node = claims.member(claims.root, CLAIMS[i]);
    if (namesOne(claims, node, OTHERS) || !idTokens && namesOne(claims, node, ID_TOKENS)) return true;
  }
  // `token_use` always means the kind, so an unknown value is another kind: Cognito (`access`, `id`), Ory Hydra (`access_token`, `refresh_token`).
  const use = claims.member(claims.root, "token_use");
  return use >= 0 && !namesOne(claims, use, ACCESS_TOKENS) && !(idTokens && namesOne(claims, use, ID_TOKENS));
}

function namesOne(claims: Json, node: i32, names: string[]): bool {
  if (!claims.isString(node)) return false;
  const text = claims.text(node);
  for (let i = 0; i < names.length; i++) if (isIgnoringCase(text, names[i])) return true;
  return false;
}
