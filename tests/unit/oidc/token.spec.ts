import { Callout, Reply } from "../../../assembly/http/callout";
import { ClientAuth } from "../../../assembly/oidc/client_auth";
import { revocationRequest } from "../../../assembly/oidc/revocation";
import { codeRequest, NOT_SAID, readTokens, refreshRequest, TokenFault, tokenFaultText, Tokens } from "../../../assembly/oidc/token";
import { ascii, equal, equalInt, isFalse, isTrue, text, utf8 } from "../check";
import { client, endpointOf, made, assertionContext, pair, withoutRandomness } from "./calls.as";

const ENDPOINT = "https://idp.example.com/token?tenant=a";
const GOOD = "{\"access_token\":\"at\",\"token_type\":\"Bearer\",\"expires_in\":300,\"refresh_token\":\"rt\",\"id_token\":\"a.b.c\",\"scope\":\"openid email\"}";

// The requests.
export function duty_10_a_code_is_sent_with_its_verifier_and_redirect_uri(): void {
  const call = code(ClientAuth.Basic);
  equal(text(call.body), "grant_type=authorization_code&code=c%26o%2Fde&redirect_uri=https%3A%2F%2Fapp.example.com%2Fcb&code_verifier=v-_.~");
  equal(pair(call, ":method"), "POST");
  equal(pair(call, ":path"), "/token?tenant=a");
  equal(pair(call, "content-type"), "application/x-www-form-urlencoded");
  equal(pair(call, "authorization"), "Basic Y2xpZW50OnMlM0FlJTI1Y3JldCUyMCVDMyVBOQ==");
}

export function a_refresh_request_has_no_scope(): void {
  const call = made(refreshRequest(endpointOf(ENDPOINT), client(ClientAuth.Basic), ascii("r+t"), withoutRandomness()));
  equal(text(call.body), "grant_type=refresh_token&refresh_token=r%2Bt");
}

export function a_revocation_names_the_token_and_its_kind(): void {
  const call = made(revocationRequest(endpointOf(ENDPOINT), client(ClientAuth.None), ascii("r+t"), "refresh_token", withoutRandomness()));
  equal(text(call.body), "token=r%2Bt&token_type_hint=refresh_token&client_id=client");
  equal(pair(call, ":path"), "/token?tenant=a");
}

export function duty_32_credentials_are_in_the_header_or_in_the_body_and_never_in_the_url(): void {
  const basic = code(ClientAuth.Basic), post = code(ClientAuth.Post), none = code(ClientAuth.None);
  isFalse(text(basic.body).includes("client_id"), "Basic has none in the body");
  isTrue(text(post.body).endsWith("&client_id=client&client_secret=s%3Ae%25cret%20%C3%A9"), "post");
  equal(pair(post, "authorization"), "");
  isTrue(text(none.body).endsWith("&client_id=client"), "none");
  equal(pair(none, "authorization"), "");
  const all = [basic, post, none];
  for (let i = 0; i < all.length; i++) equal(pair(all[i], ":path"), "/token?tenant=a");
}

export function duty_138_a_client_that_cannot_authenticate_makes_no_call(): void {
  const endpoint = endpointOf(ENDPOINT), mute = client(ClientAuth.PrivateKeyJwt);
  isTrue(codeRequest(endpoint, mute, ascii("c"), ascii("r"), ascii("v"), assertionContext()) == null, "code");
  isTrue(refreshRequest(endpoint, mute, ascii("t"), assertionContext()) == null, "refresh");
  isTrue(revocationRequest(endpoint, mute, ascii("t"), "refresh_token", assertionContext()) == null, "revocation");
}

// Tokens.
export function all_members_of_a_token_response_are_read(): void {
  const tokens = reads(GOOD);
  equal(text(tokens.accessToken), "at");
  equal(text(tokens.refreshToken), "rt");
  equal(text(tokens.idToken), "a.b.c");
  equal(text(tokens.scope), "openid email");
  equalInt(tokens.expiresInSec, 300);
}

export function all_members_but_the_access_token_and_its_type_are_optional(): void {
  const tokens = reads("{\"token_type\":\"bearer\",\"access_token\":\"at\"}");
  equalInt(tokens.refreshToken.length + tokens.idToken.length + tokens.scope.length, 0);
  equalInt(tokens.expiresInSec, NOT_SAID);
}

