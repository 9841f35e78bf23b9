import { Callout, Reply } from "../../../assembly/http/callout";
import { ClientAuth } from "../../../assembly/oidc/client_auth";
import { IntrospectionFault, introspectionFaultText, introspectionRequest, readIntrospection } from "../../../assembly/oidc/introspection";
import { ascii, contains, equal, equalInt, isFalse, isTrue, text, utf8 } from "../check";
import { client, endpointOf, made, pair, withoutRandomness } from "./calls.as";

export function a_response_with_active_true_is_active(): void {
  const token = readIntrospection(new Reply(200, utf8("{\"active\":true,\"sub\":\"me\"}")));
  isFalse(token.failed, "active");
  equal(text(token.value.claims.text(token.value.claims.member(0, "sub"))), "me");
}

export function duty_78_anything_but_the_boolean_true_is_inactive(): void {
  const values = ["false", "\"true\"", "1", "\"active\"", "null", "[true]", "{\"active\":true}", "1.0", "\"\"", "\"TRUE\""];
  for (let i = 0; i < values.length; i++) refuses(200, "{\"active\":" + values[i] + "}", IntrospectionFault.Inactive);
}

export function duty_78_a_response_without_active_is_inactive(): void {
  const answers = ["{}", "{\"sub\":\"me\",\"exp\":4102444800}", "{\"Active\":true}", "{\"x\":{\"active\":true}}", "{\"active \":true}"];
  for (let i = 0; i < answers.length; i++) refuses(200, answers[i], IntrospectionFault.Inactive);
}

export function duty_30_a_response_that_is_not_a_json_object_is_a_fault(): void {
  const answers = ["", "true", "[{\"active\":true}]", "\"active\"", "null", "<html>", "{\"active\":true", "{\"active\":true}{}", "{\"active\":true,}", "active=true", "\ufeff{\"active\":true}"];
  for (let i = 0; i < answers.length; i++) refuses(200, answers[i], IntrospectionFault.NotJson);
}

export function duty_30_a_response_with_a_duplicate_name_is_a_fault(): void {
  refuses(200, "{\"active\":false,\"active\":true}", IntrospectionFault.NotJson);
  refuses(200, "{\"active\":true,\"\\u0061ctive\":true}", IntrospectionFault.NotJson);
  refuses(200, "{\"active\":true,\"sub\":\"a\",\"sub\":\"b\"}", IntrospectionFault.NotJson);
}

export function duty_30_a_response_nested_too_deep_is_a_fault(): void {
  refuses(200, "{\"active\":true,\"x\":" + "[".repeat(100) + "]".repeat(100) + "}", IntrospectionFault.NotJson);
}

export function duty_30_a_response_of_more_than_32_kilobytes_is_a_fault(): void {
  const answer = "{\"active\":true}";
  isFalse(readIntrospection(new Reply(200, utf8(answer + " ".repeat(32 * 1024 - answer.length)))).failed, "at the bound");
  refuses(200, answer + " ".repeat(32 * 1024 - answer.length + 1), IntrospectionFault.NotJson);
}

export function duty_80_a_missing_reply_does_not_mean_an_inactive_token(): void { refuses(0, "", IntrospectionFault.Unreachable); }

export function duty_80_any_status_but_200_is_a_fault_unless_400_or_404_say_that_the_token_is_inactive(): void {
  const statuses = [100, 201, 204, 206, 301, 302, 304, 307, 400, 401, 403, 404, 429, 500, 502, 503, 504, -1, 2000];
  for (let i = 0; i < statuses.length; i++) {
    refuses(statuses[i], "{\"active\":true}", IntrospectionFault.BadStatus);
    const speaks = statuses[i] == 400 || statuses[i] == 404;
    refuses(statuses[i], "{\"active\":false}", speaks ? IntrospectionFault.Inactive : IntrospectionFault.BadStatus);
    refuses(statuses[i], "{\"error\":\"invalid_token\"}", speaks ? IntrospectionFault.Inactive : IntrospectionFault.BadStatus);
  }
}

