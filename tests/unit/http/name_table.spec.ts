import { NameTable, Role } from "../../../assembly/http/name_table";
import { equalInt, isTrue, utf8 } from "../check";
import { Random } from "../fuzz.as";

const NAMES: string[] = [":path", "x-a", "x-userinfo", "x-user-id", "x-access-token", "authorization", ":authority", "q", "x-1", "claim-of-more-than-sixteen-bytes"];

/** A table in which every name has its own role. */
function table(): NameTable {
  const t = new NameTable();
  for (let i = 0; i < NAMES.length; i++) t.add(utf8(NAMES[i]), <Role>(i + 1));
  return t;
}

function letterOrDigit(c: u32): bool { return c >= 0x30 && c <= 0x39 || c >= 0x41 && c <= 0x5a || c >= 0x61 && c <= 0x7a; }
function small(c: u32): u32 { return c >= 0x41 && c <= 0x5a ? c + 32 : c; }

/** The same comparison, implemented byte by byte. */
function expected(name: Uint8Array): i32 {
  for (let i = 0; i < NAMES.length; i++) {
    const own = utf8(NAMES[i]);
    let alike = own.length == name.length && (own[0] == 0x3a) == (name[0] == 0x3a);
    for (let k = 0; alike && k < own.length; k++) alike = letterOrDigit(own[k]) ? small(name[k]) == own[k] : !letterOrDigit(name[k]);
    if (alike) return i + 1;
  }
  return 0;
}

function found(t: NameTable, name: Uint8Array): i32 { return t.find(name.dataStart, name.length); }

export function duty_154_any_byte_at_any_position_of_a_name_is_compared_like_in_the_model(): void {
  const t = table();
  for (let n = 0; n < NAMES.length; n++) {
    const name = utf8(NAMES[n]);
    for (let i = 0; i < name.length; i++) {
      const own = name[i];
      for (let c = 0; c < 256; c++) {
        name[i] = <u8>c;
        equalInt(found(t, name), expected(name));
      }
      name[i] = own;
    }
    equalInt(found(t, name), n + 1);
  }
}

export function duty_154_random_names_are_compared_like_in_the_model(): void {
  const t = table(), random = new Random(154);
  let hits = 0;
  for (let i = 0; i < 20_000; i++) {
    const name = utf8(NAMES[random.below(NAMES.length)]);
    for (let times = random.below(4); times > 0; times--) name[random.below(name.length)] = <u8>random.below(256);
    for (let k = 0; k < name.length; k++) if (!letterOrDigit(name[k]) && k > 0 && random.below(2) == 0) name[k] = <u8>(0x21 + random.below(15));
    equalInt(found(t, name), expected(name));
    if (found(t, name) > 0) hits++;
  }
  isTrue(hits > 3000, hits.toString() + " hits");
}

export function duty_154_a_name_that_cgi_may_map_to_an_identity_header_counts_as_one(): void {
  const t = table(), counter = "!#$%&'*+-.^_`|~";
  for (let i = 0; i < counter.length; i++) equalInt(found(t, utf8("X" + counter.charAt(i) + "User" + counter.charAt(counter.length - 1 - i) + "Id")), 4);
}

export function duty_154_no_header_name_matches_a_pseudo_header(): void {
  const t = table();
  for (let c = 0; c < 256; c++) {
    const name = utf8(":path"), longer = utf8(":authority");
    name[0] = longer[0] = <u8>c;
    equalInt(found(t, name), c == 0x3a ? 1 : 0);
    equalInt(found(t, longer), c == 0x3a ? 7 : 0);
  }
}

export function duty_154_a_pseudo_header_matches_no_header(): void {
  const t = new NameTable();
  t.add(utf8("-path"), Role.Identity);
  equalInt(found(t, utf8("-path")), Role.Identity);
  equalInt(found(t, utf8("~path")), Role.Identity);
  equalInt(found(t, utf8(":path")), Role.None);
  t.add(utf8(":path"), Role.Path);
  equalInt(found(t, utf8(":path")), Role.Path);
  equalInt(found(t, utf8("_path")), Role.Identity);
}

export function adding_a_name_again_adds_the_role(): void {
  const t = new NameTable();
  t.add(utf8("x-user-id"), Role.Identity);
  t.add(utf8("X_USER.ID"), Role.RawCredential);
  equalInt(found(t, utf8("x-user-id")), Role.Identity | Role.RawCredential);
}

export function many_names_in_few_buckets_are_distinguished(): void {
  const t = new NameTable();
  for (let i = 0; i < 500; i++) t.add(utf8("x-" + i.toString() + "-y"), i & 1 ? Role.Identity : Role.Credential);
  for (let i = 0; i < 500; i++) equalInt(found(t, utf8("X_" + i.toString() + ".Y")), i & 1 ? Role.Identity : Role.Credential);
  equalInt(found(t, utf8("x-500-y")), Role.None);
}
