// Warnings about a provider's endpoints that configurations need: missing ones, and those that may need a cluster of their own.

import { same, utf8 } from "../../bytes/bytes";
import { decodeUtf8 } from "../../bytes/utf8";
import { Clusters } from "../../config/clusters";
import { neededEndpoint, ProviderSettings } from "../../config/config";
import { Metadata } from "../../oidc/discovery";
import { logs } from "../observe/logs";
import { isFirstToLog } from "../shared/logged_once";

@final
export class EndpointWarnings {
  /** The needed endpoints, and for each the clusters of the first settings that need it. */
  private readonly names: string[] = [];
  private readonly clusters: Clusters[] = [];
  /** The authentication methods of these configurations' clients at the token endpoint. */
  private readonly methods: string[] = [];
  /** When the document was fetched: all workers look at it, and one says what is wrong with it. */
  private fetchedAtMs: i64 = 0;

  /** `provider`: its name in the log. */
  constructor(private readonly provider: string, private readonly settings: ProviderSettings) { this.join(settings, null); }

  /** Adds the needs of further settings that share the provider. */
  join(settings: ProviderSettings, known: Metadata | null): void {
    for (let i = 0; i < settings.used.length; i++) {
      if (this.names.includes(settings.used[i])) continue;
      this.names.push(settings.used[i]);
      this.clusters.push(settings.clusters);
      if (known != null) this.checkOne(known, this.names.length - 1);
    }
  }

  /** New metadata. */
  check(metadata: Metadata, fetchedAtMs: i64): void {
    this.fetchedAtMs = fetchedAtMs;
    if (metadata.unusable.length > 0) this.warn(`discovery of ${this.provider}: ignored, as they are not https URLs without fragment: ${metadata.unusable.join(", ")}`);
    for (let i = 0; i < this.names.length; i++) this.checkOne(metadata, i);
    for (let i = 0; i < this.methods.length; i++) this.checkMethod(metadata, this.methods[i]);
  }

  /** Adds the authentication method of a configuration's client. */
  expect(method: string, known: Metadata | null): void {
    if (this.methods.includes(method)) return;
    this.methods.push(method);
    if (known != null) this.checkMethod(known, method);
  }

  /**
   * Warns early about what would otherwise appear as `invalid_client` in the first login. `none` is not checked: few providers list it, and many accept
   * public clients.
   */
  private checkMethod(metadata: Metadata, method: string): void {
    const offered: string[] | null = metadata.tokenAuthMethods;
    if (offered == null || offered.includes(method) || method == "none") return;
    this.warn("the token endpoint of " + this.provider + " does not offer " + method + ": "
      + (offered.length > 0 ? "token_endpoint_auth_method should be " + offered.join(" or ") : "its token_endpoint_auth_methods_supported has no method that the filter knows"));
  }

  /** Whether a needed endpoint is in the metadata, but is no URL that can be called. */
  lacks(metadata: Metadata): bool {
    for (let i = 0; i < this.names.length; i++) {
      if (metadata.unusable.includes(this.names[i]) || metadata.unusable.includes(neededEndpoint(this.names[i], metadata))) return true;
    }
    return false;
  }

  private warn(text: string): void { if (isFirstToLog([utf8(text), utf8(this.fetchedAtMs.toString())])) logs.warn(text); }

  private checkOne(metadata: Metadata, at: i32): void {
    const name = neededEndpoint(this.names[at], metadata), url = metadata.endpoint(name);
    if (name != this.names[at] && this.names.includes(name)) return; // it is checked under its own name
    if (url == null) {
      if (isRequired(name)) this.warn(`discovery of ${this.provider}: the document has no usable ${name}${name == "revocation_endpoint" ? ", so revoke_tokens_on_logout revokes nothing" : ""} (it can be set by the attribute of that name)`);
      return;
    }
    // Only browsers use this endpoint.
    if (name == "authorization_endpoint") return;
    if (same(url.authority, this.settings.discovery.url.authority) || this.clusters[at].special(name, url.authority).length > 0) return;
    this.warn(`discovery of ${this.provider}: ${name} is on another host (${decodeUtf8(url.authority)}) than discovery: if that host has a cluster of its own, name it in endpoint_clusters.${name}, or in endpoint_clusters.hosts for all endpoints there`);
  }
}

/** Without the others, something else is done. */
function isRequired(name: string): bool { return name != "userinfo_endpoint"; }
