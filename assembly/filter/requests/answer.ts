// The filter's own answers: a challenge (RFC 6750 §3), a body for programs or for people, a redirect, a page.

import { FilterHeadersStatus } from "../../abi/enums";
import { nowMs, sendLocalResponse, serialised } from "../../abi/host";
import { EMPTY, is, joined, utf8 } from "../../bytes/bytes";
import { decodeUtf8 } from "../../bytes/utf8";
import { Config } from "../../config/config";
import { PageSettings } from "../../config/page_settings";
import { PageKind } from "../../flow/decision/page_kind";
import { JsonDocument, Page, Redirect, Refuse, Respond } from "../../flow/decision/next";
import { Refusal, REFUSALS } from "../../flow/decision/refusal";
import { prefersHtml } from "../../http/accept";
import { safeReturnTo } from "../../http/return_to";
import { ownPage, refusalPage } from "../pages/html";
import { endOfJson, refusalJson } from "../pages/json";
import { textsFor } from "../pages/languages";
import { Texts } from "../pages/texts";
import { logs } from "../observe/logs";
import { metrics, BROWSER_EVENTS } from "../observe/metrics";
import { Trail } from "../observe/trail";
import { RuleSettings } from "../rules/rule_settings";
import { applyIdentity } from "./admit";
import { credential, headers, stream } from "./current";
import { landingOf } from "./landing";
import { noteOwnAnswer } from "./responses";

const RETRY_AFTER_SEC = "5";
const FRONT_PAGE = utf8("/");

/** An answer in the form that Envoy takes; of JSON, the part that is the same for all requests. */
@final
class Answer {
  constructor(readonly config: Config | null, readonly details: Uint8Array, readonly body: Uint8Array, readonly headers: Uint8Array) {}
}

/** The last answer to programs for each refusal. It is kept because anybody can cause refusals, and most are the same. */
const lastAnswers: Array<Answer | null> = new Array<Answer | null>(REFUSALS.length).fill(null);

/** `presented`: the request carried a credential. `rule`: null where there is no configuration. */
export function refuse(refusal: Refusal, rule: RuleSettings | null, presented: bool): FilterHeadersStatus {
  return answer(new Refuse(refusal), rule, presented);
}

/** Refuses the current request. */
export function answer(refuse: Refuse, rule: RuleSettings | null, presented: bool): FilterHeadersStatus {
  const refusal = refuse.refusal, config: Config | null = rule == null ? null : rule.config;
  applyIdentity(refuse.person.dataStart, refuse.person.length);
  metrics.refused(refusal);
  if (rule != null) rule.counters.refused.add();
  const lines = rule == null ? logs : rule.root.lines, label = rule == null ? "" : rule.label, trail = new Trail(headers, nowMs());
  if (refuse.why.length > 0 && !refuse.isLogged) lines.trouble(label, refuse.why, trail);
  refuse.isLogged = true;
  lines.refused(label, refusal.code, refusal.status, presented, refuse.place, trail);
  const elsewhere = landingOf(refusal, settingsOf(config));
  if (elsewhere.length > 0) return send(302, utf8("oidc_" + refusal.code), EMPTY, serialised(redirectHeaders(elsewhere, refuse.setCookies)));
  const html = prefersHtml(headers.all("accept")), isAlike = !html && refuse.setCookies.length + refuse.again.length + refuse.allow.length == 0;
  let answer = isAlike ? lastAnswers[refusal.number] : null;
  if (answer == null || answer.config != config) {
    const texts = html ? textsFor(headers.all("accept-language"), settingsOf(config).language) : null;
    const body = texts == null ? refusalJson(refusal, refuse.again) : refusalPage(settingsOf(config), texts, refuse, wayOn(refuse), trail, headers.pathIs(FRONT_PAGE));
    answer = new Answer(config, utf8("oidc_" + refusal.code), utf8(body), serialised(refusalHeaders(refuse, config, texts)));
    if (isAlike) lastAnswers[refusal.number] = answer;
  }
  return send(refusal.status, answer.details, html ? answer.body : joined(answer.body, utf8(endOfJson(trail.id, trail.time))), answer.headers);
}

/** Answers the current request with something other than a refusal. */
export function respond(next: Respond, rule: RuleSettings): FilterHeadersStatus {
  applyIdentity(next.person.dataStart, next.person.length);
  metrics.event(next.event);
  const details = utf8("oidc_" + BROWSER_EVENTS[next.event]); // for access logs
  if (next instanceof Redirect) {
    const redirect = next as Redirect;
    return send(redirect.status, details, EMPTY, serialised(redirectHeaders(redirect.location, redirect.setCookies)));
  }
  if (next instanceof JsonDocument) return send(200, details, (next as JsonDocument).json, serialised(documentHeaders(next as JsonDocument)));
  const page = next as Page, texts = textsFor(headers.all("accept-language"), rule.config.page.language);
  const pairs = page.kind == PageKind.Nothing ? plainHeaders() : pageHeaders(rule.config, texts, page.framedBy);
  addCookies(pairs, page.setCookies);
  return send(200, details, utf8(ownPage(rule.config.page, texts, page)), serialised(pairs));
}

