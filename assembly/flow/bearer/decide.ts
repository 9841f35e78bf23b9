// The decision for bearer tokens: by which way each is verified.

import { Verification } from "../../config/config";
import { Endpoint } from "../../http/callout";
import { introspectionRequest } from "../../oidc/introspection";
import { Exchange } from "../decision/exchange";
import { Await, AwaitProvider, CalloutKind, Next, Refuse } from "../decision/next";
import { ReadAnswer } from "./read_answer";
import { NOT_READY, PROVIDER_UNREACHABLE } from "../decision/refusal";
import { verifyWithKey, verifyWithKeySet } from "./verify_token";

/** Verifies a well-formed credential. It is never admitted while anything that the verification needs is missing. */
export function decide(x: Exchange, token: Uint8Array): Next {
  switch (x.config.verification) {
    case Verification.PublicKey: return verifyWithKey(x, token);
    case Verification.Jwks: return withKeys(x, token);
    case Verification.Introspection: return introspect(x, token);
    default: return byWhatIsOffered(x, token);
  }
}

/** With `bearer_only` alone: introspection if the provider offers it and there are credentials for it, else the provider's keys. */
function byWhatIsOffered(x: Exchange, token: Uint8Array): Next {
  const provider = x.provider;
  if (provider == null) return new Refuse(NOT_READY);
  const metadata = provider.metadata();
  if (metadata == null) return wait(x);
  return metadata.endpoint("introspection_endpoint") != null && x.config.client != null ? introspect(x, token) : withKeys(x, token);
}

function withKeys(x: Exchange, token: Uint8Array): Next {
  const provider = x.provider;
  if (provider == null) return new Refuse(NOT_READY);
  return provider.keys() == null ? wait(x) : verifyWithKeySet(x, provider, token);
}

/** Waits once. If the request has waited, or nothing is being fetched, it is refused with Retry-After. */
function wait(x: Exchange): Next { return x.mayWait ? new AwaitProvider() : new Refuse(NOT_READY); }

function introspect(x: Exchange, token: Uint8Array): Next {
  const client = x.config.client, settings = x.config.introspection, configured = settings.endpoint;
  const endpoint: Endpoint | null = configured != null ? configured : x.endpoint("introspection_endpoint");
  if (client == null || endpoint == null) return new Refuse(PROVIDER_UNREACHABLE);
  const metadata = x.metadata, fitting = metadata == null ? client : client.fitting(metadata.introspectionAuthMethods);
  const call = introspectionRequest(endpoint, fitting, token, x.addonHeaders, x.assertionContext(), settings.params, settings.tokenParameter);
  return call == null ? new Refuse(PROVIDER_UNREACHABLE, 0, "introspection: the client cannot authenticate: Envoy gave no signature or no random bytes")
    : new Await(call, new ReadAnswer(), CalloutKind.Introspection);
}
