import { algorithmNamed } from "../../../assembly/jose/algorithm";
import { JwksFault, KeySet, MAX_JWKS, readJwks } from "../../../assembly/jose/jwks";
import { equal, equalInt, isFalse, text, utf8 } from "../check";
import { ecJwk, edJwk, jwks, rsaJwk } from "./tokens.as";

export function every_usable_key_of_a_set_is_used(): void { equalInt(reads(jwks([rsaJwk("\"kid\":\"a\","), ecJwk("\"kid\":\"b\","), edJwk("")])).size, 3); }

export function unusable_keys_are_skipped(): void {
  equalInt(reads(jwks(["null", "{}", "7", "{\"kty\":\"oct\",\"k\":\"AAAA\"}", rsaJwk("\"use\":\"enc\","), rsaJwk("\"d\":\"AQ\","), ecJwk("\"kid\":\"b\",")])).size, 1);
}

export function duty_134_a_document_that_is_not_a_key_set_is_refused(): void {
  refuses("", JwksFault.NotJson); refuses("<html>502 Bad Gateway</html>", JwksFault.NotJson); refuses("{\"keys\":[", JwksFault.NotJson);
  refuses("null", JwksFault.NoKeys); refuses("[]", JwksFault.NoKeys); refuses("{}", JwksFault.NoKeys); refuses("\"keys\"", JwksFault.NoKeys);
  refuses("{\"keys\":null}", JwksFault.NoKeys); refuses("{\"keys\":{}}", JwksFault.NoKeys); refuses("{\"keys\":\"a\"}", JwksFault.NoKeys); refuses("{\"Keys\":[]}", JwksFault.NoKeys);
  refuses("[" + rsaJwk("") + "]", JwksFault.NoKeys); refuses(rsaJwk(""), JwksFault.NoKeys);
}

export function duty_134_an_empty_set_is_refused(): void { refuses("{\"keys\":[]}", JwksFault.NoUsableKey); }

export function duty_134_a_set_without_a_usable_key_is_refused(): void {
  refuses(jwks(["{\"kty\":\"oct\",\"k\":\"AAAA\"}", rsaJwk("\"use\":\"enc\","), "1"]), JwksFault.NoUsableKey);
}

export function duty_56_a_duplicate_name_in_the_set_refuses_the_set_and_one_in_a_key_removes_the_key(): void {
  refuses("{\"keys\":[],\"keys\":[" + rsaJwk("") + "]}", JwksFault.NotJson);
  refuses("{\"keys\":[" + rsaJwk("") + "],\"x\":1,\"\\u0078\":1}", JwksFault.NotJson);
  refuses(jwks([rsaJwk("\"kid\":\"a\",\"kid\":\"b\",")]), JwksFault.NoUsableKey);
  const twice = ["\"kid\":\"a\",\"kid\":\"b\",", "\"kid\":\"a\",\"k\\u0069d\":\"a\",", "\"e\":\"AQAB\",", "\"x\":{\"a\":1,\"a\":1},", "\"x\":[[{\"a\":1,\"a\":1}]],"];
  for (let i = 0; i < twice.length; i++) equalInt(reads(jwks([rsaJwk(twice[i]), ecJwk("\"kid\":\"e\",")])).size, 1);
}

export function duty_135_a_set_of_100_keys_is_accepted_and_one_of_101_refused(): void {
  const keys: string[] = [ecJwk("")];
  for (let i = 1; i < 100; i++) keys.push("{}");
  equalInt(reads(jwks(keys)).size, 1);
  keys.push("{}");
  refuses(jwks(keys), JwksFault.TooManyKeys);
}

export function duty_135_a_set_larger_than_the_bound_is_refused(): void {
  const document = jwks([ecJwk("")]);
  isFalse(readJwks(utf8(document + " ".repeat(MAX_JWKS - document.length))).failed, "at the bound");
  refuses(document + " ".repeat(MAX_JWKS - document.length + 1), JwksFault.NotJson);
}

// The log.
export function skipped_keys_are_logged_with_the_reason(): void {
  const good = ecJwk("\"kid\":\"e\",");
  left([good, rsaJwk("\"kid\":\"a\",\"kid\":\"b\",")], "a has a member twice");
  left([good, "{\"kty\":\"XYZ\",\"kid\":\"x\"}"], "x has a kty that is not known here");
  left([good, "{\"kty\":\"EC\",\"crv\":\"secp256k1\"}"], "a key without id has a crv that is not known here");
  left([good, "7"], "a key without id is not an object");
  left([good, rsaJwk("\"kid\":\"p\",\"d\":\"AQ\",")], "p holds d, which only private keys have: the key is disclosed");
  left([good, "{\"kty\":\"RSA\",\"kid\":\"r\",\"n\":\"!\",\"e\":\"AQAB\"}"], "r has a malformed n");
  left([good, "{\"kty\":\"RSA\",\"kid\":\"r\",\"n\":\"AQAB\",\"e\":\"AQAB\"}"], "r is not a valid key, or too weak");
  left([good, "{\"kty\":\"oct\",\"k\":\"AAAA\"}", "7"], "a key without id is a shared secret, now disclosed; a key without id is not an object");
}

export function keys_for_another_use_are_not_logged(): void {
  left([ecJwk(""), rsaJwk("\"use\":\"enc\","), rsaJwk("\"alg\":\"RSA-OAEP\","), rsaJwk("\"key_ops\":[\"encrypt\"],")], "");
}

export function duty_135_the_log_names_eight_keys_at_most(): void {
  const keys: string[] = [ecJwk("")];
  for (let i = 0; i < 99; i++) keys.push("7");
  left(keys, "a key without id is not an object; ".repeat(8) + "and 91 more");
}

