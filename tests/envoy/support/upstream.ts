// The echo upstream of cli/demo within the test's own process, stopped with the test file.

import { startUpstream as start, type Upstream } from "../../../cli/demo/upstream";
import { atEnd } from "./cleanup";

export type { Upstream } from "../../../cli/demo/upstream";
export type { Echo } from "../../../cli/demo/upstream-page";

export async function startUpstream(): Promise<Upstream> {
  const upstream = await start();
  atEnd(upstream.stop);
  return upstream;
}

/** The values of a header that the upstream received, in order. */
export function received(echo: { headers: [string, string][] }, name: string): string[] {
  return echo.headers.filter(([other]) => other.toLowerCase() === name.toLowerCase()).map(([, value]) => value);
}
