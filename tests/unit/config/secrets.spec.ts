import { contains, equal, isFalse, isTrue } from "../check";
import { compiled, config, configOf, DISCOVERY, errorsOf, MINIMAL, refused } from "./compiled.as";
import { CLIENT, SECRET, SESSION } from "./login.as";

const INSTEAD = " is not available in Envoy; give the value by $ENV://NAME and vm_config.environment_variables";
const LITERAL = " (a secret that really looks like this can be the variable's value)";
const WARNED = "secrets are written in the configuration, so everyone who may read Envoy's config_dump can read them; write $ENV://NAME in place of: ";

// The prefix.
export function duty_165_the_prefix_is_recognised_in_any_case(): void {
  const prefixes = ["$ENV://", "$env://", "$Env://", "$eNV://"];
  for (let i = 0; i < prefixes.length; i++) {
    equal(configOf("{" + MINIMAL + ',"realm":"' + prefixes[i] + 'Name"}', ["NAME=no", "Name=yes"]).realm, "yes");
    equal(compiled(withSecret('"' + prefixes[i] + 'A"'), ["A=" + SECRET]).errors.join("; "), "");
  }
}

export function duty_165_the_text_of_a_reference_is_never_used_as_session_secret(): void {
  equal(sealed('"$env://SESSION_SECRET_OF_MINE"'), "session.secret: the environment has no variable SESSION_SECRET_OF_MINE; name it in vm_config.environment_variables and set it; before Envoy 1.39 another plugin with the same vm_id may have come first");
  equal(sealed('["' + SECRET + '","$env://OLD_SESSION_SECRET"]'), "session.secret[1]: the environment has no variable OLD_SESSION_SECRET; name it in vm_config.environment_variables and set it; before Envoy 1.39 another plugin with the same vm_id may have come first");
}

// References of other products.
export function duty_165_references_of_other_products_are_refused_in_every_secret(): void {
  const texts = [
    "$secret://vault/1/kv/x", "$SECRET://aws/1/x", "${SESSION_SECRET}", "${{SESSION_SECRET}}", "${{ secrets.SESSION }}", "$(SESSION_SECRET)", "{{ .Values.oidc.secret }}",
    "$ENV:SESSION_SECRET", "$env:SESSION_SECRET", "$ENV/SESSION_SECRET", "$ENV(SESSION_SECRET)", "$ENV{SESSION_SECRET}", "$ENV[SESSION_SECRET]", "$ENV:/SESSION_SECRET", "$ENV//SESSION_SECRET", "$env.SESSION_SECRET",
    "env://SESSION_SECRET", "ENV://SESSION_SECRET", "{vault://env/session-secret}", "vault://kv/data/oidc#secret", "%ENV(SESSION_SECRET)%", "%ENVIRONMENT(SESSION_SECRET)%",
    "vault:secret/data/oidc#session", "file:///etc/oidc/session-secret", "file:/etc/oidc/session-secret", "env:SESSION_SECRET", "secret:oidc/session-secret", "exec:/usr/bin/session-secret", "ref+vault://kv/oidc#/session",
    "arn:aws:secretsmanager:eu-west-1:1:secret:x", "urn:k8s:secret:oidc:session", "op://vault/oidc/session", "aws-sm://oidc/session", "SECRET[vault.session-secret]", "ENC[AES256_GCM,data:abcdef]",
    "@Microsoft.KeyVault(SecretUri=x)", "/run/secrets/session_secret", "/var/run/secrets/session_secret", "{env.SESSION_SECRET}", "{$SESSION_SECRET}",
  ];
  for (let i = 0; i < texts.length; i++) {
    const found = sealed('"' + texts[i] + '"');
    isTrue(found.startsWith("session.secret: ") && found.endsWith(INSTEAD), texts[i] + ": " + found);
    equal(inPlaceOf("client_secret", texts[i]), found.replace("session.secret", "client_secret"));
    equal(inPlaceOf("symmetric_key", texts[i]), found.replace("session.secret", "symmetric_key"));
    equal(privateKey(texts[i]), found.replace("session.secret", "client_rsa_private_key"));
    equal(sealed('["' + SECRET + '","' + texts[i] + '"]'), found.replace("session.secret", "session.secret[1]"));
  }
}

