import { Hash } from "../../../assembly/crypto/hash/hash";
import { readPrivateKeyPem } from "../../../assembly/crypto/keys/private_key";
import { Reply } from "../../../assembly/http/callout";
import { readJws } from "../../../assembly/jose/jws";
import { SecretKey } from "../../../assembly/crypto/encoding/key";
import { IdTokenRules, readIdToken } from "../../../assembly/oidc/id_token";
import { readLogoutToken } from "../../../assembly/oidc/logout_token";
import { readTokens } from "../../../assembly/oidc/token";
import { readUserinfo } from "../../../assembly/oidc/userinfo";
import { ascii, equal, isTrue, text, utf8 } from "../check";
import { EC_PKCS8_PEM, EC_SEC1_PEM } from "../crypto/private_keys.as";
import { Reader } from "../fuzz.as";
import { hs256, SECRET } from "../jose/tokens.as";
import { NOW } from "./calls.as";

class TokensReader extends Reader {
  constructor(private readonly status: i32) { super(); }

  read(input: Uint8Array): bool {
    const got = readTokens(new Reply(this.status, input));
    if (got.failed) return this.status != 200; // an unchanged refusal counts as accepted
    isTrue(got.value.accessToken.length > 0 && got.value.expiresInSec >= -1, "a token");
    const parts = [got.value.accessToken, got.value.refreshToken, got.value.idToken, got.value.scope];
    for (let i = 0; i < parts.length; i++) for (let k = 0; k < parts[i].length; k++) isTrue(parts[i][k] >= 0x20 && parts[i][k] < 0x7f, "printable");
    return true;
  }
}

export function duty_33_tokens_that_are_accepted_are_printable(): void {
  some(new TokensReader(200).fuzz(["{\"access_token\":\"at\",\"token_type\":\"Bearer\",\"expires_in\":300,\"refresh_token\":\"r\\u0041\",\"id_token\":\"a.b.c\",\"scope\":\"openid email\"}"], 4000));
}

export function no_error_response_of_a_provider_traps(): void { new TokensReader(400).fuzz(["{\"error\":\"invalid_grant\",\"error_description\":\"x\"}"], 2000); }

class UserinfoReader extends Reader {
  read(input: Uint8Array): bool {
    const got = readUserinfo(new Reply(200, input), ascii("me"));
    if (!got.failed) equal(text(got.value.text(got.value.member(0, "sub"))), "me");
    return !got.failed;
  }
}

export function duty_64_userinfo_that_is_accepted_has_the_same_subject(): void { some(new UserinfoReader().fuzz(["{\"sub\":\"me\",\"name\":\"Ada\",\"x\":[1,{\"y\":null}]}"], 4000)); }

/** A validly signed token with this payload. The reader must decide, whatever the issuer writes. */
function signedToken(payload: Uint8Array): string { return hs256("{\"alg\":\"HS256\"}", text(payload)); }

class IdTokenReader extends Reader {
  read(input: Uint8Array): bool {
    const jwt = readJws(utf8(signedToken(input))).value.verifiedBy(new SecretKey(utf8(SECRET)));
    if (jwt.failed) return false;
    const got = readIdToken(jwt.value, Hash.Sha256, new IdTokenRules(ascii("https://idp.example.com"), ascii("client"), 120, 3600, ascii("gold")), ascii("n-1"), ascii("at"), NOW);
    if (got.failed) return false;
    const claims = got.value.claims;
    equal(text(claims.text(claims.member(0, "nonce"))), "n-1");
    isTrue(got.value.sub.length > 0 && claims.number(claims.member(0, "exp")) > <f64>NOW, "a subject, and not expired");
    return true;
  }
}

export function duty_14_an_id_token_that_is_accepted_is_of_this_login(): void {
  some(new IdTokenReader().fuzz(["{\"iss\":\"https://idp.example.com\",\"sub\":\"me\",\"aud\":[\"client\"],\"azp\":\"client\",\"exp\":1700000300,\"iat\":1700000000,\"nonce\":\"n-1\",\"auth_time\":1700000000,\"acr\":\"gold\",\"sid\":\"s\"}"], 4000));
}

class LogoutReader extends Reader {
  read(input: Uint8Array): bool {
    const jwt = readJws(utf8(signedToken(input))).value.verifiedBy(new SecretKey(utf8(SECRET)));
    if (jwt.failed) return false;
    const got = readLogoutToken(jwt.value, ascii("https://idp.example.com"), ascii("client"), NOW, 120);
    if (got.failed) return false;
    isTrue(got.value.jti.length > 0 && got.value.sub.length + got.value.sid.length > 0, "a jti, and a subject or session");
    isTrue(got.value.issuedAtSec >= NOW - 420 && got.value.issuedAtSec <= NOW + 120, "a recent iat");
    return true;
  }
}

export function duty_119_a_logout_token_that_is_accepted_names_a_user_or_session_and_is_recent(): void {
  some(new LogoutReader().fuzz(["{\"iss\":\"https://idp.example.com\",\"sub\":\"me\",\"sid\":\"s\",\"aud\":\"client\",\"iat\":1700000000,\"jti\":\"j\",\"events\":{\"http://schemas.openid.net/event/backchannel-logout\":{}}}"], 4000));
}

class PrivateKeyReader extends Reader {
  read(input: Uint8Array): bool {
    const got = readPrivateKeyPem(input);
    if (!got.failed) isTrue(got.value.pkcs8.length > 60 && got.value.rsa == (got.value.curve == 0), "a complete key");
    return !got.failed;
  }
}

export function a_private_key_that_is_accepted_is_complete(): void { some(new PrivateKeyReader().fuzz([EC_PKCS8_PEM, EC_SEC1_PEM], 2000)); }

/** If a reader accepted none of the changed inputs, its invariant would test nothing. */
function some(reader: Reader): void { isTrue(reader.accepted > 20, reader.accepted.toString() + " accepted"); }
