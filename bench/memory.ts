// The memory of a VM over a million requests with a hundred thousand different valid tokens. It runs under the tests' scripted host, because Envoy
// does not report the size of a VM's memory.

import { generateKeyPairSync, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { Envoy } from "../tests/host/host";
import { fixed, type Result } from "./report";
import { FILTER, type World } from "./world";

const ISSUER = "https://idp.example.com";
const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

const AIM_MIB = 8, AIM_KB = 150;

export function measureMemory({ quick, wasmBytes }: World): Result {
  const memory = quick ? longLife(FILTER, 50_000, 10_000) : longLife(FILTER, 1_000_000, 100_000);
  return {
    part: "memory", data: { wasmBytes, memory }, tables: [],
    notes: [
      `envoy-oidc.wasm: ${fixed(wasmBytes / 1000, 1)} kB (aim: at most ${AIM_KB}).`,
      `VM memory: ${mebibytes(memory.bytesAtStart)} at the start, ${mebibytes(memory.bytesAfterTenth)} after a tenth of ${memory.requests} requests with ${memory.tokens} different tokens, ` +
      `${mebibytes(memory.bytesAtEnd)} after all (aim: at most ${AIM_MIB} MiB).`,
    ],
  };
}

function mebibytes(bytes: number): string { return `${fixed(bytes / 2 ** 20, 2)} MiB`; }

interface MemoryReport { requests: number; tokens: number; bytesAtStart: number; bytesAfterTenth: number; bytesAtEnd: number }

function longLife(wasmFile: string, requests: number, tokens: number): MemoryReport {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const envoy = Envoy.start(readFileSync(wasmFile), {
    now: 1_700_000_000,
    config: { bearer_only: true, use_jwks: true, discovery: `${ISSUER}/.well-known/openid-configuration`, provider_cluster: "idp", claim_headers: { sub: "x-user-id" } },
  });
  envoy.provider("idp").answers((call) => ({
    body: call.path === "/jwks" ? { keys: [{ ...publicKey.export({ format: "jwk" }), kid: "k", alg: "ES256" }] } : { issuer: ISSUER, jwks_uri: `${ISSUER}/jwks` },
  }));
  envoy.advance(1);
  const bytesAtStart = envoy.memoryBytes();

  const header = base64url({ alg: "ES256", kid: "k" });
  const padding = "p".repeat(500);
  const minted = Array.from({ length: tokens }, (_, i) => {
    const input = `${header}.${base64url({ iss: ISSUER, sub: `user-${i}`, exp: 2_000_000_000, padding })}`;
    return `${input}.${sign("sha256", Buffer.from(input), { key: privateKey, dsaEncoding: "ieee-p1363" }).toString("base64url")}`;
  });
  let bytesAfterTenth = 0;
  for (let i = 0; i < requests; i++) {
    const request = envoy.get("/", { authorization: `Bearer ${minted[(i * 7919) % tokens]}` });
    if (!request.forwarded.has("x-user-id")) throw new Error("a valid token passed without its identity");
    request.finish();
    if (i % 1000 === 0) envoy.advance(0.1);
    if (i === Math.floor(requests / 10)) bytesAfterTenth = envoy.memoryBytes();
  }
  return { requests, tokens, bytesAtStart, bytesAfterTenth, bytesAtEnd: envoy.memoryBytes() };
}
