// How the filter authenticates to the provider: at the introspection endpoint, and at the endpoints of the login.

import { EMPTY, utf8 } from "../bytes/bytes";
import { hashSize } from "../crypto/hash/hash";
import { Curve } from "../crypto/encoding/key";
import { PrivateKey, privateKeyFaultText, readPrivateKeyPem } from "../crypto/keys/private_key";
import { algorithmNamed } from "../jose/algorithm";
import { Assertion, Client, ClientAuth, METHODS } from "../oidc/client_auth";
import { OF_ASSERTIONS } from "./attribute_names";
import * as attributes from "./attributes";
import { Verification } from "./config";
import { ConfigReader } from "./reader";

/** Attributes that are read for assertions of both kinds, but used by one of them. */
const OF_KEYS: string[] = ["client_rsa_private_key"];

const FOR_LOGIN = "is required for the browser login";
const FOR_REVOCATION = "is required for revocation_endpoint_auth_method";
const FOR_INTROSPECTION = "is required: the introspection endpoint authenticates its callers";
const WITHOUT_SECRET = "; a public client (PKCE alone) sets token_endpoint_auth_method to \"none\"";

@final
export class Clients {
  /** EMPTY if it is absent or wrong. */
  id: Uint8Array = EMPTY;
  secret: Uint8Array = EMPTY;
  /** null if credentials are missing. */
  introspection: Client | null = null;
  login: Client | null = null;
  revocation: Client | null = null;
}

/** `verification`: introspection alone requires credentials; verification by keys needs none. */
export function readClients(r: ConfigReader, login: bool, verification: Verification, warnings: string[]): Clients {
  const out = new Clients();
  const id = r.text("client_id"), secret = r.secret("client_secret");
  if (id != null) out.id = id;
  if (secret != null) out.secret = secret;
  const introspects = verification == Verification.Introspection, may = introspects || verification == Verification.Either;
  const forIntrospection = may ? method(attributes.introspection_endpoint_auth_method(r)) : ClientAuth.None;
  const forLogin = login ? method(attributes.token_endpoint_auth_method(r)) : forIntrospection;
  const forRevocation = login && r.has("revocation_endpoint_auth_method") ? method(attributes.revocation_endpoint_auth_method(r)) : forLogin;

  if ((login || introspects) && !r.has("client_id")) r.wrong("client_id", login ? FOR_LOGIN : FOR_INTROSPECTION);
  if (!r.has("client_secret")) {
    if (login && takesSecret(forLogin)) r.wrong("client_secret", FOR_LOGIN + WITHOUT_SECRET);
    else if (login && takesSecret(forRevocation)) r.wrong("client_secret", FOR_REVOCATION);
    else if (introspects && takesSecret(forIntrospection) || forIntrospection == ClientAuth.ClientSecretJwt) r.wrong("client_secret", FOR_INTROSPECTION);
  }

  const assertions = new Assertions();
  if (isJwt(forIntrospection) || isJwt(forLogin) || isJwt(forRevocation)) {
    const keyNeeded = forIntrospection == ClientAuth.PrivateKeyJwt || forLogin == ClientAuth.PrivateKeyJwt || forRevocation == ClientAuth.PrivateKeyJwt;
    assertions.read(r, keyNeeded);
    if (!keyNeeded) warnUnused(r, OF_KEYS, "not used by client_secret_jwt: ", warnings);
  } else warnUnused(r, OF_ASSERTIONS, "not used without private_key_jwt or client_secret_jwt: ", warnings);
  if (may) out.introspection = clientOf(r, out, forIntrospection, assertions, !r.has("introspection_endpoint_auth_method"));
  if (login) {
    out.login = clientOf(r, out, forLogin, assertions, false);
    out.revocation = clientOf(r, out, forRevocation, assertions, !r.has("revocation_endpoint_auth_method"));
  }
  return out;
}

function warnUnused(r: ConfigReader, keys: string[], why: string, warnings: string[]): void {
  const unused = r.set(keys);
  if (unused.length > 0) warnings.push(why + unused.join(", "));
}

