import { Endpoint, Reply } from "../../../assembly/http/callout";
import { readUrl, Url } from "../../../assembly/http/url";
import { DiscoveryFault, discoveryFaultText, discoveryRequest, Metadata, readMetadata } from "../../../assembly/oidc/discovery";
import { Endpoints } from "../../../assembly/oidc/endpoints";
import { equal, equalInt, isFalse, isTrue, text, utf8 } from "../check";
import { joined } from "../http/serialised.as";

const ISSUER = "https://idp.example.com/realms/a";
const GOOD = document(ISSUER, "https://idp.example.com/jwks", "https://idp.example.com/introspect");

export function the_endpoints_are_read_from_the_metadata(): void {
  const metadata = reads(everything("https://idp.example.com"));
  for (let i = 0; i < ENDPOINTS.length; i++) equal(url(metadata.endpoint(ENDPOINTS[i])), "https://idp.example.com/" + ENDPOINTS[i]);
  equal(text(metadata.issuer), ISSUER);
}

export function duty_6_only_the_boolean_true_promises_iss_in_the_authorization_response(): void {
  isTrue(reads(withMember("authorization_response_iss_parameter_supported", "true")).issParameterSupported, "true");
  const others = ["false", "\"true\"", "1", "null", "[true]", "{}"];
  for (let i = 0; i < others.length; i++) isFalse(reads(withMember("authorization_response_iss_parameter_supported", others[i])).issParameterSupported, others[i]);
  isFalse(reads(GOOD).issParameterSupported, "absent");
}

export function duty_46_the_listed_algorithms_with_a_public_key_are_those_of_id_tokens(): void {
  const listed = reads(withMember("id_token_signing_alg_values_supported", "[\"RS256\",\"HS256\",\"none\",\"XS1\",7,null,\"EdDSA\"]")).idTokenAlgorithms;
  equalInt(listed.length, 2);
  equal(listed[0].name + " " + listed[1].name, "RS256 EdDSA");
  const nothing = ["[]", "\"RS256\"", "null", "{}", "7", "[[\"RS256\"]]"];
  for (let i = 0; i < nothing.length; i++) equalInt(reads(withMember("id_token_signing_alg_values_supported", nothing[i])).idTokenAlgorithms.length, 0);
  equalInt(reads(GOOD).idTokenAlgorithms.length, 0);
}

export function the_metadata_request_has_no_body_and_no_credentials(): void {
  const call = discoveryRequest(new Endpoint(readUrl(utf8("https://idp.example.com/.well-known/openid-configuration")).value, utf8("idp")));
  equal(joined(call.pairs), ":method|GET|:scheme|https|:authority|idp.example.com|:path|/.well-known/openid-configuration|accept|application/json|user-agent|envoy-oidc");
  equalInt(call.body.length, 0);
}

export function endpoints_may_be_absent(): void {
  const metadata = reads("{\"issuer\":\"" + ISSUER + "\"}");
  for (let i = 0; i < ENDPOINTS.length; i++) isTrue(metadata.endpoint(ENDPOINTS[i]) == null, ENDPOINTS[i]);
}

export function duty_65_another_issuer_than_the_configured_one_is_refused(): void {
  const others = [ISSUER + "/", "https://idp.example.com/realms/A", "http://idp.example.com/realms/a", "https://idp.example.com", "https://evil.example/realms/a", ISSUER + " ", "", "https://idp.example.com:443/realms/a",
    "https://IDP.example.com/realms/a", "https://idp.example.com/realms/a?", "https://idp.example.com/realms/%61"];
  for (let i = 0; i < others.length; i++) refuses(200, document(others[i], "https://h/j", "https://h/i"), DiscoveryFault.WrongIssuer);
}

export function duty_65_an_issuer_that_is_absent_or_not_a_string_is_refused(): void {
  const documents = ["{}", "{\"issuer\":null}", "{\"issuer\":1}", "{\"issuer\":[\"" + ISSUER + "\"]}", "{\"Issuer\":\"" + ISSUER + "\"}", "{\"x\":{\"issuer\":\"" + ISSUER + "\"}}", "[]", "null", "\"" + ISSUER + "\""];
  for (let i = 0; i < documents.length; i++) refuses(200, documents[i], DiscoveryFault.WrongIssuer);
}

/** Some hosted providers name the issuer with a final slash, which the URL of their metadata does not show (§4.1). */
export function if_no_issuer_is_configured_one_final_slash_may_differ(): void {
  equal(text(issuerOf(ISSUER + "/", ISSUER)), ISSUER + "/");
  equal(text(issuerOf(ISSUER, ISSUER)), ISSUER);
  equal(text(issuerOf(ISSUER, ISSUER + "/")), ISSUER);
}

