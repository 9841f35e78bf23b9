// Finds the session's chunks in one Cookie header, and which of them belong together.
//
// The first chunk begins with the number of chunks and a random id. Each later chunk begins with the same id. So cookies that others have set under these
// names (a neighbouring host can) are kept apart, and no combinations are tried: each first chunk makes one text.

import { MAX_CHUNKS } from "./cookie_names";

/** Characters of the id: the first ones of the sealed text, whose nonce is random. */
export const CHUNK_ID_SIZE = 8;
const LATER = MAX_CHUNKS - 1;

@final
export class SessionChunks {
  /** The number of first chunks, and so of possible sessions. */
  count: i32 = 0;
  /** One more than the highest number of a chunk. */
  present: i32 = 0;
  /** The one that was opened as the session (flow/browser/open_session.ts); -1: none. */
  opened: i32 = -1;
  /** The number of tried texts. */
  tried: i32 = 0;

  private later: i32 = 0;
  private readonly firstAt: Uint32Array;
  private readonly firstSize: Int32Array;
  /** The id of each first chunk that has later ones (u64 each); 0 if it has none. */
  private readonly ids: Uint8Array;
  private readonly laterAt: Uint32Array;
  private readonly laterSize: Int32Array;
  private readonly laterNumber: Uint8Array;
  /** The later chunk for each first chunk and number, counted from 1; 0: it is missing. */
  private readonly parts: Uint16Array;

  /** `most`: the bound on chunks in one header. */
  constructor(private readonly most: i32) {
    this.firstAt = new Uint32Array(most);
    this.firstSize = new Int32Array(most);
    this.ids = new Uint8Array(most * CHUNK_ID_SIZE);
    this.laterAt = new Uint32Array(most);
    this.laterSize = new Int32Array(most);
    this.laterNumber = new Uint8Array(most);
    this.parts = new Uint16Array(most * LATER);
  }

  forget(): void {
    this.count = this.present = this.later = this.tried = 0;
    this.opened = -1;
  }

  /** Adds a chunk, with the address and size of its value. */
  add(number: i32, at: usize, size: i32): void {
    this.present = max(this.present, number + 1);
    if (number == 0) {
      if (this.count == this.most) return;
      const isFollowed = size > CHUNK_ID_SIZE && chunksSaid(at, size) > 1;
      store<u64>(this.ids.dataStart + this.count * CHUNK_ID_SIZE, isFollowed ? load<u64>(at + 1) : 0);
      this.firstAt[this.count] = <u32>at;
      this.firstSize[this.count++] = size;
    } else {
      if (this.later == this.most || size <= CHUNK_ID_SIZE) return;
      this.laterAt[this.later] = <u32>at;
      this.laterSize[this.later] = size;
      this.laterNumber[this.later++] = <u8>number;
    }
  }

  /** Call it after all chunks were added. Each later chunk goes to one first chunk, so all texts together are no longer than the header. */
  match(): void {
    if (this.later == 0) return;
    this.parts.fill(0, 0, this.count * LATER);
    for (let i = 0; i < this.later; i++) {
      const k = this.firstOf(load<u64>(this.laterAt[i])), part = k * LATER + this.laterNumber[i] - 1;
      if (k >= 0 && this.parts[part] == 0) this.parts[part] = <u16>(i + 1);
    }
  }

  /** The first chunk with this id, or -1. Attackers can send hundreds, so two are compared at a time. */
  private firstOf(id: u64): i32 {
    const at = this.ids.dataStart, wanted = i64x2.splat(id), even = this.count & ~1;
    for (let k = 0; k < even; k += 2) {
      const found = i64x2.bitmask(i64x2.eq(v128.load(at + k * CHUNK_ID_SIZE), wanted));
      if (found != 0) return k + ctz(found);
    }
    return even < this.count && load<u64>(at + even * CHUNK_ID_SIZE) == id ? even : -1;
  }

  /** The size of the k-th text; 0 if one of its chunks is missing. */
  textSize(k: i32): i32 {
    if (<u32>k >= <u32>this.count) return 0;
    const chunks = chunksSaid(this.firstAt[k], this.firstSize[k]);
    if (chunks == 0 || chunks > 1 && this.later == 0) return 0;
    let size = this.firstSize[k];
    for (let number = 1; number < chunks; number++) {
      const part = this.parts[k * LATER + number - 1];
      if (part == 0) return 0;
      size += this.laterSize[part - 1] - CHUNK_ID_SIZE;
    }
    return size;
  }

  /** Copies the k-th text, which must be complete, to an address that has room for it. */
  copyText(k: i32, to: usize): void {
    const chunks = chunksSaid(this.firstAt[k], this.firstSize[k]);
    memory.copy(to, this.firstAt[k], this.firstSize[k]);
    to += this.firstSize[k];
    for (let number = 1; number < chunks; number++) {
      const i: i32 = this.parts[k * LATER + number - 1] - 1, size = this.laterSize[i] - CHUNK_ID_SIZE;
      memory.copy(to, this.laterAt[i] + CHUNK_ID_SIZE, size);
      to += size;
    }
  }
}

/** The number of chunks by the first one; 0 if it has no valid number. */
export function chunksSaid(at: usize, size: i32): i32 {
  const said = size <= 0 ? 0 : <i32>load<u8>(at) - 0x30;
  return said >= 1 && said <= MAX_CHUNKS ? said : 0;
}
