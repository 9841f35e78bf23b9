import { compiled } from "./compiled.as";
import { isTrue } from "../check";

const BASE = '"discovery":"https://idp.example.com/.well-known/openid-configuration","provider_cluster":"idp","client_id":"c","client_secret":"$ENV://A","session":{"secret":"$ENV://A"}';

export function a_page_after_logout_that_needs_a_login_causes_a_warning(): void {
  warns(true, ',"redirect_uri":"https://app.example.com/cb","post_logout_redirect_uri":"https://app.example.com/bye"');
  warns(true, ',"redirect_uri":"https://app.example.com/cb","post_logout_redirect_uri":"https://app.example.com/?x"');
  warns(true, ',"redirect_uri":"https://app.example.com/cb","logout_path":"/out","post_logout_redirect_uri":"https://app.example.com/out/"');
}

export function a_page_after_logout_that_may_be_public_causes_no_warning(): void {
  warns(false, ',"redirect_uri":"https://app.example.com/cb"');
  warns(false, ',"redirect_uri":"https://app.example.com/cb","post_logout_redirect_uri":"https://www.example.com/"');
  warns(false, ',"redirect_uri":"https://app.example.com/cb","post_logout_redirect_uri":"https://app.example.com:8443/"');
  warns(false, ',"redirect_uri":"https://app.example.com/cb","post_logout_redirect_uri":"https://app.example.com.evil.example/"');
  warns(false, ',"redirect_uri":"https://app.example.com/cb","logout_path":"/out","post_logout_redirect_uri":"https://app.example.com/out"');
  warns(false, ',"redirect_uri":"/cb","post_logout_redirect_uri":"https://app.example.com/bye"');
  warns(false, ',"redirect_uri":"https://app.example.com/cb","unauth_action":"pass","post_logout_redirect_uri":"https://app.example.com/bye"');
  warns(false, ',"redirect_uri":"https://app.example.com/cb","post_logout_redirect_uri":"https://app.example.com/bye","rules":[{"path":"/bye","mode":"public"}]');
}

function warns(expected: bool, members: string): void {
  const all = compiled("{" + BASE + members + "}").warnings.join("; ");
  isTrue(all.includes("post_logout_redirect_uri") == expected, members + ": " + all);
}