export function a_token_response_may_have_status_201(): void { isFalse(readTokens(new Reply(201, utf8(GOOD))).failed, "201"); }

export function a_member_that_is_null_counts_as_absent(): void {
  const tokens = reads("{\"access_token\":\"at\",\"token_type\":null,\"refresh_token\":null,\"id_token\":null,\"scope\":null,\"expires_in\":null}");
  equalInt(tokens.refreshToken.length + tokens.idToken.length + tokens.scope.length, 0);
  equalInt(tokens.expiresInSec, NOT_SAID);
  refuses(200, "{\"access_token\":null,\"token_type\":\"Bearer\"}", TokenFault.NoAccessToken, "access_token");
}

export function a_scope_may_be_a_list_of_strings_and_other_values_are_ignored(): void {
  equal(text(scopeFrom("[\"openid\",\"email\"]")), "openid email");
  const nothing = ["[]", "[1]", "[\"a\",null]", "[\"a b\"]", "[\"a\\r\\n\"]", "1", "true", "{\"a\":\"b\"}"];
  for (let i = 0; i < nothing.length; i++) equalInt(scopeFrom(nothing[i]).length, 0);
}

export function duty_29_bearer_is_accepted_in_any_spelling_and_a_missing_type_counts_as_bearer(): void {
  reads("{\"access_token\":\"at\"}");
  const types = ["Bearer", "bearer", "BEARER", "BearerToken"];
  for (let i = 0; i < types.length; i++) reads("{\"access_token\":\"at\",\"token_type\":\"" + types[i] + "\"}");
}

export function duty_29_another_type_is_refused(): void {
  const types = ["\"DPoP\"", "\"mac\"", "\"N_A\"", "\"\"", "\"Bearer \"", "\"Bearer,DPoP\"", "\"Bearer-DPoP\"", "\"bearerbearerbearer\"", "1", "[\"Bearer\"]", "true"];
  for (let i = 0; i < types.length; i++) refuses(200, "{\"access_token\":\"at\",\"token_type\":" + types[i] + "}", TokenFault.NotBearer, "token_type");
}

export function a_response_without_an_access_token_is_refused(): void {
  refuses(200, "{\"token_type\":\"Bearer\"}", TokenFault.NoAccessToken, "access_token");
  refuses(200, "{\"token_type\":\"Bearer\",\"access_token\":\"\"}", TokenFault.NoAccessToken, "access_token");
  refuses(200, "{\"error\":null}", TokenFault.NoAccessToken, "access_token");
}

export function duty_33_tokens_that_could_end_a_header_line_are_refused(): void {
  const odd = ["a\\r\\nx: y", "a\\rb", "a\\nb", "a\\u0000", "a\\tb", "\\u007f", "a\\u0001", "\u00e9", "\\u00e9", "\\ud83d\\ude00"];
  for (let i = 0; i < odd.length; i++) {
    member("access_token", "\"" + odd[i] + "\"", TokenFault.BadMember);
    member("refresh_token", "\"" + odd[i] + "\"", TokenFault.BadMember);
    member("id_token", "\"" + odd[i] + "\"", TokenFault.BadMember);
    member("scope", "\"" + odd[i] + "\"", TokenFault.BadMember);
  }
  member("access_token", "\"a b\"", TokenFault.BadMember);
  member("id_token", "\"a b\"", TokenFault.BadMember);
}

export function members_that_are_not_strings_are_refused(): void {
  const values = ["1", "true", "[\"a\"]", "{\"a\":\"b\"}"];
  for (let i = 0; i < values.length; i++) {
    member("access_token", values[i], TokenFault.BadMember);
    member("refresh_token", values[i], TokenFault.BadMember);
    member("id_token", values[i], TokenFault.BadMember);
  }
}

export function duty_30_a_token_of_more_than_64_kilobytes_is_refused(): void {
  const names = ["access_token", "refresh_token", "id_token", "scope"];
  for (let i = 0; i < names.length; i++) {
    isFalse(readTokens(new Reply(200, utf8(withMember(names[i], "\"" + "a".repeat(64 * 1024) + "\"")))).failed, "at the bound");
    member(names[i], "\"" + "a".repeat(64 * 1024 + 1) + "\"", TokenFault.BadMember);
  }
}

