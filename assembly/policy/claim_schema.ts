// Validates claims against a JSON Schema, with a fixed list of keywords of draft 2020-12. config/read_claim_schema.ts reads the schema, and refuses
// every other keyword.

import { Comparison, childCount } from "../json/comparison";
import { compareNumbers, isWhole } from "../json/exact";
import { ABSENT, Json, Kind } from "../json/json";
import { placeWithin } from "../json/place";
import { Texts } from "../json/texts";

/** In the order of KEYWORDS. `None`: the keyword has no effect. */
export const enum Keyword {
  None = 0, Type, Properties, Required, AdditionalProperties, Enum, Const, MinLength, MaxLength, Items, Contains, MinItems, MaxItems, Minimum, Maximum,
  AnyOf, AllOf, OneOf, Not,
}
export const KEYWORDS = " type properties required additionalProperties enum const minLength maxLength items contains minItems maxItems minimum maximum anyOf allOf oneOf not";

/** Types, as bits of a set. A whole number has two: integer and number. */
export const enum Type { Null = 1, Boolean = 2, Number = 4, Integer = 8, String = 16, Array = 32, Object = 64 }
export const TYPES = "null boolean number integer string array object";

/**
 * Each schema applies to values of one depth only, so a schema and a value meet at most once, and the work is at most the size of the schema times that
 * of the claims. Claims that need more steps than this are refused.
 */
const MAX_STEPS = 1_000_000;

@final
export class ClaimSchema {
  private readonly texts: Texts;

  constructor(
    json: Json,
    private readonly root: i32,
    /** The name of the attribute. */
    private readonly name: string,
    /** For each node from the root on: at a keyword's name the Keyword, at the value of `type` the set of types. */
    private readonly notes: StaticArray<u8>,
  ) { this.texts = new Texts(json, root); }

  /** Empty if the claims are valid; else the place in the schema that refuses them, such as `claim_schema.required[0]`. It has no value of a claim. */
  misfit(claims: Json, node: i32): string {
    const judge = new Judge(this.texts, this.root, this.notes, new Texts(claims, claims.root));
    const at = judge.misfit(this.root, node);
    if (judge.work.stopped) return this.name + " (too many comparisons)";
    return at == ABSENT ? "" : this.name + placeWithin(this.texts.json, this.root, at);
  }
}

/** The recursion is as deep as the schema, whose depth the configuration reader bounds. */
@final
class Judge {
  readonly work: Comparison = new Comparison(MAX_STEPS);
  private readonly own: Json;
  private readonly claims: Json;

  constructor(private readonly texts: Texts, private readonly root: i32, private readonly notes: StaticArray<u8>, private readonly claimTexts: Texts) {
    this.own = texts.json;
    this.claims = claimTexts.json;
  }

  /** ABSENT if the value is valid; else the node of the schema that refuses it. */
  misfit(schema: i32, value: i32): i32 {
    const own = this.own, kind = this.claims.kind(value);
    const bytes = kind == Kind.Number || kind == Kind.String ? this.claimTexts.of(value).length : 0;
    if (!this.work.step(bytes)) return schema;
    if (!own.isObject(schema)) return own.isTrue(schema) ? ABSENT : schema;
    for (let key = own.first(schema); key >= 0; key = own.sibling(schema, key + 1)) {
      const at = this.keyword(schema, key, value);
      if (at != ABSENT) return at;
    }
    return ABSENT;
  }

  private fits(schema: i32, value: i32): bool { return this.misfit(schema, value) == ABSENT; }

  /** A keyword for other types accepts the value. */
  private keyword(schema: i32, key: i32, value: i32): i32 {
    const claims = this.claims, wanted = key + 1;
    let holds = true;
    switch (<Keyword>this.notes[key - this.root]) {
      case Keyword.Type: holds = (this.typesOf(value) & this.notes[wanted - this.root]) != 0; break;
      case Keyword.Properties: return this.properties(wanted, value);
      case Keyword.Required: return this.required(wanted, value);
      case Keyword.AdditionalProperties: return this.additional(schema, wanted, value);
      case Keyword.Enum: holds = this.among(wanted, value); break;
      case Keyword.Const: holds = this.work.equal(this.texts, wanted, this.claimTexts, value); break;
      case Keyword.MinLength: holds = !claims.isString(value) || codePoints(this.claimTexts.of(value)) >= this.count(wanted); break;
      case Keyword.MaxLength: holds = !claims.isString(value) || codePoints(this.claimTexts.of(value)) <= this.count(wanted); break;
      case Keyword.Items: return this.items(wanted, value);
      case Keyword.Contains: holds = !claims.isList(value) || this.contains(wanted, value); break;
      case Keyword.MinItems: holds = !claims.isList(value) || childCount(claims, value) >= this.count(wanted); break;
      case Keyword.MaxItems: holds = !claims.isList(value) || childCount(claims, value) <= this.count(wanted); break;
      case Keyword.Minimum: holds = !claims.isNumber(value) || compareNumbers(this.claimTexts.of(value), this.texts.of(wanted)) >= 0; break;
      case Keyword.Maximum: holds = !claims.isNumber(value) || compareNumbers(this.claimTexts.of(value), this.texts.of(wanted)) <= 0; break;
      case Keyword.AllOf: return this.all(wanted, value);
      case Keyword.AnyOf: holds = this.fitting(wanted, value, 1) == 1; break;
      case Keyword.OneOf: holds = this.fitting(wanted, value, 2) == 1; break;
      case Keyword.Not: holds = !this.fits(wanted, value); break;
      default:
    }
    return holds ? ABSENT : wanted;
  }

