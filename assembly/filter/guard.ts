// What stands between some requests and the upstream: the settings of a rule, or those outside of all rules.

import { Config } from "../config/config";
import { NameTable } from "../http/name_table";
import { Feed } from "./feed";
import { Root } from "./roots";

@final
export class Guard {
  constructor(
    readonly root: Root,
    /** Tells its verdicts from those of the root's other guards. */
    readonly number: i32,
    readonly config: Config,
    /** The header names that mean something to it. */
    readonly names: NameTable,
    /** null where nothing is fetched from a provider. */
    readonly feed: Feed | null,
  ) {}
}