export function duty_30_a_response_that_is_not_a_strict_json_object_is_refused(): void {
  const answers = ["", "access_token=at&token_type=bearer", "[" + GOOD + "]", "null", "\"at\"", GOOD + "x", GOOD.slice(0, GOOD.length - 1), "\ufeff" + GOOD,
    "{\"access_token\":\"a\",\"access_token\":\"b\",\"token_type\":\"Bearer\"}", "{\"access_token\":\"a\",\"token_type\":\"Bearer\",\"x\":" + "[".repeat(99) + "]".repeat(99) + "}"];
  for (let i = 0; i < answers.length; i++) refuses(200, answers[i], TokenFault.NotJson, "");
}

export function duty_30_a_response_of_more_than_256_kilobytes_is_refused(): void {
  reads(GOOD + " ".repeat(256 * 1024 - GOOD.length));
  refuses(200, GOOD + " ".repeat(256 * 1024 - GOOD.length + 1), TokenFault.NotJson, "");
}

// expires_in.
export function duty_31_a_lifetime_is_a_number_of_seconds(): void {
  lives("300", 300); lives("1", 1); lives("3599.9", 3599); lives("3.6e3", 3600); lives("315360000", 315360000);
  lives("\"300\"", 300); lives("\"3599.5\"", 3599); lives("0.5", 0); lives("1e-300", 0);
  // Expires at once.
  lives("0", 0); lives("\"0\"", 0);
}

export function duty_31_an_invalid_lifetime_is_ignored(): void {
  const values = ["-1", "-1e300", "-1e400", "\"\"", "\"-1\"", "\"300s\"", "\" 300\"", "\"0x10\"", "\"1 hour\"", "null", "true", "[300]", "{}"];
  for (let i = 0; i < values.length; i++) lives(values[i], NOT_SAID);
}

export function duty_31_a_huge_lifetime_is_ten_years_and_never_wraps(): void {
  const values = ["315360001", "2147483648", "4294967296", "9223372036854775808", "1e300", "1e400"];
  for (let i = 0; i < values.length; i++) lives(values[i], 315360000);
}

// Error responses.
export function duty_38_invalid_grant_is_recognised_with_every_status(): void {
  const statuses = [200, 201, 400, 401, 403, 404, 500];
  for (let i = 0; i < statuses.length; i++) refuses(statuses[i], "{\"error\":\"invalid_grant\"}", TokenFault.InvalidGrant, "error");
  refuses(400, "{\"error\":\"invalid_gran\\u0074\",\"error_description\":\"<script>\"}", TokenFault.InvalidGrant, "error");
}

export function yahoos_word_for_invalid_grant_is_recognised(): void {
  refuses(400, "{\"error\":\"INVALID_REFRESH_TOKEN\",\"error_description\":\"Failed to decode/encode refresh token\"}", TokenFault.InvalidGrant, "error");
  refuses(400, "{\"error\":\"INVALID_INPUT\",\"error_description\":\"client id cannot be empty\"}", TokenFault.BadStatus, "400");
}

export function duty_38_only_the_error_code_invalid_grant_is_recognised(): void {
  const bodies = ["", "invalid_grant", "{\"error\":[\"invalid_grant\"]}", "{\"error\":{\"code\":\"invalid_grant\"}}", "{\"error_description\":\"invalid_grant\"}", "[\"invalid_grant\"]", "{\"error\":null}", "{\"error\":\"\"}", "{\"error\":\"Invalid_Grant\"}", "{\"error\":\"Forbidden\"}", "{\"error\":\"HTTP 404 Not Found\"}", "{\"error\":\"<script>\"}", "{\"error\":\"\\r\\nx\"}", "{\"error\":\"" + "a".repeat(65) + "\"}",
    "{\"error\":\"invalid_grant\",\"error\":\"invalid_grant\"}", "{\"error\":\"invalid_grant\""];
  const statuses = [400, 403, 404, 500, 503];
  for (let i = 0; i < bodies.length; i++) for (let j = 0; j < statuses.length; j++) refuses(statuses[j], bodies[i], TokenFault.BadStatus, statuses[j].toString());
}

export function duty_38_tokens_with_another_status_are_refused(): void {
  const statuses = [100, 202, 204, 301, 302, 307, 400, 403, 404, 405, 408, 418, 429, 500, 501, 502, 503, 504, -1, 2000];
  for (let i = 0; i < statuses.length; i++) refuses(statuses[i], GOOD, TokenFault.BadStatus, statuses[i].toString());
}

