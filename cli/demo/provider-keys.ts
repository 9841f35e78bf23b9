// The provider's signing keys (one per algorithm), their rotation, and tokens with any claims.

import { createSecretKey, generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";

const generate = promisify(generateKeyPair) as (type: string, options: object) => Promise<{ publicKey: KeyObject; privateKey: KeyObject }>;

export const DEFAULT_ALGS = ["RS256", "PS256", "ES256", "ES384", "ES512", "EdDSA"];

export interface SigningKey { alg: string; kid: string; publicKey: KeyObject; privateKey: KeyObject }

export interface MintOptions {
  /** Replaces the defaults (iss, sub, aud, iat, exp, scope, client_id, jti); `null` removes one. */
  claims?: Record<string, unknown>;
  /** Replaces members of `{alg, kid, typ: "at+jwt"}`; `null` removes one. */
  header?: Record<string, unknown>;
  /** The algorithm of the signing key, by default "RS256". HS256/384/512 sign with `secret`. */
  alg?: string;
  secret?: string;
  /** "current" (default); "previous": the key before the last rotation; "stranger": a key that the provider never published. */
  key?: "current" | "previous" | "stranger";
  /** The text of the payload, if it is not a JSON object; `claims` are then ignored. */
  payload?: string;
}

export class KeyRing {
  private generation = 1;
  private current: SigningKey[] = [];
  private previous: SigningKey[] = [];
  private strangers = new Map<string, SigningKey>();
  private keepPrevious = true;

  static async create(algs: string[]): Promise<KeyRing> {
    const ring = new KeyRing();
    ring.current = await Promise.all(algs.map((alg) => newKey(alg, `${alg.toLowerCase()}-1`)));
    return ring;
  }

  /** New keys sign from now on. The old ones stay published, as in a planned rotation, or are removed, as in an emergency. */
  async rotate(keepPrevious: boolean): Promise<void> {
    this.generation++;
    this.keepPrevious = keepPrevious;
    this.previous = this.current;
    this.current = await Promise.all(this.current.map(({ alg }) => newKey(alg, `${alg.toLowerCase()}-${this.generation}`)));
  }

  get algs(): string[] {
    return this.current.map((key) => key.alg);
  }

  /** Private JWKs of all published keys, from which oidc-provider makes its JWKS. */
  privateJwks(): object[] {
    return this.published().map((key) => ({ ...key.privateKey.export({ format: "jwk" }), kid: key.kid, alg: key.alg, use: "sig" }));
  }

  /** The token's claims, if one of the published keys has signed it. */
  async verify(token: string, rules: { issuer: string; audience: string; typ: string }): Promise<{ payload: Record<string, unknown> }> {
    const { createLocalJWKSet, jwtVerify } = await import("jose");
    const published = this.published().map(({ publicKey, kid, alg }) => ({ ...publicKey.export({ format: "jwk" }), kid, alg }));
    return jwtVerify(token, createLocalJWKSet({ keys: published as { kty: string }[] }), rules);
  }

  find(alg: string, which: MintOptions["key"] = "current"): SigningKey {
    const key = (which === "previous" ? this.previous : this.current).find((one) => one.alg === alg);
    if (key === undefined) throw new Error(`The provider has no ${which} ${alg} key; it was started with ${this.algs.join(", ")}.`);
    return key;
  }

  async mint(issuer: string, audience: string, options: MintOptions): Promise<string> {
    const { CompactSign } = await import("jose");
    const alg = options.alg ?? "RS256";
    const signer = await this.signer(alg, options);
    const now = Math.floor(Date.now() / 1000);
    const claims = overlay({
      iss: issuer, sub: "alice", aud: audience, iat: now, exp: now + 300, scope: "read", client_id: "demo", jti: crypto.randomUUID(),
    }, options.claims);
    const header = overlay({ alg, kid: signer.kid, typ: "at+jwt" }, options.header);
    const payload = options.payload ?? JSON.stringify(claims);
    return new CompactSign(Buffer.from(payload)).setProtectedHeader(header as { alg: string }).sign(signer.key);
  }

  private published(): SigningKey[] {
    return this.keepPrevious ? [...this.current, ...this.previous] : this.current;
  }

  private async signer(alg: string, options: MintOptions): Promise<{ kid?: string; key: KeyObject }> {
    if (alg.startsWith("HS")) return { key: createSecretKey(Buffer.from(options.secret ?? "", "utf8")) };
    if (options.key !== "stranger") {
      const { kid, privateKey } = this.find(alg, options.key);
      return { kid, key: privateKey };
    }
    let stranger = this.strangers.get(alg);
    if (stranger === undefined) this.strangers.set(alg, (stranger = await newKey(alg, `stranger-${alg.toLowerCase()}`)));
    return { kid: stranger.kid, key: stranger.privateKey };
  }
}

async function newKey(alg: string, kid: string): Promise<SigningKey> {
  const curve = { ES256: "P-256", ES384: "P-384", ES512: "P-521" }[alg];
  if (curve !== undefined) return { alg, kid, ...(await generate("ec", { namedCurve: curve })) };
  if (alg === "EdDSA") return { alg, kid, ...(await generate("ed25519", {})) };
  return { alg, kid, ...(await generate("rsa", { modulusLength: 2048 })) };
}

function overlay(defaults: Record<string, unknown>, changes: Record<string, unknown> = {}): Record<string, unknown> {
  return Object.fromEntries(Object.entries({ ...defaults, ...changes }).filter(([, value]) => value !== null && value !== undefined));
}
