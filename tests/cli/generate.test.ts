/** `envoy-oidc generate`: its output follows the provider's metadata, and `check` accepts it. */
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, parseAllDocuments } from "yaml";
import { filterPath } from "../../cli/commands/filter/module";
import { envoyOidc, file, findings } from "./support";

const OFFLINE = ["generate", "--issuer", "https://idp.example.com/realms/shop", "--client-id", "shop", "--app-url", "https://shop.example.com", "--offline"];
const SECRETS = { CLIENT_SECRET: "the secret that the provider gave", SESSION_SECRET: "Yb0pYq3kBv6i8Dq2lQ4ZcU7xj1mN5tRw" };

/** The filter's settings in the output. */
const settings = (text: string): Record<string, unknown> => JSON.parse(/value: \|\n((?: {20}.*\n)+)/.exec(text)![1]!) as Record<string, unknown>;

describe.each(["envoy", "istio", "envoy-gateway"])("--target %s", (target) => {
  test.each([[[]], [["--bearer-only"]]])("with %j passes check, without a warning", async (more) => {
    const { code, out } = await envoyOidc([...OFFLINE, "--target", target, ...more]);
    expect(code).toBe(0);
    expect((await findings([file(out)], SECRETS)).filter(({ code }) => code !== "code-fetched")).toEqual([]);
  });
  test("contains no secret, and is well-formed YAML", async () => {
    const { out } = await envoyOidc([...OFFLINE, "--target", target], SECRETS);
    expect(out).not.toContain(SECRETS.CLIENT_SECRET);
    expect((parseAllDocuments(out) as { errors: unknown[] }[]).flatMap(({ errors }) => errors)).toEqual([]);
    expect(out).toMatch(/^# /);
  });
});

describe("--target compose", () => {
  test("writes two files and a copy of the module, and does not replace existing ones", async () => {
    const out = mkdtempSync(join(tmpdir(), "envoy-oidc-cli-"));
    expect((await envoyOidc([...OFFLINE, "--target", "compose", "--out", out])).code).toBe(0);
    expect(readdirSync(out).sort()).toEqual(["compose.yaml", "envoy-oidc.wasm", "envoy.yaml"]);
    expect(readFileSync(join(out, "envoy-oidc.wasm")).equals(readFileSync(filterPath()))).toBe(true);
    expect(await findings([join(out, "envoy.yaml")], SECRETS)).toEqual([]);
    expect(Object.keys((parse(readFileSync(join(out, "compose.yaml"), "utf8")) as { services: { envoy: { environment: object } } }).services.envoy.environment)).toEqual(["CLIENT_SECRET", "SESSION_SECRET"]);
    expect(await envoyOidc([...OFFLINE, "--target", "compose", "--out", out])).toMatchObject({ code: 2, err: expect.stringContaining("was not replaced") });
  });
  test.each(["compose.yaml", "envoy.yaml", "envoy-oidc.wasm"])("writes nothing where there is a file %s", async (name) => {
    const out = mkdtempSync(join(tmpdir(), "envoy-oidc-cli-"));
    writeFileSync(join(out, name), "mine");
    expect(await envoyOidc([...OFFLINE, "--target", "compose", "--out", out])).toMatchObject({ code: 2, err: expect.stringContaining(`${join(out, name)}: is there already`) });
    expect([readdirSync(out), readFileSync(join(out, name), "utf8")]).toEqual([[name], "mine"]);
  });
  test.each([["https://shop.example.com", "127.0.0.1:8080:8080"], ["http://localhost:9000", "127.0.0.1:9000:8080"], ["http://127.0.0.1", "127.0.0.1:80:8080"], ["https://localhost:9000", "127.0.0.1:8080:8080"]])(
    "%s is published as %s, and on no other interface", async (app, published) => {
      const out = mkdtempSync(join(tmpdir(), "envoy-oidc-cli-"));
      await envoyOidc([...OFFLINE, "--target", "compose", "--app-url", app, "--out", out]);
      expect((parse(readFileSync(join(out, "compose.yaml"), "utf8")) as { services: { envoy: { ports: string[] } } }).services.envoy.ports).toEqual([published]);
    });
  test("needs a folder", async () => expect((await envoyOidc([...OFFLINE, "--target", "compose"])).code).toBe(2));
});

describe("the provider's metadata", () => {
  let server: Server, url = "", metadata: Record<string, unknown> = {}, keys: object[] = [];
  beforeAll(async () => {
    server = createServer((request, response) => { response.end(JSON.stringify(request.url === "/jwks" ? { keys } : metadata)); }).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));
  beforeEach(() => {
    metadata = { issuer: url, jwks_uri: `${url}/jwks`, token_endpoint: `${url}/token`, userinfo_endpoint: `${url}/me`, end_session_endpoint: `${url}/bye` };
    keys = [{ kty: "RSA", alg: "RS256", use: "sig" }];
  });
  const made = async (): Promise<string> => (await envoyOidc(["generate", "--issuer", url, "--client-id", "shop"])).out;

  test("the defaults: client_secret_basic, RS256, no back-channel logout, no bodies", async () => {
    const text = await made();
    expect(settings(text)).toMatchObject({ scope: "openid profile email", id_token_signed_response_alg: "RS256", token_signing_alg_values_expected: ["RS256"], ssl_verify: false });
    expect(Object.keys(settings(text))).not.toEqual(expect.arrayContaining(["token_endpoint_auth_method"]));
    expect(text).not.toContain("allow_on_headers_stop_iteration");
  });

  test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ["client_secret_post", { token_endpoint_auth_methods_supported: ["client_secret_post"] }, { token_endpoint_auth_method: "client_secret_post", client_secret: "$ENV://CLIENT_SECRET" }],
    ["private_key_jwt", { token_endpoint_auth_methods_supported: ["private_key_jwt", "tls_client_auth"] }, { token_endpoint_auth_method: "private_key_jwt", client_rsa_private_key: "$ENV://CLIENT_KEY" }],
    ["a client without a secret", { token_endpoint_auth_methods_supported: ["none"] }, { token_endpoint_auth_method: "none" }],
    ["only ES256", { id_token_signing_alg_values_supported: ["HS256", "ES256"] }, { id_token_signed_response_alg: "ES256" }],
    ["no profile scope", { scopes_supported: ["openid", "email"] }, { scope: "openid email" }],
    ["back-channel logout", { backchannel_logout_supported: true }, { backchannel_logout_path: "/backchannel-logout" }],
    ["an issuer other than its address", { issuer: "https://login.example.com" }, { issuer: "https://login.example.com" }],
  ])("%s", async (_, change, expected) => {
    Object.assign(metadata, change);
    const text = await made();
    expect(settings(text)).toMatchObject(expected);
    expect((await findings([file(text)])).filter(({ level }) => level === "error")).toEqual([]);
    expect(text.includes("allow_on_headers_stop_iteration: true")).toBe("backchannel_logout_path" in expected);
  });

  test.each<[string, Record<string, unknown>]>([["a line break", { token_endpoint_auth_methods_supported: ["x\nstatic_resources: {}\u2028y"] }], ["a host that is YAML", { token_endpoint: "https://{evil}/token" }]])("%s in the metadata cannot write a line of the configuration", async (_, change) => {
    const before = parse(await made()) as object;
    Object.assign(metadata, change);
    const text = await made();
    expect(Object.keys(parse(text) as object)).toEqual(Object.keys(before));
    expect(text).not.toMatch(/^static_resources: \{\}/m);
    expect((await findings([file(text)])).filter(({ level }) => level === "error")).toEqual([]);
  });

  test("an endpoint on another host gets its own cluster, with TLS for that host", async () => {
    metadata.token_endpoint = "https://oauth2.example.com/token";
    const text = await made(), clusters = (parse(text) as { static_resources: { clusters: { name: string; transport_socket?: { typed_config: { sni: string } } }[] } }).static_resources.clusters;
    expect(settings(text).endpoint_clusters).toEqual({ hosts: { "oauth2.example.com": "idp-oauth2-example-com" } });
    expect(clusters.find(({ name }) => name === "idp-oauth2-example-com")!.transport_socket!.typed_config.sni).toBe("oauth2.example.com");
  });

  test("an issuer that is not the given one is reported", async () => {
    metadata = { ...metadata, issuer: "https://login.example.com" };
    expect((await envoyOidc(["generate", "--issuer", url, "--client-id", "shop"])).err).toContain("The provider calls itself https://login.example.com");
    metadata = { ...metadata, issuer: `${url}/` };
    expect((await envoyOidc(["generate", "--issuer", url, "--client-id", "shop"])).err).not.toContain("calls itself");
  });
  test("an issuer that is a template, as that of Entra ID for several tenants, is reported", async () => {
    metadata = { ...metadata, issuer: "https://login.example.com/{tenantid}/v2.0" };
    expect((await envoyOidc(["generate", "--issuer", url, "--client-id", "shop"])).err).toContain("{tenantid}/v2.0, a template that no token has");
  });
  test.each([[[]], [["--bearer-only"]]])("that bearer tokens of any audience pass is written, with %j", async (more) => {
    expect((await envoyOidc(["generate", "--issuer", url, "--client-id", "shop", ...more])).out).toContain("# A bearer token passes whatever its audience: ");
  });
  test.each<[string, () => void]>([["no object", () => { metadata = null as never; }], ["no issuer", () => { delete metadata.issuer; }], ["an issuer that is no text", () => { metadata.issuer = 5; }]])("metadata that has %s is reported", async (_, change) => {
    change();
    expect(await envoyOidc(["generate", "--issuer", url, "--client-id", "shop"])).toMatchObject({ code: 0, err: expect.stringContaining("What follows is what most providers take") });
  });
  test("a key that is no object is passed over", async () => {
    keys = [null as never, ...keys];
    expect(settings(await made()).token_signing_alg_values_expected).toEqual(["RS256"]);
  });

  test("a provider that cannot be reached is reported, and the output has the usual settings", async () => {
    const { code, out, err } = await envoyOidc(["generate", "--issuer", "http://127.0.0.1:1", "--client-id", "shop"]);
    expect([code, settings(out).id_token_signed_response_alg]).toEqual([0, "RS256"]);
    expect(err).toContain("cannot be reached from here");
  });
});

