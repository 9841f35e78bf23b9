// Memory that the host asks for. It is valid until the current exported callback returns.

/**
 * Memory for the host's data in one callback, outside of the heap. Request headers fit, together with a bucket of shared data
 * (filter/shared/refresh_leases.ts); provider documents do not.
 */
const ARENA_SIZE: usize = 192 * 1024;
const arena: usize = heap.alloc(ARENA_SIZE);
let used: usize = 0;

/** Call this first in every exported callback: the data of the last one are no longer used. */
export function resetArena(): void { used = 0; }

/** How much of the arena is in use, to free what the host gives after this. */
export function arenaUsed(): usize { return used; }
export function freeArena(to: usize): void { used = to; }

/** The host calls this, within the filter's host calls, for every value that it returns. */
export function proxy_on_memory_allocate(size: usize): usize {
  const start = used;
  if (size <= ARENA_SIZE - start) {
    used = (start + size + 7) & ~7;
    if (used > ARENA_SIZE) used = ARENA_SIZE;
    return arena + start;
  }
  // Garbage is collected only at the end of a callback (filter/memory.ts), so this needs no pin.
  return changetype<usize>(new ArrayBuffer(<i32>size));
}
