// A root context: what all rules of one configuration share.

import { EMPTY } from "../../bytes/bytes";
import { OwnCookieNames } from "../../http/cookie_names";
import { NameTable } from "../../http/name_table";
import { Lines } from "../observe/logs";
import { ProviderCache } from "../provider/provider_cache";
import { SessionRegistry } from "../shared/registry";
import { Verdicts } from "../verdicts/verdict_cache";

export class Root {
  /** The providers of all rules, each once. */
  providers: ProviderCache[] = [];
  /** A registry of sessions for each issuer and client. */
  registries: SessionRegistry[] = [];
  /** The cached verdicts of all rules. */
  verdicts: Verdicts = new Verdicts(0, 0);
  /** The names of the filter's own cookies, of all rules. */
  cookieNames: OwnCookieNames = new OwnCookieNames();
  /** Whether responses are changed depending on their request (filter/requests/responses.ts). */
  watchesResponses: bool = false;
  /** Names that are removed from a request's trailers. */
  trailerNames: NameTable = new NameTable();
  /** The text of the configuration. */
  document: Uint8Array = EMPTY;
  /** A key that only workers with this same configuration know. */
  key: Uint8Array = EMPTY;
  readonly lines: Lines = new Lines();
  /** The seed of the tables whose keys attackers can choose. */
  seed: u64 = 0;
  tickMs: u32 = 0;
  /** When a tick last looked for what other workers have done. */
  lookedMs: i64 = 0;

  constructor(readonly id: u32) {}

  /** Changes when the keys of any provider change: verdicts by the old keys are void. */
  get generation(): i32 {
    let sum = 0;
    for (let i = 0; i < this.providers.length; i++) sum += this.providers[i].generation;
    return sum;
  }

  /** Whether a fetch that requests may wait for is under way. */
  get fetching(): bool {
    for (let i = 0; i < this.providers.length; i++) if (!this.providers[i].settled) return true;
    return false;
  }
}
