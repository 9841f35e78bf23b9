import { decide } from "../../../../assembly/flow/bearer/decide";
import { Await, Next } from "../../../../assembly/flow/decision/next";
import { contains, equal, equalInt, isTrue, text, utf8 } from "../../check";
import { config } from "../../config/compiled.as";
import { EC_PEM, EDDSA_O1, ES256_E1, PS256_R1, RS256_NO_KID, RS256_R1, RSA_PEM } from "../../jose/fixtures.as";
import { ecJwk, edJwk, encoded, hs256, jwks, rsaJwk } from "../../jose/tokens.as";
import { exchange, FakeProvider, introspectionConfig, rememberedSec, said, secretConfig, statusOf } from "../decision/exchange.as";

const CLIENT = "\"client_id\":\"c\",\"client_secret\":\"s\"";
const KEYS = jwks([rsaJwk("\"kid\":\"r1\","), ecJwk("\"kid\":\"e1\","), edJwk("\"kid\":\"o1\",")]);
const OFFERS_INTROSPECTION = "{\"issuer\":\"https://idp.example.com\",\"introspection_endpoint\":\"https://idp.example.com/i\"}";
const OFFERS_KEYS = "{\"issuer\":\"https://idp.example.com\",\"jwks_uri\":\"https://idp.example.com/jwks\"}";

// By the provider's keys.
export function a_token_that_a_key_of_the_provider_signed_is_admitted(): void { byKeys(RS256_R1, "forward"); byKeys(PS256_R1, "forward"); byKeys(ES256_E1, "forward"); byKeys(EDDSA_O1, "forward"); byKeys(RS256_NO_KID, "forward"); }

export function duty_129_without_keys_nothing_is_admitted(): void { equal(said(judge("\"use_jwks\":true", new FakeProvider(), RS256_R1)), "provider_not_ready"); }

export function keys_that_are_on_their_way_are_waited_for_once(): void {
  const provider = new FakeProvider();
  provider.onTheWay = true;
  equal(said(judge("\"use_jwks\":true", provider, RS256_R1)), "await provider");
  equal(said(decide(exchange(config("\"use_jwks\":true"), provider, true), utf8(RS256_R1))), "provider_not_ready");
}

export function not_being_ready_is_not_remembered(): void { equalInt(rememberedSec(judge("\"use_jwks\":true", new FakeProvider(), RS256_R1)), 0); }

export function duty_47_an_unknown_key_id_asks_once_for_new_keys_and_is_then_refused(): void {
  const provider = withKeys(jwks([rsaJwk("\"kid\":\"other\",")]));
  equal(said(judge("\"use_jwks\":true", provider, RS256_R1)), "await provider");
  equalInt(provider.refetches, 1);
  const after = decide(exchange(config("\"use_jwks\":true"), provider, true), utf8(RS256_R1));
  equal(said(after), "unknown_key");
  equalInt(provider.refetches, 1);
  equalInt(rememberedSec(after), 0);
}

export function duty_47_within_the_cooldown_an_unknown_key_id_is_answered_at_once_and_not_called_bad(): void {
  const provider = withKeys(jwks([rsaJwk("\"kid\":\"other\",")]));
  provider.allowsRefetch = false;
  const next = judge("\"use_jwks\":true", provider, RS256_R1);
  equal(said(next), "provider_not_ready");
  equalInt(rememberedSec(next), 0);
}

export function a_key_that_could_not_be_looked_up_makes_no_token_bad(): void {
  const provider = withKeys(jwks([rsaJwk("\"kid\":\"other\",")]));
  provider.failing = true;
  equal(said(decide(exchange(config("\"use_jwks\":true"), provider, true), utf8(RS256_R1))), "provider_not_ready");
}

export function a_key_that_the_provider_has_taken_back_makes_its_tokens_bad_at_once(): void {
  const provider = withKeys(jwks([rsaJwk("\"kid\":\"other\",")]));
  provider.allowsRefetch = false;
  provider.dropped = "r1";
  equal(said(judge("\"use_jwks\":true", provider, RS256_R1)), "unknown_key");
}

