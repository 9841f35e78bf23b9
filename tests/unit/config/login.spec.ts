import { Redirect } from "../../../assembly/config/browser";
import { Unauthenticated, Verification } from "../../../assembly/config/config";
import { contextOf } from "../../../assembly/session/sealing";
import { contains, equal, equalBytes, equalInt, isFalse, isTrue, text, utf8 } from "../check";
import { EC_PEM } from "../jose/fixtures.as";
import { configOf, DISCOVERY, errorsOf, joined, refused, refusedOf } from "./compiled.as";
import { browser, browserOf, browserWith, CLIENT, refusedSession, refusedLogin, SESSION, LOGIN, warnedLogin } from "./login.as";

const SECRET_NEEDED = "session.secret: is required for the browser login: at least 16 characters, such as the output of `openssl rand -base64 32`, shared by all Envoys";

// The mode.
export function by_default_there_is_a_login(): void {
  equalInt(configOf("{" + LOGIN + "}").unauthenticated, Unauthenticated.Login);
  equalInt(configOf("{" + LOGIN + ',"unauth_action":"auth","bearer_only":false}').unauthenticated, Unauthenticated.Login);
  warnedLogin("", "");
}

export function with_session_settings_sessions_are_used_whatever_unauth_action_is(): void {
  const deny = configOf("{" + LOGIN + ',"unauth_action":"deny"}'), pass = configOf("{" + LOGIN + ',"unauth_action":"pass"}');
  isTrue(deny.browser != null && pass.browser != null, "sessions count");
  equalInt(deny.unauthenticated, Unauthenticated.Deny);
  equalInt(pass.unauthenticated, Unauthenticated.Pass);
}

export function without_a_session_deny_and_pass_have_no_login(): void {
  isTrue(configOf("{" + DISCOVERY + ',"unauth_action":"deny"}').browser == null, "deny");
  isTrue(configOf("{" + DISCOVERY + ',"unauth_action":"pass"}').browser == null, "pass");
}

export function bearer_only_takes_precedence_over_a_session(): void {
  const members = '"bearer_only":true,"backchannel_logout_path":7,"logout_path":8', c = configOf("{" + LOGIN + "," + members + "}");
  isTrue(c.browser == null && c.unauthenticated == Unauthenticated.Deny, "no login");
  warnedLogin(members, "not used by bearer tokens: session, logout_path, backchannel_logout_path");
}

export function with_a_login_the_metadata_is_fetched_however_bearer_tokens_are_verified(): void {
  const ways = ['"use_jwks":true', '"introspection_endpoint":"https://idp.example.com/i"', '"public_key":"' + EC_PEM.replaceAll("\n", "\\n") + '"'];
  const want = [Verification.Jwks, Verification.Introspection, Verification.PublicKey];
  for (let i = 0; i < ways.length; i++) {
    const c = configOf("{" + LOGIN + "," + ways[i] + "}"), provider = c.provider;
    equalInt(c.verification, want[i]);
    equal(provider == null ? "-" : text(provider.issuer), "https://idp.example.com");
  }
}

export function duty_130_all_missing_attributes_are_reported_at_once(): void {
  equal(errorsOf('{"unauth_action":"auth"}').join("; "), "client_id: is required for the browser login; client_secret: is required for the browser login; a public client (PKCE alone) sets token_endpoint_auth_method to \"none\"; " +
    "provider_cluster: is required: the name of the Envoy cluster that leads to the provider; discovery: is required: the URL of the provider's /.well-known/openid-configuration; " + SECRET_NEEDED);
}

export function duty_106_a_login_without_a_session_secret_is_refused(): void {
  refusedOf("{" + DISCOVERY + "," + CLIENT + "}", SECRET_NEEDED);
  refusedOf("{" + DISCOVERY + "," + CLIENT + ',"session":{}}', SECRET_NEEDED);
  refusedOf("{" + DISCOVERY + "," + CLIENT + ',"session":"a"}', "session: expected an object, found a string");
}

