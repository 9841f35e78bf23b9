// The exported callbacks of proxy-wasm ABI 0.2.1. Only the needed ones: each further one would cost every request a crossing.

import { FilterDataStatus, FilterHeadersStatus, FilterTrailersStatus } from "./abi/enums";
import "./abi/abort";
import { resetArena } from "./abi/memory";
import { replied } from "./filter/calls/replies";
import { roots } from "./filter/calls/roots";
import { configure } from "./filter/configure";
import { collectGarbage } from "./filter/memory";
import { keepTime } from "./filter/requests/clock";
import { resumeSome } from "./filter/requests/execute";
import { responseCame } from "./filter/requests/responses";
import { bodyCame, refuseOverdue, requestCame, requestGone, trailersCame } from "./filter/requests/stream";
import { tick } from "./filter/tick";

export { proxy_on_memory_allocate } from "./abi/memory";

export function proxy_abi_version_0_2_1(): void {}

/** A root context has no parent; a stream's parent is its root. */
export function proxy_on_context_create(context: u32, parent: u32): void {
  if (parent == 0) roots.add(context);
  else roots.addStream(context, parent);
}

export function proxy_on_configure(root: u32, size: u32): u32 {
  resetArena();
  const ok = configure(root, size);
  collectGarbage();
  return ok ? 1 : 0;
}

export function proxy_on_tick(root: u32): void {
  resetArena();
  tick(root);
  const more = refuseOverdue(), others = resumeSome();
  keepTime(root, more || others);
  collectGarbage();
}

export function proxy_on_request_headers(stream: u32, _count: u32, endOfStream: u32): FilterHeadersStatus {
  resetArena();
  const status = requestCame(stream, endOfStream == 0);
  collectGarbage();
  return status;
}

export function proxy_on_request_body(stream: u32, size: u32, endOfStream: u32): FilterDataStatus {
  resetArena();
  const status = bodyCame(stream, size, endOfStream != 0);
  collectGarbage();
  return status;
}

export function proxy_on_request_trailers(stream: u32, _count: u32): FilterTrailersStatus {
  resetArena();
  const status = trailersCame(stream);
  collectGarbage();
  return status;
}

export function proxy_on_delete(context: u32): void { requestGone(context); }

export function proxy_on_response_headers(stream: u32, _count: u32, _endOfStream: u32): FilterHeadersStatus {
  resetArena();
  responseCame(stream);
  collectGarbage();
  return FilterHeadersStatus.Continue;
}

export function proxy_on_http_call_response(root: u32, token: u32, headers: u32, bodySize: u32, _trailers: u32): void {
  resetArena();
  replied(root, token, headers, bodySize);
  keepTime(root, resumeSome());
  collectGarbage();
}
