// The JSON Schema of the configuration, for editors and for programs that write configurations. Only the filter checks which attributes go together.
import { CLAIM_RULE, CLAIM_SCHEMA } from "./claim-schemas";
import { FORMATS, VARIABLE } from "./formats";
import { byPlace, type Attribute, type Foreign, type List } from "./list";

type Schema = Record<string, unknown>;

export function schemaOf(list: List): Schema {
  const places = byPlace(list.attributes), attributes = new Map(list.attributes.map((a) => [a.name, a]));
  const objectAt = (place: string, keep: (a: Attribute | undefined) => boolean = () => true): Schema => ({
    type: "object",
    properties: Object.fromEntries(places.get(place)!.filter((leaf) => keep(attributes.get(place + leaf))).map((leaf) => [leaf, memberOf(place + leaf)])),
    additionalProperties: false,
  });
  const memberOf = (name: string): Schema => {
    const a = attributes.get(name), inner = `${name}.`;
    const schema = places.has(inner) && name !== "rules[]" ? { ...objectAt(inner), ...(a?.open ? { additionalProperties: true } : {}) } : valueOf(a!);
    return a === undefined ? schema : { ...about(a), ...schema };
  };
  const root = objectAt(""), rule = objectAt("", (a) => !a?.whole), ofRules = objectAt("rules[].");
  const harmless = Object.fromEntries(list.foreign.flatMap((e) => e.harmless === undefined ? [] : [[e.name, passedOver(e)]]));
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "envoy-oidc",
    description: "The configuration of the envoy-oidc filter. The filter itself checks more: what attributes must be together, and keys, URLs and names to the letter.",
    ...root,
    properties: { ...root.properties as Schema, ...harmless },
    $defs: {
      rule: {
        ...rule, properties: { ...ofRules.properties as Schema, ...rule.properties as Schema, ...harmless },
        // All but its name select requests.
        anyOf: Object.keys(ofRules.properties as Schema).filter((name) => name !== "name").map((name) => ({ required: [name] })),
      },
      claimRule: CLAIM_RULE,
      claimSchema: CLAIM_SCHEMA,
    },
  };
}

function about(a: Attribute): Schema {
  return {
    description: plain(a.text) + (a.otherwise ? ` Default: ${plain(a.otherwise)}.` : ""),
    ...(a.secret ? { writeOnly: true } : {}),
    // The default of a deprecated attribute is another attribute.
    ...(a.deprecated ? { deprecated: true } : a.default !== undefined && a.shown === undefined ? { default: a.default } : {}),
  };
}

/** Without links, which editors do not follow. */
function plain(text: string): string { return text.replace(/\[([^\]]+)\]\([^)]+\)/g, "$1"); }

function valueOf(a: Attribute): Schema {
  switch (a.type) {
    case "boolean": return { type: "boolean" };
    case "off": return { const: false };
    case "whole": {
      const number = { type: "integer", minimum: a.min, maximum: a.max };
      return a.zero ? { anyOf: [{ const: 0 }, number] } : number;
    }
    case "word": return textOf(a);
    case "text": return textOf(a);
    case "texts": return { anyOf: [textOf(a), { type: "array", items: textOf(a), minItems: 1, ...(a.max ? { maxItems: a.max } : {}) }] };
    case "object": return { type: "object", additionalProperties: a.open ?? false };
    case "map": return {
      type: "object", propertyNames: { pattern: `^(?:${FORMATS[a.names!]})$` }, maxProperties: a.max,
      additionalProperties: a.values === "scalar" ? { anyOf: [{ type: ["boolean", "number"] }, text(FORMATS.text!)] } : text(FORMATS[a.values!]!),
    };
    case "rules": return { type: "array", items: { $ref: "#/$defs/rule" }, minItems: 1, maxItems: a.max };
    case "claim rule": return { $ref: "#/$defs/claimRule" };
    case "claim schema": return { $ref: "#/$defs/claimSchema" };
  }
}

function textOf(a: Attribute): Schema {
  return a.words ? { anyOf: [{ enum: a.words }, { type: "string", pattern: `^${VARIABLE}$` }] } : text(FORMATS[a.format ?? "text"]!);
}

/** A string of that pattern, or a variable. */
function text(pattern: string): Schema { return { type: "string", pattern: `^(?:${VARIABLE}|${pattern})$` }; }

function passedOver({ harmless, instead, from }: Foreign): Schema {
  const value = harmless === "any" ? {} : { anyOf: [{ const: harmless }, { type: "object", additionalProperties: { const: false } }] };
  return { description: `Of ${from}: ${instead}.`, deprecated: true, ...value };
}
