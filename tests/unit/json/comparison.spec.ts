import { Comparison, childCount } from "../../../assembly/json/comparison";
import { ABSENT } from "../../../assembly/json/json";
import { placeWithin } from "../../../assembly/json/place";
import { Texts } from "../../../assembly/json/texts";
import { equal, equalBytes, equalInt, isFalse, isTrue, utf8 } from "../check";
import { read } from "./reading.as";

export function values_are_equal_however_they_are_written(): void {
  same("null", "null"); same("true", "true"); same("1", "1.0"); same(`"a"`, `"\\u0061"`); same("[]", "[ ]"); same("{}", "{ }");
  same(`{"a":1,"b":[true]}`, `{"b":[true],"a":1e0}`); same(`{"\\u0061":{"b":null}}`, `{"a":{"b":null}}`);
}

export function values_of_different_types_are_never_equal(): void {
  const values = ["null", "true", "false", "0", "1", `""`, `"1"`, `"null"`, "[]", "[0]", `[""]`, "{}", `{"a":0}`, `["a",0]`];
  for (let i = 0; i < values.length; i++) for (let k = 0; k < values.length; k++) if (i != k) different(values[i], values[k]);
}

export function lists_are_equal_item_by_item(): void {
  different("[1,2]", "[2,1]"); different("[1]", "[1,1]"); different("[1,1]", "[1]"); different("[[1],2]", "[[1,2]]"); different("[]", "[null]");
}

export function objects_are_equal_member_by_member(): void {
  different(`{"a":1}`, `{"a":2}`); different(`{"a":1}`, `{"b":1}`); different(`{"a":1}`, `{"a":1,"b":1}`); different(`{"a":1,"b":1}`, `{"a":1}`); different(`{"a":1}`, `{"A":1}`);
  different(`{"a":{"b":1}}`, `{"a":{"b":[1]}}`);
}

export function duty_66_a_comparison_without_steps_left_says_no_and_reports_that_it_stopped(): void {
  const a = texts("[1,2,3,4]"), b = texts("[1,2,3,4]");
  const enough = new Comparison(100), few = new Comparison(4);
  isTrue(enough.equal(a, 0, b, 0), "equal"); isFalse(enough.stopped, "enough");
  isFalse(few.equal(a, 0, b, 0), "not known"); isTrue(few.stopped, "stopped");
  isFalse(few.equal(texts("1"), 0, texts("1"), 0), "nor is anything later"); isFalse(few.step(), "no step");
}

export function duty_66_long_numbers_take_more_steps(): void {
  const long = "1".repeat(100_000), work = new Comparison(1000);
  isFalse(work.equal(texts(long), 0, texts("1"), 0), "not known"); isTrue(work.stopped, "stopped");
}

export function duty_66_every_compared_name_costs_a_step(): void {
  const a = texts(`{"a":1,"b":2,"c":3,"d":4}`), names = texts(`["d"]`), enough = new Comparison(4), few = new Comparison(3);
  equalInt(<i64>a.json.number(enough.member(a, 0, names, 1)), 4); isFalse(enough.stopped, "enough");
  equalInt(few.member(a, 0, names, 1), ABSENT); isTrue(few.stopped, "stopped");
}

export function a_member_is_found_by_a_name_of_another_document(): void {
  const a = texts(`{"x":1,"r\\u00f4le":2,"":3}`), names = texts(`["rôle","","X","x"]`), work = new Comparison(1000);
  equalInt(work.member(a, 0, names, 1), a.json.member(0, "x") + 2);
  equalInt(<i64>a.json.number(work.member(a, 0, names, 2)), 3);
  equalInt(work.member(a, 0, names, 3), ABSENT);
  equalInt(<i64>a.json.number(work.member(a, 0, names, 4)), 1);
}

export function a_value_that_is_not_an_object_has_no_member(): void {
  const names = texts(`["a"]`), work = new Comparison(1000), others = [`["a","b"]`, `"a"`, "1", "null"];
  for (let i = 0; i < others.length; i++) equalInt(work.member(texts(others[i]), 0, names, 1), ABSENT);
  equalInt(work.member(texts(`{"a":1}`), ABSENT, names, 1), ABSENT);
}

export function children_are_counted(): void { equalInt(childCount(read("[1,[2,3],{}]"), 0), 3); equalInt(childCount(read(`{"a":[1],"b":2}`), 0), 4); equalInt(childCount(read("[]"), 0), 0); equalInt(childCount(read("1"), 0), 0); }

export function a_text_is_unescaped_only_once(): void {
  const t = texts(`["\\u0061b",-1.50]`);
  equalBytes(t.of(1), utf8("ab")); equalBytes(t.of(2), utf8("-1.50"));
  isTrue(t.of(1) === t.of(1), "the same bytes");
}

export function the_path_of_every_value_is_known(): void {
  const json = read(`{"a":{"b":[1,{"c.d":[true]},[]]},"":0,"é\\n":{}}`);
  const want = ["", "", ".a", "", ".a.b", ".a.b[0]", ".a.b[1]", "", ".a.b[1].c.d", ".a.b[1].c.d[0]", ".a.b[2]", "", ".", "", ".é\n"];
  for (let node = 0; node < json.nodeCount; node++) if (node == 0 || want[node].length > 0) equal(placeWithin(json, json.root, node), want[node]);
  equal(placeWithin(json, 4, 9), "[1].c.d[0]");
}

function texts(document: string): Texts { return new Texts(read(document), 0); }

function holds(a: string, b: string): bool {
  const work = new Comparison(1000), forth = work.equal(texts(a), 0, texts(b), 0), back = work.equal(texts(b), 0, texts(a), 0);
  assert(forth == back && !work.stopped, a + " and " + b + " from both sides");
  return forth;
}

function same(a: string, b: string): void { isTrue(holds(a, b), a + " is " + b); }
function different(a: string, b: string): void { isFalse(holds(a, b), a + " is not " + b); }
