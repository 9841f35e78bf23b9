// Runs the filter's own reader on a configuration, so that no result can differ from Envoy's log.

import { configure, type LogLine } from "./host";
import { filterModule } from "./module";

/** `path`: the attribute, or "" for the whole configuration. */
export interface Remark { path: string; text: string }

export interface Verdict { accepted: boolean; errors: Remark[]; warnings: Remark[] }

export function judge(configuration: string, environment: Record<string, string>): Verdict {
  let result: ReturnType<typeof configure>;
  try {
    result = configure(filterModule(), Buffer.from(configuration), environment);
  } catch (error) {
    // A trap is a bug of the filter, and Envoy would not start with it either.
    return { accepted: false, errors: [{ path: "", text: `the filter stopped while it read this: ${(error as Error).message}` }], warnings: [] };
  }
  const { accepted, log } = result;
  const about = (...levels: LogLine["level"][]) => log.filter(({ level }) => levels.includes(level)).map(({ text }) => remark(text));
  return { accepted, errors: about("error", "critical"), warnings: about("warn") };
}

/** A path consists of names, which may contain dots, and list positions. In a remark a blank follows the first colon. */
const REMARK = /^([A-Za-z_][\w.$/:-]*(?:\[\d+\][\w.$/:-]*)*): ([^]+)$/;

function remark(line: string): Remark {
  const text = line.replace(/^envoy-oidc[^:]*: /, "").replace(/^(configuration: )+/, "");
  const found = REMARK.exec(text);
  return found ? { path: found[1]!, text: found[2]! } : { path: "", text };
}
