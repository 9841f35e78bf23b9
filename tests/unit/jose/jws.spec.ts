import { algorithmNamed, algorithmNames, asymmetricAlgorithms } from "../../../assembly/jose/algorithm";
import { readJwks } from "../../../assembly/jose/jwks";
import { Jws, JwsFault, MAX_TOKEN, readJws } from "../../../assembly/jose/jws";
import { SecretKey } from "../../../assembly/crypto/encoding/key";
import { ascii, equal, equalInt, isFalse, isTrue, text, utf8 } from "../check";
import { EDDSA_O1, ES256_E1, PAYLOAD, PS256_R1, RS256_NO_KID, RS256_R1 } from "./fixtures.as";
import { base64url, ecJwk, edJwk, encoded, hs256, hs256Of, jwks, rsaJwk, SECRET } from "./tokens.as";

const HEADER = "{\"alg\":\"RS256\",\"kid\":\"r1\",\"typ\":\"at+jwt\"}";

// The header.
export function algorithm_key_id_and_type_are_read(): void {
  const jws = reads(HEADER);
  const kid = jws.kid, typ = jws.typ;
  equal(jws.algorithm.name, "RS256");
  equal(kid == null ? "-" : text(kid), "r1");
  equal(typ == null ? "-" : text(typ), "at+jwt");
}

export function key_id_and_type_may_be_absent(): void {
  const jws = reads("{\"alg\":\"ES256\"}");
  isTrue(jws.kid == null && jws.typ == null, "neither");
}

export function every_supported_algorithm_is_recognised_by_its_exact_name(): void {
  const names = algorithmNames().split(", ");
  equalInt(names.length, 14);
  for (let i = 0; i < names.length; i++) {
    equal(reads("{\"alg\":\"" + names[i] + "\"}").algorithm.name, names[i]);
    header("{\"alg\":\"" + names[i] + " \"}", JwsFault.UnknownAlgorithm);
    if (names[i] != "EdDSA" && names[i] != "Ed25519") header("{\"alg\":\"" + names[i].toLowerCase() + "\"}", JwsFault.UnknownAlgorithm);
  }
}

export function duty_43_none_is_refused_in_every_spelling(): void {
  const names = ["none", "None", "NONE", "nOnE", "none ", "n\\u006fne", "", "null", "HS256,none"];
  for (let i = 0; i < names.length; i++) header("{\"alg\":\"" + names[i] + "\"}", JwsFault.UnknownAlgorithm);
  isTrue(algorithmNamed(utf8("none")) == null, "not in the table");
}

export function duty_45_unknown_algorithms_are_refused(): void {
  const names = ["RS1", "RS257", "ES256K", "ES128", "HS1", "RSA-OAEP", "dir", "A128KW", "Ed448", "PS", "RS256 ", "RS2560"];
  for (let i = 0; i < names.length; i++) header("{\"alg\":\"" + names[i] + "\"}", JwsFault.UnknownAlgorithm);
}

export function an_alg_that_is_absent_or_not_a_string_is_refused(): void {
  const headers = ["{}", "{\"alg\":1}", "{\"alg\":null}", "{\"alg\":[\"RS256\"]}", "{\"alg\":{\"RS256\":1}}", "{\"Alg\":\"RS256\"}", "{\"x\":{\"alg\":\"RS256\"}}", "[]", "[\"alg\",\"RS256\"]", "\"RS256\"", "1", "null"];
  for (let i = 0; i < headers.length; i++) header(headers[i], JwsFault.UnknownAlgorithm);
}

export function the_algorithms_with_a_public_key_do_not_include_hs_algorithms(): void {
  const all = asymmetricAlgorithms();
  equalInt(all.length, 11);
  for (let i = 0; i < all.length; i++) isFalse(all[i].symmetric || all[i].name.startsWith("HS"), all[i].name);
}

export function duty_51_crit_is_refused_with_every_value(): void {
  const values = ["[\"exp\"]", "[\"b64\"]", "[]", "[\"alg\",\"alg\"]", "\"exp\"", "{}", "[1]", "false"];
  for (let i = 0; i < values.length; i++) header("{\"alg\":\"RS256\",\"crit\":" + values[i] + "}", JwsFault.Critical);
  header("{\"alg\":\"RS256\",\"cri\\u0074\":[\"x\"]}", JwsFault.Critical);
}

