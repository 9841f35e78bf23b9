// Least privilege: every shipped configuration grants the filter what its module imports and exports, and nothing else.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, parseAllDocuments } from "yaml";
import { capabilitiesOf } from "../../cli/capabilities";
import { writeEnvoyConfig } from "../../cli/demo/envoy-config";
import { atEnd } from "./support/cleanup";
import { envoyRefuses, FILTER_WASM, startEnvoy, until } from "./support/envoy";
import { getWith } from "./support/http";
import { startProvider, type TestProvider } from "./support/provider";
import { startUpstream, type Upstream } from "./support/upstream";

const ROOT = join(__dirname, "../..");
const NEEDED = capabilitiesOf(FILTER_WASM);

/** The plugins in all YAML that users copy: whole files, and blocks of the documentation. */
const shipped = ["README.md", ...filesIn("docs"), ...filesIn("envoy")].flatMap((file) => {
  const text = readFileSync(join(ROOT, file), "utf8");
  const documents = file.endsWith(".md") ? [...text.matchAll(/^```ya?ml\n([^]*?)^```/gm)].map(([, block]) => block!) : [text];
  return documents.flatMap((document) => parseAllDocuments(document).flatMap((one) => plugins(one.toJS()))).map((plugin) => ({ file, plugin }));
});

function filesIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).filter((file) => /\.(ya?ml|md)$/.test(file)).sort().map((file) => `${folder}/${file}`);
}

/** Every object with a `vm_config`, at any depth, and the additions of an EnvoyPatchPolicy. */
function plugins(value: unknown): Plugin[] {
  if (typeof value !== "object" || value === null) return [];
  if ("path" in value && value.path === "capability_restriction_config" && "value" in value) return [{ vm_config: {}, capability_restriction_config: value.value as object }];
  return ["vm_config" in value ? [value as Plugin] : [], ...Object.values(value).map(plugins)].flat();
}

interface Restricted { capability_restriction_config?: { allowed_capabilities?: object } }
/** Shipped configurations have the list beside `vm_config`, where every supported Envoy reads it. */
interface Plugin extends Restricted { vm_config: Restricted }

/** The changes that the list needs; "" if it needs none. */
function whatToChange(place: Restricted): string {
  const granted = Object.keys(place.capability_restriction_config?.allowed_capabilities ?? {});
  const missing = NEEDED.filter((name) => !granted.includes(name)), superfluous = granted.filter((name) => !NEEDED.includes(name));
  return [...missing.map((name) => `add ${name}: {}`), ...superfluous.map((name) => `remove ${name}`)].join(", ");
}

test("duty 168: the shipped configurations are found", () => {
  expect(shipped.map(({ file }) => file)).toEqual([
    "README.md", "envoy/bearer.yaml", "envoy/browser.yaml", "envoy/first.yaml", "envoy/gateway/policy-with-forms.yaml", "envoy/istio/gateway-with-forms.yaml",
    "envoy/keycloak/envoy.yaml", "envoy/kubernetes/envoy.yaml",
  ]);
});

test.each(shipped)("duty 168: $file grants the module what it needs, and nothing else", ({ plugin }) => {
  expect(whatToChange(plugin)).toBe("");
  expect(plugin.vm_config.capability_restriction_config).toBeUndefined();
});

test.each([
  ["an empty list", {}, /^(add \w+: \{\}(, )?)+$/], ["a missing capability", without(NEEDED, "proxy_on_tick"), /^add proxy_on_tick: \{\}$/], ["a superfluous capability", [...NEEDED, "proxy_done"], /^remove proxy_done$/],
])("duty 168: %s is reported", (_, names, change) => {
  const allowed_capabilities = Array.isArray(names) ? Object.fromEntries(names.map((name) => [name, {}])) : names;
  expect(whatToChange({ capability_restriction_config: { allowed_capabilities } })).toMatch(change);
});

test.each([["1.40.0", true], ["1.41.2", true], ["2.0.0", true], ["1.39.9", false], ["1.33.0", false]])("duty 168: the demo and the tests grant the same, in the place where Envoy %s reads it", (envoyVersion, onVm) => {
  const folder = mkdtempSync(join(tmpdir(), "envoy-oidc-"));
  atEnd(async () => rmSync(folder, { recursive: true, force: true }));
  const path = writeEnvoyConfig(folder, { wasm: FILTER_WASM, envoyVersion, listeners: [{ port: 1, filters: { oidc: {} } }], clusters: {}, adminPort: 2 });
  const [plugin] = plugins(parse(readFileSync(path, "utf8")));
  expect(whatToChange(onVm ? plugin!.vm_config : plugin!)).toBe("");
  expect((onVm ? plugin! : plugin!.vm_config).capability_restriction_config).toBeUndefined();
});

describe("a reduced list", () => {
  let provider: TestProvider;
  let upstream: Upstream;
  beforeAll(async () => { [provider, upstream] = await Promise.all([startProvider(), startUpstream()]); });

  const filter = () => ({ discovery: provider.discovery, provider_cluster: "idp", client_id: "envoy", bearer_only: true, use_jwks: true, ssl_verify: false });
  const start = (capabilities: string[]) => startEnvoy({
    capabilities,
    clusters: { upstream: { port: upstream.port }, idp: { port: Number(new URL(provider.issuer).port) } },
    filter: filter(),
  });

  test("duty 168: with the complete list a request passes", async () => {
    const envoy = await start(NEEDED), token = await provider.mint();
    await until("the provider's keys", 10_000, async () => ((await getWith(envoy.url, token)).status === 200 ? true : undefined));
  });

  test.each(["proxy_remove_header_map_value", "proxy_replace_header_map_value"])("duty 168: without %s, which removes forged headers, Envoy does not start", async (name) => {
    const log = await envoyRefuses({ capabilities: without(NEEDED, name), clusters: {}, listeners: [{ filters: { oidc: filter() }, routes: [] }] });
    expect(log).toContain(`configuration: capability_restriction_config must allow ${name}`);
  });

  test.each(["proxy_http_call", "proxy_on_configure", "proxy_get_header_map_pairs"])("duty 168: without %s nothing reaches the upstream", async (name) => {
    const envoy = await start(without(NEEDED, name)), token = await provider.mint(), before = upstream.count();
    const response = await getWith(envoy.url, token);
    expect([response.status, upstream.count()]).toEqual([name === "proxy_get_header_map_pairs" ? 400 : 503, before]);
    // Envoy replaces a restricted function by a stub, which logs each call and fails.
    if (!name.startsWith("proxy_on_")) await envoy.logged(new RegExp(`Attempted call to restricted proxy-wasm capability: ${name}`));
  });
});

function without(names: string[], name: string): string[] { return names.filter((each) => each !== name); }
