/** Compiles configurations, and expects their errors. */

import { compile, Compiled } from "../../../assembly/config/compile";
import { Config } from "../../../assembly/config/config";
import { Environment } from "../../../assembly/config/environment";
import { equal, text, utf8 } from "../check";

export const DISCOVERY = "\"discovery\":\"https://idp.example.com/.well-known/openid-configuration\",\"provider_cluster\":\"idp\"";
/** `{` + MINIMAL + `}` is a valid configuration. */
export const MINIMAL = "\"bearer_only\":true," + DISCOVERY;

export function compiled(document: string, environment: string[] = []): Compiled {
  const entries: Uint8Array[] = [];
  for (let i = 0; i < environment.length; i++) entries.push(utf8(environment[i]));
  return compile(utf8(document), new Environment(entries));
}

/** The configuration of MINIMAL and these members. */
export function config(members: string = ""): Config { return configOf("{" + MINIMAL + (members.length > 0 ? "," + members : "") + "}"); }

export function configOf(document: string, environment: string[] = []): Config {
  const out = compiled(document, environment), c = out.config;
  if (c == null) assert(false, "refused: " + out.errors.join("; "));
  return c!;
}

/** The errors of MINIMAL and these members, in order. */
export function errors(members: string): string[] { return errorsOf("{" + MINIMAL + "," + members + "}"); }

export function errorsOf(document: string, environment: string[] = []): string[] {
  const out = compiled(document, environment);
  assert((out.config == null) == out.errors.length > 0, "a configuration, or errors");
  return out.errors;
}

/** Expects this as the only error of MINIMAL and these members. */
export function refused(members: string, want: string): void { equal(errors(members).join("; "), want); }

export function refusedOf(document: string, want: string): void { equal(errorsOf(document).join("; "), want); }

export function joined(texts: Uint8Array[]): string {
  const out: string[] = [];
  for (let i = 0; i < texts.length; i++) out.push(text(texts[i]));
  return out.join(" ");
}
