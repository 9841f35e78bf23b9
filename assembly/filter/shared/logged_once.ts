// Log lines that are about the whole Envoy, such as a configuration's warnings: each worker would write them, and the first one does.

import { setSharedData, sharedDataOr } from "../../abi/host";
import { EMPTY, same, utf8 } from "../../bytes/bytes";
import { digest, Hash } from "../../crypto/hash/hash";
import { Claim } from "../../flow/decision/exchange";
import { contextOf } from "../../session/sealing";
import { UsedOnce } from "./used_once";

const logged = new UsedOnce("envoy-oidc/1/logged/");
const LATEST_VERSION = utf8("envoy-oidc/1/logged/version");
const CAS_TRIES = 4;

/** True for one worker of this Envoy, once in the life of the process; without shared data, for each worker. `about`: the line, and what it is about. */
export function isFirstToLog(about: Uint8Array[]): bool {
  return logged.claim(digest(Hash.Sha256, contextOf(about)), 0, i64.MAX_VALUE) != Claim.Taken;
}

/** Whether the version that was logged last in this Envoy is another one. So the log of an update, and of the way back, ends with the version that runs. */
export function isOtherVersion(version: string): bool {
  const own = utf8(version);
  for (let i = 0; i < CAS_TRIES; i++) {
    const latest = sharedDataOr(LATEST_VERSION, EMPTY), bytes = latest.bytes;
    if (bytes != null && same(bytes, own)) return false;
    if (setSharedData(LATEST_VERSION, own, latest.cas)) return true;
  }
  return true;
}