export function status_400_or_404_with_a_body_about_the_token_means_inactive(): void {
  const bodies = ["{\"active\":false}", "{\"error\":\"invalid_token\"}", "{\"error\":\"token_not_found\",\"error_description\":\"x\"}", "{\"error\":\"expired_token\"}", "{\"active\":false,\"error\":\"invalid_request\"}"];
  for (let i = 0; i < bodies.length; i++) { refuses(400, bodies[i], IntrospectionFault.Inactive); refuses(404, bodies[i], IntrospectionFault.Inactive); }
}

export function duty_80_status_400_or_404_with_another_body_is_a_fault(): void {
  const bodies = ["{\"error\":\"invalid_client\"}", "{\"error\":\"invalid_request\"}", "{\"error\":\"unauthorized_client\"}", "{\"error\":\"unsupported_token_type\"}", "{\"error\":[\"invalid_token\"]}", "{\"error\":\"invalid_token\",\"active\":true}",
    "{\"error\":\"not_found\"}", "{\"active\":\"false\"}", "{\"active\":0}", "{}", "[]", "\"invalid_token\"", "invalid_token", "<html>404 Not Found</html>", "", "{\"error\":\"invalid_token\",\"error\":\"invalid_token\"}"];
  for (let i = 0; i < bodies.length; i++) { refuses(400, bodies[i], IntrospectionFault.BadStatus); refuses(404, bodies[i], IntrospectionFault.BadStatus); }
}

export function the_status_401_is_explained_to_the_operator(): void {
  contains(introspectionFaultText(IntrospectionFault.BadStatus, "401"), "client_secret");
  isFalse(introspectionFaultText(IntrospectionFault.BadStatus, "500").includes("client_secret"), "500 does not mention the secret");
}

// The request.
export function the_token_is_sent_in_the_body_and_never_in_the_url(): void {
  const call = request(ClientAuth.Basic, "to&ken=1", []);
  equal(text(call.body), "token=to%26ken%3D1&token_type_hint=access_token");
  equal(pair(call, ":path"), "/introspect?a=b");
  equal(pair(call, ":method"), "POST");
  equal(pair(call, "content-type"), "application/x-www-form-urlencoded");
}

export function basic_credentials_are_in_the_header_and_not_in_the_body(): void {
  const call = request(ClientAuth.Basic, "t", []);
  equal(pair(call, "authorization"), "Basic Y2xpZW50OnMlM0FlJTI1Y3JldCUyMCVDMyVBOQ=="); // client:s%3Ae%25cret%20%C3%A9
  isFalse(text(call.body).includes("client"), "not in the body");
}

export function duty_32_posted_credentials_are_in_the_body_and_not_in_a_header(): void {
  const call = request(ClientAuth.Post, "t", []);
  equal(text(call.body), "token=t&token_type_hint=access_token&client_id=client&client_secret=s%3Ae%25cret%20%C3%A9");
  equal(pair(call, "authorization"), "");
}

export function duty_32_the_secret_is_never_in_the_url(): void {
  isFalse(pair(request(ClientAuth.Basic, "t", []), ":path").includes("client"), "basic");
  isFalse(pair(request(ClientAuth.Post, "t", []), ":path").includes("client"), "post");
}

export function a_client_that_cannot_authenticate_sends_no_token(): void {
  isTrue(introspectionRequest(endpointOf("https://idp.example.com/i"), client(ClientAuth.ClientSecretJwt), utf8("t"), [], withoutRandomness()) == null, "no call");
}

export function configured_request_headers_are_sent(): void {
  equal(pair(request(ClientAuth.Basic, "t", [ascii("x-tenant"), ascii("a")]), "x-tenant"), "a");
}

function refuses(status: i32, body: string, code: IntrospectionFault): void {
  const fault = readIntrospection(new Reply(status, utf8(body))).fault;
  if (fault == null) return assert(false, "accepted " + status.toString() + " " + body.substring(0, 60));
  equalInt(fault.code, code);
}

function request(auth: ClientAuth, token: string, addon: Uint8Array[]): Callout {
  return made(introspectionRequest(endpointOf("https://idp.example.com/introspect?a=b"), client(auth), utf8(token), addon, withoutRandomness()));
}
