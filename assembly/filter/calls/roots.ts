// The configurations in this VM, and the one that each stream belongs to.

import { setEffectiveContext } from "../../abi/host";
import { Root } from "../rules/root";
import { RuleSettings } from "../rules/rule_settings";
import { Pending } from "./pending";

/** One configuration of the filter: its rules, its calls and its waiting requests. */
@final
export class Configuration extends Root {
  /** The settings outside of all rules. Null until configured, and if the configuration is wrong. */
  outside: RuleSettings | null = null;
  /** The settings of each rule. */
  rules: RuleSettings[] = [];
  /** Its calls and waiting requests. They end with the configuration: by then Envoy has cancelled its calls and ended its streams. */
  readonly pending: Pending = new Pending();

  constructor(id: u32) { super(id); }
}

/** How many streams can be assigned to their configuration at once. An older stream cannot be assigned, and is refused. */
const STREAMS: u32 = 1 << 16;

@final
export class Roots {
  readonly all: Configuration[] = [];
  /** For each stream its id and its root's id. Allocated with the second root: a sole root needs no table. */
  private streams: Uint32Array = new Uint32Array(0);
  private owners: Uint32Array = new Uint32Array(0);
  /** Streams before this one belong to the root that was the only one then. */
  private since: u32 = 0;
  private alone: u32 = 0;

  add(id: u32): void {
    if (this.all.length == 1 && this.streams.length == 0) {
      this.streams = new Uint32Array(STREAMS);
      this.owners = new Uint32Array(STREAMS);
      this.since = id;
      this.alone = this.all[0].id;
    }
    this.all.push(new Configuration(id));
  }

  addStream(id: u32, root: u32): void {
    if (this.streams.length == 0) return;
    const slot = id & (STREAMS - 1);
    this.streams[slot] = id;
    this.owners[slot] = root;
  }

  find(id: u32): Configuration | null {
    for (let i = 0; i < this.all.length; i++) if (this.all[i].id == id) return this.all[i];
    return null;
  }

  ofStream(id: u32): Configuration | null {
    if (this.streams.length == 0) return this.all.length == 1 ? this.all[0] : null;
    const slot = id & (STREAMS - 1);
    if (this.streams[slot] == id) return this.find(this.owners[slot]);
    return id < this.since ? this.find(this.alone) : null;
  }

  /** Removes roots that Envoy has deleted (after a reload). The effective context is `current` afterwards. */
  sweep(current: u32): void {
    for (let i = this.all.length - 1; i >= 0; i--) {
      const id = this.all[i].id;
      if (id == current || setEffectiveContext(id)) continue;
      this.all.splice(i, 1);
    }
    setEffectiveContext(current);
  }
}

export const roots = new Roots();
