// A refusal as programs read it.

import { EMPTY } from "../../bytes/bytes";
import { decodeUtf8 } from "../../bytes/utf8";
import { ByteWriter } from "../../bytes/writer";
import { Refusal } from "../../flow/decision/refusal";

/** The start of an object that `endOfJson` ends. `login`: a path of this origin where a person can log in, or EMPTY. */
export function refusalJson(refusal: Refusal, login: Uint8Array = EMPTY): string {
  const head = refusal.error.length > 0 ? `{"error":"${refusal.error}",` : "{";
  // Another login would not help whom the configuration does not admit.
  const tail = login.length > 0 && refusal.status != 403 ? `,"sign_in":"${inString(login)}"` : "";
  return head + '"error_description":"' + refusal.description + '","code":"' + refusal.code + '"' + tail;
}

/** `id`: the request's, or empty. */
export function endOfJson(id: string, time: string): string { return (id.length > 0 ? `,"request_id":"${id}"` : "") + `,"time":"${time}"}\n`; }

/** The path without what would end a JSON string. It contains no control character (http/return_to.ts). */
function inString(path: Uint8Array): string {
  const out = new ByteWriter(path.length + 16);
  for (let i = 0; i < path.length; i++) {
    if (path[i] == 0x22) out.text("%22");
    else if (path[i] == 0x5c) out.text("%5C");
    else out.byte(path[i]);
  }
  return decodeUtf8(out.written());
}
