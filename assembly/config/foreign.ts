// Attributes of other products that the filter does not have, and what to use instead. APISIX's schema is open, so exported objects contain options of
// its library, lua-resty-openidc, too. Huawei's API Gateway has names of its own for the same things.

import { is } from "../bytes/bytes";
import { Json, Kind } from "../json/json";
import { FOREIGN } from "./attribute_names";
import { ConfigReader } from "./reader";

/** Only attributes that the object itself sets: inherited ones are reported once, for the outer configuration. */
export function readForeign(r: ConfigReader, warnings: string[]): void {
  for (let i = 0; i < FOREIGN.length; i += 3) {
    const name = FOREIGN[i], harmless = FOREIGN[i + 1], instead = FOREIGN[i + 2];
    if (!r.owns(name)) continue;
    const node = r.node(name);
    if (harmless == "any") warnings.push("not used: " + name + " (" + instead + ")");
    else if (harmless.length == 0 || !is(r.json.raw(node), harmless) && !asksForNothing(r.json, node)) r.wrongHere(name, instead);
  }
}

/** Whether everything in the object is turned off, as in the `_meta` that APISIX's dashboard exports. */
function asksForNothing(json: Json, node: i32): bool {
  if (!json.isObject(node)) return false;
  for (let key = json.first(node); key >= 0; key = json.sibling(node, key + 1)) if (json.kind(key + 1) != Kind.False) return false;
  return true;
}
