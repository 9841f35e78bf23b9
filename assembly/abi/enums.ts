// The enumerations of proxy-wasm ABI 0.2.1, under their specification names.

export const enum Status { Ok = 0, NotFound = 1, BadArgument = 2, CasMismatch = 8, InternalFailure = 10 }
export const enum LogLevel { Trace = 0, Debug = 1, Info = 2, Warn = 3, Error = 4, Critical = 5 }
export const enum BufferType { HttpRequestBody = 0, HttpCallResponseBody = 4, VmConfiguration = 6, PluginConfiguration = 7 }
export const enum MapType { HttpRequestHeaders = 0, HttpRequestTrailers = 1, HttpResponseHeaders = 2, HttpCallResponseHeaders = 6 }
export const enum StreamType { HttpRequest = 0 }
export const enum MetricType { Counter = 0, Gauge = 1, Histogram = 2 }

/** The results of `proxy_on_request_headers`. Waiting holds back the body too, so no byte of it reaches the upstream before the verdict. */
export const enum FilterHeadersStatus {
  Continue = 0,
  /** The filter still gets the body, if the plugin's configuration allows it (`allow_on_headers_stop_iteration`). */
  StopIteration = 1,
  StopAllIterationAndWatermark = 4,
}

export const enum FilterDataStatus { Continue = 0, StopIterationAndBuffer = 1 }
/** Continue also releases headers that were held until now. */
export const enum FilterTrailersStatus { Continue = 0, StopIteration = 1 }
