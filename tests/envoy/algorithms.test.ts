// Every signature algorithm, verified by Envoy or by the filter, with keys and tokens of a real provider.

import { getWith } from "./support/http";
import { byKeys, refused, startWorld, type World } from "./support/world";

const ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"];

let world: World;

beforeAll(async () => {
  world = await startWorld(({ provider }) => ({ filter: byKeys(provider) }), { algs: ALGORITHMS });
});

test.each(ALGORITHMS)("%s: a valid token passes; a tampered token and one signed with an unknown key do not", async (alg) => {
  const token = await world.provider.mint({ alg });
  expect((await getWith(world.envoy.url, token)).status).toBe(200);
  const [header, payload, signature] = token.split(".") as [string, string, string];
  const admin = Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(payload, "base64url").toString()), sub: "admin" })).toString("base64url");
  expect(refused(await getWith(world.envoy.url, `${header}.${admin}.${signature}`))).toBe("401 bad_signature");
  // The filter looks up an unknown key only once in 30 s, and answers 503 in between.
  expect(refused(await getWith(world.envoy.url, await world.provider.mint({ alg, key: "stranger" })))).toMatch(/^(401 (bad_signature|unknown_key)|503 provider_not_ready)$/);
});

test("an unexpected algorithm is refused", async () => {
  const strict = await startWorld(({ provider }) => ({ filter: byKeys(provider, { token_signing_alg_values_expected: ["RS256"] }) }));
  expect(refused(await getWith(strict.envoy.url, await strict.provider.mint({ alg: "ES256" })))).toBe("401 algorithm_refused");
});

test("HS256 works with a secret that $ENV:// reads from the environment", async () => {
  const secret = "a secret of more than thirty-two bytes";
  const hs = await startWorld(({ provider }) => ({
    environment: { TOKEN_SECRET: secret },
    filter: { bearer_only: true, symmetric_key: "$ENV://TOKEN_SECRET", token_signing_alg_values_expected: "HS256", claim_validator: { issuer: { valid_issuers: [provider.issuer] } } },
  }));
  expect((await getWith(hs.envoy.url, await hs.provider.mint({ alg: "HS256", secret }))).status).toBe(200);
  expect(refused(await getWith(hs.envoy.url, await hs.provider.mint({ alg: "HS256", secret: `${secret}?` })))).toBe("401 bad_signature");
  expect(hs.envoy.logs()).not.toContain(secret);
});

test("a configured public key needs no provider", async () => {
  const { pem } = await world.provider.publicKey("ES256");
  const alone = await startWorld(() => ({ filter: { bearer_only: true, public_key: pem, claim_validator: { issuer: { valid_issuers: [world.provider.issuer] } } } }));
  expect((await getWith(alone.envoy.url, await world.provider.mint({ alg: "ES256" }))).status).toBe(200);
  expect(refused(await getWith(alone.envoy.url, await world.provider.mint({ alg: "RS256" })))).toBe("401 algorithm_refused");
});
