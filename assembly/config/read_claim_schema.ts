// `claim_schema`: a JSON Schema for claims. Keywords that policy/claim_schema.ts does not evaluate are refused, because who writes them relies on them.

import { decodeUtf8 } from "../bytes/utf8";
import { words } from "../bytes/words";
import { isWhole } from "../json/exact";
import { ABSENT, Json, Kind } from "../json/json";
import { placeWithin } from "../json/place";
import { ClaimSchema, Keyword, KEYWORDS, TYPES } from "../policy/claim_schema";
import { nearest } from "./nearest";
import { ConfigReader } from "./reader";
import { isReference } from "./references";

/** The evaluation is recursive. */
const MAX_DEPTH = 16;
const MAX_SCHEMAS = 512;
/** Keywords that have no effect on validation. */
const ANNOTATIONS = "$schema $id title description default examples $comment";

/** null if the key is absent or wrong. */
export function readClaimSchema(r: ConfigReader, key: string): ClaimSchema | null {
  const root = r.node(key);
  if (root == ABSENT) return null;
  const before = r.errors.length, reader = new SchemaReader(r.json, root, r.at(key), r.errors);
  reader.schema(root, 1);
  r.atMost(key, MAX_SCHEMAS, reader.count, " schemas");
  return r.errors.length > before ? null : new ClaimSchema(r.json, root, r.at(key), reader.notes);
}

@final
class SchemaReader {
  /** See ClaimSchema. */
  readonly notes: StaticArray<u8>;
  /** The number of schemas until now. */
  count: i32 = 0;
  private readonly keywords: string[] = words(KEYWORDS);
  private readonly annotations: string[] = words(ANNOTATIONS);
  private readonly typeNames: string[] = words(TYPES);

  constructor(private readonly json: Json, private readonly root: i32, private readonly name: string, private readonly errors: string[]) {
    this.notes = new StaticArray<u8>(json.next(root) - root);
  }

  schema(node: i32, depth: i32): void {
    this.count++;
    if (!this.json.isObject(node)) {
      if (!this.isFlag(node)) this.wrong(node, "expected a schema: an object, true or false");
    } else if (depth > MAX_DEPTH) this.wrong(node, `schemas may be nested at most ${MAX_DEPTH} deep`);
    else for (let key = this.json.first(node); key >= 0; key = this.json.sibling(node, key + 1)) this.keyword(key, depth + 1);
  }

  private keyword(key: i32, depth: i32): void {
    const json = this.json, value = key + 1, name = decodeUtf8(json.text(key));
    const keyword = <Keyword>this.keywords.indexOf(name);
    switch (keyword) {
      case Keyword.Type: this.types(value); break;
      case Keyword.Properties: {
        if (!json.isObject(value)) this.wrong(value, "expected an object of schemas");
        else for (let property = json.first(value); property >= 0; property = json.sibling(value, property + 1)) this.schema(property + 1, depth);
        break;
      }
      case Keyword.Required: {
        if (!json.isList(value)) this.wrong(value, "expected a list of strings");
        else for (let item = json.first(value); item >= 0; item = json.sibling(value, item)) if (!json.isString(item)) this.wrong(item, "expected a string");
        break;
      }
      case Keyword.Enum: {
        const first = this.firstOf(value, "values");
        for (let item = first; item >= 0; item = json.sibling(value, item)) this.literal(item);
        break;
      }
      case Keyword.Const: this.literal(value); break;
      case Keyword.MinLength:
      case Keyword.MaxLength:
      case Keyword.MinItems:
      case Keyword.MaxItems: {
        const number = json.number(value);
        if (!(number >= 0 && number <= <f64>i32.MAX_VALUE && isWhole(json.raw(value)))) this.wrong(value, `expected a whole number from 0 to ${i32.MAX_VALUE}`);
        break;
      }
      case Keyword.Minimum:
      case Keyword.Maximum: if (!json.isNumber(value)) this.wrong(value, "expected a number"); break;
      case Keyword.AdditionalProperties:
      case Keyword.Items:
      case Keyword.Contains:
      case Keyword.Not: this.schema(value, depth); break;
      case Keyword.AnyOf:
      case Keyword.AllOf:
      case Keyword.OneOf: {
        const first = this.firstOf(value, "schemas");
        for (let item = first; item >= 0; item = json.sibling(value, item)) this.schema(item, depth);
        break;
      }
      default: {
        if (this.annotations.includes(name)) return;
        const near = nearest(name, this.keywords);
        this.wrong(value, "this keyword is not supported" + (near.length > 0 ? "; did you mean " + near + "?" : ""));
        return;
      }
    }
    this.notes[key - this.root] = <u8>keyword;
  }

  private types(value: i32): void {
    const list = this.json.isList(value);
    let types: i32 = 0, one = list ? this.firstOf(value, "types") : value;
    while (one >= 0) {
      const type = this.json.isString(one) ? this.typeNames.indexOf(decodeUtf8(this.json.text(one))) : -1;
      if (type < 0) this.wrong(one, "expected one of " + this.typeNames.join(", "));
      types |= 1 << type;
      one = list ? this.json.sibling(value, one) : ABSENT;
    }
    this.notes[value - this.root] = <u8>types;
  }

  /** References are not replaced here. Taken literally, one would never equal a claim, and `not` would admit everybody. */
  private literal(value: i32): void {
    for (let node = value; node < this.json.next(value); node++) {
      if (isReference(this.json.text(node))) this.wrong(node, "is not replaced here: write the value itself");
    }
  }

  /** The first item of a list that must not be empty. Reports a mistake. */
  private firstOf(list: i32, what: string): i32 {
    const first = this.json.isList(list) ? this.json.first(list) : ABSENT;
    if (first == ABSENT) this.wrong(list, `expected a list of ${what} that is not empty`);
    return first;
  }

  private isFlag(node: i32): bool { return this.json.isTrue(node) || this.json.kind(node) == Kind.False; }

  private wrong(node: i32, what: string): void { this.errors.push(this.name + placeWithin(this.json, this.root, node) + ": " + what); }
}
