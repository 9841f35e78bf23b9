// A real Envoy with the filter, a real provider and a real upstream: one request of each kind passes through all three.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { envoyRefuses, runShipped, startEnvoy, until, validateConfig, type TestEnvoy } from "./support/envoy";
import { getWith, request } from "./support/http";
import { startProvider, type TestProvider } from "./support/provider";
import { received, startUpstream, type Echo, type Upstream } from "./support/upstream";

let provider: TestProvider;
let upstream: Upstream;
let envoy: TestEnvoy;

const filter = () => ({
  client_id: "envoy", client_secret: "envoy-secret", discovery: provider.discovery, bearer_only: true, ssl_verify: false,
  realm: "demo", required_scopes: ["read"], provider_cluster: "idp", claim_headers: { sub: "x-user-id" },
});

beforeAll(async () => {
  [provider, upstream] = await Promise.all([startProvider(), startUpstream()]);
  envoy = await startEnvoy({
    reloadable: true,
    clusters: { upstream: { port: upstream.port }, idp: { port: Number(new URL(provider.issuer).port) } },
    listeners: [{
      filters: { jwt: { ...filter(), use_jwks: true }, opaque: filter() },
      routes: [
        { prefix: "/opaque", cluster: "upstream", filter: "opaque" },
        { prefix: "/open", cluster: "upstream", filter: null },
        { prefix: "/", cluster: "upstream", filter: "jwt" },
      ],
    }],
  });
  // Metadata and keys are fetched after the start. Until then the answer is 503.
  const token = await provider.mint();
  await until("the provider's keys", 10_000, async () => ((await getWith(envoy.url, token)).status === 200 ? true : undefined));
});

test("a request with a token of the provider reaches the upstream with the identity in a header", async () => {
  const response = await getWith(`${envoy.url}/orders?page=2`, await provider.mint({ claims: { sub: "alice" } }));
  expect(response.status).toBe(200);
  const echo = response.json<Echo>();
  expect(echo.path).toBe("/orders?page=2");
  expect(received(echo, "x-user-id")).toEqual(["alice"]);
});

test("a client's identity header does not reach the upstream", async () => {
  const response = await getWith(envoy.url, await provider.mint(), [["X-User-Id", "root"], ["x-user-id", "admin"], ["X_User_Id", "root"]]);
  expect(received(response.json<Echo>(), "x-user-id")).toEqual(["alice"]);
  expect(received(response.json<Echo>(), "x_user_id")).toEqual([]);
});

test("a request without a token is refused and does not reach the upstream", async () => {
  const before = upstream.count();
  const response = await request(envoy.url);
  expect(response.status).toBe(401);
  expect(response.one("www-authenticate")).toContain('realm="demo"');
  expect(upstream.count()).toBe(before);
});

test("a token signed with another key is refused", async () => {
  const response = await getWith(envoy.url, await provider.mint({ key: "stranger" }));
  expect(response.status).toBe(401);
  expect(response.one("www-authenticate")).toContain('error="invalid_token"');
});

test("a token without the scope is forbidden", async () => {
  const response = await getWith(envoy.url, await provider.mint({ claims: { scope: "write" } }));
  expect(response.status).toBe(403);
});

test("an opaque token is introspected", async () => {
  const good = await getWith(`${envoy.url}/opaque`, await provider.opaque({ sub: "bob" }));
  expect(good.status).toBe(200);
  expect(received(good.json<Echo>(), "x-user-id")).toEqual(["bob"]);
  expect((await getWith(`${envoy.url}/opaque`, "no-such-token")).status).toBe(401);
  expect((await provider.counts()).introspection).toBe(2);
});

test("a route without the filter is open", async () => {
  expect((await request(`${envoy.url}/open`)).status).toBe(200);
});

test("a running Envoy accepts a new configuration, and keeps it if the next one is wrong", async () => {
  expect(await envoy.reload({ filter: { ...filter(), realm: "second" } })).toEqual({ accepted: true });
  expect((await request(envoy.url)).one("www-authenticate")).toContain('realm="second"');
  expect(await envoy.reload({ filter: { ...filter(), realm: 3 } })).toEqual({ accepted: false });
  expect((await request(envoy.url)).one("www-authenticate")).toContain('realm="second"');
});

test("Envoy does not start with a wrong configuration, and the log says what is wrong", async () => {
  const log = await envoyRefuses({ clusters: { upstream: { port: upstream.port } }, filter: { client_id: 7, discovry: "x" } });
  expect(log).toContain("discovry");
});

describe.each([
  { file: "bearer.yaml", setting: "required_scopes" },
  { file: "browser.yaml", setting: "logout_path" },
  { file: "keycloak/envoy.yaml", setting: "logout_path" },
])("the sample envoy/$file", ({ file, setting }) => {
  const model = readFileSync(join(__dirname, "../../envoy", file), "utf8");
  const secrets = { OIDC_CLIENT_SECRET: "the client's secret", OIDC_SESSION_SECRET: "a session secret of the tests, long enough" };
  const environment = { ...secrets, OIDC_DISCOVERY: "http://localhost:8080/realms/quickstart-realm/.well-known/openid-configuration", OIDC_AFTER_LOGOUT: "http://localhost:10000/" };

  test("is accepted by Envoy and the filter", async () => {
    expect(await validateConfig(model, environment)).toBe("");
  });

  test("duty 165: config_dump shows which variables hold the secrets, and no secret", async () => {
    const dump = await (await fetch(`${await runShipped(model, environment)}/config_dump?include_eds`)).text();
    expect(dump).toContain("envoy.extensions.filters.http.wasm.v3.Wasm");
    expect(dump).toContain("OIDC_CLIENT_SECRET");
    for (const secret of Object.values(secrets)) expect(dump).not.toContain(secret);
  });

  test("duty 131: fails closed when the VM dies", () => {
    expect(model).toMatch(/failure_policy: FAIL_(CLOSED|RELOAD)/);
    expect(model).not.toContain("FAIL_OPEN");
  });

  test("is refused with a mistake in the filter's configuration", async () => {
    expect(await validateConfig(model.replace(`"${setting}"`, `"not_${setting}"`), environment)).toContain(`not_${setting}`);
  });
});
