// The smallest possible filter: Envoy calls it once per request, and it lets the request through.

export function proxy_abi_version_0_2_1(): void {}
/** Never called, because this filter requests nothing from Envoy. */
export function proxy_on_memory_allocate(_size: usize): usize { return 0; }
export function proxy_on_context_create(_context: u32, _parent: u32): void {}
export function proxy_on_request_headers(_context: u32, _headers: u32, _endOfStream: u32): u32 { return 0; }
