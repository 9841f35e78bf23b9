// The names of all attributes, and suggestions for unknown names.

import { FOREIGN, NAMES, PLACES } from "./attribute_names";
import { nearest } from "./nearest";

const OF_RULES = "rules[].";

/** `place`: the object, as in PLACES. Attributes of other products have messages of their own (foreign.ts). */
export function isAttribute(place: string, name: string): bool {
  const outermost = place.length == 0 || place == OF_RULES;
  return namesAt(place).includes(name) || outermost && FOREIGN.indexOf(name) % 3 == 0;
}

/** The names in the object. A rule also has those of the outermost object. */
function namesAt(place: string): string[] {
  const at = PLACES.indexOf(place), own: string[] = at < 0 ? [] : NAMES[at];
  return place == OF_RULES ? own.concat(NAMES[0]) : own;
}

/** Whether any object has an attribute of this name. */
export function isName(name: string): bool {
  for (let i = 0; i < NAMES.length; i++) if (NAMES[i].includes(name)) return true;
  return false;
}

/** The end of the message "unknown attribute". */
export function hintAt(place: string, name: string): string {
  for (let i = 0; i < PLACES.length; i++) {
    if (NAMES[i].includes(name)) return "; it belongs in " + (PLACES[i].length == 0 ? "the outermost object" : PLACES[i].substring(0, PLACES[i].length - 1));
  }
  const near = nearest(name, namesAt(place));
  return near.length > 0 ? "; did you mean " + near + "?" : "";
}
