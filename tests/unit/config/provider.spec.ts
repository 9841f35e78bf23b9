import { Config, SourceKind, Unauthenticated } from "../../../assembly/config/config";
import { equal, equalInt, isTrue, text, utf8 } from "../check";
import { compiled, config, configOf, DISCOVERY, refused, refusedOf } from "./compiled.as";

const INTROSPECTION = "\"bearer_only\":true,\"introspection_endpoint\":\"https://idp.example.com/i\"";
const CLUSTER = "provider_cluster: is required: the name of the Envoy cluster that leads to the provider";
const HTTP = "plain http is refused: use https, or set ssl_verify to false, which accepts what anyone on the network between can change";

// Requests without credentials.
export function bearer_only_denies_requests_without_a_token(): void { equalInt(config().unauthenticated, Unauthenticated.Deny); }
export function bearer_only_takes_precedence_over_unauth_action(): void { equalInt(config("\"unauth_action\":\"pass\"").unauthenticated, Unauthenticated.Deny); }

export function unauth_action_alone_denies_or_passes(): void {
  equalInt(configOf("{" + DISCOVERY + ",\"unauth_action\":\"deny\"}").unauthenticated, Unauthenticated.Deny);
  equalInt(configOf("{" + DISCOVERY + ",\"unauth_action\":\"pass\"}").unauthenticated, Unauthenticated.Pass);
}

export function attributes_of_the_browser_login_cause_a_warning(): void {
  const out = compiled("{\"bearer_only\":true," + DISCOVERY + ",\"session\":{\"secret\":1},\"redirect_uri\":7}");
  equal(out.errors.join("; "), "");
  equal(out.warnings.join("; "), "not used by bearer tokens: redirect_uri, session");
}

// The provider.
export function duty_40_plain_http_is_refused(): void {
  refusedOf("{\"bearer_only\":true,\"discovery\":\"http://h/.well-known/openid-configuration\",\"provider_cluster\":\"idp\"}", "discovery: " + HTTP);
  refused("\"introspection_endpoint\":\"http://h/i\"", "introspection_endpoint: " + HTTP);
}

export function duty_40_with_ssl_verify_off_plain_http_is_accepted_with_a_warning(): void {
  const out = compiled("{\"bearer_only\":true,\"discovery\":\"http://h/.well-known/openid-configuration\",\"provider_cluster\":\"idp\",\"ssl_verify\":false}");
  equal(out.errors.join("; "), "");
  equalInt(out.warnings.length, 1);
  isTrue(out.warnings[0].startsWith("ssl_verify is false"), out.warnings[0]);
}

export function a_discovery_that_is_not_a_url_is_refused(): void {
  discovery("idp.example.com", "expected a URL such as https://idp.example.com/…");
  discovery("https://", "expected a URL such as https://idp.example.com/…");
  discovery("https://a@b/.well-known/openid-configuration", "expected a URL such as https://idp.example.com/…");
  discovery("https://h/a b", "holds a character at offset 11 that a URL cannot hold");
  discovery("https://h/" + "a".repeat(2048), "is too long for a URL");
}

export function a_discovery_url_that_implies_no_issuer_requires_one(): void {
  refusedOf("{\"bearer_only\":true,\"discovery\":\"https://h/metadata.json\",\"provider_cluster\":\"idp\"}",
    "discovery: does not end in /.well-known/openid-configuration: append that to the issuer; if this is the URL of the metadata, set issuer");
  const provider = configOf("{\"bearer_only\":true,\"discovery\":\"https://h/metadata.json\",\"provider_cluster\":\"idp\",\"issuer\":\"https://i\"}").provider;
  equal(provider == null ? "-" : text(provider.issuer), "https://i");
}

export function without_another_source_of_keys_discovery_is_required(): void {
  const want = "discovery: is required: the URL of the provider's /.well-known/openid-configuration";
  refusedOf("{\"bearer_only\":true}", want);
  refusedOf("{\"bearer_only\":true,\"use_jwks\":true,\"provider_cluster\":\"idp\"}", want);
}

export function duty_140_a_configuration_without_a_cluster_is_refused(): void {
  refusedOf("{\"bearer_only\":true,\"discovery\":\"https://h/.well-known/openid-configuration\"}", CLUSTER);
  refusedOf("{" + INTROSPECTION + ",\"client_id\":\"a\",\"client_secret\":\"b\"}", CLUSTER);
}

export function each_endpoint_may_have_its_own_cluster(): void {
  const c = config("\"endpoint_clusters\":{\"jwks_uri\":\"keys\"}"), provider = c.provider;
  if (provider == null) return assert(false, "no provider");
  equal(text(provider.discovery.cluster), "idp");
  equal(text(provider.clusters.of("jwks_uri", utf8("idp.example.com"))), "keys");
  equal(text(provider.clusters.of("introspection_endpoint", utf8("idp.example.com"))), "idp");
  equal(text(configOf("{" + INTROSPECTION + ",\"client_id\":\"a\",\"client_secret\":\"b\",\"endpoint_clusters\":{\"introspection_endpoint\":\"x\"}}").introspection.endpoint!.cluster), "x");
}

