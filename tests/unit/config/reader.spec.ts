import { compile } from "../../../assembly/config/compile";
import { nearest } from "../../../assembly/config/nearest";
import { Environment } from "../../../assembly/config/environment";
import { ascii, equal, isFalse, isTrue, text, utf8 } from "../check";
import { compiled, config, configOf, DISCOVERY, errors, errorsOf, joined, MINIMAL, refused } from "./compiled.as";

// Unknown attributes.
export function duty_130_an_unknown_attribute_is_reported_with_the_nearest_known_one(): void {
  refused("\"required_scope\":[\"a\"]", "required_scope: unknown attribute; did you mean required_scopes?");
  refused("\"Timeout\":3", "Timeout: unknown attribute; did you mean timeout?");
  refused("\"set_user_info_header\":true", "set_user_info_header: unknown attribute; did you mean set_userinfo_header?");
  refused("\"introspection_endpoint_auth\":\"x\"", "introspection_endpoint_auth: unknown attribute; did you mean introspection_endpoint?");
}

export function duty_130_an_unknown_attribute_without_a_near_one_is_reported_alone(): void { refused("\"frobnicate\":1", "frobnicate: unknown attribute"); }

export function duty_130_unknown_inner_attributes_are_reported_with_their_path(): void {
  refused("\"claim_validator\":{\"audiences\":{}}", "claim_validator.audiences: unknown attribute; did you mean audience?");
  refused("\"claim_validator\":{\"issuer\":{\"valid_issuer\":[\"a\"]}}", "claim_validator.issuer.valid_issuer: unknown attribute; did you mean valid_issuers?");
  refused("\"claim_validator\":{\"audience\":{\"require\":true}}", "claim_validator.audience.require: unknown attribute; did you mean required?");
  refused("\"endpoint_clusters\":{\"jwks\":\"a\"}", "endpoint_clusters.jwks: unknown attribute");
}

export function duty_130_an_attribute_in_the_wrong_object_is_reported_with_its_object(): void {
  refused("\"valid_audiences\":[\"a\"]", "valid_audiences: unknown attribute; it belongs in claim_validator.audience");
  refused("\"claim_validator\":{\"timeout\":3}", "claim_validator.timeout: unknown attribute; it belongs in the outermost object");
}

export function duty_130_all_mistakes_are_reported_at_once(): void {
  const found = errorsOf("{\"bearer_only\":\"yes\",\"timeout\":0,\"realm\":5,\"claim_validator\":{\"audience\":{\"required\":1,\"x\":2}},\"iat_slack\":1e9,\"zz\":1}");
  const want = ["bearer_only: expected true or false", "timeout: expected a whole number", "realm: expected a string", "claim_validator.audience.required: expected true or false",
    "claim_validator.audience.x: unknown attribute", "iat_slack: expected a whole number", "zz: unknown attribute", "discovery: is required"];
  for (let i = 0; i < want.length; i++) {
    let seen = 0;
    for (let k = 0; k < found.length; k++) if (found[k].startsWith(want[i])) seen++;
    isTrue(seen == 1, want[i] + " in " + found.join("; "));
  }
}

export function a_configuration_with_one_mistake_is_refused_as_a_whole(): void { isTrue(compiled("{" + MINIMAL + ",\"zz\":1}").config == null, "no configuration"); }

export function the_nearest_name_is_the_one_with_the_fewest_edits(): void {
  const known = ["timeout", "realm", "issuer", "discovery"];
  equal(nearest("timeot", known), "timeout");
  equal(nearest("isuer", known), "issuer");
  equal(nearest("relam", known), "realm"); // two letters swapped
  equal(nearest("client_i", ["client_id", "client"]), "client_id");
  equal(nearest("discvery", known), "discovery");
}

export function a_name_that_differs_in_more_than_a_third_is_not_suggested(): void {
  const known = ["timeout", "realm", "issuer"];
  equal(nearest("tmt", known), "");
  equal(nearest("xxxxxxx", known), "");
  equal(nearest("", known), "");
  equal(nearest("timeout", []), "");
  equal(nearest("t".repeat(65), ["t".repeat(64)]), "");
}

