// Access rules over claims: `all`, `any` and `not`. If a claim is missing or has another type, the result is unknown: neither yes nor no.

import { same } from "../bytes/bytes";
import { Comparison } from "../json/comparison";
import { compareNumbers } from "../json/exact";
import { Json, Kind } from "../json/json";
import { ClaimSource } from "./claim_source";

export const enum Access {
  Granted = 0,
  /** A claim is absent or null. */
  Missing,
  /** A claim has another type than the rule requires. */
  WrongType,
  /** A claim has another value than the rule requires. */
  Denied,
}

/** Comparisons in one evaluation: enough for 256 rules about lists of a thousand items. Claims that need more are refused. */
const MAX_STEPS = 256 * 1024;
/** So many bytes of a number cost one step more, because a long number must be read to its end. */
const BYTES_PER_STEP = 16;

/** Kleene's three values. `all` is the least of its rules' values, `any` the greatest, and `not` swaps No and Yes. */
const enum Truth { No = 0, Unknown, Yes }

/** The result of a rule. */
@final
class Outcome {
  constructor(
    readonly truth: Truth,
    /** Why it is not Yes; Granted if it is. */
    readonly access: Access,
    /** The place of the rule that decided. */
    readonly place: string,
  ) {}
}

/** Only Yes admits. Then the result would be Yes with any value of an unknown claim. */
@final
export class AccessRules {
  /** Where the last evaluation failed, such as `access_rules.all[1] (realm_access.roles)`; empty if it did not. It has no value of a claim. */
  why: string = "";

  /** `name`: of the attribute. */
  constructor(private readonly rule: AccessRule, private readonly name: string) {}

  judge(source: ClaimSource): Access {
    const work = new Comparison(MAX_STEPS), outcome = this.rule.judge(source, work);
    this.why = work.stopped ? this.name + " (too many comparisons)" : outcome.truth == Truth.Yes ? "" : outcome.place;
    return work.stopped ? Access.Denied : outcome.access;
  }
}

export abstract class AccessRule {
  /** `place`: in the configuration. */
  constructor(readonly place: string) {}

  abstract judge(source: ClaimSource, work: Comparison): Outcome;
}

@final
export class All extends AccessRule {
  constructor(place: string, private readonly rules: AccessRule[]) { super(place); }

  /** If it fails, the reason is that of the first failing rule. */
  judge(source: ClaimSource, work: Comparison): Outcome {
    let truth = Truth.Yes, access = Access.Granted, place = this.place;
    for (let i = 0; i < this.rules.length && truth != Truth.No; i++) {
      const one = this.rules[i].judge(source, work);
      if (truth == Truth.Yes) {
        access = one.access;
        if (one.truth != Truth.Yes) place = one.place;
      }
      truth = min(truth, one.truth);
    }
    return new Outcome(truth, access, place);
  }
}

@final
export class Any extends AccessRule {
  constructor(place: string, private readonly rules: AccessRule[]) { super(place); }

  /** If it fails, the reason is the one that all its rules share; if they differ, it is Denied. */
  judge(source: ClaimSource, work: Comparison): Outcome {
    let truth = Truth.No, access = Access.Denied, place = this.place;
    for (let i = 0; i < this.rules.length; i++) {
      const one = this.rules[i].judge(source, work);
      if (one.truth == Truth.Yes) return one;
      if (i == 0) {
        access = one.access;
        place = one.place;
      } else if (one.access != access) {
        access = Access.Denied;
        place = this.place;
      }
      truth = max(truth, one.truth);
    }
    return new Outcome(truth, access, place);
  }
}

@final
export class Not extends AccessRule {
  constructor(place: string, private readonly rule: AccessRule) { super(place); }

  judge(source: ClaimSource, work: Comparison): Outcome {
    const one = this.rule.judge(source, work);
    if (one.truth == Truth.Unknown) return one;
    return one.truth == Truth.Yes ? new Outcome(Truth.No, Access.Denied, one.place) : new Outcome(Truth.Yes, Access.Granted, one.place);
  }
}

/** `exists`: its result is never unknown. A claim that is null counts as absent. */
@final
export class ClaimExists extends AccessRule {
  constructor(place: string, private readonly path: string, private readonly wanted: bool) { super(place); }

  judge(source: ClaimSource, work: Comparison): Outcome {
    const claim = source.find(this.path);
    const there = claim != null && claim.json.kind(claim.node) != Kind.Null;
    if (there == this.wanted) return new Outcome(Truth.Yes, Access.Granted, this.place);
    return new Outcome(Truth.No, there ? Access.Denied : Access.Missing, this.place);
  }
}

/** `equals` and `one_of`: the claim is one of the values. `contains`: it is a list with one of them, or is one itself, as `aud` may be. */
@final
export class ClaimIs extends AccessRule {
  constructor(place: string, private readonly path: string, private readonly values: Scalar[], private readonly orHolds: bool) { super(place); }

  judge(source: ClaimSource, work: Comparison): Outcome {
    const claim = source.find(this.path);
    const access = claim == null ? Access.Missing : this.look(claim.json, claim.node, work);
    return new Outcome(access == Access.Granted ? Truth.Yes : access == Access.Denied ? Truth.No : Truth.Unknown, access, this.place);
  }

  private look(claims: Json, node: i32, work: Comparison): Access {
    const kind = claims.kind(node);
    if (kind == Kind.Null) return Access.Missing;
    if (kind != Kind.List || !this.orHolds) return this.compare(claims, node, work);
    for (let item = claims.first(node); item >= 0; item = claims.sibling(node, item)) {
      if (this.compare(claims, item, work) == Access.Granted) return Access.Granted;
    }
    return Access.Denied;
  }

  private compare(claims: Json, node: i32, work: Comparison): Access {
    const claim = new Scalar(claims, node);
    let access = Access.WrongType;
    for (let i = 0; i < this.values.length; i++) {
      if (!work.take(claim.cost)) return Access.Denied;
      if (!claim.hasTypeOf(this.values[i])) continue;
      if (claim.equals(this.values[i])) return Access.Granted;
      access = Access.Denied;
    }
    return access;
  }
}

/** A string, number or boolean. Any other value has a type that equals none of them. */
@final
export class Scalar {
  private readonly kind: Kind;
  /** The unescaped text of a string; a number as it is written. */
  private readonly text: Uint8Array;

  constructor(json: Json, node: i32) {
    this.kind = json.kind(node);
    this.text = json.isNumber(node) ? json.raw(node) : json.text(node);
  }

  /** The steps that one comparison costs. */
  get cost(): i32 { return this.kind == Kind.Number ? 1 + this.text.length / BYTES_PER_STEP : 1; }

  hasTypeOf(other: Scalar): bool { return typeOf(this.kind) == typeOf(other.kind); }

  /** Compares values: escapes in strings make no difference, and 1 equals 1.0. */
  equals(other: Scalar): bool {
    if (this.kind != other.kind) return false;
    return this.kind == Kind.Number ? compareNumbers(this.text, other.text) == 0 : same(this.text, other.text);
  }
}

/** true and false have the same type. */
function typeOf(kind: Kind): Kind { return kind == Kind.False ? Kind.True : kind; }
