/** A request's headers in Envoy's serialisation. */

import { HeaderBlock } from "../../../assembly/http/header_block";
import { NameTable, Role } from "../../../assembly/http/name_table";
import { ByteWriter } from "../../../assembly/bytes/writer";
import { isTrue, text, utf8 } from "../check";

/** `pairs`: names and values alternate. */
export function serialised(pairs: string[]): Uint8Array {
  const out = new ByteWriter().u32(pairs.length / 2);
  for (let i = 0; i < pairs.length; i++) out.u32(utf8(pairs[i]).length);
  for (let i = 0; i < pairs.length; i++) out.bytes(utf8(pairs[i])).byte(0);
  return out.done();
}

/** The path, the Authorization credential, a header for a bare token, and the identity headers x-userinfo and x-user-sub. */
export function table(): NameTable {
  const t = new NameTable();
  t.add(utf8(":path"), Role.Path);
  t.add(utf8("authorization"), Role.Credential);
  t.add(utf8("x-api-token"), Role.RawCredential);
  t.add(utf8("x-userinfo"), Role.Identity);
  t.add(utf8("x-user-sub"), Role.Identity);
  return t;
}

export function headersOf(pairs: string[]): HeaderBlock {
  const headers = new HeaderBlock(), bytes = serialised(pairs);
  isTrue(headers.read(bytes.dataStart, bytes.length, table()), "a well-formed block");
  return headers;
}

export function joined(values: Uint8Array[]): string {
  const out: string[] = [];
  for (let i = 0; i < values.length; i++) out.push(text(values[i]));
  return out.join("|");
}

/** The bytes at an address as text. */
export function at(address: usize, size: i32): string { return String.UTF8.decodeUnsafe(address, size); }
