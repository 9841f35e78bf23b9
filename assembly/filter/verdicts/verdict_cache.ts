// Cached verdicts on tokens, in flat memory with a bound in bytes. The oldest are dropped first. A hit compares the whole token.

import { sameAt } from "../../bytes/bytes";
import { hash } from "../../bytes/hash";

/** The number of slots that a token may be in. It bounds the search, whatever attackers send. */
const PROBES: u32 = 8;
/** Of a longer token only so many bytes at its two ends are hashed. */
const HEADS: u32 = 32, TAILS: u32 = 64;
/** There is a slot for about so many bytes of entries. */
const BYTES_PER_SLOT: u32 = 256;

/** An entry: hash u64, its size u32, owner and token size u32, value size u32, tag u32, valid until (seconds) i64, then token and value. */
const HEAD: u32 = 32;
/** The owner is in the bits above the token's size: a verdict is valid for one rule only. */
const SIZE_BITS: u32 = 24;

@final
export class VerdictCache {
  /** The entries one after another; when it is full, it is reused from its start. Both are allocated with the first verdict. */
  private entries: StaticArray<u8> = new StaticArray<u8>(0);
  /** Offset + 1 of an entry, or 0. */
  private slots: StaticArray<u32> = new StaticArray<u32>(0);
  /** 0 as long as there are no slots. */
  private mask: u32 = 0;
  /** The place of the next entry, the oldest entry, and the end of the used part while the oldest entry is after the newest in memory. */
  private head: u32 = 0;
  private tail: u32 = 0;
  private end: u32 = 0;
  private wrapped: bool = false;

  /** `seed` keeps attackers from choosing tokens that collide. */
  constructor(private readonly capacity: u32, private readonly seed: u64) {}

  /** The owner's entry for this token that is valid at `nowSec`, or 0. */
  find(owner: u32, token: usize, size: u32, nowSec: i64): usize {
    if (this.mask == 0) return 0;
    const h = this.hashOf(owner, token, size), owned = owner << SIZE_BITS | size;
    for (let i: u32 = 0; i < PROBES; i++) {
      const slot = load<u32>(this.slot(<u32>h + i));
      if (slot == 0) continue;
      const entry = this.entry(slot - 1);
      if (load<u64>(entry) != h || load<u32>(entry, 12) != owned || !sameAt(entry + HEAD, token, size)) continue;
      return nowSec < load<i64>(entry, 24) ? entry : 0;
    }
    return 0;
  }

  /** Keeps a verdict, unless it is so large that it would displace too many others. */
  keep(owner: u32, token: usize, size: u32, tag: u32, value: Uint8Array, untilSec: i64): void {
    const needed = (HEAD + size + <u32>value.length + 7) & ~7;
    if (needed > this.capacity / 4 || size >= 1 << SIZE_BITS) return;
    if (this.mask == 0) this.create();
    const h = this.hashOf(owner, token, size), owned = owner << SIZE_BITS | size;
    const offset = this.room(needed);
    const entry = this.entry(offset);
    store<u64>(entry, h);
    store<u32>(entry, needed, 8);
    store<u32>(entry, owned, 12);
    store<u32>(entry, value.length, 16);
    store<u32>(entry, tag, 20);
    store<i64>(entry, untilSec, 24);
    memory.copy(entry + HEAD, token, size);
    memory.copy(entry + HEAD + size, value.dataStart, value.length);
    store<u32>(this.slotFor(h, token, size, owned), offset + 1);
  }

  clear(): void {
    this.slots.fill(0);
    this.head = 0;
    this.tail = 0;
    this.wrapped = false;
  }

  private create(): void {
    this.entries = new StaticArray<u8>(this.capacity);
    let count: u32 = 64;
    while (count < this.capacity / BYTES_PER_SLOT) count <<= 1;
    this.slots = new StaticArray<u32>(count);
    this.mask = count - 1;
  }

  /** The slot for a new entry: the token's own, else a free one, else the first one, whose entry is dropped. */
  private slotFor(h: u64, token: usize, size: u32, owned: u32): usize {
    let free: usize = 0;
    for (let i: u32 = 0; i < PROBES; i++) {
      const at = this.slot(<u32>h + i);
      const slot = load<u32>(at);
      if (slot == 0) {
        if (free == 0) free = at;
        continue;
      }
      const entry = this.entry(slot - 1);
      if (load<u64>(entry) == h && load<u32>(entry, 12) == owned && sameAt(entry + HEAD, token, size)) return at;
    }
    return free != 0 ? free : this.slot(<u32>h);
  }

  /** The offset of `needed` free bytes. As many of the oldest entries as necessary are dropped. */
  private room(needed: u32): u32 {
    if (this.head + needed > this.capacity) {
      // The rest of the memory stays empty in this round. The entries that are still there after the head are the oldest: they are dropped first.
      if (this.wrapped) while (this.tail < this.end) this.evict();
      this.end = this.head;
      this.head = 0;
      this.tail = 0;
      this.wrapped = true;
    }
    if (this.wrapped) while (this.tail < this.end && this.tail < this.head + needed) this.evict();
    const offset = this.head;
    this.head += needed;
    return offset;
  }

  private evict(): void {
    const entry = this.entry(this.tail);
    const h = load<u64>(entry);
    for (let i: u32 = 0; i < PROBES; i++) {
      const at = this.slot(<u32>h + i);
      if (load<u32>(at) == this.tail + 1) store<u32>(at, 0);
    }
    this.tail += load<u32>(entry, 8);
  }

  /**
   * The hash of a token's two ends: the beginning of its header or of its encryption, and its signature or the seal's tag. Tokens that differ only
   * in between share a few slots, so they displace each other only.
   */
  private hashOf(owner: u32, token: usize, size: u32): u64 {
    const seed = this.seed + owner;
    return size <= HEADS + TAILS ? hash(token, size, seed) : hash(token + size - TAILS, TAILS, hash(token, HEADS, seed));
  }

  // Raw addresses: every offset in a slot was written by `keep`, and every slot number is masked.
  private slot(n: u32): usize { return changetype<usize>(this.slots) + <usize>(n & this.mask) * 4; }
  private entry(offset: u32): usize { return changetype<usize>(this.entries) + offset; }
}

/** The parts of the entry at this address. */
export function tagOf(entry: usize): u32 { return load<u32>(entry, 20); }
export function setTag(entry: usize, tag: u32): void { store<u32>(entry, tag, 20); }
export function valueAt(entry: usize): usize { return entry + HEAD + (load<u32>(entry, 12) & ((1 << SIZE_BITS) - 1)); }
export function valueSize(entry: usize): u32 { return load<u32>(entry, 16); }

/** Bytes for refusals, whatever the cache's size: enough for clients that keep sending a bad token. */
const REFUSED_BYTES = 128 * 1024;

/** The cached verdicts of one configuration. Refusals have memory of their own, so bad tokens cannot displace good ones. */
@final
export class Verdicts {
  readonly admitted: VerdictCache;
  readonly refused: VerdictCache;
  /** By the sealed text of a session. These verdicts do not depend on the provider's keys. */
  readonly sessions: VerdictCache;
  private generation: i32 = 0;

  constructor(bytes: i32, seed: u64) {
    this.admitted = new VerdictCache(bytes, seed);
    this.refused = new VerdictCache(REFUSED_BYTES, seed);
    this.sessions = new VerdictCache(bytes, seed);
  }

  /** Drops all verdicts on tokens when the provider's keys have changed: the tokens must be verified again. */
  restOn(generation: i32): void {
    if (this.generation == generation) return;
    this.generation = generation;
    this.admitted.clear();
    this.refused.clear();
  }
}
