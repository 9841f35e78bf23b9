import { ClaimHeader, Entry, ENTRY_HEAD, identityOf, IDENTITY_HEADERS, IdentitySettings } from "../../../assembly/policy/identity";
import { decodeBase64url } from "../../../assembly/bytes/base64";
import { parse } from "../../../assembly/json/parser";
import { ascii, equal, equalInt, isFalse, isTrue, text, utf8 } from "../check";

export function by_default_the_upstream_gets_the_token_and_the_claims(): void {
  equal(entries(new IdentitySettings(), "{\"sub\":\"me\"}"), "token x-access-token|header x-userinfo=eyJzdWIiOiJtZSJ9");
}

export function the_token_is_not_stored(): void {
  const identity = identityOf(new IdentitySettings(), parse(ascii("{}"), 100).value).entries;
  equalInt(load<u32>(identity.dataStart), Entry.TokenHeader);
  equalInt(load<u32>(identity.dataStart, 8), 0);
}

export function the_token_goes_to_authorization_if_configured(): void {
  const s = new IdentitySettings();
  s.accessTokenInAuthorization = true;
  s.userinfoHeader = false;
  equal(entries(s, "{}"), "bearer authorization");
}

export function a_header_that_is_switched_off_is_not_set(): void {
  const s = new IdentitySettings();
  s.accessTokenHeader = false;
  s.accessTokenInAuthorization = true;
  s.userinfoHeader = false;
  equal(entries(s, "{\"sub\":\"me\"}"), "");
}

export function userinfo_is_standard_base64_of_the_claims_byte_for_byte(): void {
  const s = new IdentitySettings();
  s.accessTokenHeader = false;
  equal(entries(s, "{ \"a\" : \"\\u00e9?>\" }"), "header x-userinfo=eyAiYSIgOiAiXHUwMGU5Pz4iIH0=");
}

export function claims_go_to_their_headers_in_the_configured_order(): void {
  equal(entries(withClaims(), "{\"roles\":[\"a\",\"b,c\"],\"sub\":\"me\",\"n\":{\"v\":true}}"), "header x-sub=me|header x-roles=a,b%2Cc|header x-v=true");
}

export function an_absent_or_empty_claim_makes_no_header(): void {
  equal(entries(withClaims(), "{\"roles\":[],\"n\":{}}"), "");
  equal(entries(withClaims(), "{\"sub\":null,\"roles\":\"\",\"n\":7}"), "");
}

export function the_access_log_gets_subject_issuer_and_scope(): void {
  const s = bare();
  s.filterState = true;
  equal(entries(s, "{\"sub\":\"me\",\"iss\":\"https://i\",\"scope\":\"a b\",\"aud\":\"x\"}"), "property oidc.sub=me|property oidc.iss=https://i|property oidc.scope=a b");
  equal(entries(s, "{\"scope\":\"\"}"), "");
}

export function duty_91_a_property_cannot_end_a_log_line(): void {
  const s = bare();
  s.filterState = true;
  equal(entries(s, "{\"sub\":\"a\\nb\"}"), "property oidc.sub=a%0Ab");
}

export function duty_87_every_documented_identity_header_belongs_to_the_filter(): void {
  equal(IDENTITY_HEADERS.join(" "), "x-access-token x-id-token x-userinfo x-raw-id-token x-refresh-token");
}

export function the_entries_of_an_identity_fill_it_exactly(): void {
  const json = parse(utf8("{\"sub\":\"\u00e9\",\"roles\":[1,2,3]}"), 1000).value;
  const identity = identityOf(withClaims(), json).entries;
  let at = 0;
  while (at < identity.length) {
    isTrue(identity.length - at >= ENTRY_HEAD, "room for a head");
    at += ENTRY_HEAD + load<u32>(identity.dataStart + at, 4) + load<u32>(identity.dataStart + at, 8);
  }
  equalInt(at, identity.length);
}

export function userinfo_is_in_standard_base64_and_not_base64url(): void {
  const s = new IdentitySettings();
  s.accessTokenHeader = false;
  const value = entries(s, "{\"a\":\"???>>>\"}").substring(18);
  isTrue(value.includes("/") || value.includes("+"), value);
  isTrue(decodeBase64url(ascii(value)).failed, value);
}

function bare(): IdentitySettings {
  const s = new IdentitySettings();
  s.accessTokenHeader = false;
  s.userinfoHeader = false;
  return s;
}

function withClaims(): IdentitySettings {
  const s = bare();
  s.claimHeaders = [new ClaimHeader("sub", ascii("x-sub")), new ClaimHeader("roles", ascii("x-roles")), new ClaimHeader("n.v", ascii("x-v"))];
  return s;
}

function entries(settings: IdentitySettings, document: string): string {
  const parsed = parse(utf8(document), 10_000);
  isFalse(parsed.failed, "claims that are JSON");
  const identity = identityOf(settings, parsed.value).entries;
  const out: string[] = [];
  for (let at = 0; at < identity.length;) {
    const head = identity.dataStart + at;
    const kind = load<u32>(head), name = load<u32>(head, 4), value = load<u32>(head, 8);
    const nameAt = at + ENTRY_HEAD, valueAt = nameAt + name;
    const word = kind == Entry.Header ? "header " : kind == Entry.TokenHeader ? "token " : kind == Entry.BearerHeader ? "bearer " : "property ";
    out.push(word + text(identity.subarray(nameAt, valueAt)) + (value > 0 ? "=" + text(identity.subarray(valueAt, valueAt + value)) : ""));
    at = valueAt + value;
  }
  return out.join("|");
}
