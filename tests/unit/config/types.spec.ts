import { equal, equalInt, isFalse, isTrue } from "../check";
import { compiled, config, DISCOVERY, errors, errorsOf, MINIMAL, refused, refusedOf } from "./compiled.as";

const FLAGS = ["ssl_verify", "bearer_only", "jwt_verification_cache_ignore", "set_access_token_header", "access_token_in_authorization_header", "set_userinfo_header",
  "set_filter_state", "use_jwks", "accept_none_alg", "accept_unsupported_alg"];
const TEXTS = ["realm", "auth_header_name", "provider_cluster", "client_id", "client_secret", "introspection_endpoint", "discovery", "issuer", "token_typ_expected", "public_key",
  "symmetric_key", "introspection_expiry_claim", "cache_segment"];
const LISTS = ["auth_accept_token_as", "required_scopes", "token_signing_alg_values_expected", "introspection_addon_headers"];
const OBJECTS = ["claim_headers", "endpoint_clusters", "claim_validator"];

export function duty_130_a_flag_that_is_not_true_or_false_is_refused(): void {
  for (let i = 0; i < FLAGS.length; i++) {
    wrong(FLAGS[i], "\"true\"", "expected true or false, found a string");
    wrong(FLAGS[i], "1", "expected true or false, found a number");
    wrong(FLAGS[i], "null", "expected true or false, found null");
    wrong(FLAGS[i], "[]", "expected true or false, found a list");
  }
}

export function duty_130_a_text_that_is_empty_or_not_a_string_is_refused(): void {
  for (let i = 0; i < TEXTS.length; i++) {
    wrong(TEXTS[i], "1", "expected a string, found a number");
    wrong(TEXTS[i], "true", "expected a string, found a boolean");
    wrong(TEXTS[i], "null", "expected a string, found null");
    wrong(TEXTS[i], "{}", "expected a string, found an object");
    wrong(TEXTS[i], "[\"a\"]", "expected a string, found a list");
    wrong(TEXTS[i], "\"\"", "must not be empty");
  }
}

export function duty_130_a_list_that_is_empty_or_not_of_strings_is_refused(): void {
  for (let i = 0; i < LISTS.length; i++) {
    wrong(LISTS[i], "1", "expected a list of strings, found a number");
    wrong(LISTS[i], "{\"a\":1}", "expected a list of strings, found an object");
    wrong(LISTS[i], "null", "expected a list of strings, found null");
    wrong(LISTS[i], "[]", "must not be an empty list");
    wrong(LISTS[i] + "[0]", "[7]", "expected a string, found a number");
    wrong(LISTS[i] + "[0]", "[null]", "expected a string, found null");
    wrong(LISTS[i] + "[0]", "[\"\"]", "must not be empty");
    wrong(LISTS[i], "\"\"", "must not be empty");
  }
}

export function duty_130_an_attribute_that_must_be_an_object_and_is_not_is_refused(): void {
  for (let i = 0; i < OBJECTS.length; i++) {
    wrong(OBJECTS[i], "[]", "expected an object, found a list");
    wrong(OBJECTS[i], "\"a\"", "expected an object, found a string");
    wrong(OBJECTS[i], "true", "expected an object, found a boolean");
    wrong(OBJECTS[i], "null", "expected an object, found null");
  }
}

export function duty_130_mistakes_in_inner_attributes_are_reported_with_their_path(): void {
  refused("\"claim_validator\":{\"issuer\":1,\"audience\":[]}", "claim_validator.issuer: expected an object, found a number; claim_validator.audience: expected an object, found a list");
  refused("\"claim_validator\":{\"issuer\":{\"valid_issuers\":{}}}", "claim_validator.issuer.valid_issuers: expected a list of strings, found an object");
  refused("\"claim_validator\":{\"issuer\":{\"valid_issuers\":[\"https://a\",5]}}", "claim_validator.issuer.valid_issuers[1]: expected a string, found a number");
  refused("\"claim_validator\":{\"audience\":{\"claim\":1,\"required\":\"yes\"}}",
    "claim_validator.audience.claim: expected a string, found a number; claim_validator.audience.required: expected true or false, found a string");
  refused("\"claim_validator\":{\"audience\":{\"valid_audiences\":[[]]}}", "claim_validator.audience.valid_audiences[0]: expected a string, found a list");
  refused("\"claim_validator\":{\"audience\":{\"match_with_client_id\":1}}", "claim_validator.audience.match_with_client_id: expected true or false, found a number");
  refused("\"endpoint_clusters\":{\"jwks_uri\":7}", "endpoint_clusters.jwks_uri: expected a string, found a number");
  refused("\"claim_headers\":{\"sub\":[]}", "claim_headers.sub: expected a string, found a list");
}

