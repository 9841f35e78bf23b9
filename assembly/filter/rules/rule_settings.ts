// What stands between some requests and the upstream: the settings of a rule, or those outside of all rules.

import { random } from "../../abi/host";
import { Config } from "../../config/config";
import { Entropy, Exchange, Waits } from "../../flow/decision/exchange";
import { NO_NAMING } from "../../http/cookie_names";
import { NameTable } from "../../http/name_table";
import { Trail } from "../observe/trail";
import { ProviderCache } from "../provider/provider_cache";
import { NO_SESSIONS, SessionRegistry } from "../shared/registry";
import { Root } from "./root";
import { Share } from "./share";

@final
class HostEntropy extends Entropy {
  bytes(size: i32): Uint8Array | null { return random(size); }
}

const entropy = new HostEntropy();

@final
export class RuleSettings {
  /** What its requests have under way: those with a bearer token, and those of browsers. A flood of the first leaves the second alone. */
  readonly tokens: Share = new Share("introspections");
  readonly browsers: Share = new Share("calls for browsers");
  /** What its cookies are called among `root.cookieNames`, with the Secure attribute and without. */
  secureNaming: i32 = NO_NAMING;
  plainNaming: i32 = NO_NAMING;
  /** For the log: a blank and the rule's place in the configuration; "" for what stands outside of rules. */
  readonly label: string;

  constructor(
    readonly root: Root,
    /** Tells its verdicts from those of the root's other rules. */
    readonly number: i32,
    readonly config: Config,
    /** The header names that mean something to it. */
    readonly names: NameTable,
    /** null where nothing is fetched from a provider. */
    readonly provider: ProviderCache | null,
    /** What the workers know together of the sessions of its issuer and client. */
    readonly registry: SessionRegistry = NO_SESSIONS,
  ) {
    this.label = number == 0 ? "" : " rules[" + (number - 1).toString() + "]";
  }

  /** About the provider, while a request is waiting for it. `trail`: of the request at hand. */
  trouble(text: string, trail: Trail | null = null): void { this.root.lines.trouble(this.label, text, trail); }

  /** What a step is told. */
  exchange(nowMs: i64, waits: Waits, addonHeaders: Uint8Array[] = []): Exchange {
    const provider = this.provider;
    if (provider != null) provider.at(nowMs);
    const x = new Exchange(this.config, nowMs, provider, addonHeaders, waits, entropy, this.registry);
    x.overloaded = this.browsers.full;
    return x;
  }
}