export function duty_165_a_text_that_looks_like_a_reference_is_refused_in_the_configuration_and_accepted_from_the_environment(): void {
  const texts = ["$SESSION_SECRET_1", "$session_secret_1", "%SESSION_SECRET%", "<your session secret>", "prefix-${SESSION_SECRET}", "{{ .secret }}-suffix", "prefix-$(SESSION_SECRET)", "see $ENV://SESSION_SECRET"];
  const forms = ["$NAME", "$NAME", "%…%", "<…>", "…${…}…", "…{{…}}…", "…$(…)…", "…$ENV://"];
  for (let i = 0; i < texts.length; i++) {
    equal(sealed('"' + texts[i] + '"'), "session.secret: " + forms[i] + INSTEAD + LITERAL);
    equal(inPlaceOf("client_secret", texts[i]), "client_secret: " + forms[i] + INSTEAD + LITERAL);
    // The message recommends this.
    equal(compiled(withSecret('"$ENV://A"'), ["A=" + texts[i]]).errors.join("; "), "");
  }
}

export function duty_165_a_message_shows_the_form_of_the_reference_and_nothing_of_its_text(): void {
  const texts = ["$secret://vault/hidden-hidden", "${hidden-hidden}", "$ENV:hidden-hidden", "hidden-hidden://hidden-hidden", "vault:hidden-hidden", "$hidden_hidden_hidden", "<hidden-hidden>", "hidden-${hidden}-hidden", "{hidden-hidden-hidden}"];
  for (let i = 0; i < texts.length; i++) {
    const literal = sealed('"' + texts[i] + '"'), variable = compiled(withSecret('"$ENV://A"'), ["A=" + texts[i]]).errors.join("; ");
    isFalse(literal.length == 0 || literal.includes("hidden"), literal);
    isFalse(variable.includes("hidden"), variable);
  }
  equal(sealed('"hidden-hidden://hidden-hidden"'), "session.secret: …://…" + INSTEAD);
  equal(sealed('"$ENV:hidden-hidden"'), "session.secret: $ENV:" + INSTEAD);
  equal(sealed('"vault:hidden-hidden"'), "session.secret: vault:" + INSTEAD);
}

export function duty_165_an_ordinary_secret_is_accepted_unchanged(): void {
  // Secrets of password generators and of `openssl rand`, and secrets with single characters of the forms above.
  const texts = ["p$ssw0rd{with}%all<of>them:1", "$2b$10$N9qo8uLOickgx2ZMRZoMye", "/Zm9vYmFyYmF6cXV4Zm9vYmFy+Zm8=", "+run/secrets/Zm9vYmFyYmF6cXV4", "100% sure, that is a secret%", "{0123456789abcdef", "a:b//c d e f g h i j", "vaultZm9vYmFyYmF6cXV4", "<0123456789abcdef", "$ 0123456789abcdef", "%0123456789abcdef", "x{{0123456789abcdef", "x${0123456789abcdef", "$1-0123456789abcdef", "0123456789}abc${def"];
  for (let i = 0; i < texts.length; i++) {
    equal(sealed('"' + texts[i] + '"'), "");
    equal(compiled(withSecret('"$ENV://A"'), ["A=" + texts[i]]).errors.join("; "), "");
  }
}

export function duty_165_other_strings_are_refused_only_if_they_cannot_be_meant_literally(): void {
  const wrong = ["$secret://vault/1/a", "$SECRET://vault/1/a", "${REALM}", "${{REALM}}", "{{ .Values.realm }}", "$(REALM)", "$ENV:REALM", "$ENV/REALM", "$ENV(REALM)", "env://REALM", "vault://a", "{vault://env/realm}", "%ENV(REALM)%", "%ENVIRONMENT(REALM)%"];
  for (let i = 0; i < wrong.length; i++) {
    const found = errorsOf("{" + MINIMAL + ',"realm":"' + wrong[i] + '"}').join("; ");
    isTrue(found.startsWith("realm: ") && found.endsWith(INSTEAD), wrong[i] + ": " + found);
    contains(errorsOf("{" + MINIMAL + ',"required_scopes":["a","' + wrong[i] + '"]}').join("; "), "required_scopes[1]: ");
  }
  refused('"realm":"${REALM}"', "realm: ${…}" + INSTEAD);
  const right = ["$", "$ENV", "$env", "$REALM", "$ENVY", "x$ENV://A", "%REALM%", "<realm>", "vault:read", "file:realm", "{realm}", "a${b}c", "urn:realm"];
  for (let i = 0; i < right.length; i++) equal(config('"realm":"' + right[i] + '"').realm, right[i]);
}

