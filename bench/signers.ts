// The provider's signing keys, one for each algorithm that the bench compares.

import { constants, createPublicKey, generateKeyPairSync, sign, type KeyObject, type SignKeyObjectInput } from "node:crypto";

export const ALGORITHMS = ["RS256", "ES256", "PS256", "EdDSA"] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

export interface Signer { algorithm: string; kid: string; jwk: object; sign(input: string): Buffer }

const MAKE: Record<Algorithm, () => { privateKey: KeyObject }> = {
  RS256: () => generateKeyPairSync("rsa", { modulusLength: 2048 }),
  PS256: () => generateKeyPairSync("rsa", { modulusLength: 2048 }),
  ES256: () => generateKeyPairSync("ec", { namedCurve: "P-256" }),
  EdDSA: () => generateKeyPairSync("ed25519"),
};

const HOW: Record<Algorithm, Omit<SignKeyObjectInput, "key">> = {
  RS256: {}, EdDSA: {},
  PS256: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 },
  ES256: { dsaEncoding: "ieee-p1363" },
};

/** A new key. Its `kid` is the algorithm's name. */
export function signerOf(algorithm: Algorithm): Signer {
  const { privateKey } = MAKE[algorithm]();
  const jwk = { ...createPublicKey(privateKey).export({ format: "jwk" }), kid: algorithm, alg: algorithm, use: "sig" };
  const hash = algorithm === "EdDSA" ? null : "sha256";
  return { algorithm, kid: algorithm, jwk, sign: (input) => sign(hash, Buffer.from(input), { key: privateKey, ...HOW[algorithm] }) };
}

export function jwt(claims: object, { algorithm, kid, sign }: Pick<Signer, "algorithm" | "kid" | "sign">): string {
  const input = `${base64url({ alg: algorithm, kid })}.${base64url(claims)}`;
  return `${input}.${sign(input).toString("base64url")}`;
}

/** A token of about this size. */
export function jwtOfSize(bytes: number, claims: object, signer: Signer): string {
  const bare = jwt({ ...claims, padding: "" }, signer).length;
  return jwt({ ...claims, padding: "p".repeat(Math.max(0, Math.floor((bytes - bare) * 3 / 4))) }, signer);
}

function base64url(value: object): string { return Buffer.from(JSON.stringify(value)).toString("base64url"); }
