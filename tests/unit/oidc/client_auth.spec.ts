import { decodeBase64url } from "../../../assembly/bytes/base64";
import { EMPTY } from "../../../assembly/bytes/bytes";
import { ByteWriter } from "../../../assembly/bytes/writer";
import { ecdsaRawToDer } from "../../../assembly/crypto/elliptic/ecdsa_der";
import { Hash } from "../../../assembly/crypto/hash/hash";
import { hmac } from "../../../assembly/crypto/hash/hmac";
import { NativeSigner, setNativeSigner } from "../../../assembly/crypto/arithmetic/native";
import { PrivateKey, readPrivateKeyPem } from "../../../assembly/crypto/keys/private_key";
import { Callout } from "../../../assembly/http/callout";
import { Assertion, Client, ClientAuth, AssertionContext } from "../../../assembly/oidc/client_auth";
import { ascii, equal, equalBytes, equalInt, filled, isFalse, isTrue, text, utf8 } from "../check";
import { ES256_SIGNATURE, RS256_SIGNATURE } from "../crypto/keys.as";
import { EC_PKCS8_PEM, pem, RSA_DER } from "../crypto/private_keys.as";
import { base64url } from "../jose/tokens.as";
import { endpointOf, NOW, assertionContext, pair, urlOf, withoutRandomness } from "./calls.as";

const ENDPOINT = "https://idp.example.com/token?tenant=a";
const JTI = "paWlpaWlpaWlpaWlpaWlpQ";

// Secrets.
export function duty_32_reserved_characters_in_basic_credentials_are_form_encoded(): void {
  const sent = send(new Client(utf8("a:b"), utf8("c:d+/"), ClientAuth.Basic), assertionContext());
  equal(pair(sent.call, "authorization"), "Basic YSUzQWI6YyUzQWQlMkIlMkY="); // a%3Ab:c%3Ad%2B%2F
  equal(sent.form, "");
}

export function duty_32_posted_credentials_are_in_the_body_only(): void {
  const sent = send(new Client(utf8("a:b"), utf8("c&d=+/"), ClientAuth.Post), assertionContext());
  equal(sent.form, "client_id=a%3Ab&client_secret=c%26d%3D%2B%2F");
  equal(pair(sent.call, "authorization"), "");
}

export function a_public_client_sends_only_its_id(): void {
  const sent = send(new Client(utf8("a"), utf8("not to be sent"), ClientAuth.None), assertionContext());
  equal(sent.form, "client_id=a");
  equal(pair(sent.call, "authorization"), "");
}

export function secrets_need_no_randomness(): void {
  const ways = [ClientAuth.Basic, ClientAuth.Post, ClientAuth.None];
  for (let i = 0; i < ways.length; i++) isTrue(send(new Client(utf8("a"), utf8("b"), ways[i]), withoutRandomness()).proven, i.toString());
}

// client_secret_jwt.
export function duty_34_an_assertion_has_the_endpoint_as_audience_and_the_configured_lifetime(): void {
  const sent = send(bySecret("HS256", EMPTY), assertionContext());
  const jwt = assertionOf(sent);
  equal(decoded(jwt, 0), "{\"alg\":\"HS256\",\"typ\":\"JWT\"}");
  equal(decoded(jwt, 1), `{"iss":"me","sub":"me","aud":"${ENDPOINT}","jti":"${JTI}","iat":1700000000,"exp":1700000060}`);
  equal(jwt.split(".")[2], base64url(hmac(Hash.Sha256, utf8("secret"), ascii(inputOf(jwt)))));
  isTrue(sent.form.startsWith("client_id=me&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=ey"), sent.form);
}

export function duty_32_an_assertion_is_never_sent_together_with_the_secret(): void {
  const sent = send(bySecret("HS256", EMPTY), assertionContext());
  equal(pair(sent.call, "authorization"), "");
  isFalse(sent.form.includes("client_secret="), "in the body");
}

export function hs512_is_signed_with_sha_512(): void {
  const jwt = assertionOf(send(bySecret("HS512", EMPTY), assertionContext()));
  equal(jwt.split(".")[2], base64url(hmac(Hash.Sha512, utf8("secret"), ascii(inputOf(jwt)))));
}

export function duty_34_a_configured_audience_replaces_the_endpoint(): void {
  const jwt = assertionOf(send(bySecret("HS256", utf8("https://idp.example.com")), assertionContext()));
  isTrue(decoded(jwt, 1).includes(`"aud":"https://idp.example.com","jti"`), decoded(jwt, 1));
}