export function duty_51_b64_is_refused_with_every_value(): void {
  header("{\"alg\":\"RS256\",\"b64\":false}", JwsFault.Critical);
  header("{\"alg\":\"RS256\",\"b64\":true}", JwsFault.Critical);
  header("{\"alg\":\"RS256\",\"b64\":false,\"crit\":[\"b64\"]}", JwsFault.Critical);
}

export function a_member_of_the_header_that_is_null_counts_as_absent(): void {
  const jws = reads("{\"alg\":\"RS256\",\"kid\":null,\"typ\":null,\"crit\":null,\"b64\":null,\"zip\":null,\"cty\":null,\"x5t\":null}");
  isTrue(jws.kid == null && jws.typ == null, "neither");
}

export function duty_67_compression_is_refused(): void { header("{\"alg\":\"RS256\",\"zip\":\"DEF\"}", JwsFault.BadHeader); }
export function duty_67_an_encrypted_token_is_refused(): void { whole(encoded("{\"alg\":\"dir\",\"enc\":\"A128GCM\"}") + ".AA.AA.AA.AA", JwsFault.NotCompact); }

export function duty_50_keys_and_addresses_in_the_header_are_ignored(): void {
  const key = edJwk(""), set = readJwks(utf8(jwks([rsaJwk("\"kid\":\"r1\",")]))).value;
  const jws = reads("{\"alg\":\"EdDSA\",\"kid\":\"r1\",\"jwk\":" + key + ",\"jku\":\"https://evil.example/jwks\",\"x5u\":\"https://evil.example/x5u\",\"x5c\":[\"MIIC\"],\"x5t\":\"AA\"}");
  equalInt(set.candidates(jws.algorithm, jws.kid).length, 0);
}

export function duty_48_a_key_id_that_is_not_a_string_of_at_most_512_bytes_is_refused(): void {
  reads("{\"alg\":\"RS256\",\"kid\":\"" + "k".repeat(512) + "\"}");
  header("{\"alg\":\"RS256\",\"kid\":\"" + "k".repeat(513) + "\"}", JwsFault.BadHeader);
  const values = ["1", "[\"a\"]", "{}", "true"];
  for (let i = 0; i < values.length; i++) {
    header("{\"alg\":\"RS256\",\"kid\":" + values[i] + "}", JwsFault.BadHeader);
    header("{\"alg\":\"RS256\",\"typ\":" + values[i] + "}", JwsFault.BadHeader);
  }
}

export function duty_152_a_header_of_64_members_is_accepted_and_one_of_65_refused(): void {
  const members: string[] = ["\"alg\":\"RS256\""];
  for (let i = 1; i < 64; i++) members.push("\"\\n" + i.toString() + "\":1");
  reads("{" + members.join(",") + "}");
  members.push("\"x\":1");
  header("{" + members.join(",") + "}", JwsFault.BadHeader);
  header("{\"alg\":\"RS256\",\"x\":{" + members.join(",") + "}}", JwsFault.BadHeader);
}

export function duty_56_a_header_with_a_duplicate_name_is_refused(): void {
  header("{\"alg\":\"RS256\",\"alg\":\"HS256\"}", JwsFault.BadHeader);
  header("{\"alg\":\"RS256\",\"kid\":\"a\",\"kid\":\"b\"}", JwsFault.BadHeader);
  header("{\"\\u0061lg\":\"none\",\"alg\":\"RS256\"}", JwsFault.BadHeader);
}

export function a_header_that_is_not_json_is_refused(): void {
  const headers = ["", "{", "{\"alg\":\"RS256\"", "{\"alg\":\"RS256\",}", "{'alg':'RS256'}", "{\"alg\":\"RS256\"}x", "\ufeff{\"alg\":\"RS256\"}", "alg=RS256"];
  for (let i = 0; i < headers.length; i++) header(headers[i], JwsFault.BadHeader);
  whole(base64url(invalidUtf8()) + ".e30.AA", JwsFault.BadHeader);
}

// The compact form.
export function a_token_that_does_not_have_exactly_three_parts_is_refused(): void {
  const h = encoded(HEADER);
  const tokens = ["", ".", h, h + ".e30", h + ".e30.AA.AA", h + ".e30.AA.", "...", "....", "." + h + ".e30.AA"];
  for (let i = 0; i < tokens.length; i++) whole(tokens[i], JwsFault.NotCompact);
}

