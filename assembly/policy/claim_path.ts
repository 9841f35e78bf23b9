// Finds a claim by its path in the configuration: `sub`, `realm_access.roles`, `https://example.com/role`.

import { ABSENT, Json } from "../json/json";

/** Dots in a path. Each is a place to try, so the configuration reader refuses more. */
export const MAX_DOTS = 8;

/**
 * The claim's node, or ABSENT. Names may contain dots themselves, so at each level the longest existing name is used: `a.b.c` is the member
 * `a.b.c`, else `c` in `a.b`, else `b.c` in `a`, and so on.
 */
export function findClaim(claims: Json, object: i32, path: string): i32 {
  const whole = claims.memberOrNull(object, path);
  if (whole != ABSENT) return whole;
  for (let dot = path.length - 1; dot > 0; dot--) {
    if (path.charCodeAt(dot) != 0x2e) continue;
    const inner = claims.memberOrNull(object, path.substring(0, dot));
    if (!claims.isObject(inner)) continue;
    const found = findClaim(claims, inner, path.substring(dot + 1));
    if (found != ABSENT) return found;
  }
  return ABSENT;
}
