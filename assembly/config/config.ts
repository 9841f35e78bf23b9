// The compiled configuration. It is valid by construction and never changes, and nothing of it is parsed for a request.

import { EMPTY } from "../bytes/bytes";
import { Key } from "../crypto/encoding/key";
import { Endpoint } from "../http/callout";
import { RequestMatch } from "../http/request_match";
import { Algorithm } from "../jose/algorithm";
import { Client } from "../oidc/client_auth";
import { Metadata } from "../oidc/discovery";
import { Endpoints } from "../oidc/endpoints";
import { AccessRules } from "../policy/access_rules";
import { ClaimSchema } from "../policy/claim_schema";
import { IdentitySettings } from "../policy/identity";
import { BrowserSettings } from "./browser";
import { Clusters } from "./clusters";
import { PageSettings } from "./page_settings";

/** Whether credentials decide about a request, or whether all are admitted or denied. */
export const enum Mode { Guarded = 1, Public, Denied }

/** What happens to a request without credentials. `Login`: a browser is sent to the provider, any other client is refused. */
export const enum Unauthenticated { Deny = 1, Pass, Login }

/** How a bearer token is verified. `Either`: by introspection if the provider offers it, else by the provider's keys. */
export const enum Verification { PublicKey = 1, Jwks, Introspection, Either }

/** Where in a request a bearer token may be. */
export const enum SourceKind { Header = 1, RawHeader, Query, Cookie }

@final
export class Source {
  constructor(readonly kind: SourceKind, readonly name: Uint8Array) {}
}

/** The provider whose metadata and keys are fetched. */
@final
export class ProviderSettings {
  constructor(
    readonly discovery: Endpoint,
    /** The value of `issuer`, or the issuer that the URL of `discovery` implies. */
    readonly issuer: Uint8Array,
    /** It is the value of `issuer`, so no other spelling is accepted. */
    readonly issuerExact: bool,
    readonly clusters: Clusters,
    /** They take precedence over metadata. */
    readonly endpoints: Endpoints,
    readonly allowHttp: bool,
    readonly timeoutMs: i32,
    readonly lifetimeMs: i64,
  ) {}

  /** The needed endpoints, by their names in metadata. */
  used: string[] = [];
}

/** What is needed in place of an endpoint, once the document is known: keys where the provider offers no introspection. */
export function neededEndpoint(used: string, metadata: Metadata): string {
  return used == "introspection_endpoint" && metadata.endpoint("introspection_endpoint") == null ? "jwks_uri" : used;
}

/** Which audiences a token may have (the `claim_validator.audience` attributes). */
@final
export class AudienceRule {
  claim: string = "aud";
  required: bool = false;
  /** One of these is required; empty: any audience is accepted. */
  accepted: Uint8Array[] = new Array<Uint8Array>();
}

@final
export class IntrospectionSettings {
  /** null: the endpoint from metadata. */
  endpoint: Endpoint | null = null;
  /** For how many seconds a response is valid at most; 0: until the token's expiry. */
  intervalSec: i32 = 0;
  /** The claim that says when the response expires: `exp` is a time, any other is a number of seconds from now. */
  expiryClaim: string = "exp";
  /** Request headers that are sent along. */
  addonHeaders: string[] = [];
  /** The parameter that contains the token (`introspection_token_param_name`). */
  tokenParameter: string = "token";
  /** Names and values in turn of `introspection_params`. */
  params: Uint8Array[] = new Array<Uint8Array>();
}

@final
export class Config {
  mode: Mode = Mode.Guarded;
  /** On which probes learn whether requests can be served; EMPTY: not served. Of the whole configuration. */
  readyPath: Uint8Array = EMPTY;
  /** The first that takes a request guards it; where none does, this configuration itself. Rules have no rules. */
  rules: Rule[] = [];
  /** The configuration that a rule's settings are part of; null outside of the rules. */
  whole: Config | null = null;
  realm: string = "apisix";
  unauthenticated: Unauthenticated = Unauthenticated.Deny;
  /** CORS preflights are admitted: they never have credentials. */
  allowPreflight: bool = false;
  /** null if browsers do not log in. If it is set, `provider` is set too. */
  browser: BrowserSettings | null = null;
  verification: Verification = Verification.Either;
  sources: Source[] = [];
  /** null if nothing is fetched from a provider. */
  provider: ProviderSettings | null = null;
  /** For introspection; null if there are no credentials. */
  client: Client | null = null;
  timeoutMs: i32 = 3000;
  page: PageSettings = new PageSettings();
  /** From `public_key` or `symmetric_key`. */
  key: Key | null = null;
  /** The accepted algorithms of bearer tokens. An algorithm that is not in the list is refused. */
  algorithms: Algorithm[] = [];
  /** The accepted HS* algorithms of ID Tokens whose key is `client_secret`. */
  idTokenAlgorithms: Algorithm[] = [];
  /** One of these is required. Empty: the provider's, if there is one. Otherwise introspection decides about the token, and no issuer is known. */
  issuers: Uint8Array[] = new Array<Uint8Array>();
  audience: AudienceRule = new AudienceRule();
  requiredScopes: Uint8Array[] = new Array<Uint8Array>();
  claimSchema: ClaimSchema | null = null;
  accessRules: AccessRules | null = null;
  /** The header `typ` that a token must have (RFC 9068 §2.1); empty: any. */
  typ: string = "";
  /** Whether ID Tokens are accepted as bearer tokens. Then `audience` is not empty. */
  acceptIdTokens: bool = false;
  slackSec: i32 = 120;
  introspection: IntrospectionSettings = new IntrospectionSettings();
  identity: IdentitySettings = new IdentitySettings();
  /** Whether verdicts on JWTs are cached. Those from introspection always are. */
  cacheVerdicts: bool = true;
  cacheBytes: i32 = 0;
}

/** A rule: settings for some requests. `name`: for metrics and the log. */
@final
export class Rule {
  constructor(readonly name: string, readonly match: RequestMatch, readonly config: Config) {}
}

/** The settings outside of all rules, then those of each rule. */
export function allSettings(whole: Config, rules: Rule[]): Config[] {
  const all: Config[] = [whole];
  for (let i = 0; i < rules.length; i++) all.push(rules[i].config);
  return all;
}

/** What metrics call the settings outside of all rules. */
export const OUTSIDE = "none";
