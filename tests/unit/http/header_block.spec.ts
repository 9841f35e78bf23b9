import { HeaderBlock } from "../../../assembly/http/header_block";
import { equal, equalInt, filled, hex, isFalse, isTrue } from "../check";
import { at, headersOf, joined, serialised, table } from "./serialised.as";

export function the_path_is_found(): void {
  const headers = headersOf([":method", "GET", ":path", "/a?b=c", "accept", "*/*"]);
  equal(at(headers.pathAt, headers.pathSize), "/a?b=c");
}

// The path ends only where the query begins.
export function the_query_does_not_count_as_path(): void {
  length("/a?b", 2); length("/a?", 2); length("/a??b?c", 2); length("/?", 1); length("/a", 2); length("/", 1); length("?", 0); length("", 0);
}
export function characters_that_do_not_begin_a_query_count_as_path(): void { length("/a%3fb", 6); length("/a#b", 4); length("/a;b&c", 6); }
export function the_length_is_that_of_the_current_path(): void {
  const headers = headersOf([":path", "/abc?d"]), other = serialised([":path", "/a"]);
  equalInt(headers.pathLength, 4);
  headers.read(other.dataStart, other.length, table());
  equalInt(headers.pathLength, 2);
  headers.forget();
  equalInt(headers.pathLength, 0);
}

export function a_request_without_a_path_has_none(): void {
  equalInt(headersOf([":method", "CONNECT"]).pathSize, -1);
  equalInt(headersOf([]).pathSize, -1);
}

export function an_empty_path_is_not_an_absent_one(): void { equalInt(headersOf([":path", ""]).pathSize, 0); }

export function the_credential_and_its_kind_are_found(): void {
  const bearer = headersOf([":path", "/", "authorization", "Bearer a"]);
  equal(at(bearer.credentialAt, bearer.credentialSize), "Bearer a");
  isFalse(bearer.credentialRaw, "Authorization has a scheme");
  const raw = headersOf(["x-api-token", "abc"]);
  equal(at(raw.credentialAt, raw.credentialSize), "abc");
  isTrue(raw.credentialRaw, "a configured header needs no scheme");
}

export function a_missing_and_an_empty_credential_differ(): void {
  equalInt(headersOf([":path", "/"]).credentials, 0);
  equalInt(headersOf([":path", "/"]).credentialSize, -1);
  equalInt(headersOf(["authorization", ""]).credentials, 1);
  equalInt(headersOf(["authorization", ""]).credentialSize, 0);
}

export function duty_73_every_credential_is_counted(): void {
  equalInt(headersOf(["authorization", "Bearer a", "authorization", "Bearer a"]).credentials, 2);
  equalInt(headersOf(["authorization", "Basic a", "x", "y", "x-api-token", "b", "authorization", "Bearer c"]).credentials, 3);
}

export function duty_73_another_spelling_of_the_name_is_the_same_header(): void {
  equalInt(headersOf(["Authorization", "Bearer a", "AUTHORIZATION", "Bearer b"]).credentials, 2);
  equalInt(headersOf(["x_api_token", "a", "X-Api-Token", "b"]).credentials, 2);
}

export function duty_73_the_first_of_two_credentials_is_not_overwritten(): void {
  const headers = headersOf(["authorization", "Bearer first", "x-api-token", "second"]);
  equal(at(headers.credentialAt, headers.credentialSize), "Bearer first");
  isFalse(headers.credentialRaw, "first");
}

export function a_name_that_only_contains_a_known_one_is_not_matched(): void {
  const headers = headersOf(["authorization2", "Bearer a", "x-authorization", "Bearer b", "authorizatio", "Bearer c", "x-userinfos", "a", "path", "/x"]);
  equalInt(headers.credentials, 0);
  equalInt(headers.identities, 0);
  equalInt(headers.pathSize, -1);
}

export function duty_87_identity_headers_of_the_client_are_noted(): void { identities(["x-userinfo", "a", "host", "h", "x-user-sub", "b"], "x-userinfo|x-user-sub"); }

export function duty_88_identity_headers_are_noted_in_every_spelling(): void {
  identities(["X_Userinfo", "a", "x_USER-sub", "b", "X-USERINFO", "c", "x-user_sub", "d"], "X_Userinfo|x_USER-sub|X-USERINFO|x-user_sub");
}

export function duty_88_identity_headers_sent_twice_are_noted_twice(): void { identities(["x-userinfo", "a", "x-userinfo", "b"], "x-userinfo|x-userinfo"); }

export function a_client_may_send_32_identity_headers_and_not_33(): void {
  const pairs: string[] = [":path", "/"];
  for (let i = 0; i < 32; i++) { pairs.push("x-userinfo"); pairs.push("v"); }
  equalInt(headersOf(pairs).identities, 32);
  pairs.push("x_userinfo");
  pairs.push("v");
  refuses(serialised(pairs));
}

export function all_values_of_a_name_are_returned_in_order(): void {
  equal(joined(headersOf(["accept", "a", "x", "y", "accept", "", "accept", "b"]).all("accept")), "a||b");
  equalInt(headersOf(["acceptx", "a", "accep", "b"]).all("accept").length, 0);
}