export function if_the_mode_is_invalid_no_missing_attributes_are_reported(): void {
  refusedOf("{" + DISCOVERY + ',"unauth_action":"block"}', 'unauth_action: expected one of auth, deny, pass, found "block"');
  refusedOf("{" + DISCOVERY + ',"bearer_only":"true"}', "bearer_only: expected true or false, found a string");
}

export function every_called_endpoint_needs_a_cluster(): void {
  const document = "{" + DISCOVERY.replace(',"provider_cluster":"idp"', "") + "," + CLIENT + "," + SESSION + ',"endpoint_clusters":{"discovery":"d","jwks_uri":"j","token_endpoint":"t","userinfo_endpoint":"u"';
  refusedOf(document + "}}", "provider_cluster: is required: the name of the Envoy cluster that leads to the provider");
  const clusters = configOf(document + ',"revocation_endpoint":"r"}}').provider!.clusters, host = utf8("idp.example.com");
  equal(text(clusters.of("token_endpoint", host)) + text(clusters.of("userinfo_endpoint", host)) + text(clusters.of("revocation_endpoint", host)), "tur");
  equal(text(configOf("{" + LOGIN + ',"endpoint_clusters":{"token_endpoint":"t"}}').provider!.clusters.of("userinfo_endpoint", host)), "idp");
}

export function duty_102_issuer_and_client_are_part_of_every_seal(): void {
  equalBytes(browser().context, contextOf([utf8("https://idp.example.com"), utf8("app")]));
  equalBytes(browserOf("{" + LOGIN.replace('"app"', '"other"') + "}").context, contextOf([utf8("https://idp.example.com"), utf8("other")]));
}

// What is not supported.
export function unsupported_attributes_are_refused_and_not_ignored(): void {
  refusedLogin('"par":{"enabled":true,"endpoint":"https://idp.example.com/par"}', "par.enabled: pushed authorization requests are not supported");
  refusedLogin('"dpop":{"enabled":true,"signing_alg":"ES256"}', "dpop.enabled: proof of possession is not supported");
  refusedLogin('"par":true', "par: expected an object, found a boolean");
  refusedLogin('"use_par":true', "use_par: pushed authorization requests are not supported");
  refusedLogin('"proxy_opts":{"http_proxy":"http://p:1"}', "proxy_opts: is not supported: calls go through Envoy clusters, and provider_cluster may lead through a proxy");
  refused('"proxy_opts":{}', "proxy_opts: is not supported: calls go through Envoy clusters, and provider_cluster may lead through a proxy");
  browser('"par":{"enabled":false,"endpoint":"x"},"dpop":{}');
}

export function duty_10_pkce_cannot_be_turned_off(): void {
  warnedLogin('"use_pkce":true,"use_nonce":true', "");
  warnedLogin('"use_pkce":false', "use_pkce is false: PKCE is always used");
}

export function duty_14_a_nonce_is_required_unless_configured_otherwise_with_a_warning(): void {
  isTrue(browser().nonceRequired && browser('"use_nonce":true').nonceRequired && !browser('"use_nonce":false').nonceRequired, "use_nonce");
  warnedLogin('"use_nonce":false', "use_nonce is false: a nonce is sent, but an ID Token without one is accepted, so only PKCE stops stolen codes: make sure that the provider checks it");
}

export function trusted_audiences_is_a_bounded_list(): void {
  equalInt(browser().trustedAudiences.length, 0);
  equalInt(browser('"trusted_audiences":"api"').trustedAudiences.length, 1);
  equalInt(browser('"trusted_audiences":["' + "a\",\"".repeat(63) + 'a"]').trustedAudiences.length, 64);
  refusedLogin('"trusted_audiences":["' + "a\",\"".repeat(64) + 'a"]', "trusted_audiences: expected at most 64 audiences, found 65");
  refusedLogin('"trusted_audiences":[]', "trusted_audiences: must not be an empty list");
  refusedLogin('"trusted_audiences":true', "trusted_audiences: expected a list of strings, found a boolean");
  refusedLogin('"trusted_audiences":[""]', "trusted_audiences[0]: must not be empty");
}

