// One thing that is measured: a server, and what it is loaded with.

import type { Server } from "./servers";
import type { Size } from "./tokens";
import type { World } from "./world";

/** Subjects with the same one share a server. */
export interface Host { start(world: World): Promise<Server> }

export type Load =
  | { kind: "token"; token: string; path: string; /** Every request passes the filter under test, which is sent a mix of tokens too. */ judged?: boolean }
  /** The same session again, or each time another of more than the filter remembers. */
  | { kind: "session"; size: Size; seen: boolean; path: string }
  /** Cookies that this very filter has set at a login, the same again. */
  | { kind: "own session"; size: Size }
  | { kind: "refused"; headers: Record<string, string> }
  | { kind: "login" };

/** `times`: how many of the filter the requests pass. `over`: what "added" is over; null: all CPU counts. */
export interface Subject { name: string; host: Host; times: number; over: string | null; load: Load }
