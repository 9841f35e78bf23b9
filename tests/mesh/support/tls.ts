import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { createServer } from "node:tls";
import { listenOn } from "../../../cli/demo/ports";
import { atEnd } from "../../envoy/support/cleanup";
import { AUTHORITY, type World } from "./world";

/** Serves the provider as idp.example.com, over TLS 1.3 only, and returns the port. */
export async function startTls({ providerPort }: World): Promise<number> {
  const [cert, key] = await Promise.all([readFile(AUTHORITY), readFile(AUTHORITY.replace(/pem$/, "key"))]);
  const server = createServer({ minVersion: "TLSv1.3", cert, key }, (socket) => {
    const plain = connect(providerPort, "127.0.0.1");
    for (const [from, to] of [[socket, plain], [plain, socket]] as const) from.pipe(to).on("error", () => from.destroy());
  });
  server.on("tlsClientError", () => {});
  const port = await listenOn(server, 0);
  atEnd(async () => void server.close());
  return port;
}
