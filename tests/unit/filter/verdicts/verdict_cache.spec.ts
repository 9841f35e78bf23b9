import { hash } from "../../../../assembly/bytes/hash";
import { tagOf, valueAt, valueSize, VerdictCache } from "../../../../assembly/filter/verdicts/verdict_cache";
import { ascii, equal, equalInt, filled, isFalse, isTrue, utf8 } from "../../check";

const SEED: u64 = 0x1234567890abcdef;
const NEVER: i64 = 1 << 40;
const NOTHING = "(nothing)";

export function an_empty_cache_finds_nothing(): void { equal(get(cache(), "token", 0), NOTHING); }

export function an_entry_is_found_with_its_value_and_tag(): void {
  const c = cache();
  put(c, "token", "identity", 7, NEVER);
  equal(get(c, "token", 0), "7 identity");
}

export function an_empty_value_is_found(): void {
  const c = cache();
  put(c, "token", "", 3, NEVER);
  equal(get(c, "token", 0), "3 ");
}

export function duty_68_a_token_that_differs_in_any_byte_is_not_found(): void {
  const c = cache(), token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJtZSJ9.c2lnbmF0dXJl";
  put(c, token, "me", 0, NEVER);
  for (let i = 0; i < token.length; i++) {
    const other = ascii(token);
    other[i] ^= 1;
    isTrue(c.find(1, other.dataStart, other.length, 0) == 0, "byte " + i.toString());
  }
  equal(get(c, token.substring(1), 0), NOTHING);
  equal(get(c, token.substring(0, token.length - 1), 0), NOTHING);
  equal(get(c, token + "x", 0), NOTHING);
  equal(get(c, "", 0), NOTHING);
}

export function an_entry_of_one_owner_is_not_found_by_another(): void {
  const c = cache(), token = ascii("token");
  put(c, "token", "me", 0, NEVER);
  isTrue(c.find(0, token.dataStart, token.length, 0) == 0, "the first");
  isTrue(c.find(2, token.dataStart, token.length, 0) == 0, "the next");
  c.keep(2, token.dataStart, token.length, 9, ascii("else"), NEVER);
  equal(get(c, "token", 0), "0 me");
  const other = c.find(2, token.dataStart, token.length, 0);
  isTrue(other != 0 && tagOf(other) == 9 && valueSize(other) == 4, "its own");
}

export function duty_68_an_entry_expires_in_the_same_second_as_its_token(): void {
  const c = cache();
  put(c, "token", "me", 0, 1000);
  equal(get(c, "token", 999), "0 me");
  equal(get(c, "token", 1000), NOTHING);
  equal(get(c, "token", 1001), NOTHING);
}

export function duty_68_a_later_verdict_replaces_the_earlier_one(): void {
  const c = cache();
  put(c, "token", "first", 1, NEVER);
  put(c, "token", "second", 2, NEVER);
  equal(get(c, "token", 0), "2 second");
  put(c, "token", "third", 3, 10);
  equal(get(c, "token", 10), NOTHING);
}

export function an_entry_of_more_than_a_quarter_of_the_memory_is_not_kept(): void {
  const c = cache();
  const size = CAPACITY / 4 - 32;
  put(c, "x".repeat(size - 8), "", 0, NEVER);
  equal(get(c, "x".repeat(size - 8), 0), "0 ");
  put(c, "y".repeat(size + 1), "", 0, NEVER);
  equal(get(c, "y".repeat(size + 1), 0), NOTHING);
  put(c, "z", "v".repeat(size), 0, NEVER);
  equal(get(c, "z", 0), NOTHING);
}

export function a_cache_without_memory_keeps_nothing_and_does_not_trap(): void {
  const c = new VerdictCache(0, 0);
  put(c, "token", "me", 0, NEVER);
  equal(get(c, "token", 0), NOTHING);
  c.clear();
}

