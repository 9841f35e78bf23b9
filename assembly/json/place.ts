// The place of a value in its document, as text.

import { decodeUtf8 } from "../bytes/utf8";
import { Json } from "./json";

/** The path from the value `outer` to the value `inner` within it, such as `.properties.roles[0]`; empty if they are the same. */
export function placeWithin(json: Json, outer: i32, inner: i32): string {
  let place = "";
  while (outer != inner) {
    const step = json.isObject(outer) ? 1 : 0;
    let child = json.first(outer), index = 0;
    while (child >= 0 && json.next(child + step) <= inner) {
      child = json.sibling(outer, child + step);
      index++;
    }
    if (child < 0) return place;
    place += step == 1 ? "." + decodeUtf8(json.text(child)) : `[${index}]`;
    outer = child + step;
  }
  return place;
}
