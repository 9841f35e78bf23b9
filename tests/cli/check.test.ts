/** `envoy-oidc check`: it runs the filter's own reader of its configuration, and checks the Envoy configuration around it. */
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { envoyOidc, file, findings, placeOf, type Found } from "./support";

const ROOT = join(__dirname, "../..");
const BROWSER = readFileSync(join(ROOT, "envoy/browser.yaml"), "utf8");
const SECRETS = { OIDC_CLIENT_SECRET: "the secret that the provider gave", OIDC_SESSION_SECRET: "Yb0pYq3kBv6i8Dq2lQ4ZcU7xj1mN5tRw" };
const LOGIN = { discovery: "https://idp.example.com/.well-known/openid-configuration", provider_cluster: "idp", client_id: "app", client_secret: "$ENV://A", redirect_uri: "https://app.example.com/callback", session: { secret: "$ENV://B" }, use_jwks: true };

const at = ({ position }: Found): string => `${position?.line}:${position?.column}`;
const serious = (all: Found[]): Found[] => all.filter(({ level }) => level !== "note");

describe("the shipped configurations", () => {
  test.each([
    "browser", "bearer", "keycloak/envoy", "kubernetes/envoy", "istio/gateway", "istio/gateway-with-forms", "istio/sidecar", "gateway/policy", "gateway/policy-with-forms",
  ])("envoy/%s.yaml has no mistake, and the check warns of nothing around the filter", async (name) => {
    const path = join(ROOT, `envoy/${name}.yaml`);
    expect(await envoyOidc(["check", path], SECRETS)).toMatchObject({ code: 0 });
    expect(serious(await findings([path], SECRETS)).filter(({ level, code }) => level === "error" || code !== "filter")).toEqual([]);
  });
});

describe("the filter's JSON", () => {
  test("reports everything that the filter refuses, in the filter's words, with line and column", async () => {
    const text = `{\n  "discovery": "https://idp.example.com/.well-known/openid-configuration",\n  "provider_cluster": "idp",\n  "bearer_only": true, "use_jwks": true,\n  "relm": "x",\n  "claim_headers": { "sub": "host" },\n  "iat_slack": 9999\n}\n`;
    const found = serious(await findings([file(text, "filter.json")]));
    const expected = ["iat_slack", "sub", "relm"].map((name) => placeOf(text, `"${name}"`));
    expect(found.map(at).sort()).toEqual(expected.sort());
    expect(found.find(({ path }) => path === "relm")!.text).toBe("unknown attribute; did you mean realm?");
    expect((await envoyOidc(["check", file(text, "filter.json")])).code).toBe(1);
  });

  test("a missing attribute is reported where the object without it begins", async () => {
    const text = `{\n  "bearer_only": true,\n  "use_jwks": true\n}\n`;
    expect(serious(await findings([file(text, "filter.json")])).map((one) => [one.path, at(one)])).toContainEqual(["discovery", "1:1"]);
  });

  test("names that contain dots are found, and rules are found by their number", async () => {
    const text = JSON.stringify({ ...LOGIN, claim_headers: { "realm_access.roles": "host" }, rules: [{ path: "/a" }, { path_prefix: "/b/*" }] }, null, 2);
    const found = serious(await findings([file(text, "filter.json")]));
    expect(found.map((one) => [one.path, at(one)])).toContainEqual(["claim_headers.realm_access.roles", placeOf(text, '"realm_access.roles"')]);
    expect(found.map((one) => [one.path, at(one)])).toContainEqual(["rules[1].path_prefix", placeOf(text, '"path_prefix"')]);
  });

  test.each<[string, string]>([["a missing comma", '{\n  "a": 1\n  "b": 2\n}'], ["a trailing comma", '{\n  "bearer_only": true,\n}'], ["a comment", '{\n  // yes\n  "bearer_only": true\n}'], ["an open brace", "{"]])("%s is reported with its line", async (_, text) => {
    const [found] = serious(await findings([file(text, "filter.json")]));
    expect(found).toMatchObject({ level: "error", code: "filter" });
    expect(found!.position!.line).toBeGreaterThan(0);
  });

  test("variables that are not set here are named, and their values are not checked", async () => {
    const found = await findings([file(JSON.stringify(LOGIN), "filter.json")]);
    expect(found.map(({ code }) => code)).toEqual(["variable-unset"]);
    expect(found[0]!.text).toContain("A, B");
  });

  test("variables that are set here are checked", async () => {
    const found = await findings([file(JSON.stringify(LOGIN), "filter.json")], { A: "the secret that the provider gave", B: "short" });
    expect(found.filter(({ level }) => level === "error").map(({ path, text }) => `${path}: ${text}`)).toEqual(["session.secret: expected at least 16 characters, found 5"]);
  });

  test("an unset private key is replaced by a key of its kind for the check", async () => {
    const found = await findings([file(JSON.stringify({ ...LOGIN, token_endpoint_auth_method: "private_key_jwt", client_rsa_private_key: "$ENV://KEY", client_jwt_assertion_alg: "ES256" }), "filter.json")]);
    expect(found.map(({ level }) => level)).toEqual(["note"]);
  });

  test("a literal secret gets a warning", async () => {
    const found = await findings([file(JSON.stringify({ ...LOGIN, client_secret: "the secret that the provider gave" }), "filter.json")]);
    expect(found).toContainEqual(expect.objectContaining({ level: "warning", text: expect.stringContaining("client_secret") }));
  });
});

