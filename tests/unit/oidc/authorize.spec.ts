import { EMPTY } from "../../../assembly/bytes/bytes";
import { AuthorizationRequest, authorizationUrl, RESERVED_PARAMETERS } from "../../../assembly/oidc/authorize";
import { endSessionUrl, endSessionUrlWithoutHint } from "../../../assembly/oidc/end_session";
import { codeChallenge } from "../../../assembly/oidc/pkce";
import { ascii, equal, equalInt, isFalse, isTrue, text, utf8 } from "../check";
import { urlOf } from "./calls.as";

// Authorization request.
export function duty_10_every_request_has_state_nonce_and_an_s256_challenge(): void {
  equal(url("https://idp.example.com/auth", request()), "https://idp.example.com/auth?response_type=code&client_id=me&redirect_uri=https%3A%2F%2Fapp.example.com%2Fcb%3Fa%3Db" +
    "&scope=openid%20profile&state=s-t_a.te~&nonce=n%2B&code_challenge=c&code_challenge_method=S256");
}

export function the_query_of_the_endpoint_comes_first(): void {
  const endpoints = ["https://idp.example.com/auth?p=b2c&q", "https://idp.example.com/auth?", "https://idp.example.com/auth?p=1&", "https://idp.example.com"];
  const starts = ["/auth?p=b2c&q&response_type=code&", "/auth?response_type=code&", "/auth?p=1&response_type=code&", "?response_type=code&"];
  for (let i = 0; i < endpoints.length; i++) {
    const got = url(endpoints[i], request());
    isTrue(got.startsWith("https://idp.example.com" + starts[i]), got);
  }
}

export function form_post_sets_the_response_mode(): void {
  const r = request();
  r.formPost = true;
  isTrue(url("https://idp.example.com/auth", r).endsWith("&code_challenge_method=S256&response_mode=form_post"), "form_post");
}

export function duty_28_configured_parameters_are_appended_encoded(): void {
  const r = request();
  r.extra = [ascii("acr_values"), ascii("gold silver"), ascii("x[y]&"), utf8("\u00e9=&\r\n"), ascii("prompt"), ascii("login")];
  isTrue(url("https://idp.example.com/auth", r).endsWith("&acr_values=gold%20silver&x%5By%5D%26=%C3%A9%3D%26%0D%0A&prompt=login"), url("https://idp.example.com/auth", r));
}

export function a_silent_request_has_prompt_none_only(): void {
  const r = request();
  r.silent = true;
  isTrue(url("https://idp.example.com/auth", r).endsWith("&code_challenge_method=S256&prompt=none"), "without a configured one");
  r.extra = [ascii("prompt"), ascii("login"), ascii("a"), ascii("b"), ascii("prompt"), ascii("consent")];
  isTrue(url("https://idp.example.com/auth", r).endsWith("&code_challenge_method=S256&a=b&prompt=none"), "in place of a configured one");
}

export function duty_20_no_value_can_add_a_parameter_or_end_the_line(): void {
  const r = request(), odd = utf8("x&state=evil#\r\nset-cookie: a\0\"<>");
  r.clientId = odd;
  r.redirectUri = odd;
  r.scope = odd;
  r.state = odd;
  r.nonce = odd;
  r.codeChallenge = odd;
  r.extra = [odd, odd];
  const got = url("https://idp.example.com/auth", r);
  isFalse(got.includes("state=evil") || got.includes("#") || got.includes("\r") || got.includes("\n") || got.includes("\0") || got.includes("\"") || got.includes("<"), got);
}

export function duty_20_the_parameters_that_the_filter_sets_are_reserved(): void {
  const own = ["response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "code_challenge", "code_challenge_method", "response_mode", "request", "request_uri"];
  for (let i = 0; i < own.length; i++) isTrue(RESERVED_PARAMETERS.includes(own[i]), own[i]);
  isFalse(RESERVED_PARAMETERS.includes("prompt") || RESERVED_PARAMETERS.includes("max_age"), "prompt and max_age are not reserved");
}

// PKCE.
export function duty_10_the_code_challenge_matches_rfc_7636_appendix_b(): void {
  equal(text(codeChallenge(ascii("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"))), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

export function duty_11_the_challenge_method_is_always_s256(): void {
  const got = url("https://idp.example.com/auth?code_challenge_methods_supported=plain", request());
  isTrue(got.includes("&code_challenge_method=S256") && !got.includes("code_challenge_method=plain"), got);
}

// Logout request.
export function duty_117_a_logout_request_has_the_client_the_hint_and_the_configured_parameters(): void {
  const endpoint = urlOf("https://idp.example.com/logout?tenant=a");
  equal(text(endSessionUrl(endpoint, ascii("me"), ascii("a.b.c"), ascii("https://app.example.com/bye?x=1"), ascii("s+t"))),
    "https://idp.example.com/logout?tenant=a&client_id=me&id_token_hint=a.b.c&post_logout_redirect_uri=https%3A%2F%2Fapp.example.com%2Fbye%3Fx%3D1&state=s%2Bt");
  equal(text(endSessionUrl(endpoint, ascii("me"), ascii("a.b.c"), EMPTY, EMPTY)), "https://idp.example.com/logout?tenant=a&client_id=me&id_token_hint=a.b.c");
  equal(text(endSessionUrl(urlOf("https://idp.example.com/logout"), ascii("m&e"), ascii("t"), ascii("https://b"), EMPTY)), "https://idp.example.com/logout?client_id=m%26e&id_token_hint=t&post_logout_redirect_uri=https%3A%2F%2Fb");
}

export function an_id_token_hint_that_is_too_long_is_left_out(): void {
  const endpoint = urlOf("https://idp.example.com/logout"), uri = ascii("https://b");
  const around = endSessionUrl(endpoint, ascii("me"), ascii("t"), uri, EMPTY).length - 1;
  equalInt(endSessionUrl(endpoint, ascii("me"), ascii("t".repeat(2048 - around)), uri, EMPTY).length, 2048);
  equal(text(endSessionUrl(endpoint, ascii("me"), ascii("t".repeat(2049 - around)), uri, EMPTY)), "https://idp.example.com/logout?client_id=me&post_logout_redirect_uri=https%3A%2F%2Fb");
}

export function duty_117_a_logout_request_without_a_hint_names_only_the_client(): void {
  equal(text(endSessionUrlWithoutHint(urlOf("https://idp.example.com/logout?tenant=a"), ascii("m&e"))), "https://idp.example.com/logout?tenant=a&client_id=m%26e");
}

function request(): AuthorizationRequest {
  const r = new AuthorizationRequest();
  r.clientId = ascii("me");
  r.redirectUri = ascii("https://app.example.com/cb?a=b");
  r.scope = ascii("openid profile");
  r.state = ascii("s-t_a.te~");
  r.nonce = ascii("n+");
  r.codeChallenge = ascii("c");
  return r;
}

function url(endpoint: string, r: AuthorizationRequest): string { return text(authorizationUrl(urlOf(endpoint), r)); }
