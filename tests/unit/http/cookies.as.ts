// The results of a cookie scan as text.

import { CookieScan } from "../../../assembly/http/cookies";
import { equal, equalInt, text } from "../check";

/** Expects these texts as candidates for a session, in order. An empty text is a session with a missing chunk. */
export function sessions(c: CookieScan, want: string[]): void {
  equalInt(c.session.count, want.length);
  for (let k = 0; k < want.length; k++) equal(text(c.sessionText(k)), want[k]);
}

/** Each login cookie, as `id:text`. */
export function logins(c: CookieScan): string {
  const found = c.logins(), out: string[] = [];
  for (let i = 0; i < found.length; i++) out.push(text(found[i].id) + ":" + text(found[i].text));
  return out.join("|");
}