export function duty_65_nothing_but_one_slash_may_differ(): void {
  const others = [ISSUER + "//", ISSUER + "/x", ISSUER + "/?", ISSUER.toUpperCase(), "https://idp.example.com/realms", "https://idp.example.com/realms/a/b", "http://idp.example.com/realms/a/", "https://evil.example/realms/a/", "", "/"];
  for (let i = 0; i < others.length; i++) {
    const fault = readMetadata(new Reply(200, utf8(document(others[i], "https://h/j", "https://h/i"))), utf8(ISSUER), false, false, new Endpoints()).fault;
    if (fault == null) return assert(false, "accepted " + others[i]);
    equalInt(fault.code, DiscoveryFault.WrongIssuer);
  }
}

export function the_log_names_both_issuers_unless_one_is_not_a_url(): void {
  const evil = readMetadata(new Reply(200, utf8(document("https://evil.example", "https://h/j", "https://h/i"))), utf8(ISSUER), true, false, new Endpoints()).fault!;
  equal(discoveryFaultText(evil.code, evil.at, ISSUER), "the document names another issuer than its URL belongs to: https://evil.example for " + ISSUER + " (set `issuer` if that is intended)");
  const line = readMetadata(new Reply(200, utf8(document("https://h/\\nwarn: all is well", "https://h/j", "https://h/i"))), utf8(ISSUER), true, false, new Endpoints()).fault!;
  equal(discoveryFaultText(line.code, line.at, ISSUER), "the document names another issuer than its URL belongs to: no URL for " + ISSUER + " (set `issuer` if that is intended)");
}

export function duty_65_an_endpoint_without_https_counts_as_absent(): void {
  const urls = ["http://idp.example.com/jwks", "ftp://idp.example.com/jwks", "file:///etc/passwd", "/jwks", "idp.example.com/jwks", "", "//idp.example.com/jwks", "https:jwks", "javascript:1"];
  for (let i = 0; i < urls.length; i++) leavesEachEndpointOut("\"" + urls[i] + "\"", true);
}

export function duty_65_an_endpoint_that_could_hide_a_host_or_end_a_line_counts_as_absent(): void {
  const urls = ["https://idp.example.com@evil.example/jwks", "https://idp.example.com/jwks\\r\\nx: y", "https://idp.example.com\\\\@evil.example/", "https://idp.example.com/#a", "https://"];
  for (let i = 0; i < urls.length; i++) leavesEachEndpointOut("\"" + urls[i] + "\"", true);
}

export function an_endpoint_that_is_not_a_string_counts_as_absent(): void {
  const values = ["1", "[\"https://h/j\"]", "{}", "true"];
  for (let i = 0; i < values.length; i++) leavesEachEndpointOut(values[i], true);
  leavesEachEndpointOut("null", false);
}

export function configured_endpoints_take_precedence_over_those_of_the_metadata(): void {
  const configured = new Endpoints();
  configured.set("revocation_endpoint", readUrl(utf8("https://other.example.com/revoke")).value);
  configured.set("jwks_uri", readUrl(utf8("https://other.example.com/keys")).value);
  const metadata = readMetadata(new Reply(200, utf8(everything("http://idp.example.com").replace("http://idp.example.com/token", "https://idp.example.com/token"))), utf8(ISSUER), true, false, configured).value;
  equal(url(metadata.endpoint("revocation_endpoint")) + " " + url(metadata.endpoint("jwks_uri")) + " " + url(metadata.endpoint("token_endpoint")), "https://other.example.com/revoke https://other.example.com/keys https://idp.example.com/token_endpoint");
  equal(metadata.unusable.join(" "), "authorization_endpoint userinfo_endpoint introspection_endpoint end_session_endpoint");
}

export function every_unusable_endpoint_is_reported_and_the_others_are_used(): void {
  equal(reads(everything("http://idp.example.com")).unusable.join(" "), ENDPOINTS.join(" "));
  const one = reads(everything("https://idp.example.com").replace("\"https://idp.example.com/userinfo_endpoint\"", "\"\""));
  equal(one.unusable.join(" ") + " " + url(one.endpoint("userinfo_endpoint")) + " " + url(one.endpoint("jwks_uri")), "userinfo_endpoint - https://idp.example.com/jwks_uri");
}

