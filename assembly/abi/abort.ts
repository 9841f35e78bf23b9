import { LogLevel } from "./enums";
import { log } from "./host";

/** Where a bug of ours ends: says where in the code (never on what input), then traps. The host fails the request closed. */
export function abort(_message: string | null, file: string | null, line: u32, column: u32): void {
  log(LogLevel.Critical, "envoy-oidc: internal error at " + (file == null ? "?" : file) + ":" + line.toString() + ":" + column.toString());
  unreachable();
}