export function duty_34_every_call_has_its_own_assertion(): void {
  const client = bySecret("HS256", EMPTY);
  const one = assertionOf(send(client, new AssertionContext(NOW, filled(16, 1)))), other = assertionOf(send(client, new AssertionContext(NOW, filled(16, 2))));
  isTrue(one != other, "another jti");
}

export function duty_138_without_randomness_no_assertion_is_made(): void {
  setNativeSigner(new Recorder(RS256_SIGNATURE));
  const few: Uint8Array[] = [EMPTY, filled(1, 7), filled(15, 7)];
  for (let i = 0; i < few.length; i++) {
    provesNothing(bySecret("HS256", EMPTY), new AssertionContext(NOW, few[i]));
    provesNothing(byKey("RS256", rsa()), new AssertionContext(NOW, few[i]));
  }
}

export function client_and_key_ids_are_escaped_as_json(): void {
  const odd = utf8("a\"b\\c\u0001\u001f\u00e9/");
  const client = new Client(odd, utf8("s"), ClientAuth.ClientSecretJwt, new Assertion(null, utf8("k\"1\\"), "HS256", EMPTY, 30));
  const jwt = assertionOf(send(client, assertionContext()));
  equal(decoded(jwt, 0), "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"k\\\"1\\\\\"}");
  isTrue(decoded(jwt, 1).startsWith("{\"iss\":\"a\\\"b\\\\c\\u0001\\u001f\u00e9/\",\"sub\":\"a\\\"b\\\\c\\u0001\\u001f\u00e9/\","), decoded(jwt, 1));
}

// private_key_jwt.
export function envoy_signs_the_assertion_with_the_key(): void {
  const names = ["RS256", "RS512"], hashes = ["sha256", "sha512"];
  for (let i = 0; i < names.length; i++) {
    const host = new Recorder(RS256_SIGNATURE), key = rsa();
    setNativeSigner(host);
    const jwt = assertionOf(send(byKey(names[i], key), assertionContext()));
    equal(decoded(jwt, 0), `{"alg":"${names[i]}","typ":"JWT","kid":"k1"}`);
    equal(decoded(jwt, 1), `{"iss":"me","sub":"me","aud":"${ENDPOINT}","jti":"${JTI}","iat":1700000000,"exp":1700000060}`);
    equal(jwt.split(".")[2], base64url(RS256_SIGNATURE));
    equal(host.hashName, hashes[i]);
    equalBytes(host.key, key.pkcs8);
    equal(text(host.data), inputOf(jwt));
  }
}

export function an_ecdsa_signature_of_envoy_is_converted_from_der_to_raw(): void {
  setNativeSigner(new Recorder(ecdsaRawToDer(ES256_SIGNATURE)));
  equal(assertionOf(send(byKey("ES256", ec()), assertionContext())).split(".")[2], base64url(ES256_SIGNATURE));
}

export function an_ecdsa_signature_that_is_not_der_is_not_sent(): void {
  const answers: Uint8Array[] = [ES256_SIGNATURE, RS256_SIGNATURE, ecdsaRawToDer(filled(96, 1)), EMPTY];
  for (let i = 0; i < answers.length; i++) {
    setNativeSigner(new Recorder(answers[i]));
    provesNothing(byKey("ES256", ec()), assertionContext());
  }
}

export function without_a_signature_of_envoy_no_assertion_is_made(): void {
  setNativeSigner(null);
  provesNothing(byKey("RS256", rsa()), assertionContext());
  setNativeSigner(new Recorder(null));
  provesNothing(byKey("RS256", rsa()), assertionContext());
  setNativeSigner(new Recorder(EMPTY));
  provesNothing(byKey("RS256", rsa()), assertionContext());
}

export function an_algorithm_that_does_not_fit_the_key_signs_nothing(): void {
  const host = new Recorder(ecdsaRawToDer(ES256_SIGNATURE)), names = ["ES512", "ES384", "RS256", "PS256", "EdDSA", "HS256", "none", "", "es256"];
  setNativeSigner(host);
  for (let i = 0; i < names.length; i++) provesNothing(byKey(names[i], ec()), assertionContext());
  const others = ["ES256", "PS256", "HS256", "rs256"];
  for (let i = 0; i < others.length; i++) provesNothing(byKey(others[i], rsa()), assertionContext());
  equalInt(host.data.length, 0);
}