function clientOf(r: ConfigReader, clients: Clients, auth: ClientAuth, assertions: Assertions, adapts: bool): Client | null {
  const assertion = isJwt(auth) ? assertions.by(r, auth, clients.secret) : null;
  if (clients.id.length == 0 || takesSecret(auth) && clients.secret.length == 0 || isJwt(auth) && assertion == null) return null;
  return new Client(clients.id, clients.secret, auth, assertion, adapts);
}

function method(name: string): ClientAuth { return <ClientAuth>(ClientAuth.Basic + METHODS.indexOf(name)); }

function takesSecret(auth: ClientAuth): bool { return auth == ClientAuth.Basic || auth == ClientAuth.Post || auth == ClientAuth.ClientSecretJwt; }

function isJwt(auth: ClientAuth): bool { return auth == ClientAuth.PrivateKeyJwt || auth == ClientAuth.ClientSecretJwt; }

/** What the assertions at all endpoints have in common. */
class Assertions {
  private key: PrivateKey | null = null;
  private kid: Uint8Array = EMPTY;
  private audience: Uint8Array = EMPTY;
  private lifetimeSec: i32 = 60;
  /** "": the usual one for the key. */
  private algorithm: string = "";
  private complained: bool = false;

  read(r: ConfigReader, keyNeeded: bool): void {
    const kid = r.text("client_rsa_private_key_id"), audience = r.text("client_jwt_assertion_audience");
    if (kid != null) this.kid = kid;
    if (audience != null) this.audience = audience;
    // A stolen assertion must not be usable for long (RFC 7523 §3).
    this.lifetimeSec = attributes.client_jwt_assertion_expires_in(r);
    if (r.has("client_jwt_assertion_alg")) this.algorithm = attributes.client_jwt_assertion_alg(r);
    if (!keyNeeded) return;
    if (!r.envoySigns) r.wrong("client_rsa_private_key", "private_key_jwt needs Envoy 1.37 or newer: older versions do not sign");
    const pem = r.secret("client_rsa_private_key");
    if (pem == null) {
      if (!r.has("client_rsa_private_key")) r.wrong("client_rsa_private_key", "is required for private_key_jwt");
      return;
    }
    const read = readPrivateKeyPem(pem), fault = read.fault;
    if (fault != null) r.wrong("client_rsa_private_key", privateKeyFaultText(fault.code));
    else this.key = read.value;
  }

  /** null if something is missing or does not fit. */
  by(r: ConfigReader, auth: ClientAuth, secret: Uint8Array): Assertion | null {
    const key = auth == ClientAuth.PrivateKeyJwt ? this.key : null;
    if (auth == ClientAuth.PrivateKeyJwt && key == null || auth == ClientAuth.ClientSecretJwt && secret.length == 0) return null;
    const name = this.algorithm.length > 0 ? this.algorithm : key == null ? "HS256" : usual(key);
    const assertion = new Assertion(key, this.kid, name, this.audience, this.lifetimeSec);
    if (!assertion.fits(auth)) {
      this.wrong(r, "client_jwt_assertion_alg", name + (key == null ? " does not go with client_secret_jwt" : " does not go with private_key_jwt and this key"));
      return null;
    }
    const algorithm = algorithmNamed(utf8(name));
    // RFC 7518 §3.2
    if (key == null && algorithm != null && secret.length < hashSize(algorithm.hash)) {
      this.wrong(r, "client_secret", "expected at least " + hashSize(algorithm.hash).toString() + " bytes for client_secret_jwt with " + name + " (RFC 7518 §3.2), found " + secret.length.toString());
      return null;
    }
    return assertion;
  }

  /** Both uses may find the same mistake. It is reported once. */
  private wrong(r: ConfigReader, key: string, what: string): void {
    if (!this.complained) r.wrong(key, what);
    this.complained = true;
  }
}

/** The algorithm that providers expect with such a key (RFC 7518 §3.1). */
function usual(key: PrivateKey): string {
  if (key.rsa) return "RS256";
  return key.curve == Curve.P256 ? "ES256" : key.curve == Curve.P384 ? "ES384" : "ES512";
}
