// Log lines that are about the whole Envoy, such as a configuration's warnings: each worker would write them, and the first one does.

import { Claim } from "../../flow/decision/exchange";
import { digest, Hash } from "../../crypto/hash/hash";
import { contextOf } from "../../session/sealing";
import { UsedOnce } from "./used_once";

const said = new UsedOnce("envoy-oidc/1/said/");

/** True for one worker of this Envoy, once in the life of the process. Where the workers cannot be told, for each of them. `about`: what is to be said, and of what. */
export function isFirstToSay(about: Uint8Array[]): bool {
  return said.claim(digest(Hash.Sha256, contextOf(about)), 0, i64.MAX_VALUE) != Claim.Taken;
}
