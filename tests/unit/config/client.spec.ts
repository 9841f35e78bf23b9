import { encodeBase64, decodeBase64url } from "../../../assembly/bytes/base64";
import { ByteWriter } from "../../../assembly/bytes/writer";
import { NativeSigner, setNativeSigner } from "../../../assembly/crypto/arithmetic/native";
import { PrivateKeyFault, privateKeyFaultText } from "../../../assembly/crypto/keys/private_key";
import { Callout, Endpoint } from "../../../assembly/http/callout";
import { readUrl } from "../../../assembly/http/url";
import { Client, AssertionContext } from "../../../assembly/oidc/client_auth";
import { contains, equal, equalInt, filled, isTrue, text, utf8 } from "../check";
import { EC_PKCS8_PEM, RSA_PKCS8 } from "../crypto/private_keys.as";
import { RSA_PEM } from "../jose/fixtures.as";
import { compiled, config, configOf, DISCOVERY, errors, refused, refusedOf } from "./compiled.as";
import { browser, browserOf, refusedLogin, SESSION, warnedLogin } from "./login.as";

const RSA = '"client_rsa_private_key":"' + json("-----BEGIN PRIVATE KEY-----\n" + text(encodeBase64(RSA_PKCS8)) + "\n-----END PRIVATE KEY-----") + '"';
const EC = '"client_rsa_private_key":"' + json(EC_PKCS8_PEM) + '"';
const BY_KEY = '"token_endpoint_auth_method":"private_key_jwt",';
const BY_SECRET = '"token_endpoint_auth_method":"client_secret_jwt",';
const LONG = '"client_id":"app","client_secret":"a-client-secret-of-more-than-thirty-two-bytes"';
const PUBLIC = "{" + DISCOVERY + ',"client_id":"app",' + SESSION;

// The method of each endpoint.
export function the_default_method_is_client_secret_basic(): void {
  equal(proof(browser().client), "basic ");
  equal(proof(browser('"token_endpoint_auth_method":"client_secret_post"').client), "client_id=app&client_secret=the-secret-of-the-client");
  equal(proof(browserOf(PUBLIC + ',"token_endpoint_auth_method":"none"}').client), "client_id=app");
}

export function each_endpoint_has_its_own_method(): void {
  const c = configOf("{" + DISCOVERY + "," + LONG + "," + SESSION + ',"token_endpoint_auth_method":"client_secret_post","introspection_endpoint_auth_method":"client_secret_basic"}'), b = c.browser;
  equal(b == null ? "-" : proof(b.client), "client_id=app&client_secret=a-client-secret-of-more-than-thirty-two-bytes");
  equal(proof(c.client), "basic ");
  equal(proof(configOf("{" + DISCOVERY + "," + LONG + "," + SESSION + ',"introspection_endpoint_auth_method":"client_secret_post"}').client), "client_id=app&client_secret=a-client-secret-of-more-than-thirty-two-bytes");
}

export function a_client_without_a_secret_does_not_introspect_by_default(): void {
  isTrue(configOf(PUBLIC + ',"token_endpoint_auth_method":"none"}').client == null, "none");
  isTrue(configOf(PUBLIC + "," + BY_KEY + RSA + "}").client == null, "by key");
  isTrue(config('"client_id":"app"').client == null, "bearer only");
}

export function a_method_that_uses_the_secret_requires_it(): void {
  const want = "client_secret: is required for the browser login; a public client (PKCE alone) sets token_endpoint_auth_method to \"none\"", ways = ["client_secret_basic", "client_secret_post", "client_secret_jwt"];
  for (let i = 0; i < ways.length; i++) refusedOf(PUBLIC + ',"token_endpoint_auth_method":"' + ways[i] + '"}', want);
  refusedOf("{" + DISCOVERY + "," + SESSION + ',"client_secret":"x"}', "client_id: is required for the browser login");
  refused('"client_id":"app","introspection_endpoint_auth_method":"client_secret_jwt"', "client_secret: is required: the introspection endpoint authenticates its callers");
  refusedOf(PUBLIC + ',"token_endpoint_auth_method":"none","revocation_endpoint_auth_method":"client_secret_post"}', "client_secret: is required for revocation_endpoint_auth_method");
  refusedLogin('"token_endpoint_auth_method":"tls_client_auth"', 'token_endpoint_auth_method: expected one of client_secret_basic, client_secret_post, private_key_jwt, client_secret_jwt, none, found "tls_client_auth"');
}

