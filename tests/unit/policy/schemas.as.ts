/** Checks claims against claim schemas, both given as text. */

import { Environment } from "../../../assembly/config/environment";
import { readClaimSchema } from "../../../assembly/config/read_claim_schema";
import { ConfigReader } from "../../../assembly/config/reader";
import { Json } from "../../../assembly/json/json";
import { parse } from "../../../assembly/json/parser";
import { ClaimSchema } from "../../../assembly/policy/claim_schema";
import { equal, utf8 } from "../check";

const LIMIT = 1 << 20;

/** A schema, or its errors. */
export class Read {
  schema: ClaimSchema | null = null;
  readonly errors: string[] = [];
}

export function readSchema(schema: Uint8Array): Read | null {
  const parsed = parse(schema, LIMIT), out = new Read();
  if (parsed.failed || !parsed.value.isObject(parsed.value.root)) return null;
  out.schema = readClaimSchema(new ConfigReader(parsed.value, parsed.value.root, "", new Environment([utf8("A=1")]), out.errors), "claim_schema");
  return out;
}

export function schemaOf(text: string): ClaimSchema {
  const read = readSchema(utf8(`{"claim_schema":` + text + "}"));
  if (read == null) assert(false, "a schema that is no JSON: " + text);
  const schema = read!.schema;
  if (schema == null) assert(false, "refused: " + read!.errors.join("; "));
  return schema!;
}

export function errorsOf(text: string): string[] {
  const read = readSchema(utf8(`{"claim_schema":` + text + "}"));
  if (read == null) assert(false, "a schema that is no JSON: " + text);
  assert((read!.schema == null) == read!.errors.length > 0, "a schema, or errors");
  return read!.errors;
}

/** Expects this as the only error of the schema. */
export function refused(text: string, want: string): void { equal(errorsOf(text).join("; "), want); }

export function claimsOf(text: string): Json {
  const parsed = parse(utf8(text), LIMIT);
  assert(!parsed.failed, "claims that are no JSON: " + text.substring(0, 80));
  return parsed.value;
}

export function misfit(schema: string, claims: string): string {
  const json = claimsOf(claims);
  return schemaOf(schema).misfit(json, json.root);
}

/** Expects that each value fits the schema. */
export function fits(schema: string, values: string[]): void { for (let i = 0; i < values.length; i++) expectMisfit(schema, values[i], ""); }

/** Expects that no value fits the schema, each because of the keyword at this path. */
export function misfits(schema: string, values: string[], place: string): void {
  for (let i = 0; i < values.length; i++) expectMisfit(schema, values[i], "claim_schema" + place);
}

function expectMisfit(schema: string, value: string, want: string): void {
  const got = misfit(schema, value);
  assert(got == want, schema.substring(0, 200) + " and " + value.substring(0, 200) + ": " + got);
}
