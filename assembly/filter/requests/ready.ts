// `ready_path`: whether requests of this configuration can be served, for probes. Answered before a rule is chosen, and without a credential.

import { FilterHeadersStatus } from "../../abi/enums";
import { nowMs } from "../../abi/host";
import { is } from "../../bytes/bytes";
import { Refuse } from "../../flow/decision/next";
import { READY_METHOD } from "../../flow/decision/refusal";
import { quoted } from "../../json/quoted";
import { Configuration } from "../calls/roots";
import { lackOf } from "../provider/readiness";
import { RuleSettings } from "../rules/rule_settings";
import { answer, report } from "./answer";
import { headers } from "./current";

/** The request at hand is for `ready_path`. */
export function answerReady(root: Configuration, whole: RuleSettings): FilterHeadersStatus {
  const method = headers.only(":method");
  if (!is(method, "GET") && !is(method, "HEAD")) return answer(Refuse.method(READY_METHOD, "GET, HEAD"), whole, false);
  const lacks: string[] = [], now = nowMs();
  noteLack(lacks, whole, now);
  for (let i = 0; i < root.rules.length; i++) noteLack(lacks, root.rules[i], now);
  if (lacks.length == 0) return report(200, "oidc_ready", '{"ready":true}\n');
  return report(503, "oidc_not_ready", '{"ready":false,"lacks":[' + lacks.join(",") + "]}\n");
}

/** Rules with the same provider mostly lack the same. */
function noteLack(lacks: string[], rule: RuleSettings, now: i64): void {
  const provider = rule.provider, settings = rule.config.provider;
  if (provider == null || settings == null) return;
  provider.at(now);
  const lack = lackOf(settings, provider);
  if (lack == null) return;
  const endpoint = lack.endpoint.length > 0 ? `,"endpoint":"${lack.endpoint}"` : "";
  const text = `{"code":"${lack.code}","issuer":${quoted(provider.issuer())}${endpoint}}`;
  if (!lacks.includes(text)) lacks.push(text);
}
