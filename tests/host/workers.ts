/** Introspection in several workers. */
import { bearer, INTROSPECTION_CONFIG, NOW, start } from "./fixture";
import type { Envoy } from "./host";
import type { StreamContext } from "./host/stream";

export const active = (changes: object = {}): object => ({ active: true, sub: "joe", scope: "read write", exp: NOW + 300, ...changes });
export const open = (changes: object = {}, workers = 4): Envoy => start({ config: { ...INTROSPECTION_CONFIG, ...changes }, start: { workers } });
export const ask = (envoy: Envoy, worker: number, token = "opaque"): StreamContext => envoy.get("/", bearer(token), { worker });
/** The number of introspection requests. */
export const introspections = (envoy: Envoy): number => envoy.history.filter(({ path }) => path === "/introspect").length;
