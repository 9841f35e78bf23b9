// Older Envoys, as far as they differ: what they cannot do is refused at configuration, and what is shipped runs on the oldest of them.

import { generateKeyPairSync } from "node:crypto";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { envoyBinary } from "../../cli/demo/envoy-binary";
import { programOutput } from "../support/child";
import { atEnd } from "./support/cleanup";
import { envoyRefuses, startEnvoy, validateConfig } from "./support/envoy";
import { request } from "./support/http";

const ROOT = join(__dirname, "../.."), FETCH = join(ROOT, "cli/demo/fetch-envoy.mjs");
const OLDEST = /OLDEST_VERSION = "(.*)"/.exec(readFileSync(FETCH, "utf8"))![1]!;
const BEARER = { discovery: "https://idp.example.com/.well-known/openid-configuration", provider_cluster: "idp", bearer_only: true, use_jwks: true };
const clusters = { upstream: { port: 1 }, idp: { port: 1 } };

test("the oldest supported version is the oldest tested one, and is named where people look", () => {
  for (const file of ["README.md", "docs/install.md"]) expect(readFileSync(join(ROOT, file), "utf8")).toContain(`${OLDEST} or newer`);
});

test("the filter's own version is the first thing that it says, and the name of a gauge", async () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string };
  const envoy = await startEnvoy({ clusters, filter: BEARER });
  expect(/envoy-oidc: (.*)/.exec(envoy.logs())?.[1]).toBe(`envoy-oidc: version ${version}`);
  expect(Object.entries(await envoy.stats(/envoy_oidc\.version\./))).toEqual([[expect.stringMatching(new RegExp(`envoy_oidc\\.version\\.${version.replaceAll(".", "\\.")}$`)), 1]]);
});

const samples = readdirSync(join(ROOT, "envoy"), { recursive: true, encoding: "utf8" }).filter((file) => /\.yaml$/.test(file)).sort()
  .map((file) => ({ file, yaml: readFileSync(join(ROOT, "envoy", file), "utf8") })).filter(({ yaml }) => /^static_resources:/m.test(yaml));

