// Loopback ports: listening on one, closing it, and finding a free one.

import { createServer, type Server } from "node:net";

export const LOOPBACK = "127.0.0.1";

/** Listens on loopback and returns the port, which the system chooses if `port` is 0. */
export function listenOn(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, LOOPBACK, () => {
      server.off("error", reject);
      resolve((server.address() as { port: number }).port);
    });
  });
}

/** Resolves when the port is free. It closes open connections too: `close` alone waits for those that clients keep. */
export function close(server: Server & { closeAllConnections(): void }): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  return closed;
}

export async function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  try {
    await listenOn(probe, port);
  } catch {
    return false;
  }
  await new Promise((resolve) => probe.close(resolve));
  return true;
}

const FIRST = 20_000;
const AFTER_LAST = 32_000;
let next = FIRST + Math.floor(Math.random() * (AFTER_LAST - FIRST));

/**
 * Returns a free port below the range for outgoing connections (32768 and up on Linux). A port that is closed for a while, such as that of a provider
 * that a test stops, is then still free later. A process gets each port only once, because the previous caller may not listen on it yet.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    const port = next;
    next = next + 1 === AFTER_LAST ? FIRST : next + 1;
    if (await isFree(port)) return port;
  }
  throw new Error(`No free port on ${LOOPBACK} among 100 between ${FIRST} and ${AFTER_LAST - 1}.`);
}
