// Finds the session in a request's cookies. Whatever is wrong with them, the answer is the same: there is none.

import { concat, EMPTY } from "../bytes/bytes";
import { CookieScan } from "../http/cookies";
import { chunksSaid, openCookie } from "../session/cookie_text";
import { Purpose } from "../session/sealing";
import { readSession, Session } from "../session/session";
import { Visit } from "./visit";

/** How often it is tried where cookies of one name come twice: a sub-domain may have set one of them (duty 110). */
const MAX_ATTEMPTS = 16;
/** Values that one chunk may have at most in these attempts. */
const MAX_VALUES = 4;

/** null: no cookie, or none that is ours. */
export function openSession(visit: Visit): Session | null {
  const browser = visit.browser;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const text = candidate(visit.cookies, attempt);
    if (text == null) break;
    if (text.length == 0) continue;
    const plain = openCookie(browser.keys, Purpose.Session, browser.context, visit.names.session, text);
    if (plain == null) continue;
    const session = readSession(plain);
    if (session != null) return session;
  }
  return null;
}

/** The chunks of the attempt of that number joined; empty where one is missing, null where there are none at all. */
function candidate(scan: CookieScan, attempt: i32): Uint8Array | null {
  const first = min(scan.chunkCount(0), MAX_VALUES);
  if (first == 0) return null;
  let rest = attempt;
  const head = scan.chunk(0, rest % first);
  rest /= first;
  const count = chunksSaid(head);
  const parts: Uint8Array[] = [head];
  let whole = count > 0;
  for (let i = 1; whole && i < count; i++) {
    const values = min(scan.chunkCount(i), MAX_VALUES);
    if (values == 0) whole = false;
    else {
      parts.push(scan.chunk(i, rest % values));
      rest /= values;
    }
  }
  // A number beyond the combinations of this first chunk: another first chunk may have more of them.
  return whole && rest == 0 ? concat(parts) : EMPTY;
}
