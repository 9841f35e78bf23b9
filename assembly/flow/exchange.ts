// What a step knows of the request and of the world. Read once; no host call behind it.

import { Config } from "../config/config";
import { KeySet } from "../jose/jwks";
import { Metadata } from "../oidc/discovery";

/** What is known of the provider right now. */
export abstract class ProviderView {
  /** null while none has been fetched, or none that may still be believed. */
  abstract metadata(): Metadata | null;
  abstract keys(): KeySet | null;
  /** Whether a fetch for a key id that the set does not hold is allowed now; asking counts as using the allowance. */
  abstract refetchKeys(): bool;
  /** Whether metadata and keys are on their way, so that waiting makes sense. */
  abstract coming(): bool;
}

@final
export class Exchange {
  constructor(
    readonly config: Config,
    readonly nowMs: i64,
    readonly provider: ProviderView | null,
    /** Names and values of the request headers that introspection sends along. */
    readonly addonHeaders: Uint8Array[],
    /** Whether this request has waited for the provider already: nobody waits twice for the same thing. */
    readonly waited: bool,
  ) {}

  get nowSec(): i64 { return this.nowMs / 1000; }
}
