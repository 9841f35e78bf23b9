import { AccessRules } from "../../../assembly/policy/access_rules";
import { SessionClaims } from "../../../assembly/policy/session_claims";
import { Session } from "../../../assembly/session/session";
import { base64url } from "../jose/tokens.as";
import { ascii, equal, isTrue, text, utf8 } from "../check";
import { rulesOf, word } from "./access.as";

const NONE = "(none)";

export function a_claim_is_read_from_the_id_token_else_from_userinfo_else_from_the_access_token(): void {
  const claims = new SessionClaims(session("{\"a\":\"id\"}", "{\"a\":\"user\",\"b\":\"user\"}", "{\"a\":\"access\",\"b\":\"access\",\"c\":\"access\"}"));
  equal(found(claims, "a"), "id");
  equal(found(claims, "b"), "user");
  equal(found(claims, "c"), "access");
  equal(found(claims, "d"), NONE);
}

export function a_path_that_one_source_does_not_have_is_looked_up_in_the_next(): void {
  const claims = new SessionClaims(session("{\"realm_access\":{\"x\":1}}", "{\"realm_access\":[]}", "{\"realm_access\":{\"roles\":\"r\"}}"));
  equal(found(claims, "realm_access.roles"), "r");
}

export function a_null_claim_hides_that_of_the_next_source(): void {
  const s = session("{\"a\":null}", "{\"a\":\"user\"}", "{}");
  isTrue(new SessionClaims(s).headerValue("a") == null, "no header");
  equal(judged("{\"claim\":\"a\",\"equals\":\"user\"}", s), "missing");
}

export function an_access_token_that_was_not_verified_is_not_a_source(): void {
  const s = session("{}", "{}", "{\"a\":\"access\"}");
  equal(judged("{\"claim\":\"a\",\"equals\":\"access\"}", s), "granted");
  s.accessVerified = false;
  equal(found(new SessionClaims(s), "a"), NONE);
  equal(judged("{\"claim\":\"a\",\"equals\":\"access\"}", s), "missing");
}

export function a_source_that_cannot_be_read_is_skipped(): void {
  const broken = ["", "x", "[]", "\"a\"", "{\"a\":\"user\",\"a\":\"user\"}", "{\"a\":\"user\"", "{\"a\":\"" + "x".repeat(65536) + "\"}"];
  for (let i = 0; i < broken.length; i++) {
    equal(found(new SessionClaims(session("{}", broken[i], "{\"a\":\"access\"}")), "a"), "access");
    equal(found(new SessionClaims(session(broken[i], "{\"a\":\"user\"}", broken[i])), "a"), "user");
  }
  const s = session("{}", "{}", "{}"), tokens = ["a", "a.b", "a.!.c", "..", ".e30"];
  for (let i = 0; i < tokens.length; i++) {
    s.accessToken = ascii(tokens[i]);
    equal(found(new SessionClaims(s), "a"), NONE);
  }
}

export function a_session_without_contents_has_no_claims(): void {
  equal(found(new SessionClaims(new Session()), "sub"), NONE);
  equal(judged("{\"claim\":\"sub\",\"exists\":true}", new Session()), "missing");
}

export function headers_and_rules_use_the_same_claim(): void {
  const s = session("{\"a\":\"1\",\"n\":{\"a\":\"2\"}}", "{\"b\":\"3\",\"n\":{\"b\":\"4\"},\"a\":\"5\"}", "{\"c\":\"6\",\"n\":{\"c\":\"7\"},\"n.b\":\"8\"}");
  const paths = ["a", "b", "c", "n.a", "n.b", "n.c"];
  for (let i = 0; i < paths.length; i++) {
    const value = new SessionClaims(s).headerValue(paths[i]);
    equal(judged("{\"claim\":\"" + paths[i] + "\",\"equals\":\"" + (value == null ? NONE : text(value)) + "\"}", s), "granted");
  }
}

export function rules_may_use_claims_of_all_three_sources(): void {
  const rule = "{\"all\":[{\"claim\":\"email_verified\",\"equals\":true},{\"claim\":\"groups\",\"contains\":\"/staff\"},{\"claim\":\"realm_access.roles\",\"contains\":\"manager\"}]}";
  equal(judged(rule, session("{\"email_verified\":true}", "{\"groups\":[\"/staff\"]}", "{\"realm_access\":{\"roles\":[\"manager\"]}}")), "granted");
  equal(judged(rule, session("{\"email_verified\":true}", "{\"groups\":[\"/staff\"]}", "{\"realm_access\":{\"roles\":[]}}")), "denied");
  equal(judged(rule, session("{\"email_verified\":\"true\"}", "{\"groups\":[\"/staff\"]}", "{\"realm_access\":{\"roles\":[\"manager\"]}}")), "wrong type");
}

/** A session with these claims of the ID Token, this UserInfo response, and this payload of a verified access token. */
function session(idClaims: string, userinfo: string, access: string): Session {
  const s = new Session();
  s.idClaims = utf8(idClaims);
  s.userinfo = utf8(userinfo);
  s.accessToken = ascii("h." + base64url(utf8(access)) + ".s");
  s.accessVerified = true;
  return s;
}

function found(claims: SessionClaims, path: string): string {
  const claim = claims.find(path);
  return claim == null ? NONE : text(claim.json.text(claim.node));
}

function judged(rule: string, s: Session): string {
  const rules: AccessRules = rulesOf(rule);
  return word(rules.judge(new SessionClaims(s)));
}
