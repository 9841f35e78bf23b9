// Log lines: each names its configuration and its reason, none holds a token, a secret or a header value, and strangers cannot make many of them.

import { LogLevel } from "../../abi/enums";
import { log, logLevel } from "../../abi/host";
import { Trail } from "./trail";

/** Lines of one configuration in one tick of the clock, about what clients sent and about the provider each: what is over is counted. Bad
 *  tokens are sent by anyone, and must not drown what the operator has to know, here or of another configuration. */
const LINES_PER_TICK = 20;

let level: LogLevel = LogLevel.Info;

/** What every line begins with. `owner`: a blank and a name, or "". */
function write(at: LogLevel, owner: string, text: string): void { if (at >= level) log(at, "envoy-oidc" + owner + ": " + text); }

/** Of one configuration. `rule`: a blank and the rule that the line is about, or "". */
@final
export class Lines {
  /** A blank and the configuration's name; "" where it has none. */
  owner: string = "";
  private refusals: i32 = 0;
  private troubles: i32 = 0;
  private suppressed: i32 = 0;

  /** Once per tick: there is room for lines again. */
  tick(): void {
    if (this.suppressed > 0) write(LogLevel.Info, this.owner, `${this.suppressed} more lines about requests not logged`);
    this.refusals = this.troubles = this.suppressed = 0;
  }

  /** About a request. `presented`: it carried a credential, so somebody will want to know; others are ordinary. `place`: in the configuration. */
  refused(rule: string, code: string, status: i32, presented: bool, place: string, trail: Trail): void {
    const at = presented ? LogLevel.Info : LogLevel.Debug;
    if (at >= level && this.hasRoom(this.refusals++)) write(at, this.owner + rule, "refused, " + code + " (" + status.toString() + ")" + (place.length > 0 ? " by " + place : "") + trail.text);
  }

  /** About the provider, while a request is waiting for it: as many lines as there are requests, were they not counted too. `trail`: of the request at hand. */
  trouble(rule: string, text: string, trail: Trail | null = null): void {
    if (LogLevel.Warn >= level && this.hasRoom(this.troubles++)) write(LogLevel.Warn, this.owner + rule, trail == null ? text : text + ";" + trail.text);
  }

  warn(text: string): void { write(LogLevel.Warn, this.owner, text); }
  error(text: string): void { write(LogLevel.Error, this.owner, text); }

  private hasRoom(before: i32): bool {
    if (before < LINES_PER_TICK) return true;
    this.suppressed++;
    return false;
  }
}

/** What belongs to no configuration, or to several. */
@final
export class Logs {
  /** About requests whose configuration is not known. */
  readonly strays: Lines = new Lines();

  /** Once per tick: Envoy's level may have been changed. */
  tick(): void {
    level = logLevel();
    this.strays.tick();
  }

  info(text: string): void { write(LogLevel.Info, "", text); }
  warn(text: string): void { write(LogLevel.Warn, "", text); }
}

export const logs = new Logs();
