// JSON Schemas for the two attributes with a grammar of their own: a rule over claims, and the JSON Schema for claims.

const CLAIM_PATH = { type: "string", pattern: "^(?=[\\s\\S])[!-\\-/-~]*(?:\\.[!-\\-/-~]*){0,8}$", description: "A claim's name, or names joined by dots: realm_access.roles." };
const SCALAR = { type: ["string", "number", "boolean"] };
const RULE = { $ref: "#/$defs/claimRule" };
const RULES = { type: "array", items: RULE, minItems: 1 };

export const CLAIM_RULE = {
  type: "object",
  properties: {
    all: { ...RULES, description: "All of them must hold." }, any: { ...RULES, description: "One of them must hold." }, not: { ...RULE, description: "It must not hold." },
    claim: CLAIM_PATH,
    equals: { ...SCALAR, description: "The claim is this value." }, contains: { ...SCALAR, description: "The claim is a list with this value." },
    one_of: { type: "array", items: SCALAR, minItems: 1, description: "The claim is one of these values." }, exists: { type: "boolean", description: "Whether the claim is there." },
  },
  additionalProperties: false,
  oneOf: [
    ...["all", "any", "not"].map((form) => ({ required: [form], maxProperties: 1 })),
    { required: ["claim"], minProperties: 2, maxProperties: 2 },
  ],
};

const SCHEMA = { $ref: "#/$defs/claimSchema" };
const SCHEMAS = { type: "array", items: SCHEMA, minItems: 1 };
const COUNT = { type: "integer", minimum: 0, maximum: 2147483647 };
const TYPE = { enum: ["null", "boolean", "number", "integer", "string", "array", "object"] };

/** The keywords that the filter evaluates, and those without influence on a result. */
export const CLAIM_SCHEMA = {
  type: ["object", "boolean"],
  properties: {
    type: { anyOf: [TYPE, { type: "array", items: TYPE, minItems: 1 }] },
    properties: { type: "object", additionalProperties: SCHEMA }, required: { type: "array", items: { type: "string" } }, additionalProperties: SCHEMA,
    enum: { type: "array", minItems: 1 }, const: {}, minLength: COUNT, maxLength: COUNT, items: SCHEMA, contains: SCHEMA, minItems: COUNT, maxItems: COUNT,
    minimum: { type: "number" }, maximum: { type: "number" }, anyOf: SCHEMAS, allOf: SCHEMAS, oneOf: SCHEMAS, not: SCHEMA,
    $schema: {}, $id: {}, title: {}, description: {}, default: {}, examples: {}, $comment: {},
  },
  additionalProperties: false,
};
