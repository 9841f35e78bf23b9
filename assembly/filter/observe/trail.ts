// What a refusal's page, JSON and log lines have in common, so that one can be found by another: the request's id and the time.

import { isAlphanumeric } from "../../bytes/bytes";
import { decodeUtf8 } from "../../bytes/utf8";
import { ByteWriter } from "../../bytes/writer";
import { HeaderBlock } from "../../http/header_block";

/** Of a request id. Envoy's own have 36 characters. */
const MAX_ID = 64;
/** Of a host and of a path in the log; the rest is left out. */
const MAX_HOST = 255;
const MAX_PATH = 256;

/** Valid until the callback returns: host and path are read where the host put them, and only if a line is written. */
@final
export class Trail {
  /** `x-request-id`; "" if there is none, several, or one with other characters than such ids have. */
  readonly id: string;
  /** UTC, ISO 8601. */
  readonly time: string;

  constructor(private readonly headers: HeaderBlock, nowMs: i64) {
    const ids = headers.all("x-request-id");
    this.id = ids.length == 1 && isPlain(ids[0]) ? escaped(ids[0], MAX_ID) : "";
    this.time = new Date(nowMs).toISOString();
  }

  /** For the end of a log line. No value holds a blank, so a client cannot write one of these names into another's value. */
  get text(): string {
    const headers = this.headers, hosts = headers.all(":authority");
    let out = " time=" + this.time;
    if (this.id.length > 0) out += " id=" + this.id;
    if (hosts.length > 0) out += " host=" + escaped(hosts[0], MAX_HOST);
    if (headers.pathSize > 0) out += " path=" + escaped(headers.path().subarray(0, headers.pathLength), MAX_PATH);
    return out;
  }
}

/** Letters, digits and `-._:+/=@`: what UUIDs, base64 and the ids of other proxies are made of. None needs escaping in HTML or JSON. */
function isPlain(id: Uint8Array): bool {
  if (id.length == 0 || id.length > MAX_ID) return false;
  for (let i = 0; i < id.length; i++) {
    const c = id[i];
    if (!isAlphanumeric(c) && c != 0x2d && c != 0x2e && c != 0x5f && c != 0x3a && c != 0x2b && c != 0x2f && c != 0x3d && c != 0x40) return false;
  }
  return true;
}

/** Visible ASCII as it is, anything else and backslashes as `\xNN`, at most `most` bytes of it. */
export function escaped(text: Uint8Array, most: i32): string {
  const out = new ByteWriter(text.length + 16), size = min(text.length, most);
  for (let i = 0; i < size; i++) {
    const c = text[i];
    if (c > 0x20 && c < 0x7f && c != 0x5c) out.byte(c);
    else out.text("\\x").byte(hex(c >> 4)).byte(hex(c & 15));
  }
  if (text.length > most) out.text("...");
  return decodeUtf8(out.written());
}

function hex(digit: u8): u8 { return digit < 10 ? 0x30 + digit : 0x57 + digit; }
