// Memory that the host asks us for. It lives until the exported callback in which it was handed out returns.

/** Room for what one callback is given without touching the heap: request headers fit, provider documents do not. */
const ARENA_SIZE: usize = 64 * 1024;
const arena: usize = heap.alloc(ARENA_SIZE);
let used: usize = 0;

/** To be called first in every exported callback: nothing that the host gave the last one is in use any more. */
export function resetArena(): void { used = 0; }

/** Called by the host, inside our own host calls, for every value that it returns. */
export function proxy_on_memory_allocate(size: usize): usize {
  const start = used;
  if (size <= ARENA_SIZE - start) {
    used = (start + size + 7) & ~7;
    if (used > ARENA_SIZE) used = ARENA_SIZE;
    return arena + start;
  }
  // Collected only at the end of a callback (filter/memory.ts), so it needs no pin.
  return changetype<usize>(new ArrayBuffer(<i32>size));
}
