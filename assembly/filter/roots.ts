// The configurations in this VM, and which of them a stream belongs to.

import { setEffectiveContext } from "../abi/host";
import { EMPTY } from "../bytes/bytes";
import { OwnCookieNames } from "../http/cookie_names";
import { NameTable } from "../http/name_table";
import { Feed } from "./feed";
import { Guard } from "./guard";
import { Lines } from "./logs";
import { Pending } from "./pending";
import { SessionRegistry } from "./registry";
import { Verdicts } from "./verdict_cache";

/** A root context: one filter configuration with everything that lives as long as it does. */
@final
export class Root {
  /** What stands outside of the rules; null until configured, and for ever where the configuration is wrong. */
  guard: Guard | null = null;
  /** One for each rule. */
  rules: Guard[] = [];
  /** The providers of all of them, each once. */
  feeds: Feed[] = [];
  /** What is known of the sessions of each issuer and client, each once. */
  registries: SessionRegistry[] = [];
  /** What all of them remember. */
  verdicts: Verdicts = new Verdicts(0, 0);
  /** Of the filter's own cookies, whatever rule they belong to. */
  cookieNames: OwnCookieNames = new OwnCookieNames();
  /** Whether what the response must carry, or must not, depends on the request (filter/responses.ts). */
  watchesResponses: bool = false;
  /** What a request's trailers must not hold. */
  trailerNames: NameTable = new NameTable();
  /** The configuration as it was written. */
  document: Uint8Array = EMPTY;
  /** Known to all workers with this very configuration, and to nobody else. */
  key: Uint8Array = EMPTY;
  readonly lines: Lines = new Lines();
  /** Spreads entries of tables whose keys strangers choose. */
  seed: u64 = 0;
  /** Its calls and the requests that wait. They go when it goes: Envoy has cancelled its calls then, and its streams are gone too. */
  readonly pending: Pending = new Pending();
  tickMs: u32 = 0;

  constructor(readonly id: u32) {}

  /** Changes with every provider's keys: verdicts that rest on old ones are void. */
  get generation(): i32 {
    let sum = 0;
    for (let i = 0; i < this.feeds.length; i++) sum += this.feeds[i].generation;
    return sum;
  }

  /** Whether something that requests may wait for is on its way. */
  get hungry(): bool {
    for (let i = 0; i < this.feeds.length; i++) if (!this.feeds[i].settled) return true;
    return false;
  }
}

/** Streams that may be told apart at once. A stream that is older by so many cannot be placed, and is refused. */
const STREAMS: u32 = 1 << 16;

@final
export class Roots {
  readonly all: Root[] = [];
  /** For each stream its id and its root's id. Made only when a second root comes: the sole root needs no looking up. */
  private streams: Uint32Array = new Uint32Array(0);
  private owners: Uint32Array = new Uint32Array(0);
  /** Streams before this one belong to the root that was alone then. */
  private since: u32 = 0;
  private alone: u32 = 0;

  add(id: u32): void {
    if (this.all.length == 1 && this.streams.length == 0) {
      this.streams = new Uint32Array(STREAMS);
      this.owners = new Uint32Array(STREAMS);
      this.since = id;
      this.alone = this.all[0].id;
    }
    this.all.push(new Root(id));
  }

  addStream(id: u32, root: u32): void {
    if (this.streams.length == 0) return;
    const slot = id & (STREAMS - 1);
    this.streams[slot] = id;
    this.owners[slot] = root;
  }

  find(id: u32): Root | null {
    for (let i = 0; i < this.all.length; i++) if (this.all[i].id == id) return this.all[i];
    return null;
  }

  ofStream(id: u32): Root | null {
    if (this.streams.length == 0) return this.all.length == 1 ? this.all[0] : null;
    const slot = id & (STREAMS - 1);
    if (this.streams[slot] == id) return this.find(this.owners[slot]);
    return id < this.since ? this.find(this.alone) : null;
  }

  /** Forgets roots that the host no longer has (after a reload). The effective context is `current` afterwards. */
  sweep(current: u32): void {
    for (let i = this.all.length - 1; i >= 0; i--) {
      const id = this.all[i].id;
      if (id == current || setEffectiveContext(id)) continue;
      this.all.splice(i, 1);
    }
    setEffectiveContext(current);
  }
}
