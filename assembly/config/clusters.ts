// The Envoy cluster of each of the provider's endpoints. Configuration decides where a call goes, never a URL (duty 140).

import { EMPTY, inLowerCase, same, utf8 } from "../bytes/bytes";
import { Endpoint } from "../http/callout";
import { Url } from "../http/url";
import { contextOf } from "../session/sealing";
import * as attributes from "./attributes";
import { ConfigReader } from "./reader";

/** The endpoints that are called, by their names in metadata, and discovery itself. */
const CALLED: string[] = ["discovery", "jwks_uri", "introspection_endpoint", "token_endpoint", "userinfo_endpoint", "revocation_endpoint"];

@final
export class Clusters {
  /** Clusters in the order of CALLED; EMPTY if the endpoint has none of its own. */
  private readonly own: Uint8Array[] = [];
  private readonly hosts: Uint8Array[] = [];
  private readonly ofHosts: Uint8Array[] = [];

  /** `common`: EMPTY if there is none. */
  constructor(private readonly common: Uint8Array) {
    for (let i = 0; i < CALLED.length; i++) this.own.push(EMPTY);
  }

  static read(r: ConfigReader): Clusters {
    const common = r.text("provider_cluster"), out = new Clusters(common == null ? EMPTY : common), perEndpoint = r.child("endpoint_clusters");
    if (perEndpoint == null) return out;
    for (let i = 0; i < CALLED.length; i++) {
      const cluster = perEndpoint.text(CALLED[i]);
      if (cluster != null) out.own[i] = cluster;
    }
    const hosts = perEndpoint.child("hosts");
    if (hosts != null) perEndpoint.atMost("hosts", attributes.MAX_ENDPOINT_CLUSTERS_HOSTS, out.readHosts(hosts), " hosts");
    perEndpoint.refuseUnknown();
    return out;
  }

  private readHosts(r: ConfigReader): i32 {
    const names = r.names();
    for (let i = 0; i < names.length; i++) {
      const cluster = r.text(names[i]), host = inLowerCase(utf8(names[i]));
      if (!isAuthority(host)) r.wrong(names[i], "expected a host such as oauth2.example.com, with its port where the URL has one");
      else if (cluster != null) {
        this.hosts.push(host);
        this.ofHosts.push(cluster);
      }
    }
    return names.length;
  }

  /** The endpoint's own cluster, else its host's, else the common one. */
  of(name: string, authority: Uint8Array): Uint8Array {
    const special = this.special(name, authority);
    return special.length > 0 ? special : this.common;
  }

  endpoint(name: string, url: Url): Endpoint { return new Endpoint(url, this.of(name, url.authority)); }

  /** The cluster of the endpoint or of its host; EMPTY if neither has one of its own. */
  special(name: string, authority: Uint8Array): Uint8Array {
    const at = CALLED.indexOf(name);
    if (at >= 0 && this.own[at].length > 0) return this.own[at];
    const host = inLowerCase(authority);
    for (let i = 0; i < this.hosts.length; i++) if (same(this.hosts[i], host)) return this.ofHosts[i];
    return EMPTY;
  }

  /** Whether there is a cluster for this endpoint, whatever its host. */
  covers(name: string): bool {
    const at = CALLED.indexOf(name);
    return this.common.length > 0 || at >= 0 && this.own[at].length > 0;
  }

  /** Everything that decides where this endpoint is called. */
  identityOf(name: string): Uint8Array {
    const at = CALLED.indexOf(name);
    return contextOf([at < 0 ? EMPTY : this.own[at], this.common, contextOf(this.hosts), contextOf(this.ofHosts)]);
  }
}

/** Letters, digits, `-`, `.`, `_`, and the other characters of ports and IPv6 addresses. */
function isAuthority(host: Uint8Array): bool {
  for (let i = 0; i < host.length; i++) {
    const c = host[i];
    if (c - 0x61 >= 26 && c - 0x30 >= 10 && c != 0x2d && c != 0x2e && c != 0x5f && c != 0x3a && c != 0x5b && c != 0x5d) return false;
  }
  return host.length > 0;
}