// The callback.
export function without_a_redirect_uri_every_page_has_its_own_callback(): void {
  equalInt(browser().redirect, Redirect.Suffix);
  equal(text(browser().callbackPath) + text(browser().redirectUrl), "");
}

export function a_redirect_uri_is_a_path_or_a_url(): void {
  const path = browser('"redirect_uri":"/oidc/callback"');
  equalInt(path.redirect, Redirect.Path);
  equal(text(path.callbackPath) + " " + text(path.redirectUrl), "/oidc/callback ");
  const url = browser('"redirect_uri":"https://app.example.com:8443/cb"');
  equalInt(url.redirect, Redirect.Absolute);
  equal(text(url.callbackPath) + " " + text(url.redirectUrl), "/cb https://app.example.com:8443/cb");
  isTrue(url.redirectHttps, "https");
  isFalse(browser('"redirect_uri":"http://localhost:8080/cb"').redirectHttps, "http");
}

export function duty_15_a_callback_path_that_no_browser_would_request_is_refused(): void {
  const paths = ["//evil.example/cb", "/cb?x=1", "/cb#x", "/a b", "/a/../cb", "/./cb", "/cb/..", "/a/%2e%2e/cb", "/a\\\\b", "/\\u0000", "/\\u00e9", "/a\\\"b", "/<b>", "/" + "a".repeat(1024), "/%00"];
  for (let i = 0; i < paths.length; i++) {
    refusedLogin('"redirect_uri":"' + paths[i] + '"', "redirect_uri: expected a path such as /callback: one slash in front, without query, fragment and dot segments");
    refusedLogin('"logout_path":"' + paths[i] + '"', "logout_path: expected a path such as /callback: one slash in front, without query, fragment and dot segments");
  }
  const queries = ["https://h/cb?x=1", "https://h?x", "https://h/a/../b", "https://h//cb"];
  for (let i = 0; i < queries.length; i++) refusedLogin('"redirect_uri":"' + queries[i] + '"', "redirect_uri: expected a path such as /callback: one slash in front, without query, fragment and dot segments");
}

export function a_redirect_uri_that_is_neither_a_path_nor_a_url_is_refused(): void {
  const urls = ["callback", "app.example.com/cb", "ftp://h/cb", "https://", "https:///cb", "https://user@h/cb", "https://h/cb#f", "https://a,b/cb", "https://h:1:2/cb", "https://h:port/cb", "javascript:alert(1)", "HTTPS://h/cb", " https://h/cb", "https://h/\\u000d\\u000aX: y"];
  for (let i = 0; i < urls.length; i++) refusedLogin('"redirect_uri":"' + urls[i] + '"', "redirect_uri: expected a URL such as https://app.example.com/callback without fragment, or a path such as /callback");
  refusedLogin('"redirect_uri":7', "redirect_uri: expected a string, found a number");
}

export function the_start_page_cannot_be_a_path_of_the_filter(): void {
  const keys = ["redirect_uri", "logout_path", "backchannel_logout_path", "frontchannel_logout_path", "userinfo_path"];
  for (let i = 0; i < keys.length; i++) refusedLogin('"' + keys[i] + '":"/"', keys[i] + ": would hide the start page: choose another path than /");
  refusedLogin('"redirect_uri":"https://app.example.com"', "redirect_uri: would hide the start page: choose another path than /");
  refusedLogin('"redirect_uri":"https://app.example.com/"', "redirect_uri: would hide the start page: choose another path than /");
}