export function duty_43_a_token_without_a_signature_verifies_with_no_key(): void {
  const jws = readJws(utf8(encoded("{\"alg\":\"HS256\"}") + "." + encoded(PAYLOAD) + "."));
  isFalse(jws.failed, "an empty signature is one, and wrong");
  isTrue(jws.value.verifiedBy(new SecretKey(utf8(SECRET))).failed, "by a secret");
  whole(encoded("{\"alg\":\"none\"}") + "." + encoded(PAYLOAD) + ".", JwsFault.UnknownAlgorithm);
  whole(encoded("{\"alg\":\"none\"}") + "." + encoded(PAYLOAD), JwsFault.NotCompact);
}

export function duty_55_other_spellings_of_a_token_are_refused(): void {
  const h = encoded(HEADER);
  whole(h + "=.e30.AA", JwsFault.BadHeader); whole(h + " .e30.AA", JwsFault.BadHeader); whole(h + "\n.e30.AA", JwsFault.BadHeader); whole(" " + h + ".e30.AA", JwsFault.BadHeader);
  whole(h + ".e30.AA=", JwsFault.BadSignature); whole(h + ".e30.AA==", JwsFault.BadSignature); whole(h + ".e30.AB", JwsFault.BadSignature); whole(h + ".e30.A+", JwsFault.BadSignature);
  whole(h + ".e30.AA\n", JwsFault.BadSignature); whole(h + ".e30.A", JwsFault.BadSignature);
}

export function duty_55_a_signed_payload_that_is_not_strict_base64url_is_refused(): void {
  const bad = ["e30=", "e31", "e3 0", "e30\n", "+/", "e"];
  for (let i = 0; i < bad.length; i++) payload(bad[i]);
}

export function duty_56_a_signed_payload_that_is_not_a_strict_json_object_is_refused(): void {
  const bad = ["", "null", "[]", "1", "\"a\"", "{", "{}{}", "{\"exp\":1,\"exp\":2}", "{\"iss\":\"a\",\"\\u0069ss\":\"b\"}", "{\"a\":\"\\ud800\"}", "{\"a\":01}"];
  for (let i = 0; i < bad.length; i++) payload(encoded(bad[i]));
  payload(base64url(invalidUtf8()));
}

export function duty_66_a_token_of_16_kilobytes_is_accepted_and_one_byte_more_is_refused(): void {
  const h = encoded(HEADER) + ".";
  isFalse(readJws(ascii(h + "A".repeat(MAX_TOKEN - h.length - 3) + ".AA")).failed, "at the bound");
  whole(h + "A".repeat(MAX_TOKEN - h.length - 2) + ".AA", JwsFault.TooLarge);
  whole("A".repeat(1024 * 1024), JwsFault.TooLarge);
}

export function duty_66_ten_thousand_dots_are_refused(): void { whole(".".repeat(10_000), JwsFault.NotCompact); }
export function duty_66_only_the_bound_on_the_token_limits_the_header(): void {
  reads("{\"alg\":\"RS256\",\"x5c\":[\"" + "x".repeat(12_000) + "\"]}");
  header("{\"alg\":\"RS256\",\"x\":\"" + "x".repeat(MAX_TOKEN) + "\"}", JwsFault.TooLarge);
}
export function duty_66_a_header_nested_100_deep_is_refused(): void { header("{\"alg\":\"RS256\",\"x\":" + "[".repeat(100) + "]".repeat(100) + "}", JwsFault.BadHeader); }
export function duty_66_a_payload_nested_100_deep_is_refused(): void { payload(encoded("{\"x\":" + "[".repeat(100) + "]".repeat(100) + "}")); }

// The signature.
export function a_valid_token_of_every_family_verifies_with_its_key(): void {
  verifies(RS256_R1); verifies(PS256_R1); verifies(ES256_E1); verifies(EDDSA_O1); verifies(RS256_NO_KID);
  const jwt = readJws(utf8(hs256("{\"alg\":\"HS256\"}", PAYLOAD))).value.verifiedBy(new SecretKey(utf8(SECRET)));
  equal(text(jwt.value.claims.bytes), PAYLOAD);
}

export function a_changed_payload_does_not_verify(): void {
  const parts = RS256_R1.split(".");
  fails(parts[0] + "." + encoded("{\"sub\":\"admin\"}") + "." + parts[2]);
  fails(parts[0] + ".." + parts[2]);
}

