/** The door from the tests that know another validator to our own: texts come in and places go out through one buffer in linear memory. */
import { parse } from "../../../assembly/json/parser";
import { ClaimSchema } from "../../../assembly/policy/claim_schema";
import { utf8 } from "../check";
import { readSchema } from "./schemas.as";

const SIZE = 1 << 18;
const room = new Uint8Array(SIZE);
let schema: ClaimSchema | null = null;

export function buffer(): usize { return room.dataStart; }

/** To be called between calls: nothing managed is on the stack then. */
export function collect(): void { __collect(); }

/** Reads `{"claim_schema": …}`, which later calls judge by. 0, or the size of what is wrong with it; below 0 where it is no JSON. */
export function use(size: i32): i32 {
  const read = readSchema(room.slice(0, size));
  schema = read == null ? null : read.schema;
  return read == null ? -1 : put(read.errors.join("\n"));
}

/** 0 where the claims fit, else the size of the place; below 0 where they are no JSON. */
export function misfit(size: i32): i32 {
  const claims = parse(room.slice(0, size), SIZE), one = schema;
  return claims.failed || one == null ? -1 : put(one.misfit(claims.value, claims.value.root));
}

function put(text: string): i32 {
  const bytes = utf8(text);
  room.set(bytes);
  return bytes.length;
}
