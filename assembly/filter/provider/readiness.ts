// What settings lack of their provider, so that their requests cannot be served.

import { neededEndpoint, ProviderSettings } from "../../config/config";
import { ProviderView } from "../../flow/decision/exchange";

@final
export class Lack {
  /** `code`: stable. `endpoint`: its name in metadata, or "". */
  constructor(readonly code: string, readonly endpoint: string = "") {}
}

/** Without these no login ends. */
const OF_LOGINS: string[] = ["authorization_endpoint", "token_endpoint"];

/** null where nothing is lacking: metadata and keys are there, or those of an earlier fetch may still be used. */
export function lackOf(settings: ProviderSettings, provider: ProviderView): Lack | null {
  const metadata = provider.metadata();
  if (metadata == null) return new Lack("metadata_missing");
  let keys = false;
  for (let i = 0; i < settings.used.length; i++) {
    const name = neededEndpoint(settings.used[i], metadata);
    keys = keys || name == "jwks_uri";
    if ((name == "jwks_uri" || OF_LOGINS.includes(name)) && metadata.endpoint(name) == null) return new Lack("endpoint_missing", name);
  }
  return keys && provider.keys() == null ? new Lack("keys_missing") : null;
}
