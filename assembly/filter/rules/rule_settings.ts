// The settings of one rule, or those outside of all rules, with their bounds.

import { random } from "../../abi/host";
import { Config } from "../../config/config";
import { Entropy, Exchange, Waits } from "../../flow/decision/exchange";
import { NO_NAMING } from "../../http/cookie_names";
import { NameTable } from "../../http/name_table";
import { RuleCounters } from "../observe/rule_counters";
import { LEASE_MARGIN_MS, ProviderCache } from "../provider/provider_cache";
import { SessionRegistry } from "../shared/registry";
import { Root } from "./root";
import { Share } from "./share";

@final
class HostEntropy extends Entropy {
  bytes(size: i32): Uint8Array | null { return random(size); }
}

const entropy = new HostEntropy();

@final
export class RuleSettings {
  /** The bounds for requests with a bearer token, and for those of browsers. They are separate, so a flood of tokens does not affect browsers. */
  readonly tokens: Share = new Share("introspections");
  readonly browsers: Share = new Share("calls for browsers");
  /** The index of its cookies' names in `root.cookieNames`, with the Secure attribute and without. */
  secureNaming: i32 = NO_NAMING;
  plainNaming: i32 = NO_NAMING;
  /** For the log: a blank and the rule's name or number; "" outside of all rules. */
  readonly label: string;

  constructor(
    readonly root: Root,
    /** Distinguishes its verdicts from those of the root's other rules. */
    readonly number: i32,
    name: string,
    readonly config: Config,
    /** The header names that it looks for. */
    readonly names: NameTable,
    /** null if nothing is fetched from a provider. */
    readonly provider: ProviderCache | null,
    /** What the workers share about the sessions of its issuer and client. */
    readonly registry: SessionRegistry,
    readonly counters: RuleCounters,
  ) {
    this.label = number == 0 ? "" : " rules[" + name + "]";
  }

  /** How long a worker may hold the lease of a call for this rule. */
  get leaseMs(): i64 { return this.config.timeoutMs + LEASE_MARGIN_MS; }

  /** Logs a problem with the provider. */
  trouble(text: string): void { this.root.lines.trouble(this.label, text); }

  /** The input of a step. */
  exchange(nowMs: i64, waits: Waits, addonHeaders: Uint8Array[] = []): Exchange {
    const provider = this.provider;
    if (provider != null) provider.at(nowMs);
    const x = new Exchange(this.config, nowMs, provider, addonHeaders, waits, entropy, this.registry);
    x.overloaded = this.browsers.full;
    return x;
  }
}
