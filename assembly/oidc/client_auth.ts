// Client authentication (RFC 6749 §2.3.1, RFC 7523 §2.2, OpenID Connect Core §9).

import { encodeBase64, encodeBase64url } from "../bytes/base64";
import { concat, joined, utf8 } from "../bytes/bytes";
import { ByteWriter } from "../bytes/writer";
import { coordinateSize } from "../crypto/elliptic/curve";
import { ecdsaDerToRaw } from "../crypto/elliptic/ecdsa_der";
import { hashName } from "../crypto/hash/hash";
import { hmac } from "../crypto/hash/hmac";
import { nativeSigner } from "../crypto/arithmetic/native";
import { PrivateKey } from "../crypto/keys/private_key";
import { Scheme } from "../crypto/verify";
import { Callout, Endpoint } from "../http/callout";
import { formEncode, formField } from "../http/form";
import { Url } from "../http/url";
import { Json } from "../json/json";
import { writeQuoted } from "../json/quoted";
import { Algorithm, algorithmNamed } from "../jose/algorithm";

export const enum ClientAuth {
  Basic = 1,
  Post,
  PrivateKeyJwt,
  ClientSecretJwt,
  /** A public client, which only sends its `client_id`. */
  None,
}

/** Their names in metadata and configuration (RFC 7591 §2, OpenID Connect Core §9), in this order. */
export const METHODS: string[] = ["client_secret_basic", "client_secret_post", "private_key_jwt", "client_secret_jwt", "none"];

export function methodOf(auth: ClientAuth): string { return METHODS[<i32>auth - 1]; }

/** The known methods in a list of the metadata; null if it is no list or empty. */
export function methodsIn(json: Json, list: i32): string[] | null {
  if (!json.isList(list) || json.first(list) < 0) return null;
  const out: string[] = [];
  for (let item = json.first(list); item >= 0; item = json.sibling(list, item)) {
    for (let i = 0; i < METHODS.length; i++) if (json.reads(item, METHODS[i]) && !out.includes(METHODS[i])) out.push(METHODS[i]);
  }
  return out;
}

/** The fewest random bytes that make an assertion's `jti` unique. */
const MIN_UNIQUE = 16;

/** What client authentication needs for one call. */
@final
export class AssertionContext {
  constructor(
    readonly nowSec: i64,
    /** At least 16 random bytes, used for nothing else; EMPTY if Envoy gave none. */
    readonly unique: Uint8Array,
  ) {}
}

/** The configuration of a client's assertions. */
@final
export class Assertion {
  constructor(
    /** For private_key_jwt; null for client_secret_jwt. */
    readonly key: PrivateKey | null,
    /** EMPTY: no `kid`. */
    readonly kid: Uint8Array,
    readonly algorithmName: string,
    /** EMPTY: the URL of the endpoint that is called. */
    readonly audience: Uint8Array,
    readonly lifetimeSec: i32,
  ) {}

  /** Whether the algorithm fits the authentication method and the key. Configuration checks this; nothing is signed otherwise. */
  fits(auth: ClientAuth): bool {
    const algorithm = algorithmNamed(utf8(this.algorithmName)), key = this.key;
    if (algorithm == null) return false;
    if (auth == ClientAuth.ClientSecretJwt) return algorithm.symmetric;
    if (auth != ClientAuth.PrivateKeyJwt || key == null) return false;
    return algorithm.scheme == Scheme.RsaPkcs1 ? key.rsa : algorithm.scheme == Scheme.Ecdsa && key.curve == algorithm.curve;
  }
}

@final
export class Client {
  constructor(
    readonly id: Uint8Array,
    private readonly secret: Uint8Array,
    readonly auth: ClientAuth,
    private readonly assertion: Assertion | null = null,
    /** The method is not configured for this endpoint, so the provider's metadata may choose it. */
    private readonly adapts: bool = false,
  ) {}

