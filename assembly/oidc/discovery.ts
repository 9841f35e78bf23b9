// Provider metadata (OpenID Connect Discovery 1.0, RFC 8414): the request for it and what is taken from the answer.

import { same } from "../bytes/bytes";
import { Callout, Endpoint, Reply } from "../http/callout";
import { readUrl, Url } from "../http/url";
import { ABSENT, Json } from "../json/json";
import { parse } from "../json/parser";
import { Result } from "../result";

export const enum DiscoveryFault { Unreachable = 1, BadStatus, NotJson, WrongIssuer, BadEndpoint }

const MAX_DOCUMENT = 64 * 1024;

@final
export class Metadata {
  constructor(
    readonly issuer: Uint8Array,
    /** null where the document has none. */
    readonly jwksUri: Url | null,
    readonly introspectionEndpoint: Url | null,
  ) {}
}

export function discoveryRequest(endpoint: Endpoint): Callout { return new Callout("GET", endpoint); }

/** A document counts only if it names exactly the issuer that was asked for (§4.3), and only endpoints that may be called. */
export function readMetadata(reply: Reply, issuer: Uint8Array, allowHttp: bool): Result<Metadata> {
  if (reply.status == 0) return Result.fail<Metadata>(DiscoveryFault.Unreachable, "");
  if (reply.status != 200) return Result.fail<Metadata>(DiscoveryFault.BadStatus, reply.status.toString());
  const parsed = parse(reply.body, MAX_DOCUMENT);
  if (parsed.failed) return Result.fail<Metadata>(DiscoveryFault.NotJson, "");
  const json = parsed.value;
  if (!same(json.text(json.member(json.root, "issuer")), issuer)) return Result.fail<Metadata>(DiscoveryFault.WrongIssuer, "issuer");

  const jwksUri = new Slot(), introspection = new Slot();
  if (!readEndpoint(json, "jwks_uri", allowHttp, jwksUri)) return Result.fail<Metadata>(DiscoveryFault.BadEndpoint, "jwks_uri");
  if (!readEndpoint(json, "introspection_endpoint", allowHttp, introspection)) return Result.fail<Metadata>(DiscoveryFault.BadEndpoint, "introspection_endpoint");
  return Result.of<Metadata>(new Metadata(issuer, jwksUri.url, introspection.url));
}

export function discoveryFaultText(fault: i32, at: string): string {
  switch (fault) {
    case DiscoveryFault.Unreachable: return "the provider did not answer";
    case DiscoveryFault.BadStatus: return "the provider answered status " + at;
    case DiscoveryFault.NotJson: return "the document is not well-formed JSON";
    case DiscoveryFault.WrongIssuer: return "the document names another issuer than its URL belongs to (set `issuer` if that is meant)";
    default: return at + " in the document is no https URL";
  }
}

@final
class Slot { url: Url | null = null; }

/** Whether the member is absent or a URL that may be called. */
function readEndpoint(json: Json, name: string, allowHttp: bool, into: Slot): bool {
  const node = json.member(json.root, name);
  if (node == ABSENT) return true;
  const url = readUrl(json.text(node));
  if (url.failed || !url.value.https && !allowHttp) return false;
  into.url = url.value;
  return true;
}
