// A root context: what the rules of one configuration have in common, whatever else each of them has.

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
  /** What is known of the sessions of each issuer and client, each once. */
  registries: SessionRegistry[] = [];
  /** What is cached for all of them. */
  verdicts: Verdicts = new Verdicts(0, 0);
  /** Of the filter's own cookies, whatever rule they belong to. */
  cookieNames: OwnCookieNames = new OwnCookieNames();
  /** Whether what the response must carry, or must not, depends on the request (filter/requests/responses.ts). */
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
  tickMs: u32 = 0;

  constructor(readonly id: u32) {}

  /** Changes with every provider's keys: verdicts that rest on old ones are void. */
  get generation(): i32 {
    let sum = 0;
    for (let i = 0; i < this.providers.length; i++) sum += this.providers[i].generation;
    return sum;
  }

  /** Whether something that requests may wait for is on its way. */
  get fetching(): bool {
    for (let i = 0; i < this.providers.length; i++) if (!this.providers[i].settled) return true;
    return false;
  }
}
