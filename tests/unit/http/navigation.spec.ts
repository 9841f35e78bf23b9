import { isCrossSite, isNavigation, isPreflight, sameOriginReferer } from "../../../assembly/http/navigation";
import { ascii, equal, isTrue, text } from "../check";
import { headersOf } from "./serialised.as";

const BROWSER = ["sec-fetch-mode", "navigate", "sec-fetch-dest", "document", "accept", "text/html,*/*;q=0.8"];
const HTML = ["accept", "text/html,application/xhtml+xml,*/*;q=0.8"];

export function a_navigation_of_a_browser_is_recognised(): void { navigates("GET", BROWSER, true); }
export function other_headers_of_a_navigation_do_not_matter(): void {
  navigates("GET", BROWSER.concat(["sec-fetch-site", "cross-site", "sec-fetch-user", "?1", "upgrade-insecure-requests", "1", "cookie", "a=b", "content-type", "text/plain"]), true);
}

export function without_fetch_metadata_a_request_for_html_is_a_navigation(): void {
  navigates("GET", HTML, true);
  navigates("GET", ["accept", "application/xhtml+xml"], true);
}

export function a_request_that_does_not_ask_for_html_is_no_navigation(): void {
  navigates("GET", [], false);
  navigates("GET", ["accept", "*/*"], false);
  navigates("GET", ["accept", "application/json"], false);
  navigates("GET", ["accept", "application/json, text/html"], false);
  navigates("GET", ["accept", "image/avif,image/webp,*/*"], false);
  navigates("GET", ["accept", ""], false);
}

export function only_get_is_a_navigation(): void {
  const methods = ["POST", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "CONNECT", "TRACE", "get", "GETX", "GE", ""];
  for (let i = 0; i < methods.length; i++) {
    navigates(methods[i], BROWSER, false);
    navigates(methods[i], HTML, false);
  }
  isTrue(!isNavigation(headersOf(HTML)), "no method");
  navigates("GET", HTML.concat([":method", "GET"]), false);
}

export function requests_of_scripts_and_elements_are_no_navigation(): void {
  const modes = ["cors", "no-cors", "same-origin", "websocket", "Navigate", "navigate ", "navigate, navigate", ""];
  for (let i = 0; i < modes.length; i++) navigates("GET", HTML.concat(["sec-fetch-mode", modes[i], "sec-fetch-dest", "document"]), false);
}

export function a_destination_other_than_document_is_no_navigation(): void {
  const dests = ["image", "iframe", "frame", "object", "embed", "script", "style", "serviceworker", "worker", "Document", "document ", ""];
  for (let i = 0; i < dests.length; i++) {
    navigates("GET", HTML.concat(["sec-fetch-mode", "navigate", "sec-fetch-dest", dests[i]]), false);
    navigates("GET", HTML.concat(["sec-fetch-dest", dests[i]]), false);
  }
  navigates("GET", HTML.concat(["sec-fetch-dest", "empty"]), false);
}

export function a_page_that_a_service_worker_fetches_is_a_navigation(): void {
  navigates("GET", ["sec-fetch-mode", "navigate", "sec-fetch-dest", "empty", "accept", "text/html"], true);
  const modes = ["cors", "no-cors", "same-origin"];
  for (let i = 0; i < modes.length; i++) navigates("GET", HTML.concat(["sec-fetch-mode", modes[i], "sec-fetch-dest", "empty"]), false);
  navigates("GET", HTML.concat(["sec-fetch-mode", "navigate", "sec-fetch-dest", "empty", "sec-fetch-dest", "document"]), false);
  navigates("POST", ["sec-fetch-mode", "navigate", "sec-fetch-dest", "empty"], false);
}

export function a_mode_without_a_destination_is_no_navigation(): void { navigates("GET", HTML.concat(["sec-fetch-mode", "navigate"]), false); }

export function fetch_metadata_takes_precedence_over_accept(): void {
  navigates("GET", ["sec-fetch-mode", "navigate", "sec-fetch-dest", "document", "accept", "*/*"], true);
}

export function duplicate_fetch_metadata_is_no_navigation(): void {
  navigates("GET", BROWSER.concat(["sec-fetch-mode", "navigate"]), false);
  navigates("GET", BROWSER.concat(["sec-fetch-dest", "document"]), false);
  navigates("GET", BROWSER.concat(["sec-fetch-mode", "cors"]), false);
}

export function duty_128_an_upgrade_is_no_navigation(): void {
  navigates("GET", HTML.concat(["connection", "Upgrade", "upgrade", "websocket"]), false);
  navigates("GET", BROWSER.concat(["upgrade", "websocket"]), false);
  navigates("GET", BROWSER.concat(["upgrade", "h2c"]), false);
}

