// The compiled configuration: valid by construction, never changed, nothing left to parse when a request comes.

import { Key } from "../crypto/encoding/key";
import { Endpoint } from "../http/callout";
import { RequestMatch } from "../http/request_match";
import { Algorithm } from "../jose/algorithm";
import { Client } from "../oidc/client_auth";
import { Endpoints } from "../oidc/endpoints";
import { AccessRules } from "../policy/access_rules";
import { ClaimSchema } from "../policy/claim_schema";
import { IdentitySettings } from "../policy/identity";
import { BrowserSettings } from "./browser";
import { Clusters } from "./clusters";
import { PageSettings } from "./page_settings";

/** Whether credentials are looked at at all. */
export const enum Mode { Guarded = 1, Public, Denied }

/** What happens to a request without credentials. `Login`: a browser is sent to the provider, anyone else is refused. */
export const enum Unauthenticated { Deny = 1, Pass, Login }

/** How a bearer token is verified. `Either`: by introspection where the provider offers it, else by its keys. */
export const enum Verification { PublicKey = 1, Jwks, Introspection, Either }

/** Where a bearer token may stand. */
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
    /** The one that `issuer` names, or the one that `discovery` belongs to. */
    readonly issuer: Uint8Array,
    /** `issuer` names it: no other spelling will do. */
    readonly issuerExact: bool,
    readonly clusters: Clusters,
    /** They go before what metadata says. */
    readonly endpoints: Endpoints,
    readonly allowHttp: bool,
    readonly timeoutMs: i32,
    readonly lifetimeMs: i64,
  ) {}

  /** The endpoints that are needed, by their names in metadata. */
  used: string[] = [];
}

/** Which audiences a token may have (the `claim_validator.audience` attributes). */
@final
export class AudienceRule {
  claim: string = "aud";
  required: bool = false;
  /** Any of them; empty: any audience. */
  accepted: Uint8Array[] = new Array<Uint8Array>();
}

@final
export class IntrospectionSettings {
  /** null: the provider's own, by discovery. */
  endpoint: Endpoint | null = null;
  /** The most seconds that an answer is believed; 0: until the token's expiry. */
  intervalSec: i32 = 0;
  /** The claim that says when the answer ends: `exp` is a time, any other is a number of seconds from now. */
  expiryClaim: string = "exp";
  /** Request headers that are sent along. */
  addonHeaders: string[] = [];
  /** By which parameter the token is sent (`introspection_token_param_name`). */
  tokenParameter: string = "token";
  /** Names and values in turn of `introspection_params`. */
  params: Uint8Array[] = new Array<Uint8Array>();
}

@final
export class Config {
  mode: Mode = Mode.Guarded;
  /** The first that takes a request guards it; where none does, this configuration itself. Rules have no rules. */
  rules: Rule[] = [];
  realm: string = "apisix";
  unauthenticated: Unauthenticated = Unauthenticated.Deny;
  /** CORS preflights pass: they never carry credentials. */
  allowPreflight: bool = false;
  /** null where nobody logs in by a browser. Where it is set, `provider` is, too. */
  browser: BrowserSettings | null = null;
  verification: Verification = Verification.Either;
  sources: Source[] = [];
  /** null where nothing is fetched from a provider. */
  provider: ProviderSettings | null = null;
  /** For introspection; null where there are no credentials. */
  client: Client | null = null;
  timeoutMs: i32 = 3000;
  page: PageSettings = new PageSettings();
  /** From `public_key` or `symmetric_key`. */
  key: Key | null = null;
  /** Of bearer tokens. Never open: an algorithm that is not here is refused. */
  algorithms: Algorithm[] = [];
  /** HS* of ID Tokens, where `client_secret` is their key. */
  idTokenAlgorithms: Algorithm[] = [];
  /** Any of them. Empty: the provider's, where there is one; else introspection answers for the token, and no issuer is known. */
  issuers: Uint8Array[] = new Array<Uint8Array>();
  audience: AudienceRule = new AudienceRule();
  requiredScopes: Uint8Array[] = new Array<Uint8Array>();
  claimSchema: ClaimSchema | null = null;
  accessRules: AccessRules | null = null;
  /** The header `typ` that a token must have (RFC 9068 §2.1); empty: any. */
  typ: string = "";
  /** Whether ID Tokens count as bearer tokens. Then `audience` names some. */
  acceptIdTokens: bool = false;
  slackSec: i32 = 120;
  introspection: IntrospectionSettings = new IntrospectionSettings();
  identity: IdentitySettings = new IdentitySettings();
  /** Whether verdicts on JWTs are remembered. Introspection answers always are. */
  cacheVerdicts: bool = true;
  cacheBytes: i32 = 0;
}

/** Settings of their own for some requests. */
@final
export class Rule {
  constructor(readonly match: RequestMatch, readonly config: Config) {}
}