export function duty_40_a_callback_over_plain_http_causes_a_warning_unless_it_is_local(): void {
  const near = ["http://localhost/cb", "http://localhost:8080/cb", "http://127.0.0.1:1/cb", "http://[::1]/cb", "http://[::1]:8080/cb", "https://app.example.com/cb"];
  for (let i = 0; i < near.length; i++) warnedLogin('"redirect_uri":"' + near[i] + '"', "");
  const far = ["http://app.example.com/cb", "http://localhost.example.com/cb", "http://127.0.0.2/cb", "http://[::2]/cb"];
  for (let i = 0; i < far.length; i++) warnedLogin('"redirect_uri":"' + far[i] + '"', "redirect_uri is plain http: anyone on the network between can take over the login and the session");
}

// Logout.
export function by_default_only_slash_logout_logs_out(): void {
  const b = browser();
  equal(text(b.logoutPath) + text(b.backchannelLogoutPath) + text(b.frontchannelLogoutPath) + text(b.postLogoutRedirectUri) + text(b.redirectAfterLogoutUri), "/logout");
  isFalse(b.revokeOnLogout, "revoke");
}

// Userinfo.
export function by_default_there_is_no_userinfo_path(): void { equal(text(browser().userinfoPath), ""); }

export function userinfo_has_the_configured_claims_or_else_names(): void {
  equal(browser('"userinfo_path":"/u"').userinfoClaims.join(" "), "name preferred_username email");
  equal(browser('"userinfo_path":"/u","userinfo_claims":"groups"').userinfoClaims.join(" "), "groups");
  equal(browser('"userinfo_path":"/u","userinfo_claims":["a.b","https://app.example/role"]').userinfoClaims.join(" "), "a.b https://app.example/role");
}

export function userinfo_claims_without_userinfo_path_cause_a_warning(): void {
  warnedLogin('"userinfo_claims":"groups"', "not used without userinfo_path: userinfo_claims");
}

export function an_invalid_list_of_claims_is_refused_with_its_path(): void {
  refusedLogin('"userinfo_path":"/u","userinfo_claims":[]', "userinfo_claims: must not be an empty list");
  refusedLogin('"userinfo_path":"/u","userinfo_claims":["a","b c"]', "userinfo_claims[1]: expected a claim path of printable ASCII with at most 8 dots");
  refusedLogin('"userinfo_path":"/u","userinfo_claims":["a","b","a"]', "userinfo_claims[2]: is in the list already");
  refusedLogin('"userinfo_path":"/u","userinfo_claims":"a.b.c.d.e.f.g.h.i.j"', "userinfo_claims: expected a claim path of printable ASCII with at most 8 dots");
  let many = '"0"';
  for (let i = 1; i <= 32; i++) many += ',"' + i.toString() + '"';
  refusedLogin('"userinfo_path":"/u","userinfo_claims":[' + many + "]", "userinfo_claims: expected at most 32 claims, found 33");
}

export function two_paths_of_the_filter_cannot_be_the_same(): void {
  refusedLogin('"redirect_uri":"/logout"', "logout_path: is the path of redirect_uri already");
  refusedLogin('"redirect_uri":"https://h/logout"', "logout_path: is the path of redirect_uri already");
  refusedLogin('"logout_path":"/a","backchannel_logout_path":"/a"', "backchannel_logout_path: is the path of logout_path already");
  refusedLogin('"redirect_uri":"/a","frontchannel_logout_path":"/a"', "frontchannel_logout_path: is the path of redirect_uri already");
  refusedLogin('"frontchannel_logout_path":"/b","userinfo_path":"/b"', "userinfo_path: is the path of frontchannel_logout_path already");
  refusedLogin('"userinfo_path":"/logout"', "userinfo_path: is the path of logout_path already");
  refusedLogin('"userinfo_path":"/a/.apisix/redirect"', "userinfo_path: ends in /.apisix/redirect, which is the callback's where there is no redirect_uri");
  refusedLogin('"backchannel_logout_path":"/b","frontchannel_logout_path":"/b"', "frontchannel_logout_path: is the path of backchannel_logout_path already");
  refusedLogin('"logout_path":"/x/.apisix/redirect"', "logout_path: ends in /.apisix/redirect, which is the callback's where there is no redirect_uri");
  browser('"redirect_uri":"/a","logout_path":"/x/.apisix/redirect","backchannel_logout_path":"/b","frontchannel_logout_path":"/A"');
}

