import { Config } from "../../../../assembly/config/config";
import { IntrospectionRequest } from "../../../../assembly/filter/calls/introspection_request";
import { Counter } from "../../../../assembly/filter/observe/metrics";
import { RuleCounters } from "../../../../assembly/filter/observe/rule_counters";
import { Root } from "../../../../assembly/filter/rules/root";
import { RuleSettings } from "../../../../assembly/filter/rules/rule_settings";
import { NO_SESSIONS } from "../../../../assembly/filter/shared/registry";
import { Standing } from "../../../../assembly/filter/shared/shared_results";
import { Await, CalloutKind } from "../../../../assembly/flow/decision/next";
import { ReadAnswer } from "../../../../assembly/flow/bearer/read_answer";
import { Callout, Endpoint } from "../../../../assembly/http/callout";
import { NameTable } from "../../../../assembly/http/name_table";
import { readUrl } from "../../../../assembly/http/url";
import { ascii, equal, equalInt, isFalse, isTrue } from "../../check";
import { exchange, introspectionConfig } from "../../flow/decision/exchange.as";

export function workers_with_the_same_configuration_give_an_introspection_request_the_same_name(): void {
  equal(name("key", 0, "token"), name("key", 0, "token"));
  equalInt(requestFor("key", 0, "token").name.length, 16);
}

export function another_configuration_rule_or_token_gives_another_name(): void {
  const own = name("key", 0, "token");
  isFalse(own == name("kez", 0, "token") || own == name("key", 1, "token") || own == name("key", 0, "tokeo") || own == name("key", 0, ""), "another name");
}

export function a_response_that_was_not_sealed_gives_no_verdict(): void {
  const x = exchange(introspectionConfig()), asked = requestFor("key", 0, "token");
  for (let size = 0; size < 100; size++) isTrue(asked.verdict(x, new Standing(1, 0, 1, new Uint8Array(size).fill(7))) == null, size.toString());
}

export function a_lease_is_under_way_until_its_time_and_never_for_longer_than_a_lease_lasts(): void {
  const standing = new Standing(1, 5_000, 0, new Uint8Array(0));
  isTrue(standing.underWay(4_999, 3_000) && standing.underWay(2_000, 3_000), "under way");
  isFalse(standing.underWay(5_000, 3_000) || standing.underWay(6_000, 3_000), "over");
  isTrue(standing.underWay(1_000, 3_000), "another worker's time may be a second ahead");
  isFalse(standing.underWay(999, 3_000) || standing.underWay(0, 3_000), "too long");
}

function name(key: string, rule: i32, token: string): string { return requestFor(key, rule, token).name.toString(); }

function requestFor(key: string, number: i32, token: string): IntrospectionRequest {
  const root = new Root(1), endpoint = new Endpoint(readUrl(ascii("https://idp.example.com/introspect")).value, ascii("idp"));
  root.key = ascii(key);
  const rule = new RuleSettings(root, number, "none", new Config(), new NameTable(), null, NO_SESSIONS, new RuleCounters("", new Counter(""), new Counter("")));
  return new IntrospectionRequest(rule, ascii(token), new Await(new Callout("POST", endpoint), new ReadAnswer(), CalloutKind.Introspection));
}
