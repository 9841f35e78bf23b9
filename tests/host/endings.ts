/** The ways in which a request continues after its headers and ends, over HTTP/1 and HTTP/2, as the events that Envoy passes to a filter. */
import type { Headers } from "./host/headers";
import type { StreamContext } from "./host/stream";

type Event = (stream: StreamContext) => void;

export interface Ending {
  /** For a request with this body: whether its headers end it, and the events after them. */
  (body: string): { begins: boolean; events: Event[] };
  /** What the upstream gets if the request is forwarded. */
  upstream: (body: string) => { body: string; trailers: Record<string, string> | null; ended: boolean };
}

/** Headers that only the filter may set, also in spellings that upstreams treat as the same. */
export const FORGED: Record<string, string> = {
  "x-userinfo": "forged", x_userinfo: "forged", "x-user-id": "forged", "x_user-id": "forged", "x-access-token": "forged",
  "x-id-token": "forged", "x-raw-id-token": "forged", "x-refresh-token": "forged",
};

/** The same in trailers, after one that is allowed. */
const TRAILERS = { "x-checksum": "1", ...FORGED };

/** The names of the forged headers. */
export const forgedIn = (headers: Headers | null): string[] => headers?.list.filter(([, value]) => value === "forged").map(([name]) => name) ?? [];

const data = (bytes: string, end = false): Event => (stream) => { stream.data(bytes, end); };
const trailers: Event = (stream) => { stream.trailers(TRAILERS); };
const reset: Event = (stream) => { stream.reset(); };
const thirds = (body: string): [string, string, string] => {
  const third = Math.ceil(body.length / 3);
  return [body.slice(0, third), body.slice(third, 2 * third), body.slice(2 * third)];
};

function ending(events: (body: string) => Event[], upstream: Partial<ReturnType<Ending["upstream"]>> = {}, begins = false): Ending {
  return Object.assign((body: string) => ({ begins, events: events(body) }), { upstream: (body: string) => ({ body, trailers: null, ended: true, ...upstream }) });
}

const trailed = { trailers: { "x-checksum": "1" } };

export const ENDINGS: [string, Ending][] = [
  ["headers only", ending(() => [], { body: "" }, true)],
  ["one piece, the last", ending((body) => [data(body, true)])],
  ["several pieces", ending((body) => { const [a, b, c] = thirds(body); return [data(a), data(b), data(c, true)]; })],
  ["a piece, then an empty last one", ending((body) => [data(body), data("", true)])],
  ["only an empty piece", ending(() => [data("", true)], { body: "" })],
  ["empty pieces in between", ending((body) => [data(""), data(body), data(""), data("", true)])],
  ["trailers after the body", ending((body) => [data(body), trailers], trailed)],
  ["trailers after several pieces", ending((body) => { const [a, b, c] = thirds(body); return [data(a), data(b), data(c), trailers]; }, trailed)],
  ["trailers after an empty piece", ending(() => [data(""), trailers], { ...trailed, body: "" })],
  ["trailers without a body", ending(() => [trailers], { ...trailed, body: "" })],
  ["a body without an end", ending((body) => [data(body)], { ended: false })],
  ["headers without an end", ending(() => [], { body: "", ended: false })],
  ["a reset after the headers", ending(() => [reset], { body: "", ended: false })],
  ["a reset in the body", ending((body) => [data(body), reset], { ended: false })],
  ["a reset after trailers", ending((body) => [data(body), trailers, reset], trailed)],
];
