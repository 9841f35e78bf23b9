/** The numbers of proxy-wasm ABI 0.2.1. */

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

/** The results of a filter for headers, data and trailers. Only `Continue` lets the request continue. */
export const Continue = 0;
export const StopIteration = 1;
export const StopAllIterationAndWatermark = 4;
/** To data. */
export const StopIterationAndBuffer = 1;
export const StopIterationNoBuffer = 3;

/**
 * The module did what no correct module does, such as using a wild pointer or answering twice. It fails the test, even if the module handles the
 * error.
 */
export class Misuse extends Error {}
