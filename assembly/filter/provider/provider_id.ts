// The id by which configurations, and the workers of an Envoy, recognise the same provider.

import { encodeBase64url } from "../../bytes/base64";
import { utf8 } from "../../bytes/bytes";
import { decodeUtf8 } from "../../bytes/utf8";
import { ByteWriter } from "../../bytes/writer";
import { ProviderSettings } from "../../config/config";
import { digest, Hash } from "../../crypto/hash/hash";
import { contextOf } from "../../session/sealing";

/**
 * Configurations whose providers have the same id share one cache, and its name in Envoy's shared data is made from the id. So the id contains everything that
 * decides what is fetched, what of it is accepted, and for how long.
 */
export function providerId(settings: ProviderSettings): string {
  const numbers = new ByteWriter().byte(settings.allowHttp ? 1 : 0).byte(settings.issuerExact ? 1 : 0).u32(settings.timeoutMs).decimal(settings.lifetimeMs).written();
  const texts: Uint8Array[] = [];
  for (let i = 0; i < settings.endpoints.names.length; i++) {
    texts.push(utf8(settings.endpoints.names[i]));
    texts.push(settings.endpoints.urls[i].text);
  }
  const all = contextOf([settings.discovery.url.text, settings.issuer, settings.discovery.cluster, settings.clusters.identityOf("jwks_uri"), contextOf(texts), numbers]);
  return decodeUtf8(encodeBase64url(digest(Hash.Sha256, all)));
}
