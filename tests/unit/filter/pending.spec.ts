import { Config } from "../../../assembly/config/config";
import { Guard } from "../../../assembly/filter/guard";
import { Pending, PendingCall } from "../../../assembly/filter/pending";
import { Question } from "../../../assembly/filter/question";
import { Root, Roots } from "../../../assembly/filter/roots";
import { Verdicts } from "../../../assembly/filter/verdict_cache";
import { Await, CalloutKind, Forward } from "../../../assembly/flow/next";
import { ReadAnswer } from "../../../assembly/flow/read_answer";
import { Callout, Endpoint } from "../../../assembly/http/callout";
import { NameTable } from "../../../assembly/http/name_table";
import { readUrl } from "../../../assembly/http/url";
import { ascii, equal, equalInt, isFalse, isTrue } from "../check";

// Calls and those who wait for them.
export function requests_with_one_token_wait_for_one_call(): void {
  const pending = new Pending(), guard = guardOf(new Root(1)), call = askedBy(guard, 7, "token");
  pending.add(call);
  isTrue(pending.about(guard, ascii("token")) == call, "found");
  isTrue(pending.about(guard, ascii("toke")) == null && pending.about(guard, ascii("token2")) == null, "another token");
  isTrue(pending.about(guardOf(guard.root), ascii("token")) == null, "another rule");
}

export function a_fetch_is_no_call_about_a_token(): void {
  const pending = new Pending(), root = new Root(1);
  pending.add(new PendingCall(root, 7, CalloutKind.Jwks, 0, null, null, null, null));
  isTrue(pending.about(guardOf(root), ascii("")) == null, "not about a token");
}

export function duty_36_a_reply_belongs_to_the_call_of_its_root_and_number(): void {
  const pending = new Pending(), first = asked(new Root(1), 7, "a"), second = asked(new Root(2), 7, "b"), third = asked(new Root(1), 8, "c");
  pending.add(first);
  pending.add(second);
  pending.add(third);
  isTrue(pending.take(2, 7) == second, "second");
  isTrue(pending.take(1, 8) == third, "third");
  isTrue(pending.take(1, 7) == first, "first");
}

export function duty_35_a_reply_that_nobody_waits_for_is_dropped(): void {
  const pending = new Pending();
  isTrue(pending.take(1, 7) == null, "never asked");
  pending.add(asked(new Root(1), 7, "a"));
  isTrue(pending.take(1, 6) == null && pending.take(2, 7) == null, "another");
  isTrue(pending.take(1, 7) != null, "the reply");
  isTrue(pending.take(1, 7) == null, "a second reply");
}

export function those_who_wait_go_on_in_the_order_in_which_they_came_each_once(): void {
  const pending = new Pending(), call = asked(new Root(1), 7, "a");
  pending.add(call);
  for (let i = 10; i < 15; i++) pending.join(call, i);
  isTrue(pending.nextWoken() == null, "nobody yet");
  pending.wake(call, guardOf(call.root), Forward.anonymous());
  equal(woken(pending), "10 11 12 13 14");
  equal(woken(pending), "");
}

export function duty_143_at_most_512_calls_are_under_way(): void {
  const pending = new Pending(), root = new Root(1);
  for (let i = 0; i < 512; i++) {
    isFalse(pending.callsFull, i.toString());
    pending.add(asked(root, i, i.toString()));
  }
  isTrue(pending.callsFull, "512");
  pending.take(1, 100);
  isFalse(pending.callsFull, "511");
}

export function duty_129_the_queue_is_bounded_and_room_comes_back(): void {
  const pending = new Pending(), call = asked(new Root(1), 7, "a");
  for (let i = 0; i < 65_536; i++) {
    if (pending.full) assert(false, i.toString());
    pending.join(call, i);
  }
  isTrue(pending.full, "full");
  pending.wake(call, guardOf(call.root), Forward.anonymous());
  pending.nextWoken();
  isFalse(pending.full, "one has gone on");
}

export function duty_141_of_a_configuration_that_is_gone_nothing_is_left(): void {
  const pending = new Pending(), gone = new Root(1), other = new Root(2);
  for (let i = 0; i < 4; i++) {
    const call = asked(i & 1 ? other : gone, i, i.toString());
    pending.add(call);
    for (let k = 0; k < 32_768 / 2; k++) pending.join(call, k);
  }
  isTrue(pending.full, "full");
  pending.forget(1);
  isFalse(pending.full, "half is free again");
  isTrue(pending.take(1, 0) == null && pending.take(1, 2) == null, "gone");
  isTrue(pending.take(2, 1) != null && pending.take(2, 3) != null, "the other's stay");
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

export function a_stream_of_which_nothing_is_known_belongs_to_no_root(): void {
  const roots = new Roots();
  roots.add(1);
  roots.add(3);
  equalInt(owner(roots, 4), 0);
  roots.addStream(4, 3);
  roots.addStream(4 + 65_536, 1); // takes the same place
  equalInt(owner(roots, 4), 0);
  equalInt(owner(roots, 4 + 65_536), 1);
}

// What is remembered.
export function what_rests_on_old_keys_is_forgotten_with_them(): void {
  const verdicts = new Verdicts(64 * 1024, 1), token = ascii("token");
  verdicts.restOn(1);
  verdicts.admitted.keep(1, token.dataStart, token.length, 0, ascii("me"), 100);
  verdicts.refused.keep(1, token.dataStart, token.length, 3, ascii(""), 100);
  verdicts.restOn(1);
  isTrue(verdicts.admitted.find(1, token.dataStart, token.length, 0) != 0 && verdicts.refused.find(1, token.dataStart, token.length, 0) != 0, "the same keys");
  verdicts.restOn(2);
  isTrue(verdicts.admitted.find(1, token.dataStart, token.length, 0) == 0 && verdicts.refused.find(1, token.dataStart, token.length, 0) == 0, "other keys");
}

export function bad_tokens_do_not_push_out_good_ones(): void {
  const verdicts = new Verdicts(64 * 1024, 1), good = ascii("good"), bad = ascii("bad-0000" + "x".repeat(500));
  verdicts.admitted.keep(1, good.dataStart, good.length, 0, ascii("me"), 100);
  for (let i = 0; i < 5000; i++) {
    store<u32>(bad.dataStart, i, 4);
    verdicts.refused.keep(1, bad.dataStart, bad.length, 3, ascii(""), 100);
  }
  isTrue(verdicts.admitted.find(1, good.dataStart, good.length, 0) != 0, "still there");
}

function asked(root: Root, token: u32, subject: string): PendingCall { return askedBy(guardOf(root), token, subject); }

function askedBy(guard: Guard, token: u32, subject: string): PendingCall {
  const endpoint = new Endpoint(readUrl(ascii("https://idp.example.com/introspect")).value, ascii("idp"));
  const question = new Question(guard, ascii(subject), new Await(new Callout("POST", endpoint), new ReadAnswer(), CalloutKind.Introspection));
  return new PendingCall(guard.root, token, CalloutKind.Introspection, 0, null, guard, new ReadAnswer(), question);
}

function guardOf(root: Root): Guard { return new Guard(root, 0, new Config(), new NameTable(), null); }

function woken(pending: Pending): string {
  const out: string[] = [];
  for (let next = pending.nextWoken(); next != null; next = pending.nextWoken()) out.push(next.stream.toString());
  return out.join(" ");
}

/** The id of the stream's root; 0 where it has none. */
function owner(roots: Roots, stream: u32): u32 {
  const root = roots.ofStream(stream);
  return root == null ? 0 : root.id;
}
