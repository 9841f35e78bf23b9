import { Clusters } from "../../../../assembly/config/clusters";
import { Config, ProviderSettings } from "../../../../assembly/config/config";
import { IntrospectionRequest } from "../../../../assembly/filter/calls/introspection_request";
import { DocumentCall, Pending, RequestCall } from "../../../../assembly/filter/calls/pending";
import { resumeQueue } from "../../../../assembly/filter/calls/resumed";
import { Roots } from "../../../../assembly/filter/calls/roots";
import { ProviderCache } from "../../../../assembly/filter/provider/provider_cache";
import { Counter } from "../../../../assembly/filter/observe/metrics";
import { RuleCounters } from "../../../../assembly/filter/observe/rule_counters";
import { Root } from "../../../../assembly/filter/rules/root";
import { RuleSettings } from "../../../../assembly/filter/rules/rule_settings";
import { MAX_CALLS, MAX_WAITING } from "../../../../assembly/filter/rules/share";
import { NO_SESSIONS } from "../../../../assembly/filter/shared/registry";
import { Verdicts } from "../../../../assembly/filter/verdicts/verdict_cache";
import { NO_WAITS } from "../../../../assembly/flow/decision/exchange";
import { Await, CalloutKind, Forward } from "../../../../assembly/flow/decision/next";
import { ReadAnswer } from "../../../../assembly/flow/bearer/read_answer";
import { Callout, Endpoint } from "../../../../assembly/http/callout";
import { NameTable } from "../../../../assembly/http/name_table";
import { readUrl } from "../../../../assembly/http/url";
import { Endpoints } from "../../../../assembly/oidc/endpoints";
import { ascii, equal, equalInt, filled, isFalse, isTrue } from "../../check";

// Calls and the requests that wait for them.
export function requests_with_the_same_token_wait_for_one_call(): void {
  const pending = new Pending(), rule = ruleOf(new Root(1)), call = askedBy(rule, 7, "token");
  pending.add(call);
  isTrue(pending.about(rule, ascii("token")) == call, "found");
  isTrue(pending.about(rule, ascii("toke")) == null && pending.about(rule, ascii("token2")) == null, "another token");
  isTrue(pending.about(ruleOf(rule.root), ascii("token")) == null, "another rule");
  pending.take(7);
  isTrue(pending.about(rule, ascii("token")) == null, "over");
}

export function requests_also_wait_for_a_call_of_another_worker_until_this_worker_takes_it_over(): void {
  const pending = new Pending(), rule = ruleOf(new Root(1)), call = askedBy(rule, 0, "token"), own = askedBy(rule, 8, "token");
  pending.awaitOtherWorkerAgain(call);
  isTrue(pending.about(rule, ascii("token")) == call, "found");
  equalInt(pending.takeOtherWorkers().length, 1);
  isTrue(pending.about(rule, ascii("token")) == null && pending.inOtherWorkers == 0, "taken");
  pending.add(own);
  isTrue(pending.about(rule, ascii("token")) == own, "its own");
  equalInt(rule.tokens.calls, 1);
}

export function a_fetch_of_keys_is_not_a_call_about_a_token(): void {
  const pending = new Pending(), root = new Root(1), endpoint = new Endpoint(readUrl(ascii("https://idp.example.com/metadata")).value, ascii("idp"));
  const settings = new ProviderSettings(endpoint, ascii("https://idp.example.com"), false, new Clusters(ascii("idp")), new Endpoints(), false, 3000, 60_000);
  pending.add(new DocumentCall(7, CalloutKind.Jwks, 0, new ProviderCache("idp", settings)));
  isTrue(pending.about(ruleOf(root), ascii("")) == null, "not about a token");
}

export function duty_36_a_reply_belongs_to_the_call_with_its_number(): void {
  const pending = new Pending(), root = new Root(1), first = asked(root, 7, "a"), second = asked(root, 9, "b"), third = asked(root, 8, "c");
  pending.add(first);
  pending.add(second);
  pending.add(third);
  isTrue(pending.take(9) == second, "second");
  isTrue(pending.take(8) == third, "third");
  isTrue(pending.take(7) == first, "first");
}

