// Attributes of elsewhere that have no place here: what to use instead. APISIX's root schema is open, so that exported objects hold options of its
// library, lua-resty-openidc, too; Huawei's API Gateway has names of its own for the same things.

import { is } from "../bytes/bytes";
import { Json, Kind } from "../json/json";
import { ConfigReader } from "./reader";

@final
class Foreign {
  /** `harmless`: the JSON text of a value that asks for nothing, NEVER or ANY. */
  constructor(readonly name: string, readonly harmless: string, readonly instead: string) {}
}

/** Whatever it says, nothing would be different: it is passed over with a warning. */
const ANY = "any";
const NEVER = "";

const PUSHED = "pushed authorization requests are not supported", PROOF = "proof of possession is not supported";
const CLUSTER = "connections are Envoy's: set them in the cluster that provider_cluster names";

const FOREIGN: Foreign[] = [
  // lua-resty-openidc
  new Foreign("redirect_uri_scheme", NEVER, "is not supported: give redirect_uri as a whole URL, or set scheme_header_transformation in Envoy's HttpConnectionManager where TLS ends before Envoy"),
  new Foreign("redirect_uri_path", NEVER, "is what older versions of lua-resty-openidc call redirect_uri: give that"),
  new Foreign("local_redirect_uri_path", NEVER, "is not supported: the callback is the path of redirect_uri, and a proxy before Envoy must leave it as it is"),
  new Foreign("pass_cookies", NEVER, "is not supported: no cookie of a browser goes to the provider; introspection_addon_headers names request headers that do"),
  new Foreign("introspection_cache_ignore", "false", "is not supported: introspection_interval: 1 believes an answer for one second at the most"),
  new Foreign("introspection_enable_negative_cache", ANY, "what is not active is remembered for five seconds"),
  new Foreign("keepalive", ANY, CLUSTER),
  new Foreign("http_request_decorator", NEVER, "is not supported: introspection_addon_headers names request headers that go along"),
  new Foreign("lifecycle", NEVER, "is not supported: nothing of Lua runs in Envoy"),
  new Foreign("proxy_opts", NEVER, "is not supported: calls go through Envoy clusters, and provider_cluster may lead through a proxy"),
  new Foreign("use_par", "false", PUSHED),
  new Foreign("pushed_authorization_request_endpoint", NEVER, PUSHED),
  new Foreign("pushed_authorization_request_endpoint_auth_method", NEVER, PUSHED),
  new Foreign("use_dpop", "false", PROOF),
  new Foreign("dpop_signing_alg", NEVER, PROOF),
  new Foreign("dpop_private_key", NEVER, PROOF),
  new Foreign("dpop_public_jwk", NEVER, PROOF),
  // APISIX, about every plugin
  new Foreign("_meta", "false", "belongs to APISIX, where it may switch the plugin off or limit it to some requests: leave it out, and say by rules what is guarded"),
  // Huawei
  new Foreign("redirect_api", NEVER, "is redirect_uri here: a URL or a path"),
  new Foreign("redirect_api_id", NEVER, "is redirect_uri here: a URL or a path"),
  new Foreign("logout_api", NEVER, "is logout_path here: a path"),
  new Foreign("logout_api_id", NEVER, "is logout_path here: a path"),
  new Foreign("jwt_cache_enabled", "true", "is jwt_verification_cache_ignore here, the other way round"),
  new Foreign("jwks_enabled", NEVER, "is use_jwks here"),
  new Foreign("jwks_enable", NEVER, "is use_jwks here"),
  new Foreign("slient_renew_access_token_enabled", NEVER, "is renew_access_token_on_expiry here"),
  new Foreign("silent_renew_access_token_enabled", NEVER, "is renew_access_token_on_expiry here"),
  new Foreign("set_access_token_header_enabled", NEVER, "is set_access_token_header here, and access_token_in_authorization_header for Authorization"),
  new Foreign("set_userinfo_header_enabled", NEVER, "is set_userinfo_header here"),
];

/** Only attributes that the object itself sets: what stands outside of rules is said once. */
export function readForeign(r: ConfigReader, warnings: string[]): void {
  for (let i = 0; i < FOREIGN.length; i++) {
    const foreign = FOREIGN[i], name = foreign.name;
    if (!r.owns(name)) continue;
    const node = r.node(name);
    if (foreign.harmless == ANY) warnings.push("not used: " + name + " (" + foreign.instead + ")");
    else if (foreign.harmless == NEVER || !is(r.json.raw(node), foreign.harmless) && !asksForNothing(r.json, node)) r.wrongHere(name, foreign.instead);
  }
}

/** An object in which everything is turned off, as APISIX's dashboard exports `_meta`. */
function asksForNothing(json: Json, node: i32): bool {
  if (!json.isObject(node)) return false;
  for (let key = json.first(node); key >= 0; key = json.sibling(node, key + 1)) if (json.kind(key + 1) != Kind.False) return false;
  return true;
}