export function duty_143_a_token_that_cannot_be_right_causes_no_fetch(): void {
  const provider = withKeys(KEYS), header = encoded("{\"alg\":\"RS256\",\"kid\":\"r1\"}");
  const tokens = ["garbage", "a.b.c", "..", header + ".e30", header + ".e30.AA", hs256("{\"alg\":\"HS256\",\"kid\":\"r1\"}", "{}"), encoded("{\"alg\":\"none\"}") + ".e30.", encoded("{\"alg\":\"RS256\",\"kid\":5}") + ".e30.AA"];
  for (let i = 0; i < tokens.length; i++) equalInt(statusOf(judge("\"use_jwks\":true", provider, tokens[i])), 401);
  equalInt(provider.refetches, 0);
}

export function duty_46_an_algorithm_that_is_not_expected_is_refused_though_the_key_would_verify(): void {
  const only = "\"use_jwks\":true,\"token_signing_alg_values_expected\":[\"RS256\",\"EdDSA\"]";
  equal(said(judge(only, withKeys(KEYS), PS256_R1)), "algorithm_refused");
  equal(said(judge(only, withKeys(KEYS), ES256_E1)), "algorithm_refused");
  equal(said(judge(only, withKeys(KEYS), RS256_R1)), "forward");
}

export function duty_46_a_key_that_names_another_algorithm_does_not_verify(): void {
  const provider = withKeys(jwks([rsaJwk("\"kid\":\"r1\",\"alg\":\"PS256\",")]));
  equal(said(decide(exchange(config("\"use_jwks\":true"), provider, true), utf8(RS256_R1))), "unknown_key");
}

export function duty_44_a_symmetric_token_is_refused_where_keys_are_public(): void {
  byKeys(hs256("{\"alg\":\"HS256\",\"kid\":\"r1\"}", "{\"iss\":\"https://idp.example.com\",\"exp\":4102444800}"), "algorithm_refused");
}

export function duty_43_none_is_refused(): void {
  byKeys(encoded("{\"alg\":\"none\"}") + "." + encoded("{\"iss\":\"https://idp.example.com\",\"exp\":4102444800}") + ".", "algorithm_refused");
  byKeys(encoded("{\"alg\":\"NONE\",\"kid\":\"r1\"}") + ".e30.", "algorithm_refused");
}

export function each_way_in_which_a_token_is_broken_has_its_refusal(): void {
  const header = encoded("{\"alg\":\"RS256\",\"kid\":\"r1\"}");
  byKeys("opaque", "not_a_jwt");
  byKeys(header + ".e30", "not_a_jwt");
  byKeys("e30.e30.AA", "algorithm_refused");
  byKeys(encoded("{\"alg\":\"RS256\",\"crit\":[\"x\"]}") + ".e30.AA", "not_a_jwt");
  byKeys(header + ".e30.AA", "bad_signature");
  byKeys(RS256_R1.substring(0, RS256_R1.length - 2) + "AA", "bad_signature");
}

export function what_the_same_token_would_get_again_is_remembered_for_a_minute(): void {
  equalInt(rememberedSec(judge("\"use_jwks\":true", withKeys(KEYS), "opaque")), 60);
  equalInt(rememberedSec(judge("\"use_jwks\":true", withKeys(KEYS), RS256_R1.substring(0, RS256_R1.length - 2) + "AA")), 60);
}

// By a configured key.
export function a_public_key_verifies_its_tokens_whatever_their_key_id(): void {
  equal(said(judge("\"public_key\":\"" + pem(RSA_PEM) + "\"", null, RS256_R1)), "forward");
  equal(said(judge("\"public_key\":\"" + pem(RSA_PEM) + "\"", null, PS256_R1)), "forward");
  equal(said(judge("\"public_key\":\"" + pem(EC_PEM) + "\"", null, ES256_E1)), "forward");
}

