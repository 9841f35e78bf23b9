import { LogoutToken, LogoutTokenFault, logoutTokenFaultText, readLogoutToken } from "../../../assembly/oidc/logout_token";
import { Result } from "../../../assembly/result";
import { ascii, equal, equalInt, isFalse, text } from "../check";
import { NOW } from "./calls.as";
import { claimsOf, verified } from "./verified.as";

const ISS = "\"iss\":\"https://idp.example.com\"", SUB = "\"sub\":\"me\"", SID = "\"sid\":\"s-1\"", AUD = "\"aud\":\"client\"", IAT = "\"iat\":1700000000", JTI = "\"jti\":\"j-1\"";
const EVENTS = "\"events\":{\"http://schemas.openid.net/event/backchannel-logout\":{}}";

export function a_logout_token_names_a_subject_a_session_or_both(): void {
  const both = accepted(judged([ISS, SUB, SID, AUD, IAT, JTI, EVENTS]));
  equal(text(both.sub) + " " + text(both.sid) + " " + text(both.jti), "me s-1 j-1");
  equalInt(both.issuedAtSec, NOW);
  equal(text(accepted(judged([ISS, SUB, AUD, IAT, JTI, EVENTS])).sid), "");
  equal(text(accepted(judged([ISS, SID, AUD, IAT, JTI, EVENTS])).sub), "");
}

export function the_type_is_logout_jwt_or_jwt_or_absent(): void {
  const types = ["logout+jwt", "application/logout+jwt", "LOGOUT+JWT", "JWT", "jwt", ""];
  for (let i = 0; i < types.length; i++) accepted(judge(good(), types[i]));
}

export function duty_119_a_token_of_another_kind_is_refused(): void {
  const types = ["at+jwt", "application/at+jwt", "id_token", "dpop+jwt", "secevent+jwt", "logout"];
  for (let i = 0; i < types.length; i++) refused(judge(good(), types[i]), LogoutTokenFault.WrongType);
}

export function duty_119_another_issuer_is_refused(): void {
  const values = ["\"https://idp.example.com/\"", "\"https://other.example\"", "\"\"", "null", "[\"https://idp.example.com\"]"];
  for (let i = 0; i < values.length; i++) refused(judged(["\"iss\":" + values[i], SUB, AUD, IAT, JTI, EVENTS]), LogoutTokenFault.WrongIssuer);
  refused(judged([SUB, AUD, IAT, JTI, EVENTS]), LogoutTokenFault.WrongIssuer);
}

export function duty_119_another_audience_is_refused(): void {
  accepted(judged([ISS, SUB, "\"aud\":[\"other\",\"client\"]", IAT, JTI, EVENTS]));
  const values = ["\"other\"", "[]", "[\"other\"]", "\"Client\"", "null", "{\"client\":1}"];
  for (let i = 0; i < values.length; i++) refused(judged([ISS, SUB, "\"aud\":" + values[i], IAT, JTI, EVENTS]), LogoutTokenFault.WrongAudience);
  refused(judged([ISS, SUB, IAT, JTI, EVENTS]), LogoutTokenFault.WrongAudience);
}

export function duty_119_a_logout_token_without_a_recent_iat_is_refused(): void {
  const good = ["1700000000", "1700000120", "1699999580", "1.7e9"], bad = ["1700000121", "1699999579", "0", "-1", "1e300", "-1e300", "\"1700000000\"", "null", "true", "[1700000000]"];
  for (let i = 0; i < good.length; i++) accepted(judged([ISS, SUB, AUD, "\"iat\":" + good[i], JTI, EVENTS]));
  for (let i = 0; i < bad.length; i++) refused(judged([ISS, SUB, AUD, "\"iat\":" + bad[i], JTI, EVENTS]), LogoutTokenFault.NotNow);
  refused(judged([ISS, SUB, AUD, JTI, EVENTS]), LogoutTokenFault.NotNow);
}

export function duty_119_an_exp_is_checked_if_there_is_one(): void {
  accepted(judged([ISS, SUB, AUD, IAT, "\"exp\":1700000001", JTI, EVENTS]));
  const values = ["1700000000", "1", "\"1700000300\"", "true"];
  for (let i = 0; i < values.length; i++) refused(judged([ISS, SUB, AUD, IAT, "\"exp\":" + values[i], JTI, EVENTS]), LogoutTokenFault.NotNow);
}

export function duty_119_a_jti_for_the_replay_check_is_required(): void {
  accepted(judged([ISS, SUB, AUD, IAT, "\"jti\":\"" + "j".repeat(255) + "\"", EVENTS]));
  const values = ["\"\"", "\"" + "j".repeat(256) + "\"", "null", "1", "[\"j\"]"];
  for (let i = 0; i < values.length; i++) refused(judged([ISS, SUB, AUD, IAT, "\"jti\":" + values[i], EVENTS]), LogoutTokenFault.NoId);
  refused(judged([ISS, SUB, AUD, IAT, EVENTS]), LogoutTokenFault.NoId);
}

