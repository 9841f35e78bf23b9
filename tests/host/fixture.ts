/** What the host tests share: a provider with keys, tokens that it signs, and the built filter. */
import { createHmac, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { filter } from "./host/filter";
import { Envoy, type StartOptions } from "./host";
import type { StreamContext } from "./host/stream";

export const ISSUER = "https://idp.example.com";
export const DISCOVERY = `${ISSUER}/.well-known/openid-configuration`;
export const AUDIENCE = "https://api.example.com";
/** The time at which every test starts, in seconds. */
export const NOW = Date.parse("2026-01-01T00:00:00Z") / 1000;

export interface Key { kid: string; alg: string; privateKey: KeyObject; jwk: Record<string, unknown> }

const KINDS: Record<string, () => { publicKey: KeyObject; privateKey: KeyObject }> = {
  RS: () => generateKeyPairSync("rsa", { modulusLength: 2048 }),
  PS: () => generateKeyPairSync("rsa", { modulusLength: 2048 }),
  ES256: () => generateKeyPairSync("ec", { namedCurve: "P-256" }),
  ES384: () => generateKeyPairSync("ec", { namedCurve: "P-384" }),
  ES512: () => generateKeyPairSync("ec", { namedCurve: "P-521" }),
  Ed: () => generateKeyPairSync("ed25519"),
};

export function makeKey(kid: string, alg = "RS256"): Key {
  const make = KINDS[alg] ?? KINDS[alg.slice(0, 2)]!;
  const { publicKey, privateKey } = make();
  return { kid, alg, privateKey, jwk: { ...publicKey.export({ format: "jwk" }), kid, alg, use: "sig" } };
}

export const KEY = makeKey("k1");

export const b64u = (data: string | Buffer | object): string =>
  (Buffer.isBuffer(data) ? data : Buffer.from(typeof data === "string" ? data : JSON.stringify(data))).toString("base64url");

/** The claims of an ordinary access token. `undefined` removes one. */
export function claims(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return { iss: ISSUER, sub: "joe", aud: AUDIENCE, scope: "read write", iat: NOW, exp: NOW + 300, ...changes };
}

export function signature(alg: string, key: KeyObject | string, input: string): Buffer {
  const hash = `sha${alg.slice(2)}`;
  if (alg.startsWith("HS")) return createHmac(hash, key as string).update(input).digest();
  const privateKey = key as KeyObject;
  if (alg.startsWith("PS")) return sign(hash, Buffer.from(input), { key: privateKey, padding: 6, saltLength: Number(alg.slice(2)) / 8 });
  if (alg.startsWith("ES")) return sign(hash, Buffer.from(input), { key: privateKey, dsaEncoding: "ieee-p1363" });
  return sign(alg.startsWith("Ed") ? null : hash, Buffer.from(input), privateKey);
}

export interface TokenOptions { key?: Key; header?: Record<string, unknown>; payload?: string }

/** A token with these claims, or with exactly this `payload`, signed by the provider's key. */
export function token(changes: Record<string, unknown> = {}, { key = KEY, header = {}, payload }: TokenOptions = {}): string {
  const input = `${b64u({ alg: key.alg, kid: key.kid, ...header })}.${b64u(payload ?? claims(changes))}`;
  return `${input}.${b64u(signature(key.alg, key.privateKey, input))}`;
}

export const bearer = (value: string): Record<string, string> => ({ authorization: `Bearer ${value}` });

export const JWKS_CONFIG = { bearer_only: true, use_jwks: true, discovery: DISCOVERY, provider_cluster: "idp", realm: "api" };
export const INTROSPECTION_CONFIG = {
  bearer_only: true, discovery: DISCOVERY, provider_cluster: "idp", realm: "api",
  client_id: "gateway", client_secret: "s3cr3t", introspection_endpoint: `${ISSUER}/introspect`,
};

export const METADATA = { issuer: ISSUER, jwks_uri: `${ISSUER}/jwks`, introspection_endpoint: `${ISSUER}/introspect` };

export interface World { config?: object | string; keys?: Key[]; metadata?: object; start?: StartOptions }

/** The filter after its start. Its calls to the provider are still open. */
export function start({ config = JWKS_CONFIG, start: options = {} }: World = {}): Envoy {
  return Envoy.start(filter(), { config, now: NOW, ...options });
}

/** The filter with its provider's metadata and keys. */
export function ready(world: World = {}): Envoy {
  const envoy = start(world);
  serve(envoy, world);
  envoy.advance(1);
  return envoy;
}

/** From now on, the provider serves its documents. Calls for introspection stay open: the test answers them. */
export function serve(envoy: Envoy, { keys = [KEY], metadata = METADATA }: World = {}): void {
  envoy.provider("idp").answers((call) => {
    if (call.path === "/.well-known/openid-configuration") return { body: metadata };
    if (call.path === "/jwks") return { body: { keys: keys.map(({ jwk }) => jwk) } };
    return null;
  });
}

/** The number of calls to this path of the provider. */
export const asked = (envoy: Envoy, path: string): number => envoy.provider("idp").calls.filter((call) => call.path === path).length;

/** The status and the stable code of a refusal, such as "401 expired". Throws if the response is not a refusal of the filter. */
export function refused(request: StreamContext): string {
  const { status, body, details, headers } = request.local;
  const code = details.replace(/^oidc_/, "");
  if (headers.get("cache-control") !== "no-store") throw new Error("a refusal that may be stored");
  if (headers.get("content-type") === "application/json" && JSON.parse(body).code !== code) throw new Error(`the body does not name ${code}: ${body}`);
  return `${status} ${code}`;
}
