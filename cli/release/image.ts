// The OCI image: a layout (OCI image-layout 1.0.0) in the form that Istio's agent and Envoy Gateway pull, one layer with plugin.wasm.

import { gzipOf, sha256, tarOf, type Files } from "./archive";

const LAYER = "application/vnd.oci.image.layer.v1.tar+gzip";
const CONFIG = "application/vnd.oci.image.config.v1+json";
const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const INDEX = "application/vnd.oci.image.index.v1+json";

export interface Image {
  /** The layout's files by path. */
  layout: Files;
  /** The manifest's digest, by which the image is pulled and signed: "sha256:…". */
  digest: string;
}

export interface About { name: string; description: string; license: string; version: string; revision: string; atSec: number }

export async function imageOf(wasm: Uint8Array, about: About): Promise<Image> {
  const layout: Files = {};
  const blob = (mediaType: string, bytes: Uint8Array): { mediaType: string; digest: string; size: number } => {
    const digest = sha256(bytes);
    layout[`blobs/sha256/${digest}`] = bytes;
    return { mediaType, digest: `sha256:${digest}`, size: bytes.length };
  };
  const created = new Date(about.atSec * 1000).toISOString().replace(".000", "");
  const tar = await tarOf({ "plugin.wasm": wasm }, about.atSec);
  const layer = blob(LAYER, gzipOf(tar));
  const config = blob(CONFIG, json({ created, architecture: "wasm", os: "wasip1", config: {}, rootfs: { type: "layers", diff_ids: [`sha256:${sha256(tar)}`] } }));
  const annotations = Object.fromEntries(Object.entries({
    title: about.name, description: about.description, licenses: about.license, version: about.version, revision: about.revision, created,
  }).map(([key, value]) => [`org.opencontainers.image.${key}`, value]));
  const manifest = blob(MANIFEST, json({ schemaVersion: 2, mediaType: MANIFEST, config, layers: [layer], annotations }));
  layout["index.json"] = json({ schemaVersion: 2, mediaType: INDEX, manifests: [{ ...manifest, annotations: { "org.opencontainers.image.ref.name": about.version } }] });
  layout["oci-layout"] = json({ imageLayoutVersion: "1.0.0" });
  return { layout, digest: manifest.digest };
}

function json(value: object): Buffer { return Buffer.from(JSON.stringify(value)); }
