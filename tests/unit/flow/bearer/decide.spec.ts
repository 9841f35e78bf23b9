import { decide } from "../../../../assembly/flow/bearer/decide";
import { Await, Next } from "../../../../assembly/flow/decision/next";
import { contains, equal, equalInt, isTrue, text, utf8 } from "../../check";
import { config } from "../../config/compiled.as";
import { EC_PEM, EDDSA_O1, ES256_E1, PS256_R1, RS256_NO_KID, RS256_R1, RSA_PEM } from "../../jose/fixtures.as";
import { ecJwk, edJwk, encoded, hs256, jwks, rsaJwk } from "../../jose/tokens.as";
import { exchange, FakeProvider, introspectionConfig, cachedSec, outcome, secretConfig, statusOf } from "../decision/exchange.as";

const CLIENT = "\"client_id\":\"c\",\"client_secret\":\"s\"";
const KEYS = jwks([rsaJwk("\"kid\":\"r1\","), ecJwk("\"kid\":\"e1\","), edJwk("\"kid\":\"o1\",")]);
const OFFERS_INTROSPECTION = "{\"issuer\":\"https://idp.example.com\",\"introspection_endpoint\":\"https://idp.example.com/i\"}";
const OFFERS_KEYS = "{\"issuer\":\"https://idp.example.com\",\"jwks_uri\":\"https://idp.example.com/jwks\"}";

// With the provider's keys.
export function a_token_signed_with_a_key_of_the_provider_is_admitted(): void { byKeys(RS256_R1, "forward"); byKeys(PS256_R1, "forward"); byKeys(ES256_E1, "forward"); byKeys(EDDSA_O1, "forward"); byKeys(RS256_NO_KID, "forward"); }

export function duty_129_without_keys_nothing_is_admitted(): void { equal(outcome(judge("\"use_jwks\":true", new FakeProvider(), RS256_R1)), "provider_not_ready"); }

export function a_request_waits_once_for_keys_that_are_being_fetched(): void {
  const provider = new FakeProvider();
  provider.onTheWay = true;
  equal(outcome(judge("\"use_jwks\":true", provider, RS256_R1)), "await provider");
  equal(outcome(decide(exchange(config("\"use_jwks\":true"), provider, true), utf8(RS256_R1))), "provider_not_ready");
}

export function a_verdict_without_keys_is_not_cached(): void { equalInt(cachedSec(judge("\"use_jwks\":true", new FakeProvider(), RS256_R1)), 0); }

export function duty_47_an_unknown_key_id_causes_one_fetch_of_the_keys_and_is_then_refused(): void {
  const provider = withKeys(jwks([rsaJwk("\"kid\":\"other\",")]));
  equal(outcome(judge("\"use_jwks\":true", provider, RS256_R1)), "await provider");
  equalInt(provider.refetches, 1);
  const after = decide(exchange(config("\"use_jwks\":true"), provider, true), utf8(RS256_R1));
  equal(outcome(after), "unknown_key");
  equalInt(provider.refetches, 1);
  equalInt(cachedSec(after), 0);
}

export function duty_47_within_the_cooldown_an_unknown_key_id_gets_503_at_once_and_is_not_cached(): void {
  const provider = withKeys(jwks([rsaJwk("\"kid\":\"other\",")]));
  provider.allowsRefetch = false;
  const next = judge("\"use_jwks\":true", provider, RS256_R1);
  equal(outcome(next), "provider_not_ready");
  equalInt(cachedSec(next), 0);
}

export function a_token_is_not_refused_as_unknown_if_the_keys_cannot_be_fetched(): void {
  const provider = withKeys(jwks([rsaJwk("\"kid\":\"other\",")]));
  provider.failing = true;
  equal(outcome(decide(exchange(config("\"use_jwks\":true"), provider, true), utf8(RS256_R1))), "provider_not_ready");
}

export function a_token_of_a_key_that_the_provider_has_removed_is_refused_at_once(): void {
  const provider = withKeys(jwks([rsaJwk("\"kid\":\"other\",")]));
  provider.allowsRefetch = false;
  provider.dropped = "r1";
  equal(outcome(judge("\"use_jwks\":true", provider, RS256_R1)), "unknown_key");
}