  /** A whole number, which the configuration reader has checked. */
  private count(node: i32): i32 { return <i32>this.own.number(node); }

  private properties(properties: i32, value: i32): i32 {
    const own = this.own;
    for (let name = own.first(properties); name >= 0; name = own.sibling(properties, name + 1)) {
      const member = this.work.member(this.claimTexts, value, this.texts, name);
      const at = member == ABSENT ? ABSENT : this.misfit(name + 1, member);
      if (at != ABSENT) return at;
    }
    return ABSENT;
  }

  private required(names: i32, value: i32): i32 {
    if (!this.claims.isObject(value)) return ABSENT;
    for (let name = this.own.first(names); name >= 0; name = this.own.sibling(names, name)) {
      if (this.work.member(this.claimTexts, value, this.texts, name) == ABSENT) return name;
    }
    return ABSENT;
  }

  /** Applies to the members that `properties` beside it does not name. */
  private additional(schema: i32, wanted: i32, value: i32): i32 {
    const claims = this.claims, properties = this.own.memberOrNull(schema, "properties");
    if (!claims.isObject(value)) return ABSENT;
    for (let name = claims.first(value); name >= 0; name = claims.sibling(value, name + 1)) {
      const at = this.work.member(this.texts, properties, this.claimTexts, name) == ABSENT ? this.misfit(wanted, name + 1) : ABSENT;
      if (at != ABSENT) return at;
    }
    return ABSENT;
  }

  private among(values: i32, value: i32): bool {
    for (let one = this.own.first(values); one >= 0; one = this.own.sibling(values, one)) {
      if (this.work.equal(this.texts, one, this.claimTexts, value)) return true;
    }
    return false;
  }

  private items(schema: i32, value: i32): i32 {
    const claims = this.claims;
    if (!claims.isList(value)) return ABSENT;
    for (let item = claims.first(value); item >= 0; item = claims.sibling(value, item)) {
      const at = this.misfit(schema, item);
      if (at != ABSENT) return at;
    }
    return ABSENT;
  }

  private contains(schema: i32, list: i32): bool {
    for (let item = this.claims.first(list); item >= 0; item = this.claims.sibling(list, item)) if (this.fits(schema, item)) return true;
    return false;
  }

  private all(schemas: i32, value: i32): i32 {
    for (let one = this.own.first(schemas); one >= 0; one = this.own.sibling(schemas, one)) {
      const at = this.misfit(one, value);
      if (at != ABSENT) return at;
    }
    return ABSENT;
  }

  /** The number of schemas that accept the value, counted up to `enough`. */
  private fitting(schemas: i32, value: i32, enough: i32): i32 {
    let count = 0;
    for (let one = this.own.first(schemas); one >= 0 && count < enough; one = this.own.sibling(schemas, one)) if (this.fits(one, value)) count++;
    return count;
  }

  /** The set of a value's types. */
  private typesOf(value: i32): i32 {
    switch (this.claims.kind(value)) {
      case Kind.Null: return Type.Null;
      case Kind.False:
      case Kind.True: return Type.Boolean;
      case Kind.Number: return isWhole(this.claimTexts.of(value)) ? Type.Number | Type.Integer : Type.Number;
      case Kind.String: return Type.String;
      case Kind.List: return Type.Array;
      case Kind.Object: return Type.Object;
      default: return 0;
    }
  }
}

/** The number of characters in a UTF-8 text: its bytes without continuation bytes. */
function codePoints(text: Uint8Array): i32 {
  let count = 0;
  for (let i = 0; i < text.length; i++) if ((text[i] & 0xc0) != 0x80) count++;
  return count;
}
