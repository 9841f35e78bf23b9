// docs/recipes.md: WebSockets, gRPC and gRPC-Web, with the configuration as the page shows it.

import { createServer } from "node:http";
import { connect as connectHttp2, createServer as createHttp2Server, type IncomingHttpHeaders } from "node:http2";
import { connect, type Socket } from "node:net";
import { close, listenOn } from "../../cli/demo/ports";
import { BrowserClient } from "./support/browser-client";
import { atEnd } from "./support/cleanup";
import { parseResponse, request, type RawResponse } from "./support/http";
import { startRecipe, type RecipeWorld } from "./support/recipes";
import { refused } from "./support/world";

type Headers = [string, string][];

const WITHIN_MS = 20_000;

describe("WebSockets", () => {
  /** Accepts every WebSocket, names the user in the handshake, and echoes what it receives. */
  async function startSocketServer(): Promise<{ port: number }> {
    const sockets = new Set<Socket>(), server = createServer((_, response) => void response.end("no socket"));
    server.on("upgrade", ({ headers }, socket: Socket) => {
      sockets.add(socket);
      socket.on("error", () => {}); // the client may reset it
      socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX-Seen-User: ${String(headers["x-user-id"])}\r\n\r\n`);
      socket.pipe(socket);
    });
    atEnd(async () => {
      sockets.forEach((socket) => socket.destroy());
      await close(server);
    });
    return { port: await listenOn(server, 0) };
  }

  interface Opened { answer: RawResponse; send(text: string): Promise<string>; closed: Promise<void> }

  /** Makes the handshake (RFC 6455 §4.1). `send` returns the echo. */
  function open(app: string, headers: Headers, path = "/socket"): Promise<Opened> {
    const { host, port } = new URL(app), socket = connect(Number(port), "127.0.0.1");
    atEnd(async () => void socket.destroy());
    const handshake: Headers = [["Host", host], ["Connection", "Upgrade"], ["Upgrade", "websocket"], ["Sec-WebSocket-Version", "13"], ["Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA=="], ...headers];
    socket.write(`GET ${path} HTTP/1.1\r\n${handshake.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`);
    let got = "", look = () => {};
    socket.on("data", (bytes) => { got += bytes.toString("latin1"); look(); });
    socket.on("error", () => {}); // "close" follows
    const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
    const when = <T>(what: string, ready: () => T | undefined) => new Promise<T>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`Waited for ${what}; got ${JSON.stringify(got.slice(0, 300))}.`)), WITHIN_MS);
      look = () => {
        const value = ready();
        if (value === undefined) return;
        clearTimeout(timer);
        resolve(value);
      };
      look();
    });
    return when("the answer to a handshake", () => (got.includes("\r\n\r\n") ? parseResponse(Buffer.from(got, "latin1")) : undefined)).then((answer) => {
      const from = got.indexOf("\r\n\r\n") + 4;
      return {
        answer, closed,
        send: (text) => {
          const before = got.length;
          socket.write(text);
          return when(`the echo of ${text}`, () => (got.length >= before + text.length && before >= from ? got.slice(before) : undefined));
        },
      };
    });
  }

  const recipe = async (replace: Record<string, string> = {}) => startRecipe("WebSockets", { service: await startSocketServer(), replace: { "https://shop.example.com": "APP", ...replace } });
  const seen = ({ answer }: Opened): unknown[] => [answer.status, answer.one("x-seen-user")];
  let world: RecipeWorld, person: BrowserClient;
  const bySession = (origin = world.app): Headers => [["Origin", origin], ["Cookie", person.cookieHeader(`${world.app}/socket`)]];

  beforeAll(async () => {
    world = await recipe();
    person = new BrowserClient();
    await person.logIn(`${world.app}/page`);
  });

  test("a session opens a page's socket, and data flows both ways", async () => {
    const socket = await open(world.app, bySession());
    expect([...seen(socket), await socket.send("hello")]).toEqual([101, "alice", "hello"]);
  });

  test("a token opens a program's socket", async () => {
    const token = await world.provider.mint({ claims: { sub: "robot" } });
    expect(seen(await open(world.app, [["Authorization", `Bearer ${token}`]]))).toEqual([101, "robot"]);
  });

  test("without a session or token, or with a bad one, the answer is 401 and no socket opens", async () => {
    const [name] = person.cookieNames(`${world.app}/socket`);
    for (const headers of [[], [["Origin", world.app]], [["Origin", world.app], ["Cookie", `${name}=1AAAA`]], [["Authorization", `Bearer ${await world.provider.mint({ claims: { exp: 1 } })}`]]] as Headers[]) {
      expect((await open(world.app, headers)).answer.status).toBe(401);
    }
  });

  test("a page of another host gets 403, although the browser sends the session's cookie", async () => {
    for (const origin of ["https://other.example.com", "null", `${world.app}.evil.example`]) expect(seen(await open(world.app, bySession(origin)))).toEqual([403, undefined]);
  });

  test("after a logout an open socket stays open, and no new one opens", async () => {
    const socket = await open(world.app, bySession()), headers = bySession();
    await person.get(`${world.app}/logout`, "same-origin");
    expect(await socket.send("still here")).toBe("still here");
    expect((await open(world.app, headers)).answer.status).toBe(401);
  });

  test("max_stream_duration ends a socket", async () => {
    const short = await recipe({ "3600s": "1s" });
    const socket = await open(short.app, [["Authorization", `Bearer ${await short.provider.mint()}`]]);
    expect(socket.answer.status).toBe(101);
    await socket.closed;
  });
});

describe("gRPC", () => {
  const HEADING = "gRPC and gRPC-Web", METHOD = "/shop.v1.Orders/List";
  const FRAME = Buffer.from([0, 0, 0, 0, 0]); // an empty message, not compressed

  /** A service that answers each call with an empty message, and names the user in a header. */
  async function startGrpcServer(): Promise<{ port: number; extra: object }> {
    const server = createHttp2Server();
    server.on("stream", (stream, headers) => {
      stream.on("error", () => {}); // a reset
      stream.respond({ ":status": 200, "content-type": "application/grpc", "x-seen-user": String(headers["x-user-id"]) }, { waitForTrailers: true });
      stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
      stream.end(FRAME);
    });
    const sessions = new Set<{ destroy(): void }>();
    server.on("session", (session) => sessions.add(session));
    atEnd(async () => {
      sessions.forEach((session) => session.destroy());
      await new Promise<void>((resolve) => server.close(() => resolve()));
    });
    const http2 = { "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions", explicit_http_config: { http2_protocol_options: {} } };
    const port = await listenOn(server as unknown as Parameters<typeof listenOn>[0], 0);
    return { port, extra: { typed_extension_protocol_options: { "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": http2 } } };
  }

  interface Called { status: number; type?: string; grpc?: string; message: string; user?: string }

  /** A gRPC call over HTTP/2. `grpc-status` is in the trailers, or in the headers if the answer has nothing else. */
  function call(app: string, path: string, headers: Record<string, string> = {}): Promise<Called> {
    const session = connectHttp2(app.replace("localhost", "127.0.0.1"));
    return new Promise<Called>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`No answer to ${path}.`)), WITHIN_MS);
      session.on("error", reject);
      const stream = session.request({ ":method": "POST", ":path": path, "content-type": "application/grpc", te: "trailers", ...headers });
      let head: IncomingHttpHeaders = {}, trailers: IncomingHttpHeaders = {};
      stream.on("response", (got) => (head = got));
      stream.on("trailers", (got) => (trailers = got));
      stream.on("error", reject);
      stream.on("data", () => {});
      stream.on("close", () => {
        clearTimeout(timer);
        const of = (name: string) => [trailers[name] ?? head[name]].flat()[0];
        resolve({ status: Number(head[":status"]), type: head["content-type"], grpc: of("grpc-status"), message: decodeURIComponent(of("grpc-message") ?? ""), user: of("x-seen-user") });
      });
      stream.end(FRAME);
    }).finally(() => session.destroy());
  }

  let world: RecipeWorld;
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

  beforeAll(async () => {
    world = await startRecipe(HEADING, {
      service: await startGrpcServer(),
      filter: ({ rules }) => ({ rules: [...rules as object[], { path_prefix: "/denied", mode: "deny" }, { path_prefix: "/unready", mode: "bearer", discovery: "http://127.0.0.1:1/.well-known/openid-configuration" }] }),
    });
  });

  test("a call with a valid token reaches the service", async () => {
    expect(await call(world.app, METHOD, bearer(await world.provider.mint()))).toMatchObject({ status: 200, grpc: "0", user: "alice" });
  });

  test("each refusal has the gRPC status of the page's table, and its code in the message", async () => {
    const expired = await world.provider.mint({ claims: { exp: 1 } }), token = await world.provider.mint();
    const calls: [string, Record<string, string>, string, string][] = [
      [METHOD, {}, "16", "no_token"], [METHOD, bearer(expired), "16", "expired"], [METHOD, bearer("a b"), "13", "malformed_credential"],
      ["/denied/List", bearer(token), "7", "denied"], ["/unready/List", bearer(token), "14", "provider_not_ready"], ["/shop.v1.Stock/List", {}, "16", "not_sent"],
    ];
    for (const [path, headers, grpc, code] of calls) {
      const answer = await call(world.app, path, headers);
      expect([path, answer.status, answer.type, answer.grpc, (JSON.parse(answer.message) as { code: string }).code]).toEqual([path, 200, "application/grpc", grpc, code]);
    }
  });

  describe("gRPC-Web", () => {
    const web = (app: string, path: string, headers: Headers = []) =>
      request(app + path, { method: "POST", headers: [["Content-Type", "application/grpc-web+proto"], ["X-Grpc-Web", "1"], ["Accept", "application/grpc-web+proto"], ...headers], body: FRAME });

    test("a session admits a page's call, except where a rule wants a bearer token", async () => {
      const person = new BrowserClient();
      // The login ends at the gRPC service, whose answer does not matter.
      await person.logIn(`${world.app}/page`);
      const cookie: Headers = [["Cookie", person.cookieHeader(world.app)], ["Origin", world.app], ["Sec-Fetch-Mode", "cors"], ["Sec-Fetch-Site", "same-origin"]];
      const admitted = await web(world.app, "/shop.v1.Stock/List", cookie);
      expect([admitted.status, admitted.one("content-type"), admitted.one("x-seen-user"), admitted.body.includes("grpc-status:0")]).toEqual([200, "application/grpc-web+proto", "alice", true]);
      expect((await web(world.app, METHOD, cookie)).one("grpc-status")).toBe("16");
    });

    test("a refusal keeps its HTTP status, and also has the gRPC status and the code", async () => {
      const answer = await web(world.app, METHOD);
      expect([answer.status, answer.one("content-type"), answer.one("grpc-status"), decodeURIComponent(answer.one("grpc-message")!)])
        .toEqual([401, "application/grpc-web+proto", "16", expect.stringContaining('"code":"no_token"')]);
    });

    test("without Envoy's grpc_web filter in front, a refusal is the plain 401", async () => {
      const plain = await startRecipe(HEADING, { without: "envoy.filters.http.grpc_web" });
      expect(refused(await web(plain.app, METHOD))).toBe("401 no_token");
    });
  });
});
