import { PageSettings } from "../../../../assembly/config/page_settings";
import { ownPage, refusalPage } from "../../../../assembly/filter/pages/html";
import { Trail } from "../../../../assembly/filter/observe/trail";
import { textsFor } from "../../../../assembly/filter/pages/languages";
import { BrowserEvent, Page, Refuse } from "../../../../assembly/flow/decision/next";
import { PageKind } from "../../../../assembly/flow/decision/page_kind";
import { ACCESS_DENIED, LOGIN_EXPIRED, Refusal, REFUSALS, LOGIN_NEEDED } from "../../../../assembly/flow/decision/refusal";
import { HeaderBlock } from "../../../../assembly/http/header_block";
import { VERSION } from "../../../../assembly/version";
import { ascii, contains, equal, isFalse, isTrue, utf8 } from "../../check";

const EMPTY = new Uint8Array(0);
const NONE = new PageSettings();
const ENGLISH = textsFor([]);

export function a_refusal_page_has_the_problem_a_hint_and_its_code(): void {
  const page = problem(LOGIN_EXPIRED, ascii("/a"));
  contains(page, "<title>This login is over</title>");
  contains(page, "<h1>This login is over</h1>");
  contains(page, "<p>It took longer than ten minutes.</p>");
  contains(page, "<p class=\"s\">Please try again.</p>");
  contains(page, "<code>400 login_expired</code> <time>2026-01-01T00:00:00.000Z</time>");
}

export function a_refusal_page_has_a_link_that_names_its_target(): void {
  contains(problem(LOGIN_EXPIRED, ascii("/a?b=c")), "<a class=\"b\" href=\"/a?b=c\">Try again</a>");
  contains(problem(LOGIN_NEEDED, ascii("/a")), "<a class=\"b\" href=\"/a\">Log in</a>");
  contains(problem(ACCESS_DENIED, EMPTY), "<a class=\"b\" href=\"/\">Go to the start page</a>");
  contains(refusalPage(NONE, ENGLISH, new Refuse(ACCESS_DENIED), EMPTY, trail(), true), "<a class=\"b\" href=\"/\">Try again</a>");
}

export function every_refusal_page_has_exactly_one_primary_link_and_it_never_logs_out(): void {
  for (let i = 0; i < REFUSALS.length; i++) {
    const refuse = new Refuse(REFUSALS[i]);
    refuse.logout = ascii("/logout");
    const page = refusalPage(NONE, ENGLISH, refuse, EMPTY, trail(), false);
    equal(page.split("<a class=\"b\"").length.toString(), "2");
    isTrue(page.indexOf("href=\"/logout\"") > page.indexOf("<a class=\"b\""), refuse.refusal.code);
    contains(page, "<a class=\"o\" href=\"/logout\">Log out</a>");
  }
}

export function a_refusal_page_without_a_session_has_no_logout_link(): void {
  for (let i = 0; i < REFUSALS.length; i++) isFalse(problem(REFUSALS[i], EMPTY).includes("Log out<"), REFUSALS[i].code);
}

export function a_page_without_a_hint_has_no_empty_line(): void {
  isFalse(problem(LOGIN_NEEDED, ascii("/a")).includes("<p class=\"s\">"), "a hint");
}

export function the_page_after_logout_says_so_and_links_back(): void {
  const page = ownPage(NONE, ENGLISH, new Page(BrowserEvent.LoggedOut, PageKind.LoggedOut));
  contains(page, "<h1>You are logged out</h1>");
  contains(page, "<a class=\"b\" href=\"/\">Go to the start page</a>");
  isFalse(page.includes("identity provider too"), "a link to a provider that has no logout");
  contains(ownPage(NONE, ENGLISH, new Page(BrowserEvent.LoggedOut, PageKind.LoggedOut, EMPTY, ascii("https://idp.example.com/logout?a=1&b=2"))),
    "<a href=\"https://idp.example.com/logout?a=1&amp;b=2\">Log out at the identity provider too</a>");
}

export function duty_115_logout_is_confirmed_by_a_form_of_this_origin(): void {
  const page = confirm(ascii("/logout?x=1"));
  contains(page, "<form method=\"post\" action=\"/logout?x=1\"><button class=\"o\">Log out</button></form>");
  isFalse(page.includes("href=\"/logout"), "a link that would do it without the form");
  isTrue(page.indexOf("<a class=\"b\" href=\"/\">Cancel</a>") < page.indexOf("<form"), "the first button is harmless");
}

export function duty_115_the_referrer_policy_lets_the_browser_send_the_origin_of_the_logout_form(): void {
  contains(confirm(ascii("/logout")), "<meta name=\"referrer\" content=\"same-origin\">");
}

export function duty_8_a_path_is_escaped_in_a_page(): void {
  const evil = ascii("/a?\"><script>alert('1')</script>&b=<i>&amp;");
  const safe = "/a?&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;b=&lt;i&gt;&amp;amp;";
  contains(problem(LOGIN_EXPIRED, evil), "href=\"" + safe + "\"");
  contains(confirm(evil), "action=\"" + safe + "\"");
}