test.each(samples)("envoy/$file has no field that the oldest supported Envoy refuses", async ({ yaml }) => {
  const values: Record<string, string> = { WASM_FILE: "/etc/envoy/envoy-oidc.wasm", CA_FILE: "/etc/ssl/certs/ca-certificates.crt", IDP_HOST: "idp.example.com", IDP_PORT: "443", DISCOVERY: BEARER.discovery, PORT: "8080" };
  const filled = Object.entries(values).reduce((text, [name, value]) => text.replaceAll(new RegExp(`\\b${name}\\b`, "g"), value), yaml).replaceAll(/(?<![\w-])\/project\//g, `${ROOT}/`);
  const environment = {
    OIDC_CLIENT_SECRET: "the client's secret", OIDC_SESSION_SECRET: "a session secret of the tests, long enough",
    OIDC_DISCOVERY: "http://localhost:8080/realms/quickstart-realm/.well-known/openid-configuration", OIDC_AFTER_LOGOUT: "http://localhost:10000/",
  };
  expect(await validateConfig(filled, environment, OLDEST)).toBe("");
});

test("envoy/observability/access-log.yaml has no field and no formatter that the oldest supported Envoy refuses", async () => {
  const config = parse(readFileSync(join(ROOT, "envoy/bearer.yaml"), "utf8")) as { static_resources: { listeners: any[] } };
  Object.assign(config.static_resources.listeners[0].filter_chains[0].filters[0].typed_config, parse(readFileSync(join(ROOT, "envoy/observability/access-log.yaml"), "utf8")));
  expect(await validateConfig(stringify(config), { OIDC_CLIENT_SECRET: "the client's secret" }, OLDEST)).toBe("");
});

describe("a private key", () => {
  const client_rsa_private_key = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs8", format: "pem" });
  const filter = {
    ...BEARER, bearer_only: undefined, client_id: "shop", token_endpoint_auth_method: "private_key_jwt", client_rsa_private_key,
    redirect_uri: "/callback", session: { secret: "a session secret of the tests, long enough" },
  };

  test("is refused by an Envoy that does not sign, with the version that does", async () => {
    const log = await envoyRefuses({ envoyVersion: "1.36.4", clusters, filter });
    expect(log).toContain("configuration: client_rsa_private_key: private_key_jwt needs Envoy 1.37 or newer");
  });

  test("is taken by one that does", async () => {
    const envoy = await startEnvoy({ clusters, filter });
    expect(envoy.logs()).not.toContain("private_key_jwt");
  });
});

describe("two plugins with variables of their own, on Envoy 1.38", () => {
  const plugin = (name: string): object => ({ ...BEARER, use_jwks: false, client_id: "shop", client_secret: `$ENV://${name}`, introspection_endpoint: "https://idp.example.com/introspect" });
  const start = (ids: [string, string]) => {
    // The second plugin stands among Envoy's own filters, because a listener's plugins otherwise share vm_id and variables.
    const second = wasm(ids[1], { SECOND: "two" }, plugin("SECOND"));
    return { envoyVersion: "1.38.2", vmId: ids[0], environment: { FIRST: "one" }, clusters, listeners: [{ filters: { first: plugin("FIRST") as Record<string, unknown> }, after: [second] }] };
  };

  test("the wrong way: one vm_id. The second is refused, and told why", async () => {
    const log = await envoyRefuses(start(["shared", "shared"]));
    expect(log).toMatch(/envoy-oidc second: configuration: client_secret: the environment has no variable SECOND; .*before Envoy 1\.39 another plugin with the same vm_id may have come first/);
  });

  test("the right way: a vm_id each", async () => {
    const envoy = await startEnvoy(start(["one", "two"]));
    expect((await request(envoy.url)).status).toBe(401);
  });

  test("the other right way: one vm_id, and the union of both variables in each", async () => {
    const options = start(["shared", "shared"]), variables = { FIRST: "one", SECOND: "two" };
    const envoy = await startEnvoy({ ...options, environment: variables, listeners: [{ ...options.listeners[0], after: [wasm("shared", variables, plugin("SECOND"))] }] });
    expect((await request(envoy.url)).status).toBe(401);
  });
});

function wasm(vm_id: string, key_values: Record<string, string>, filter: object): object {
  const api = (name: string): object => ({ "@type": `type.googleapis.com/${name}` });
  return {
    name: "second",
    typed_config: {
      ...api("envoy.extensions.filters.http.wasm.v3.Wasm"),
      config: {
        name: "second", failure_policy: "FAIL_CLOSED",
        vm_config: { vm_id, runtime: "envoy.wasm.runtime.v8", code: { local: { filename: join(ROOT, "build/envoy-oidc.wasm") } }, environment_variables: { key_values } },
        configuration: { ...api("google.protobuf.StringValue"), value: JSON.stringify(filter) },
      },
    },
  };
}

describe("which Envoy is run", () => {
  const find = (environment: Record<string, string>) => programOutput(process.execPath, [FETCH], { env: { ...process.env, ...environment } });

  test("one that was built without V8 is found out, whatever its number", async () => {
    await expect(find({ ENVOY: await envoyBinary("1.38.3") })).rejects.toThrow("version 1.38.3, which cannot run the filter: it was built without V8, the runtime of WebAssembly modules");
  });

  test("one that is old and can run the filter is taken", async () => {
    const old = await envoyBinary(OLDEST);
    expect((await find({ ENVOY: old })).stdout.trim()).toBe(old);
  });

  test("one on the PATH that cannot run the filter is passed over", async () => {
    const folder = mkdtempSync(join(tmpdir(), "envoy-oidc-"));
    atEnd(async () => rmSync(folder, { recursive: true, force: true }));
    writeFileSync(join(folder, "envoy"), "#!/bin/sh\nif [ \"$1\" = --version ]; then echo 'envoy  version: 0/1.40.0/Clean/RELEASE/BoringSSL'; else exit 1; fi\n");
    chmodSync(join(folder, "envoy"), 0o755);
    expect((await find({ ENVOY: "", PATH: `${folder}:${process.env.PATH}` })).stdout.trim()).toBe(await envoyBinary());
  });
});
