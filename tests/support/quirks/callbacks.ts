// Authorization responses: what comes back by the browser.

import { LOGGED_IN, type Quirk } from "./quirk";

const ISS = { authorization_response_iss_parameter_supported: true };
const failed = (query: string, parameters: string): string => `${query.replace(/code=[^&]*&?/, "")}&${parameters}`;

export const CALLBACKS: Quirk[] = [
  { quirk: "session_state, scope and others beside the code", why: "Keycloak, Google, Entra ID", callback: { session_state: "s.1", scope: "openid email", authuser: "0", prompt: "none", hd: "example.com" }, then: LOGGED_IN },
  { quirk: "an empty error beside the code", why: "templates that print every parameter", callback: { error_description: "" }, then: LOGGED_IN },

  { quirk: "access_denied", why: "RFC 6749 §4.1.2.1", callback: (query) => failed(query, "error=access_denied"), then: "403 login_denied" },
  { quirk: "error_description that is not UTF-8", why: "providers in another language and encoding", callback: (query) => failed(query, "error=access_denied&error_description=refus%E9"), then: "403 login_denied" },
  { quirk: "error_description with a broken escape", why: "a sign of per cent that nobody encodes", callback: (query) => failed(query, "error=access_denied&error_description=100%"), then: "403 login_denied" },
  { quirk: "error_description with markup", why: "it must not be shown as it is", callback: (query) => failed(query, "error=access_denied&error_description=%3Cscript%3Ealert(1)%3C/script%3E"), then: "403 login_denied" },
  { quirk: "error_description twice, and error_uri that is no URL", why: "neither decides anything", callback: (query) => failed(query, "error=access_denied&error_description=a&error_description=b&error_uri=%00"), then: "403 login_denied" },
  { quirk: "an error that nobody knows", why: "providers have their own", callback: (query) => failed(query, "error=user_cancelled_login"), then: "502 login_failed" },
  { quirk: "server_error", why: "RFC 6749 §4.1.2.1", callback: (query) => failed(query, "error=server_error"), then: "502 login_failed" },
  { quirk: "state of somebody else", why: "login CSRF (RFC 9700 §4.7)", callback: { state: "A".repeat(32) }, then: "400 login_unknown" },
  { quirk: "no state", why: "login CSRF (RFC 9700 §4.7)", callback: { state: null }, then: "400 callback_direct" },
  { quirk: "state twice", why: "readers differ in which counts", callback: (query) => `${query}&state=x`, then: "400 callback_malformed" },
  { quirk: "code twice", why: "readers differ in which counts", callback: (query) => `${query}&code=x`, then: "400 callback_malformed" },
  { quirk: "neither code nor error", why: "RFC 6749 §4.1.2", callback: { code: null }, then: "400 callback_malformed" },
  { quirk: "iss of somebody else", why: "mix-up (RFC 9207 §2.4)", callback: { iss: "https://evil.example" }, then: "400 login_wrong_issuer" },
  { quirk: "no iss, where metadata promise it", why: "mix-up (RFC 9207 §2.4)", metadata: ISS, then: "400 login_wrong_issuer" },
];
