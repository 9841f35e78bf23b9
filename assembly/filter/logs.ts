// Log lines: each names its reason, none holds a token, a secret or a header value, and strangers cannot make many of them.

import { LogLevel } from "../abi/enums";
import { log, logLevel } from "../abi/host";

/** Lines in one tick of the clock, about what clients sent and about the provider each: what is over is counted. Bad tokens are sent by
 *  anyone, and must not drown what the operator has to know. */
const LINES_PER_TICK = 20;

@final
export class Logs {
  private level: LogLevel = LogLevel.Info;
  private refusals: i32 = 0;
  private troubles: i32 = 0;
  private suppressed: i32 = 0;

  /** Once per tick: Envoy's level may have been changed, and there is room for lines again. */
  tick(): void {
    this.level = logLevel();
    if (this.suppressed > 0) log(LogLevel.Info, `envoy-oidc: ${this.suppressed} more lines about requests not logged`);
    this.refusals = this.troubles = this.suppressed = 0;
  }

  /** About a request. `presented`: it carried a credential, so somebody will want to know; others are ordinary. `place`: in the configuration. */
  refused(code: string, status: i32, presented: bool, place: string): void {
    const level = presented ? LogLevel.Info : LogLevel.Debug;
    if (level >= this.level && this.hasRoom(this.refusals++)) log(level, "envoy-oidc: refused, " + code + " (" + status.toString() + ")" + (place.length > 0 ? " by " + place : ""));
  }

  /** About the provider, while a request is waiting for it: as many lines as there are requests, were they not counted too. */
  trouble(text: string): void { if (LogLevel.Warn >= this.level && this.hasRoom(this.troubles++)) log(LogLevel.Warn, "envoy-oidc: " + text); }

  info(text: string): void { if (this.level <= LogLevel.Info) log(LogLevel.Info, "envoy-oidc: " + text); }
  warn(text: string): void { if (this.level <= LogLevel.Warn) log(LogLevel.Warn, "envoy-oidc: " + text); }
  error(text: string): void { log(LogLevel.Error, "envoy-oidc: " + text); }

  private hasRoom(before: i32): bool {
    if (before < LINES_PER_TICK) return true;
    this.suppressed++;
    return false;
  }
}
