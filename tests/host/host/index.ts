export { type Level, Misuse, Status } from "./abi";
export type { Callout } from "./callout";
export { type Answer, Envoy, Plugin, Provider, type RequestOptions, type StartOptions } from "./envoy";
export { filter } from "./filter";
export { Headers, type HeadersLike, type Pair } from "./headers";
export { Random } from "./random";
export type { LocalReply, Outcome, Reply, StreamContext } from "./stream";