export function duty_44_a_private_key_is_never_used_as_secret_and_a_secret_never_as_key(): void {
  setNativeSigner(new Recorder(RS256_SIGNATURE));
  provesNothing(new Client(utf8("me"), utf8("secret"), ClientAuth.ClientSecretJwt, new Assertion(rsa(), EMPTY, "RS256", EMPTY, 60)), assertionContext());
  provesNothing(new Client(utf8("me"), utf8("secret"), ClientAuth.PrivateKeyJwt, new Assertion(null, EMPTY, "RS256", EMPTY, 60)), assertionContext());
  provesNothing(new Client(utf8("me"), utf8("secret"), ClientAuth.PrivateKeyJwt, new Assertion(null, EMPTY, "HS256", EMPTY, 60)), assertionContext());
}

export function without_settings_no_assertion_is_made(): void {
  provesNothing(new Client(utf8("me"), utf8("secret"), ClientAuth.ClientSecretJwt), assertionContext());
  provesNothing(new Client(utf8("me"), utf8("secret"), ClientAuth.PrivateKeyJwt), assertionContext());
}

export function an_assertion_fits_only_methods_and_algorithms_of_its_kind(): void {
  isTrue(new Assertion(rsa(), EMPTY, "RS512", EMPTY, 60).fits(ClientAuth.PrivateKeyJwt), "RS512 with RSA");
  isTrue(new Assertion(ec(), EMPTY, "ES256", EMPTY, 60).fits(ClientAuth.PrivateKeyJwt), "ES256 with P-256");
  isTrue(new Assertion(null, EMPTY, "HS512", EMPTY, 60).fits(ClientAuth.ClientSecretJwt), "HS512");
  isFalse(new Assertion(ec(), EMPTY, "ES512", EMPTY, 60).fits(ClientAuth.PrivateKeyJwt), "ES512 with P-256");
  isFalse(new Assertion(rsa(), EMPTY, "RS256", EMPTY, 60).fits(ClientAuth.Basic), "a secret needs none");
}

/** A native signer that returns the given signature and records its arguments. */
class Recorder extends NativeSigner {
  hashName: string = "";
  key: Uint8Array = EMPTY;
  data: Uint8Array = EMPTY;
  constructor(private readonly signature: Uint8Array | null) { super(); }

  sign(hashName: string, pkcs8: Uint8Array, data: Uint8Array): Uint8Array | null {
    this.hashName = hashName;
    this.key = pkcs8;
    this.data = data;
    return this.signature;
  }
}

class Sent {
  constructor(readonly proven: bool, readonly call: Callout, readonly form: string) {}
}

function send(client: Client, assertionContext: AssertionContext): Sent {
  const call = new Callout("POST", endpointOf(ENDPOINT)), form = new ByteWriter();
  const proven = client.authenticate(call, form, urlOf(ENDPOINT), assertionContext);
  return new Sent(proven, call, text(form.done()));
}

function provesNothing(client: Client, assertionContext: AssertionContext): void {
  const sent = send(client, assertionContext);
  isFalse(sent.proven, "proven");
  equal(sent.form + pair(sent.call, "authorization"), "");
}

function assertionOf(sent: Sent): string {
  isTrue(sent.proven, "not proven");
  return sent.form.split("client_assertion=")[1];
}

function inputOf(jwt: string): string { return jwt.slice(0, jwt.lastIndexOf(".")); }
function decoded(jwt: string, part: i32): string { return text(decodeBase64url(ascii(jwt.split(".")[part])).value); }

function bySecret(algorithm: string, audience: Uint8Array): Client {
  return new Client(utf8("me"), utf8("secret"), ClientAuth.ClientSecretJwt, new Assertion(null, EMPTY, algorithm, audience, 60));
}

function byKey(algorithm: string, key: PrivateKey): Client {
  return new Client(utf8("me"), EMPTY, ClientAuth.PrivateKeyJwt, new Assertion(key, utf8("k1"), algorithm, EMPTY, 60));
}

function rsa(): PrivateKey { return readPrivateKeyPem(ascii(pem("RSA PRIVATE KEY", [base64url(RSA_DER).replaceAll("-", "+").replaceAll("_", "/") + "=".repeat((3 - RSA_DER.length % 3) % 3)]))).value; }
function ec(): PrivateKey { return readPrivateKeyPem(ascii(EC_PKCS8_PEM)).value; }
