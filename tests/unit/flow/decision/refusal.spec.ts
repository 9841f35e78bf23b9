import { REFUSALS, LOGIN_NEEDED } from "../../../../assembly/flow/decision/refusal";
import { endOfJson, refusalJson } from "../../../../assembly/filter/pages/json";
import { parse } from "../../../../assembly/json/parser";
import { equal, equalInt, isFalse, isTrue, text, utf8 } from "../../check";

export function duty_142_every_refusal_is_well_formed_json_of_constant_text(): void {
  for (let i = 0; i < REFUSALS.length; i++) {
    const refusal = REFUSALS[i];
    const parsed = parse(utf8(refusalJson(refusal) + endOfJson("b4f1-7", "2026-01-01T00:00:00.000Z")), 1024);
    isFalse(parsed.failed, refusal.code);
    const json = parsed.value;
    equal(text(json.text(json.member(json.root, "code"))), refusal.code);
    isTrue(json.member(json.root, "error") >= 0 == refusal.error.length > 0, "error of " + refusal.code);
  }
}

export function duty_77_no_refusal_contains_a_character_that_would_need_escaping(): void {
  for (let i = 0; i < REFUSALS.length; i++) {
    const refusal = REFUSALS[i];
    const all = refusal.code + refusal.error + refusal.description;
    for (let k = 0; k < all.length; k++) {
      const c = all.charCodeAt(k);
      isTrue(c >= 0x20 && c < 0x7f && c != 0x22 && c != 0x5c && c != 0x3c && c != 0x26, all);
    }
  }
}

export function every_refusal_has_a_code_of_its_own(): void {
  const codes = new Set<string>();
  for (let i = 0; i < REFUSALS.length; i++) codes.add(REFUSALS[i].code);
  equalInt(codes.size, REFUSALS.length);
}

export function duty_71_a_refused_token_gets_the_error_of_rfc_6750(): void {
  // The refusals after these are for browsers, which send no bearer token.
  for (let i = 0; i < REFUSALS.indexOf(LOGIN_NEEDED); i++) {
    const refusal = REFUSALS[i];
    if (refusal.status == 400) equal(refusal.error, "invalid_request");
    else if (refusal.status == 503 || refusal.code == "no_token") equal(refusal.error, "");
    // The token itself is valid, and RFC 6750 has no error for this.
    else if (["denied", "claims_refused", "claim_missing", "claim_type", "access_denied", "claims_too_large"].includes(refusal.code)) equal(refusal.error, "");
    else if (refusal.code == "insufficient_scope") equal(refusal.error, "insufficient_scope");
    else equal(refusal.error, "invalid_token");
    isTrue(refusal.status == 400 || refusal.status == 401 || refusal.status == 403 || refusal.status == 431 || refusal.status == 503, refusal.code);
  }
}
