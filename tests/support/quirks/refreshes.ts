// Answers of the token endpoint to a refresh token, after a login whose access token expires at once.

import { makeKey } from "../../host/fixture";
import { CLIENT, error, GOES_ON, NO_TYPE, nothing, NULLS, packed, REFRESHED, SESSION_ENDED, text, unsigned, type Json, type Quirk } from "./quirk";

const OUTAGE = "503 provider_unreachable";
const NO = "the provider refused, so the user logs in again";
const WHOSE = "OpenID Connect Core §12.2: it may not change";

export const REFRESHES: Quirk[] = [
  { quirk: "tokens without an ID Token", why: "OpenID Connect Core §12.2 makes it optional", refresh: {}, then: REFRESHED },
  { quirk: "no new refresh token", why: "RFC 6749 §6: the old one stays valid", refresh: { refresh_token: undefined }, then: REFRESHED },
  { quirk: "refresh_token, id_token and scope null", why: NULLS, refresh: { refresh_token: null, id_token: null, scope: null, token_type: null }, then: REFRESHED },
  { quirk: "status 201 with a byte order mark, and scope as a list", why: "as for a code", refresh: (usual: Json) => packed((json) => `\ufeff${json}`, 201)({ ...usual, scope: ["openid", "read"] }), then: REFRESHED },
  { quirk: "expires_in as digits in a string, and no token_type", why: "as for a code", refresh: { expires_in: "300", token_type: undefined }, then: REFRESHED },
  { quirk: "an ID Token without nonce", why: "OpenID Connect Core §12.2: it should have none", refreshedIdToken: { claims: { email: "new@example.com" } }, then: REFRESHED, upstream: { "x-id-token": { sub: "alice", email: "new@example.com" } } },
  { quirk: "an ID Token with null in every optional claim", why: NULLS, refreshedIdToken: { claims: { nonce: null, azp: null, at_hash: null, auth_time: null, sid: null, nbf: null, events: null } }, then: REFRESHED },
  { quirk: "an ID Token for several audiences, with azp", why: "Keycloak's audience mappers", refreshedIdToken: { claims: { aud: ["account", CLIENT.id], azp: CLIENT.id } }, then: REFRESHED },
  { quirk: "expires_in 0", why: "servers whose tokens are valid for one request", refresh: { expires_in: 0 }, then: REFRESHED },
  { quirk: "text/html as its type", why: NO_TYPE, refresh: packed((json) => json, 200, "text/html"), then: REFRESHED },
  { quirk: "no refresh, with renew_access_token_on_expiry false", why: "the session has its own limits", config: { renew_access_token_on_expiry: false }, refresh: {}, then: GOES_ON, upstream: { "x-access-token": null }, calls: [] },

  { quirk: "invalid_grant", why: NO, refresh: error("invalid_grant"), then: SESSION_ENDED },
  { quirk: "invalid_grant with status 200", why: NO, refresh: error("invalid_grant", 200), then: SESSION_ENDED },
  { quirk: "invalid_grant with status 401", why: NO, refresh: error("invalid_grant", 401), then: SESSION_ENDED },
  { quirk: "invalid_grant with status 404", why: NO, refresh: error("invalid_grant", 404), then: SESSION_ENDED },
  { quirk: "invalid_grant with status 502", why: "a gateway that changes the status of every error", refresh: error("invalid_grant", 502), then: SESSION_ENDED },
  { quirk: "invalid_grant, and error_description null", why: NO, refresh: error("invalid_grant", 400, { error_description: null, error_uri: null }), then: SESSION_ENDED },
  { quirk: "invalid_grant after a byte order mark", why: NO, refresh: text('\ufeff{"error":"invalid_grant"}', 400), then: SESSION_ENDED },
  { quirk: "interaction_required", why: "Entra ID requires interaction (MFA, a new policy)", refresh: error("interaction_required", 400, { error_codes: [50076], suberror: "basic_action" }), then: SESSION_ENDED },
  { quirk: "login_required", why: "OpenID Connect Core §3.1.2.6", refresh: error("login_required"), then: SESSION_ENDED },
  { quirk: "consent_required", why: "OpenID Connect Core §3.1.2.6", refresh: error("consent_required"), then: SESSION_ENDED },
  { quirk: "access_denied with status 403", why: "a rule of the provider forbids it", refresh: error("access_denied", 403), then: SESSION_ENDED },
  { quirk: "invalid_token with status 401", why: "resource servers' code for a token endpoint", refresh: error("invalid_token", 401), then: SESSION_ENDED },
  { quirk: "expired_token", why: "RFC 8628's code", refresh: error("expired_token"), then: SESSION_ENDED },
  { quirk: "unauthorized_client with status 400", why: "the client no longer has the grant", refresh: error("unauthorized_client"), then: SESSION_ENDED },
  { quirk: "a provider-specific code with status 401", why: NO, refresh: error("user_disabled", 401), then: SESSION_ENDED },
  { quirk: "an ID Token of another person", why: WHOSE, refreshedIdToken: { claims: { sub: "mallory" } }, then: SESSION_ENDED },
  { quirk: "an ID Token without sub", why: WHOSE, refreshedIdToken: { claims: { sub: null } }, then: SESSION_ENDED },
  { quirk: "an ID Token for another client", why: WHOSE, refreshedIdToken: { claims: { aud: "other" } }, then: SESSION_ENDED },
  { quirk: "an ID Token for other clients too, without azp", why: WHOSE, refreshedIdToken: { claims: { aud: [CLIENT.id, "other"] } }, then: SESSION_ENDED },
  { quirk: "an ID Token of another issuer", why: WHOSE, refreshedIdToken: { claims: { iss: "https://evil.example" } }, then: SESSION_ENDED },
  { quirk: "an ID Token that has expired", why: WHOSE, refreshedIdToken: { claims: { exp: 1 } }, then: SESSION_ENDED },
  { quirk: "an ID Token with another nonce", why: WHOSE, refreshedIdToken: { claims: { nonce: "another" } }, then: SESSION_ENDED },
  { quirk: "an ID Token for another access token", why: "OpenID Connect Core §3.1.3.8", refreshedIdToken: { claims: { at_hash: "AAAAAAAAAAAAAAAAAAAAAA" } }, then: SESSION_ENDED },
  { quirk: "an ID Token signed by another key", why: "RFC 8725 §3.3", refreshedIdToken: { key: makeKey("k1") }, then: SESSION_ENDED },
  { quirk: "an ID Token that is not signed", why: "RFC 8725 §3.2", refreshedIdToken: { header: { alg: "none" }, form: unsigned }, then: SESSION_ENDED },
  { quirk: "a logout token in place of an ID Token", why: "RFC 8725 §3.12", refreshedIdToken: { claims: { events: {} } }, then: SESSION_ENDED },
  { quirk: "an ID Token that is no JWT", why: "OpenID Connect Core §2", refreshedIdToken: { form: () => "opaque" }, then: SESSION_ENDED },

  { quirk: "status 500", why: "an outage", refresh: text("<html>", 500), then: OUTAGE },
  { quirk: "status 502 with a page", why: "a proxy's outage", refresh: text("<html>", 502), then: OUTAGE },
  { quirk: "status 503 without a body", why: "an outage", refresh: text("", 503), then: OUTAGE },
  { quirk: "status 429", why: "the provider is overloaded", refresh: text('{"message":"slow down"}', 429), then: OUTAGE },
  { quirk: "slow_down with status 429", why: "RFC 8628's code: later", refresh: error("slow_down", 429), then: OUTAGE },
  { quirk: "server_error with status 500", why: "an outage by name", refresh: error("server_error", 500), then: OUTAGE },
  { quirk: "server_error with status 400", why: "an outage by name, with the status of other errors", refresh: error("server_error"), then: OUTAGE },
  { quirk: "temporarily_unavailable with status 503", why: "an outage by name", refresh: error("temporarily_unavailable", 503), then: OUTAGE },
  { quirk: "a page with status 404", why: "a proxy without such a path: it says nothing about the grant", refresh: text("<html>", 404), then: OUTAGE },
  { quirk: "a page with status 403", why: "a firewall: it says nothing about the grant", refresh: text("<html>", 403), then: OUTAGE },
  { quirk: "the text of a status as error", why: "frameworks: {\"error\":\"Not Found\"} is no OAuth error", refresh: error("Not Found", 404), then: OUTAGE },
  { quirk: "invalid_client", why: "the operator's secret is wrong, the person's session is not", refresh: error("invalid_client", 401), then: OUTAGE },
  { quirk: "unauthorized_client with status 401", why: "Keycloak's answer to a wrong secret", refresh: error("unauthorized_client", 401), then: OUTAGE },
  { quirk: "a page with status 200", why: "captive portals and proxies", refresh: text("<html>", 200, "text/html"), then: OUTAGE },
  { quirk: "access_token null", why: "no tokens, and no error either", refresh: { access_token: null }, then: OUTAGE },
  { quirk: "a redirect", why: "the refresh token would be sent to another host", refresh: () => ({ status: 307, headers: { location: "https://evil.example/token" } }), then: OUTAGE },
  { quirk: "a broken connection", why: "an outage", refresh: nothing("cut"), then: OUTAGE },
];
