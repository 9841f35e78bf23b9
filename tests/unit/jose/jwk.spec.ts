import { algorithmNamed } from "../../../assembly/jose/algorithm";
import { Jwk, JwkFault, readJwk } from "../../../assembly/jose/jwk";
import { parse } from "../../../assembly/json/parser";
import { equal, equalInt, isFalse, isTrue, text, utf8 } from "../check";
import { EC_X, EC_Y, ED_X, RSA_1024_N, RSA_N } from "./fixtures.as";
import { ecJwk, edJwk, rsaJwk } from "./tokens.as";

export function a_public_rsa_key_is_read(): void {
  const jwk = reads(rsaJwk("\"kid\":\"r1\",\"alg\":\"RS256\",\"use\":\"sig\","));
  const kid = jwk.kid, algorithm = jwk.algorithm;
  equal(kid == null ? "(none)" : text(kid), "r1");
  equal(algorithm == null ? "(any)" : algorithm.name, "RS256");
}

export function kid_use_and_alg_are_optional(): void {
  const jwk = reads(ecJwk(""));
  isTrue(jwk.kid == null && jwk.algorithm == null, "no kid, no alg");
  reads(edJwk(""));
}

export function unknown_members_are_ignored(): void { reads(rsaJwk("\"x5t\":\"abc\",\"x5c\":[\"MIIC\"],\"ext\":true,\"iat\":1,")); }

export function a_key_fits_the_algorithms_of_its_family_and_curve_only(): void {
  fits(rsaJwk(""), "RS256 RS384 RS512 PS256 PS384 PS512");
  fits(ecJwk(""), "ES256");
  fits(edJwk(""), "EdDSA Ed25519");
}

export function duty_46_a_key_with_an_alg_fits_that_algorithm_only(): void {
  fits(rsaJwk("\"alg\":\"RS256\","), "RS256");
  fits(rsaJwk("\"alg\":\"PS512\","), "PS512");
  fits(ecJwk("\"alg\":\"ES256\","), "ES256");
  fits(edJwk("\"alg\":\"EdDSA\","), "EdDSA Ed25519");
}

export function duty_44_no_public_key_fits_a_symmetric_algorithm(): void {
  const keys = [rsaJwk(""), ecJwk(""), edJwk("")];
  for (let i = 0; i < keys.length; i++) {
    for (let k = 0; k < 3; k++) isFalse(reads(keys[i]).fits(algorithmNamed(utf8(["HS256", "HS384", "HS512"][k]))!), keys[i].substring(0, 20));
  }
}

export function duty_44_an_alg_of_another_family_makes_a_key_useless(): void {
  fits(rsaJwk("\"alg\":\"ES256\","), "");
  fits(rsaJwk("\"alg\":\"HS256\","), "");
  fits(ecJwk("\"alg\":\"ES384\","), "");
  fits(edJwk("\"alg\":\"RS256\","), "");
}

export function duty_52_a_key_for_encryption_is_not_used(): void {
  refuses(rsaJwk("\"use\":\"enc\","), JwkFault.NotForSignatures);
  refuses(rsaJwk("\"use\":\"SIG\","), JwkFault.NotForSignatures);
  refuses(rsaJwk("\"use\":\"\","), JwkFault.NotForSignatures);
  refuses(rsaJwk("\"use\":[\"sig\"],"), JwkFault.NotForSignatures);
  refuses(rsaJwk("\"alg\":\"RSA-OAEP\","), JwkFault.NotForSignatures);
}

export function duty_52_a_key_whose_key_ops_lacks_verify_is_not_used(): void {
  reads(rsaJwk("\"key_ops\":[\"verify\"],"));
  reads(rsaJwk("\"key_ops\":[\"sign\",\"verify\"],"));
  refuses(rsaJwk("\"key_ops\":[\"encrypt\"],"), JwkFault.NotForSignatures);
  refuses(rsaJwk("\"key_ops\":\"verify\","), JwkFault.NotForSignatures);
  refuses(rsaJwk("\"key_ops\":[1,null,{\"verify\":1}],"), JwkFault.NotForSignatures);
  refuses(rsaJwk("\"use\":\"enc\",\"key_ops\":[\"verify\"],"), JwkFault.NotForSignatures);
}

export function a_key_with_an_unknown_algorithm_is_not_used(): void {
  const values = ["\"none\"", "\"RS1\"", "\"rs256\"", "\"ES256K\"", "1", "\"\"", "[\"RS256\"]"];
  for (let i = 0; i < values.length; i++) refuses(rsaJwk("\"alg\":" + values[i] + ","), JwkFault.NotForSignatures);
}