export function a_host_may_have_a_cluster_for_all_its_endpoints(): void {
  const clusters = config("\"endpoint_clusters\":{\"jwks_uri\":\"keys\",\"hosts\":{\"OAuth2.example.com\":\"o\",\"idp.example.com:8443\":\"p\"}}").provider!.clusters;
  equal(text(clusters.of("token_endpoint", utf8("oauth2.example.com"))), "o");
  equal(text(clusters.of("token_endpoint", utf8("OAUTH2.EXAMPLE.COM"))), "o");
  equal(text(clusters.of("token_endpoint", utf8("idp.example.com:8443"))), "p");
  equal(text(clusters.of("jwks_uri", utf8("oauth2.example.com"))), "keys"); // the endpoint's own cluster takes precedence
  const others = ["example.com", "x.oauth2.example.com", "oauth2.example.com.evil.example", "oauth2.example.com:443", "idp.example.com", ""];
  for (let i = 0; i < others.length; i++) equal(text(clusters.of("token_endpoint", utf8(others[i]))), "idp");
}

export function the_name_of_a_host_with_a_cluster_must_be_a_host(): void {
  const names = ["https://a.example", "a.example/token", "*.a.example", "a b", "", "\u00e4.example", "a@b"];
  for (let i = 0; i < names.length; i++) refused("\"endpoint_clusters\":{\"hosts\":{\"" + names[i] + "\":\"x\"}}", "endpoint_clusters.hosts." + names[i] + ": expected a host such as oauth2.example.com, with its port where the URL has one");
  refused("\"endpoint_clusters\":{\"hosts\":{\"a.example\":7}}", "endpoint_clusters.hosts.a.example: expected a string, found a number");
  refused("\"endpoint_clusters\":{\"hosts\":[\"a.example\"]}", "endpoint_clusters.hosts: expected an object, found a list");
  const many: string[] = [];
  for (let i = 0; i < 33; i++) many.push("\"h" + i.toString() + ".example\":\"x\"");
  refused("\"endpoint_clusters\":{\"hosts\":{" + many.join(",") + "}}", "endpoint_clusters.hosts: expected at most 32 hosts, found 33");
}

export function introspection_needs_credentials(): void {
  const want = "is required: the introspection endpoint authenticates its callers";
  refusedOf("{" + INTROSPECTION + ",\"provider_cluster\":\"idp\"}", "client_id: " + want + "; client_secret: " + want);
  refusedOf("{" + INTROSPECTION + ",\"provider_cluster\":\"idp\",\"client_secret\":\"a\"}", "client_id: " + want);
  refusedOf("{" + INTROSPECTION + ",\"provider_cluster\":\"idp\",\"client_id\":\"a\"}", "client_secret: " + want);
}

export function introspection_alone_needs_no_discovery(): void {
  const c = configOf("{" + INTROSPECTION + ",\"provider_cluster\":\"idp\",\"client_id\":\"a\",\"client_secret\":\"b\"}");
  isTrue(c.provider == null && c.issuers.length == 0 && c.introspection.endpoint != null, "only the endpoint");
}

// Sources of the token.
export function by_default_the_token_is_read_from_authorization_only(): void { sources("", "bearer authorization"); }
export function the_token_may_be_in_another_header(): void { sources("\"auth_header_name\":\"X-My-Token\"", "raw x-my-token"); sources("\"auth_header_name\":\"AUTHORIZATION\"", "bearer authorization"); }

export function duty_74_query_and_cookie_are_sources_only_if_configured(): void {
  sources("\"auth_accept_token_as\":[\"header\",\"query:access_token\",\"cookie:at\",\"header:X-Access-Token\"]", "bearer authorization|query access_token|cookie at|raw x-access-token");
  sources("\"auth_accept_token_as\":\"cookie:at\"", "cookie at");
}

export function unknown_sources_are_refused(): void {
  const values = ["body", "query", "query:", "cookie:", "header:", "cookie:a b", "cookie:a=b", "query:a&b", "query:%61", "header:a b", "header:a:b", "cookie:a;b", "cookie:\u00e9", "Query:a"];
  for (let i = 0; i < values.length; i++) refused("\"auth_accept_token_as\":[\"" + values[i] + "\"]", "auth_accept_token_as[0]: expected \"header\", \"header:NAME\", \"query:NAME\", \"cookie\" or \"cookie:NAME\"");
  const names = ["a b", "a:", ":path", "a\\r\\n", "\u00e9", "a\\u0000"];
  for (let i = 0; i < names.length; i++) refused("\"auth_header_name\":\"" + names[i] + "\"", "auth_header_name: is not a header name");
}

