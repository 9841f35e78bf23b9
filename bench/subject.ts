// A subject of measurement: a server and its load.

import type { Server } from "./servers";
import type { Size } from "./tokens";
import type { World } from "./world";

/** Subjects with the same host share a server. */
export interface Host { start(world: World): Promise<Server> }

export type Load =
  | { kind: "token"; token: string; path: string; /** Every request passes the filter under test, which also gets a mix of tokens. */ judged?: boolean }
  /** The same session each time, or a different one each time out of more than the filter caches. */
  | { kind: "session"; size: Size; seen: boolean; path: string }
  /** Cookies that this filter set at a login, the same each time. */
  | { kind: "own session"; size: Size }
  | { kind: "refused"; headers: Record<string, string> }
  | { kind: "login" };

/** `times`: how many copies of the filter a request passes. `over`: the reference for "added"; null: all CPU time counts. */
export interface Subject { name: string; host: Host; times: number; over: string | null; load: Load }
