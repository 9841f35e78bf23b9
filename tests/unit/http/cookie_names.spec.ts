import { OwnCookieNames } from "../../../assembly/http/cookie_names";
import { CookieScan } from "../../../assembly/http/cookies";
import { ascii, equal, equalInt, isTrue, text } from "../check";
import { logins, sessions } from "./cookies.as";
import { joined } from "./serialised.as";

export function a_name_of_two_rules_has_its_meaning_in_the_current_rule(): void {
  const all = new OwnCookieNames(), first = all.add(ascii("id"), ascii("id_flow"), ascii("id_login_")), second = all.add(ascii("id_1"), ascii("id_1_flow"), ascii("id_1_login_"));
  const bytes = ascii("id=2identityx; id_1=identityy"), c = new CookieScan();
  c.scan(bytes.dataStart, bytes.length, all, first);
  sessions(c, ["2identityxy"]);
  c.scan(bytes.dataStart, bytes.length, all, second);
  sessions(c, [""]);
  equalInt(c.session.count, 1);
  equalInt(all.add(ascii("id"), ascii("id_flow"), ascii("id_login_")), first);
}

export function duty_151_the_cookie_names_of_64_rules_are_recognised(): void {
  const all = new OwnCookieNames();
  let header = "a=1";
  for (let i = 0; i < 128; i++) {
    const tag = "oidc_rule" + (1000 + i).toString();
    equalInt(all.add(ascii(tag), ascii(tag + "_flow"), ascii(tag + "_login_")), i);
    header += "; " + tag + "=1x; " + tag + "_flow=0.0; " + tag + "_login_12345678=x";
  }
  const bytes = ascii(header), c = new CookieScan();
  c.scan(bytes.dataStart, bytes.length, all, 77);
  equalInt(c.own, 3 * 128);
  sessions(c, ["1x"]);
  equal(logins(c), "12345678:x");
  equal(text(c.others()), "a=1");
}

export function long_names_with_a_common_prefix_are_distinguished(): void {
  const c = new CookieScan(), all = new OwnCookieNames(), naming = all.add(ascii("__Host-oidc"), ascii("__Host-oidc_flow"), ascii("__Host-oidc_login_"));
  const bytes = ascii("__Host-oidc=1; __Host-oidc_1=2; __Host-oidc_flow=3; __Host-oidc_login_abcdefgh=4; oidc=5; __Host-oidc_log=6; __Host-oidc_flow_=7; __Host-oidc_login_=8");
  c.scan(bytes.dataStart, bytes.length, all, naming);
  sessions(c, ["1"]);
  equalInt(c.session.present, 2);
  equal(joined(c.flows()), "3");
  equal(logins(c), "abcdefgh:4");
  equal(text(c.others()), "oidc=5; __Host-oidc_log=6; __Host-oidc_flow_=7; __Host-oidc_login_=8");
}

export function without_names_every_cookie_is_foreign(): void {
  const c = new CookieScan(), none = new OwnCookieNames(), bytes = ascii("=1; _1=2; 12345678=3; a=b");
  isTrue(none.isEmpty, "no names");
  c.scan(bytes.dataStart, bytes.length, none, -1);
  equalInt(c.own, 0);
  equal(text(c.others()), "=1; _1=2; 12345678=3; a=b");
}
