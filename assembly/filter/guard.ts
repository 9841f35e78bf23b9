// What stands between requests and the upstream: compiled settings, what is known of their provider, and what is remembered.

import { Config } from "../config/config";
import { NameTable } from "../http/name_table";
import { Feed } from "./feed";
import { Root } from "./roots";
import { Verdicts } from "./verdict_cache";

@final
export class Guard {
  constructor(
    readonly root: Root,
    readonly config: Config,
    /** The header names that mean something to it. */
    readonly names: NameTable,
    /** null where nothing is fetched from a provider. */
    readonly feed: Feed | null,
    readonly verdicts: Verdicts,
  ) {}
}
