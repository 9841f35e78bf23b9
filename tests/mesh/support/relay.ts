// Forwards connections from one place to another: from and to a port of any interface, or a socket's path, which also works between network namespaces.

import { connect, createServer } from "node:net";

type Place = number | { port: number; host: string } | string;

const options = (place: Place) => (typeof place === "number" ? { port: place, host: "127.0.0.1" } : typeof place === "string" ? { path: place } : place);

/** Listens at `from`. The returned function stops that. */
export function relay(from: Place, to: Place): Promise<() => void> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const there = connect({ ...options(to), allowHalfOpen: true });
    for (const [one, other] of [[socket, there], [there, socket]] as const) one.pipe(other).on("error", () => one.destroy());
    socket.on("close", () => there.destroy());
    there.on("close", () => socket.destroy());
  });
  return new Promise((resolve, reject) => server.once("error", reject).listen(options(from), () => resolve(() => { server.close(); })));
}
