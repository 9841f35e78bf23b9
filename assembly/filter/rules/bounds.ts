// Reports to the operator that a share has no room for another call or wait.

import { decodeUtf8 } from "../../bytes/utf8";
import { Config } from "../../config/config";
import { Bound } from "../observe/metrics";
import { RuleSettings } from "./rule_settings";
import { MAX_CALLS, MAX_WAITING, Share } from "./share";

/** Counts and logs that a request found its share full. */
export function noteFull(rule: RuleSettings, share: Share): void {
  const calls = share.callsFull;
  if (!share.reached.count(calls ? Bound.Calls : Bound.Waiting)) return;
  const what = calls ? `${MAX_CALLS} ${share.name} are under way` : `${MAX_WAITING} requests wait`;
  rule.trouble(`${what} at the provider ${providerOf(rule.config)}: until it answers, further requests get 503 too_many_waiting`);
}

function providerOf(config: Config): string {
  const settings = config.provider, endpoint = config.introspection.endpoint;
  if (settings != null) return `${decodeUtf8(settings.issuer)} [cluster "${decodeUtf8(settings.discovery.cluster)}"]`;
  return endpoint == null ? "" : `${decodeUtf8(endpoint.url.authority)} [cluster "${decodeUtf8(endpoint.cluster)}"]`;
}
