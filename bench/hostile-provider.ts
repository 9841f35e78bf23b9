// The provider for hostile requests: several keys for each algorithm, and tokens that none of them has signed.

import { constants, createHmac, createPublicKey, generateKeyPairSync, randomBytes, sign, type KeyObject } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { LocalProvider } from "./local-provider";
import { DIFFERENT } from "./raw-load";

export const HOSTILE_ALGORITHMS = ["RS256", "PS256", "ES256", "ES384", "ES512", "EdDSA", "HS256"] as const;
export type HostileAlgorithm = (typeof HOSTILE_ALGORITHMS)[number];

/** One more than the filter tries for a token without a `kid` (jose/jwks.ts). */
const KEYS = 5;
export const SYMMETRIC_KEY = "the bench's symmetric key, 32 or more";

const ec = (namedCurve: string) => (): KeyObject => generateKeyPairSync("ec", { namedCurve }).privateKey;
const rsa = (): KeyObject => generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
const MAKE: Record<Exclude<HostileAlgorithm, "HS256">, () => KeyObject> = {
  RS256: rsa, PS256: rsa, ES256: ec("P-256"), ES384: ec("P-384"), ES512: ec("P-521"), EdDSA: () => generateKeyPairSync("ed25519").privateKey,
};

interface SigningKey { algorithm: string; kid: string; key: KeyObject }

export class HostileProvider extends LocalProvider {
  private readonly keys: SigningKey[] = Object.entries(MAKE).flatMap(([algorithm, make]) => Array.from({ length: KEYS }, (_, i) => ({ algorithm, kid: `${algorithm}-${i}`, key: make() })));

  static start(): Promise<HostileProvider> { return new HostileProvider().listen(); }

  protected answer(request: IncomingMessage, response: ServerResponse): void {
    request.resume();
    const document = this.document(request.url ?? "");
    response.writeHead(document ? 200 : 404, { "content-type": "application/json" }).end(JSON.stringify(document ?? {}));
  }

  private document(path: string): object | null {
    const { issuer } = this;
    if (path === "/introspect") return { active: false };
    if (path === "/jwks") return { keys: this.keys.map(({ algorithm, kid, key }) => ({ ...createPublicKey(key).export({ format: "jwk" }), kid, alg: algorithm, use: "sig" })) };
    if (path !== "/.well-known/openid-configuration") return null;
    return {
      issuer, jwks_uri: `${issuer}/jwks`, introspection_endpoint: `${issuer}/introspect`, authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token`,
      response_types_supported: ["code"], subject_types_supported: ["public"], id_token_signing_alg_values_supported: Object.keys(MAKE),
    };
  }

  /** A valid token of a user: a key gets its tables only after it was used. */
  good(algorithm: HostileAlgorithm, subject: string): string {
    const input = `${text({ alg: algorithm, kid: `${algorithm}-0` })}.${text({ iss: this.issuer, sub: subject, exp: 9999999999 })}`;
    return `${input}.${this.signature(algorithm, input).toString("base64url")}`;
  }

  /** A forged token, different each time, of `bytes` if they are enough. The signature is one of this key, but over something else. */
  forged(algorithm: HostileAlgorithm, header: object = { kid: `${algorithm}-0` }, bytes = 0): string {
    const head = text({ alg: algorithm, ...header }), signature = this.signature(algorithm, randomBytes(8).toString("hex")).toString("base64url");
    return `${head}.${DIFFERENT}${"A".repeat(Math.max(0, bytes - head.length - DIFFERENT.length - signature.length - 2))}.${signature}`;
  }

  private signature(algorithm: HostileAlgorithm, input: string): Buffer {
    if (algorithm === "HS256") return createHmac("sha256", SYMMETRIC_KEY).update(input).digest();
    const { key } = this.keys.find(({ kid }) => kid === `${algorithm}-0`)!, data = Buffer.from(input);
    switch (algorithm) {
      case "EdDSA": return sign(null, data, key);
      case "RS256": return sign("sha256", data, key);
      case "PS256": return sign("sha256", data, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 });
      default: return sign(`sha${algorithm === "ES512" ? 512 : algorithm.slice(2)}`, data, { key, dsaEncoding: "ieee-p1363" });
    }
  }
}

export function text(value: object | string): string { return Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url"); }
