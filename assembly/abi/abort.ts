import { LogLevel } from "./enums";
import { proxy_log } from "./imports";

/** Where a bug of ours ends: says where in the code (never on what input), then traps. The host fails the request closed. */
export function abort(_message: string | null, file: string | null, line: u32, column: u32): void {
  const text = String.UTF8.encode("envoy-oidc: internal error at " + (file == null ? "?" : file) + ":" + line.toString() + ":" + column.toString());
  proxy_log(LogLevel.Critical, changetype<usize>(text), text.byteLength);
  unreachable();
}
