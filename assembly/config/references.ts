// Texts that refer to a value elsewhere: `$ENV://NAME`, which is replaced, and the references of other products, which would be taken literally.

import { inLowerCase, startsIgnoringCase } from "../bytes/bytes";
import { decodeUtf8 } from "../bytes/utf8";

const INSTEAD = " is not available in Envoy; give the value by $ENV://NAME and vm_config.environment_variables";
const PREFIX = "$env://";

/** APISIX, Kong and others. `formOf` has the forms of `$env` that are not the filter's. */
const PREFIXES: string[] = ["$secret://", "env://", "vault://", "{vault://", "%env(", "%environment("];
/** Docker, Kubernetes, shells; Helm, Jinja. */
const BRACKETS: string[] = ["${", "}", "$(", ")", "{{", "}}"];
/** Vault's and Kubernetes' webhooks, vals, clouds, sops, mounted files. */
const PREFIXES_OF_SECRETS: string[] = ["vault:", "file:", "env:", "secret:", "exec:", "ref+", "arn:aws:", "urn:k8s:", "secret[", "enc[", "@microsoft.keyvault(", "/run/secrets/", "/var/run/secrets/"];

/** `$ENV://NAME`, in any case, as in APISIX. */
export function isVariable(text: Uint8Array): bool { return startsIgnoringCase(text, PREFIX); }

export function variableName(text: Uint8Array): Uint8Array { return text.subarray(PREFIX.length); }

/** A reference that APISIX replaces, for places where nothing is replaced here. */
export function isReference(text: Uint8Array): bool { return isVariable(text) || startsIgnoringCase(text, "$secret://"); }

/** What is wrong with a text in the configuration that is not `$ENV://NAME`; "" if nothing is. */
export function literalFault(text: Uint8Array, secret: bool): string {
  const lower = decodeUtf8(inLowerCase(text)), form = secret ? formOfSecret(lower) : formOf(lower);
  if (form.length > 0) return form + INSTEAD;
  const doubtful = secret ? doubtfulForm(lower) : "";
  return doubtful.length > 0 ? doubtful + INSTEAD + " (a secret that really looks like this can be the variable's value)" : "";
}

/** What is wrong with the value of a variable; "" if nothing is. `value`: null if there is no such variable. */
export function variableFault(name: string, value: Uint8Array | null, secret: bool): string {
  if (value == null) {
    const part = name.includes("/") ? " (a key within a JSON value, as in APISIX, is not supported)" : "";
    return "the environment has no variable " + name + part + "; name it in vm_config.environment_variables and set it; before Envoy 1.39 another plugin with the same vm_id may have come first";
  }
  const variable = "the environment variable " + name;
  if (value.length == 0) return variable + " is empty";
  const lower = decodeUtf8(inLowerCase(value));
  // A text that is not UTF-8 decodes to "".
  if (lower.length == 0) return variable + " does not hold UTF-8";
  const last = value[value.length - 1];
  // A variable made from a file often ends with a line break, as secrets in Kubernetes do. The provider's secret has none. PEM texts may have one.
  if ((last == 0x0a || last == 0x0d) && !lower.startsWith("-----begin ")) return variable + " ends with a line break: write it without one (printf in place of echo)";
  const form = !secret ? "" : isVariable(value) ? "$ENV://" : formOfSecret(lower);
  return form.length > 0 ? variable + " holds a reference itself (" + form + "), which is not followed: put the value there" : "";
}

/** The form of a reference that is never meant literally, without any of its other text; "" if it has no such form. */
function formOf(lower: string): string {
  if (lower.length > 4 && lower.startsWith("$env") && !isNameCharacter(lower.charCodeAt(4))) return "$ENV" + (lower.charCodeAt(4) < 0x80 ? lower.charAt(4) : "");
  const prefix = prefixOf(lower, PREFIXES);
  if (prefix.length > 0) return prefix;
  for (let i = 0; i < BRACKETS.length; i += 2) if (lower.startsWith(BRACKETS[i]) && lower.endsWith(BRACKETS[i + 1])) return BRACKETS[i] + "…" + BRACKETS[i + 1];
  return "";
}

/** The same for a secret, which is never a URL, a path of a mounted file or a name in a store. */
function formOfSecret(lower: string): string {
  const form = formOf(lower);
  if (form.length > 0) return form;
  const prefix = prefixOf(lower, PREFIXES_OF_SECRETS);
  if (prefix.length > 0) return prefix;
  if (lower.startsWith("{") && lower.endsWith("}")) return "{…}";
  return beginsWithScheme(lower) ? "…://…" : "";
}

/** The same for forms that a secret may have, but probably does not. */
function doubtfulForm(lower: string): string {
  if (lower.startsWith("<") && lower.endsWith(">")) return "<…>";
  if (lower.startsWith("%") && lower.endsWith("%")) return "%…%";
  if (isShellVariable(lower)) return "$NAME";
  if (lower.includes(PREFIX)) return "…$ENV://";
  for (let i = 0; i < BRACKETS.length; i += 2) {
    const open = lower.indexOf(BRACKETS[i]);
    if (open >= 0 && lower.indexOf(BRACKETS[i + 1], open) > open) return "…" + BRACKETS[i] + "…" + BRACKETS[i + 1] + "…";
  }
  return "";
}

function prefixOf(lower: string, prefixes: string[]): string {
  for (let i = 0; i < prefixes.length; i++) if (lower.startsWith(prefixes[i])) return prefixes[i];
  return "";
}

/** RFC 3986 §3.1, with the two slashes. */
function beginsWithScheme(lower: string): bool {
  const colon = lower.indexOf("://");
  for (let i = 0; i < colon; i++) {
    const c = lower.charCodeAt(i);
    if (<u32>(c - 0x61) >= 26 && (i == 0 || <u32>(c - 0x30) >= 10 && c != 0x2b && c != 0x2d && c != 0x2e)) return false;
  }
  return colon > 0;
}

function isShellVariable(lower: string): bool {
  if (lower.length < 2 || lower.charCodeAt(0) != 0x24 || <u32>(lower.charCodeAt(1) - 0x30) < 10) return false;
  for (let i = 1; i < lower.length; i++) if (!isNameCharacter(lower.charCodeAt(i))) return false;
  return true;
}

/** In lower case. */
function isNameCharacter(c: i32): bool { return <u32>(c - 0x61) < 26 || <u32>(c - 0x30) < 10 || c == 0x5f; }
