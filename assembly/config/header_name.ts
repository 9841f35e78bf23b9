// Header names in the configuration.

import { EMPTY, indexIn, lowerCase, startsWith } from "../bytes/bytes";

/** The name in lower case, as in Envoy; empty if the text is no header name (RFC 9110 §5.1). */
export function headerName(text: Uint8Array): Uint8Array {
  const out = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const c = lowerCase(text[i]);
    if (!(c - 0x30 < 10 || c - 0x61 < 26 || c == 0x2d || c == 0x5f)) return EMPTY;
    out[i] = c;
  }
  return out;
}

/** Headers that control the proxy or the connection, or that others trust. No claim may be written into them. */
const RESERVED: string[] = [
  "host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer", "keep-alive", "proxy-connection", "expect",
  "authorization", "proxy-authorization", "cookie", "set-cookie", "forwarded", "via", "content-type", "accept", "origin", "referer", "grpc-timeout",
];

/** `name` is in lower case. `_` counts as `-`, because upstreams that make CGI variables cannot tell them apart. */
export function reservedName(name: Uint8Array): bool {
  const plain = withDashes(name);
  return startsWith(plain, "x-envoy-") || startsWith(plain, "x-forwarded-") || startsWith(plain, "sec-") || connectionName(plain);
}

/** Headers that belong to one connection or message. To copy them into another would do harm. */
export function connectionName(name: Uint8Array): bool { return indexIn(RESERVED, name) >= 0; }

export function withDashes(name: Uint8Array): Uint8Array {
  const out = name.slice();
  for (let i = 0; i < out.length; i++) if (out[i] == 0x5f) out[i] = 0x2d;
  return out;
}
