// Who may pass, said of claims: all, any and not, where a claim that is missing or of another type says neither yes nor no.

import { same } from "../bytes/bytes";
import { compareNumbers } from "../json/exact";
import { Json, Kind } from "../json/json";
import { ClaimSource } from "./claim_source";

export const enum Access {
  Granted = 0,
  /** A claim is not there, or null. */
  Missing,
  /** A claim is of another type than the rule asks for. */
  WrongType,
  /** A claim says no. */
  Denied,
}

/** Values that one judgement compares: enough for 256 rules about lists of a thousand. Claims that need more do not pass. */
const MAX_STEPS = 256 * 1024;
/** So many bytes of a number are one step more: a long one must be read to its end. */
const BYTES_PER_STEP = 16;

/** Kleene's three values: `all` is the least of its rules, `any` the greatest, `not` what is left to Yes. */
const enum Truth { No = 0, Unknown, Yes }

/** What one judgement may still do. */
@final
class Work {
  private left: i32 = MAX_STEPS;

  /** Then no answer counts. */
  get stopped(): bool { return this.left < 0; }

  take(steps: i32): bool {
    if (this.left >= 0) this.left -= steps;
    return this.left >= 0;
  }
}

/** What a rule comes to. */
@final
class Outcome {
  constructor(
    readonly truth: Truth,
    /** Why it is not Yes; Granted where it is. */
    readonly access: Access,
    /** The rule that it came to this by. */
    readonly place: string,
  ) {}
}

/** Only a plain Yes lets through: whatever is unknown, it would be Yes with any value in its place. */
@final
export class AccessRules {
  /** Where the last judgement failed, as `access_rules.all[1] (realm_access.roles)`; empty where it did not. Configuration only, never a claim's value. */
  why: string = "";

  /** `name`: what the configuration calls them. */
  constructor(private readonly rule: AccessRule, private readonly name: string) {}

  judge(source: ClaimSource): Access {
    const work = new Work(), outcome = this.rule.judge(source, work);
    this.why = work.stopped ? this.name + " (too many comparisons)" : outcome.truth == Truth.Yes ? "" : outcome.place;
    return work.stopped ? Access.Denied : outcome.access;
  }
}

export abstract class AccessRule {
  /** `place`: where it stands in the configuration. */
  constructor(readonly place: string) {}

  abstract judge(source: ClaimSource, work: Work): Outcome;
}

@final
export class All extends AccessRule {
  constructor(place: string, private readonly rules: AccessRule[]) { super(place); }

  /** Fails for the reason of the first rule that does not hold. */
  judge(source: ClaimSource, work: Work): Outcome {
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

  /** Fails for the reason of the first rule where all have the same; with different reasons there is none to name. */
  judge(source: ClaimSource, work: Work): Outcome {
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

  judge(source: ClaimSource, work: Work): Outcome {
    const one = this.rule.judge(source, work);
    if (one.truth == Truth.Unknown) return one;
    return one.truth == Truth.Yes ? new Outcome(Truth.No, Access.Denied, one.place) : new Outcome(Truth.Yes, Access.Granted, one.place);
  }
}

/** `exists`: never unknown. A claim that is null is not there. */
@final
export class ClaimExists extends AccessRule {
  constructor(place: string, private readonly path: string, private readonly wanted: bool) { super(place); }

  judge(source: ClaimSource, work: Work): Outcome {
    const claim = source.find(this.path);
    const there = claim != null && claim.json.kind(claim.node) != Kind.Null;
    if (there == this.wanted) return new Outcome(Truth.Yes, Access.Granted, this.place);
    return new Outcome(Truth.No, there ? Access.Denied : Access.Missing, this.place);
  }
}

/** `equals` and `one_of`: the claim is one of the values. `contains`: it is a list that holds one, or is one itself, as `aud` may be. */
@final
export class ClaimIs extends AccessRule {
  constructor(place: string, private readonly path: string, private readonly values: Scalar[], private readonly orHolds: bool) { super(place); }

  judge(source: ClaimSource, work: Work): Outcome {
    const claim = source.find(this.path);
    const access = claim == null ? Access.Missing : this.look(claim.json, claim.node, work);
    return new Outcome(access == Access.Granted ? Truth.Yes : access == Access.Denied ? Truth.No : Truth.Unknown, access, this.place);
  }

  private look(claims: Json, node: i32, work: Work): Access {
    const kind = claims.kind(node);
    if (kind == Kind.Null) return Access.Missing;
    if (kind != Kind.List || !this.orHolds) return this.compare(claims, node, work);
    for (let item = claims.first(node); item >= 0; item = claims.sibling(node, item)) {
      if (this.compare(claims, item, work) == Access.Granted) return Access.Granted;
    }
    return Access.Denied;
  }

  private compare(claims: Json, node: i32, work: Work): Access {
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

/** A string, number or boolean; anything else has the type of none of them. */
@final
export class Scalar {
  private readonly kind: Kind;
  /** A string's text, unescaped; a number as it is written. */
  private readonly text: Uint8Array;

  constructor(json: Json, node: i32) {
    this.kind = json.kind(node);
    this.text = json.isNumber(node) ? json.raw(node) : json.text(node);
  }

  /** Steps of one comparison. */
  get cost(): i32 { return this.kind == Kind.Number ? 1 + this.text.length / BYTES_PER_STEP : 1; }

  hasTypeOf(other: Scalar): bool { return typeOf(this.kind) == typeOf(other.kind); }

  /** By value: however a string is spelt, and 1 is 1.0. */
  equals(other: Scalar): bool {
    if (this.kind != other.kind) return false;
    return this.kind == Kind.Number ? compareNumbers(this.text, other.text) == 0 : same(this.text, other.text);
  }
}

/** true and false are of one type. */
function typeOf(kind: Kind): Kind { return kind == Kind.False ? Kind.True : kind; }