// Assertions.
export function duty_34_the_key_signs_with_the_algorithm_that_fits_it(): void {
  setNativeSigner(new AnySigner());
  const rsa = assertion(browser(BY_KEY + RSA).client);
  equal(rsa.header, '{"alg":"RS256","typ":"JWT"}');
  contains(rsa.claims, '"aud":"https://idp.example.com/token"');
  contains(rsa.claims, '"iat":1000,"exp":1060}');
  const chosen = assertion(browser(BY_KEY + RSA + ',"client_jwt_assertion_alg":"RS512","client_rsa_private_key_id":"k1","client_jwt_assertion_expires_in":5,"client_jwt_assertion_audience":"https://idp.example.com"').client);
  equal(chosen.header, '{"alg":"RS512","typ":"JWT","kid":"k1"}');
  contains(chosen.claims, '"aud":"https://idp.example.com"');
  contains(chosen.claims, '"exp":1005}');
  equal(assertion(browser(BY_KEY + EC).client).header, '{"alg":"ES256","typ":"JWT"}');
}

export function duty_34_the_secret_signs_with_hs256_unless_another_algorithm_is_configured(): void {
  equal(assertion(browserOf(longSecret(BY_SECRET + '"realm":"a"')).client).header, '{"alg":"HS256","typ":"JWT"}');
  equal(assertion(browserOf(longSecret(BY_SECRET + '"client_jwt_assertion_alg":"HS384"').replace("thirty-two-bytes", "thirty-two-bytes-for-384")).client).header, '{"alg":"HS384","typ":"JWT"}');
}

export function introspection_with_private_key_jwt_needs_no_secret(): void {
  setNativeSigner(new AnySigner());
  const introspection = '"client_id":"app","introspection_endpoint":"https://idp.example.com/i","introspection_endpoint_auth_method":"private_key_jwt"';
  equal(assertion(config(introspection + "," + EC).client).header, '{"alg":"ES256","typ":"JWT"}');
  refused(introspection, "client_rsa_private_key: is required for private_key_jwt");
}

export function an_algorithm_that_does_not_fit_is_refused(): void {
  const rsa = ["ES256", "ES384", "ES512", "HS256", "HS512"], ec = ["RS256", "ES384", "ES512", "HS256"], secret = ["RS256", "ES256"];
  for (let i = 0; i < rsa.length; i++) refusedLogin(BY_KEY + RSA + ',"client_jwt_assertion_alg":"' + rsa[i] + '"', "client_jwt_assertion_alg: " + rsa[i] + " does not go with private_key_jwt and this key");
  for (let i = 0; i < ec.length; i++) refusedLogin(BY_KEY + EC + ',"client_jwt_assertion_alg":"' + ec[i] + '"', "client_jwt_assertion_alg: " + ec[i] + " does not go with private_key_jwt and this key");
  for (let i = 0; i < secret.length; i++) refusedOf(longSecret(BY_SECRET + '"client_jwt_assertion_alg":"' + secret[i] + '"'), "client_jwt_assertion_alg: " + secret[i] + " does not go with client_secret_jwt");
  const both = ',"introspection_endpoint_auth_method":"private_key_jwt",' + RSA + ',"client_jwt_assertion_alg":"ES256"';
  refusedLogin('"token_endpoint_auth_method":"private_key_jwt"' + both, "client_jwt_assertion_alg: ES256 does not go with private_key_jwt and this key");
}

export function duty_43_an_unsigned_assertion_cannot_be_configured(): void {
  const names = ["none", "PS256", "EdDSA", "rs256", "", "RS1"];
  for (let i = 0; i < names.length; i++) {
    const found = errors('"introspection_endpoint_auth_method":"private_key_jwt","client_id":"app",' + RSA + ',"client_jwt_assertion_alg":"' + names[i] + '"');
    equalInt(found.length, 1);
    isTrue(found[0].startsWith(names[i].length == 0 ? "client_jwt_assertion_alg: must not be empty" : "client_jwt_assertion_alg: expected one of RS256, RS384, RS512, ES256, ES384, ES512, HS256, HS384, HS512"), found[0]);
  }
}

