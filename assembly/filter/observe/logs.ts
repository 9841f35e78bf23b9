// Log lines. Each names its configuration and its reason; none contains a token, a secret or a header value; their number per second is bounded.

import { LogLevel } from "../../abi/enums";
import { log, logLevel } from "../../abi/host";
import { Trail } from "./trail";

/** Lines of one configuration in one tick, about requests and about the provider each; further lines are only counted. Anybody can send bad tokens:
 *  their lines must not hide what the operator has to know, of this configuration or of another. */
const LINES_PER_TICK = 20;

let level: LogLevel = LogLevel.Info;

/** Writes a line with the prefix that all lines have. `owner`: a blank and a name, or "". */
function write(at: LogLevel, owner: string, text: string): void { if (at >= level) log(at, "envoy-oidc" + owner + ": " + text); }

/** The lines of one configuration. `rule`: a blank and the rule that the line is about, or "". */
@final
export class Lines {
  /** A blank and the configuration's name; "" if it has none. */
  owner: string = "";
  private refusals: i32 = 0;
  private troubles: i32 = 0;
  private suppressed: i32 = 0;

  /** Once per tick: allows lines again. */
  tick(): void {
    if (this.suppressed > 0) write(LogLevel.Info, this.owner, `${this.suppressed} more lines about requests not logged`);
    this.refusals = this.troubles = this.suppressed = 0;
  }

  /** A refused request. `presented`: it carried a credential, so the line has level info; others have debug. `place`: in the configuration. */
  refused(rule: string, code: string, status: i32, presented: bool, place: string, trail: Trail): void {
    const at = presented ? LogLevel.Info : LogLevel.Debug;
    if (at >= level && this.hasRoom(this.refusals++)) write(at, this.owner + rule, "refused, " + code + " (" + status.toString() + ")" + (place.length > 0 ? " by " + place : "") + trail.text);
  }

  /** A problem with the provider while a request waits for it. These lines are bounded too, because each request can cause one. `trail`: of the request at hand. */
  trouble(rule: string, text: string, trail: Trail | null = null): void {
    if (LogLevel.Warn >= level && this.hasRoom(this.troubles++)) write(LogLevel.Warn, this.owner + rule, trail == null ? text : text + ";" + trail.text);
  }

  info(text: string): void { write(LogLevel.Info, this.owner, text); }
  warn(text: string): void { write(LogLevel.Warn, this.owner, text); }
  error(text: string): void { write(LogLevel.Error, this.owner, text); }

  private hasRoom(before: i32): bool {
    if (before < LINES_PER_TICK) return true;
    this.suppressed++;
    return false;
  }
}

/** Lines that belong to no configuration, or to several. */
export const logs = new Lines();

/** Once per tick, because Envoy's log level can be changed at any time. */
export function readLevel(): void { level = logLevel(); }