export function a_changed_header_does_not_verify(): void {
  const parts = RS256_R1.split(".");
  fails(encoded("{\"alg\":\"RS256\",\"kid\":\"r1\"}") + "." + parts[1] + "." + parts[2]);
}

export function duty_46_a_signature_of_rs256_does_not_verify_as_ps256(): void {
  const rs = RS256_R1.split("."), ps = PS256_R1.split(".");
  fails(ps[0] + "." + rs[1] + "." + rs[2]);
  fails(rs[0] + "." + ps[1] + "." + ps[2]);
}

export function a_signature_of_another_key_does_not_verify(): void {
  fails(RS256_R1.split(".")[0] + "." + RS256_R1.split(".")[1] + "." + RS256_NO_KID.split(".")[2]);
  isTrue(readJws(utf8(hs256("{\"alg\":\"HS256\"}", PAYLOAD))).value.verifiedBy(new SecretKey(utf8(SECRET + "x"))).failed, "another secret");
}

export function a_signature_with_one_wrong_bit_does_not_verify(): void {
  const good = ascii(hs256("{\"alg\":\"HS256\"}", PAYLOAD));
  for (let i = good.length - 43; i < good.length; i++) {
    const bad = good.slice();
    bad[i] = bad[i] == 0x41 ? 0x51 : 0x41;
    const jws = readJws(bad);
    isTrue(jws.failed || jws.value.verifiedBy(new SecretKey(utf8(SECRET))).failed, "character " + i.toString());
  }
}

export function duty_44_a_token_signed_with_the_public_key_as_a_secret_has_no_key(): void {
  const set = readJwks(utf8(jwks([rsaJwk("\"kid\":\"r1\",")]))).value;
  const jws = readJws(utf8(hs256("{\"alg\":\"HS256\",\"kid\":\"r1\"}", PAYLOAD))).value;
  equalInt(set.candidates(jws.algorithm, jws.kid).length, 0);
  const rs = readJws(utf8(hs256("{\"alg\":\"RS256\"}", PAYLOAD))).value;
  isTrue(rs.verifiedBy(new SecretKey(utf8(SECRET))).failed, "a secret never verifies RS256");
}

export function without_a_key_nothing_verifies(): void {
  const fault = readJws(utf8(RS256_R1)).value.verifiedByAny([]).fault;
  equalInt(fault == null ? 0 : fault.code, JwsFault.BadSignature);
}

function reads(header: string): Jws {
  const jws = readJws(utf8(encoded(header) + ".e30.AA"));
  isFalse(jws.failed, "refused " + header);
  return jws.value;
}

function header(json: string, code: JwsFault): void { whole(encoded(json) + ".e30.AA", code); }

function whole(token: string, code: JwsFault): void {
  const fault = readJws(utf8(token)).fault;
  if (fault == null) return assert(false, "accepted " + token.substring(0, 80));
  equalInt(fault.code, code);
}

/** Expects that the payload is refused although its signature is valid. */
function payload(part: string): void {
  const input = encoded("{\"alg\":\"HS256\"}") + "." + part;
  const token = input + "." + hs256Of(input);
  const fault = readJws(utf8(token)).value.verifiedBy(new SecretKey(utf8(SECRET))).fault;
  if (fault == null) return assert(false, "accepted the payload " + part);
  equalInt(fault.code, JwsFault.BadPayload);
}

function invalidUtf8(): Uint8Array {
  const out = utf8("{\"alg\":\"RS256\",\"x\":\"?\"}");
  out[out.length - 3] = 0xff;
  return out;
}

function verifies(token: string): void {
  const jwt = verify(token);
  isFalse(jwt == "", "a good token");
  equal(jwt, PAYLOAD);
}

function fails(token: string): void { equal(verify(token), ""); }

/** The claims' text, or "". */
function verify(token: string): string {
  const set = readJwks(utf8(jwks([rsaJwk("\"kid\":\"r1\","), ecJwk("\"kid\":\"e1\","), edJwk("\"kid\":\"o1\",")]))).value;
  const jws = readJws(utf8(token)).value;
  const jwt = jws.verifiedByAny(set.candidates(jws.algorithm, jws.kid));
  return jwt.failed ? "" : text(jwt.value.claims.bytes);
}