// $ENV://
export function a_string_may_come_from_the_environment(): void {
  const c = configOf("{" + MINIMAL + ",\"realm\":\"$ENV://REALM\",\"required_scopes\":[\"$ENV://SCOPE\"]}", ["OTHER=x", "REALM=a=b", "SCOPE=read"]);
  equal(c.realm, "a=b");
  equal(joined(c.requiredScopes), "read");
}

export function a_choice_and_a_url_may_come_from_the_environment(): void {
  const c = configOf("{\"unauth_action\":\"$ENV://ACTION\",\"discovery\":\"$ENV://URL\",\"provider_cluster\":\"idp\"}", ["ACTION=deny", "URL=https://h/.well-known/openid-configuration"]);
  equal(text(c.provider!.issuer), "https://h");
}

export function duty_130_a_missing_variable_is_reported(): void {
  const want = ": the environment has no variable NAME; name it in vm_config.environment_variables and set it; before Envoy 1.39 another plugin with the same vm_id may have come first";
  const environments = ["", "NAM=x", "NAMES=x", "name=x", "NAME", "XNAME=x", "=NAME"];
  for (let i = 0; i < environments.length; i++) equal(errorsOf("{" + MINIMAL + ",\"realm\":\"$ENV://NAME\"}", [environments[i]]).join("; "), "realm" + want);
  refused("\"required_scopes\":[\"a\",\"$ENV://NAME\"]", "required_scopes[1]" + want);
}

export function a_value_from_the_environment_is_checked_like_any_other(): void {
  equal(errorsOf("{" + MINIMAL + ",\"unauth_action\":\"$ENV://A\"}", ["A=allow"]).join("; "), "unauth_action: expected one of auth, deny, pass, found \"$ENV://A\"");
  isTrue(errorsOf("{" + MINIMAL + ",\"realm\":\"$ENV://A\"}", ["A=a\"b"])[0].startsWith("realm: "), "quotes");
}

export function a_value_from_the_environment_that_is_not_utf_8_is_refused(): void {
  const environment = utf8("A=a?b");
  environment[3] = 0xff;
  isTrue(new Environment([environment]).value(ascii("A")) != null, "it is there");
  equal(errorsIn(environment, "realm"), "realm: the environment variable A does not hold UTF-8");
  equal(errorsIn(environment, "token_typ_expected"), "token_typ_expected: the environment variable A does not hold UTF-8");
}

export function a_reference_in_a_variables_value_is_not_followed(): void {
  equal(configOf("{" + MINIMAL + ",\"realm\":\"$ENV://A\"}", ["A=$ENV://B", "B=x"]).realm, "$ENV://B");
}

export function only_the_prefix_refers_to_the_environment(): void {
  equal(config("\"realm\":\"x$ENV://A\"").realm, "x$ENV://A");
  equal(config("\"realm\":\"$\"").realm, "$");
}

export function references_to_other_stores_are_refused_instead_of_used_as_text(): void {
  refused("\"client_secret\":\"$secret://vault/1/a/b\"", "client_secret: $secret:// is not available in Envoy; give the value by $ENV://NAME and vm_config.environment_variables");
}

export function numbers_and_flags_do_not_come_from_the_environment(): void {
  isTrue(errors("\"timeout\":\"$ENV://A\"")[0].startsWith("timeout: expected a whole number"), "number");
  isTrue(errors("\"use_jwks\":\"$ENV://A\"")[0].startsWith("use_jwks: expected true or false"), "flag");
}

export function the_first_entry_of_a_variable_counts(): void {
  const value = new Environment([ascii("A=1"), ascii("A=2")]).value(ascii("A"));
  equal(value == null ? "-" : text(value), "1");
  isFalse(new Environment([ascii("A=1")]).value(ascii("")) != null, "no name");
}

function errorsIn(entry: Uint8Array, key: string): string {
  return compile(utf8("{\"bearer_only\":true," + DISCOVERY + ",\"" + key + "\":\"$ENV://A\"}"), new Environment([entry])).errors.join("; ");
}
