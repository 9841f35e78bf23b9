// Variables that a configuration refers to and that this machine does not have. Each gets a value of the right kind, so that the rest can be checked.
// The filter's findings about such a value are left out, because they are about the stand-in.

import { createHash, generateKeyPairSync } from "node:crypto";

export interface Variables {
  /** The environment of the filter. */
  environment: Record<string, string>;
  /** The stand-ins: the path of the attribute, and the variable. */
  standIns: { path: string; name: string }[];
}

/** The variable that a value refers to. */
export const variableIn = (value: unknown): string | undefined => /^\$env:\/\/(.+)$/i.exec(String(value))?.[1];

/** `given`: the names that the filter gets from its host, and the values in the file; null if the file does not say. */
export function variablesOf(config: unknown, given: { fromHost: string[]; values: Record<string, string> } | null, host: NodeJS.ProcessEnv): Variables {
  const out: Variables = { environment: { ...given?.values }, standIns: [] };
  for (const { path, key, name, siblings } of references(config, "", "", {})) {
    if (given !== null && !given.fromHost.includes(name)) continue;
    if (host[name] !== undefined) out.environment[name] = host[name];
    else {
      out.environment[name] ??= standInFor(key, name, siblings);
      out.standIns.push({ path, name });
    }
  }
  return out;
}

interface Reference { path: string; key: string; name: string; siblings: Record<string, unknown> }

function references(value: unknown, path: string, key: string, siblings: Record<string, unknown>): Reference[] {
  if (typeof value === "string") {
    const name = variableIn(value);
    return name === undefined ? [] : [{ path, key, name, siblings }];
  }
  if (Array.isArray(value)) return value.flatMap((item, i) => references(item, `${path}[${i}]`, key, siblings));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => references(inner, path === "" ? name : `${path}.${name}`, name, value as Record<string, unknown>));
}

function standInFor(key: string, name: string, siblings: Record<string, unknown>): string {
  if (key === "client_rsa_private_key") return keyPair(String(siblings.client_jwt_assertion_alg ?? "RS256")).privateKey;
  if (key === "public_key") return keyPair(String([siblings.token_signing_alg_values_expected].flat()[0] ?? "RS256")).publicKey;
  if (key === "discovery") return "https://idp.invalid/.well-known/openid-configuration";
  if (key === "redirect_uri") return "https://app.invalid/callback";
  if (key.endsWith("_endpoint") || key.endsWith("_uri")) return `https://idp.invalid/${key}`;
  if (key.endsWith("_path")) return `/${key}`;
  return createHash("sha256").update(`stand-in for ${name}`).digest("base64url");
}

const CURVES: Record<string, string> = { ES256: "P-256", ES384: "P-384", ES512: "P-521" };

function keyPair(alg: string): { publicKey: string; privateKey: string } {
  const { publicKey, privateKey } = alg in CURVES ? generateKeyPairSync("ec", { namedCurve: CURVES[alg]! }) : alg.startsWith("Ed") ? generateKeyPairSync("ed25519") : generateKeyPairSync("rsa", { modulusLength: 2048 });
  return { publicKey: publicKey.export({ type: "spki", format: "pem" }) as string, privateKey: privateKey.export({ type: "pkcs8", format: "pem" }) as string };
}