// Variables.
export function duty_165_an_empty_variable_is_reported(): void {
  equal(errorsOf("{" + MINIMAL + ',"realm":"$ENV://NAME"}', ["NAME="]).join("; "), "realm: the environment variable NAME is empty");
  equal(compiled(withSecret('"$ENV://NAME"'), ["NAME="]).errors.join("; "), "session.secret: the environment variable NAME is empty");
}

export function duty_165_a_reference_to_a_part_of_a_variable_is_refused(): void {
  equal(errorsOf("{" + MINIMAL + ',"realm":"$ENV://NAME/key"}', ["NAME={}"]).join("; "), "realm: the environment has no variable NAME/key (a key within a JSON value, as in APISIX, is not supported); name it in vm_config.environment_variables and set it; before Envoy 1.39 another plugin with the same vm_id may have come first");
}

export function duty_165_a_line_break_at_the_end_of_a_variable_is_refused(): void {
  const ends = ["\n", "\r\n", "\r"], want = ": the environment variable A ends with a line break: write it without one (printf in place of echo)";
  for (let i = 0; i < ends.length; i++) {
    equal(compiled(withSecret('"$ENV://A"'), ["A=" + SECRET + ends[i]]).errors.join("; "), "session.secret" + want);
    equal(compiled(withSecret('["$ENV://A"]'), ["A=" + SECRET + ends[i]]).errors.join("; "), "session.secret[0]" + want);
    equal(errorsOf("{" + MINIMAL + ',"client_id":"$ENV://A"}', ["A=app" + ends[i]]).join("; "), "client_id" + want);
  }
  // PEM texts end with a line break.
  const found = compiled("{" + MINIMAL + ',"client_id":"a","introspection_endpoint_auth_method":"private_key_jwt","client_rsa_private_key":"$ENV://A"}', ["A=-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\n"]).errors.join("; ");
  isFalse(found.includes("line break") || found.length == 0, found);
}

export function duty_165_a_variable_that_contains_a_reference_is_refused(): void {
  const texts = ["$ENV://SESSION_SECRET", "$env://SESSION_SECRET", "${SESSION_SECRET}", "$(SESSION_SECRET)", "{{ session_secret }}", "vault:secret/data/oidc#session", "file:///run/secrets/session", "ref+vault://kv/oidc#/session"];
  const forms = ["$ENV://", "$ENV://", "${…}", "$(…)", "{{…}}", "vault:", "file:", "ref+"];
  for (let i = 0; i < texts.length; i++) {
    const want = ": the environment variable A holds a reference itself (" + forms[i] + "), which is not followed: put the value there";
    equal(compiled(withSecret('"$ENV://A"'), ["A=" + texts[i]]).errors.join("; "), "session.secret" + want);
    equal(errorsOf("{" + MINIMAL + ',"client_id":"a","client_secret":"$ENV://A"}', ["A=" + texts[i]]).join("; "), "client_secret" + want);
  }
}

// Secrets in the configuration itself.
export function duty_165_secrets_in_the_configuration_cause_one_warning(): void {
  equal(warnings(DISCOVERY + "," + CLIENT + "," + SESSION), WARNED + "client_secret, session.secret");
  equal(warnings(DISCOVERY + "," + CLIENT + ',"session":{"secret":["$ENV://A","' + SECRET + '"]}'), WARNED + "client_secret, session.secret[1]");
  equal(warnings('"bearer_only":true,"symmetric_key":"' + SECRET + '","token_signing_alg_values_expected":"HS256","claim_validator":{"issuer":{"valid_issuers":["i"]}}'), WARNED + "symmetric_key");
  equal(warnings(MINIMAL + "," + CLIENT), WARNED + "client_secret");
  equal(warnings(MINIMAL + ',"client_id":"a","client_secret":"$env://A"'), "");
}

