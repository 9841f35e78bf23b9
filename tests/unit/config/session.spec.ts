import { Purpose } from "../../../assembly/session/sealing";
import { Secure } from "../../../assembly/session/cookie_settings";
import { compiled, DISCOVERY, errorsOf, refusedOf } from "./compiled.as";
import { contains, equal, equalInt, filled, isFalse, isTrue, text, utf8 } from "../check";
import { browser, browserOf, browserWith, CLIENT, refusedSession, refusedLogin, SECRET, LOGIN, warnedSession } from "./login.as";

const OTHER = "ZYXWVUTSRQPONMLKJIHGFEDCBA543210";

// Secrets.
export function duty_106_a_short_secret_is_refused(): void {
  secret('"abcdefghijklmno"', "session.secret: expected at least 16 characters, found 15");
  secret('["' + OTHER + '","abc"]', "session.secret[1]: expected at least 16 characters, found 3");
  // The minimum counts characters, not bytes.
  secret('"\u00e4\u00f6\u00fc\u00e4\u00f6\u00fc\u00e4\u00f6\u00fc\u00e4\u00f6\u00fc"', "session.secret: expected at least 16 characters, found 12");
}

export function duty_106_a_secret_below_32_characters_causes_a_warning(): void {
  const want = "session.secret has less than 32 characters: the output of `openssl rand -base64 32` is a good one";
  equal(warnings('"0123456789abcdef"'), want);
  equal(warnings('["0123456789abcdef","0123456789abcdeg"]'), want);
  equal(warnings('"' + SECRET + '"'), "");
}