/** The request at hand is answered by a JSON document that is about no request. `details`: what access logs show. */
export function report(status: i32, details: string, body: string): FilterHeadersStatus {
  return send(status, utf8(details), utf8(body), serialised(textHeaders()));
}

/** `texts`: of a page; null for JSON. */
function refusalHeaders(refuse: Refuse, config: Config | null, texts: Texts | null): Uint8Array[] {
  const refusal = refuse.refusal, pairs = texts == null ? textHeaders() : pageHeaders(config, texts);
  if (refusal.status == 503) add(pairs, "retry-after", RETRY_AFTER_SEC);
  else if (config != null && (refusal.status == 401 || refusal.error.length > 0)) add(pairs, "www-authenticate", challenge(refusal, config));
  if (refuse.allow.length > 0) add(pairs, "allow", refuse.allow);
  addCookies(pairs, refuse.setCookies);
  return pairs;
}

function redirectHeaders(location: Uint8Array, setCookies: Uint8Array[]): Uint8Array[] {
  const pairs = plainHeaders();
  pairs.push(utf8("location"));
  pairs.push(location);
  // The provider learns nothing of the page that was wanted, nor that page of the code (RFC 9700 §4.2.4).
  add(pairs, "referrer-policy", "no-referrer");
  addCookies(pairs, setCookies);
  return pairs;
}

function documentHeaders(document: JsonDocument): Uint8Array[] {
  const pairs = textHeaders();
  // Browsers without Fetch Metadata may not say which site asks: this keeps the body from the other site's process.
  add(pairs, "cross-origin-resource-policy", "same-origin");
  addCookies(pairs, document.setCookies);
  return pairs;
}

/** The answer passes `proxy_on_response_headers`, as the upstream's answers do. */
function send(status: i32, details: Uint8Array, body: Uint8Array, headers: Uint8Array): FilterHeadersStatus {
  noteOwnAnswer(stream);
  sendLocalResponse(status, details, body, headers);
  return FilterHeadersStatus.StopAllIterationAndWatermark;
}

/** Where a page leads on: of an outage to another try, if the address is one that a person can open again. EMPTY: to the front page. */
function wayOn(refuse: Refuse): Uint8Array {
  if (refuse.again.length > 0 || refuse.refusal.status != 503 || headers.pathSize < 1 || !is(headers.only(":method"), "GET")) return refuse.again;
  // A token in the query is in no page.
  return safeReturnTo(credential.fromQuery == null ? headers.path() : headers.path().subarray(0, headers.pathLength));
}

/** The headers of an answer without a body. */
function plainHeaders(): Uint8Array[] {
  const pairs = new Array<Uint8Array>();
  add(pairs, "cache-control", "no-store");
  return pairs;
}

function textHeaders(): Uint8Array[] {
  const pairs = plainHeaders();
  add(pairs, "content-type", "application/json");
  add(pairs, "x-content-type-options", "nosniff");
  return pairs;
}

const NO_SETTINGS = new PageSettings();

function settingsOf(config: Config | null): PageSettings { return config == null ? NO_SETTINGS : config.page; }

/** `framedBy`: an origin that may show the page in a frame, or empty (duties 27, 121). */
function pageHeaders(config: Config | null, texts: Texts, framedBy: Uint8Array = EMPTY): Uint8Array[] {
  const pairs = plainHeaders(), settings = settingsOf(config);
  add(pairs, "content-language", texts.language);
  if (settings.language.length == 0) add(pairs, "vary", "accept-language");
  add(pairs, "content-type", "text/html; charset=utf-8");
  add(pairs, "x-content-type-options", "nosniff");
  add(pairs, "referrer-policy", "no-referrer");
  const frames = framedBy.length > 0 ? framedBy : utf8("'none'");
  pairs.push(utf8("content-security-policy"));
  pairs.push(joined(utf8("default-src 'none'; style-src 'unsafe-inline'; " + (settings.logo.length + settings.errorPages.length > 0 ? "img-src data:; " : "") + "frame-ancestors "), frames));
  if (framedBy.length == 0) add(pairs, "x-frame-options", "DENY");
  return pairs;
}

function addCookies(pairs: Uint8Array[], values: Uint8Array[]): void {
  for (let i = 0; i < values.length; i++) {
    pairs.push(utf8("set-cookie"));
    pairs.push(values[i]);
  }
}

function challenge(refusal: Refusal, config: Config): string {
  let out = `Bearer realm="${config.realm}"`;
  if (refusal.error.length > 0) out += ', error="' + refusal.error + '", error_description="' + refusal.description + '"';
  if (refusal.error == "insufficient_scope") out += `, scope="${scopes(config.requiredScopes)}"`;
  return out;
}

function scopes(required: Uint8Array[]): string {
  const out: string[] = [];
  for (let i = 0; i < required.length; i++) out.push(decodeUtf8(required[i]));
  return out.join(" ");
}

function add(pairs: Uint8Array[], name: string, value: string): void {
  pairs.push(utf8(name));
  pairs.push(utf8(value));
}
