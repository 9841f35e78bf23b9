// The filter's own answers: a challenge (RFC 6750 §3), and a body for programs or for people.

import { sendLocalResponse } from "../abi/host";
import { decodeUtf8 } from "../bytes/utf8";
import { utf8 } from "../bytes/bytes";
import { Config } from "../config/config";
import { Refusal } from "../flow/refusal";
import { prefersHtml } from "../http/accept";
import { refusalJson, refusalPage } from "../http/page";

const RETRY_AFTER_SEC = "5";

/** `accept` holds the request's Accept headers. `config` is null where there is none. */
export function respond(refusal: Refusal, config: Config | null, accept: Uint8Array[]): void {
  const html = prefersHtml(accept);
  const pairs: Uint8Array[] = [];
  add(pairs, "content-type", html ? "text/html; charset=utf-8" : "application/json");
  add(pairs, "cache-control", "no-store");
  add(pairs, "x-content-type-options", "nosniff");
  if (html) {
    add(pairs, "content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
    add(pairs, "x-frame-options", "DENY");
    add(pairs, "referrer-policy", "no-referrer");
  }
  if (refusal.status == 503) add(pairs, "retry-after", RETRY_AFTER_SEC);
  else if (config != null) add(pairs, "www-authenticate", challenge(refusal, config));
  const body = html ? refusalPage(refusal.status, refusal.code, refusal.description) : refusalJson(refusal.error, refusal.code, refusal.description);
  sendLocalResponse(refusal.status, utf8("oidc_" + refusal.code), utf8(body), pairs);
}

function challenge(refusal: Refusal, config: Config): string {
  let out = `Bearer realm="${config.realm}"`;
  if (refusal.error.length > 0) out += `, error="${refusal.error}", error_description="${refusal.description}"`;
  if (refusal.error == "insufficient_scope") out += `, scope="${scopes(config.requiredScopes)}"`;
  return out;
}

function scopes(required: Uint8Array[]): string {
  const out: string[] = [];
  for (let i = 0; i < required.length; i++) out.push(decodeUtf8(required[i]));
  return out.join(" ");
}

function add(pairs: Uint8Array[], name: string, value: string): void {
  pairs.push(utf8(name));
  pairs.push(utf8(value));
}
