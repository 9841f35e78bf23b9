// Metadata documents (OpenID Connect Discovery 1.0 §3, RFC 8414). Each row has its own issuer, and a login there.

import { LOGGED_IN, NULLS, packed, reversed, text, twice, WINDOWS, type Json, type Quirk } from "./quirk";

const NOT_READY = "503 provider_not_ready";
const UNUSED = "what nobody uses hinders nobody";
/** Endpoints that this configuration does not need. */
const unused = (value: unknown): Json => ({ introspection_endpoint: value, revocation_endpoint: value, registration_endpoint: value, check_session_iframe: value, device_authorization_endpoint: value });
const issuer = (change: (issuer: string) => unknown) => (usual: Json) => ({ body: { ...usual, issuer: change(String(usual.issuer)) } });
const ANOTHER = /names another issuer than its URL belongs to/;
const LEFT = /https URLs without fragment: /;

export const METADATA: Quirk[] = [
  { quirk: "null in every optional member", why: NULLS, metadata: { ...unused(null), end_session_endpoint: null, userinfo_endpoint: null, scopes_supported: null, claims_supported: null, id_token_signing_alg_values_supported: null, token_endpoint_auth_methods_supported: null, authorization_response_iss_parameter_supported: null }, then: LOGGED_IN },
  { quirk: "unused endpoints that are empty", why: UNUSED, metadata: unused(""), then: LOGGED_IN, log: LEFT },
  { quirk: "unused endpoints that are relative", why: UNUSED, metadata: unused("/x"), then: LOGGED_IN, log: LEFT },
  { quirk: "unused endpoints with a fragment", why: UNUSED, metadata: unused("https://idp.example.com/x#y"), then: LOGGED_IN, log: LEFT },
  { quirk: "unused endpoints that are numbers", why: UNUSED, metadata: unused(7), then: LOGGED_IN, log: LEFT },
  { quirk: "unused endpoints that are lists", why: UNUSED, metadata: unused([]), then: LOGGED_IN, log: LEFT },
  { quirk: "unused endpoints in words", why: UNUSED, metadata: unused("n/a"), then: LOGGED_IN, log: LEFT },
  { quirk: "unused endpoints with user and password", why: UNUSED, metadata: unused("https://a:b@idp.example.com/"), then: LOGGED_IN, log: LEFT },
  { quirk: "unused endpoints of another scheme", why: UNUSED, metadata: unused("urn:none"), then: LOGGED_IN, log: LEFT },
  { quirk: "unused endpoints of 5 kB", why: UNUSED, metadata: unused(`https://idp.example.com/${"x".repeat(5000)}`), then: LOGGED_IN, log: LEFT },
  { quirk: "a userinfo_endpoint that is empty", why: "the ID Token's claims stand in", metadata: { userinfo_endpoint: "" }, then: LOGGED_IN, upstream: { "x-userinfo": { sub: "alice", aud: "gateway" } } },
  { quirk: "an issuer that ends in a slash", why: "Auth0 and a third of all hosted providers; iss has it too", metadata: issuer((at) => `${at}/`), idToken: { claims: ({ iss }) => ({ iss: `${iss}/` }) }, then: LOGGED_IN },
  { quirk: "a byte order mark", why: WINDOWS, metadata: packed((json) => `\ufeff${json}`), then: LOGGED_IN },
  { quirk: "its members in the reverse order", why: "JSON has none (RFC 8259 §1)", metadata: reversed, then: LOGGED_IN },
  { quirk: "a name twice, inside a member that nobody reads", why: "it decides nothing", metadata: packed((json) => json.replace("{", '{"mtls_endpoint_aliases":{"token_endpoint":"a","token_endpoint":"b"},')), then: LOGGED_IN },
  { quirk: "text/plain as its type", why: "documents that are files on a server", metadata: packed((json) => json, 200, "text/plain"), then: LOGGED_IN },
  { quirk: "application/octet-stream as its type", why: "documents that are files in a bucket", metadata: packed((json) => json, 200, "application/octet-stream"), then: LOGGED_IN },
  { quirk: "line ends and tabs around and within it", why: "documents that somebody writes", metadata: (usual) => ({ body: Buffer.from(`\r\n${JSON.stringify(usual, null, "\t")}\r\n`) }), then: LOGGED_IN },
  { quirk: "lists that are texts", why: "documents that somebody writes", metadata: { scopes_supported: "openid", response_types_supported: "code", id_token_signing_alg_values_supported: "RS256", token_endpoint_auth_methods_supported: "client_secret_basic" }, then: LOGGED_IN },
  { quirk: "lists with other things in them", why: "documents that somebody writes", metadata: { token_endpoint_auth_methods_supported: [null, 7, "client_secret_basic", "x"], id_token_signing_alg_values_supported: [null, "RS256", {}, "none", "XS1"] }, then: LOGGED_IN },
  { quirk: "empty lists", why: "documents that somebody writes", metadata: { token_endpoint_auth_methods_supported: [], id_token_signing_alg_values_supported: [], response_types_supported: [] }, then: LOGGED_IN },
  { quirk: "booleans that are texts", why: "documents that somebody writes", metadata: { authorization_response_iss_parameter_supported: "true" }, then: LOGGED_IN },
  { quirk: "members that nobody knows, of every type", why: "Entra ID, Keycloak and others add their own", metadata: { tenant_region_scope: null, mtls_endpoint_aliases: { token_endpoint: "" }, "http://x": [[{}]], n: 1e300 }, then: LOGGED_IN },
  { quirk: "endpoints on another host, for which a cluster is configured", why: "Google has four hosts", config: { endpoint_clusters: { hosts: { "oauth2.example.com": "idp" } } }, metadata: elsewhere("oauth2.example.com"), then: LOGGED_IN },
  { quirk: "endpoints on another host, for which none is", why: "Google has four hosts; the provider's cluster may lead there", metadata: elsewhere("oauth2.example.com"), then: LOGGED_IN, log: /discovery of .*: token_endpoint is on another host \(oauth2\.example\.com\)/ },
  { quirk: "an endpoint with a query", why: "Azure AD B2C: ?p=policy", metadata: ({ token_endpoint, ...usual }) => ({ body: { ...usual, token_endpoint: `${token_endpoint}?p=b2c_1_login` } }), then: LOGGED_IN },
  { quirk: "a wrong token_endpoint, where configuration has one", why: "documents with internal names", metadata: { token_endpoint: "https://wrong.invalid/" }, config: { token_endpoint: "BASE/token" }, then: LOGGED_IN },
  { quirk: "no issuer member that is needed but the issuer's own", why: "RFC 8414 §2: the least", metadata: ({ issuer, jwks_uri, authorization_endpoint, token_endpoint }) => ({ body: { issuer, jwks_uri, authorization_endpoint, token_endpoint } }), then: LOGGED_IN },

  { quirk: "endpoints on another host, whose configured cluster leads nowhere", why: "no other cluster is asked in its place", config: { endpoint_clusters: { hosts: { "oauth2.example.com": "nowhere" } } }, metadata: elsewhere("oauth2.example.com"), then: "503 provider_unreachable" },
  { quirk: "no issuer", why: "Discovery §4.3", metadata: { issuer: undefined }, then: NOT_READY, log: ANOTHER },
  { quirk: "issuer null", why: "Discovery §4.3: required", metadata: { issuer: null }, then: NOT_READY, log: ANOTHER },
  { quirk: "another issuer", why: "Discovery §4.3", metadata: { issuer: "https://evil.example" }, then: NOT_READY, log: ANOTHER },
  { quirk: "an issuer with two slashes behind it", why: "Discovery §4.1 takes one away", metadata: issuer((at) => `${at}//`), then: NOT_READY, log: ANOTHER },
  { quirk: "an issuer in capitals", why: "Discovery §4.3: exactly", metadata: issuer((at) => at.toUpperCase()), then: NOT_READY, log: ANOTHER },
  { quirk: "an issuer in a list", why: "Discovery §3: a string", metadata: issuer((at) => [at]), then: NOT_READY, log: ANOTHER },
  { quirk: "an issuer that begins alike", why: "Discovery §4.3: exactly", metadata: issuer((at) => `${at}x`), then: NOT_READY, log: ANOTHER },
  { quirk: "a slash that `issuer` does not have", why: "what is configured is meant exactly", metadata: issuer((at) => `${at}/`), config: { issuer: "BASE" }, then: NOT_READY, log: ANOTHER },
  { quirk: "an ID Token without the issuer's slash", why: "OpenID Connect Core §3.1.3.7 (2): exactly the document's", metadata: issuer((at) => `${at}/`), then: "502 login_failed" },
  { quirk: "an ID Token with a slash that the issuer has not", why: "OpenID Connect Core §3.1.3.7 (2): exactly the document's", metadata: {}, idToken: { claims: ({ iss }) => ({ iss: `${iss}/` }) }, then: "502 login_failed" },
  { quirk: "issuer twice", why: "readers differ in which counts (RFC 8259 §4)", metadata: packed(twice('"issuer":"https://evil.example"')), then: NOT_READY },
  { quirk: "jwks_uri twice", why: "readers differ in which counts: whose keys?", metadata: packed(twice('"jwks_uri":"https://evil.example/jwks"')), then: NOT_READY },
  { quirk: "no jwks_uri", why: "nobody's signatures can be checked", metadata: { jwks_uri: undefined }, bearer: {}, then: NOT_READY, log: /no usable jwks_uri/ },
  { quirk: "a relative jwks_uri", why: "relative to what?", metadata: { jwks_uri: "/jwks" }, bearer: {}, then: NOT_READY, log: /no usable jwks_uri/ },
  { quirk: "an authorization_endpoint that is null", why: "needed for the login", metadata: { authorization_endpoint: null }, then: NOT_READY, log: /no usable authorization_endpoint/ },
  { quirk: "an authorization_endpoint that is a script", why: "a browser would run it", metadata: { authorization_endpoint: "javascript:alert(1)" }, then: NOT_READY, log: /no usable authorization_endpoint/ },
  { quirk: "a token_endpoint that is empty", why: "needed for the login", metadata: { token_endpoint: "" }, then: "502 login_failed", log: /no usable token_endpoint/ },
  { quirk: "only algorithms that the ID Token has not", why: "OpenID Connect Core §3.1.3.7 (7)", metadata: { id_token_signing_alg_values_supported: ["ES256"] }, then: "502 login_failed" },
  { quirk: "a list", why: "Discovery §4.2: an object", metadata: packed((json) => `[${json}]`), then: NOT_READY },
  { quirk: "a page", why: "portals and proxies", metadata: text("<html>"), then: NOT_READY, log: /not well-formed JSON/ },
  { quirk: "nothing", why: "a server that fails without a word", metadata: text(""), then: NOT_READY, log: /not well-formed JSON/ },
  { quirk: "a comma too much", why: "documents that somebody writes: no reader agrees on them", metadata: packed((json) => json.replace(/}$/, ",}")), then: NOT_READY, log: /not well-formed JSON/ },
  { quirk: "70 kB", why: "memory ends", metadata: { x: "x".repeat(70_000) }, then: NOT_READY },
  { quirk: "a redirect", why: "RFC 8414 §3.2 answers with 200; a URL never chooses where a call goes", metadata: () => ({ status: 302, headers: { location: "https://evil.example/" } }), then: NOT_READY, log: /status 302/ },
  { quirk: "status 404", why: "a discovery URL of another provider", metadata: text("<html>", 404), then: NOT_READY, log: /status 404/ },
];

/** The token endpoint and UserInfo there. */
function elsewhere(host: string) {
  return (usual: Json) => {
    const there = (name: string) => ({ [name]: String(usual[name]).replace(/127\.0\.0\.1:\d+/, host) });
    return { body: { ...usual, ...there("token_endpoint"), ...there("userinfo_endpoint") } };
  };
}
