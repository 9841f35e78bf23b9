// Provider metadata (OpenID Connect Discovery 1.0, RFC 8414): the request, and the reader of the response.

import { endsWith, same } from "../bytes/bytes";
import { decodeUtf8 } from "../bytes/utf8";
import { Callout, Endpoint, Reply } from "../http/callout";
import { readUrl, Url } from "../http/url";
import { Algorithm, algorithmNamed } from "../jose/algorithm";
import { ABSENT, Json } from "../json/json";
import { MAX_MEMBERS, parse } from "../json/parser";
import { Result } from "../result";
import { answered } from "./answered";
import { methodsIn } from "./client_auth";
import { ENDPOINTS, Endpoints } from "./endpoints";

export const enum DiscoveryFault { Unreachable = 1, BadStatus, NotJson, WrongIssuer }

const MAX_DOCUMENT = 64 * 1024;
/** Only members of the document itself are read, so duplicate names further inside are allowed. */
const DEPTH_READ = 1;

/** Only `readMetadata` makes this object. */
@final
export class Metadata {
  /** The authentication methods at these endpoints (`methodsIn`); null if the document does not say. */
  tokenAuthMethods: string[] | null = null;
  introspectionAuthMethods: string[] | null = null;
  revocationAuthMethods: string[] | null = null;
  /** Whether the provider promises `iss` in its answers (RFC 9207 §3). */
  issParameterSupported: bool = false;
  /** The known public-key algorithms in `id_token_signing_alg_values_supported`; empty if it names none. */
  idTokenAlgorithms: Algorithm[] = [];

  constructor(
    /** In the document's spelling. */
    readonly issuer: Uint8Array,
    private readonly endpoints: Endpoints,
    /** Endpoints of the document that may not be called, for the log. */
    readonly unusable: string[],
  ) {}

  /** The endpoint with this name; null if there is none that may be called. */
  endpoint(name: string): Url | null { return this.endpoints.of(name); }
}

export function discoveryRequest(endpoint: Endpoint): Callout { return new Callout("GET", endpoint); }

/**
 * A document is accepted only if it names the expected issuer (§4.3). `exact`: in the same spelling. Otherwise the issuer was made from the document's URL,
 * which does not show a slash at the end (§4.1 removes it). An endpoint that may not be called counts as absent, because it may not be needed. Endpoints of
 * `configured` take precedence.
 */
export function readMetadata(reply: Reply, issuer: Uint8Array, exact: bool, allowHttp: bool, configured: Endpoints): Result<Metadata> {
  if (reply.status == 0) return Result.fail<Metadata>(DiscoveryFault.Unreachable, "");
  if (reply.status != 200) return Result.fail<Metadata>(DiscoveryFault.BadStatus, reply.status.toString());
  const parsed = parse(reply.body, MAX_DOCUMENT, MAX_MEMBERS, DEPTH_READ);
  if (parsed.failed) return Result.fail<Metadata>(DiscoveryFault.NotJson, "");
  const json = parsed.value;
  const named = json.text(json.member(json.root, "issuer"));
  if (!isIssuer(named, issuer, exact)) return Result.fail<Metadata>(DiscoveryFault.WrongIssuer, printable(named));

  const unusable: string[] = [], metadata = new Metadata(named, readEndpoints(json, allowHttp, configured, unusable), unusable);
  metadata.tokenAuthMethods = methodsIn(json, json.member(json.root, "token_endpoint_auth_methods_supported"));
  metadata.introspectionAuthMethods = methodsIn(json, json.member(json.root, "introspection_endpoint_auth_methods_supported"));
  metadata.revocationAuthMethods = methodsIn(json, json.member(json.root, "revocation_endpoint_auth_methods_supported"));
  metadata.idTokenAlgorithms = idTokenAlgorithms(json);
  metadata.issParameterSupported = json.isTrue(json.member(json.root, "authorization_response_iss_parameter_supported"));
  return Result.of<Metadata>(metadata);
}

/** The names of endpoints that may not be called are added to `unusable`. */
function readEndpoints(json: Json, allowHttp: bool, configured: Endpoints, unusable: string[]): Endpoints {
  const out = new Endpoints();
  for (let i = 0; i < ENDPOINTS.length; i++) {
    const name = ENDPOINTS[i], own = configured.of(name), node = json.member(json.root, name);
    if (own != null) out.set(name, own);
    else if (node != ABSENT) {
      const url = readUrl(json.text(node));
      if (!url.failed && (url.value.https || allowHttp)) out.set(name, url.value);
      else unusable.push(name);
    }
  }
  return out;
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