export function duty_165_the_warning_names_the_secrets_of_rules_by_their_path(): void {
  const rules = ',"rules":[{"path":"/a","client_id":"other","client_secret":"another-secret"},{"path":"/b"},{"path":"/c","mode":"public"}]';
  equal(warnings(MINIMAL + ',"client_id":"a","client_secret":"$ENV://A"' + rules), WARNED + "rules[0].client_secret");
  equal(warnings(MINIMAL + "," + CLIENT + rules), WARNED + "client_secret, rules[0].client_secret");
  // Only the rules use the attributes outside of them.
  equal(warnings('"mode":"deny",' + DISCOVERY + "," + CLIENT + ',"rules":[{"path":"/a","mode":"bearer"}]'), WARNED + "client_secret");
}

export function duty_165_a_login_for_localhost_may_have_secrets_in_the_configuration(): void {
  const local = ["http://localhost:8080/cb", "http://127.0.0.1/cb", "https://[::1]:8443/cb"], others = ["https://app.example.com/cb", "https://localhost.example.com/cb"];
  for (let i = 0; i < local.length; i++) equal(warnings(DISCOVERY + "," + CLIENT + "," + SESSION + ',"redirect_uri":"' + local[i] + '"'), "");
  for (let i = 0; i < others.length; i++) equal(warnings(DISCOVERY + "," + CLIENT + "," + SESSION + ',"redirect_uri":"' + others[i] + '"'), WARNED + "client_secret, session.secret");
  // Without an absolute redirect_uri, the provider's URL decides.
  const provider = '"discovery":"https://localhost:9000/.well-known/openid-configuration","provider_cluster":"idp",';
  equal(warnings(provider + CLIENT + "," + SESSION), "");
  equal(warnings(provider + CLIENT + "," + SESSION + ',"redirect_uri":"/callback"'), "");
  equal(warnings(provider + '"bearer_only":true,' + CLIENT), "");
  equal(warnings(provider + CLIENT + "," + SESSION + ',"redirect_uri":"https://app.example.com/cb"'), WARNED + "client_secret, session.secret");
  // A rule that is not for localhost uses the same secrets.
  const rule = ',"rules":[{"host":"app.example.com","redirect_uri":"https://app.example.com/cb"}]';
  equal(warnings(DISCOVERY + "," + CLIENT + "," + SESSION + ',"redirect_uri":"http://localhost:8080/local"' + rule), WARNED + "client_secret, session.secret");
}

export function duty_165_no_warning_contains_a_secret(): void {
  const found = warnings(DISCOVERY + "," + CLIENT + "," + SESSION);
  isFalse(found.includes(SECRET) || found.includes("the-secret-of"), found);
}

function withSecret(value: string): string { return "{" + DISCOVERY + "," + CLIENT + ',"session":{"secret":' + value + "}}"; }

/** The errors of a configuration with this session secret. */
function sealed(value: string): string { return compiled(withSecret(value)).errors.join("; "); }

/** The first error of a configuration with this text as the secret `key`, or "". */
function inPlaceOf(key: string, value: string): string {
  const more = key == "symmetric_key" ? ',"token_signing_alg_values_expected":"HS256"' : "";
  const found = errorsOf("{" + MINIMAL + ',"client_id":"a","' + key + '":"' + value + '"' + more + "}");
  return found.length > 0 ? found[0] : "";
}

function privateKey(value: string): string {
  const found = errorsOf("{" + MINIMAL + ',"client_id":"a","introspection_endpoint_auth_method":"private_key_jwt","client_rsa_private_key":"' + value + '"}');
  return found.length > 0 ? found[0] : "";
}

function warnings(members: string): string {
  const out = compiled("{" + members + "}", ["A=ZYXWVUTSRQPONMLKJIHGFEDCBA543210"]);
  equal(out.errors.join("; "), "");
  return out.warnings.join("; ");
}
