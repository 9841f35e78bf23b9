/** Random schemas and claims that often, but not always, match. They depend only on the seed. */
import type { Random } from "../host/host/random";

type Schema = boolean | Record<string, unknown>;

/** Not the empty name, which ajv ignores in `required`, and not `constructor`, which ajv uses to compare objects. */
const NAMES = ["sub", "roles", "groups", "realm_access", "aud", "age", "a.b", "rôle", "isPrototypeOf"];
const STRINGS = ["", "a", "admin", "editor", "é", "😀😀", "a\"b\\c\n", "x/y", "true", "1", "\u0000"];
/** Numbers that are equal or differ as doubles, because ajv has only doubles. */
const NUMBERS = ["0", "-0", "1", "1.0", "-1", "2", "2.5", "25e-1", "0.1", "3", "10", "1e1", "-2.50", "1e3", "1000", "9007199254740991", "1e-3", "1e20"];
const TYPES = ["null", "boolean", "number", "integer", "string", "array", "object"];

/** A number as JSON text, because its spelling is part of the case. */
class Spelt { constructor(readonly text: string) {} }

export function textOf(value: unknown, random: Random): string {
  if (value instanceof Spelt) return value.text;
  if (Array.isArray(value)) return `[${value.map((item) => textOf(item, random)).join(random.pick([",", ", "]))}]`;
  if (typeof value === "string") return spelt(value, random);
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  return `{${Object.entries(value).map(([name, item]) => `${spelt(name, random)}:${textOf(item, random)}`).join(",")}}`;
}

function spelt(text: string, random: Random): string {
  if (!random.chance(6)) return JSON.stringify(text);
  return `"${text.replace(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)}"`;
}

export function someClaims(random: Random): unknown { return random.chance(10) ? someValue(random, 2) : object(random, 3); }

/** Two values that are equal, or nearly. */
export function twins(random: Random): [unknown, unknown] {
  const one = someValue(random, 3);
  return [one, random.chance(2) ? one : changed(one, random)];
}

/** A copy with one value changed or removed, or with its members in another order. */
function changed(value: unknown, random: Random): unknown {
  if (value === null || typeof value !== "object" || value instanceof Spelt || random.chance(6)) return someValue(random, 1);
  if (Array.isArray(value)) return value.length === 0 || random.chance(3) ? value.slice(1) : value.with(random.below(value.length), changed(random.pick(value), random));
  const members = Object.entries(value), at = random.below(members.length);
  if (members.length === 0 || random.chance(3)) return Object.fromEntries(members.reverse());
  return Object.fromEntries(members.map(([name, item], i) => [name, i === at ? changed(item, random) : item]));
}

function someValue(random: Random, depth: number): unknown {
  switch (random.below(depth > 0 ? 9 : 6)) {
    case 0: return null;
    case 1: return random.chance(2);
    case 2: case 3: return new Spelt(random.pick(NUMBERS));
    case 4: case 5: return random.pick(STRINGS);
    case 6: case 7: return Array.from({ length: random.below(4) }, () => someValue(random, depth - 1));
    default: return object(random, depth - 1);
  }
}

function object(random: Random, depth: number): unknown {
  return Object.fromEntries(Array.from({ length: random.below(5) }, () => [random.pick(NAMES), someValue(random, depth)]));
}

/** A schema of one to four keywords. */
export function someSchema(random: Random, depth = 4): Schema {
  if (depth === 0 || random.chance(12)) return random.chance(4) ? random.chance(2) : { type: random.pick(TYPES) };
  const out: Record<string, unknown> = {};
  for (let n = 1 + random.below(4); n--;) {
    const keyword = random.pick(Object.keys(MAKE));
    out[keyword] = MAKE[keyword]!(random, depth - 1);
  }
  return out;
}

const count = (random: Random): Spelt => new Spelt(random.pick(["0", "1", "2", "3", "1.0", "2e0"]));
const number = (random: Random): Spelt => new Spelt(random.pick(NUMBERS));
const schemas = (random: Random, depth: number): Schema[] => Array.from({ length: 1 + random.below(3) }, () => someSchema(random, depth));

/** The value of each supported keyword. Keywords that look into objects are more frequent. */
const MAKE: Record<string, (random: Random, depth: number) => unknown> = {
  type: (random) => random.chance(2) ? random.pick(TYPES) : unique(Array.from({ length: 1 + random.below(4) }, () => random.pick(TYPES))),
  properties: (random, depth) => Object.fromEntries(Array.from({ length: random.below(4) }, () => [random.pick(NAMES), someSchema(random, depth)])),
  required: (random) => unique(Array.from({ length: random.below(3) }, () => random.pick(NAMES))),
  additionalProperties: someSchema,
  enum: (random) => Array.from({ length: 1 + random.below(6) }, () => someValue(random, 2)),
  const: (random) => someValue(random, 2),
  minLength: count, maxLength: count, minItems: count, maxItems: count,
  minimum: number, maximum: number,
  items: someSchema, contains: someSchema, not: someSchema,
  anyOf: schemas, allOf: schemas, oneOf: schemas,
  title: () => "t", $comment: () => "c", default: (random) => someValue(random, 1), examples: (random) => [someValue(random, 1)],
};

function unique<T>(list: T[]): T[] { return [...new Set(list)]; }

const STRANGE = [null, true, false, -1, 0, 2.5, 3, "", "a", "string", [], ["a"], [1], [true], [{}], {}, { type: "string" }, { required: {} }];
/** Annotations, for which the filter accepts any value. */
const ANNOTATIONS = ["title", "$comment", "examples"];

/** The same schema with one value replaced, which most often makes it invalid. No list gets a repeated item. */
export function damaged(value: unknown, random: Random): unknown {
  if (value === null || typeof value !== "object" || value instanceof Spelt || random.chance(5)) return random.pick(STRANGE);
  if (Array.isArray(value)) return value.length === 0 ? ["a"] : unique(value.with(random.below(value.length), damaged(random.pick(value), random)));
  const names = Object.keys(value).filter((name) => !ANNOTATIONS.includes(name));
  if (names.length === 0) return random.pick(STRANGE);
  const name = random.pick(names), other = damaged((value as Record<string, unknown>)[name], random);
  // The specification allows an empty `enum`, and the filter refuses it.
  return { ...value, [name]: name === "enum" && Array.isArray(other) && other.length === 0 ? ["a"] : other };
}
