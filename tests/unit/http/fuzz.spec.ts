import { config } from "../config/compiled.as";
import { Credential } from "../../../assembly/flow/bearer/credential";
import { prefersHtml } from "../../../assembly/http/accept";
import { cookieValues } from "../../../assembly/http/cookies";
import { HeaderBlock } from "../../../assembly/http/header_block";
import { pathWithout, QueryParameter } from "../../../assembly/http/query";
import { statusOf } from "../../../assembly/http/status";
import { ByteWriter } from "../../../assembly/bytes/writer";
import { ascii, equalInt, filled, isFalse, isTrue, text } from "../check";
import { mutated, Random } from "../fuzz.as";
import { serialised, table } from "./serialised.as";

export function every_pointer_into_an_accepted_header_block_is_within_it(): void {
  const random = new Random(1), sample = serialised([":path", "/a?t=1", "authorization", "Bearer abc", "x-userinfo", "me", "X_User_Sub", "you", "accept", "text/html", "cookie", "t=1"]);
  let accepted = 0;
  for (let i = 0; i < 6000; i++) {
    const input = i % 5 == 0 ? random.bytes(random.below(120)) : mutated(sample, random);
    // An attacker would choose the sizes, so also write whole words.
    if (i % 3 == 0 && input.length > 60) store<u32>(input.dataStart + 4 * random.below(13), 1 << random.below(32));
    const memory = filled(input.length + 32, 0x3a);
    memory.set(input);
    const from = memory.dataStart, to = from + input.length, headers = new HeaderBlock();
    const status = statusOf(from, input.length);
    isTrue(status >= 0 && status <= 999, "a status");
    if (!headers.read(from, input.length, table())) continue;
    accepted++;
    if (headers.pathSize >= 0) within(headers.pathAt, headers.pathSize, from, to);
    if (headers.credentialSize >= 0) within(headers.credentialAt, headers.credentialSize, from, to);
    isTrue(headers.identities <= 32, "identities");
    for (let k = 0; k < headers.identities; k++) within(headers.identityNameAt(k), headers.identityNameSize(k), from, to);
    prefersHtml(headers.all("accept"));
    new Credential().read(headers, config(SOURCES));
  }
  isTrue(accepted > 500, accepted.toString() + " accepted");
}

export function a_cookie_value_never_holds_a_semicolon(): void {
  const random = new Random(2), sample = ascii("a=1; token=abc.def; b=2; token=; x; =y;token=a=b");
  let found = 0;
  for (let i = 0; i < 4000; i++) {
    const values = cookieValues(block("cookie", i % 5 == 0 ? random.bytes(random.below(80)) : mutated(sample, random)), ascii("token"));
    if (values == null) return assert(false, "too many cookies");
    found += values.length;
    for (let k = 0; k < values.length; k++) isFalse(values[k].includes(0x3b), text(values[k]));
  }
  isTrue(found > 4000, "cookies were found");
}

export function duty_74_a_path_without_its_token_contains_no_token(): void {
  const random = new Random(3), sample = ascii("/a/b?x=1&t=secret&y&%74;tt=2&t=3?t=4"), name = ascii("t");
  let found = 0;
  for (let i = 0; i < 5000; i++) {
    const input = i % 5 == 0 ? random.bytes(random.below(80)) : mutated(sample, random);
    const headers = block(":path", input), parameter = new QueryParameter().find(headers, name);
    const rest = pathWithout(headers, name);
    found += parameter.count;
    equalInt(new QueryParameter().find(block(":path", rest), name).count, 0);
    isTrue(parameter.count > 0 ? rest.length < input.length : rest.length == input.length, "taken out, or left as it was");
    if (parameter.count == 0) continue;
    isTrue(parameter.at > headers.pathAt && parameter.at + parameter.size <= headers.pathAt + input.length, "within the path");
    for (let k = 0; k < parameter.size; k++) isFalse(load<u8>(parameter.at + k) == 0x26, "a value ends where the next parameter begins");
  }
  isTrue(found > 5000, "tokens were found");
}

export function a_credential_that_is_accepted_is_a_token_of_rfc_6750(): void {
  const random = new Random(4), sample = ascii("Bearer abc.def-_~+/=="), c = config();
  let accepted = 0;
  for (let i = 0; i < 5000; i++) {
    const credential = new Credential();
    const refusal = credential.read(block("authorization", i % 5 == 0 ? random.bytes(random.below(40)) : mutated(sample, random)), c);
    if (refusal != null || !credential.wellFormed) continue;
    accepted++;
    for (let k = 0; k < credential.size; k++) {
      const byte = load<u8>(credential.at + k);
      isTrue(byte > 0x20 && byte < 0x7f && byte != 0x22 && byte != 0x2c && byte != 0x3b, "a character of a token");
    }
  }
  isTrue(accepted > 400, accepted.toString() + " accepted");
}

const SOURCES = "\"auth_accept_token_as\":[\"header\",\"query:t\",\"cookie:t\"]";

function block(name: string, value: Uint8Array): HeaderBlock {
  const bytes = new ByteWriter().u32(1).u32(name.length).u32(value.length).text(name).byte(0).bytes(value).byte(0).done();
  const headers = new HeaderBlock();
  isTrue(headers.read(bytes.dataStart, bytes.length, table()), "a well-formed block");
  return headers;
}

function within(at: usize, size: i32, from: usize, to: usize): void { isTrue(size >= 0 && at >= from && at + size <= to, "inside the block"); }
