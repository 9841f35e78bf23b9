// The filter's own addresses (callback, logout, who is logged in), and where browsers go after a logout.

import { EMPTY, endsWith, same, utf8 } from "../bytes/bytes";
import { readUrl } from "../http/url";
import * as attributes from "./attributes";
import { BrowserSettings, CALLBACK_SUFFIX, OWN_PATHS, Redirect } from "./browser";
import { hasPlainHost, isLanding, isLoopback, isServable, PATH_WANTED, pathOf, readPath, TAKES_THE_PAGE } from "./paths";
import { ConfigReader } from "./reader";

export function readAddresses(r: ConfigReader, b: BrowserSettings, warnings: string[]): void {
  readRedirect(r, b, warnings);
  b.logoutPath = readPath(r, "logout_path", utf8("/logout"));
  b.backchannelLogoutPath = readPath(r, "backchannel_logout_path", EMPTY);
  b.frontchannelLogoutPath = readPath(r, "frontchannel_logout_path", EMPTY);
  b.userinfoPath = readPath(r, "userinfo_path", EMPTY);
  refuseShared(r, b);

  const afterProvider = r.url("post_logout_redirect_uri", true);
  if (afterProvider != null) b.postLogoutRedirectUri = afterProvider.text;
  readAfterLogout(r, b);
  // At another address than the provider's, an ID Token in the query would appear in logs and Referer headers.
  if (attributes.redirect_after_logout_with_id_token_hint(r) && b.redirectAfterLogoutUri.length > 0) {
    warnings.push("redirect_after_logout_with_id_token_hint is true: redirect_after_logout_uri gets no ID Token; without that attribute the provider's end_session_endpoint is used, which gets one");
  }
}

function readRedirect(r: ConfigReader, b: BrowserSettings, warnings: string[]): void {
  const text = r.text("redirect_uri");
  if (text == null) return;
  if (text[0] == 0x2f) {
    b.redirect = Redirect.Path;
    b.callbackPath = readPath(r, "redirect_uri", EMPTY);
    return;
  }
  const read = readUrl(text);
  if (read.failed || !hasPlainHost(read.value)) {
    r.wrong("redirect_uri", "expected a URL such as https://app.example.com/callback without fragment, or a path such as /callback");
    return;
  }
  const url = read.value;
  // The provider compares the whole URL. With a query in it, the parameters of the provider's answer could not be told from its own.
  if (!isServable(url.path)) r.wrong("redirect_uri", PATH_WANTED);
  else if (url.path.length == 1) r.wrong("redirect_uri", TAKES_THE_PAGE);
  if (!url.https && !isLoopback(url)) warnings.push("redirect_uri is plain http: anyone on the network between can take over the login and the session");
  b.redirect = Redirect.Absolute;
  b.redirectUrl = url.text;
  b.redirectHttps = url.https;
  b.callbackPath = url.path;
}

/** Each path identifies an endpoint, so no two may be the same. */
function refuseShared(r: ConfigReader, b: BrowserSettings): void {
  const keys = OWN_PATHS, paths = b.ownPaths;
  for (let i = 1; i < paths.length; i++) {
    if (b.redirect == Redirect.Suffix && endsWith(paths[i], CALLBACK_SUFFIX)) r.wrong(keys[i], "ends in " + CALLBACK_SUFFIX + ", which is the callback's where there is no redirect_uri");
    for (let j = 0; j < i; j++) if (paths[i].length > 0 && same(paths[i], paths[j])) r.wrong(keys[i], "is the path of " + keys[j] + " already");
  }
}

function readAfterLogout(r: ConfigReader, b: BrowserSettings): void {
  const text = r.text("redirect_after_logout_uri");
  if (text == null) return;
  if (!isLanding(text)) r.wrong("redirect_after_logout_uri", "expected a URL such as https://www.example.com/, or a path such as /goodbye");
  else if (b.logoutPath.length > 0 && same(pathOf(text), b.logoutPath)) r.wrong("redirect_after_logout_uri", "leads to logout_path again");
  else b.redirectAfterLogoutUri = text;
}