export function values_are_copies_that_stay_valid_after_the_block(): void {
  const headers = new HeaderBlock(), bytes = serialised(["accept", "abc"]);
  isTrue(headers.read(bytes.dataStart, bytes.length, table()), "well-formed");
  const values = headers.all("accept");
  bytes.fill(0);
  equal(joined(values), "abc");
}

export function values_may_contain_any_byte(): void {
  const headers = headersOf(["accept", "a\u0000b\r\n\u00ff"]);
  equal(joined(headers.all("accept")), "a\u0000b\r\n\u00ff");
}

export function a_block_without_headers_is_well_formed(): void { equalInt(headersOf([]).all("accept").length, 0); }

export function every_truncated_block_is_refused(): void {
  const whole = serialised([":path", "/", "authorization", "Bearer abc", "x-userinfo", "me"]);
  for (let n = 0; n < whole.length; n++) refuses(whole.slice(0, n));
}

export function a_count_beyond_the_block_is_refused(): void {
  const bytes = serialised([":path", "/"]);
  const counts: u32[] = [2, 3, 1000, 0x7fffffff, 0x80000000, 0xffffffff, 0x20000000, 0x1fffffff];
  for (let i = 0; i < counts.length; i++) {
    store<u32>(bytes.dataStart, counts[i]);
    refuses(bytes);
  }
}

export function a_size_beyond_the_block_is_refused(): void {
  const sizes: u32[] = [6, 200, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff];
  for (let word = 0; word < 4; word++) {
    for (let i = 0; i < sizes.length; i++) {
      const bytes = serialised([":path", "/", "a", "b"]);
      store<u32>(bytes.dataStart + 4 + word * 4, sizes[i] + 8);
      refuses(bytes);
    }
  }
}

export function two_sizes_whose_sum_wraps_around_are_refused(): void {
  const sizes: u32[] = [0xfffffff0, 0x10, 0xfffffffe, 0, 0x80000000, 0x7fffffff, 0x80000000, 0x80000000, 0, 0xfffffffe, 0x10, 0xfffffff0];
  for (let i = 0; i < sizes.length; i += 2) {
    const bytes = serialised(["a", "b", ":path", "/"]);
    store<u32>(bytes.dataStart, sizes[i], 4);
    store<u32>(bytes.dataStart, sizes[i + 1], 8);
    refuses(bytes);
  }
}

export function nothing_of_the_previous_request_remains(): void {
  const headers = headersOf([":path", "/secret", "authorization", "Bearer a", "x-userinfo", "b"]);
  const next = serialised(["accept", "x"]);
  isTrue(headers.read(next.dataStart, next.length, table()), "well-formed");
  equalInt(headers.pathSize, -1);
  equalInt(headers.credentials, 0);
  equalInt(headers.credentialSize, -1);
  equalInt(headers.identities, 0);
}

export function after_a_malformed_block_there_are_no_headers(): void {
  const headers = headersOf(["accept", "text/html"]);
  const broken = serialised(["accept", "text/html", "authorization", "Bearer a"]);
  isFalse(headers.read(broken.dataStart, broken.length - 3, table()), "cut");
  equalInt(headers.all("accept").length, 0);
}

export function a_forgotten_block_has_no_headers(): void {
  const headers = headersOf(["accept", "text/html"]);
  headers.forget();
  equalInt(headers.all("accept").length, 0);
}

export function a_header_without_a_name_is_ignored(): void { equalInt(headersOf(["", "Bearer a"]).credentials, 0); }

function identities(pairs: string[], want: string): void {
  const headers = headersOf(pairs), names: string[] = [];
  for (let i = 0; i < headers.identities; i++) names.push(at(headers.identityNameAt(i), headers.identityNameSize(i)));
  equal(names.join("|"), want);
}

function refuses(bytes: Uint8Array): void {
  // The bytes after the block must not be read.
  const memory = filled(bytes.length + 64, 0x2f);
  memory.set(bytes);
  isFalse(new HeaderBlock().read(memory.dataStart, bytes.length, table()), "accepted a block of " + bytes.length.toString());
}

export function duty_155_all_values_of_a_name_are_written_with_their_sizes_first(): void {
  const headers = headersOf(["x-tenant", "blue", ":path", "/", "x-tenant", "", "x-tenant2", "red"]);
  equal(written(headers, "x-tenant", 64), "020000000400000062" + "6c756500000000");
  equal(written(headers, "x-absent", 64), "00000000");
}

export function duty_155_values_that_do_not_fit_into_the_buffer_are_not_written(): void {
  const headers = headersOf(["x-tenant", "blue"]);
  for (let room = 0; room < 12; room++) equal(written(headers, "x-tenant", room), "no room");
  equal(written(headers, "x-tenant", 12), "010000000400000062" + "6c7565");
}

// The written bytes in hexadecimal. The byte after the buffer must not change.
function written(headers: HeaderBlock, name: string, room: i32): string {
  const out = new Uint8Array(room + 1).fill(0xee), size = headers.writeAll(name, out.dataStart, room);
  equalInt(out[room], 0xee);
  return size < 0 ? "no room" : hex(out.slice(0, size));
}
function length(target: string, want: i32): void { equalInt(headersOf([":path", target]).pathLength, want); }