// Claim headers.
export function claims_go_to_the_configured_headers(): void {
  const headers = config("\"claim_headers\":{\"sub\":\"X-User-Sub\",\"realm_access.roles\":\"x-roles\"}").identity.claimHeaders;
  equalInt(headers.length, 2);
  equal(headers[0].path + " " + text(headers[0].name) + " " + headers[1].path + " " + text(headers[1].name), "sub x-user-sub realm_access.roles x-roles");
}

export function duty_92_headers_with_a_meaning_for_the_proxy_or_the_connection_are_refused(): void {
  const names = ["host", "Content-Length", "transfer-encoding", "connection", "upgrade", "te", "authorization", "proxy-authorization", "cookie", "set-cookie", "forwarded", "via", "x-forwarded-for",
    "X-Forwarded-Client-Cert", "x-envoy-original-path", "x-envoy-", "sec-fetch-site", "x-userinfo", "X-Access-Token", "x-id-token", "x-raw-id-token", "x-refresh-token"];
  for (let i = 0; i < names.length; i++) {
    refused("\"claim_headers\":{\"sub\":\"" + names[i] + "\"}", "claim_headers.sub: the header " + names[i].toLowerCase() + " has a meaning of its own; choose another, such as x-user-sub");
  }
}

export function duty_92_the_underscore_spelling_of_a_reserved_header_is_refused(): void {
  const names = ["x_forwarded_for", "content_length", "X_Userinfo", "x_envoy_internal", "set_cookie"];
  for (let i = 0; i < names.length; i++) {
    refused("\"claim_headers\":{\"sub\":\"" + names[i] + "\"}", "claim_headers.sub: the header " + names[i].toLowerCase() + " has a meaning of its own; choose another, such as x-user-sub");
  }
}

export function duty_92_pseudo_headers_and_invalid_names_are_refused(): void {
  const names = [":authority", ":path", "a b", "a:b", "a\\r\\nb", "\u00e9", "a,b", "\\u0000"];
  for (let i = 0; i < names.length; i++) refused("\"claim_headers\":{\"sub\":\"" + names[i] + "\"}", "claim_headers.sub: is not a header name");
}

export function two_claims_cannot_share_a_header(): void {
  refused("\"claim_headers\":{\"sub\":\"x-a\",\"name\":\"X-A\"}", "claim_headers.name: the header x-a already holds another claim");
  refused("\"claim_headers\":{\"sub\":\"x-a\",\"name\":\"x_a\"}", "claim_headers.name: the header x_a already holds another claim");
}

export function a_claim_path_that_is_not_printable_ascii_or_has_more_than_8_dots_is_refused(): void {
  const want = ": expected a claim path of printable ASCII with at most 8 dots";
  equalInt(config("\"claim_headers\":{\"a.b.c.d.e.f.g.h.i\":\"x-a\"}").identity.claimHeaders.length, 1);
  refused("\"claim_headers\":{\"a.b.c.d.e.f.g.h.i.j\":\"x-a\"}", "claim_headers.a.b.c.d.e.f.g.h.i.j" + want);
  refused("\"claim_headers\":{\"a b\":\"x-a\"}", "claim_headers.a b" + want);
  refused("\"claim_headers\":{\"\":\"x-a\"}", "claim_headers." + want);
}

export function claim_headers_has_32_entries_at_most(): void {
  equalInt(config("\"claim_headers\":{" + many(32) + "}").identity.claimHeaders.length, 32);
  refused("\"claim_headers\":{" + many(33) + "}", "claim_headers: expected at most 32 headers, found 33");
}

export function an_addon_header_that_is_not_a_header_name_is_refused(): void {
  equal(config("\"introspection_addon_headers\":[\"X-Tenant\"]").introspection.addonHeaders.join(" "), "x-tenant");
  refused("\"introspection_addon_headers\":[\"x-tenant\",\"a b\"]", "introspection_addon_headers[1]: is not a header name");
}

export function addon_headers_that_frame_or_authorize_the_call_are_refused(): void {
  const names = ["content-length", "Transfer-Encoding", "host", "authorization", "connection", "content-type", "accept", "cookie"];
  for (let i = 0; i < names.length; i++) {
    refused("\"introspection_addon_headers\":[\"" + names[i] + "\"]", "introspection_addon_headers[0]: " + names[i].toLowerCase() + " belongs to the client's own request");
  }
}

function discovery(url: string, want: string): void {
  refusedOf("{\"bearer_only\":true,\"discovery\":\"" + url + "\",\"provider_cluster\":\"idp\"}", "discovery: " + want);
}

function sources(members: string, want: string): void {
  const c: Config = config(members), out: string[] = [];
  for (let i = 0; i < c.sources.length; i++) {
    const kind = c.sources[i].kind;
    out.push((kind == SourceKind.Header ? "bearer " : kind == SourceKind.RawHeader ? "raw " : kind == SourceKind.Query ? "query " : "cookie ") + text(c.sources[i].name));
  }
  equal(out.join("|"), want);
}

function many(count: i32): string {
  const out: string[] = [];
  for (let i = 0; i < count; i++) out.push("\"c" + i.toString() + "\":\"x-" + i.toString() + "\"");
  return out.join(",");
}
