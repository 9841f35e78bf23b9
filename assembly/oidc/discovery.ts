// Provider metadata (OpenID Connect Discovery 1.0, RFC 8414): the request, and the reader of the response.

import { endsWith, same } from "../bytes/bytes";
import { decodeUtf8 } from "../bytes/utf8";
import { Callout, Endpoint, Reply } from "../http/callout";
import { readUrl, Url } from "../http/url";
import { Algorithm, algorithmNamed } from "../jose/algorithm";
import { ABSENT, Json, Kind } from "../json/json";
import { MAX_MEMBERS, parse } from "../json/parser";
import { Result } from "../result";
import { answered } from "./answered";
import { methodsIn } from "./client_auth";
import { Endpoints } from "./endpoints";

export const enum DiscoveryFault { Unreachable = 1, BadStatus, NotJson, WrongIssuer }

const MAX_DOCUMENT = 64 * 1024;
/** Only members of the document itself are read, so duplicate names further inside are allowed. */
const DEPTH_READ = 1;

/** An endpoint is null if the document has none that may be called. Only `readMetadata` makes this object. */
@final
export class Metadata {
  authorizationEndpoint: Url | null = null;
  tokenEndpoint: Url | null = null;
  userinfoEndpoint: Url | null = null;
  jwksUri: Url | null = null;
  introspectionEndpoint: Url | null = null;
  revocationEndpoint: Url | null = null;
  endSessionEndpoint: Url | null = null;
  /** The authentication methods at these endpoints (`methodsIn`); null if the document does not say. */
  tokenAuthMethods: string[] | null = null;
  introspectionAuthMethods: string[] | null = null;
  revocationAuthMethods: string[] | null = null;
  /** Whether the provider promises `iss` in its answers (RFC 9207 §3). */
  issParameterSupported: bool = false;
  /** The known public-key algorithms in `id_token_signing_alg_values_supported`; empty if it names none. */
  idTokenAlgorithms: Algorithm[] = [];
  /** Endpoints of the document that may not be called, for the log. */
  unusable: string[] = [];

  /** `issuer`: in the document's spelling. */
  constructor(readonly issuer: Uint8Array) {}

  /** The endpoint with this name in the document. */
  endpoint(name: string): Url | null {
    if (name == "jwks_uri") return this.jwksUri;
    if (name == "introspection_endpoint") return this.introspectionEndpoint;
    if (name == "authorization_endpoint") return this.authorizationEndpoint;
    if (name == "token_endpoint") return this.tokenEndpoint;
    if (name == "userinfo_endpoint") return this.userinfoEndpoint;
    return name == "revocation_endpoint" ? this.revocationEndpoint : null;
  }
}

export function discoveryRequest(endpoint: Endpoint): Callout { return new Callout("GET", endpoint); }

/**
 * A document is accepted only if it names the expected issuer (§4.3). `exact`: in the same spelling. Otherwise the issuer was made from the document's URL, which does
 * not show a slash at the end (§4.1 removes it). An endpoint that may not be called counts as absent, because it may not be needed. Endpoints of `configured` take
 * precedence.
 */
export function readMetadata(reply: Reply, issuer: Uint8Array, exact: bool, allowHttp: bool, configured: Endpoints): Result<Metadata> {
  if (reply.status == 0) return Result.fail<Metadata>(DiscoveryFault.Unreachable, "");
  if (reply.status != 200) return Result.fail<Metadata>(DiscoveryFault.BadStatus, reply.status.toString());
  const parsed = parse(reply.body, MAX_DOCUMENT, MAX_MEMBERS, DEPTH_READ);
  if (parsed.failed) return Result.fail<Metadata>(DiscoveryFault.NotJson, "");
  const json = parsed.value;
  const named = json.text(json.member(json.root, "issuer"));
  if (!isIssuer(named, issuer, exact)) return Result.fail<Metadata>(DiscoveryFault.WrongIssuer, printable(named));

  const reader = new EndpointReader(json, allowHttp, configured), metadata = new Metadata(named);
  metadata.authorizationEndpoint = reader.read("authorization_endpoint");
  metadata.tokenEndpoint = reader.read("token_endpoint");
  metadata.userinfoEndpoint = reader.read("userinfo_endpoint");
  metadata.jwksUri = reader.read("jwks_uri");
  metadata.introspectionEndpoint = reader.read("introspection_endpoint");
  metadata.revocationEndpoint = reader.read("revocation_endpoint");
  metadata.endSessionEndpoint = reader.read("end_session_endpoint");
  metadata.tokenAuthMethods = methodsIn(json, json.member(json.root, "token_endpoint_auth_methods_supported"));
  metadata.introspectionAuthMethods = methodsIn(json, json.member(json.root, "introspection_endpoint_auth_methods_supported"));
  metadata.revocationAuthMethods = methodsIn(json, json.member(json.root, "revocation_endpoint_auth_methods_supported"));
  metadata.idTokenAlgorithms = idTokenAlgorithms(json);
  metadata.issParameterSupported = json.isTrue(json.member(json.root, "authorization_response_iss_parameter_supported"));
  metadata.unusable = reader.unusable;
  return Result.of<Metadata>(metadata);
}

/** A value that is no list, and unknown items, are ignored. */
function idTokenAlgorithms(json: Json): Algorithm[] {
  const out: Algorithm[] = [], list = json.member(json.root, "id_token_signing_alg_values_supported");
  if (!json.isList(list)) return out;
  for (let node = json.first(list); node >= 0; node = json.sibling(list, node)) {
    const algorithm: Algorithm | null = json.isString(node) ? algorithmNamed(json.text(node)) : null;
    if (algorithm != null && !algorithm.symmetric) out.push(algorithm);
  }
  return out;
}

/** Whether it is the expected issuer. If not `exact`, one slash at the end makes no difference. */
export function isIssuer(named: Uint8Array, issuer: Uint8Array, exact: bool): bool {
  return same(named, issuer) || !exact && same(withoutSlash(named), withoutSlash(issuer));
}

function withoutSlash(text: Uint8Array): Uint8Array { return endsWith(text, "/") ? text.subarray(0, text.length - 1) : text; }

/** For the log: the text if it is a URL, else "". */
function printable(text: Uint8Array): string { return readUrl(text).failed ? "" : decodeUtf8(text); }

/** `issuer`: the expected one. */
export function discoveryFaultText(fault: i32, at: string, issuer: string): string {
  switch (fault) {
    case DiscoveryFault.Unreachable: return "the provider did not answer";
    case DiscoveryFault.BadStatus: return "the provider " + answered(at);
    case DiscoveryFault.NotJson: return "the document is not well-formed JSON";
    default: return `the document names another issuer than its URL belongs to: ${at.length > 0 ? at : "no URL"} for ${issuer} (set \`issuer\` if that is intended)`;
  }
}

/** Reads endpoints, and collects the names of those that may not be called. */
@final
class EndpointReader {
  readonly unusable: string[] = [];

  constructor(private readonly json: Json, private readonly allowHttp: bool, private readonly configured: Endpoints) {}

  read(name: string): Url | null {
    const configured = this.configured.of(name);
    if (configured != null) return configured;
    const json = this.json, node = json.member(json.root, name);
    if (node == ABSENT || json.kind(node) == Kind.Null) return null;
    const url = readUrl(json.text(node));
    if (!url.failed && (url.value.https || this.allowHttp)) return url.value;
    this.unusable.push(name);
    return null;
  }
}
