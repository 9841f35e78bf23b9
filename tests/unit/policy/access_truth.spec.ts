import { Access } from "../../../assembly/policy/access_rules";
import { TokenClaims } from "../../../assembly/policy/claim_source";
import { equal, equalInt, isTrue } from "../check";
import { Random } from "../fuzz.as";
import { all, any, CLAIMS, json, MISSING, NO, not, rulesOf, WRONG, YES } from "./access.as";

const U = MISSING;

// Truth tables.
export function all_is_no_if_one_rule_is_no_else_unknown_if_one_is_unknown(): void {
  table(true, [YES, NO, U], "yes no unknown|no no no|unknown no unknown"); table(true, [YES, NO, WRONG], "yes no unknown|no no no|unknown no unknown");
}

export function any_is_yes_if_one_rule_is_yes_else_unknown_if_one_is_unknown(): void {
  table(false, [YES, NO, U], "yes yes yes|yes no unknown|yes unknown unknown"); table(false, [YES, NO, WRONG], "yes yes yes|yes no unknown|yes unknown unknown");
}

export function not_swaps_yes_and_no_and_keeps_unknown(): void {
  equal(truth(not(YES)), "no"); equal(truth(not(NO)), "yes"); equal(truth(not(MISSING)), "unknown"); equal(truth(not(WRONG)), "unknown"); equal(truth(not(not(MISSING))), "unknown"); equal(truth(not(not(YES))), "yes");
}

export function all_or_any_of_one_rule_has_the_result_of_that_rule(): void {
  const leaves = [YES, NO, MISSING, WRONG];
  for (let i = 0; i < leaves.length; i++) { equal(truth(all(leaves[i])), truth(leaves[i])); equal(truth(any(leaves[i])), truth(leaves[i])); }
}

export function two_unknowns_of_different_kinds_are_unknown(): void {
  equal(truth(all(MISSING + "," + WRONG)), "unknown"); equal(truth(any(MISSING + "," + WRONG)), "unknown"); equal(truth(not(any(WRONG + "," + MISSING))), "unknown");
}

export function duty_94_a_missing_claim_is_not_granted_by_not(): void {
  // A user without the claim does not count as "not banned".
  equal(truth(not("{\"claim\":\"banned\",\"equals\":true}")), "unknown"); equal(truth(not(all(YES + "," + not(MISSING)))), "unknown"); equal(truth(any(NO + "," + not(WRONG))), "unknown");
}

export function exists_is_never_unknown(): void {
  equal(truth("{\"claim\":\"m\",\"exists\":true}"), "no"); equal(truth("{\"claim\":\"m\",\"exists\":false}"), "yes"); equal(truth("{\"claim\":\"y\",\"exists\":true}"), "yes"); equal(truth("{\"claim\":\"y\",\"exists\":false}"), "no");
}

// Trees. A tree is yes exactly if it is yes for all possible values of the unknown claims. This holds because each is in one place of the tree.

/** A model with two values: it tries all values of the unknown leaves, one bit each. */
class Tree {
  constructor(readonly kind: i32, readonly kids: Tree[]) {}

  get text(): string {
    if (this.kind < 4) return [YES, NO, MISSING, WRONG][this.kind];
    const texts: string[] = [];
    for (let i = 0; i < this.kids.length; i++) texts.push(this.kids[i].text);
    return this.kind == 6 ? not(texts[0]) : this.kind == 5 ? any(texts.join(",")) : all(texts.join(","));
  }

  get unknowns(): i32 {
    let count = this.kind == 2 || this.kind == 3 ? 1 : 0;
    for (let i = 0; i < this.kids.length; i++) count += this.kids[i].unknowns;
    return count;
  }

  /** The result if the unknown leaves, from the left, have the bits of `world` from `bit` on. */
  holds(world: i32, bit: i32): bool {
    if (this.kind < 2) return this.kind == 0;
    if (this.kind < 4) return (world >> bit & 1) == 1;
    let yes = 0;
    for (let i = 0; i < this.kids.length; i++) {
      if (this.kids[i].holds(world, bit)) yes++;
      bit += this.kids[i].unknowns;
    }
    return this.kind == 6 ? yes == 0 : this.kind == 5 ? yes > 0 : yes == this.kids.length;
  }

  get truth(): string {
    const worlds = 1 << this.unknowns;
    let held = 0;
    for (let world = 0; world < worlds; world++) if (this.holds(world, 0)) held++;
    return held == worlds ? "yes" : held == 0 ? "no" : "unknown";
  }
}

export function every_small_tree_grants_only_what_it_would_grant_for_all_values_of_the_missing_claims(): void {
  let trees: Tree[] = [], count = 0;
  for (let kind = 0; kind < 4; kind++) trees.push(new Tree(kind, []));
  const leaves = trees;
  for (let level = 0; level < 2; level++) {
    const next = trees.slice(0);
    for (let i = 0; i < trees.length; i++) {
      next.push(new Tree(6, [trees[i]]));
      for (let kind = 4; kind < 6; kind++) {
        next.push(new Tree(kind, [trees[i]]));
        for (let k = 0; k < trees.length; k++) next.push(new Tree(kind, [trees[i], trees[k]]));
      }
    }
    trees = next;
  }
  for (let i = 0; i < trees.length; i++, count++) agrees(trees[i]);
  for (let i = 0; i < 128; i++, count++) agrees(new Tree(4 + (i & 1), [leaves[i >> 1 & 3], leaves[i >> 3 & 3], leaves[i >> 5]]));
  equalInt(count, 48 + 48 * 3 + 48 * 48 * 2 + 128);
}

export function large_random_trees_grant_only_what_they_would_grant_for_all_values_of_the_missing_claims(): void {
  const random = new Random(8);
  for (let i = 0, seen = 0; seen < 400; i++) {
    const tree = grown(random, 1);
    if (tree.unknowns > 8) continue;
    agrees(tree);
    seen++;
    isTrue(i < 4000, "enough of them are small");
  }
}

/** A random tree. With the `not` that `truth` adds, it may be as deep as rules may be. */
function grown(random: Random, depth: i32): Tree {
  const kind = min(depth == 7 ? random.below(4) : random.below(8), 6), kids: Tree[] = [];
  for (let n = kind < 4 ? 0 : kind == 6 ? 1 : 1 + random.below(3); n > 0; n--) kids.push(grown(random, depth + 1));
  return new Tree(kind, kids);
}

function agrees(tree: Tree): void {
  const text = tree.text, got = truth(text), want = tree.truth;
  assert(got == want, text + " is " + got + ", should be " + want);
}

function judge(rules: string): Access { return rulesOf(rules).judge(new TokenClaims(json(CLAIMS))); }

/** yes, no or unknown. The rules only say whether they are granted, so this also evaluates the negated rule. */
function truth(rule: string): string {
  const yes = judge(rule) == Access.Granted, no = judge(not(rule)) == Access.Granted;
  isTrue(!(yes && no), "yes and no at once");
  return yes ? "yes" : no ? "no" : "unknown";
}

function table(conjunction: bool, values: string[], want: string): void {
  const rows: string[] = [];
  for (let i = 0; i < values.length; i++) {
    const row: string[] = [];
    for (let k = 0; k < values.length; k++) row.push(truth(conjunction ? all(values[i] + "," + values[k]) : any(values[i] + "," + values[k])));
    rows.push(row.join(" "));
  }
  equal(rows.join("|"), want);
}