  /**
   * With the method that this endpoint offers (`methods`: from `methodsIn`). Only the place of the secret may change: an assertion is never replaced by a
   * secret.
   */
  fitting(methods: string[] | null): Client {
    if (!this.adapts || methods == null || this.auth > ClientAuth.Post || methods.includes(methodOf(this.auth))) return this;
    const other = this.auth == ClientAuth.Basic ? ClientAuth.Post : ClientAuth.Basic;
    return methods.includes(methodOf(other)) ? new Client(this.id, this.secret, other) : this;
  }

  /** A call that posts this form with the client's credentials; null: the client cannot authenticate now. */
  post(endpoint: Endpoint, form: ByteWriter, assertionContext: AssertionContext): Callout | null {
    const call = new Callout("POST", endpoint);
    if (!this.authenticate(call, form, endpoint.url, assertionContext)) return null;
    call.form(form.done());
    return call;
  }

  /**
   * Adds the credentials to a call with this form: in the header or in the body, never both, never in the URL. False if the client cannot authenticate now,
   * without randomness or because Envoy does not sign. Then the call must not be made.
   */
  authenticate(call: Callout, form: ByteWriter, endpoint: Url, assertionContext: AssertionContext): bool {
    switch (this.auth) {
      case ClientAuth.Basic: {
        // Both parts are form-encoded first, so that a colon in them is unambiguous.
        const pair = new ByteWriter();
        formEncode(pair, this.id);
        pair.byte(0x3a);
        formEncode(pair, this.secret);
        call.header("authorization", joined(utf8("Basic "), encodeBase64(pair.done())));
        return true;
      }
      case ClientAuth.Post: {
        formField(form, "client_id", this.id);
        formField(form, "client_secret", this.secret);
        return true;
      }
      case ClientAuth.None: {
        formField(form, "client_id", this.id);
        return true;
      }
      default: {
        const jwt = this.asserted(endpoint, assertionContext);
        if (jwt == null) return false;
        // This is optional (RFC 7523 §2.2), but some providers find the client by it.
        formField(form, "client_id", this.id);
        formField(form, "client_assertion_type", utf8("urn:ietf:params:oauth:client-assertion-type:jwt-bearer"));
        formField(form, "client_assertion", jwt);
        return true;
      }
    }
  }

  /** A new assertion (RFC 7523 §3) for each call, because the provider accepts a `jti` only once (duty 34). */
  private asserted(endpoint: Url, assertionContext: AssertionContext): Uint8Array | null {
    const a = this.assertion;
    if (a == null || !a.fits(this.auth) || assertionContext.unique.length < MIN_UNIQUE) return null;
    const algorithm = algorithmNamed(utf8(a.algorithmName));
    if (algorithm == null) return null;

    const header = new ByteWriter().text("{\"alg\":\"").text(algorithm.name).text("\",\"typ\":\"JWT\"");
    if (a.kid.length > 0) writeQuoted(header.text(",\"kid\":"), a.kid);
    header.byte(0x7d);
    const claims = new ByteWriter(512);
    writeQuoted(claims.text("{\"iss\":"), this.id);
    writeQuoted(claims.text(",\"sub\":"), this.id);
    writeQuoted(claims.text(",\"aud\":"), a.audience.length > 0 ? a.audience : endpoint.text);
    writeQuoted(claims.text(",\"jti\":"), encodeBase64url(assertionContext.unique));
    claims.text(",\"iat\":").decimal(assertionContext.nowSec);
    claims.text(",\"exp\":").decimal(assertionContext.nowSec + a.lifetimeSec).byte(0x7d);

    const input = concat([encodeBase64url(header.done()), DOT, encodeBase64url(claims.done())]);
    const signature = this.signed(algorithm, a.key, input);
    return signature == null ? null : concat([input, DOT, encodeBase64url(signature)]);
  }

  private signed(algorithm: Algorithm, key: PrivateKey | null, input: Uint8Array): Uint8Array | null {
    if (algorithm.symmetric) return hmac(algorithm.hash, this.secret, input);
    const signer = nativeSigner();
    if (signer == null || key == null) return null;
    const signature = signer.sign(hashName(algorithm.hash), key.pkcs8, input);
    if (signature == null || signature.length == 0) return null;
    return key.rsa ? signature : ecdsaDerToRaw(signature, coordinateSize(key.curve));
  }
}

const DOT = utf8(".");