test.each([["envoy", []], ["istio", ["localhost", "127.0.0.1"]], ["envoy-gateway", ["localhost", "127.0.0.1"]], ["compose", ["localhost", "127.0.0.1"]]])("--target %s: a loopback address that leads elsewhere there is told (%j)", async (target, names) => {
  const out = mkdtempSync(join(tmpdir(), "envoy-oidc-cli-"));
  const { code, err } = await envoyOidc(["generate", "--issuer", "http://localhost:8080/realms/shop", "--client-id", "shop", "--upstream", "127.0.0.1:8000", "--offline", "--target", target, "--out", out]);
  expect([code, [...err.matchAll(/^Where Envoy runs, (\S+) is not this machine/gm)].map(([, name]) => name)]).toEqual([0, names]);
});

test.each([[["--issuer", "idp"]], [["--issuer", "https://idp.example.com", "--app-url", "shop"]], [["--issuer", "https://idp.example.com", "--upstream", "http://x/"]], [["--issuer", "https://idp.example.com", "--target", "nginx"]], [["--issuer", "https://idp.example.com?a=b"]], [["--issuer", "https://idp.example.com", "--out", file("", "f")]], [["--issuer", "https://idp.example.com", "--out", join(file("", "f"), "g")]]])("%j is wrong usage", async (options) => {
  expect((await envoyOidc(["generate", "--client-id", "shop", "--offline", ...options])).code).toBe(2);
});

test("a password in --issuer is neither written nor shown", async () => {
  const { code, out, err } = await envoyOidc(["generate", "--client-id", "shop", "--offline", "--issuer", "https://shop:hunter2@idp.example.com"]);
  expect([code, out, err]).toEqual([2, "", expect.not.stringContaining("hunter2")]);
});
