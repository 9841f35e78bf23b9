/** Evaluates access rules and claims that are given as text. */

import { Environment } from "../../../assembly/config/environment";
import { readAccessRules } from "../../../assembly/config/read_access_rules";
import { ConfigReader } from "../../../assembly/config/reader";
import { Json } from "../../../assembly/json/json";
import { parse } from "../../../assembly/json/parser";
import { Access, AccessRules } from "../../../assembly/policy/access_rules";
import { TokenClaims } from "../../../assembly/policy/claim_source";
import { equal, isFalse, isTrue, utf8 } from "../check";

export function json(document: string): Json {
  const parsed = parse(utf8(document), 1024 * 1024);
  isFalse(parsed.failed, "JSON: " + document.substring(0, 100));
  return parsed.value;
}

/** Access rules, or their errors. */
export class Read {
  constructor(readonly rules: AccessRules | null, readonly errors: string[]) {}
}

/** Reads the member `access_rules` of a configuration. */
export function read(document: string): Read { return readJson(json("{\"access_rules\":" + document + "}")); }

export function readJson(config: Json): Read {
  const errors: string[] = [], rules = readAccessRules(new ConfigReader(config, config.root, "", new Environment([]), errors), "access_rules");
  isTrue(rules == null || errors.length == 0, "rules or errors");
  return new Read(rules, errors);
}

export function rulesOf(document: string): AccessRules {
  const out = read(document), rules = out.rules;
  if (rules == null) assert(false, "refused: " + out.errors.join("; "));
  return rules!;
}

export function word(access: Access): string {
  return access == Access.Granted ? "granted" : access == Access.Missing ? "missing" : access == Access.WrongType ? "wrong type" : "denied";
}

export const CLAIMS = "{\"y\":\"v\",\"n\":\"x\",\"w\":7}";
// Rules, named by their result with CLAIMS.
export const YES = "{\"claim\":\"y\",\"equals\":\"v\"}", NO = "{\"claim\":\"n\",\"equals\":\"v\"}", MISSING = "{\"claim\":\"m\",\"equals\":\"v\"}", WRONG = "{\"claim\":\"w\",\"equals\":\"v\"}";

export function all(rules: string): string { return "{\"all\":[" + rules + "]}"; }
export function any(rules: string): string { return "{\"any\":[" + rules + "]}"; }
export function not(rule: string): string { return "{\"not\":" + rule + "}"; }

/** The result and, if it is not granted, its path: `denied at access_rules (groups)`. */
export function judged(rules: string, claims: string): string {
  const access = rulesOf(rules), answer = access.judge(new TokenClaims(json(claims)));
  isTrue((access.why.length == 0) == (answer == Access.Granted), "a place where it failed");
  return word(answer) + (access.why.length > 0 ? " at " + access.why : "");
}

export function judges(rules: string, claims: string, want: string): void { equal(judged(rules, claims), want); }