export function duty_106_a_secret_of_few_different_characters_is_refused(): void {
  const texts = ["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "0101010101010101", "abcdabcdabcdabcdabcdabcdabcdabcd", "                "];
  for (let i = 0; i < texts.length; i++) secret('"' + texts[i] + '"', "session.secret: is easy to guess: it has too few different characters");
}

export function duty_106_the_client_secret_is_refused_as_session_secret(): void {
  secret('"the-secret-of-the-client"', "session.secret: must not be the client_secret, which the provider knows as well");
  secret('["' + OTHER + '","the-secret-of-the-client"]', "session.secret[1]: must not be the client_secret, which the provider knows as well");
}

export function a_repeated_secret_is_refused(): void {
  secret('["' + OTHER + '","' + SECRET + '","' + OTHER + '"]', "session.secret[2]: is session.secret[0] again");
}

export function more_than_eight_secrets_and_an_empty_list_are_refused(): void {
  const eight: string[] = [];
  for (let i = 0; i < 8; i++) eight.push('"' + SECRET + i.toString() + '"');
  browserOf(withSecret("[" + eight.join(",") + "]"));
  secret("[" + eight.join(",") + ',"' + OTHER + '"]', "session.secret: expected at most 8 secrets, found 9");
  secret("[]", "session.secret: must not be an empty list");
}

export function a_secret_that_is_not_a_string_is_refused(): void {
  secret("1234567890123456", "session.secret: expected a list of strings, found a number");
  secret('""', "session.secret: must not be empty");
  secret('["' + OTHER + '",7,"short"]', "session.secret[1]: expected a string, found a number; session.secret[2]: expected at least 16 characters, found 5");
  secret("null", "session.secret: expected a list of strings, found null");
}

export function no_error_contains_a_secret(): void {
  const found = errorsOf(withSecret('["the-secret-of-the-client","sh0rt","the-secret-of-the-client"]')).join("; ");
  isFalse(found.includes("sh0rt") || found.includes("the-secret"), found);
}

export function a_secret_may_come_from_the_environment(): void {
  const document = withSecret('["$ENV://NEW","$ENV://OLD"]');
  const out = compiled(document, ["NEW=" + SECRET, "OLD=" + OTHER]);
  equal(out.errors.join("; "), "");
  equal(errorsOf(document, ["NEW=" + SECRET]).join("; "), "session.secret[1]: the environment has no variable OLD; name it in vm_config.environment_variables and set it; before Envoy 1.39 another plugin with the same vm_id may have come first");
}

export function duty_107_the_first_secret_seals_and_every_secret_opens(): void {
  const both = browserOf(withSecret('["' + OTHER + '","' + SECRET + '"]')).keys, old = browser().keys, context = utf8("c");
  const bySecond = old.seal(Purpose.Session, filled(24, 1), context, utf8("x")), byFirst = both.seal(Purpose.Session, filled(24, 2), context, utf8("y"));
  const opened = both.open(Purpose.Session, context, bySecond);
  equal(opened == null ? "-" : text(opened), "x");
  isTrue(old.open(Purpose.Session, context, byFirst) == null, "the first one seals");
}

// Timeouts.
export function the_documented_defaults_for_sessions_apply(): void {
  const b = browser();
  isTrue(b.limits.idlingSec == 900 && b.limits.rollingSec == 3600 && b.limits.absoluteSec == 86400, "limits");
  isTrue(b.cookies.secure == Secure.ByScheme && b.cookies.httpOnly && b.cookies.sameSite == "Lax", "attributes");
  equal(text(b.cookies.path) + text(b.cookies.domain), "/");
  isTrue(b.contents.accessToken && b.contents.idToken && b.contents.rawIdToken && b.contents.user, "contents");
}

export function idling_and_rolling_can_be_off_and_absolute_timeout_0_means_the_maximum(): void {
  const b = browserWith('"idling_timeout":0,"rolling_timeout":0,"absolute_timeout":60');
  isTrue(b.limits.idlingSec == 0 && b.limits.rollingSec == 0 && b.limits.absoluteSec == 60, "limits");
  const warning = "session.absolute_timeout is 0: a session ends 31536000 seconds after the login all the same, because a revoked session is remembered until it expires";
  equalInt(browserWith('"absolute_timeout":0').limits.absoluteSec, 31536000);
  warnedSession('"absolute_timeout":0', warning);
  equalInt(browserWith('"cookie":{"lifetime":0}').limits.absoluteSec, 31536000);
  equalInt(browserWith('"cookie":{"lifetime":0},"absolute_timeout":600').limits.absoluteSec, 600);
  warnedSession('"cookie":{"lifetime":600},"absolute_timeout":0', "not used beside session.absolute_timeout: session.cookie.lifetime; " + warning);
}

export function duty_108_timeouts_are_whole_seconds_within_bounds(): void {
  refusedSession('"idling_timeout":9', "session.idling_timeout: expected 0 or a whole number from 10 to 31536000, found 9");
  refusedSession('"idling_timeout":31536001', "session.idling_timeout: expected 0 or a whole number from 10 to 31536000, found 31536001");
  refusedSession('"idling_timeout":-0.5', "session.idling_timeout: expected 0 or a whole number from 10 to 31536000, found -0.5");
  refusedSession('"idling_timeout":false', "session.idling_timeout: expected 0 or a whole number from 10 to 31536000, found a boolean");
  refusedSession('"rolling_timeout":59', "session.rolling_timeout: expected 0 or a whole number from 60 to 31536000, found 59");
  refusedSession('"rolling_timeout":1e300', "session.rolling_timeout: expected 0 or a whole number from 60 to 31536000, found 1e300");
  refusedSession('"absolute_timeout":59', "session.absolute_timeout: expected 0 or a whole number from 60 to 31536000, found 59");
  refusedSession('"absolute_timeout":"1d"', "session.absolute_timeout: expected 0 or a whole number from 60 to 31536000, found a string");
}

export function the_deprecated_name_of_the_absolute_timeout_still_works(): void {
  equalInt(browserWith('"cookie":{"lifetime":120}').limits.absoluteSec, 120);
  warnedSession('"cookie":{"lifetime":120}', "session.cookie.lifetime is deprecated: call it session.absolute_timeout");
  equalInt(browserWith('"cookie":{"lifetime":120},"absolute_timeout":600').limits.absoluteSec, 600);
  warnedSession('"cookie":{"lifetime":120},"absolute_timeout":600', "not used beside session.absolute_timeout: session.cookie.lifetime");
  refusedSession('"cookie":{"lifetime":1}', "session.cookie.lifetime: expected 0 or a whole number from 60 to 31536000, found 1");
  refusedSession('"cookie":{"life":1}', "session.cookie.life: unknown attribute");
}

// Storage.
export function sessions_are_stored_in_cookies_only(): void {
  browserWith('"storage":"cookie"');
  refusedSession('"storage":"redis","redis":{"host":"r"}', "session.storage: redis is not supported: sessions are kept in sealed cookies and need no store");
  refusedSession('"storage":"memory"', 'session.storage: expected one of cookie, redis, found "memory"');
  warnedSession('"redis":{"host":"r"}', "not used: session.redis");
}

export function unknown_attributes_of_sessions_are_reported(): void {
  refusedSession('"secrets":"x"', "session.secrets: unknown attribute; did you mean secret?");
  refusedSession('"cookie_samesite":"Lax"', "session.cookie_samesite: unknown attribute; did you mean cookie_same_site?");
  refusedLogin('"cookie_name":"a"', "cookie_name: unknown attribute; it belongs in session");
}

// Contents.
export function a_session_contains_only_what_session_contents_names(): void {
  equal(kept('"session_contents":{}'), "");
  equal(kept('"session_contents":{"access_token":true}'), "access ");
  equal(kept('"session_contents":{"id_token":true,"user":true,"enc_id_token":false}'), "id user ");
  equal(kept('"session_contents":{"enc_id_token":true}'), "raw ");
  refusedLogin('"session_contents":{"userinfo":true}', "session_contents.userinfo: unknown attribute");
  refusedLogin('"session_contents":{"user":1}', "session_contents.user: expected true or false, found a number");
  refusedLogin('"session_contents":["user"]', "session_contents: expected an object, found a list");
}

export function the_raw_id_token_is_kept_if_it_is_sent_to_the_upstream(): void { equal(kept('"session_contents":{"user":true},"set_raw_id_token_header":true'), "raw user "); }

// Cookies: names.
export function duty_102_by_default_the_name_depends_on_issuer_and_client(): void {
  const one = text(browser().cookies.plainNames.session), other = text(browserOf("{" + LOGIN.replace('"app"', '"app2"') + "}").cookies.plainNames.session);
  equalInt(one.length, 13);
  isTrue(one.startsWith("oidc_") && other.startsWith("oidc_") && one != other, one + " and " + other);
}

export function duty_109_the_host_prefix_is_used_wherever_browsers_accept_it(): void {
  const base = text(browser().cookies.plainNames.session);
  equal(names(""), "__Host-" + base + " __Host-" + base + "_flow __Secure-" + base + "_login_ | " + base + " " + base + "_flow " + base + "_login_");
  equal(names('"cookie_path":"/app"').split(" ")[0], "__Secure-" + base);
  equal(names('"cookie_domain":"example.com"').split(" ")[0], "__Secure-" + base);
}

export function a_configured_name_is_used_unchanged(): void {
  equal(names('"cookie_name":"sid"'), "sid __Host-sid_flow __Secure-sid_login_ | sid sid_flow sid_login_");
  equal(names('"cookie_name":"__Host-sid"'), "__Host-sid __Host-sid_flow __Secure-sid_login_ | __Host-sid sid_flow sid_login_");
  equal(names('"cookie_name":"__secure-sid"').split(" ")[0], "__secure-sid");
  equalInt(browserWith('"cookie_name":"sid"').cookies.secure, Secure.ByScheme);
  equalInt(browserWith('"cookie_name":"__Secure-sid","cookie_path":"/app"').cookies.secure, Secure.Always);
}

export function an_invalid_cookie_name_is_refused(): void {
  const want = "session.cookie_name: expected at most 64 of the characters that a cookie's name may have (RFC 6265 §4.1.1)";
  const texts = ["a b", "a=b", "a;b", "a,b", "a\\\"b", "a\\u0000", "\u00e9", "(a)", "a/b", "a:b", "[a]", "{a}", "a@b", "a?b", "a\\\\b", "__Host-", "__Secure-", "a".repeat(65)];
  for (let i = 0; i < texts.length; i++) refusedSession('"cookie_name":"' + texts[i] + '"', want);
  browserWith('"cookie_name":"' + "a".repeat(64) + '"');
  browserWith('"cookie_name":"A-z_0.9!#$%&\'*+^`|~"');
}

export function duty_109_a_prefix_whose_conditions_are_not_met_is_refused(): void {
  const host = "session.cookie_name: a name with __Host- needs cookie_path / and no cookie_domain", secure = "session.cookie_name: a name with this prefix needs cookie_secure";
  refusedSession('"cookie_name":"__Host-a","cookie_domain":"example.com"', host);
  refusedSession('"cookie_name":"__HOST-a","cookie_domain":"example.com"', host);
  refusedSession('"cookie_name":"__Host-a","cookie_path":"/app"', host, '"logout_path":"/app/logout"');
  refusedSession('"cookie_name":"__Host-a","cookie_secure":false', secure);
  refusedSession('"cookie_name":"__secure-a","cookie_secure":false', secure);
  refusedSession('"cookie_name":"__Secure-a"', "session.cookie_name: asks for cookies that browsers do not accept over plain http, and redirect_uri is plain http", '"redirect_uri":"http://app.example.com/cb"');
}

export function the_session_cookie_cannot_be_a_source_of_bearer_tokens(): void {
  refusedSession('"cookie_name":"sid"', "auth_accept_token_as: names the session's own cookie", '"auth_accept_token_as":["header","cookie:sid"]');
  browserWith('"cookie_name":"sid"', '"auth_accept_token_as":["header","cookie:token"]');
}

// Cookies: attributes.
export function a_cookie_path_that_would_end_the_attribute_is_refused(): void {
  const want = "session.cookie_path: expected a path such as /app of printable ASCII without blanks and semicolons";
  const texts = ["app", "/a;b", "/a b", "/a\\u0000", "/\\r\\n", "/\u00e9", "; Domain=evil.example", "/" + "a".repeat(1024)];
  for (let i = 0; i < texts.length; i++) refusedSession('"cookie_path":"' + texts[i] + '"', want);
  refusedSession('"cookie_path":""', "session.cookie_path: must not be empty");
  equal(text(browserWith('"cookie_path":"/app/"').cookies.path), "/app/");
}

export function a_cookie_path_that_hides_the_session_from_logout_causes_a_warning(): void {
  const want = "logout_path is not below session.cookie_path: browsers would not send the session to ";
  warnedSession('"cookie_path":"/app"', want + "/logout");
  warnedSession('"cookie_path":"/app"', want + "/application/logout", '"logout_path":"/application/logout"');
  warnedSession('"cookie_path":"/app"', "", '"logout_path":"/app/logout"');
  warnedSession('"cookie_path":"/app/"', "", '"logout_path":"/app/logout"');
  warnedSession('"cookie_path":"/app"', "", '"logout_path":"/app"');
  warnedSession('"cookie_path":"/app"', "userinfo_path is not below session.cookie_path: browsers would not send the session to /userinfo", '"logout_path":"/app/logout","userinfo_path":"/userinfo"');
  warnedSession('"cookie_path":"/app"', "", '"logout_path":"/app/logout","userinfo_path":"/app/userinfo"');
}

export function a_cookie_domain_that_is_not_a_domain_is_refused(): void {
  equal(text(browserWith('"cookie_domain":".Example.com"').cookies.domain), "example.com");
  equal(text(browserWith('"cookie_domain":"xn--bcher-kva.example"').cookies.domain), "xn--bcher-kva.example");
  const texts = [".", "..a", "a..b", "a.", "a b", "a;b", "a,b", "a_b", "a:80", "a/b", "http://a", "\u00e9.de", "[::1]", "a\\u0000", "a".repeat(254)];
  for (let i = 0; i < texts.length; i++) refusedSession('"cookie_domain":"' + texts[i] + '"', "session.cookie_domain: expected a domain such as example.com");
}

export function duty_22_a_callback_outside_the_cookie_domain_is_refused(): void {
  const want = "session.cookie_domain: is not a domain of redirect_uri's host: browsers would not accept the cookies";
  const inside = ["https://example.com/cb", "https://app.Example.com:8443/cb", "https://a.b.example.com/cb"], outside = ["https://evil-example.com/cb", "https://example.org/cb", "https://com/cb", "https://example.com.evil.org/cb", "https://[::1]:8443/cb"];
  for (let i = 0; i < inside.length; i++) browserWith('"cookie_domain":"example.com"', '"redirect_uri":"' + inside[i] + '"');
  for (let i = 0; i < outside.length; i++) refusedSession('"cookie_domain":"example.com"', want, '"redirect_uri":"' + outside[i] + '"');
}

export function cookie_secure_decides_about_plain_http(): void {
  equalInt(browserWith('"cookie_secure":true').cookies.secure, Secure.Always);
  equalInt(browserWith('"cookie_secure":false').cookies.secure, Secure.Never);
  warnedSession('"cookie_secure":false', "session.cookie_secure is false: browsers send the session over plain http as well");
  refusedSession('"cookie_secure":"auto"', "session.cookie_secure: expected true or false, found a string");
  refusedSession('"cookie_secure":true', "session.cookie_secure: asks for cookies that browsers do not accept over plain http, and redirect_uri is plain http", '"redirect_uri":"http://app.example.com/cb"');
  browserWith('"cookie_secure":true', '"redirect_uri":"http://localhost:8080/cb"');
}

export function cookies_that_scripts_can_read_cause_a_warning(): void {
  isFalse(browserWith('"cookie_http_only":false').cookies.httpOnly, "as configured");
  warnedSession('"cookie_http_only":false', "session.cookie_http_only is false: scripts of a page can read the session's cookie");
}

export function a_same_site_value_that_breaks_the_login_is_refused(): void {
  equal(browserWith('"cookie_same_site":"Lax"').cookies.sameSite, "Lax");
  equal(browserWith('"cookie_same_site":"Default"').cookies.sameSite, "");
  equal(browserWith('"cookie_same_site":"None"').cookies.sameSite, "None");
  warnedSession('"cookie_same_site":"None"', "session.cookie_same_site is None: requests from other sites carry the session, so the upstream must guard against forged ones");
  refusedSession('"cookie_same_site":"None","cookie_secure":false', "session.cookie_same_site: None needs cookie_secure");
  refusedSession('"cookie_same_site":"lax"', 'session.cookie_same_site: expected one of Lax, None, Default, Strict, found "lax"');
  contains(errorsOf("{" + DISCOVERY + "," + CLIENT + ',"session":{"secret":"' + SECRET + '","cookie_same_site":"Strict"}}').join("; "), "session.cookie_same_site: Strict does not work with a login");
}

function withSecret(value: string): string { return "{" + DISCOVERY + "," + CLIENT + ',"session":{"secret":' + value + "}}"; }

function secret(value: string, want: string): void { refusedOf(withSecret(value), want); }

function warnings(value: string): string {
  // For localhost, secrets in the configuration cause no warning.
  const out = compiled(withSecret(value).replace("{", '{"redirect_uri":"http://localhost/cb",'));
  equal(out.errors.join("; "), "");
  return out.warnings.join("; ");
}

function kept(members: string): string {
  const contents = browser(members).contents;
  return (contents.accessToken ? "access " : "") + (contents.idToken ? "id " : "") + (contents.rawIdToken ? "raw " : "") + (contents.user ? "user " : "");
}

/** The cookie names over https, and those over http. */
function names(session: string): string {
  const cookies = session.length > 0 ? browserWith(session).cookies : browser().cookies, secure = cookies.secureNames, plain = cookies.plainNames;
  return text(secure.session) + " " + text(secure.flow) + " " + text(secure.login) + " | " + text(plain.session) + " " + text(plain.flow) + " " + text(plain.login);
}
