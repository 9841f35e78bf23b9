import { MAX_CHUNKS } from "../../../assembly/http/cookie_names";
import { chunksSaid } from "../../../assembly/http/session_chunks";
import { chunkRoom, chunksOf, openCookie, sealedCookie } from "../../../assembly/session/cookie_text";
import { contextOf, Purpose, SealingKeys } from "../../../assembly/session/sealing";
import { ascii, concat, equal, equalBytes, equalInt, filled, isTrue, text } from "../check";
import { bytes, flipped, keys, nonce } from "./values.as";

const CONTEXT = contextOf([ascii("https://idp.example.com"), ascii("client")]), NAME = ascii("__Host-session");

export function a_sealed_cookie_opens_for_every_number_of_chunks(): void {
  const own = keys();
  for (let size = 0; size < 600; size++) {
    const made = sealed(own, bytes(size), 100);
    const length = 1 + (size + 40) * 4 / 3 + ((size + 40) % 3 == 0 ? 0 : 1), want = length <= 100 ? 1 : 1 + (length - 100 + 91) / 92;
    if (made == null) { isTrue(want > MAX_CHUNKS, "too long at " + size.toString()); continue; }
    equalInt(chunksSaid(made.dataStart, made.length), want);
    const chunks = chunksOf(made, 100);
    equalInt(chunks.length, want);
    opens(own, joined(chunks), bytes(size));
  }
}

export function a_chunk_is_never_longer_than_the_room(): void {
  const chunks = chunksOf(bytes(1000), 300);
  equalInt(chunks.length, 4);
  for (let i = 0; i < 3; i++) equalInt(chunks[i].length, 300);
  equalInt(chunks[3].length, 124);
}

export function duty_160_each_later_chunk_begins_with_the_id_from_the_first_chunk(): void {
  const chunks = three();
  for (let i = 1; i < 3; i++) equal(text(chunks[i].subarray(0, 8)), text(chunks[0].subarray(1, 9)));
}

export function a_room_that_only_fits_the_id_is_too_small(): void {
  for (let room = 1; room <= 8; room++) isTrue(sealed(keys(), bytes(9), room) == null, room.toString());
}

export function duty_111_more_than_nine_chunks_are_refused(): void {
  // 40 bytes of seal and 586 bytes of text are 835 characters. With the number of chunks they are 836: 100 and eight times 92.
  isTrue(sealed(keys(), bytes(586), 100) != null, "nine chunks");
  isTrue(sealed(keys(), bytes(587), 100) == null, "ten chunks");
  isTrue(sealed(keys(), bytes(100000), 100) == null, "hundreds of chunks");
}

export function duty_111_a_text_for_one_cookie_that_needs_two_is_refused(): void {
  const own = keys();
  isTrue(sealedCookie(own, Purpose.Login, nonce(), CONTEXT, NAME, bytes(32), 97, 1) != null, "one chunk");
  isTrue(sealedCookie(own, Purpose.Login, nonce(), CONTEXT, NAME, bytes(33), 97, 1) == null, "two chunks");
}

export function without_room_there_is_no_cookie(): void {
  isTrue(sealed(keys(), bytes(1), 0) == null, "no room");
  isTrue(sealed(keys(), bytes(1), -5) == null, "less than none");
  equalInt(chunksOf(bytes(10), 0).length, 0);
}

export function without_a_nonce_or_a_secret_there_is_no_cookie(): void {
  isTrue(sealedCookie(keys(), Purpose.Session, new Uint8Array(0), CONTEXT, NAME, bytes(9), 4000) == null, "no nonce");
  isTrue(sealed(new SealingKeys([]), bytes(9), 4000) == null, "no secret");
}

export function duty_13_duty_100_a_session_with_a_flipped_bit_does_not_open(): void {
  const own = keys(), made = must(sealed(own, bytes(109), 4000));
  equalInt(made.length, 200);
  for (let bit = 0; bit < made.length * 8; bit++) refuses(own, flipped(made, bit));
}

export function duty_100_a_truncated_session_does_not_open(): void {
  const own = keys(), made = must(sealed(own, bytes(109), 100));
  for (let size = 0; size < made.length; size++) refuses(own, made.subarray(0, size));
}

export function duty_100_a_session_with_a_missing_chunk_does_not_open(): void {
  const own = keys(), chunks = three();
  refuses(own, joined([chunks[0], chunks[1]]));
  refuses(own, joined([chunks[0], chunks[2]]));
  refuses(own, joined([chunks[1], chunks[2]]));
  refuses(own, chunks[0]);
}

export function duty_100_chunks_in_another_order_do_not_open(): void {
  const own = keys(), chunks = three();
  opens(own, joined(chunks), bytes(160));
  refuses(own, joined([chunks[0], chunks[2], chunks[1]]));
  refuses(own, joined([chunks[1], chunks[0], chunks[2]]));
  refuses(own, joined([chunks[2], chunks[1], chunks[0]]));
}

export function duty_100_a_repeated_chunk_does_not_open(): void {
  const own = keys(), chunks = three();
  refuses(own, joined([chunks[0], chunks[1], chunks[1]]));
  refuses(own, joined([chunks[0], chunks[1], chunks[2], chunks[2]]));
  refuses(own, joined([chunks[0], chunks[0], chunks[1], chunks[2]]));
}

export function duty_100_chunks_of_two_sessions_do_not_open(): void {
  const own = keys(), ours = three(), other = chunksOf(must(sealedCookie(own, Purpose.Session, nonce(9), CONTEXT, NAME, bytes(160, 5), 100)), 100);
  equalInt(other.length, 3);
  for (let pick = 1; pick < 7; pick++) {
    refuses(own, joined([pick & 1 ? other[0] : ours[0], pick & 2 ? other[1] : ours[1], pick & 4 ? other[2] : ours[2]]));
  }
}

