import { ByteWriter } from "../../../assembly/bytes/writer";
import { Callout, Endpoint, Reply } from "../../../assembly/http/callout";
import { formEncode, formField } from "../../../assembly/http/form";
import { refusalJson, refusalPage } from "../../../assembly/http/page";
import { readUrl } from "../../../assembly/http/url";
import { REFUSALS } from "../../../assembly/flow/refusal";
import { parse } from "../../../assembly/json/parser";
import { ascii, contains, equal, equalInt, isFalse, isTrue, text, utf8 } from "../check";
import { joined } from "./serialised.as";

export function only_unreserved_characters_stay_as_they_are(): void {
  const kept = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  const one = new Uint8Array(1);
  for (let c = 0; c < 256; c++) {
    one[0] = <u8>c;
    const out = new ByteWriter();
    formEncode(out, one);
    const plain = c < 128 && kept.includes(String.fromCharCode(c));
    equal(text(out.done()), plain ? String.fromCharCode(c) : "%" + (c < 16 ? "0" : "") + c.toString(16).toUpperCase());
  }
}

export function fields_are_joined_by_ampersands_that_no_value_can_hold(): void {
  const form = new ByteWriter();
  formField(form, "token", ascii("a&b=c d+e%\r\n"));
  formField(form, "hint", utf8("\u00e9"));
  formField(form, "empty", new Uint8Array(0));
  equal(text(form.done()), "token=a%26b%3Dc%20d%2Be%25%0D%0A&hint=%C3%A9&empty=");
}

export function a_call_names_host_path_and_scheme_of_its_url_and_the_configured_cluster(): void {
  const call = new Callout("GET", new Endpoint(readUrl(ascii("https://idp.example.com:8443/jwks?x=1")).value, ascii("idp")));
  equal(joined(call.pairs), ":method|GET|:scheme|https|:authority|idp.example.com:8443|:path|/jwks?x=1|accept|application/json|user-agent|envoy-oidc");
  equal(text(call.cluster), "idp");
  equalInt(call.body.length, 0);
}

export function duty_140_a_url_does_not_choose_the_cluster(): void {
  const call = new Callout("GET", new Endpoint(readUrl(ascii("http://169.254.169.254/latest")).value, ascii("idp")));
  equal(text(call.cluster), "idp");
}

export function a_form_says_what_it_is(): void {
  const call = new Callout("POST", new Endpoint(readUrl(ascii("http://h")).value, ascii("c")));
  call.form(ascii("a=b"));
  contains(joined(call.pairs), "|:scheme|http|");
  contains(joined(call.pairs), "|content-type|application/x-www-form-urlencoded");
  equal(text(call.body), "a=b");
}

export function no_reply_has_no_status_and_no_body(): void {
  equalInt(Reply.none().status, 0);
  equalInt(Reply.none().body.length, 0);
}

export function duty_142_every_refusal_is_well_formed_json_of_constant_text(): void {
  for (let i = 0; i < REFUSALS.length; i++) {
    const refusal = REFUSALS[i];
    const parsed = parse(utf8(refusalJson(refusal.error, refusal.code, refusal.description)), 1024);
    isFalse(parsed.failed, refusal.code);
    const json = parsed.value;
    equal(text(json.text(json.member(json.root, "code"))), refusal.code);
    isTrue(json.member(json.root, "error") >= 0 == refusal.error.length > 0, "error of " + refusal.code);
  }
}

export function duty_77_no_refusal_holds_a_character_that_would_need_escaping(): void {
  for (let i = 0; i < REFUSALS.length; i++) {
    const all = REFUSALS[i].code + REFUSALS[i].error + REFUSALS[i].description;
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

export function duty_71_a_refused_token_is_answered_with_the_error_that_rfc_6750_names(): void {
  for (let i = 0; i < REFUSALS.length; i++) {
    const refusal = REFUSALS[i];
    if (refusal.status == 400) equal(refusal.error, "invalid_request");
    else if (refusal.status == 503 || refusal.code == "no_token") equal(refusal.error, "");
    else if (refusal.code == "insufficient_scope") equal(refusal.error, "insufficient_scope");
    else equal(refusal.error, "invalid_token");
    isTrue(refusal.status == 400 || refusal.status == 401 || refusal.status == 403 || refusal.status == 503, refusal.code);
  }
}

export function a_page_says_the_status_and_the_code(): void {
  const page = refusalPage(403, "insufficient_scope", "The token lacks a scope.");
  contains(page, "<code>403 insufficient_scope</code>");
  contains(page, "<p>The token lacks a scope.</p>");
  contains(page, "<title>Not allowed</title>");
}

export function a_page_loads_nothing(): void {
  const page = refusalPage(401, "no_token", "A bearer token is needed.");
  isFalse(page.includes("src=") || page.includes("href=") || page.includes("<script") || page.includes("url("), "a reference");
}
