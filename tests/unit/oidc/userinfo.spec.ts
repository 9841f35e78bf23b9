import { EMPTY } from "../../../assembly/bytes/bytes";
import { Reply } from "../../../assembly/http/callout";
import { isSignedUserinfo, readUserinfo, UserinfoFault, userinfoFaultText, userinfoRequest } from "../../../assembly/oidc/userinfo";
import { ascii, contains, equal, equalInt, isFalse, isTrue, text, utf8 } from "../check";
import { joined } from "../http/serialised.as";
import { endpointOf } from "./calls.as";

export function the_token_is_sent_in_the_header_and_never_in_the_url(): void {
  const call = userinfoRequest(endpointOf("https://idp.example.com/me?x=1"), ascii("a-token"));
  equal(joined(call.pairs), ":method|GET|:scheme|https|:authority|idp.example.com|:path|/me?x=1|accept|application/json, application/jwt|user-agent|envoy-oidc|authorization|Bearer a-token");
  equalInt(call.body.length, 0);
}

export function claims_of_the_same_subject_are_read(): void {
  const claims = readUserinfo(new Reply(200, utf8("{\"sub\":\"m\\u0065\",\"name\":\"Ada\"}")), ascii("me"));
  isFalse(claims.failed, "refused");
  equal(text(claims.value.text(claims.value.member(0, "name"))), "Ada");
}

export function duty_64_claims_of_another_subject_or_without_a_subject_are_refused(): void {
  const answers = ["{\"sub\":\"you\"}", "{\"sub\":\"Me\"}", "{\"sub\":\"me \"}", "{\"sub\":\"\"}", "{\"sub\":null}", "{\"sub\":[\"me\"]}", "{\"sub\":{\"sub\":\"me\"}}", "{\"Sub\":\"me\"}", "{\"name\":\"me\"}", "{}"];
  for (let i = 0; i < answers.length; i++) refuses(200, answers[i], UserinfoFault.WrongSubject);
  isTrue(readUserinfo(new Reply(200, utf8("{\"sub\":\"\"}")), EMPTY).failed, "an empty subject never matches");
}

export function duty_30_a_response_that_is_not_a_strict_json_object_is_refused(): void {
  const answers = ["", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJtZSJ9.", "[{\"sub\":\"me\"}]", "\"me\"", "null", "{\"sub\":\"me\"", "{\"sub\":\"me\"}{}", "{\"sub\":\"me\",\"sub\":\"me\"}", "{\"sub\":\"me\",\"x\":" + "[".repeat(99) + "]".repeat(99) + "}"];
  for (let i = 0; i < answers.length; i++) refuses(200, answers[i], UserinfoFault.NotJson);
}

export function a_response_in_another_encoding_has_a_text_that_names_utf_8(): void {
  const latin1 = utf8("{\"sub\":\"me\",\"name\":\"?\"}");
  latin1[latin1.indexOf(0x3f)] = 0xe9;
  const fault = readUserinfo(new Reply(200, latin1), ascii("me")).fault!;
  equalInt(fault.code, UserinfoFault.NotUtf8);
  contains(userinfoFaultText(fault.code, fault.at), "UTF-8");
}

export function duty_30_a_response_of_more_than_32_kilobytes_is_refused(): void {
  const answer = "{\"sub\":\"me\"}";
  isFalse(readUserinfo(new Reply(200, utf8(answer + " ".repeat(32 * 1024 - answer.length))), ascii("me")).failed, "at the bound");
  refuses(200, answer + " ".repeat(32 * 1024 - answer.length + 1), UserinfoFault.NotJson);
}

export function duty_41_any_other_status_is_refused_whatever_the_body_is(): void {
  const statuses = [100, 201, 204, 301, 302, 307, 400, 401, 403, 404, 500, 502, 503, -1];
  for (let i = 0; i < statuses.length; i++) refuses(statuses[i], "{\"sub\":\"me\"}", UserinfoFault.BadStatus);
}

export function a_response_that_is_not_utf_8_is_a_fault_of_its_own(): void {
  const body = utf8("{\"sub\":\"me\",\"name\":\"x\"}");
  body[body.length - 3] = 0xe9;
  const fault = readUserinfo(new Reply(200, body), ascii("me")).fault;
  equalInt(fault == null ? 0 : fault.code, UserinfoFault.NotUtf8);
}

export function a_signed_response_is_recognised_by_its_content(): void {
  isTrue(isSignedUserinfo(new Reply(200, ascii("eyJhbGciOiJFUzI1NiJ9.e30.AA"))), "a JWT");
  const others = ["", "e", "{\"sub\":\"me.\"}", " eyJ.a.b", "<html>.", "ERROR."];
  for (let i = 0; i < others.length; i++) isFalse(isSignedUserinfo(new Reply(200, ascii(others[i]))), others[i]);
  isFalse(isSignedUserinfo(new Reply(500, ascii("eyJ.a.b"))), "an error");
}

export function a_missing_reply_is_a_fault_of_its_own(): void { refuses(0, "", UserinfoFault.Unreachable); }

export function every_fault_has_a_text_of_its_own(): void {
  const words = new Set<string>();
  for (let fault = 1; fault <= 7; fault++) words.add(userinfoFaultText(fault, "x"));
  equalInt(words.size, 7);
}

function refuses(status: i32, body: string, code: UserinfoFault): void {
  const fault = readUserinfo(new Reply(status, utf8(body)), ascii("me")).fault;
  if (fault == null) return assert(false, "accepted " + status.toString() + " " + body.substring(0, 60));
  equalInt(fault.code, code);
}
