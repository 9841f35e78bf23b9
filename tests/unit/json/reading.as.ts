/** Helpers of the JSON specs: parse a document, or expect a fault. */

import { JsonFault, parse } from "../../../assembly/json/parser";
import { Json } from "../../../assembly/json/json";
import { equal, equalInt, text, utf8 } from "../check";

export const LIMIT = 256 * 1024;

export function read(document: string): Json {
  const result = parse(utf8(document), LIMIT);
  const fault = result.fault;
  if (fault != null) assert(false, "refused with " + fault.code.toString() + " at " + fault.at + ": " + document.substring(0, 80));
  return result.value;
}

/** The fault's code; 0 if the document is accepted. */
export function faultOf(document: Uint8Array): i32 {
  const fault = parse(document, LIMIT).fault;
  return fault == null ? 0 : fault.code;
}

export function refuses(document: string, code: JsonFault): void {
  const got = faultOf(utf8(document));
  assert(got == code, "got fault " + got.toString() + ", want " + (<i32>code).toString() + ": " + document.substring(0, 80));
}

export function refusesAt(document: string, code: JsonFault, at: i32): void {
  const fault = parse(utf8(document), LIMIT).fault;
  if (fault == null) return assert(false, "accepted " + document);
  equalInt(fault.code, code);
  equal(fault.at, at.toString());
}

/** The text of member `v`. */
export function textOfV(document: string): string {
  const json = read(document);
  return text(json.text(json.member(json.root, "v")));
}

export function repeat(part: string, times: i32): string { return part.repeat(times); }