export function duty_128_grpc_is_no_navigation(): void {
  const types = ["application/grpc", "application/grpc+proto", "application/grpc-web", "application/grpc-web-text+proto", "Application/GRPC", "application/grpc;charset=utf-8"];
  for (let i = 0; i < types.length; i++) navigates("GET", HTML.concat(["content-type", types[i]]), false);
  navigates("GET", HTML.concat(["content-type", "text/plain", "content-type", "application/grpc"]), false);
  navigates("GET", HTML.concat(["content-type", "application/grp"]), true);
}

export function x_requested_with_xmlhttprequest_is_no_navigation(): void {
  navigates("GET", HTML.concat(["x-requested-with", "XMLHttpRequest"]), false);
  navigates("GET", BROWSER.concat(["x-requested-with", "xmlhttprequest"]), false);
  navigates("GET", HTML.concat(["x-requested-with", "com.example.app", "x-requested-with", "XMLHttpRequest"]), false);
}

export function x_requested_with_the_name_of_an_app_may_be_a_navigation(): void {
  const apps = ["com.example.app", "org.mozilla.firefox", "fetch", "", "XMLHttpRequest2"];
  for (let i = 0; i < apps.length; i++) {
    navigates("GET", BROWSER.concat(["x-requested-with", apps[i]]), true);
    navigates("GET", HTML.concat(["x-requested-with", apps[i]]), true);
  }
}

export function duty_153_sec_purpose_is_read_up_to_a_bound(): void {
  navigates("GET", BROWSER.concat(["sec-purpose", ";".repeat(2_000) + "prefetch"]), false);
  navigates("GET", BROWSER.concat(["sec-purpose", ";".repeat(60_000) + "prefetch"]), true);
}
export function a_prefetch_is_no_navigation(): void {
  const purposes = ["prefetch", "prefetch;prerender", "prefetch;anonymous-client-ip", "Prefetch", "prerender", "preview", "x, prefetch", "x;prerender", " prefetch "];
  for (let i = 0; i < purposes.length; i++) {
    navigates("GET", BROWSER.concat(["sec-purpose", purposes[i]]), false);
    navigates("GET", HTML.concat(["purpose", purposes[i]]), false);
    navigates("GET", HTML.concat(["x-purpose", purposes[i]]), false);
    navigates("GET", HTML.concat(["x-moz", purposes[i]]), false);
  }
  navigates("GET", BROWSER.concat(["sec-purpose", "other", "purpose", "prefetch"]), false);
  navigates("GET", BROWSER.concat(["purpose", "prefetching"]), true);
}

// Preflights.
export function duty_126_options_with_origin_and_access_control_request_method_is_a_preflight(): void {
  preflight("OPTIONS", ["origin", "https://app.example.com", "access-control-request-method", "PUT"], true);
  preflight("OPTIONS", ["origin", "null", "access-control-request-method", "GET", "access-control-request-headers", "authorization"], true);
}

export function duty_126_other_options_requests_are_no_preflight(): void {
  preflight("OPTIONS", [], false);
  preflight("OPTIONS", ["origin", "https://a.example"], false);
  preflight("OPTIONS", ["access-control-request-method", "PUT"], false);
  preflight("OPTIONS", ["origin", "", "access-control-request-method", "PUT"], false);
  preflight("OPTIONS", ["origin", "https://a.example", "access-control-request-method", ""], false);
  preflight("OPTIONS", ["origin", "https://a.example", "access-control-request-headers", "x"], false);
}

export function duty_126_a_request_with_a_duplicate_header_is_no_preflight(): void {
  preflight("OPTIONS", ["origin", "https://a.example", "origin", "https://a.example", "access-control-request-method", "PUT"], false);
  preflight("OPTIONS", ["origin", "https://a.example", "access-control-request-method", "PUT", "access-control-request-method", "PUT"], false);
  preflight("OPTIONS", ["origin", "https://a.example", "access-control-request-method", "PUT", ":method", "OPTIONS"], false);
}

export function duty_126_other_methods_are_no_preflight(): void {
  const methods = ["GET", "POST", "HEAD", "options", "OPTIONSX", ""];
  for (let i = 0; i < methods.length; i++) preflight(methods[i], ["origin", "https://a.example", "access-control-request-method", "PUT"], false);
}

