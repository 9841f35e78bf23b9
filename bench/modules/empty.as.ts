// The least that a filter can be: Envoy calls it once for each request, and it lets the request through.

export function proxy_abi_version_0_2_1(): void {}
/** Never called: this filter asks the host for nothing. */
export function proxy_on_memory_allocate(_size: usize): usize { return 0; }
export function proxy_on_context_create(_context: u32, _parent: u32): void {}
export function proxy_on_request_headers(_context: u32, _headers: u32, _endOfStream: u32): u32 { return 0; }