export function duty_24_after_logout_a_browser_goes_only_to_configured_addresses(): void {
  const b = browser('"post_logout_redirect_uri":"https://www.example.com/bye?x=1","redirect_after_logout_uri":"/bye?x=1","revoke_tokens_on_logout":true');
  equal(text(b.postLogoutRedirectUri) + " " + text(b.redirectAfterLogoutUri), "https://www.example.com/bye?x=1 /bye?x=1");
  isTrue(b.revokeOnLogout, "revoke");
  equal(text(browser('"redirect_after_logout_uri":"https://www.example.com"').redirectAfterLogoutUri), "https://www.example.com");

  const bad = ["//evil.example", "/\\\\evil.example", "evil.example", "javascript:alert(1)", "https://u@h/", "https://a,b/", "/a b", "/\\u0009/x", "/a/../b", "/#a"];
  for (let i = 0; i < bad.length; i++) refusedLogin('"redirect_after_logout_uri":"' + bad[i] + '"', "redirect_after_logout_uri: expected a URL such as https://www.example.com/, or a path such as /goodbye");
  refusedLogin('"post_logout_redirect_uri":"/bye"', "post_logout_redirect_uri: expected a URL such as https://idp.example.com/…");
  refusedLogin('"redirect_after_logout_uri":"/logout?again"', "redirect_after_logout_uri: leads to logout_path again");
}

// The authorization request.
export function the_scope_always_contains_openid(): void {
  equal(text(browser().scope), "openid");
  equal(text(browser('"scope":"openid profile  email "').scope), "openid profile email");
  equal(text(browser('"scope":"profile email"').scope), "openid profile email");
  warnedLogin('"scope":"profile"', "scope has no openid: it was added, because a login needs it");
  warnedLogin('"scope":"OPENID"', "scope has no openid: it was added, because a login needs it");
}

export function an_invalid_scope_is_refused(): void {
  const scopes = ["openid\\tprofile", "openid a\\\"b", "openid a\\\\b", "openid \\u00e9", "openid a\\u0000", "openid\\nx"];
  for (let i = 0; i < scopes.length; i++) {
    const found = errorsOf("{" + LOGIN + ',"scope":"' + scopes[i] + '"}').join("; ");
    contains(found, "is not a scope (RFC 6749 §3.3): printable ASCII without quotes and backslashes");
  }
  refusedLogin('"scope":["openid"]', "scope: expected a string, found a list");
  refusedLogin('"scope":""', "scope: must not be empty");
}

