// A provider's metadata and keys, fetched as the filter does.

import { isFields } from "../check/fields";

export interface Metadata {
  issuer: string;
  [member: string]: unknown;
}

export interface Known {
  metadata: Metadata;
  keys: Record<string, unknown>[];
  /** How many seconds the provider's clock is ahead of this machine's, by its Date header; undefined without one. */
  aheadSec?: number;
}

/** Why the provider gave no answer, in words for people. */
export class ProviderError extends Error {
  constructor(readonly code: "unreachable" | "status" | "not-json" | "no-keys", message: string) { super(message); }
}

const WITHIN_MS = 10_000;

export const discoveryOf = (issuer: string): string => issuer.includes("/.well-known/") ? issuer : `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;

export async function askProvider(discovery: string, jwksUri?: string): Promise<Known> {
  const { body: metadata, aheadSec } = await fetchJson(discovery);
  if (typeof metadata.issuer !== "string") throw new ProviderError("not-json", `${discovery} answers without an issuer`);
  const uri = jwksUri ?? metadata.jwks_uri;
  if (typeof uri !== "string") throw new ProviderError("no-keys", `${discovery} names no jwks_uri`);
  const { body } = await fetchJson(uri);
  return { metadata: metadata as Metadata, keys: Array.isArray(body.keys) ? body.keys.filter(isFields) : [], aheadSec };
}

async function fetchJson(url: string): Promise<{ body: Record<string, unknown>; aheadSec?: number }> {
  const before = Date.now();
  let response: Response;
  try {
    response = await fetch(url, { signal: AbortSignal.timeout(WITHIN_MS), redirect: "manual", headers: { accept: "application/json" } });
  } catch (error) {
    throw new ProviderError("unreachable", `${url} cannot be reached from here: ${causeOf(error)}`);
  }
  const date = response.headers.get("date");
  const aheadSec = date === null ? undefined : (Date.parse(date) - (before + Date.now()) / 2) / 1000;
  if (response.status !== 200) throw new ProviderError("status", `${url} answers ${response.status}${response.headers.get("location") === null ? "" : `, leading to ${response.headers.get("location")}: the filter follows no redirects`}`);
  const body: unknown = await response.json().catch(() => undefined);
  if (!isFields(body)) throw new ProviderError("not-json", `${url} answers something that is no object in JSON`);
  return { body, aheadSec };
}

function causeOf(error: unknown): string {
  const cause = (error as { cause?: { code?: string; message?: string } }).cause;
  return [cause?.code, cause?.message ?? (error as Error).message].filter((part) => part).join(": ");
}

export const listOf = (metadata: Metadata, member: string): string[] => {
  const value = metadata[member];
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
};