export function duty_40_plain_http_is_accepted_only_if_configured(): void {
  const metadata = readMetadata(new Reply(200, utf8(document(ISSUER, "http://127.0.0.1:8080/jwks", "http://127.0.0.1:8080/i"))), utf8(ISSUER), true, true, new Endpoints());
  isFalse(metadata.failed, "allowed");
  const ftp = readMetadata(new Reply(200, utf8(document(ISSUER, "ftp://127.0.0.1/jwks", "http://127.0.0.1:8080/i"))), utf8(ISSUER), true, true, new Endpoints());
  isTrue(ftp.value.endpoint("jwks_uri") == null && ftp.value.endpoint("introspection_endpoint") != null, "other schemes are not");
}

export function duty_41_a_redirect_is_not_followed_and_any_other_status_is_refused(): void {
  const statuses = [201, 204, 301, 302, 303, 307, 308, 400, 401, 404, 500, 502, 503];
  for (let i = 0; i < statuses.length; i++) refuses(statuses[i], GOOD, DiscoveryFault.BadStatus);
}

export function a_missing_reply_is_a_fault(): void { refuses(0, "", DiscoveryFault.Unreachable); }

export function duty_30_a_document_that_is_not_strict_json_is_refused(): void {
  const documents = ["", "<html></html>", GOOD + "x", GOOD.substring(0, GOOD.length - 1), "{\"issuer\":\"" + ISSUER + "\",\"issuer\":\"" + ISSUER + "\"}", "\ufeff" + GOOD,
    "{\"issuer\":\"" + ISSUER + "\",\"x\":" + "[".repeat(40) + "]".repeat(40) + "}"];
  for (let i = 0; i < documents.length; i++) refuses(200, documents[i], DiscoveryFault.NotJson);
}

export function a_duplicate_name_in_a_member_that_is_not_read_is_accepted(): void {
  equal(text(reads(withMember("mtls_endpoint_aliases", "{\"token_endpoint\":\"a\",\"token_endpoint\":\"b\"}")).issuer), ISSUER);
  refuses(200, withMember("x", "1,\"x\":2"), DiscoveryFault.NotJson);
}

export function duty_30_a_document_of_more_than_64_kilobytes_is_refused(): void {
  reads(GOOD + " ".repeat(64 * 1024 - GOOD.length));
  refuses(200, GOOD + " ".repeat(64 * 1024 - GOOD.length + 1), DiscoveryFault.NotJson);
}

export function every_fault_has_a_text_of_its_own(): void {
  const words = new Set<string>();
  for (let fault = 1; fault <= 4; fault++) words.add(discoveryFaultText(fault, "x", "y"));
  equalInt(words.size, 4);
}

const ENDPOINTS: string[] = [
  "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri", "introspection_endpoint", "revocation_endpoint", "end_session_endpoint",
];

function document(issuer: string, jwks: string, introspection: string): string {
  return `{"issuer":"${issuer}","jwks_uri":"${jwks}","introspection_endpoint":"${introspection}","registration_endpoint":"http://not.asked.about"}`;
}

function withMember(name: string, value: string): string { return `{"issuer":"${ISSUER}","${name}":${value}}`; }

function everything(origin: string): string {
  let body = `{"issuer":"${ISSUER}"`;
  for (let i = 0; i < ENDPOINTS.length; i++) body += `,"${ENDPOINTS[i]}":"${origin}/${ENDPOINTS[i]}"`;
  return body + "}";
}

function url(endpoint: Url | null): string { return endpoint == null ? "-" : text(endpoint.text); }

/** Expects that each endpoint with this value counts as absent. `logged`: and that the log names it. */
function leavesEachEndpointOut(value: string, logged: bool): void {
  for (let i = 0; i < ENDPOINTS.length; i++) {
    const metadata = reads(withMember(ENDPOINTS[i], value));
    equal(metadata.unusable.join(" "), logged ? ENDPOINTS[i] : "");
    for (let k = 0; k < ENDPOINTS.length; k++) isTrue(metadata.endpoint(ENDPOINTS[k]) == null, ENDPOINTS[k]);
  }
}

function issuerOf(named: string, issuer: string): Uint8Array { return readMetadata(new Reply(200, utf8(document(named, "https://h/j", "https://h/i"))), utf8(issuer), false, false, new Endpoints()).value.issuer; }

function reads(body: string): Metadata {
  const metadata = readMetadata(new Reply(200, utf8(body)), utf8(ISSUER), true, false, new Endpoints());
  const fault = metadata.fault;
  if (fault != null) assert(false, "refused with " + fault.code.toString());
  return metadata.value;
}

function refuses(status: i32, body: string, code: DiscoveryFault): void {
  const fault = readMetadata(new Reply(status, utf8(body)), utf8(ISSUER), true, false, new Endpoints()).fault;
  if (fault == null) return assert(false, "accepted " + status.toString() + " " + body.substring(0, 120));
  equalInt(fault.code, code);
}