export function duty_20_parameters_of_the_filter_cannot_be_set(): void {
  const names = ["response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "code_challenge", "code_challenge_method", "response_mode", "request", "request_uri", "State", "REDIRECT_URI"];
  for (let i = 0; i < names.length; i++) refusedLogin('"authorization_params":{"' + names[i] + '":"x"}', "authorization_params." + names[i] + ": is set by the filter itself");
}

export function parameters_are_strings_numbers_and_booleans(): void {
  equal(joined(browser('"authorization_params":{"prompt":"login consent","max_age":300,"x":true,"y":false,"z":1.5}').authorizationParams), "prompt login consent max_age 300 x true y false z 1.5");
  refusedLogin('"authorization_params":{"a":null}', "authorization_params.a: expected a string, found null");
  refusedLogin('"authorization_params":{"a":["b"]}', "authorization_params.a: expected a string, found a list");
  refusedLogin('"authorization_params":{"a":{}}', "authorization_params.a: expected a string, found an object");
  refusedLogin('"authorization_params":{"a":""}', "authorization_params.a: must not be empty");
  refusedLogin('"authorization_params":{"":"a"}', "authorization_params.: expected a name of printable ASCII");
  refusedLogin('"authorization_params":{"a b":"a"}', "authorization_params.a b: expected a name of printable ASCII");
  refusedLogin('"authorization_params":[]', "authorization_params: expected an object, found a list");
}

export function at_most_32_parameters_are_added(): void {
  equalInt(browser('"authorization_params":{' + many(32) + "}").authorizationParams.length, 64);
  refusedLogin('"authorization_params":{' + many(33) + "}", "authorization_params: expected at most 32 parameters, found 33");
}

export function duty_28_max_age_and_acr_values_are_kept_for_the_check_of_the_id_token(): void {
  equalInt(browser().maxAgeSec, -1);
  equalInt(browser('"authorization_params":{"max_age":0}').maxAgeSec, 0);
  equalInt(browser('"authorization_params":{"max_age":"31536000"}').maxAgeSec, 31536000);
  equal(text(browser('"authorization_params":{"acr_values":" gold  silver "}').acrValues), "gold silver");
  const bad = ["-1", "1.5", "1e3", '"x"', '"+1"', '" 1"', "31536001", '"99999999999999999999"', "true"];
  for (let i = 0; i < bad.length; i++) refusedLogin('"authorization_params":{"max_age":' + bad[i] + "}", "authorization_params.max_age: expected a whole number from 0 to 31536000");
}

export function form_post_needs_secure_cookies(): void {
  const want = "response_mode: form_post needs Secure cookies: neither may redirect_uri be plain http, nor session.cookie_secure false";
  isFalse(browser('"response_mode":"query"').formPost, "query");
  isTrue(browser('"response_mode":"form_post"').formPost, "form_post");
  isTrue(browser('"response_mode":"form_post","redirect_uri":"https://h/cb"').formPost, "https");
  refusedLogin('"response_mode":"form_post","redirect_uri":"http://localhost/cb"', want);
  refusedSession('"cookie_secure":false', want, '"response_mode":"form_post"');
  isTrue(browserWith('"cookie_secure":true', '"response_mode":"form_post","redirect_uri":"http://localhost/cb"').formPost, "a secure context");
  refusedLogin('"response_mode":"fragment"', 'response_mode: expected one of query, form_post, found "fragment"');
}

// Tokens.
export function the_documented_defaults_for_tokens_apply(): void {
  const b = browser(), identity = configOf("{" + LOGIN + "}").identity;
  isTrue(b.refreshAccessToken && !b.forceReauthorize, "flags");
  equalInt(b.accessExpiresInSec, 3600);
  equalInt(b.accessLeewaySec, 0);
  equalInt(b.reauthenticateSec, 0);
  isTrue(identity.idTokenHeader && !identity.rawIdTokenHeader && !identity.refreshTokenHeader, "headers");
}

export function times_for_tokens_are_whole_seconds_within_bounds(): void {
  const b = browser('"access_token_expires_in":1,"access_token_expires_leeway":3600,"refresh_session_interval":60,"force_reauthorize":true,"renew_access_token_on_expiry":false');
  isTrue(b.accessExpiresInSec == 1 && b.accessLeewaySec == 3600 && b.reauthenticateSec == 60 && b.forceReauthorize && !b.refreshAccessToken, "as configured");
  refusedLogin('"access_token_expires_in":0', "access_token_expires_in: expected a whole number from 1 to 31536000, found 0");
  refusedLogin('"access_token_expires_in":1e300', "access_token_expires_in: expected a whole number from 1 to 31536000, found 1e300");
  refusedLogin('"access_token_expires_leeway":3601', "access_token_expires_leeway: expected a whole number from 0 to 3600, found 3601");
  refusedLogin('"refresh_session_interval":-1', "refresh_session_interval: expected a whole number from 0 to 31536000, found -1");
  refusedLogin('"renew_access_token_on_expiry":1', "renew_access_token_on_expiry: expected true or false, found a number");
  refusedLogin('"allow_preflight":"yes"', "allow_preflight: expected true or false, found a string");
}

function many(count: i32): string {
  const out: string[] = [];
  for (let i = 0; i < count; i++) out.push('"p' + i.toString() + '":"v"');
  return out.join(",");
}
