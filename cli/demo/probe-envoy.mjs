// Tests whether an Envoy can run the filter by running it. A version number does not show how an Envoy was built.

import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const MODULE = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), "build", "envoy-oidc.wasm");

/** Why the Envoy at this path cannot run the filter, in words that follow "it"; "" if it can. The filter must have been built. */
export async function whyNot(path) {
  const folder = await mkdtemp(join(tmpdir(), "envoy-oidc-probe-"));
  try {
    const config = join(folder, "envoy.json");
    await writeFile(config, JSON.stringify(bootstrap()));
    await promisify(execFile)(path, ["--mode", "validate", "--log-level", "warning", "-c", config], { timeout: 60_000 });
    return "";
  } catch (error) {
    return reason(`${error.stdout ?? ""}${error.stderr ?? ""}`, error);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function reason(log, error) {
  if (/compiled without support/.test(log)) return "was built without V8, the runtime of WebAssembly modules";
  const lines = log.split("\n").filter((line) => /\[(warning|error|critical)\]|error initializing/i.test(line));
  return `does not take it: ${lines.at(-1)?.trim() ?? error.message}`;
}

/** One listener with the filter, and everything that a copied configuration needs from Envoy. */
function bootstrap() {
  const api = (name) => ({ "@type": `type.googleapis.com/${name}` });
  const filter = { discovery: "https://idp.example.com/.well-known/openid-configuration", provider_cluster: "idp", bearer_only: true, use_jwks: true };
  const plugin = {
    failure_policy: "FAIL_RELOAD",
    allow_on_headers_stop_iteration: true,
    vm_config: { runtime: "envoy.wasm.runtime.v8", code: { local: { filename: MODULE } } },
    configuration: { ...api("google.protobuf.StringValue"), value: JSON.stringify(filter) },
  };
  const manager = {
    ...api("envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"),
    stat_prefix: "probe",
    route_config: { virtual_hosts: [{ name: "all", domains: ["*"], routes: [{ match: { prefix: "/" }, direct_response: { status: 200 } }] }] },
    http_filters: [
      { name: "envoy-oidc", typed_config: { ...api("envoy.extensions.filters.http.wasm.v3.Wasm"), config: plugin } },
      { name: "envoy.filters.http.router", typed_config: api("envoy.extensions.filters.http.router.v3.Router") },
    ],
  };
  const listener = {
    address: { socket_address: { address: "127.0.0.1", port_value: 0 } },
    filter_chains: [{ filters: [{ name: "envoy.filters.network.http_connection_manager", typed_config: manager }] }],
  };
  return { static_resources: { listeners: [listener] } };
}
