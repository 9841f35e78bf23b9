// A read-only registry (OCI Distribution Specification 1.1) with one image, the one that a release makes of the filter.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { imageOf } from "../../../cli/release/image";
import { close, listenOn } from "../../../cli/demo/ports";
import { atEnd } from "../../envoy/support/cleanup";
import { FILTER_WASM } from "../../envoy/support/envoy";

export interface Registry {
  port: number;
  /** "127.0.0.1:PORT/envoy-oidc:1.0" */
  image: string;
  /** The manifest's digest: "sha256:…" */
  digest: string;
}

const MANIFEST = "application/vnd.oci.image.manifest.v1+json";

export async function startRegistry(): Promise<Registry> {
  const { layout, digest } = await imageOf(await readFile(FILTER_WASM), { name: "envoy-oidc", description: "", license: "Apache-2.0", version: "1.0", revision: "", atSec: 0 });
  const server = createServer(({ url = "", method }, response) => {
    if (url === "/v2/") return void response.end("{}");
    const [, kind, reference] = /^\/v2\/envoy-oidc\/(manifests|blobs)\/([\w:.]+)$/.exec(url) ?? [];
    const found = kind === "manifests" && reference === "1.0" ? digest : reference, bytes = layout[`blobs/${found?.replace(":", "/")}`];
    if (bytes === undefined) return void response.writeHead(404).end("{}");
    response.writeHead(200, { "content-type": kind === "manifests" ? MANIFEST : "application/octet-stream", "content-length": bytes.length, "docker-content-digest": found });
    response.end(method === "HEAD" ? undefined : bytes);
  });
  const port = await listenOn(server, 0);
  atEnd(() => close(server));
  return { port, image: `127.0.0.1:${port}/envoy-oidc:1.0`, digest };
}
