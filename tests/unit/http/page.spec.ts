import { confirmLogoutPage, problemPage, refusalPage, loggedOutFrame, loggedOutPage } from "../../../assembly/http/page";
import { ascii, contains, equal, isFalse, isTrue, utf8 } from "../check";

const EMPTY = new Uint8Array(0);

export function a_problem_says_what_it_is_what_may_help_and_its_code(): void {
  const page = problem(ascii("/a"));
  contains(page, "<title>Login failed</title>");
  contains(page, "<h1>Login failed</h1>");
  contains(page, "<p>It went wrong.</p>");
  contains(page, ">Do this.</p>");
  contains(page, "<code>403 login_refused</code>");
}

export function a_problem_offers_another_try_where_there_is_somewhere_to_go(): void {
  contains(problem(ascii("/a?b=c")), "href=\"/a?b=c\">Try again</a>");
  isFalse(problem(EMPTY).includes("href="), "a link");
}

export function a_problem_without_a_hint_has_no_empty_line(): void {
  isFalse(problemPage(400, "T", "D", "", "c", EMPTY).includes("<p class=\"s\">"), "a hint");
}

export function a_logged_out_person_is_told_so_and_led_back(): void {
  const page = loggedOutPage(ascii("/start"));
  contains(page, "<h1>You are logged out</h1>");
  contains(page, "href=\"/start\"");
}

export function duty_115_logging_out_is_confirmed_by_a_form_of_this_origin(): void {
  const page = confirmLogoutPage(ascii("/logout?x=1"));
  contains(page, "<form method=\"post\" action=\"/logout?x=1\">");
  isFalse(page.includes("href="), "a link that would do it without the form");
}

export function duty_115_the_forms_request_can_name_its_origin(): void {
  contains(confirmLogoutPage(ascii("/logout")), "<meta name=\"referrer\" content=\"same-origin\">");
}

export function duty_8_what_a_path_holds_is_text(): void {
  const evil = ascii("/a?\"><script>alert('1')</script>&b=<i>&amp;");
  const safe = "/a?&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;b=&lt;i&gt;&amp;amp;";
  contains(problem(evil), "href=\"" + safe + "\"");
  contains(loggedOutPage(evil), "href=\"" + safe + "\"");
  contains(confirmLogoutPage(evil), "action=\"" + safe + "\"");
}

export function duty_8_no_byte_of_a_path_leaves_its_attribute(): void {
  const one = ascii("/a?b=_");
  for (let c = 0; c < 256; c++) {
    one[5] = <u8>c;
    const page = problem(one), start = page.indexOf("href=\"") + 6, value = page.substring(start, page.indexOf("\"", start));
    contains(page, "href=\"" + value + "\">Try again</a>");
    isFalse(value.includes("<") || value.includes(">") || value.includes("'"), value);
    for (let i = 0; i < value.length; i++) isTrue(value.charCodeAt(i) > 0x20 && value.charCodeAt(i) < 0x7f, value);
  }
}

export function duty_21_no_page_leads_to_another_origin(): void {
  const others = ["//evil.example", "/\\evil.example", "https://evil.example/", "javascript:alert(1)", "data:text/html,x", "/\t/evil.example", "/a\u0000b", "/a\r\nb"];
  for (let i = 0; i < others.length; i++) {
    contains(problem(ascii(others[i])), "href=\"/\"");
    contains(loggedOutPage(ascii(others[i])), "href=\"/\"");
    contains(confirmLogoutPage(ascii(others[i])), "action=\"/\"");
  }
  contains(problem(utf8("/\u00e9")), "href=\"/\"");
}

export function every_page_is_small_can_be_read_aloud_and_loads_nothing(): void {
  const pages = all();
  for (let i = 0; i < pages.length; i++) {
    const page = pages[i];
    isTrue(page.startsWith("<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">"), "a language and an encoding");
    contains(page, "<title>");
    isFalse(page.includes("src=") || page.includes("<script") || page.includes("<link") || page.includes("url(") || page.includes("@import") || page.includes(" onclick") || page.includes(" onload") || page.includes("javascript:"), "nothing is loaded, nothing runs");
    isTrue(String.UTF8.byteLength(page) < 2500, "2.5 kB");
  }
}

export function every_page_that_is_seen_has_a_heading_and_follows_light_and_dark(): void {
  const pages = all().slice(0, 4);
  for (let i = 0; i < pages.length; i++) {
    equal(pages[i].split("<h1>").length.toString(), "2");
    contains(pages[i], "prefers-color-scheme:dark");
    contains(pages[i], ":focus-visible");
    contains(pages[i], "width=device-width");
  }
}

function all(): string[] {
  return [problem(ascii("/")), loggedOutPage(ascii("/")), confirmLogoutPage(ascii("/logout")), refusalPage(401, "no_token", "A bearer token is needed."), loggedOutFrame()];
}

function problem(retry: Uint8Array): string { return problemPage(403, "Login failed", "It went wrong.", "Do this.", "login_refused", retry); }
