import { Endpoint, Reply } from "../../../assembly/http/callout";
import { readUrl } from "../../../assembly/http/url";
import { DiscoveryFault, discoveryFaultText, discoveryRequest, Metadata, readMetadata } from "../../../assembly/oidc/discovery";
import { equal, equalInt, isFalse, isTrue, text, utf8 } from "../check";
import { joined } from "../http/serialised.as";

const ISSUER = "https://idp.example.com/realms/a";
const GOOD = document(ISSUER, "https://idp.example.com/jwks", "https://idp.example.com/introspect");

export function the_endpoints_are_taken_from_the_document(): void {
  const metadata = reads(GOOD);
  const jwks = metadata.jwksUri, introspection = metadata.introspectionEndpoint;
  equal(jwks == null ? "-" : text(jwks.text), "https://idp.example.com/jwks");
  equal(introspection == null ? "-" : text(introspection.text), "https://idp.example.com/introspect");
  equal(text(metadata.issuer), ISSUER);
}

export function the_document_is_asked_for_without_a_body_and_without_credentials(): void {
  const call = discoveryRequest(new Endpoint(readUrl(utf8("https://idp.example.com/.well-known/openid-configuration")).value, utf8("idp")));
  equal(joined(call.pairs), ":method|GET|:scheme|https|:authority|idp.example.com|:path|/.well-known/openid-configuration|accept|application/json|user-agent|envoy-oidc");
  equalInt(call.body.length, 0);
}

export function endpoints_may_be_absent(): void {
  const metadata = reads("{\"issuer\":\"" + ISSUER + "\"}");
  isTrue(metadata.jwksUri == null && metadata.introspectionEndpoint == null, "both");
}

export function duty_65_the_issuer_must_be_exactly_the_one_that_was_asked(): void {
  const others = [ISSUER + "/", "https://idp.example.com/realms/A", "http://idp.example.com/realms/a", "https://idp.example.com", "https://evil.example/realms/a", ISSUER + " ", "", "https://idp.example.com:443/realms/a",
    "https://IDP.example.com/realms/a", "https://idp.example.com/realms/a?", "https://idp.example.com/realms/%61"];
  for (let i = 0; i < others.length; i++) refuses(200, document(others[i], "https://h/j", "https://h/i"), DiscoveryFault.WrongIssuer);
}

export function duty_65_an_issuer_that_is_no_text_or_absent_is_refused(): void {
  const documents = ["{}", "{\"issuer\":null}", "{\"issuer\":1}", "{\"issuer\":[\"" + ISSUER + "\"]}", "{\"Issuer\":\"" + ISSUER + "\"}", "{\"x\":{\"issuer\":\"" + ISSUER + "\"}}", "[]", "null", "\"" + ISSUER + "\""];
  for (let i = 0; i < documents.length; i++) refuses(200, documents[i], DiscoveryFault.WrongIssuer);
}

export function duty_65_endpoints_without_https_are_refused(): void {
  const urls = ["http://idp.example.com/jwks", "ftp://idp.example.com/jwks", "file:///etc/passwd", "/jwks", "idp.example.com/jwks", "", "//idp.example.com/jwks", "https:jwks", "javascript:1"];
  for (let i = 0; i < urls.length; i++) {
    refuses(200, document(ISSUER, urls[i], "https://h/i"), DiscoveryFault.BadEndpoint);
    refuses(200, document(ISSUER, "https://h/j", urls[i]), DiscoveryFault.BadEndpoint);
  }
}

export function duty_65_endpoints_that_could_hide_a_host_or_end_a_line_are_refused(): void {
  const urls = ["https://idp.example.com@evil.example/jwks", "https://idp.example.com/jwks\\r\\nx: y", "https://idp.example.com\\\\@evil.example/", "https://idp.example.com/#a", "https://"];
  for (let i = 0; i < urls.length; i++) refuses(200, document(ISSUER, urls[i], "https://h/i"), DiscoveryFault.BadEndpoint);
}

export function an_endpoint_that_is_no_text_is_refused(): void {
  const values = ["null", "1", "[\"https://h/j\"]", "{}", "true"];
  for (let i = 0; i < values.length; i++) refuses(200, "{\"issuer\":\"" + ISSUER + "\",\"jwks_uri\":" + values[i] + "}", DiscoveryFault.BadEndpoint);
}

export function duty_40_plain_http_is_taken_only_where_configuration_says_so(): void {
  const metadata = readMetadata(new Reply(200, utf8(document(ISSUER, "http://127.0.0.1:8080/jwks", "http://127.0.0.1:8080/i"))), utf8(ISSUER), true);
  isFalse(metadata.failed, "allowed");
  const ftp = readMetadata(new Reply(200, utf8(document(ISSUER, "ftp://127.0.0.1/jwks", "http://127.0.0.1:8080/i"))), utf8(ISSUER), true);
  isTrue(ftp.failed, "other schemes are not");
}

export function duty_41_a_redirect_is_not_followed_and_any_other_status_is_refused(): void {
  const statuses = [201, 204, 301, 302, 303, 307, 308, 400, 401, 404, 500, 502, 503];
  for (let i = 0; i < statuses.length; i++) refuses(statuses[i], GOOD, DiscoveryFault.BadStatus);
}

export function no_answer_is_no_document(): void { refuses(0, "", DiscoveryFault.Unreachable); }

export function duty_30_a_document_that_is_not_strict_json_is_refused(): void {
  const documents = ["", "<html></html>", GOOD + "x", GOOD.substring(0, GOOD.length - 1), "{\"issuer\":\"" + ISSUER + "\",\"issuer\":\"" + ISSUER + "\"}", "\ufeff" + GOOD,
    "{\"issuer\":\"" + ISSUER + "\",\"x\":" + "[".repeat(40) + "]".repeat(40) + "}"];
  for (let i = 0; i < documents.length; i++) refuses(200, documents[i], DiscoveryFault.NotJson);
}

export function duty_30_a_document_of_more_than_64_kilobytes_is_refused(): void {
  reads(GOOD + " ".repeat(64 * 1024 - GOOD.length));
  refuses(200, GOOD + " ".repeat(64 * 1024 - GOOD.length + 1), DiscoveryFault.NotJson);
}

export function every_fault_has_words_of_its_own(): void {
  const words = new Set<string>();
  for (let fault = 1; fault <= 5; fault++) words.add(discoveryFaultText(fault, "x"));
  equalInt(words.size, 5);
}

function document(issuer: string, jwks: string, introspection: string): string {
  return `{"issuer":"${issuer}","jwks_uri":"${jwks}","introspection_endpoint":"${introspection}","token_endpoint":"http://not.asked.about"}`;
}

function reads(body: string): Metadata {
  const metadata = readMetadata(new Reply(200, utf8(body)), utf8(ISSUER), false);
  const fault = metadata.fault;
  if (fault != null) assert(false, "refused with " + fault.code.toString());
  return metadata.value;
}

function refuses(status: i32, body: string, code: DiscoveryFault): void {
  const fault = readMetadata(new Reply(status, utf8(body)), utf8(ISSUER), false).fault;
  if (fault == null) return assert(false, "accepted " + status.toString() + " " + body.substring(0, 120));
  equalInt(fault.code, code);
}
