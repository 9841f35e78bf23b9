// A read-only registry (OCI Distribution Specification 1.1) with one image: the filter, as Istio and Envoy Gateway read it.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { listenOn } from "../../../cli/demo/ports";
import { atEnd } from "../../envoy/support/cleanup";
import { FILTER_WASM } from "../../envoy/support/envoy";

export interface Registry {
  port: number;
  /** "127.0.0.1:PORT/envoy-oidc:1.0" */
  image: string;
  /** Of the manifest: "sha256:…" */
  digest: string;
  /** Paths that were asked for. */
  asked: string[];
}

const LAYER = "application/vnd.oci.image.layer.v1.tar+gzip";
const CONFIG = "application/vnd.oci.image.config.v1+json";
const MANIFEST = "application/vnd.oci.image.manifest.v1+json";

export async function startRegistry(): Promise<Registry> {
  const blobs = new Map<string, Buffer>(), asked: string[] = [];
  const blob = (mediaType: string, bytes: Buffer) => {
    const digest = sha256(bytes);
    blobs.set(digest, bytes);
    return { mediaType, digest, size: bytes.length };
  };
  const tar = await tarOf(FILTER_WASM);
  const layer = blob(LAYER, gzipSync(tar));
  const config = blob(CONFIG, json({ architecture: "wasm", os: "wasip1", config: {}, rootfs: { type: "layers", diff_ids: [sha256(tar)] } }));
  const { digest } = blob(MANIFEST, json({ schemaVersion: 2, mediaType: MANIFEST, config, layers: [layer] }));
  const server = createServer(({ url = "", method }, response) => {
    asked.push(url);
    if (url === "/v2/") return void response.end("{}");
    const [, kind, reference] = /^\/v2\/envoy-oidc\/(manifests|blobs)\/([\w:.]+)$/.exec(url) ?? [];
    const found = kind === "manifests" && reference === "1.0" ? digest : reference, bytes = blobs.get(found ?? "");
    if (bytes === undefined) return void response.writeHead(404).end("{}");
    response.writeHead(200, { "content-type": kind === "manifests" ? MANIFEST : "application/octet-stream", "content-length": bytes.length, "docker-content-digest": found });
    response.end(method === "HEAD" ? undefined : bytes);
  });
  const port = await listenOn(server, 0);
  atEnd(async () => { server.closeAllConnections(); server.close(); });
  return { port, image: `127.0.0.1:${port}/envoy-oidc:1.0`, digest, asked };
}

/** An archive with the file as plugin.wasm. */
async function tarOf(file: string): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), "envoy-oidc-image-"));
  try {
    await copyFile(file, join(folder, "plugin.wasm"));
    const { status, stdout, stderr } = spawnSync("tar", ["--create", "--format=ustar", "--directory", folder, "plugin.wasm"], { maxBuffer: 64 * 1024 * 1024 });
    if (status !== 0) throw new Error(`tar failed: ${stderr}`);
    return stdout;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const sha256 = (bytes: Buffer): string => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
const json = (value: object): Buffer => Buffer.from(JSON.stringify(value));