export function duty_119_a_token_without_the_logout_event_is_refused(): void {
  accepted(judged([ISS, SUB, AUD, IAT, JTI, "\"events\":{\"x\":{},\"http:\\/\\/schemas.openid.net\\/event\\/backchannel-logout\":{\"a\":1}}"]));
  const values = ["{}", "null", "[]", "\"http://schemas.openid.net/event/backchannel-logout\"", "[\"http://schemas.openid.net/event/backchannel-logout\"]", "{\"http://schemas.openid.net/event/backchannel-logout\":null}",
    "{\"http://schemas.openid.net/event/backchannel-logout\":true}", "{\"http://schemas.openid.net/event/backchannel-logout\":\"\"}", "{\"http://schemas.openid.net/event/backchannel-logout\":[]}", "{\"http://schemas.openid.net/event/backchannel-logout/\":{}}",
    "{\"https://schemas.openid.net/event/backchannel-logout\":{}}", "{\"events\":{\"http://schemas.openid.net/event/backchannel-logout\":{}}}"];
  for (let i = 0; i < values.length; i++) refused(judged([ISS, SUB, AUD, IAT, JTI, "\"events\":" + values[i]]), LogoutTokenFault.NoEvent);
  refused(judged([ISS, SUB, AUD, IAT, JTI]), LogoutTokenFault.NoEvent);
}

export function duty_119_a_logout_token_without_a_subject_or_session_is_refused(): void {
  refused(judged([ISS, AUD, IAT, JTI, EVENTS]), LogoutTokenFault.NoSubject);
  accepted(judged([ISS, SUB, "\"sid\":null", AUD, IAT, "\"exp\":null", JTI, EVENTS]));
  accepted(judged([ISS, "\"sub\":null", SID, AUD, IAT, JTI, EVENTS]));
  refused(judged([ISS, "\"sub\":null", "\"sid\":null", AUD, IAT, JTI, EVENTS]), LogoutTokenFault.NoSubject);
  const values = ["\"\"", "1", "[\"me\"]", "\"" + "x".repeat(256) + "\""];
  for (let i = 0; i < values.length; i++) {
    refused(judged([ISS, "\"sub\":" + values[i], AUD, IAT, JTI, EVENTS]), LogoutTokenFault.NoSubject);
    refused(judged([ISS, "\"sid\":" + values[i], AUD, IAT, JTI, EVENTS]), LogoutTokenFault.NoSubject);
    refused(judged([ISS, SUB, "\"sid\":" + values[i], AUD, IAT, JTI, EVENTS]), LogoutTokenFault.NoSubject);
    refused(judged([ISS, "\"sub\":" + values[i], SID, AUD, IAT, JTI, EVENTS]), LogoutTokenFault.NoSubject);
  }
}

export function duty_119_a_token_with_a_nonce_is_refused(): void {
  const values = ["\"n\"", "\"\"", "null"];
  for (let i = 0; i < values.length; i++) refused(judged([ISS, SUB, AUD, IAT, JTI, EVENTS, "\"nonce\":" + values[i]]), LogoutTokenFault.Nonce);
  refused(judged([ISS, SUB, AUD, IAT, "\"exp\":1700000300", "\"nonce\":\"n\""]), LogoutTokenFault.NoId);
}

export function every_fault_has_a_text_of_its_own(): void {
  const words = new Set<string>();
  for (let fault = 1; fault <= 8; fault++) words.add(logoutTokenFaultText(fault, "x"));
  equalInt(words.size, 8);
}

function good(): string { return claimsOf([ISS, SUB, AUD, IAT, JTI, EVENTS]); }
function judge(claims: string, typ: string): Result<LogoutToken> { return readLogoutToken(verified(claims, typ), ascii("https://idp.example.com"), ascii("client"), NOW, 120); }
function judged(members: string[]): Result<LogoutToken> { return judge(claimsOf(members), "logout+jwt"); }

function accepted(token: Result<LogoutToken>): LogoutToken {
  const fault = token.fault;
  isFalse(fault != null, fault == null ? "" : `refused with ${fault.code} at ${fault.at}`);
  return token.value;
}

function refused(token: Result<LogoutToken>, code: LogoutTokenFault): void {
  const fault = token.fault;
  if (fault == null) return assert(false, "accepted, want " + (<i32>code).toString());
  assert(fault.code == code, `fault ${fault.code} at ${fault.at}, want ${<i32>code}`);
}
