// Admitted and refused requests of each rule. These counters exist from the start of their configuration. Envoy never forgets one, so their number is bounded.

import { utf8 } from "../../bytes/bytes";
import { Counter, metrics } from "./metrics";
import { escaped } from "./trail";

/** Rules with counters of their own, also those of earlier configurations. Further rules share one pair of counters. */
const MAX_RULES = 1_024;
/** Of a configuration's name, in bytes. The rest is left out. */
const MAX_CONFIGURATION = 128;
/** In place of both names. */
const OTHERS = "other.other";

@final
export class RuleCounters {
  constructor(readonly name: string, readonly admitted: Counter, readonly refused: Counter) {}
}

const all: RuleCounters[] = [];

/**
 * The counters of a rule. Configurations with the same name share them. The rule's name has no dot, so labels can be read from the whole
 * (envoy/observability/stats.yaml).
 */
export function countersOf(rule: string, configuration: string): RuleCounters {
  const name = rule + "." + escaped(utf8(configuration), MAX_CONFIGURATION), known = find(name);
  if (known != null) return known;
  return all.length < MAX_RULES ? added(name) : find(OTHERS) || added(OTHERS);
}

function find(name: string): RuleCounters | null {
  for (let i = 0; i < all.length; i++) if (all[i].name == name) return all[i];
  return null;
}

function added(name: string): RuleCounters {
  const counters = new RuleCounters(name, metrics.define("rule_admitted." + name), metrics.define("rule_refused." + name));
  all.push(counters);
  return counters;
}