export function a_cleared_cache_finds_nothing_and_can_be_filled_again(): void {
  const c = cache();
  for (let i = 0; i < 1000; i++) put(c, "token" + i.toString(), "me", 0, NEVER);
  c.clear();
  for (let i = 0; i < 1000; i++) equal(get(c, "token" + i.toString(), 0), NOTHING);
  put(c, "token1", "again", 0, NEVER);
  equal(get(c, "token1", 0), "0 again");
}

export function duty_81_memory_is_bounded_and_the_oldest_entries_go_first(): void {
  const c = cache(), value = "v".repeat(580); // about 100 entries fit
  for (let i = 0; i < 5000; i++) put(c, "token" + i.toString(), value, 0, NEVER);
  let newest = 0;
  for (let i = 4920; i < 5000; i++) if (get(c, "token" + i.toString(), 0) != NOTHING) newest++;
  isTrue(newest >= 70, newest.toString() + " of the newest 80"); // some were overwritten because they share a slot
  for (let i = 0; i < 4880; i++) equal(get(c, "token" + i.toString(), 0), NOTHING);
}

export function duty_141_a_hundred_thousand_tokens_take_no_more_memory_than_one_thousand(): void {
  const c = cache(), token = filled(64, 0x41);
  for (let i = 0; i < 1000; i++) { store<u32>(token.dataStart, i); c.keep(1, token.dataStart, 64, 0, VALUE, NEVER); }
  const pages = memory.size();
  for (let i = 0; i < 100_000; i++) { store<u32>(token.dataStart, i); c.keep(1, token.dataStart, 64, 0, VALUE, NEVER); }
  equalInt(memory.size(), pages);
}

export function tokens_that_share_slots_are_found_or_dropped_but_never_mixed_up(): void {
  const c = new VerdictCache(8 * 1024, SEED); // 64 slots, fewer than entries
  for (let i = 0; i < 90; i++) put(c, "t" + i.toString(), "v" + i.toString(), i, NEVER);
  let kept = 0;
  for (let i = 0; i < 90; i++) {
    const got = get(c, "t" + i.toString(), 0);
    if (got == NOTHING) continue;
    kept++;
    equal(got, i.toString() + " v" + i.toString());
  }
  isTrue(kept > 40, kept.toString() + " of 90 in 64 slots");
  equal(get(c, "t89", 0), "89 v89");
}

export function duty_68_two_tokens_with_the_same_hash_are_distinguished(): void {
  const c = cache(), first = ascii("sixteen bytes ab"), second = twin(first);
  isTrue(hash(first.dataStart, 16, SEED) == hash(second.dataStart, 16, SEED) && memory.compare(first.dataStart, second.dataStart, 16) != 0, "a collision");
  c.keep(1, first.dataStart, 16, 1, ascii("one"), NEVER);
  isTrue(c.find(1, second.dataStart, 16, 0) == 0, "the second is not there yet");
  c.keep(1, second.dataStart, 16, 2, ascii("two"), NEVER);
  equalInt(tagOf(c.find(1, first.dataStart, 16, 0)), 1);
  equalInt(tagOf(c.find(1, second.dataStart, 16, 0)), 2);
}

export function duty_68_tokens_with_equal_beginnings_and_ends_are_distinguished_and_the_newest_is_found(): void {
  const c = cache();
  for (let i = 0; i < 200; i++) {
    const token = filled(1000, 0x41);
    token[40 + i % 890] = <u8>i; // between the beginning and the end, which the lookup hashes
    isTrue(c.find(1, token.dataStart, 1000, 0) == 0 || <u8>i == 0x41, "token " + i.toString() + " is not there yet");
    c.keep(1, token.dataStart, 1000, i, VALUE, NEVER);
    equalInt(tagOf(c.find(1, token.dataStart, 1000, 0)), i);
    token[500] ^= 1;
    isTrue(c.find(1, token.dataStart, 1000, 0) == 0, "nor is its neighbour " + i.toString());
  }
}

