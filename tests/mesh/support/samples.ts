// The files of envoy/ and the blocks of the pages as a user copies them, with what a user changes: hosts, the client, where the module comes from.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments, stringify } from "yaml";
import { BROWSER_CLIENT } from "../../../cli/demo/provider-clients";
import { FILTER_WASM } from "../../envoy/support/envoy";
import { AUTHORITY, type World } from "./world";

/** A resource of Kubernetes. */
export interface Resource { apiVersion: string; kind: string; metadata: { name: string; namespace?: string }; spec?: any; [field: string]: unknown }

const SESSION_SECRET = "a session secret of the tests, long enough";

/** What the samples call `$ENV://NAME`. */
export const ENVIRONMENT = { OIDC_CLIENT_SECRET: BROWSER_CLIENT.secret, OIDC_SESSION_SECRET: SESSION_SECRET };

/** Likewise what `envoy-oidc generate` writes. */
export const GENERATED_ENVIRONMENT = { CLIENT_SECRET: BROWSER_CLIENT.secret, SESSION_SECRET };

const ROOT = join(__dirname, "../../..");

export function sample(file: string): string {
  return readFileSync(join(ROOT, "envoy", file), "utf8");
}

/** The blocks of YAML in a page, which may be indented as parts of a list. */
export function blocks(page: string): string[] {
  const text = readFileSync(join(ROOT, "docs", page), "utf8");
  return [...text.matchAll(/^( *)```yaml\n([^]*?)^\1```/gm)].map(([, indent, block]) => block!.replaceAll(new RegExp(`^${indent}`, "gm"), ""));
}

/** The resources of a sample. The module is a file unless `image` says where it is. */
export function forWorld(file: string, world: World, image?: string): Resource[] {
  return resourcesOf(sample(file), world, image);
}

/** Those of a page's first block. */
export function fromPage(page: string, world: World): Resource[] {
  return resourcesOf(blocks(page)[0]!, world);
}

/** Those of a text. */
export function resourcesOf(text: string, world: World, image?: string): Resource[] {
  return parseAllDocuments(adapted(text, world, image)).map((document) => document.toJS() as Resource);
}

/** What a user changes in a sample: hosts, the client, and where the module comes from. */
export function adapted(text: string, { app, provider }: World, image?: string): string {
  return text
    .replaceAll("https://app.example.com", app)
    .replaceAll("app.example.com", new URL(app).hostname)
    .replaceAll("https://idp.example.com/.well-known/openid-configuration", provider.discovery)
    .replaceAll("oci://registry.example.com/envoy-oidc:VERSION", image === undefined ? `file://${FILTER_WASM}` : `oci://${image}`)
    .replaceAll("registry.example.com/envoy-oidc:VERSION", image ?? "")
    // The provider's issuer is http://127.0.0.1:PORT, whatever leads to it.
    .replaceAll(/^( +)client_id: MY-CLIENT$/gm, `$1client_id: ${BROWSER_CLIENT.id}\n$1ssl_verify: false`)
    .replaceAll('"client_id": "MY-CLIENT"', `"client_id": "${BROWSER_CLIENT.id}", "ssl_verify": false`)
    .replaceAll("/etc/ssl/certs/ca-certificates.crt", AUTHORITY);
}

/** The sample with a back-channel logout that its gateway cannot deliver. */
export function withBackchannel(resources: Resource[]): Resource[] {
  for (const { spec } of resources) for (const config of [spec?.pluginConfig, ...(spec?.wasm ?? []).map((one: { config: object }) => one.config)]) if (config) config.backchannel_logout_path = "/backchannel-logout";
  return resources;
}

export const toYaml = (resources: Resource[]): string => resources.map((resource) => stringify(resource)).join("---\n");

export function ofKind(resources: Resource[], kind: string): Resource {
  const found = resources.find((resource) => resource.kind === kind);
  if (found === undefined) throw new Error(`There is no ${kind} among ${resources.map((one) => one.kind).join(", ")}.`);
  return found;
}
