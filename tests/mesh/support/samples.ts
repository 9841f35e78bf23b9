// The files of envoy/ and the blocks of the pages as a user copies them, with the changes that a user makes: hosts, the client, the module's source.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments, stringify } from "yaml";
import { BROWSER_CLIENT } from "../../../cli/demo/provider-clients";
import { FILTER_WASM } from "../../envoy/support/envoy";
import { AUTHORITY, type World } from "./world";

/** A Kubernetes resource. */
export interface Resource { apiVersion: string; kind: string; metadata: { name: string; namespace?: string }; spec?: any; [field: string]: unknown }

const SESSION_SECRET = "a session secret of the tests, long enough";

/** The values of `$ENV://NAME` in the samples. */
export const ENVIRONMENT = { OIDC_CLIENT_SECRET: BROWSER_CLIENT.secret, OIDC_SESSION_SECRET: SESSION_SECRET };

/** The values of `$ENV://NAME` in the output of `envoy-oidc generate`. */
export const GENERATED_ENVIRONMENT = { CLIENT_SECRET: BROWSER_CLIENT.secret, SESSION_SECRET };

const ROOT = join(__dirname, "../../..");

export function sample(file: string): string {
  return readFileSync(join(ROOT, "envoy", file), "utf8");
}

/** The YAML blocks of a page. They may be indented as parts of a list. */
export function blocks(page: string): string[] {
  const text = readFileSync(join(ROOT, "docs", page), "utf8");
  return [...text.matchAll(/^( *)```yaml\n([^]*?)^\1```/gm)].map(([, indent, block]) => block!.replaceAll(new RegExp(`^${indent}`, "gm"), ""));
}

/** The resources of a sample. The module is a file, or `image` if given. */
export function forWorld(file: string, world: World, image?: string): Resource[] {
  return resourcesOf(sample(file), world, image);
}

/** The resources of a page's first YAML block. */
export function fromPage(page: string, world: World): Resource[] {
  return resourcesOf(blocks(page)[0]!, world);
}

/** The resources of a YAML text. */
export function resourcesOf(text: string, world: World, image?: string): Resource[] {
  return parseAllDocuments(adapted(text, world, image)).map((document) => document.toJS() as Resource);
}

/** Makes the changes of a user in a sample: hosts, the client, and the module's source. */
export function adapted(text: string, { app, provider }: World, image?: string): string {
  return text
    .replaceAll("https://app.example.com", app)
    .replaceAll("app.example.com", new URL(app).hostname)
    .replaceAll("https://idp.example.com/.well-known/openid-configuration", provider.discovery)
    .replaceAll("oci://registry.example.com/envoy-oidc:VERSION", image === undefined ? `file://${FILTER_WASM}` : `oci://${image}`)
    .replaceAll("registry.example.com/envoy-oidc:VERSION", image ?? "")
    // The provider's issuer is always http://127.0.0.1:PORT.
    .replaceAll(/^( +)client_id: MY-CLIENT$/gm, `$1client_id: ${BROWSER_CLIENT.id}\n$1ssl_verify: false`)
    .replaceAll('"client_id": "MY-CLIENT"', `"client_id": "${BROWSER_CLIENT.id}", "ssl_verify": false`)
    .replaceAll("/etc/ssl/certs/ca-certificates.crt", AUTHORITY);
}

/** Adds a path for back-channel logouts, which a gateway that does not deliver forms must refuse. */
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