export function duty_44_a_public_key_verifies_no_token_of_another_family(): void {
  equal(said(judge("\"public_key\":\"" + pem(RSA_PEM) + "\"", null, ES256_E1)), "algorithm_refused");
  equal(said(judge("\"public_key\":\"" + pem(EC_PEM) + "\"", null, RS256_R1)), "algorithm_refused");
  equal(said(judge("\"public_key\":\"" + pem(RSA_PEM) + "\"", null, hs256("{\"alg\":\"HS256\"}", "{}"))), "algorithm_refused");
  equal(said(judge("\"public_key\":\"" + pem(RSA_PEM) + "\"", null, encoded("{\"alg\":\"none\"}") + ".e30.")), "algorithm_refused");
}

export function a_secret_verifies_only_the_algorithm_that_is_named(): void {
  const good = "{\"iss\":\"https://idp.example.com\",\"exp\":1700000600}";
  equal(said(decide(exchange(secretConfig()), utf8(hs256("{\"alg\":\"HS256\"}", good)))), "forward");
  equal(said(decide(exchange(secretConfig()), utf8(hs256("{\"alg\":\"HS384\"}", good)))), "algorithm_refused");
  equal(said(decide(exchange(secretConfig()), utf8(hs256("{\"alg\":\"RS256\"}", good)))), "algorithm_refused");
}

export function duty_56_a_signed_payload_that_is_no_strict_json_object_is_refused(): void {
  const payloads = ["", "[]", "{\"exp\":1700000600,\"exp\":1}", "{\"iss\":\"https://idp.example.com\",\"exp\":1700000600}x"];
  for (let i = 0; i < payloads.length; i++) equal(said(decide(exchange(secretConfig()), utf8(hs256("{\"alg\":\"HS256\"}", payloads[i])))), "bad_claims");
}

// By introspection.
export function a_configured_introspection_endpoint_is_asked_whatever_the_token_looks_like(): void {
  equal(said(decide(exchange(introspectionConfig()), utf8("opaque"))), "await");
  equal(said(decide(exchange(introspectionConfig()), utf8(RS256_R1))), "await");
}

export function duty_82_the_endpoint_that_the_provider_offers_is_called_by_the_configured_cluster(): void {
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

// By whatever the provider offers.
export function a_provider_with_introspection_is_asked_where_there_are_credentials(): void {
  const provider = withKeys(KEYS);
  provider.document = OFFERS_INTROSPECTION;
  equal(said(judge(CLIENT, provider, RS256_R1)), "await");
  equal(said(judge("", provider, RS256_R1)), "forward");
  equal(said(judge("\"client_id\":\"c\"", provider, RS256_R1)), "forward");
}

export function a_provider_without_introspection_is_known_by_its_keys(): void {
  const provider = withKeys(KEYS);
  provider.document = OFFERS_KEYS;
  equal(said(judge(CLIENT, provider, RS256_R1)), "forward");
}

export function duty_129_before_it_is_known_what_the_provider_offers_nothing_is_admitted(): void {
  const provider = withKeys(KEYS);
  equal(said(judge(CLIENT, provider, RS256_R1)), "provider_not_ready");
  provider.onTheWay = true;
  equal(said(judge(CLIENT, provider, RS256_R1)), "await provider");
  equal(said(decide(exchange(config(CLIENT), provider, true), utf8(RS256_R1))), "provider_not_ready");
}

export function duty_129_without_a_provider_nothing_is_admitted(): void {
  equal(said(judge("", null, RS256_R1)), "provider_not_ready");
  equal(said(judge("\"use_jwks\":true", null, RS256_R1)), "provider_not_ready");
}

function pem(key: string): string { return key.replaceAll("\n", "\\n"); }

function withKeys(document: string): FakeProvider {
  const provider = new FakeProvider();
  provider.jwks = document;
  return provider;
}

function judge(members: string, provider: FakeProvider | null, token: string): Next { return decide(exchange(config(members), provider), utf8(token)); }
function byKeys(token: string, want: string): void { equal(said(judge("\"use_jwks\":true", withKeys(KEYS), token)), want); }