export function duty_35_a_reply_without_a_call_is_dropped(): void {
  const pending = new Pending();
  isTrue(pending.take(7) == null, "no call was made");
  pending.add(asked(new Root(1), 7, "a"));
  isTrue(pending.take(6) == null, "another");
  isTrue(pending.take(7) != null, "the reply");
  isTrue(pending.take(7) == null, "a second reply");
}

export function waiting_requests_resume_once_each_in_the_order_of_their_arrival(): void {
  const pending = new Pending(), call = asked(new Root(1), 7, "a");
  pending.add(call);
  for (let i = 10; i < 15; i++) pending.join(call, i);
  isTrue(resumeQueue.next() == null, "none resumed before the reply");
  resumeAll(pending, call);
  equal(resumedStreams(), "10 11 12 13 14");
  equal(resumedStreams(), "");
}

export function duty_148_a_thousand_resumed_requests_of_one_share_alternate_with_those_of_another(): void {
  const pending = new Pending(), root = new Root(1), many = asked(root, 7, "a"), few = asked(root, 8, "b");
  for (let i = 0; i < 1000; i++) pending.join(many, i);
  for (let i = 0; i < 3; i++) pending.join(few, 2000 + i);
  resumeAll(pending, many);
  resumeAll(pending, few);
  equal(resumedStreams().substring(0, 28), "0 2000 1 2001 2 2002 3 4 5 6");
}

export function duty_148_calls_count_for_the_rule_and_for_tokens_or_browsers(): void {
  const pending = new Pending(), root = new Root(1), rule = ruleOf(root), other = ruleOf(root);
  for (let i = 0; i < MAX_CALLS; i++) {
    isFalse(rule.tokens.callsFull, i.toString());
    pending.add(askedBy(rule, i, i.toString()));
  }
  isTrue(rule.tokens.callsFull && rule.tokens.full, "full");
  isFalse(rule.browsers.full || other.tokens.full || other.browsers.full, "others");
  pending.add(new RequestCall(9000, CalloutKind.Token, 0, rule, new ReadAnswer(), null));
  equalInt(rule.browsers.calls, 1);
  pending.take(100);
  isFalse(rule.tokens.callsFull, "one is over");
}

export function duty_148_waiting_requests_count_for_the_rule_until_they_resume(): void {
  const pending = new Pending(), root = new Root(1), rule = ruleOf(root), other = ruleOf(root), call = askedBy(rule, 7, "a");
  for (let i = 0; i < MAX_WAITING; i++) {
    if (rule.tokens.waitingFull) assert(false, i.toString());
    pending.join(call, i);
  }
  isTrue(rule.tokens.waitingFull && rule.tokens.full, "full");
  isFalse(rule.browsers.full || other.tokens.full, "others");
  resumeAll(pending, call);
  isTrue(rule.tokens.waitingFull, "none has resumed yet");
  resumeQueue.next();
  isFalse(rule.tokens.waitingFull, "one has resumed");
}

export function requests_that_wait_for_a_refresh_resume_only_after_that_refresh(): void {
  const pending = new Pending(), rule = ruleOf(new Root(1)), key = filled(16, 1), another = filled(16, 2);
  for (let i = 1; i < 4; i++) pending.joinRefresh(i < 3 ? key : another, i, rule, NO_WAITS, 0);
  equalInt(pending.refreshWaits().length, 2);
  pending.resumeWaitingForRefresh(filled(16, 3));
  equal(resumedStreams(), "");
  pending.resumeWaitingForRefresh(key);
  equal(resumedStreams(), "1 2");
  isTrue(pending.refreshing, "the other refresh");
  pending.resumeWaitingForRefresh(another);
  equal(resumedStreams(), "3");
  isFalse(pending.refreshing || rule.browsers.waiting != 0, "none waits");
}

