// The attributes that tokens are verified by: keys, algorithms, issuer, audience, scopes, times.

import { inLowerCase } from "../bytes/bytes";
import { decodeUtf8 } from "../bytes/utf8";
import { Key, SecretKey } from "../crypto/encoding/key";
import { readPublicKeyPem } from "../crypto/keys/pem";
import { keyFaultText } from "./key_fault";
import { hashSize } from "../crypto/hash/hash";
import { Algorithm, algorithmNamed, algorithmNames, asymmetricAlgorithms } from "../jose/algorithm";
import * as attributes from "./attributes";
import { Config, Verification } from "./config";
import { isScope } from "./authorization_params";
import { PATH_EXPECTED, plainPath } from "./identity";
import { readAccessRules } from "./read_access_rules";
import { readClaimSchema } from "./read_claim_schema";
import { ConfigReader } from "./reader";

/** `ofIdTokens`: the expected algorithms are for ID Tokens too, and there is a `client_secret`. So HS* may be meant for ID Tokens. */
export function readTokenRules(r: ConfigReader, c: Config, ofIdTokens: bool): void {
  c.slackSec = attributes.iat_slack(r);
  c.requiredScopes = readScopes(r);
  c.claimSchema = readClaimSchema(r, "claim_schema");
  c.accessRules = readAccessRules(r, "access_rules");
  const typ = r.text("token_typ_expected");
  if (typ != null) c.typ = withoutApplication(decodeUtf8(inLowerCase(typ)));
  readKey(r, c, ofIdTokens);
  readIssuerAndAudience(r, c);
  readIdTokens(r, c);
}

/** Both spellings of a media type are the same (RFC 7515 §4.1.9). */
function withoutApplication(typ: string): string {
  return typ.startsWith("application/") && typ.length > 12 ? typ.substring(12) : typ;
}

function readKey(r: ConfigReader, c: Config, ofIdTokens: bool): void {
  // A rule that verifies in another way does not use the inherited key.
  if (c.verification != Verification.PublicKey) return readAlgorithms(r, c, null, ofIdTokens);
  // A key of the rule itself replaces an inherited one of the other kind.
  const pem: Uint8Array | null = isReplaced(r, "public_key", "symmetric_key") ? null : r.text("public_key");
  const secret: Uint8Array | null = isReplaced(r, "symmetric_key", "public_key") ? null : r.secret("symmetric_key");
  if (pem != null && secret != null) r.wrong("symmetric_key", "cannot stand beside public_key: one key verifies the tokens");
  if (pem != null) {
    const key = readPublicKeyPem(pem);
    const fault = key.fault;
    if (fault != null) r.wrong("public_key", keyFaultText(fault.code));
    else c.key = key.value;
  } else if (secret != null) {
    c.key = new SecretKey(secret);
  }
  readAlgorithms(r, c, secret, ofIdTokens);
}

function isReplaced(r: ConfigReader, key: string, by: string): bool { return r.owns(by) && !r.owns(key); }

function readAlgorithms(r: ConfigReader, c: Config, secret: Uint8Array | null, ofIdTokens: bool): void {
  const places: string[] = [], names = r.texts("token_signing_alg_values_expected", places);
  for (let i = 0; i < names.length; i++) {
    const algorithm = algorithmNamed(names[i]);
    if (algorithm == null) r.wrongAt(places[i], "expected some of " + algorithmNames());
    // The provider shares the client secret with this client alone. It verifies tokens for this client, never bearer tokens.
    else if (algorithm.symmetric && ofIdTokens && secret == null) c.idTokenAlgorithms.push(algorithm);
    else c.algorithms.push(algorithm);
  }
  if (names.length == 0) c.algorithms = asymmetricAlgorithms();
  checkAlgorithms(r, c, secret, names.length > 0);
}

