import { ByteWriter } from "../../../assembly/bytes/writer";
import { Callout, Endpoint, Reply } from "../../../assembly/http/callout";
import { formEncode, formField } from "../../../assembly/http/form";
import { readUrl } from "../../../assembly/http/url";
import { ascii, contains, equal, equalInt, text, utf8 } from "../check";
import { joined } from "./serialised.as";

export function form_encoding_escapes_everything_but_unreserved_characters(): void {
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

export function form_fields_are_joined_by_ampersands_and_no_value_can_add_one(): void {
  const form = new ByteWriter();
  formField(form, "token", ascii("a&b=c d+e%\r\n"));
  formField(form, "hint", utf8("\u00e9"));
  formField(form, "empty", new Uint8Array(0));
  equal(text(form.done()), "token=a%26b%3Dc%20d%2Be%25%0D%0A&hint=%C3%A9&empty=");
}

export function a_call_has_scheme_host_and_path_of_its_url_and_goes_to_the_configured_cluster(): void {
  const call = new Callout("GET", new Endpoint(readUrl(ascii("https://idp.example.com:8443/jwks?x=1")).value, ascii("idp")));
  equal(joined(call.pairs), ":method|GET|:scheme|https|:authority|idp.example.com:8443|:path|/jwks?x=1|accept|application/json|user-agent|envoy-oidc");
  equal(text(call.cluster), "idp");
  equalInt(call.body.length, 0);
}

export function duty_140_a_url_does_not_choose_the_cluster(): void {
  const call = new Callout("GET", new Endpoint(readUrl(ascii("http://169.254.169.254/latest")).value, ascii("idp")));
  equal(text(call.cluster), "idp");
}

export function a_form_has_its_content_type(): void {
  const call = new Callout("POST", new Endpoint(readUrl(ascii("http://h")).value, ascii("c")));
  call.form(ascii("a=b"));
  contains(joined(call.pairs), "|:scheme|http|");
  contains(joined(call.pairs), "|content-type|application/x-www-form-urlencoded");
  equal(text(call.body), "a=b");
}

export function a_missing_reply_has_status_0_and_no_body(): void {
  equalInt(Reply.none().status, 0);
  equalInt(Reply.none().body.length, 0);
}
