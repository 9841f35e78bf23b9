/** Exports claim schemas to tests in Node that compare them with another validator. Inputs and results are in one buffer in linear memory. */
import { parse } from "../../../assembly/json/parser";
import { ClaimSchema } from "../../../assembly/policy/claim_schema";
import { utf8 } from "../check";
import { readSchema } from "./schemas.as";

const SIZE = 1 << 18;
const room = new Uint8Array(SIZE);
let schema: ClaimSchema | null = null;

export function buffer(): usize { return room.dataStart; }

/** Call this between other calls, when no managed value is on the stack. */
export function collect(): void { __collect(); }

/** Reads `{"claim_schema": …}` for later calls. 0, or the size of the error text; negative if the input is not JSON. */
export function use(size: i32): i32 {
  const read = readSchema(room.slice(0, size));
  schema = read == null ? null : read.schema;
  return read == null ? -1 : put(read.errors.join("\n"));
}

/** 0 if the claims fit, else the size of the misfit's path; negative if the claims are not JSON. */
export function misfit(size: i32): i32 {
  const claims = parse(room.slice(0, size), SIZE), one = schema;
  return claims.failed || one == null ? -1 : put(one.misfit(claims.value, claims.value.root));
}

function put(text: string): i32 {
  const bytes = utf8(text);
  room.set(bytes);
  return bytes.length;
}
