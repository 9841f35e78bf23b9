// Memory management, in place of AssemblyScript's minimal runtime. That one searches for a block of the right size, merges neighbours and links all
// objects in a list, which took half of the time of a new session. Here a page has cells of one size, and only larger objects have blocks of their own.
// Objects are marked from the globals, and swept page by page. The compiler finds these functions by name (@global). If they were exported, they would be
// exports of the module, with parameters and results that are not needed.

import "./unpack"; // first of all: nothing may be allocated before
import "rt/tlsf";

/** The header of every object: its mark, the next free cell or the next object to scan, its type, its size. */
const HEADER: usize = 16;
const MARK: usize = 0, NEXT: usize = 4, TYPE: usize = 8, SIZE: usize = 12;

/** Cells of 32, 48 … 256 bytes, then of 320, 384 … 1,024, then of 1,280, 1,536 … 2,048, which is enough for most tokens. This includes the header. */
const FINE: usize = 256;
const MEDIUM: usize = 1024;
const LARGEST: usize = 2048;
const CLASSES_SIZE: usize = 128;

/** A page: the next one, the size of its cells, then the cells. */
const PAGE: usize = 8192;
const PAGE_HEAD: usize = 16;
/** A large object's block: the next one, then the object. */
const BLOCK_HEAD: usize = 16;

/** The types ArrayBuffer and String have no references. */
const LAST_LEAF: u32 = 2;

/** The first free cell of each class. */
const free: usize = memory.data(128, 16);
let pages: usize = 0;
let blocks: usize = 0;

/** The mark of objects that survived the last collection, or were allocated since. Free cells have 0, and at first so does static data. */
let white: u32 = 1;
/** Live objects that are still to be scanned. */
let grey: usize = 0;
/** Bytes allocated since the last collection. */
let handedOut: usize = 0;

/** Bytes of the pages with live objects at the last collection. The next one has to scan them. */
let kept: usize = 0;

/** Bytes allocated since the last collection. */
export function allocated(): usize { return handedOut; }

/** Whether a collection is cheap in relation to the allocations since the last one: it has no more bytes to scan. */
export function isWorthCollecting(least: usize): bool { return handedOut >= max(least, kept); }

// @ts-ignore: decorator
@global @unsafe
function __new(size: usize, id: u32): usize {
  const object = place(size, id);
  if (size > LARGEST - HEADER) memory.fill(object, 0, size);
  else for (let at = object, end = object + size; at < end; at += 16) v128.store(at, i64x2.splat(0)); // cells have room for whole vectors
  return object;
}

/** Bytes with any content. The caller must write all of them before reading any. */
export function uncleared(size: i32): Uint8Array { return Uint8Array.wrap(changetype<ArrayBuffer>(place(size, idof<ArrayBuffer>()))); }

function place(size: usize, id: u32): usize {
  const total = (size + (HEADER + 15)) & ~15;
  handedOut += total;
  if (total > LARGEST) return large(size, id);
  const list = free + (classOf(total) << 2);
  let cell = load<usize>(list);
  if (cell == 0) cell = newPage(list, total);
  store<usize>(list, load<usize>(cell, NEXT));
  store<u32>(cell, white, MARK);
  store<u32>(cell, id, TYPE);
  store<u32>(cell, size, SIZE);
  return cell + HEADER;
}

// @ts-ignore: decorator
@global @unsafe
function __renew(old: usize, size: usize): usize {
  const renewed = __new(size, load<u32>(old - HEADER, TYPE));
  memory.copy(renewed, old, min(size, <usize>load<u32>(old - HEADER, SIZE)));
  return renewed;
}

// @ts-ignore: decorator
@global @unsafe
function __link(_parent: usize, _child: usize, _several: bool): void {}

/** The compiler's code calls this for every reference in a global or an object. */
// @ts-ignore: decorator
@global @unsafe
function __visit(object: usize, _cookie: u32): void {
  if (object == 0) return;
  const header = object - HEADER, black = white ^ 3;
  if (load<u32>(header, MARK) == black) return;
  store<u32>(header, black, MARK);
  if (load<u32>(header, TYPE) <= LAST_LEAF) return;
  store<usize>(header, grey, NEXT);
  grey = object;
}

/** Call it only where the stack has no references to objects. */
// @ts-ignore: decorator
@global @unsafe
function __collect(): void {
  __visit_globals(0);
  while (grey != 0) {
    const object = grey;
    grey = load<usize>(object - HEADER, NEXT);
    __visit_members(object, 0);
  }
  white ^= 3;
  sweepPages();
  sweepBlocks();
  handedOut = 0;
}

/** `total`: a multiple of 16, header included. */
// @ts-ignore: decorator
@inline
function classOf(total: usize): usize {
  return total <= FINE ? (total >> 4) - 1 : total <= MEDIUM ? ((total - FINE + 63) >> 6) + 15 : ((total - MEDIUM + 255) >> 8) + 27;
}

function newPage(list: usize, total: usize): usize {
  const page = __alloc(PAGE), size = total <= FINE ? total : total <= MEDIUM ? (total + 63) & ~63 : (total + 255) & ~255;
  store<usize>(page, pages);
  store<usize>(page, size, 4);
  pages = page;
  let cell: usize = 0;
  for (let at = lastCell(page, size); at > page; at -= size) {
    store<u32>(at, 0, MARK);
    store<usize>(at, cell, NEXT);
    cell = at;
  }
  store<usize>(list, cell);
  return cell;
}

function lastCell(page: usize, size: usize): usize { return page + PAGE_HEAD + ((PAGE - PAGE_HEAD) / size - 1) * size; }

function large(size: usize, id: u32): usize {
  const block = __alloc(BLOCK_HEAD + HEADER + size), header = block + BLOCK_HEAD;
  store<usize>(block, blocks);
  blocks = block;
  store<u32>(header, white, MARK);
  store<u32>(header, id, TYPE);
  store<u32>(header, size, SIZE);
  return header + HEADER;
}

/** Rebuilds the lists of free cells. A page without live objects is freed, so that another class can use the memory. */
function sweepPages(): void {
  memory.fill(free, 0, CLASSES_SIZE);
  kept = 0;
  let before: usize = 0;
  for (let page = pages; page != 0;) {
    const next = load<usize>(page), size = load<usize>(page, 4);
    const list = free + (classOf(size) << 2), others = load<usize>(list);
    let head = others, alive = false;
    for (let cell = lastCell(page, size); cell > page; cell -= size) {
      if (load<u32>(cell, MARK) == white) {
        alive = true;
        continue;
      }
      store<u32>(cell, 0, MARK);
      store<usize>(cell, head, NEXT);
      head = cell;
    }
    if (alive) {
      kept += PAGE;
      store<usize>(list, head);
      before = page;
    } else {
      if (before == 0) pages = next;
      else store<usize>(before, next);
      __free(page);
    }
    page = next;
  }
}

function sweepBlocks(): void {
  let before: usize = 0;
  for (let block = blocks; block != 0;) {
    const next = load<usize>(block);
    if (load<u32>(block + BLOCK_HEAD, MARK) == white) before = block;
    else {
      if (before == 0) blocks = next;
      else store<usize>(before, next);
      __free(block);
    }
    block = next;
  }
}