export function duty_100_a_wrong_number_of_chunks_does_not_open(): void {
  const own = keys(), made = must(sealed(own, bytes(160), 100));
  for (let c = 0; c < 256; c++) {
    const other = made.slice();
    other[0] = <u8>c;
    if (c == 0x33) opens(own, other, bytes(160));
    else refuses(own, other);
  }
}

export function duty_101_a_login_does_not_open_as_session(): void {
  const own = keys(), made = must(sealedCookie(own, Purpose.Login, nonce(), CONTEXT, NAME, bytes(50), 4000));
  refuses(own, made);
}

export function duty_101_a_cookie_opens_under_its_own_name_only(): void {
  const own = keys(), made = must(sealed(own, bytes(50), 4000));
  isTrue(openCookie(own, Purpose.Session, CONTEXT, ascii("session"), made) == null, "another name");
  isTrue(openCookie(own, Purpose.Session, CONTEXT, ascii(""), made) == null, "no name");
}

export function duty_102_a_session_of_another_issuer_or_client_does_not_open(): void {
  const own = keys(), made = must(sealed(own, bytes(50), 4000));
  isTrue(openCookie(own, Purpose.Session, contextOf([ascii("https://idp.example.com"), ascii("other")]), NAME, made) == null, "another client");
  isTrue(openCookie(own, Purpose.Session, contextOf([ascii("https://idp.example.org"), ascii("client")]), NAME, made) == null, "another issuer");
  isTrue(openCookie(own, Purpose.Session, contextOf([ascii("https://idp.example.comclient")]), NAME, made) == null, "both in one");
}

export function duty_103_no_byte_moves_between_the_name_and_the_context(): void {
  const own = keys(), made = must(sealedCookie(own, Purpose.Session, nonce(), ascii("ab"), ascii("c"), bytes(9), 4000));
  isTrue(openCookie(own, Purpose.Session, ascii("a"), ascii("bc"), made) == null, "moved");
  isTrue(openCookie(own, Purpose.Session, ascii("abc"), ascii(""), made) == null, "moved");
}

export function duty_55_another_spelling_of_a_session_does_not_open(): void {
  const own = keys();
  for (let size = 0; size < 3; size++) {
    const made = must(sealed(own, bytes(size), 4000));
    refuses(own, concat(made, ascii("=")));
    refuses(own, concat(made, ascii("==")));
    refuses(own, concat(ascii(" "), made));
    refuses(own, concat(made, ascii(" ")));
    refuses(own, concat(made, ascii("A")));
  }
}

export function other_bytes_do_not_open(): void {
  const own = keys();
  for (let size = 0; size < 300; size++) {
    refuses(own, bytes(size));
    refuses(own, filled(size, 0x31));
  }
  refuses(own, filled(65536, 0x41));
  refuses(own, concat(ascii("1"), filled(65536, 0x41)));
}

export function the_first_character_is_the_number_of_chunks(): void {
  for (let c = 0; c < 256; c++) equalInt(saidBy(filled(1, <u8>c)), c >= 0x31 && c <= 0x39 ? c - 0x30 : 0);
  equalInt(saidBy(new Uint8Array(0)), 0);
}

export function the_text_has_only_characters_of_base64url(): void {
  const made = text(must(sealed(keys(), bytes(700), 4000)));
  for (let i = 0; i < made.length; i++) isTrue("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".includes(made.charAt(i)), made.charAt(i));
}

export function a_name_and_attributes_that_fill_a_cookie_leave_no_room(): void {
  equalInt(chunkRoom(NAME, filled(4096, 0x61)), 0);
  equalInt(chunkRoom(filled(5000, 0x61), NAME), 0);
}

export function duty_107_a_cookie_of_an_old_secret_opens(): void {
  const made = must(sealed(keys("old"), bytes(20), 4000));
  opens(new SealingKeys([ascii("new"), ascii("old")]), made, bytes(20));
  refuses(keys("new"), made);
}

function sealed(own: SealingKeys, plain: Uint8Array, room: i32): Uint8Array | null {
  return sealedCookie(own, Purpose.Session, nonce(), CONTEXT, NAME, plain, room);
}

/** A session in three chunks. */
function three(): Uint8Array[] {
  const chunks = chunksOf(must(sealed(keys(), bytes(160), 100)), 100);
  equalInt(chunks.length, 3);
  return chunks;
}

function must(made: Uint8Array | null): Uint8Array {
  if (made != null) return made;
  assert(false, "no cookie");
  return new Uint8Array(0);
}

/** The chunks joined, without the id at the start of each later chunk. */
function joined(chunks: Uint8Array[]): Uint8Array {
  let out = new Uint8Array(0);
  for (let i = 0; i < chunks.length; i++) out = concat(out, chunks[i].subarray(i == 0 ? 0 : 8));
  return out;
}

function saidBy(chunk: Uint8Array): i32 { return chunksSaid(chunk.dataStart, chunk.length); }

function opens(own: SealingKeys, made: Uint8Array, want: Uint8Array): void {
  const plain = openCookie(own, Purpose.Session, CONTEXT, NAME, made);
  if (plain == null) return assert(false, "did not open");
  equalBytes(plain, want);
}

function refuses(own: SealingKeys, made: Uint8Array): void {
  isTrue(openCookie(own, Purpose.Session, CONTEXT, NAME, made) == null, "opened");
}
