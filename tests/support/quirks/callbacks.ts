// Authorization responses and their results, and logouts.

import { BEGINS_AGAIN, LOGGED_IN, LOGGED_OUT, type Quirk } from "./quirk";

const ISS = { authorization_response_iss_parameter_supported: true };
const failed = (query: string, parameters: string): string => `${query.replace(/code=[^&]*&?/, "")}&${parameters}`;

export const CALLBACKS: Quirk[] = [
  { quirk: "session_state, scope and others beside the code", why: "Keycloak, Google, Entra ID", callback: { session_state: "s.1", scope: "openid email", authuser: "0", prompt: "none", hd: "example.com" }, then: LOGGED_IN },
  { quirk: "an empty error beside the code", why: "templates that print every parameter", callback: { error_description: "" }, then: LOGGED_IN },
  { quirk: "temporarily_unavailable", why: "Keycloak, when its login form was open for too long", callback: (query) => failed(query, "error=temporarily_unavailable"), then: BEGINS_AGAIN },
  { quirk: "authentication_expired", why: "the same, under its own name", callback: (query) => failed(query, "error=authentication_expired"), then: BEGINS_AGAIN },
  { quirk: "a page with an OData query", why: "browsers do not encode $ ( )", page: "/odata?$filter=name%20eq%20%27x%27&$top=(1)", then: LOGGED_IN },
  { quirk: "a page with a Windows path in its query", why: "the URL standard leaves \\ as it is in a query", page: "/open?file=C:\\share\\report", then: LOGGED_IN },
  { quirk: "a page with a bar, a caret, braces and a backtick in its query", why: "the URL standard leaves them as they are in a query", page: "/search?q=a|b^c{%22d%22:[1]}`e`", then: LOGGED_IN },
  { quirk: "a page with malformed escapes", why: "applications that do not encode %", page: "/q?100%&%zz", then: LOGGED_IN },
  { quirk: "a page whose address has 2.5 kB", why: "filters of reports", page: `/page?${"q".repeat(2_500)}`, then: LOGGED_IN },
  { quirk: "an ID Token as id_token_hint", why: "RP-Initiated Logout §2", logout: true, then: LOGGED_OUT, leadsTo: /\/logout\?.*id_token_hint=ey/ },
  { quirk: "no id_token_hint, where the ID Token has 3 kB", why: "tokens with many groups: servers refuse such addresses", logout: true, idToken: { claims: { groups: Array(250).fill("a group") } }, then: LOGGED_OUT, leadsTo: /\/logout\?(?!.*id_token_hint).*client_id=gateway/ },

  { quirk: "a page whose address has 5 kB", why: "it fits into no cookie, and must not be dropped silently", page: `/page?${"q".repeat(5_000)}`, then: "414 address_too_long" },
  { quirk: "access_denied", why: "RFC 6749 §4.1.2.1", callback: (query) => failed(query, "error=access_denied"), then: "403 login_denied" },
  { quirk: "error_description that is not UTF-8", why: "providers in another language and encoding", callback: (query) => failed(query, "error=access_denied&error_description=refus%E9"), then: "403 login_denied" },
  { quirk: "error_description with a broken escape", why: "providers that do not encode %", callback: (query) => failed(query, "error=access_denied&error_description=100%"), then: "403 login_denied" },
  { quirk: "error_description with markup", why: "it must not be shown unescaped", callback: (query) => failed(query, "error=access_denied&error_description=%3Cscript%3Ealert(1)%3C/script%3E"), then: "403 login_denied" },
  { quirk: "error_description twice, and error_uri that is no URL", why: "neither is used", callback: (query) => failed(query, "error=access_denied&error_description=a&error_description=b&error_uri=%00"), then: "403 login_denied" },
  { quirk: "an unknown error", why: "providers have their own", callback: (query) => failed(query, "error=user_cancelled_login"), then: "502 login_failed" },
  { quirk: "server_error", why: "RFC 6749 §4.1.2.1", callback: (query) => failed(query, "error=server_error"), then: "502 login_failed" },
  { quirk: "the state of another login", why: "login CSRF (RFC 9700 §4.7)", callback: { state: "A".repeat(32) }, then: "400 login_unknown" },
  { quirk: "no state", why: "login CSRF (RFC 9700 §4.7)", callback: { state: null }, then: "400 callback_direct" },
  { quirk: "state twice", why: "parsers differ in which one they use", callback: (query) => `${query}&state=x`, then: "400 callback_malformed" },
  { quirk: "code twice", why: "parsers differ in which one they use", callback: (query) => `${query}&code=x`, then: "400 callback_malformed" },
  { quirk: "neither code nor error", why: "RFC 6749 §4.1.2", callback: { code: null }, then: "400 callback_malformed" },
  { quirk: "the iss of another provider", why: "mix-up (RFC 9207 §2.4)", callback: { iss: "https://evil.example" }, then: "400 login_wrong_issuer" },
  { quirk: "no iss, although the metadata announce it", why: "mix-up (RFC 9207 §2.4)", metadata: ISS, then: "400 login_wrong_issuer" },
];
