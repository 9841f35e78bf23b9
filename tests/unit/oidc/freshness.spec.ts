import { AT_ONCE_MS, COOLDOWN_MS, Freshness } from "../../../assembly/oidc/freshness";
import { equalInt, isFalse, isTrue } from "../check";

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
const T: i64 = 1_700_000_000_000;

export function a_document_that_was_never_fetched_is_due_and_not_usable(): void {
  const age = new Freshness(HOUR);
  isTrue(age.due(T), "due");
  isFalse(age.usable(T), "usable");
}

export function a_document_that_was_just_fetched_is_usable_and_not_due(): void {
  const age = fetched();
  isTrue(age.usable(T), "usable");
  isFalse(age.due(T), "due");
}

export function a_document_is_due_when_nine_tenths_of_its_lifetime_are_over(): void {
  const age = fetched();
  isFalse(age.due(T + HOUR * 9 / 10 - 1), "before");
  isTrue(age.due(T + HOUR * 9 / 10), "then");
  isTrue(age.due(T + DAY), "ever after");
}

export function duty_134_a_document_that_cannot_be_fetched_is_used_for_a_day_after_its_lifetime_and_no_longer(): void {
  const age = fetched();
  age.failed(T + HOUR);
  isTrue(age.usable(T + HOUR + DAY - 1), "a day");
  isFalse(age.usable(T + HOUR + DAY), "no longer");
}

export function the_wait_after_a_failure_doubles_up_to_30_seconds(): void {
  const age = new Freshness(HOUR), waits: i64[] = [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000];
  for (let i = 0; i < waits.length; i++) {
    age.failed(T);
    equalInt(age.failures, i + 1);
    isFalse(age.due(T + waits[i] - 1), "too early after " + (i + 1).toString());
    isTrue(age.due(T + waits[i]), "in time after " + (i + 1).toString());
  }
}

export function a_thousand_failures_do_not_overflow_the_wait(): void {
  const age = new Freshness(HOUR);
  for (let i = 0; i < 1000; i++) age.failed(T);
  isFalse(age.due(T + 29_999), "still waiting");
  isTrue(age.due(T + 30_000), "and no longer");
}

export function a_success_resets_the_failures(): void {
  const age = new Freshness(HOUR);
  for (let i = 0; i < 9; i++) age.failed(T);
  age.succeeded(T);
  equalInt(age.failures, 0);
  isTrue(age.retryAllowed(T), "at once");
}

export function a_failure_does_not_affect_the_document_in_use(): void {
  const age = fetched();
  age.failed(T + 5);
  equalInt(age.fetchedAtMs, T);
  isTrue(age.usable(T + 5), "usable");
}

export function duty_47_unknown_key_ids_cause_one_fetch_per_cooldown(): void {
  const age = fetched();
  isTrue(age.mayAsk(T), "a key may be made right after the fetch");
  age.askedAtMs = T;
  age.succeeded(T + 1);
  isFalse(age.mayAsk(T + COOLDOWN_MS - 1), "within the cooldown");
  isTrue(age.mayAsk(T + COOLDOWN_MS), "after it");
}

export function duty_47_a_failed_fetch_does_not_start_the_cooldown_but_waits_longer_each_time(): void {
  const age = fetched(), waits: i64[] = [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000];
  for (let i = 0; i < waits.length; i++) {
    age.failed(T);
    isFalse(age.mayAsk(T + waits[i] - 1), "too early after " + (i + 1).toString());
    isTrue(age.mayAsk(T + waits[i]), "in time after " + (i + 1).toString());
  }
}

export function a_token_from_the_provider_may_cause_a_fetch_once_a_second_whatever_other_tokens_caused(): void {
  const age = fetched();
  age.askedAtMs = T;
  isFalse(age.mayAskAtOnce(T + AT_ONCE_MS - 1), "within the second");
  isTrue(age.mayAskAtOnce(T + AT_ONCE_MS), "after it");
  for (let i = 0; i < 9; i++) age.failed(T);
  isFalse(age.mayAskAtOnce(T + AT_ONCE_MS - 1), "failures: within the second");
  isTrue(age.mayAskAtOnce(T + AT_ONCE_MS), "failures: after it");
}

export function duty_137_a_clock_that_was_set_back_does_not_stop_fetches_for_the_providers_tokens(): void {
  isTrue(fetched().mayAskAtOnce(T - DAY), "a day back");
}

export function duty_137_a_clock_that_was_set_back_does_not_stop_retries(): void {
  const age = new Freshness(HOUR);
  for (let i = 0; i < 9; i++) age.failed(T);
  isTrue(age.due(T - HOUR), "an hour back");
  age.failed(T - HOUR);
  isFalse(age.due(T - HOUR + 29_999), "then as usual");
}

export function duty_137_a_document_from_before_the_clock_was_set_back_is_due(): void {
  isTrue(fetched().due(T - HOUR), "an hour back");
  isFalse(fetched().due(T - 1_000), "another worker's clock may be ahead");
}

export function duty_137_a_clock_that_was_set_back_does_not_stop_look_ups_of_keys_and_does_not_lift_their_limit(): void {
  const age = fetched();
  age.askedAtMs = T;
  isFalse(age.mayAsk(T - HOUR), "not at once");
  isTrue(age.mayAsk(T - HOUR + COOLDOWN_MS), "after the cooldown");
  age.askedAtMs = T - HOUR + COOLDOWN_MS;
  isFalse(age.mayAsk(T - HOUR + 2 * COOLDOWN_MS - 1), "then as usual");
}

export function a_token_from_the_provider_causes_at_most_one_fetch_a_second(): void { isTrue(AT_ONCE_MS >= 1_000, "1 s"); }

export function duty_47_the_cooldown_is_at_least_half_a_minute(): void { isTrue(COOLDOWN_MS >= 30_000, "30 s"); }

function fetched(): Freshness {
  const age = new Freshness(HOUR);
  age.succeeded(T);
  return age;
}
