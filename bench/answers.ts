// Checks that a filter really verifies: tokens of every kind in random order, each answer compared with the expected one.

import { generateKeyPairSync, randomInt, sign } from "node:crypto";
import { BROWSERS, get } from "./browsers";
import { FORGED } from "./filters";
import type { BenchProvider } from "./provider";
import { ALGORITHMS, jwt, signerOf, type Signer } from "./signers";
import type { Server } from "./servers";
import { TOKEN_BYTES } from "./world";

/** `subject`: the user whom the upstream must see; null if the request must be refused. */
interface Asked { what: string; token: string; subject: string | null }

const PEOPLE = 20;

/** 503: the token names no known key, but the provider may have a new one, and the limit of look-ups is reached. */
const REFUSED = [401, 503];

/** Sends each kind a few times. Returns how many were let through and how many were refused, all of them correctly. */
export async function checkTokens(server: Server, provider: BenchProvider): Promise<{ taken: number; refused: number }> {
  const all = shuffled(Array.from({ length: PEOPLE }, (_, i) => tokensOf(provider, `user-${i}-${randomInt(1e9)}`)).flat());
  // Every token twice: once verified, once answered from the cache. Both must be correct.
  const queue = shuffled([...all, ...all]);
  let next = 0;
  await Promise.all(Array.from({ length: BROWSERS }, async () => {
    while (next < queue.length) await check(server, queue[next++]!);
  }));
  return { taken: queue.filter(({ subject }) => subject !== null).length, refused: queue.filter(({ subject }) => subject === null).length };
}

function tokensOf(provider: BenchProvider, subject: string): Asked[] {
  const algorithm = ALGORITHMS[randomInt(ALGORITHMS.length)]!, signer = provider.signers[algorithm], nowSec = Math.floor(Date.now() / 1000);
  const good = provider.token(algorithm, TOKEN_BYTES, { sub: subject });
  const claims = { ...provider.claims, sub: subject };
  const at = randomInt(good.length), parts = good.split(".") as [string, string, string];
  const wrong = (what: string, token: string): Asked => ({ what, token, subject: null });
  return [
    ...Array.from({ length: 4 }, (): Asked => ({ what: "valid", token: good, subject })),
    wrong("expired", jwt({ ...claims, exp: nowSec - 1 }, signer)),
    wrong("not valid yet", jwt({ ...claims, nbf: nowSec + 3600 }, signer)),
    wrong("without an end", jwt({ ...claims, exp: undefined }, signer)),
    wrong("of another issuer", jwt({ ...claims, iss: "https://elsewhere.example" }, signer)),
    wrong("of another key with the same id", jwt(claims, FOREIGN[algorithm])),
    wrong("of an unknown key", jwt(claims, { ...FOREIGN[algorithm], kid: "unknown" })),
    wrong("changed", good.slice(0, at) + (good[at] === "." ? "" : good[at] === "A" ? "Q" : "A") + good.slice(at + 1)),
    wrong("cut", good.slice(0, -4)),
    wrong("with another's signature", `${parts[0]}.${Buffer.from(JSON.stringify({ ...claims, sub: "admin" })).toString("base64url")}.${parts[2]}`),
    wrong("unsigned", jwt(claims, { algorithm: "none", kid: algorithm, sign: () => Buffer.alloc(0) })),
    wrong("of another algorithm", jwt(claims, { ...signer, algorithm: algorithm === "ES256" ? "RS256" : "ES256" })),
    wrong("signed with the public key", jwt(claims, { algorithm: "HS256", kid: algorithm, sign: (input) => sign("sha256", Buffer.from(input), ANY_KEY) })),
  ];
}

const FOREIGN = Object.fromEntries(ALGORITHMS.map((algorithm) => [algorithm, signerOf(algorithm)])) as Record<(typeof ALGORITHMS)[number], Signer>;
const ANY_KEY = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;

async function check(server: Server, { what, token, subject }: Asked): Promise<void> {
  const { status, headers } = await get(server.port, "/who", { authorization: `Bearer ${token}`, ...FORGED, "x-userinfo": "forged" });
  if (subject === null) {
    if (!REFUSED.includes(status) || headers["x-seen-userinfo"] !== undefined) throw new Error(`a token ${what} was answered ${status}`);
    return;
  }
  const userinfo = Buffer.from(String(headers["x-seen-userinfo"]), "base64").toString();
  const told = [JSON.parse(userinfo || "{}").sub, headers["x-seen-user"] ?? subject, headers["x-seen-token"] === undefined ? subject : headers["x-seen-token"] === token ? subject : "another's token"];
  if (status !== 200 || told.some((each) => each !== subject) || headers["x-seen-forged"] !== undefined) {
    throw new Error(`a valid token of ${subject} was answered ${status}, and the upstream was told of ${told.join(", ")}`);
  }
}

function shuffled<T>(items: T[]): T[] {
  const out = [...items];
  for (let i = out.length - 1; i > 0; i--) {
    const j = randomInt(i + 1);
    [out[i], out[j]] = [out[j]!, out[i]!];
  }
  return out;
}