export function a_secret_that_signs_and_is_shorter_than_the_hash_is_refused(): void {
  refusedLogin(BY_SECRET + '"realm":"a"', "client_secret: expected at least 32 bytes for client_secret_jwt with HS256 (RFC 7518 §3.2), found 24");
  refusedLogin(BY_SECRET + '"introspection_endpoint_auth_method":"client_secret_jwt"', "client_secret: expected at least 32 bytes for client_secret_jwt with HS256 (RFC 7518 §3.2), found 24");
  refusedOf(longSecret(BY_SECRET + '"client_jwt_assertion_alg":"HS512"'), "client_secret: expected at least 64 bytes for client_secret_jwt with HS512 (RFC 7518 §3.2), found 45");
}

export function duty_34_the_lifetime_of_an_assertion_is_one_minute_at_most(): void {
  const values = ["0", "61", "3600", "-1", "1.5"];
  for (let i = 0; i < values.length; i++) refusedLogin(BY_KEY + RSA + ',"client_jwt_assertion_expires_in":' + values[i], "client_jwt_assertion_expires_in: expected a whole number from 1 to 60, found " + values[i]);
}

export function a_text_that_is_not_a_private_key_is_refused_with_the_reason(): void {
  key(json(RSA_PEM), privateKeyFaultText(PrivateKeyFault.Public));
  key("secret", privateKeyFaultText(PrivateKeyFault.Pem));
  key(json(EC_PKCS8_PEM.replaceAll("PRIVATE", "ENCRYPTED PRIVATE")), privateKeyFaultText(PrivateKeyFault.Encrypted));
  refusedLogin(BY_KEY + '"client_rsa_private_key":7', "client_rsa_private_key: expected a string, found a number");
  refusedLogin(BY_KEY + '"client_rsa_private_key_id":7', "client_rsa_private_key_id: expected a string, found a number; client_rsa_private_key: is required for private_key_jwt");
}

export function attributes_that_no_method_uses_cause_a_warning(): void {
  warnedLogin(RSA + ',"client_jwt_assertion_alg":7', "not used without private_key_jwt or client_secret_jwt: client_rsa_private_key, client_jwt_assertion_alg");
  equal(compiled('{"bearer_only":true,' + DISCOVERY + "," + RSA + "}").warnings.join("; "), "not used without private_key_jwt or client_secret_jwt: client_rsa_private_key");
}

function key(pem: string, want: string): void { refusedLogin(BY_KEY + '"client_rsa_private_key":"' + pem + '"', "client_rsa_private_key: " + want); }

function longSecret(members: string): string { return "{" + DISCOVERY + "," + LONG + "," + SESSION + "," + members + "}"; }

function json(pem: string): string { return pem.replaceAll("\n", "\\n"); }

/** The scheme of the Authorization header, if there is one, and the form. */
function proof(client: Client | null): string {
  if (client == null) return "no client";
  const url = readUrl(utf8("https://idp.example.com/token")).value, form = new ByteWriter();
  const call = new Callout("POST", new Endpoint(url, utf8("idp")));
  isTrue(client.authenticate(call, form, url, new AssertionContext(1000, filled(16, 7))), "the client proves itself");
  let scheme = "";
  for (let i = 0; i < call.pairs.length; i += 2) if (text(call.pairs[i]) == "authorization") scheme = text(call.pairs[i + 1]).split(" ")[0].toLowerCase() + " ";
  return scheme + text(form.done());
}

class Parts {
  constructor(readonly header: string, readonly claims: string) {}
}

function assertion(client: Client | null): Parts {
  const form = proof(client), at = form.indexOf("client_assertion=");
  isTrue(form.startsWith("client_id=app&client_assertion_type=") && at > 0, form);
  const parts = form.substring(at + 17).split(".");
  equalInt(parts.length, 3);
  return new Parts(text(decodeBase64url(utf8(parts[0])).value), text(decodeBase64url(utf8(parts[1])).value));
}

/** Returns a signature of the right form that verifies nothing: 256 bytes for an RSA key, a DER signature of two small numbers for an EC key. */
class AnySigner extends NativeSigner {
  sign(hashName: string, pkcs8: Uint8Array, data: Uint8Array): Uint8Array | null {
    if (pkcs8.length > 300) return filled(256, 1);
    const out = new Uint8Array(8);
    out[0] = 0x30; out[1] = 6; out[2] = 2; out[3] = 1; out[4] = 1; out[5] = 2; out[6] = 1; out[7] = 1;
    return out;
  }
}
