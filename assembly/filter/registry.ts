// What a step may ask of this worker and, through Envoy's shared data, of all others.

import { random } from "../abi/host";
import { Entropy, Exchange, RefreshState, Registry } from "../flow/exchange";
import { EndedSessions } from "./ended_sessions";
import { Guard } from "./guard";
import { SharedAnswers } from "./shared_answers";
import { SharedTurns } from "./shared_turns";

@final
class HostEntropy extends Entropy {
  bytes(size: i32): Uint8Array | null { return random(size); }
}

@final
class SharedRegistry extends Registry {
  ended(key: u64, beganAtSec: i64): bool { return endedSessions.ended(key, beganAtSec); }
  get nothingEnded(): bool { return endedSessions.isEmpty; }
  end(key: u64, nowSec: i64, untilSec: i64): bool { return endedSessions.end(key, nowSec, untilSec); }
  refresh(key: Uint8Array, nowMs: i64): RefreshState | null { return turns.state(key, nowMs); }
  first(key: Uint8Array, nowMs: i64, untilMs: i64): bool { return turns.begin(key, nowMs, untilMs); }
}

export const endedSessions = new EndedSessions();
export const turns = new SharedTurns();
export const answers = new SharedAnswers();
const entropy = new HostEntropy();
const registry = new SharedRegistry();

/** What a step is told. `waited`: the request has waited for the provider already. */
export function exchange(guard: Guard, now: i64, waited: bool, addonHeaders: Uint8Array[] = []): Exchange {
  const feed = guard.feed;
  if (feed != null) feed.at(now);
  const x = new Exchange(guard.config, now, feed, addonHeaders, waited, entropy, registry);
  x.overloaded = guard.visits.full;
  return x;
}
