import { Reply } from "../../../assembly/http/callout";
import { parse } from "../../../assembly/json/parser";
import { Client, ClientAuth, methodsIn } from "../../../assembly/oidc/client_auth";
import { revocationFaultText, revocationRequest } from "../../../assembly/oidc/revocation";
import { equal, isTrue, text, utf8 } from "../check";
import { endpointOf, made, assertionContext, pair } from "./calls.as";

export function a_successful_revocation_is_not_logged(): void { equal(revocationFaultText(new Reply(200, utf8(""))) + revocationFaultText(new Reply(204, utf8(""))), ""); }

export function the_providers_error_is_logged(): void {
  equal(revocationFaultText(new Reply(400, utf8("{\"error\":\"unsupported_token_type\"}"))), "revocation: the provider answered status 400 with unsupported_token_type");
  equal(revocationFaultText(new Reply(401, utf8("{\"error\":\"invalid_client\"}"))), "revocation: the provider answered status 401 with invalid_client (check client_secret and revocation_endpoint_auth_method)");
}

export function duty_8_an_unregistered_error_code_is_not_repeated(): void {
  const bodies = ["{\"error\":\"x\\ny\"}", "{\"error\":[\"invalid_client\"]}", "{\"error\":\"Invalid_Client\"}", "invalid_client", "", "[]", "{\"error\":\"invalid_client\",\"error\":\"invalid_client\"}"];
  for (let i = 0; i < bodies.length; i++) equal(revocationFaultText(new Reply(400, utf8(bodies[i]))), "revocation: the provider answered status 400");
  equal(revocationFaultText(Reply.none()), "revocation: the provider did not answer");
}

const BASIC = "client_secret_basic", POST = "client_secret_post";

export function the_secret_is_sent_by_a_method_of_the_metadata_unless_configured(): void {
  equal(placeOfSecret(ClientAuth.Basic, true, [POST]), "body");
  equal(placeOfSecret(ClientAuth.Basic, true, [POST, BASIC]), "header");
  equal(placeOfSecret(ClientAuth.Post, true, [BASIC]), "header");
  equal(placeOfSecret(ClientAuth.Basic, true, null), "header");
  equal(placeOfSecret(ClientAuth.Basic, true, []), "header");
  equal(placeOfSecret(ClientAuth.Basic, false, [POST]), "header");
  equal(placeOfSecret(ClientAuth.Post, false, [BASIC]), "body");
  equal(placeOfSecret(ClientAuth.Basic, true, ["private_key_jwt", "none"]), "header");
}

export function duty_32_a_client_with_another_method_never_sends_a_secret_instead(): void {
  equal(placeOfSecret(ClientAuth.None, true, [BASIC, POST]), "nowhere");
  const signs = new Client(utf8("client"), utf8("secret"), ClientAuth.PrivateKeyJwt, null, true);
  isTrue(signs.fitting([BASIC, POST]) == signs, "the same");
}

export function only_a_list_of_methods_is_used(): void {
  equal(methods("[\"client_secret_post\",\"private_key_jwt\",\"tls_client_auth\",\"client_secret_post\"]"), "client_secret_post private_key_jwt");
  const nothing = ["[]", "null", "\"client_secret_post\"", "{}", "7"], unknown = ["[7,null]", "[\"tls_client_auth\"]", "[\"CLIENT_SECRET_POST\"]", "[[\"client_secret_post\"]]"];
  for (let i = 0; i < nothing.length; i++) equal(methods(nothing[i]), "says nothing");
  for (let i = 0; i < unknown.length; i++) equal(methods(unknown[i]), "");
}

function methods(list: string): string {
  const json = parse(utf8("{\"m\":" + list + "}"), 1000).value, out = methodsIn(json, json.member(json.root, "m"));
  return out == null ? "says nothing" : out.join(" ");
}

function placeOfSecret(auth: ClientAuth, adapts: bool, methods: string[] | null): string {
  const call = made(revocationRequest(endpointOf("https://idp.example.com/r"), new Client(utf8("client"), utf8("secret"), auth, null, adapts).fitting(methods), utf8("t"), "refresh_token", assertionContext()));
  const body = text(call.body).includes("client_secret=secret"), header = pair(call, "authorization") != "";
  return body ? header ? "both" : "body" : header ? "header" : "nowhere";
}