// Cross-site requests.
export function duty_115_sec_fetch_site_decides_whether_a_request_is_cross_site(): void {
  crossSite(["sec-fetch-site", "same-origin"], false);
  crossSite(["sec-fetch-site", "none"], false);
  crossSite(["sec-fetch-site", "cross-site"], true);
  crossSite(["sec-fetch-site", "same-site"], true);
}

export function duty_115_sec_fetch_site_takes_precedence_over_origin_and_referer(): void {
  crossSite(["sec-fetch-site", "cross-site", "origin", "https://app.example.com", "referer", "https://app.example.com/"], true);
  crossSite(["sec-fetch-site", "same-origin", "origin", "null", "referer", "https://evil.example/"], false);
}

export function duty_115_unknown_or_duplicate_values_count_as_cross_site(): void {
  crossSite(["sec-fetch-site", ""], true);
  crossSite(["sec-fetch-site", "Same-Origin"], true);
  crossSite(["sec-fetch-site", "same-origin, none"], true);
  crossSite(["sec-fetch-site", "same-origin", "sec-fetch-site", "same-origin"], true);
  crossSite(["origin", "https://app.example.com", "origin", "https://app.example.com"], true);
  crossSite(["referer", "https://app.example.com/", "referer", "https://app.example.com/"], true);
}

export function duty_115_without_fetch_metadata_another_origin_is_cross_site(): void {
  crossSite(["origin", "https://app.example.com"], false);
  const others = ["null", "", "http://app.example.com", "https://app.example.com:443", "https://app.example.com/", "https://app.example.com.evil.example", "https://evil.example", "https://example.com", "HTTPS://app.example.com"];
  for (let i = 0; i < others.length; i++) crossSite(["origin", others[i], "referer", "https://app.example.com/"], true);
}

export function duty_115_without_an_origin_a_referer_of_another_origin_is_cross_site(): void {
  crossSite(["referer", "https://app.example.com"], false);
  crossSite(["referer", "https://app.example.com/"], false);
  crossSite(["referer", "https://app.example.com/a?b=c"], false);
  const others = ["", "https://app.example.co", "https://app.example.com.evil.example/", "https://app.example.com:8443/", "https://app.example.com@evil.example/", "https://app.example.com?x", "http://app.example.com/", "https://evil.example/https://app.example.com/", "/a", "about:blank"];
  for (let i = 0; i < others.length; i++) crossSite(["referer", others[i]], true);
}

export function a_request_without_any_of_these_headers_is_not_cross_site(): void { crossSite(["accept", "text/html"], false); }

export function duty_115_if_the_requests_own_origin_is_unknown_it_is_cross_site(): void {
  isTrue(isCrossSite(headersOf(["origin", ""]), ascii("")), "an empty Origin");
  isTrue(isCrossSite(headersOf(["referer", "/a"]), ascii("")), "a Referer that begins with nothing");
}

// Referer.
export function a_referer_of_the_same_origin_gives_its_path_and_query(): void {
  referer(["referer", "https://app.example.com/a/b?c=d"], "/a/b?c=d");
  referer(["referer", "https://app.example.com/"], "/");
  referer(["referer", "https://app.example.com"], "/");
}

export function a_referer_of_another_origin_gives_nothing(): void {
  referer([], "");
  referer(["referer", ""], "");
  referer(["referer", "https://evil.example/a"], "");
  referer(["referer", "http://app.example.com/a"], "");
  referer(["referer", "https://app.example.com.evil.example/a"], "");
  referer(["referer", "https://app.example.com:8443/a"], "");
  referer(["referer", "https://app.example.com/a", "referer", "https://app.example.com/a"], "");
}

export function duty_21_a_referer_whose_path_would_lead_to_another_origin_is_not_used(): void {
  referer(["referer", "https://app.example.com//evil.example/"], "");
  referer(["referer", "https://app.example.com/\\evil.example/"], "");
  referer(["referer", "https://app.example.com/a\tb"], "");
  referer(["referer", "https://app.example.com/" + "a".repeat(4096)], "");
}

function navigates(method: string, headers: string[], want: bool): void {
  isTrue(isNavigation(headersOf([":method", method].concat(headers))) == want, method + " " + headers.join("|"));
}

function preflight(method: string, headers: string[], want: bool): void {
  isTrue(isPreflight(headersOf([":method", method].concat(headers))) == want, method + " " + headers.join("|"));
}

function crossSite(headers: string[], want: bool): void { isTrue(isCrossSite(headersOf(headers), ascii("https://app.example.com")) == want, headers.join("|")); }
function referer(headers: string[], want: string): void { equal(text(sameOriginReferer(headersOf(headers), ascii("https://app.example.com"))), want); }
