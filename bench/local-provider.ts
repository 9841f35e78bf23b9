// What the bench's providers share: a server on loopback, and its address as their issuer.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { close, listenOn } from "../cli/demo/ports";

export abstract class LocalProvider {
  port = 0;
  private readonly server = createServer((request, response) => void this.answer(request, response));

  protected abstract answer(request: IncomingMessage, response: ServerResponse): void | Promise<void>;

  protected async listen(): Promise<this> {
    this.server.keepAliveTimeout = 60_000;
    this.port = await listenOn(this.server, 0);
    return this;
  }

  close(): Promise<void> { return close(this.server); }

  get issuer(): string { return `http://127.0.0.1:${this.port}`; }
}