export function duty_143_a_token_that_cannot_be_valid_causes_no_fetch(): void {
  const provider = withKeys(KEYS), header = encoded("{\"alg\":\"RS256\",\"kid\":\"r1\"}");
  const tokens = ["garbage", "a.b.c", "..", header + ".e30", header + ".e30.AA", hs256("{\"alg\":\"HS256\",\"kid\":\"r1\"}", "{}"), encoded("{\"alg\":\"none\"}") + ".e30.", encoded("{\"alg\":\"RS256\",\"kid\":5}") + ".e30.AA"];
  for (let i = 0; i < tokens.length; i++) equalInt(statusOf(judge("\"use_jwks\":true", provider, tokens[i])), 401);
  equalInt(provider.refetches, 0);
}

export function duty_46_an_unexpected_algorithm_is_refused_even_if_the_key_supports_it(): void {
  const only = "\"use_jwks\":true,\"token_signing_alg_values_expected\":[\"RS256\",\"EdDSA\"]";
  equal(outcome(judge(only, withKeys(KEYS), PS256_R1)), "algorithm_refused");
  equal(outcome(judge(only, withKeys(KEYS), ES256_E1)), "algorithm_refused");
  equal(outcome(judge(only, withKeys(KEYS), RS256_R1)), "forward");
}

export function duty_46_a_key_that_names_another_algorithm_does_not_verify(): void {
  const provider = withKeys(jwks([rsaJwk("\"kid\":\"r1\",\"alg\":\"PS256\",")]));
  equal(outcome(decide(exchange(config("\"use_jwks\":true"), provider, true), utf8(RS256_R1))), "unknown_key");
}

export function duty_44_a_symmetric_token_is_refused_where_keys_are_public(): void {
  byKeys(hs256("{\"alg\":\"HS256\",\"kid\":\"r1\"}", "{\"iss\":\"https://idp.example.com\",\"exp\":4102444800}"), "algorithm_refused");
}

export function duty_43_none_is_refused(): void {
  byKeys(encoded("{\"alg\":\"none\"}") + "." + encoded("{\"iss\":\"https://idp.example.com\",\"exp\":4102444800}") + ".", "algorithm_refused");
  byKeys(encoded("{\"alg\":\"NONE\",\"kid\":\"r1\"}") + ".e30.", "algorithm_refused");
}

export function each_kind_of_broken_token_has_its_own_code(): void {
  const header = encoded("{\"alg\":\"RS256\",\"kid\":\"r1\"}");
  byKeys("opaque", "not_a_jwt");
  byKeys(header + ".e30", "not_a_jwt");
  byKeys("e30.e30.AA", "algorithm_refused");
  byKeys(encoded("{\"alg\":\"RS256\",\"crit\":[\"x\"]}") + ".e30.AA", "not_a_jwt");
  byKeys(header + ".e30.AA", "bad_signature");
  byKeys(RS256_R1.substring(0, RS256_R1.length - 2) + "AA", "bad_signature");
}

export function a_verdict_that_depends_on_the_token_alone_is_cached_for_a_minute(): void {
  equalInt(cachedSec(judge("\"use_jwks\":true", withKeys(KEYS), "opaque")), 60);
  equalInt(cachedSec(judge("\"use_jwks\":true", withKeys(KEYS), RS256_R1.substring(0, RS256_R1.length - 2) + "AA")), 60);
}

// With a configured key.
export function a_public_key_verifies_its_tokens_whatever_their_key_id(): void {
  equal(outcome(judge("\"public_key\":\"" + pem(RSA_PEM) + "\"", null, RS256_R1)), "forward");
  equal(outcome(judge("\"public_key\":\"" + pem(RSA_PEM) + "\"", null, PS256_R1)), "forward");
  equal(outcome(judge("\"public_key\":\"" + pem(EC_PEM) + "\"", null, ES256_E1)), "forward");
}

export function duty_44_a_public_key_verifies_no_token_of_another_family(): void {
  equal(outcome(judge("\"public_key\":\"" + pem(RSA_PEM) + "\"", null, ES256_E1)), "algorithm_refused");
  equal(outcome(judge("\"public_key\":\"" + pem(EC_PEM) + "\"", null, RS256_R1)), "algorithm_refused");
  equal(outcome(judge("\"public_key\":\"" + pem(RSA_PEM) + "\"", null, hs256("{\"alg\":\"HS256\"}", "{}"))), "algorithm_refused");
  equal(outcome(judge("\"public_key\":\"" + pem(RSA_PEM) + "\"", null, encoded("{\"alg\":\"none\"}") + ".e30.")), "algorithm_refused");
}