export function a_number_that_is_not_whole_or_out_of_bounds_is_refused(): void {
  whole("timeout", 1, 60);
  whole("cache_max_kib", 64, 65536);
  whole("jwk_expires_in", 60, 31536000);
  whole("introspection_interval", 0, 86400);
}

export function duty_58_the_slack_is_at_most_300_seconds(): void { whole("iat_slack", 0, 300); }

export function a_value_that_is_not_one_of_the_choices_is_refused(): void {
  refusedOf("{" + DISCOVERY + ",\"unauth_action\":\"allow\",\"bearer_only\":true}", "unauth_action: expected one of auth, deny, pass, found \"allow\"");
  refused("\"unauth_action\":\"Deny\"", "unauth_action: expected one of auth, deny, pass, found \"Deny\"");
  refused("\"unauth_action\":true", "unauth_action: expected one of auth, deny, pass, found a boolean");
  refused("\"unauth_action\":[\"deny\"]", "unauth_action: expected one of auth, deny, pass, found a list");
  refused("\"unauth_action\":\"\"", "unauth_action: must not be empty");
  refused("\"introspection_endpoint_auth_method\":\"none\"", "introspection_endpoint_auth_method: expected one of client_secret_basic, client_secret_post, private_key_jwt, client_secret_jwt, found \"none\"");
}

export function an_error_does_not_repeat_a_long_text_that_may_be_a_secret(): void {
  refused("\"unauth_action\":\"" + "s3cret".repeat(6) + "\"", "unauth_action: expected one of auth, deny, pass, found a string");
}

export function a_document_that_is_not_a_json_object_is_refused(): void {
  const documents = ["", "null", "[]", "1", "\"{}\"", "true", "{", "{\"bearer_only\":true,}", "bearer_only: true"];
  for (let i = 0; i < documents.length; i++) {
    const found = errorsOf(documents[i]);
    equalInt(found.length, 1);
    isTrue(found[0].startsWith(i < 6 ? "expected a JSON object, found " : "line 1, column "), found[0]);
  }
  refusedOf("{\"bearer_only\":tru}", "line 1, column 16: not JSON from here on: {\"bearer_only\":…}");
}

export function duty_56_a_duplicate_attribute_is_refused(): void {
  refusedOf("{\"bearer_only\":true,\"bearer_only\":false}", "line 1, column 34: this name occurs twice in its object: {\"bearer_only\":…,\"bearer_only\":…}");
}

export function a_document_of_more_than_256_kilobytes_is_refused(): void {
  const document = "{" + MINIMAL + "}";
  isFalse(compiled(document + " ".repeat(256 * 1024 - document.length)).config == null, "at the bound");
  isTrue(compiled(document + " ".repeat(256 * 1024 - document.length + 1)).config == null, "beyond it");
}

export function the_smallest_configuration_is_accepted(): void {
  const out = compiled("{" + MINIMAL + "}");
  equal(out.errors.join("; "), "");
  equal(out.warnings.join("; "), "");
}

/** Expects this error of the attribute. Other errors, such as missing attributes, may follow from it. */
function wrong(path: string, value: string, what: string): void {
  const key = path.endsWith("[0]") ? path.substring(0, path.length - 3) : path;
  const base = key == "bearer_only" ? DISCOVERY : key == "discovery" ? "\"bearer_only\":true,\"provider_cluster\":\"idp\""
    : key == "provider_cluster" ? "\"bearer_only\":true,\"discovery\":\"https://h/.well-known/openid-configuration\"" : MINIMAL;
  const found = errorsOf("{" + base + ",\"" + key + "\":" + value + "}");
  for (let i = 0; i < found.length; i++) {
    if (!found[i].startsWith(path + ":")) continue;
    isTrue(found[i].startsWith(path + ": " + what), found[i]);
    return;
  }
  assert(false, path + " = " + value + " gives " + found.join("; "));
}

function whole(key: string, least: i32, most: i32): void {
  const values = [(least - 1).toString(), (most + 1).toString(), "1.5", "-1", "1e400", "-1e400", "4294967297", "18446744073709551617"];
  for (let i = 0; i < values.length; i++) refused(`"${key}":${values[i]}`, `${key}: expected a whole number from ${least} to ${most}, found ${values[i]}`);
  refused(`"${key}":"5"`, `${key}: expected a whole number from ${least} to ${most}, found a string`);
  refused(`"${key}":null`, `${key}: expected a whole number from ${least} to ${most}, found null`);
  refused(`"${key}":true`, `${key}: expected a whole number from ${least} to ${most}, found a boolean`);
  equalInt(errors(`"${key}":${least},"zz":1`).length, 1);
  equalInt(errors(`"${key}":${most},"zz":1`).length, 1);
  config(`"${key}":${most}.0`);
}
