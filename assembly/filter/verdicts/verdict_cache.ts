// Verdicts on tokens seen before: flat memory, bounded in bytes, oldest out first. A hit compares the whole token.

import { sameAt } from "../../bytes/bytes";
import { hash } from "../../bytes/hash";

/** Slots that a token may stand in: bounds the search whatever strangers send. */
const PROBES: u32 = 8;
/** Bytes at both ends of a longer token by which it is looked for. */
const HEADS: u32 = 32, TAILS: u32 = 64;
/** A slot for about every so many bytes of entries. */
const BYTES_PER_SLOT: u32 = 256;

/** An entry: hash u64, its size u32, owner and token size u32, value size u32, tag u32, valid until (seconds) i64, then token and value. */
const HEAD: u32 = 32;
/** The owner stands above these bits of the token's size: what one rule lets through says nothing to another. */
const SIZE_BITS: u32 = 24;

@final
export class VerdictCache {
  /** Entries one behind the other; reused from the start when full. Both are made when the first verdict is kept. */
  private entries: StaticArray<u8> = new StaticArray<u8>(0);
  /** Offset + 1 of an entry, or 0. */
  private slots: StaticArray<u32> = new StaticArray<u32>(0);
  /** 0 as long as there are no slots. */
  private mask: u32 = 0;
  /** Where the next entry goes, where the oldest one is, and where the used part ends while the oldest lies behind the newest. */
  private head: u32 = 0;
  private tail: u32 = 0;
  private end: u32 = 0;
  private wrapped: bool = false;

  /** `seed` keeps strangers from choosing tokens that collide. */
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

  /** Keeps a verdict; one too large to share the memory with others is not kept. */
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

  /** Where the slot for a new entry is: the token's own, else a free one, else the first (what it held is forgotten). */
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

  /** The offset of `needed` free bytes, after as many of the oldest entries as necessary have gone. */
  private room(needed: u32): u32 {
    if (this.head + needed > this.capacity) {
      // The rest of the memory stays empty this time round. Whatever is still there beyond the head is the oldest: it goes first.
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
   * Of a token's ends: there stand what its encryption or its key's id begins with, and the signature or the seal's tag. Whoever makes tokens that
   * differ in between alone has them share a few slots, and forgotten.
   */
  private hashOf(owner: u32, token: usize, size: u32): u64 {
    const seed = this.seed + owner;
    return size <= HEADS + TAILS ? hash(token, size, seed) : hash(token + size - TAILS, TAILS, hash(token, HEADS, seed));
  }

  // Raw addresses: every offset in a slot was written by `keep`, and every slot number is masked.
  private slot(n: u32): usize { return changetype<usize>(this.slots) + <usize>(n & this.mask) * 4; }
  private entry(offset: u32): usize { return changetype<usize>(this.entries) + offset; }
}

/** What the entry at this address holds. */
export function tagOf(entry: usize): u32 { return load<u32>(entry, 20); }
export function setTag(entry: usize, tag: u32): void { store<u32>(entry, tag, 20); }
export function valueAt(entry: usize): usize { return entry + HEAD + (load<u32>(entry, 12) & ((1 << SIZE_BITS) - 1)); }
export function valueSize(entry: usize): u32 { return load<u32>(entry, 16); }

/** Refusals that are remembered, whatever the cache's size: enough for clients that keep sending a bad token. */
const REFUSED_BYTES = 128 * 1024;

/** What one configuration remembers. Refusals have memory of their own: bad tokens cannot push good ones out. */
@final
export class Verdicts {
  readonly admitted: VerdictCache;
  readonly refused: VerdictCache;
  /** By the sealed text of a session. What is sealed rests on no key of the provider any more. */
  readonly sessions: VerdictCache;
  private generation: i32 = 0;

  constructor(bytes: i32, seed: u64) {
    this.admitted = new VerdictCache(bytes, seed);
    this.refused = new VerdictCache(REFUSED_BYTES, seed);
    this.sessions = new VerdictCache(bytes, seed);
  }

  /** Forgets everything when the provider's keys have changed: what the old ones vouched for must be vouched for again. */
  restOn(generation: i32): void {
    if (this.generation == generation) return;
    this.generation = generation;
    this.admitted.clear();
    this.refused.clear();
  }
}