/** Other bytes with the same hash. The seed is known here, and each step of the hash can be inverted. */
function twin(token: Uint8Array): Uint8Array {
  const P1: u64 = 0x9E3779B185EBCA87, P2: u64 = 0xC2B2AE3D27D4EB4F, P3: u64 = 0x165667B19E3779F9;
  let inverse = P2;
  for (let i = 0; i < 6; i++) inverse *= 2 - P2 * inverse;
  const out = ascii("another beginning").slice(0, 16), start = SEED + P3 + 16;
  const ours = rotl<u64>(start ^ load<u64>(out.dataStart) * P2, 27) * P1 + P3, theirs = rotl<u64>(start ^ load<u64>(token.dataStart) * P2, 27) * P1 + P3;
  store<u64>(out.dataStart, (ours ^ theirs ^ load<u64>(token.dataStart, 8) * P2) * inverse, 8);
  return out;
}

export function the_newest_entry_is_always_found(): void {
  const c = new VerdictCache(8 * 1024, SEED);
  for (let i = 0; i < 3000; i++) {
    put(c, "t" + i.toString(), "v".repeat(i % 50), i, NEVER);
    isFalse(get(c, "t" + i.toString(), 0) == NOTHING, "entry " + i.toString());
  }
}

/** The model keeps every entry. The cache may drop entries, but whatever it finds must equal the model. */
export function in_thirty_thousand_random_operations_the_cache_never_contradicts_a_model(): void {
  for (let round = 0; round < 3; round++) {
    const random = new Random(round + 1);
    const c = new VerdictCache(capacityOf(round), SEED + round);
    const values = new Map<i32, string>(), until = new Map<i32, i32>();
    let hits = 0, now = 1000;
    for (let i = 0; i < 10_000; i++) {
      const id = random.below(200);
      const token = tokenOf(id);
      if (random.below(3) == 0) {
        const value = random.below(1_000_000).toString() + "v".repeat(random.below(random.below(20) == 0 ? 900 : 90));
        const ends = now + random.below(200) - 20;
        put(c, token, value, id, ends);
        // A verdict that is too large is not stored, so the previous one remains.
        if (<u32>(32 + token.length + value.length + 7 & ~7) <= capacityOf(round) / 4) { values.set(id, value); until.set(id, ends); }
      } else {
        const got = get(c, token, now);
        if (got != NOTHING) {
          hits++;
          isTrue(values.has(id) && until.get(id) > now, "a verdict that was never given, or has ended");
          equal(got, id.toString() + " " + values.get(id));
        }
      }
      if (random.below(10) == 0) now++;
      if (random.below(2000) == 0) { c.clear(); values.clear(); until.clear(); }
    }
    isTrue(hits > 100, hits.toString() + " hits in round " + round.toString());
  }
}

const CAPACITY = 64 * 1024;
const VALUE = utf8("a value that all of them share");

function capacityOf(round: i32): u32 { return round == 0 ? 4096 : round == 1 ? 16 * 1024 : 65_536 + 24; }
function cache(): VerdictCache { return new VerdictCache(CAPACITY, SEED); }
function tokenOf(id: i32): string { return "token-" + id.toString() + "-".repeat(id % 61); }

function put(c: VerdictCache, token: string, value: string, tag: i32, untilSec: i64): void {
  const bytes = ascii(token);
  c.keep(1, bytes.dataStart, bytes.length, tag, ascii(value), untilSec);
}

function get(c: VerdictCache, token: string, nowSec: i64): string {
  const bytes = ascii(token);
  const entry = c.find(1, bytes.dataStart, bytes.length, nowSec);
  return entry == 0 ? NOTHING : tagOf(entry).toString() + " " + String.UTF8.decodeUnsafe(valueAt(entry), valueSize(entry));
}

class Random {
  constructor(private state: u64) {}
  below(n: i32): i32 {
    this.state = this.state * 6364136223846793005 + 1442695040888963407;
    return <i32>((this.state >> 33) % <u64>n);
  }
}
