// Provider metadata (OpenID Connect Discovery 1.0, RFC 8414): the request for it and what is taken from the answer.

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
/** All that is read stands in the document itself: what stands twice further inside decides nothing. */
const DEPTH_READ = 1;

/** Endpoints are null where the document has none that may be called. Only `readMetadata` makes one. */
@final
export class Metadata {
  authorizationEndpoint: Url | null = null;
  tokenEndpoint: Url | null = null;
  userinfoEndpoint: Url | null = null;
  jwksUri: Url | null = null;
  introspectionEndpoint: Url | null = null;
  revocationEndpoint: Url | null = null;
  endSessionEndpoint: Url | null = null;
  /** How clients may prove themselves there (`methodsIn`); null where the document does not say. */
  tokenAuthMethods: string[] | null = null;
  introspectionAuthMethods: string[] | null = null;
  revocationAuthMethods: string[] | null = null;
  /** Whether the provider adds `iss` to its answers (RFC 9207 §3). */
  issParameterSupported: bool = false;
  /** The public-key algorithms of `id_token_signing_alg_values_supported` that are known here; empty where it names none. */
  idTokenAlgorithms: Algorithm[] = [];
  /** Endpoints that the document has, but that may not be called: for the log. */
  unusable: string[] = [];

  /** `issuer`: as the document spells it. */
  constructor(readonly issuer: Uint8Array) {}

  /** By its name in the document. */
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
 * A document counts only if it names the issuer that was asked for (§4.3). `exact`: as it is spelt here. Otherwise the issuer was made from the document's URL, which says
 * nothing of a slash at the end: §4.1 takes it away. An endpoint that may not be called counts as absent: what is wrong with one that nobody needs hinders nobody. Those of
 * `configured` go before the document's.
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

/** What is no list, or holds other values, says nothing. */
function idTokenAlgorithms(json: Json): Algorithm[] {
  const out: Algorithm[] = [], list = json.member(json.root, "id_token_signing_alg_values_supported");
  if (!json.isList(list)) return out;
  for (let node = json.first(list); node >= 0; node = json.sibling(list, node)) {
    const algorithm: Algorithm | null = json.isString(node) ? algorithmNamed(json.text(node)) : null;
    if (algorithm != null && !algorithm.symmetric) out.push(algorithm);
  }
  return out;
}

/** Whether it is the issuer that is meant; where not `exact`, with or without one slash at the end. */
export function isIssuer(named: Uint8Array, issuer: Uint8Array, exact: bool): bool {
  return same(named, issuer) || !exact && same(withoutSlash(named), withoutSlash(issuer));
}

function withoutSlash(text: Uint8Array): Uint8Array { return endsWith(text, "/") ? text.subarray(0, text.length - 1) : text; }

/** For the log: a URL as it is, or nothing of it. */
function printable(text: Uint8Array): string { return readUrl(text).failed ? "" : decodeUtf8(text); }

/** `issuer`: the one that was asked for. */
export function discoveryFaultText(fault: i32, at: string, issuer: string): string {
  switch (fault) {
    case DiscoveryFault.Unreachable: return "the provider did not answer";
    case DiscoveryFault.BadStatus: return "the provider " + answered(at);
    case DiscoveryFault.NotJson: return "the document is not well-formed JSON";
    default: return `the document names another issuer than its URL belongs to: ${at.length > 0 ? at : "no URL"} for ${issuer} (set \`issuer\` if that is meant)`;
  }
}

/** Reads endpoints one by one and remembers which are no URLs that may be called. */
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
