import { LogLevel } from "./enums";
import { log } from "./host";

/** Called for a bug in the filter. Logs its place in the code, never the input, then traps. The host then refuses the request. */
export function abort(_message: string | null, file: string | null, line: u32, column: u32): void {
  log(LogLevel.Critical, "envoy-oidc: internal error at " + (file == null ? "?" : file) + ":" + line.toString() + ":" + column.toString());
  unreachable();
}