export function duty_38_an_outage_is_not_a_refusal_of_the_grant(): void {
  const statuses = [301, 302, 307, 429, 500, 502, 503, 504, 599], outages = ["server_error", "temporarily_unavailable", "slow_down"];
  for (let i = 0; i < statuses.length; i++) refuses(statuses[i], "{\"error\":\"access_denied\"}", TokenFault.BadStatus, statuses[i].toString());
  for (let i = 0; i < outages.length; i++) refuses(400, "{\"error\":\"" + outages[i] + "\"}", TokenFault.BadStatus, "400");
}

export function duty_38_any_other_error_code_is_a_refusal(): void {
  const codes = ["invalid_request", "unauthorized_client", "unsupported_grant_type", "invalid_scope", "interaction_required", "access_denied", "invalid_token", "expired_token", "login_required"];
  for (let i = 0; i < codes.length; i++) {
    refuses(400, "{\"error\":\"" + codes[i] + "\"}", TokenFault.Refused, codes[i]);
    refuses(403, "{\"error\":\"" + codes[i] + "\"}", TokenFault.Refused, codes[i]);
    refuses(200, "{\"error\":\"" + codes[i] + "\"}", TokenFault.Refused, codes[i]);
  }
  refuses(401, "{\"error\":\"access_denied\"}", TokenFault.Refused, "access_denied");
}

export function a_client_that_fails_to_authenticate_is_a_fault_of_its_own(): void {
  refuses(401, "{\"error\":\"invalid_client\"}", TokenFault.InvalidClient, "error");
  refuses(400, "{\"error\":\"invalid_client\"}", TokenFault.InvalidClient, "error");
  refuses(401, "", TokenFault.InvalidClient, "error");
  refuses(401, "<html>", TokenFault.InvalidClient, "error");
}

export function duty_38_keycloaks_401_is_about_the_client(): void {
  // Keycloak's response to a wrong client_secret.
  refuses(401, "{\"error\":\"unauthorized_client\",\"error_description\":\"Invalid client or Invalid client credentials\"}", TokenFault.InvalidClient, "error");
}

export function duty_8_unregistered_error_codes_are_not_repeated(): void {
  const codes = ["no_such_user", "urn-x", "a".repeat(64)];
  for (let i = 0; i < codes.length; i++) refuses(400, "{\"error\":\"" + codes[i] + "\"}", TokenFault.Refused, "an error code of its own");
}

export function a_missing_reply_is_a_fault_of_its_own(): void { refuses(0, "", TokenFault.Unreachable, ""); }

export function every_fault_has_a_text_of_its_own(): void {
  const words = new Set<string>();
  for (let fault = 1; fault <= 9; fault++) words.add(tokenFaultText(fault, "x"));
  equalInt(words.size, 9);
}

function code(auth: ClientAuth): Callout {
  return made(codeRequest(endpointOf(ENDPOINT), client(auth), ascii("c&o/de"), ascii("https://app.example.com/cb"), ascii("v-_.~"), withoutRandomness()));
}

function reads(body: string): Tokens {
  const tokens = readTokens(new Reply(200, utf8(body))), fault = tokens.fault;
  if (fault != null) assert(false, `refused with ${fault.code} at ${fault.at}`);
  return tokens.value;
}

function scopeFrom(value: string): Uint8Array { return reads(withMember("scope", value)).scope; }

function lives(value: string, want: i32): void { equalInt(reads("{\"access_token\":\"at\",\"token_type\":\"Bearer\",\"expires_in\":" + value + "}").expiresInSec, want); }

function withMember(name: string, value: string): string {
  const access = name == "access_token" ? "" : "\"access_token\":\"at\",";
  return `{${access}"token_type":"Bearer","${name}":${value}}`;
}

function member(name: string, value: string, code: TokenFault): void { refuses(200, withMember(name, value), code, name); }

function refuses(status: i32, body: string, code: TokenFault, at: string): void {
  const fault = readTokens(new Reply(status, utf8(body))).fault;
  if (fault == null) return assert(false, "accepted " + status.toString() + " " + body.substring(0, 60));
  assert(fault.code == code && fault.at == at, `fault ${fault.code} at ${fault.at}: ${status} ${body.substring(0, 80)}`);
}
