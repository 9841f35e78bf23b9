/** Duty 156: configurations share a provider's documents only if each of them would accept them. */
import { bearer, ISSUER, JWKS_CONFIG, KEY, METADATA, refused, start, token } from "./fixture";
import type { Envoy } from "./host/envoy";

const STRICT = JWKS_CONFIG, LOOSE = { ...JWKS_CONFIG, ssl_verify: false };
/** Metadata that only a configuration with `ssl_verify: false` accepts. */
const PLAIN = { ...METADATA, jwks_uri: "http://idp.example.com/jwks" };

function serveFrom(envoy: Envoy, cluster: string, metadata: object): void {
  envoy.provider(cluster).answers(({ path }) => path === "/jwks" ? { body: { keys: [KEY.jwk] } } : path.includes("well-known") ? { body: metadata } : null);
}

describe("duty 156: a looser configuration with the same discovery does not disable ssl_verify", () => {
  test.each([
    ["in one VM, the loose one first", LOOSE, STRICT, 1],
    ["in one VM, the strict one first", STRICT, LOOSE, 1],
    ["in two workers, the loose one first", LOOSE, STRICT, 2],
    ["in two workers, the strict one first", STRICT, LOOSE, 2],
  ])("%s", (_, first, second, workers) => {
    const envoy = start({ config: first, start: { workers } }), one = envoy.plugins[0]!, other = envoy.addPlugin(second);
    const [strict, loose] = first === STRICT ? [one, other] : [other, one];
    serveFrom(envoy, "idp", PLAIN);
    envoy.advance(5);
    const value = bearer(token());
    for (let worker = 0; worker < workers; worker++) {
      for (let i = 0; i < 2; i++) {
        expect(envoy.get("/", value, { worker, plugin: loose }).forwarded.has("x-access-token")).toBe(true);
        expect(refused(envoy.get("/", value, { worker, plugin: strict }))).toBe("503 provider_not_ready");
      }
    }
    expect(envoy.logText).toContain("ignored, as they are not https URLs without fragment: jwks_uri");
  });

  test("if both accept the document, both pass, and each fetches once for all workers", () => {
    const envoy = start({ config: LOOSE, start: { workers: 2 } }), strict = envoy.addPlugin(STRICT);
    serveFrom(envoy, "idp", METADATA);
    envoy.advance(2);
    for (const worker of [0, 1]) for (const plugin of [envoy.plugins[0]!, strict]) envoy.get("/", bearer(token()), { worker, plugin }).forwarded;
    expect(envoy.provider("idp").calls).toHaveLength(4);
  });
});

test("duty 156: configurations whose settings are equal only when concatenated share nothing", () => {
  const keys = { jwks_uri: "keys" };
  const envoy = start({ config: { ...STRICT, issuer: ISSUER, provider_cluster: "x|y", endpoint_clusters: keys } });
  const other = envoy.addPlugin({ ...STRICT, issuer: `${ISSUER}|x`, provider_cluster: "y", endpoint_clusters: keys });
  serveFrom(envoy, "x|y", METADATA);
  serveFrom(envoy, "y", { ...METADATA, issuer: `${ISSUER}|x` });
  serveFrom(envoy, "keys", METADATA);
  envoy.advance(2);
  envoy.get("/", bearer(token())).forwarded;
  envoy.get("/", bearer(token({ iss: `${ISSUER}|x` })), { plugin: other }).forwarded;
  expect(["x|y", "y", "keys"].map((cluster) => envoy.provider(cluster).calls.length)).toEqual([1, 1, 2]);
});
