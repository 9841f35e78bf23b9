// Reproducible archives, whose bytes depend only on their content: no owner, one mode, one time, sorted names, and a compressor that is the same in
// every Node.

import { createHash } from "node:crypto";
import { gzipSync } from "fflate";
import { extract, pack } from "tar-stream";

/** Contents by path. */
export type Files = Record<string, Uint8Array>;

/** A tar of these files. `atSec`: their time, in seconds since 1970. */
export async function tarOf(files: Files, atSec: number): Promise<Buffer> {
  const tar = pack(), chunks: Buffer[] = [];
  for (const name of Object.keys(files).sort()) tar.entry({ name, mode: 0o644, uid: 0, gid: 0, mtime: new Date(atSec * 1000) }, Buffer.from(files[name]!));
  tar.finalize();
  for await (const chunk of tar) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** The contents of a tar. */
export async function filesOf(tar: Uint8Array): Promise<Files> {
  const files: Files = {}, reader = extract();
  reader.end(tar);
  for await (const entry of reader) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    files[entry.header.name] = Buffer.concat(chunks);
  }
  return files;
}

/** RFC 1952, without a time or a name. The zlib of Node differs between versions. */
export function gzipOf(bytes: Uint8Array): Buffer { return Buffer.from(gzipSync(bytes, { level: 9, mtime: 0 })); }

export function sha256(bytes: Uint8Array | string): string { return createHash("sha256").update(bytes).digest("hex"); }