export function duty_52_a_private_key_is_not_used(): void {
  refuses(rsaJwk("\"d\":\"AQAB\","), JwkFault.Private);
  refuses(ecJwk("\"d\":\"" + EC_X + "\","), JwkFault.Private);
  refuses(rsaJwk("\"oth\":[{\"r\":\"AQ\",\"d\":\"AQ\",\"t\":\"AQ\"}],"), JwkFault.Private);
  refuses(edJwk("\"d\":\"\","), JwkFault.Private);
  refuses(edJwk("\"d\":{},"), JwkFault.Private);
}

export function duty_52_a_shared_secret_in_a_public_document_is_not_used(): void {
  refuses("{\"kty\":\"oct\",\"k\":\"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY\",\"alg\":\"HS256\"}", JwkFault.Symmetric);
}

export function a_key_of_an_unknown_type_is_not_used(): void {
  const keys = ["{}", "{\"kty\":\"rsa\"}", "{\"kty\":\"EC\"}", "{\"kty\":\"\"}", "{\"kty\":1}", "{\"kty\":null}", "{\"kty\":[\"RSA\"]}", "{\"kty\":\"DH\"}", "{\"n\":\"AQAB\",\"e\":\"AQAB\"}",
    "{\"kty\":\"EC\",\"crv\":\"secp256k1\"}", "{\"kty\":\"EC\",\"crv\":\"p-256\"}", "{\"kty\":\"EC\",\"crv\":256}", "{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"" + ED_X + "\"}", "{\"kty\":\"OKP\",\"crv\":\"Ed448\"}", "{\"kty\":\"OKP\"}"];
  for (let i = 0; i < keys.length; i++) refuses(keys[i], JwkFault.UnknownType);
}

export function a_value_that_is_not_an_object_is_refused(): void {
  const values = ["null", "1", "\"RSA\"", "[]", "true", "[{\"kty\":\"RSA\"}]"];
  for (let i = 0; i < values.length; i++) refuses(values[i], JwkFault.NotAnObject);
}

export function a_member_that_is_null_or_an_empty_list_counts_as_absent(): void {
  const members = ["\"kid\":null,", "\"use\":null,", "\"alg\":null,", "\"key_ops\":null,", "\"key_ops\":[],", "\"d\":null,", "\"p\":null,\"q\":null,\"dp\":null,\"dq\":null,\"qi\":null,\"oth\":null,", "\"oth\":[],"];
  for (let i = 0; i < members.length; i++) {
    const jwk = reads(rsaJwk(members[i]));
    isTrue(jwk.kid == null && jwk.algorithm == null, members[i]);
  }
  refuses("{\"kty\":\"RSA\",\"n\":null,\"e\":\"AQAB\"}", JwkFault.BadKey);
  refuses("{\"kty\":\"EC\",\"crv\":null,\"x\":\"" + EC_X + "\",\"y\":\"" + EC_Y + "\"}", JwkFault.UnknownType);
}

export function members_may_be_in_standard_base64_and_with_padding(): void {
  const want = spki(rsaJwk("")), n = RSA_N.replaceAll("-", "+").replaceAll("_", "/");
  isTrue(n != RSA_N, "a modulus that is written differently");
  const written = [RSA_N + "==", RSA_N + "=", n, n + "=="];
  for (let i = 0; i < written.length; i++) equal(spki("{\"kty\":\"RSA\",\"n\":\"" + written[i] + "\",\"e\":\"AQAB\"}"), want);
  equal(spki(ec("P-256", EC_X + "=", EC_Y + "=")), spki(ecJwk("")));
}

export function coordinates_may_lack_leading_zeros_or_have_one_too_many(): void {
  const full = "APGWMIDiwaEN5GXgj5jDUvAyCBq3MhZ1FyhvwjoOW7I", y = "3lIUh0nNRvWhObJmvSr0gMElLr0QPXHAJ9Godit-wQ0";
  const short = "8ZYwgOLBoQ3kZeCPmMNS8DIIGrcyFnUXKG_COg5bsg", long = "AADxljCA4sGhDeRl4I-Yw1LwMggatzIWdRcob8I6Dluy";
  equal(spki(ec("P-256", short, y)), spki(ec("P-256", full, y)));
  refuses(ec("P-256", short, EC_Y), JwkFault.BadKey);
  equal(spki(ec("P-256", long, y)), spki(ec("P-256", full, y)));
  refuses(ec("P-256", "AAAA8ZYwgOLBoQ3kZeCPmMNS8DIIGrcyFnUXKG_COg5bsg", y), JwkFault.BadKey);
  refuses(ec("P-256", "AQDxljCA4sGhDeRl4I-Yw1LwMggatzIWdRcob8I6Dluy", y), JwkFault.BadKey);
}

