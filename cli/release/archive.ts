// Archives whose bytes depend on nothing but their content: no owner, one time, sorted names, and a compressor that is the same in every Node.

import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { gzipSync } from "fflate";
import { pack } from "tar-stream";

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

/** RFC 1952, without a time or a name. */
export function gzipOf(bytes: Uint8Array): Buffer { return Buffer.from(gzipSync(bytes, { level: 9, mtime: 0 })); }

/** The same content, compressed by ours: Node's zlib is another one in each version. */
export function regzipped(bytes: Uint8Array): Buffer { return gzipOf(gunzipSync(bytes)); }

export function sha256(bytes: Uint8Array | string): string { return createHash("sha256").update(bytes).digest("hex"); }
