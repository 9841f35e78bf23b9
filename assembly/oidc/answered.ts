// The message for the log about an unexpected status.

/** `answered status 503: …`. Envoy itself answers 503 if it cannot connect, and 504 if an answer takes too long. */
export function answered(status: string): string {
  return "answered status " + status
    + (status == "503" ? ": the provider is down, or Envoy does not reach it (check the cluster: DNS, port, TLS)"
      : status == "504" ? ": it took longer than timeout, or a gateway between did not reach it" : "");
}