export function duty_8_no_byte_of_a_path_ends_its_attribute(): void {
  const one = ascii("/a?b=_");
  for (let c = 0; c < 256; c++) {
    one[5] = <u8>c;
    const page = problem(LOGIN_EXPIRED, one), start = page.indexOf("href=\"") + 6, value = page.substring(start, page.indexOf("\"", start));
    contains(page, "href=\"" + value + "\">Try again</a>");
    isFalse(value.includes("<") || value.includes(">") || value.includes("'"), value);
    for (let i = 0; i < value.length; i++) isTrue(value.charCodeAt(i) > 0x20 && value.charCodeAt(i) < 0x7f, value);
  }
}

export function duty_21_no_page_links_to_another_origin(): void {
  const others = ["//evil.example", "/\\evil.example", "https://evil.example/", "javascript:alert(1)", "data:text/html,x", "/\t/evil.example", "/a\u0000b", "/a\r\nb"];
  for (let i = 0; i < others.length; i++) {
    contains(problem(LOGIN_EXPIRED, ascii(others[i])), "href=\"/\"");
    contains(confirm(ascii(others[i])), "action=\"/\"");
  }
  contains(problem(LOGIN_EXPIRED, utf8("/\u00e9")), "href=\"/\"");
}

export function the_configured_name_logo_link_and_color_are_shown_escaped(): void {
  const settings = new PageSettings();
  settings.name = utf8("Caf\u00e9 <b>\"&'</b>");
  settings.logo = ascii("data:image/png;base64,AAAA");
  settings.helpUri = ascii("https://help.example.com/?a=1&b='2'");
  settings.color = "#ffcc00";
  settings.onColor = "#000";
  const page = refusalPage(settings, ENGLISH, new Refuse(ACCESS_DENIED), EMPTY, trail(), false), name = "Caf\u00e9 &lt;b&gt;&quot;&amp;&#39;&lt;/b&gt;";
  contains(page, "<title>Not allowed here \u2013 " + name + "</title>");
  contains(page, "<header><img alt=\"\" src=\"data:image/png;base64,AAAA\">" + name + "</header>");
  contains(page, "<a href=\"https://help.example.com/?a=1&amp;b=&#39;2&#39;\">Help</a>");
  contains(page, "\n.b{color:#000;background:#ffcc00}</style>");
}

export function the_version_is_in_the_footer_of_visible_pages_only_if_configured(): void {
  const settings = new PageSettings();
  settings.showVersion = true;
  const foot = "envoy-oidc " + VERSION + "</footer>\n</main>";
  contains(refusalPage(settings, ENGLISH, new Refuse(LOGIN_EXPIRED), ascii("/"), trail(), false), "</time><br>" + foot);
  const kinds = [PageKind.LoggedOut, PageKind.CopiesWork, PageKind.ConfirmLogout];
  for (let i = 0; i < kinds.length; i++) contains(ownPage(settings, ENGLISH, new Page(BrowserEvent.LoggedOut, kinds[i])), "\n<footer>" + foot);
  isFalse(ownPage(settings, ENGLISH, new Page(BrowserEvent.LoggedOut, PageKind.LoggedOutFrame)).includes(VERSION), "in a hidden frame");
  const others = all();
  for (let i = 0; i < others.length; i++) isFalse(others[i].includes(VERSION) || others[i].includes("envoy-oidc"), "not configured");
}

export function every_page_is_small_names_its_language_and_loads_nothing(): void {
  const pages = all();
  for (let i = 0; i < pages.length; i++) {
    const page = pages[i];
    isTrue(page.startsWith("<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">"), "a language and an encoding");
    contains(page, "<title>");
    isFalse(page.includes("src=") || page.includes("<script") || page.includes("<link") || page.includes("url(") || page.includes("@import") || page.includes(" onclick") || page.includes(" onload") || page.includes("javascript:"), "nothing is loaded, nothing runs");
    isTrue(String.UTF8.byteLength(page) < 3500, "3.5 kB");
  }
}

export function every_visible_page_has_a_heading_and_supports_light_and_dark_mode(): void {
  const pages = all().slice(0, 4);
  for (let i = 0; i < pages.length; i++) {
    equal(pages[i].split("<h1>").length.toString(), "2");
    contains(pages[i], "prefers-color-scheme:dark");
    contains(pages[i], ":focus-visible");
    contains(pages[i], "width=device-width");
  }
}

function all(): string[] {
  return [problem(LOGIN_EXPIRED, ascii("/")), ownPage(NONE, ENGLISH, new Page(BrowserEvent.LoggedOut, PageKind.LoggedOut)), confirm(ascii("/logout")),
    ownPage(NONE, ENGLISH, new Page(BrowserEvent.LoggedOut, PageKind.CopiesWork)), ownPage(NONE, ENGLISH, new Page(BrowserEvent.LoggedOut, PageKind.LoggedOutFrame))];
}

function problem(refusal: Refusal, again: Uint8Array): string { return refusalPage(NONE, ENGLISH, new Refuse(refusal), again, trail(), false); }
function confirm(action: Uint8Array): string { return ownPage(NONE, ENGLISH, new Page(BrowserEvent.LogoutAsked, PageKind.ConfirmLogout, action)); }
function trail(): Trail { return new Trail(new HeaderBlock(), 1_767_225_600_000); }