export function a_secret_verifies_only_the_expected_algorithm(): void {
  const good = "{\"iss\":\"https://idp.example.com\",\"exp\":1700000600}";
  equal(outcome(decide(exchange(secretConfig()), utf8(hs256("{\"alg\":\"HS256\"}", good)))), "forward");
  equal(outcome(decide(exchange(secretConfig()), utf8(hs256("{\"alg\":\"HS384\"}", good)))), "algorithm_refused");
  equal(outcome(decide(exchange(secretConfig()), utf8(hs256("{\"alg\":\"RS256\"}", good)))), "algorithm_refused");
}

export function duty_56_a_signed_payload_that_is_not_a_strict_json_object_is_refused(): void {
  const payloads = ["", "[]", "{\"exp\":1700000600,\"exp\":1}", "{\"iss\":\"https://idp.example.com\",\"exp\":1700000600}x"];
  for (let i = 0; i < payloads.length; i++) equal(outcome(decide(exchange(secretConfig()), utf8(hs256("{\"alg\":\"HS256\"}", payloads[i])))), "bad_claims");
}

// With introspection.
export function with_a_configured_introspection_endpoint_every_kind_of_token_is_introspected(): void {
  equal(outcome(decide(exchange(introspectionConfig()), utf8("opaque"))), "await");
  equal(outcome(decide(exchange(introspectionConfig()), utf8(RS256_R1))), "await");
}

export function duty_82_the_endpoint_of_the_metadata_is_called_through_the_configured_cluster(): void {
  const provider = new FakeProvider();
  provider.document = OFFERS_INTROSPECTION;
  const next = judge(CLIENT + ",\"endpoint_clusters\":{\"introspection_endpoint\":\"other\"}", provider, "opaque");
  isTrue(next instanceof Await, "a call");
  equal(text((next as Await).call.cluster), "other");
}

export function duty_82_the_token_goes_to_the_configured_endpoint_and_cluster_only(): void {
  const next = decide(exchange(introspectionConfig()), utf8("opaque"));
  isTrue(next instanceof Await, "a call");
  const call = (next as Await).call;
  equal(text(call.cluster), "idp");
  equal(text(call.pairs[5]) + text(call.pairs[7]), "idp.example.com/i");
  contains(text(call.body), "token=opaque&");
}

// With what the provider's metadata offers.
export function tokens_are_introspected_if_the_metadata_has_the_endpoint_and_the_client_has_credentials(): void {
  const provider = withKeys(KEYS);
  provider.document = OFFERS_INTROSPECTION;
  equal(outcome(judge(CLIENT, provider, RS256_R1)), "await");
  equal(outcome(judge("", provider, RS256_R1)), "forward");
  equal(outcome(judge("\"client_id\":\"c\"", provider, RS256_R1)), "forward");
}

export function tokens_are_verified_with_the_keys_if_the_metadata_has_no_introspection(): void {
  const provider = withKeys(KEYS);
  provider.document = OFFERS_KEYS;
  equal(outcome(judge(CLIENT, provider, RS256_R1)), "forward");
}

export function duty_129_without_metadata_nothing_is_admitted(): void {
  const provider = withKeys(KEYS);
  equal(outcome(judge(CLIENT, provider, RS256_R1)), "provider_not_ready");
  provider.onTheWay = true;
  equal(outcome(judge(CLIENT, provider, RS256_R1)), "await provider");
  equal(outcome(decide(exchange(config(CLIENT), provider, true), utf8(RS256_R1))), "provider_not_ready");
}

export function duty_129_without_a_provider_nothing_is_admitted(): void {
  equal(outcome(judge("", null, RS256_R1)), "provider_not_ready");
  equal(outcome(judge("\"use_jwks\":true", null, RS256_R1)), "provider_not_ready");
}

function pem(key: string): string { return key.replaceAll("\n", "\\n"); }

function withKeys(document: string): FakeProvider {
  const provider = new FakeProvider();
  provider.jwks = document;
  return provider;
}

function judge(members: string, provider: FakeProvider | null, token: string): Next { return decide(exchange(config(members), provider), utf8(token)); }
function byKeys(token: string, want: string): void { equal(outcome(judge("\"use_jwks\":true", withKeys(KEYS), token)), want); }
