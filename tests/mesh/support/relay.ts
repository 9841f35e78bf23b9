// Connections from one place to another, and back: a port of loopback or of another interface, or a path, which also leads from one network namespace
// into another.

import { connect, createServer } from "node:net";

type Place = number | { port: number; host: string } | string;

const options = (place: Place) => (typeof place === "number" ? { port: place, host: "127.0.0.1" } : typeof place === "string" ? { path: place } : place);

/** Listens at `from`; the function ends that. */
export function relay(from: Place, to: Place): Promise<() => void> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const there = connect({ ...options(to), allowHalfOpen: true });
    for (const [one, other] of [[socket, there], [there, socket]] as const) one.pipe(other).on("error", () => one.destroy());
    socket.on("close", () => there.destroy());
    there.on("close", () => socket.destroy());
  });
  return new Promise((resolve, reject) => server.once("error", reject).listen(options(from), () => resolve(() => { server.close(); })));
}
