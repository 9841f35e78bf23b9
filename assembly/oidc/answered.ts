// A status that no endpoint should answer with, in words for the operator.

/** `answered status 503: …`. Envoy itself answers 503 where it finds nobody, and 504 where an answer takes too long. */
export function answered(status: string): string {
  return "answered status " + status
    + (status == "503" ? ": it is out of order, or Envoy does not reach it (check the cluster: DNS, port, TLS)"
      : status == "504" ? ": it took longer than timeout, or a gateway on the way did not reach it" : "");
}
