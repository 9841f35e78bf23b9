// `access_rules`: one rule, which may contain others. Every mistake in it is reported with its place.

import { decodeUtf8 } from "../bytes/utf8";
import { ABSENT, Json, Kind } from "../json/json";
import { AccessRule, AccessRules, All, Any, ClaimExists, ClaimIs, Not, Scalar } from "../policy/access_rules";
import { PATH_EXPECTED, plainPath } from "./identity";
import { nearest } from "./nearest";
import { ConfigReader, itemAt } from "./reader";
import { isReference } from "./references";

/** The evaluation is recursive, and visits each rule. */
const MAX_DEPTH = 8;
const MAX_RULES = 256;

const KNOWN: string[] = ["all", "any", "not", "claim", "equals", "contains", "one_of", "exists"];

/** null if the key is absent or wrong. */
export function readAccessRules(r: ConfigReader, key: string): AccessRules | null {
  const node = r.node(key);
  if (node == ABSENT) return null;
  const reader = new RuleReader(r.json, r.errors), at = r.at(key), rule = reader.rule(node, at, 1);
  if (reader.count > MAX_RULES) reader.wrong(at, "expected at most " + MAX_RULES.toString() + " rules, found " + reader.count.toString());
  return rule == null || reader.failed ? null : new AccessRules(rule, at);
}

@final
class RuleReader {
  /** The number of rules until now. */
  count: i32 = 0;
  /** If this is set, the returned rules are not valid. */
  failed: bool = false;

  constructor(private readonly json: Json, private readonly errors: string[]) {}

  rule(node: i32, at: string, depth: i32): AccessRule | null {
    this.count++;
    if (!this.json.isObject(node)) return this.wrong(at, `expected a rule, such as {"claim": "realm_access.roles", "contains": "admin"}`);
    if (depth > MAX_DEPTH) return this.wrong(at, `rules may be nested at most ${MAX_DEPTH} deep`);
    let made: AccessRule | null = null, forms = 0, tests = 0;
    for (let key = this.json.first(node); key >= 0; key = this.json.sibling(node, key + 1)) {
      const name = decodeUtf8(this.json.text(key)), value = key + 1, place = at + "." + name;
      switch (name) {
        case "all": made = new All(place, this.rules(value, place, depth)); forms++; break;
        case "any": made = new Any(place, this.rules(value, place, depth)); forms++; break;
        case "not": {
          const inner = this.rule(value, place, depth + 1);
          if (inner != null) made = new Not(place, inner);
          forms++;
          break;
        }
        case "claim": forms++; break;
        case "equals":
        case "contains":
        case "one_of":
        case "exists": tests++; break;
        default: {
          const near = nearest(name, KNOWN);
          this.wrong(place, "unknown attribute" + (near.length > 0 ? "; did you mean " + near + "?" : ""));
        }
      }
    }
    const claim = this.json.memberOrNull(node, "claim");
    if (claim != ABSENT) made = this.claimRule(node, claim, at, tests);
    else if (tests > 0) this.wrong(at, "equals, contains, one_of and exists need claim beside them");
    if (forms != 1) this.wrong(at, "expected one of all, any, not and claim, found " + (forms == 0 ? "none" : forms.toString()));
    return made;
  }

  private rules(list: i32, at: string, depth: i32): AccessRule[] {
    const out: AccessRule[] = [];
    const first = this.json.isList(list) ? this.json.first(list) : ABSENT;
    if (first == ABSENT) this.wrong(at, "expected a list of rules that is not empty");
    let i = 0;
    for (let item = first; item >= 0; item = this.json.sibling(list, item)) {
      const rule = this.rule(item, itemAt(at, i++), depth + 1);
      if (rule != null) out.push(rule);
    }
    return out;
  }

  /** `tests`: the number of members beside the claim. */
  private claimRule(node: i32, claim: i32, at: string, tests: i32): AccessRule | null {
    const json = this.json, path = json.isString(claim) ? decodeUtf8(json.text(claim)) : "";
    if (!plainPath(path)) this.wrong(at + ".claim", PATH_EXPECTED);
    else this.written(claim, at + ".claim");
    const equals = json.memberOrNull(node, "equals"), contains = json.memberOrNull(node, "contains");
    const oneOf = json.memberOrNull(node, "one_of"), exists = json.memberOrNull(node, "exists");
    const values: Scalar[] = [];
    if (equals != ABSENT) this.scalar(values, equals, at + ".equals");
    if (contains != ABSENT) this.scalar(values, contains, at + ".contains");
    if (oneOf != ABSENT) {
      const first = json.isList(oneOf) ? json.first(oneOf) : ABSENT;
      if (first == ABSENT) this.wrong(at + ".one_of", "expected a list of strings, numbers or booleans that is not empty");
      let i = 0;
      for (let item = first; item >= 0; item = json.sibling(oneOf, item)) this.scalar(values, item, itemAt(at + ".one_of", i++));
    }
    const kind = json.kind(exists);
    if (exists != ABSENT && kind != Kind.True && kind != Kind.False) this.wrong(at + ".exists", "expected true or false");
    if (tests != 1) return this.wrong(at, "expected one of equals, contains, one_of and exists beside claim, found " + (tests == 0 ? "none" : tests.toString()));
    const place = at + " (" + path + ")";
    return exists != ABSENT ? new ClaimExists(place, path, kind == Kind.True) : new ClaimIs(place, path, values, contains != ABSENT);
  }

  private scalar(into: Scalar[], node: i32, at: string): void {
    const kind = this.json.kind(node);
    if (kind == Kind.Null || kind >= Kind.List) this.wrong(at, "expected a string, a number or a boolean");
    else if (this.written(node, at)) into.push(new Scalar(this.json, node));
  }

  /** References are not replaced here. Taken literally, one would never equal a claim, and `not` would admit everybody. */
  private written(node: i32, at: string): bool {
    if (!isReference(this.json.text(node))) return true;
    this.wrong(at, "is not replaced here: write the value itself");
    return false;
  }

  wrong(at: string, what: string): AccessRule | null {
    const error = at + ": " + what;
    // Several rules may inherit the same mistake. It is reported once.
    if (!this.errors.includes(error)) this.errors.push(error);
    this.failed = true;
    return null;
  }
}