function checkAlgorithms(r: ConfigReader, c: Config, secret: Uint8Array | null, named: bool): void {
  for (let i = 0; i < c.algorithms.length; i++) {
    const algorithm = c.algorithms[i];
    // HS* only with a secret that was configured for it, and then nothing else (RFC 8725 §3.1).
    if (algorithm.symmetric != (secret != null)) {
      r.wrong(secret == null ? "token_signing_alg_values_expected" : "symmetric_key",
        secret == null ? algorithm.name + (r.has("symmetric_key") && !r.owns("symmetric_key") ? " is for symmetric_key, which a rule that verifies in another way does not use: name the rule's own algorithms in it" : " needs symmetric_key") : "needs token_signing_alg_values_expected to name HS256, HS384 or HS512 and nothing else");
      return;
    }
    if (secret != null && secret.length < hashSize(algorithm.hash)) {
      r.wrong("symmetric_key", "expected at least " + hashSize(algorithm.hash).toString() + " bytes for " + algorithm.name + " (RFC 7518 §3.2), found " + secret.length.toString());
      return;
    }
  }
  const key = c.key;
  if (key == null || secret != null) return;
  const fitting = fittingAlgorithms(key, c.algorithms);
  if (fitting.length == 0) r.wrong("token_signing_alg_values_expected", "none of these can be verified with public_key");
  else if (named && fitting.length < c.algorithms.length) r.wrong("token_signing_alg_values_expected", "some of these cannot be verified with public_key");
  else c.algorithms = fitting;
}

function fittingAlgorithms(key: Key, algorithms: Algorithm[]): Algorithm[] {
  const out: Algorithm[] = [];
  for (let i = 0; i < algorithms.length; i++) if (algorithms[i].fits(key)) out.push(algorithms[i]);
  return out;
}

function readIssuerAndAudience(r: ConfigReader, c: Config): void {
  const validator = r.child("claim_validator");
  if (validator != null) {
    const issuer = validator.child("issuer");
    if (issuer != null) {
      const valid = issuer.texts("valid_issuers");
      if (valid.length > 0) c.issuers = valid;
      issuer.refuseUnknown();
    }
    const audience = validator.child("audience");
    if (audience != null) {
      const claim = audience.text("claim");
      if (claim != null) c.audience.claim = decodeUtf8(claim);
      if (!plainPath(c.audience.claim)) audience.wrong("claim", PATH_EXPECTED);
      c.audience.accepted = audience.texts("valid_audiences");
      if (attributes.claim_validator_audience_match_with_client_id(audience)) {
        const clientId = r.text("client_id");
        if (clientId == null) audience.wrong("match_with_client_id", "needs client_id");
        else c.audience.accepted.push(clientId);
      }
      c.audience.required = attributes.claim_validator_audience_required(audience) || c.audience.accepted.length > 0;
      audience.refuseUnknown();
    }
    validator.refuseUnknown();
  }
  // Without a check of the issuer, any token that the same key signed would be accepted (CVE-2025-46647).
  if (c.issuers.length == 0 && c.verification == Verification.PublicKey && !r.has("discovery")) {
    r.wrong("claim_validator.issuer.valid_issuers", "is required without discovery: it says whose tokens are accepted");
  }
}

/** An ID Token is for one client. Without an audience rule, ID Tokens for any client of the provider would be accepted (RFC 9700 §2.3). */
function readIdTokens(r: ConfigReader, c: Config): void {
  c.acceptIdTokens = attributes.accept_id_token_as_bearer(r);
  if (c.acceptIdTokens && c.audience.accepted.length == 0) {
    r.wrong("accept_id_token_as_bearer", "needs claim_validator.audience.valid_audiences or match_with_client_id: without them, ID Tokens for every client of the provider would pass");
  }
}

function readScopes(r: ConfigReader): Uint8Array[] {
  const places: string[] = [], scopes = r.texts("required_scopes", places);
  for (let i = 0; i < scopes.length; i++) {
    if (!isScope(scopes[i])) r.wrongAt(places[i], "is not a scope (RFC 6749 §3.3): printable ASCII without spaces, quotes and backslashes");
  }
  return scopes;
}
