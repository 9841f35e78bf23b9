// What a step may ask of this worker and, through Envoy's shared data, of all others.

import { random } from "../abi/host";
import { Config } from "../config/config";
import { Entropy, Exchange, RefreshState, Registry } from "../flow/exchange";
import { EndedSessions } from "./ended_sessions";
import { Root } from "./roots";
import { SharedRefreshes } from "./shared_refreshes";

/** Sign-ins that were redeemed of late; a newer one takes an older one's place. */
const REDEEMED: i32 = 4096;

@final
class HostEntropy extends Entropy {
  bytes(size: i32): Uint8Array | null { return random(size); }
}

@final
class SharedRegistry extends Registry {
  private readonly redeemed: StaticArray<u64> = new StaticArray<u64>(REDEEMED);

  ended(key: u64, beganAtSec: i64): bool { return endedSessions.ended(key, beganAtSec); }
  end(key: u64, nowSec: i64, untilSec: i64): bool { return endedSessions.end(key, nowSec, untilSec); }
  refresh(key: Uint8Array, nowMs: i64): RefreshState | null { return refreshes.state(key, nowMs); }

  first(key: u64): bool {
    const slot = <i32>(key & (REDEEMED - 1));
    if (this.redeemed[slot] == key) return false;
    this.redeemed[slot] = key;
    return true;
  }
}

export const endedSessions = new EndedSessions();
export const refreshes = new SharedRefreshes();
const entropy = new HostEntropy();
const registry = new SharedRegistry();

/** What a step is told. `waited`: the request has waited for the provider already. */
export function exchange(root: Root, config: Config, now: i64, waited: bool, addonHeaders: Uint8Array[] = []): Exchange {
  const feed = root.feed;
  if (feed != null) feed.at(now);
  return new Exchange(config, now, feed, addonHeaders, waited, entropy, registry);
}
