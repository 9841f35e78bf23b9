/** Compiles configurations with the browser login, and expects their errors and warnings. */

import { BrowserSettings } from "../../../assembly/config/browser";
import { equal } from "../check";
import { compiled, configOf, DISCOVERY, errorsOf } from "./compiled.as";

/** A secret that is accepted without a warning. */
export const SECRET = "0123456789abcdef0123456789ABCDEF";
export const SESSION = '"session":{"secret":"' + SECRET + '"}';
export const CLIENT = '"client_id":"app","client_secret":"the-secret-of-the-client"';
/** `{` + LOGIN + `}` is a valid configuration. */
export const LOGIN = DISCOVERY + "," + CLIENT + "," + SESSION;

function withMembers(members: string): string { return "{" + LOGIN + (members.length > 0 ? "," : "") + members + "}"; }

/** LOGIN with the members `inner` in `session`, and `members` outside of it. */
function withSession(inner: string, members: string): string {
  return "{" + DISCOVERY + "," + CLIENT + ',"session":{"secret":"' + SECRET + '",' + inner + "}" + (members.length > 0 ? "," : "") + members + "}";
}

export function browser(members: string = ""): BrowserSettings { return browserOf(withMembers(members)); }

export function browserWith(session: string, members: string = ""): BrowserSettings { return browserOf(withSession(session, members)); }

export function browserOf(document: string): BrowserSettings {
  const found = configOf(document).browser;
  if (found == null) assert(false, "no login");
  return found!;
}

/** Expects these errors of LOGIN and these members. */
export function refusedLogin(members: string, want: string): void { equal(errorsOf(withMembers(members)).join("; "), want); }

export function refusedSession(session: string, want: string, members: string = ""): void { equal(errorsOf(withSession(session, members)).join("; "), want); }

/** Expects that the configuration is accepted with these warnings. */
export function warnedLogin(members: string, want: string): void { warned(withMembers(members), want); }

export function warnedSession(session: string, want: string, members: string = ""): void { warned(withSession(session, members), want); }

/** Takes the secrets from the environment, where they cause no warning. */
function warned(document: string, want: string): void {
  const out = compiled(document.replace('"the-secret-of-the-client"', '"$ENV://CLIENT"').replace('"' + SECRET + '"', '"$ENV://SESSION"'), ["CLIENT=the-secret-of-the-client", "SESSION=" + SECRET]);
  equal(out.errors.join("; "), "");
  equal(out.warnings.join("; "), want);
}