// Which configuration a stream belongs to.
export function the_only_configuration_owns_every_stream(): void {
  const roots = new Roots();
  equalInt(owner(roots, 5), 0);
  roots.add(1);
  roots.addStream(5, 1);
  equalInt(owner(roots, 5), 1);
  equalInt(owner(roots, 99), 1);
}

export function a_stream_belongs_to_the_root_that_it_was_created_under(): void {
  const roots = new Roots();
  roots.add(1);
  roots.addStream(2, 1);
  roots.add(3);
  for (let i = 4; i < 200; i++) roots.addStream(i, i & 1 ? 1 : 3);
  for (let i = 4; i < 200; i++) equalInt(owner(roots, i), i & 1 ? 1 : 3);
  equalInt(owner(roots, 2), 1);
}

export function an_unknown_stream_belongs_to_no_root(): void {
  const roots = new Roots();
  roots.add(1);
  roots.add(3);
  equalInt(owner(roots, 4), 0);
  roots.addStream(4, 3);
  roots.addStream(4 + 65_536, 1); // overwrites the entry of stream 4
  equalInt(owner(roots, 4), 0);
  equalInt(owner(roots, 4 + 65_536), 1);
}

// Cached verdicts.
export function new_keys_clear_the_cached_verdicts(): void {
  const verdicts = new Verdicts(64 * 1024, 1), token = ascii("token");
  verdicts.restOn(1);
  verdicts.admitted.keep(1, token.dataStart, token.length, 0, ascii("me"), 100);
  verdicts.refused.keep(1, token.dataStart, token.length, 3, ascii(""), 100);
  verdicts.restOn(1);
  isTrue(verdicts.admitted.find(1, token.dataStart, token.length, 0) != 0 && verdicts.refused.find(1, token.dataStart, token.length, 0) != 0, "the same keys");
  verdicts.restOn(2);
  isTrue(verdicts.admitted.find(1, token.dataStart, token.length, 0) == 0 && verdicts.refused.find(1, token.dataStart, token.length, 0) == 0, "other keys");
}

export function refused_tokens_do_not_displace_admitted_ones(): void {
  const verdicts = new Verdicts(64 * 1024, 1), good = ascii("good"), bad = ascii("bad-0000" + "x".repeat(500));
  verdicts.admitted.keep(1, good.dataStart, good.length, 0, ascii("me"), 100);
  for (let i = 0; i < 5000; i++) {
    store<u32>(bad.dataStart, i, 4);
    verdicts.refused.keep(1, bad.dataStart, bad.length, 3, ascii(""), 100);
  }
  isTrue(verdicts.admitted.find(1, good.dataStart, good.length, 0) != 0, "still there");
}

function asked(root: Root, token: u32, subject: string): RequestCall { return askedBy(ruleOf(root), token, subject); }

function askedBy(rule: RuleSettings, token: u32, subject: string): RequestCall {
  const endpoint = new Endpoint(readUrl(ascii("https://idp.example.com/introspect")).value, ascii("idp"));
  const introspection = new IntrospectionRequest(rule, ascii(subject), new Await(new Callout("POST", endpoint), new ReadAnswer(), CalloutKind.Introspection));
  return new RequestCall(token, CalloutKind.Introspection, 0, rule, new ReadAnswer(), introspection);
}

function ruleOf(root: Root): RuleSettings { return new RuleSettings(root, 0, "none", new Config(), new NameTable(), null, NO_SESSIONS, new RuleCounters("", new Counter(""), new Counter(""))); }

function resumeAll(pending: Pending, call: RequestCall): void { pending.resumeWaitingForCall(call, Forward.anonymous()); }

function resumedStreams(): string {
  const out: string[] = [];
  for (let next = resumeQueue.next(); next != null; next = resumeQueue.next()) out.push(next.stream.toString());
  return out.join(" ");
}

/** The id of the stream's root; 0 if it has none. */
function owner(roots: Roots, stream: u32): u32 {
  const root = roots.ofStream(stream);
  return root == null ? 0 : root.id;
}