export function members_that_are_not_base64_are_refused(): void {
  refuses("{\"kty\":\"RSA\",\"n\":\"" + RSA_N + "===\",\"e\":\"AQAB\"}", JwkFault.BadMember);
  refuses("{\"kty\":\"RSA\",\"n\":\"=" + RSA_N + "\",\"e\":\"AQAB\"}", JwkFault.BadMember);
  refuses("{\"kty\":\"RSA\",\"n\":\"" + RSA_N + "\",\"e\":\"AQ B\"}", JwkFault.BadMember);
  refuses("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" + EC_X + "\\n\",\"y\":\"" + EC_Y + "\"}", JwkFault.BadMember);
  refuses("{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" + ED_X.substring(0, 42) + "*\"}", JwkFault.BadMember);
}

export function duty_52_weak_rsa_keys_are_not_used(): void {
  refuses("{\"kty\":\"RSA\",\"n\":\"" + RSA_1024_N + "\",\"e\":\"AQAB\"}", JwkFault.BadKey);
  const exponents = ["", "AA", "AQ", "Ag", "AAAA", "AQAA", "AQAAAAE"]; // none, 0, 1, 2, 0 again, 65536, too large
  for (let i = 0; i < exponents.length; i++) refuses("{\"kty\":\"RSA\",\"n\":\"" + RSA_N + "\",\"e\":\"" + exponents[i] + "\"}", JwkFault.BadKey);
  refuses("{\"kty\":\"RSA\",\"e\":\"AQAB\"}", JwkFault.BadKey);
  refuses("{\"kty\":\"RSA\",\"n\":[],\"e\":\"AQAB\"}", JwkFault.BadKey);
}

export function duty_52_points_that_are_not_on_the_curve_are_not_used(): void {
  refuses(ec("P-256", EC_X, EC_X), JwkFault.BadKey);
  refuses(ec("P-256", EC_Y, EC_X), JwkFault.BadKey);
  refuses(ec("P-384", EC_X, EC_Y), JwkFault.BadKey);
  refuses(ec("P-521", EC_X, EC_Y), JwkFault.BadKey);
  refuses(ec("P-256", "", ""), JwkFault.BadKey);
  refuses(ec("P-256", "A".repeat(43), "A".repeat(43)), JwkFault.BadKey);
  refuses(ec("P-256", "__________________________________________8", EC_Y), JwkFault.BadKey);
  refuses(ec("P-256", EC_X.substring(0, 42), EC_Y), JwkFault.BadMember);
  refuses("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" + EC_X + "\"}", JwkFault.BadKey);
}

export function duty_52_ed25519_keys_of_another_size_or_small_order_are_not_used(): void {
  refuses("{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"\"}", JwkFault.BadKey);
  refuses("{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" + ED_X.substring(0, 40) + "\"}", JwkFault.BadKey);
  refuses("{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" + "A".repeat(43) + "\"}", JwkFault.BadKey);
  refuses("{\"kty\":\"OKP\",\"crv\":\"Ed25519\"}", JwkFault.BadKey);
}

export function duty_48_a_key_id_that_is_not_a_string_of_at_most_512_bytes_is_refused(): void {
  reads(rsaJwk("\"kid\":\"" + "k".repeat(512) + "\","));
  refuses(rsaJwk("\"kid\":\"" + "k".repeat(513) + "\","), JwkFault.BadMember);
  refuses(rsaJwk("\"kid\":1,"), JwkFault.BadMember);
  refuses(rsaJwk("\"kid\":[\"a\"],"), JwkFault.BadMember);
}

const ALL = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519", "HS256", "HS384", "HS512"];

function ec(curve: string, x: string, y: string): string { return `{"kty":"EC","crv":"${curve}","x":"${x}","y":"${y}"}`; }

function spki(document: string): string { return reads(document).key.spki().toString(); }

function reads(document: string): Jwk {
  const json = parse(utf8(document), 8192).value;
  const jwk = readJwk(json, json.root);
  isFalse(jwk.failed, "refused " + document.substring(0, 60));
  return jwk.value;
}

function refuses(document: string, code: JwkFault): void {
  const json = parse(utf8(document), 8192).value;
  const fault = readJwk(json, json.root).fault;
  if (fault == null) return assert(false, "accepted " + document.substring(0, 60));
  equalInt(fault.code, code);
}

function fits(document: string, want: string): void {
  const jwk = reads(document), names: string[] = [];
  for (let i = 0; i < ALL.length; i++) if (jwk.fits(algorithmNamed(utf8(ALL[i]))!)) names.push(ALL[i]);
  equal(names.join(" "), want);
}
