/** The numbers of proxy-wasm ABI 0.2.1 that both sides agree on. */

export const Status = {
  Ok: 0, NotFound: 1, BadArgument: 2, SerializationFailure: 3, ParseFailure: 4, InvalidMemoryAccess: 6, Empty: 7,
  CasMismatch: 8, InternalFailure: 10, Unimplemented: 12,
} as const;

export const MapType = {
  RequestHeaders: 0, RequestTrailers: 1, ResponseHeaders: 2, ResponseTrailers: 3,
  CallResponseHeaders: 6, CallResponseTrailers: 7, Max: 8,
} as const;

export const BufferType = { RequestBody: 0, ResponseBody: 1, CallResponseBody: 4, VmConfiguration: 6, PluginConfiguration: 7, Max: 8 } as const;

export const LEVELS = ["trace", "debug", "info", "warn", "error", "critical"] as const;
export type Level = (typeof LEVELS)[number];

/** What a filter may answer to headers, data and trailers; only `Continue` lets the request go on by itself. */
export const Continue = 0;
export const StopIteration = 1;
export const StopAllIterationAndWatermark = 4;
/** To data. */
export const StopIterationAndBuffer = 1;
export const StopIterationNoBuffer = 3;

/** The module did what no correct module does: a wild pointer, a second answer. It fails the test, whatever the module makes of it. */
export class Misuse extends Error {}