// Selection of keys.
export function a_key_id_selects_its_key(): void {
  chooses([rsaJwk("\"kid\":\"a\","), rsaJwk("\"kid\":\"b\","), rsaJwk("\"kid\":\"c\",")], "RS256", "b", "b");
}

export function duty_47_an_unknown_key_id_has_no_key(): void {
  chooses([rsaJwk("\"kid\":\"a\","), rsaJwk("\"kid\":\"b\",")], "RS256", "x", "");
  chooses([rsaJwk("\"kid\":\"a\",")], "RS256", "", "");
}

export function duty_48_a_key_id_is_compared_exactly(): void {
  const keys = [rsaJwk("\"kid\":\"key-1\","), rsaJwk("\"kid\":\"../a\",")];
  const others = ["KEY-1", "key-1 ", " key-1", "key-", "key-11", "key-1\u0000", "key-1\u0000x", "a", "key%2D1", "*", "' or 1=1", "../../a"];
  for (let i = 0; i < others.length; i++) chooses(keys, "RS256", others[i], "");
  chooses(keys, "RS256", "../a", "../a");
}

export function a_key_id_is_compared_after_unescaping(): void { chooses([rsaJwk("\"kid\":\"k\\u0065y\",")], "RS256", "key", "key"); }

export function duty_46_a_key_that_does_not_fit_the_algorithm_is_not_selected(): void {
  const keys = [rsaJwk("\"kid\":\"a\",\"alg\":\"RS256\","), ecJwk("\"kid\":\"b\",")];
  chooses(keys, "RS256", "a", "a");
  chooses(keys, "PS256", "a", "");
  chooses(keys, "RS512", "a", "");
  chooses(keys, "ES256", "a", "");
  chooses(keys, "ES384", "b", "");
  chooses(keys, "EdDSA", "b", "");
}

export function duty_44_no_key_of_a_set_is_selected_for_a_symmetric_algorithm(): void {
  chooses([rsaJwk("\"kid\":\"a\","), ecJwk("\"kid\":\"b\","), edJwk("")], "HS256", "a", "");
}

export function duty_49_without_an_id_every_key_that_fits_is_a_candidate(): void {
  chooses([ecJwk("\"kid\":\"e\","), rsaJwk("\"kid\":\"a\","), rsaJwk("\"kid\":\"b\",\"alg\":\"PS256\","), rsaJwk("")], "RS256", null, "a -");
}

export function duty_49_at_most_sixteen_keys_are_tried(): void {
  const keys: string[] = [];
  for (let i = 0; i < 17; i++) keys.push(rsaJwk("\"kid\":\"" + i.toString() + "\","));
  chooses(keys, "RS256", null, "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15");
  for (let i = 0; i < 17; i++) keys[i] = rsaJwk("");
  chooses(keys, "RS256", "any", "- ".repeat(15) + "-");
}

export function duty_49_at_most_four_keys_of_slow_algorithms_are_tried(): void {
  const keys: string[] = [];
  for (let i = 0; i < 6; i++) keys.push(`{"kty":"EC","crv":"P-521","kid":"${i}","x":"AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk","y":"ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2"}`);
  chooses(keys, "ES512", null, "0 1 2 3");
  for (let i = 0; i < 6; i++) keys[i] = `{"kty":"EC","crv":"P-384","kid":"${i}","x":"Dl26uc45dfLhRc8D10G2oh_FiUk-T3l2RtTrWSIcToYyAa4_ECTaFIPL1mHeyNF2","y":"FE3GOKg6Zzp0BTfgWGICMEBR_tdaLzB6ITg9TOHVyGjC7V0ae_FmF8qdhFcRdtP-"}`;
  chooses(keys, "ES384", null, "0 1 2 3");
  for (let i = 0; i < 6; i++) keys[i] = ecJwk("\"kid\":\"" + i.toString() + "\",");
  chooses(keys, "ES256", null, "0 1 2 3 4 5");
}

export function a_key_with_the_id_is_tried_before_those_without_an_id(): void {
  chooses([rsaJwk(""), rsaJwk(""), rsaJwk(""), rsaJwk(""), rsaJwk("\"kid\":\"a\",")], "RS256", "a", "a - - - -");
}

export function two_keys_with_the_same_id_are_both_tried(): void {
  chooses([rsaJwk("\"kid\":\"a\","), rsaJwk("\"kid\":\"a\","), rsaJwk("\"kid\":\"b\",")], "RS256", "a", "a a");
  chooses([rsaJwk("\"kid\":\"a\","), ecJwk("\"kid\":\"a\",")], "ES256", "a", "a");
}

function reads(document: string): KeySet {
  const set = readJwks(utf8(document));
  const fault = set.fault;
  if (fault != null) assert(false, "refused with " + fault.code.toString());
  return set.value;
}

function refuses(document: string, code: JwksFault): void {
  const fault = readJwks(utf8(document)).fault;
  if (fault == null) return assert(false, "accepted " + document.substring(0, 80));
  equalInt(fault.code, code);
}

function left(keys: string[], want: string): void { equal(reads(jwks(keys)).leftOut, want); }

/** `want`: the candidates' ids in order, `-` for one without. */
function chooses(keys: string[], algorithm: string, kid: string | null, want: string): void {
  const found = reads(jwks(keys)).candidates(algorithmNamed(utf8(algorithm))!, kid == null ? null : utf8(kid));
  const ids: string[] = [];
  for (let i = 0; i < found.length; i++) {
    const own = found[i].kid;
    ids.push(own == null ? "-" : text(own));
  }
  equal(ids.join(" "), want);
}