/** One change to envoy/browser.yaml, the finding that it must cause, and a text on the line of the finding. */
const CHANGES: [string, [string | RegExp, string][], string, string, string][] = [
  ["a provider_cluster that does not exist", [['"provider_cluster": "idp"', '"provider_cluster": "ipd"']], "error", "cluster-missing", '"provider_cluster"'],
  ["TLS without a CA", [[/ +trusted_ca: .*\n/, ""]], "error", "tls-without-ca", "- name: idp"],
  ["TLS without a name check", [[/ +match_typed_subject_alt_names: .*\n/, ""]], "error", "tls-without-name-check", "- name: idp"],
  ["TLS that checks another name", [["matcher: { exact: idp.example.com }", "matcher: { exact: idp.example.org }"]], "warning", "tls-other-name", "- name: idp"],
  ["TLS without sni", [[/ +sni: .*\n/, ""]], "warning", "tls-without-sni", "- name: idp"],
  ["TLS 1.2 at most", [[/ +tls_params: .*\n/, ""]], "warning", "tls-maximum-version", "- name: idp"],
  ["no TLS at all", [[/    transport_socket:[^]*?(?=\n\n|$)/, ""]], "error", "cluster-without-tls", "- name: idp"],
  ["no TLS for an endpoint that only the metadata name", [['"provider_cluster": "idp",', '"provider_cluster": "idp", "endpoint_clusters": { "token_endpoint": "service" },']], "error", "cluster-without-tls", "- name: service"],
  ["back-channel logout without bodies", [[/ +allow_on_headers_stop_iteration: .*\n/, ""]], "error", "headers-not-held", '"backchannel_logout_path"'],
  ["form_post without bodies", [[/ +allow_on_headers_stop_iteration: .*\n/, ""], ['"backchannel_logout_path": "/backchannel-logout"', '"response_mode": "form_post"']], "error", "headers-not-held", '"response_mode"'],
  ["header limits below a session's size", [["stat_prefix: public", "stat_prefix: public\n          max_request_headers_kb: 16"]], "warning", "headers-too-small", "max_request_headers_kb"],
  ["a configuration that is a Struct", [["google.protobuf.StringValue", "google.protobuf.Struct"], [/value: \|\n +\{/, "value:\n                    {"]], "error", "configuration-type", "configuration"],
  ["a plugin that fails open", [["failure_policy: FAIL_RELOAD", "failure_policy: FAIL_OPEN"]], "error", "fails-open", "failure_policy"],
  ["a capability that is withheld", [["proxy_http_call: {}, ", ""]], "error", "capability-missing", "capability_restriction_config"],
  ["secrets in key_values", [["{ host_env_keys: [OIDC_CLIENT_SECRET, OIDC_SESSION_SECRET] }", '{ host_env_keys: [OIDC_CLIENT_SECRET], key_values: { OIDC_SESSION_SECRET: "Yb0pYq3kBv6i8Dq2lQ4ZcU7xj1mN5tRw" } }']], "warning", "secret-literal", "key_values"],
  ["rules by path without normalize_path", [[/ +normalize_path: .*\n/, ""], ['"realm": "MY-API"', '"realm": "MY-API", "rules": [{ "path_prefix": "/admin", "required_scopes": ["admin"] }]']], "warning", "path-not-normalized", '"@type"'],
];

describe("the Envoy configuration around the filter", () => {
  test.each(CHANGES)("%s", async (_, edits, level, code, near) => {
    const text = edits.reduce((before, [from, to]) => { const after = before.replace(from, to); expect(after).not.toBe(before); return after; }, BROWSER);
    const found = (await findings([file(text)], SECRETS)).find((one) => one.code === code);
    expect(found).toMatchObject({ level });
    expect(text.split("\n")[found!.position!.line - 1]).toContain(near);
    expect((await findings([join(ROOT, "envoy/browser.yaml")], SECRETS)).map((one) => one.code)).not.toContain(code);
  });

  test("a mistake inside the configuration's text is reported with the line of the file", async () => {
    const text = BROWSER.replace('"realm": "MY-API"', '"relm": "MY-API"');
    const [found] = (await findings([file(text)], SECRETS)).filter(({ level }) => level === "error");
    expect([found!.path, at(found!)]).toEqual(["relm", placeOf(text, '"relm"')]);
  });

  test("also if the file is JSON and the configuration a string with escapes", async () => {
    const inner = JSON.stringify({ bearer_only: true, use_jwks: true, discovery: "https://idp.example.com/.well-known/openid-configuration", provider_cluster: "idp", "relm": "ü\"" });
    const text = JSON.stringify({ static_resources: { listeners: [{ vm_config: { vm_id: "envoy-oidc" }, configuration: { "@type": "type.googleapis.com/google.protobuf.StringValue", value: inner } }], clusters: [] } });
    const found = (await findings([file(text, "envoy.json")])).filter(({ path }) => path === "relm");
    expect(found.map(at)).toEqual([placeOf(text, '\\"relm')]);
  });

  test("a variable that Envoy does not pass on is missing", async () => {
    const text = BROWSER.replace("OIDC_CLIENT_SECRET, OIDC_SESSION_SECRET", "OIDC_CLIENT_SECRET");
    expect(await findings([file(text)], SECRETS)).toContainEqual(expect.objectContaining({ level: "error", path: "session.secret", text: expect.stringContaining("OIDC_SESSION_SECRET") }));
  });

  test("Envoy 1.34.0 is too old to hold bodies until the verdict", async () => {
    const found = await findings(["--envoy-version", "1.34.0", join(ROOT, "envoy/browser.yaml")], SECRETS);
    expect(found.filter(({ code }) => code === "envoy-too-old")).toContainEqual(expect.objectContaining({ level: "error" }));
  });

  test.each([["1.39.2", 1], ["1.40.0", 0]])("Envoy %s: capability_restriction_config inside vm_config is refused %i times, and beside it never", async (version, times) => {
    const inside = BROWSER.replace("vm_id: envoy-oidc\n", "$&                  capability_restriction_config: { allowed_capabilities: {} }\n");
    const refusals = async (text: string) => (await findings(["--envoy-version", version, file(text)], SECRETS)).filter(({ code, level }) => code === "envoy-version" && level === "error").length;
    expect([await refusals(inside), await refusals(BROWSER)]).toEqual([times, 0]);
  });

  test("private_key_jwt needs an Envoy that can sign", async () => {
    const text = BROWSER.replace('"client_secret": "$ENV://OIDC_CLIENT_SECRET"', '"client_rsa_private_key": "$ENV://OIDC_CLIENT_SECRET", "token_endpoint_auth_method": "private_key_jwt"');
    const codes = async (version: string) => (await findings(["--envoy-version", version, file(text)])).filter(({ path }) => path === "client_rsa_private_key").map(({ code }) => code);
    expect([await codes("1.36.4"), await codes("1.37.0")]).toEqual([["envoy-too-old"], []]);
  });

  test("a cluster that a control plane may add is no mistake", async () => {
    const text = BROWSER.replace('"provider_cluster": "idp"', '"provider_cluster": "ipd"') + "\ndynamic_resources: { cds_config: { path_config_source: { path: /cds.yaml } } }\n";
    const found = await findings([file(text)], SECRETS);
    expect(found.map(({ code }) => code)).toContain("cluster-elsewhere");
    expect(found.map(({ code }) => code)).not.toContain("cluster-missing");
  });
});

describe("a module that Envoy fetches", () => {
  const SUM = "0123456789abcdef".repeat(4);
  const inEnvoy = (uri: string, sha256?: string) => BROWSER.replace(/code: \{ local: .*/, `code: { remote: { http_uri: { uri: "${uri}", cluster: files, timeout: 5s }${sha256 === undefined ? "" : `, sha256: "${sha256}"`} } }`);
  const inIstio = (url: string, sha256?: string) => JSON.stringify({ apiVersion: "extensions.istio.io/v1alpha1", kind: "WasmPlugin", spec: { url, sha256, pluginConfig: LOGIN } }, null, 2);
  const inGateway = (code: object) => JSON.stringify({ apiVersion: "gateway.envoyproxy.io/v1alpha1", kind: "EnvoyExtensionPolicy", spec: { wasm: [{ name: "envoy-oidc", code, config: LOGIN }] } }, null, 2);
  const inFilter = (remote: object) => JSON.stringify({ apiVersion: "networking.istio.io/v1alpha3", kind: "EnvoyFilter", spec: { configPatches: [{ patch: { value: { typed_config: { config: { name: "envoy-oidc", vm_config: { code: { remote } } } } } } }] } }, null, 2);
  const WEB = "https://files.example.com/envoy-oidc.wasm", OCI = "oci://registry.example.com/envoy-oidc:1.0.0";
  const about = async (text: string): Promise<string[]> => (await findings([file(text)], SECRETS)).filter(({ code }) => code.startsWith("code-")).map(({ level, code }) => `${level} ${code}`);

  test.each<[string, string, string[]]>([
    ["Envoy, without a sha256, which Envoy refuses", inEnvoy(WEB), ["error code-without-sha256", "note code-fetched"]],
    ["Envoy, with a sha256 in capitals, which matches no module", inEnvoy(WEB, SUM.toUpperCase()), ["error code-sha256", "note code-fetched"]],
    ["Envoy, with half a sha256", inEnvoy(WEB, SUM.slice(32)), ["error code-sha256", "note code-fetched"]],
    ["Envoy, with a sha256", inEnvoy(WEB, SUM), ["note code-fetched"]],
    ["an EnvoyFilter by http, without a sha256", inFilter({ http_uri: { uri: WEB } }), ["error code-without-sha256", "note code-fetched"]],
    ["an EnvoyFilter with an image, which Istio's agent fetches", inFilter({ httpUri: { uri: OCI } }), ["note code-fetched"]],
    ["a WasmPlugin by http, without a sha256", inIstio(WEB), ["warning code-without-sha256", "note code-fetched"]],
    ["a WasmPlugin by http, with half a sha256", inIstio(WEB, SUM.slice(32)), ["error code-sha256", "note code-fetched"]],
    ["a WasmPlugin with an image", inIstio(OCI), ["note code-fetched"]],
    ["a WasmPlugin with an image without a scheme", inIstio(OCI.slice(6)), ["note code-fetched"]],
    ["a WasmPlugin with a file", inIstio("file:///filter/envoy-oidc.wasm"), []],
    ["Envoy Gateway by HTTP, without a sha256", inGateway({ type: "HTTP", http: { url: WEB } }), ["warning code-without-sha256", "note code-fetched"]],
    ["Envoy Gateway by HTTP, with a sha256", inGateway({ type: "HTTP", http: { url: WEB, sha256: SUM } }), ["note code-fetched"]],
    ["Envoy Gateway with an image", inGateway({ type: "Image", image: { url: OCI.slice(6) } }), ["note code-fetched"]],
    ["Envoy, with a local file", BROWSER, []],
  ])("%s", async (_, text, expected) => { expect(await about(text)).toEqual(expected); });

  test.each([[inEnvoy(WEB, SUM), "give vm_id a new value"], [inIstio(OCI), "another tag or a digest"], [inGateway({ type: "HTTP", http: { url: WEB, sha256: SUM } }), "restart the Envoys"]])(
    "the note says how to run new code, at the line of the code (%#)", async (text, advice) => {
      const found = (await findings([file(text)], SECRETS)).find(({ code }) => code === "code-fetched")!;
      expect(found.text).toContain(advice);
      expect(text.split("\n")[found.position!.line - 1]).toMatch(/remote: |"url": |"code": /);
    });
});

const config = { ...LOGIN, backchannel_logout_path: "/bye", relm: "x" };
const KUBERNETES: [string, string][] = [
  ["WasmPlugin", JSON.stringify({ apiVersion: "extensions.istio.io/v1alpha1", kind: "WasmPlugin", spec: { pluginName: "envoy-oidc", failStrategy: "FAIL_OPEN", vmConfig: { env: [{ name: "A", valueFrom: "HOST" }, { name: "B", valueFrom: "HOST" }] }, pluginConfig: config } }, null, 2)],
  ["EnvoyExtensionPolicy", JSON.stringify({ apiVersion: "gateway.envoyproxy.io/v1alpha1", kind: "EnvoyExtensionPolicy", spec: { wasm: [{ name: "envoy-oidc", failOpen: true, env: { hostKeys: ["A", "B"] }, config }] } }, null, 2)],
  ["EnvoyFilter", JSON.stringify({ apiVersion: "networking.istio.io/v1alpha3", kind: "EnvoyFilter", spec: { configPatches: [{ patch: { value: { typed_config: { config: { name: "envoy-oidc", failure_policy: "FAIL_OPEN", vm_config: { environment_variables: { host_env_keys: ["A", "B"] } }, configuration: { "@type": "type.googleapis.com/google.protobuf.StringValue", value: JSON.stringify(config) } } } } } }] } }, null, 2)],
];

describe("Kubernetes resources", () => {
  test.each(KUBERNETES)("a %s is read: the filter's mistakes, failing open, bodies", async (_, text) => {
    const found = await findings([file(text, "resource.json")], { A: SECRETS.OIDC_CLIENT_SECRET, B: SECRETS.OIDC_SESSION_SECRET });
    expect(found.map(({ level, code }) => `${level} ${code}`).sort()).toEqual(["error fails-open", "error filter", "error headers-not-held"]);
    expect(text.split("\n")[found.find(({ path }) => path === "relm")!.position!.line - 1]).toContain("relm");
  });
});

test("a List of resources, as kubectl prints it, is read", async () => {
  const list = { apiVersion: "v1", kind: "List", items: KUBERNETES.map(([, text]) => JSON.parse(text) as object) };
  expect((await findings([file(JSON.stringify(list, null, 2), "list.json")])).filter(({ code }) => code === "fails-open")).toHaveLength(3);
});

describe("files", () => {
  test("several are read, and each finding names its file", async () => {
    const good = file(JSON.stringify(LOGIN), "good.json"), bad = file("{}", "bad.json");
    const found = await findings([good, bad]);
    expect(found.filter(({ level }) => level === "error").every(({ file: name }) => name === bad)).toBe(true);
  });

  test.each([["other: true\n", "no-plugin"], ["a: [1\n", "syntax"]])("%j is an error", async (text, code) => {
    expect(await findings([file(text)])).toContainEqual(expect.objectContaining({ level: "error", code }));
  });

  test("a missing file is wrong usage", async () => {
    expect(await envoyOidc(["check", "/nowhere/envoy.yaml"])).toEqual({ code: 2, out: "", err: "envoy-oidc: /nowhere/envoy.yaml: there is no such file" });
  });

  test.each([[["chekc", "x"]], [["check"]], [["check", "--onlin", "x"]]])("%j is wrong usage", async (args) => expect((await envoyOidc(args)).code).toBe(2));

  test("another plugin is skipped with a note", async () => {
    const text = BROWSER.replace("- name: envoy-oidc\n", "- name: other\n            typed_config: { config: { name: other, vm_config: { code: { local: { filename: /other.wasm } } } } }\n          - name: envoy-oidc\n");
    expect(await findings([file(text)], SECRETS)).toContainEqual(expect.objectContaining({ level: "note", code: "other-plugin" }));
  });
});

describe("--online", () => {
  let server: Server, url = "", metadata: Record<string, unknown> = {}, keys: object[] = [];
  beforeAll(async () => {
    server = createServer((request, response) => {
      const body = request.url === "/jwks" ? { keys } : request.url!.startsWith("/.well-known/") ? metadata : undefined;
      response.writeHead(body === undefined ? 404 : 200, { "content-type": "application/json" }).end(JSON.stringify(body ?? {}));
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));
  beforeEach(() => {
    metadata = { issuer: url, jwks_uri: `${url}/jwks`, authorization_endpoint: `${url}/auth`, token_endpoint: `${url}/token`, userinfo_endpoint: `${url}/me`, end_session_endpoint: `${url}/bye`, token_endpoint_auth_methods_supported: ["client_secret_basic"], id_token_signing_alg_values_supported: ["RS256"], scopes_supported: ["openid"], backchannel_logout_supported: true };
    keys = [{ kty: "RSA", kid: "1", alg: "RS256", use: "sig" }];
  });
  const ask = async (settings: object = {}): Promise<Found[]> => findings(["--online", file(JSON.stringify({ ...LOGIN, ssl_verify: false, discovery: `${url}/.well-known/openid-configuration`, ...settings }), "filter.json")]);

  test("a provider's text cannot control the terminal", async () => {
    metadata.issuer = "https://x\u001b[31m\nenvoy-oidc: all is well";
    const { out } = await envoyOidc(["check", "--online", file(JSON.stringify({ ...LOGIN, ssl_verify: false, discovery: `${url}/.well-known/openid-configuration` }), "filter.json")]);
    expect(out).not.toContain("\u001b");
    expect(out).not.toMatch(/^envoy-oidc: all/m);
  });

  test("a provider that fits gets only the note that it was found", async () => {
    const found = await ask({ id_token_signed_response_alg: "RS256" });
    expect(found.filter(({ code }) => code !== "variable-unset" && code !== "filter").map(({ level, code }) => `${level} ${code}`)).toEqual(["note provider-found"]);
    expect(found.at(-1)!.text).toContain("1 key (RS256)");
  });

  test.each<[string, object, () => void, string]>([
    ["another issuer", {}, () => { metadata.issuer = "https://other.example.com"; }, "error issuer-differs"],
    ["an auth method that it does not support", {}, () => { metadata.token_endpoint_auth_methods_supported = ["private_key_jwt"]; }, "error auth-method"],
    ["an ID Token algorithm that it does not support", { id_token_signed_response_alg: "ES256" }, () => {}, "error id-token-alg"],
    ["a scope that it does not list", { scope: "openid emial" }, () => {}, "warning scope-unknown"],
    ["an endpoint on another host", {}, () => { metadata.token_endpoint = "https://oauth2.example.com/token"; }, "error endpoint-elsewhere"],
    ["no key", {}, () => { keys = []; }, "error no-keys"],
    ["no end_session_endpoint", {}, () => { delete metadata.end_session_endpoint; }, "warning no-end-session"],
    ["no back-channel logout", { backchannel_logout_path: "/bye" }, () => { delete metadata.backchannel_logout_supported; }, "warning no-backchannel-logout"],
    ["no form_post", { response_mode: "form_post" }, () => { metadata.response_modes_supported = ["query"]; }, "error response-mode"],
    ["no S256", {}, () => { metadata.code_challenge_methods_supported = ["plain"]; }, "warning no-pkce"],
    ["no jwks_uri", {}, () => { delete metadata.jwks_uri; }, "error provider-no-keys"],
    ["a wrong path", { discovery: "WRONG" }, () => {}, "error provider-status"],
    ["no server", { discovery: "http://127.0.0.1:1/.well-known/openid-configuration" }, () => {}, "error provider-unreachable"],
  ])("%s", async (_, settings, change, expected) => {
    change();
    const asked = { ...settings } as Record<string, unknown>;
    if (asked.discovery === "WRONG") asked.discovery = `${url}/realm/.well-nown/openid-configuration`;
    expect((await ask(asked)).map(({ level, code }) => `${level} ${code}`)).toContain(expected);
  });
});
