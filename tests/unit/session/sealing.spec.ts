import { contextOf, Purpose, SEAL_SIZE, SealingKeys } from "../../../assembly/session/sealing";
import { ascii, concat, equal, equalBytes, equalInt, filled, hex, isTrue } from "../check";
import { bytes, flipped, keys, nonce } from "./values.as";

const CONTEXT = ascii("issuer and client"), PLAIN = ascii("what the browser must not read");

/** Computed with Node's HKDF and ChaCha20-Poly1305. */
const KNOWN = "0101010101010101010101010101010101010101010101013c569855d5c370c4f95e0ae24d21f1c5411d0183e787773be23367569a82fa418eaa86e6081afb3a956eacbec259";

export function sealed_texts_of_every_length_open(): void {
  const own = keys();
  for (let size = 0; size < 400; size++) {
    const plain = bytes(size), sealed = own.seal(Purpose.Session, nonce(), CONTEXT, plain);
    equalInt(sealed.length, size + SEAL_SIZE);
    opens(own, Purpose.Session, CONTEXT, sealed, plain);
  }
}

export function a_sealed_text_begins_with_the_nonce(): void { equalBytes(sealed().subarray(0, 24), nonce()); }

export function the_format_of_a_sealed_text_does_not_change(): void {
  // A change of salt, labels or layout logs out all users, so it must not happen by accident.
  equal(hex(sealed()), KNOWN);
}

export function duty_13_a_text_with_a_flipped_bit_does_not_open(): void {
  const own = keys(), text = sealed();
  for (let bit = 0; bit < text.length * 8; bit++) refuses(own, Purpose.Session, CONTEXT, flipped(text, bit));
}

export function duty_100_a_truncated_or_extended_text_does_not_open(): void {
  const own = keys(), text = sealed();
  for (let size = 0; size < text.length; size++) {
    refuses(own, Purpose.Session, CONTEXT, text.subarray(0, size));
    refuses(own, Purpose.Session, CONTEXT, text.subarray(size + 1));
  }
  refuses(own, Purpose.Session, CONTEXT, concat(text, filled(1, 0)));
}

export function other_bytes_do_not_open(): void {
  const own = keys();
  for (let size = 0; size < 200; size++) refuses(own, Purpose.Login, CONTEXT, bytes(size));
}

export function duty_101_a_text_opens_only_for_its_own_purpose(): void {
  const own = keys();
  for (let made: i32 = Purpose.Session; made <= Purpose.Login; made++) {
    const text = own.seal(made, nonce(), CONTEXT, PLAIN);
    for (let asked: i32 = Purpose.Session; asked <= Purpose.Login; asked++) {
      if (asked == made) opens(own, asked, CONTEXT, text, PLAIN);
      else refuses(own, asked, CONTEXT, text);
    }
  }
}

export function duty_106_each_purpose_has_its_own_key(): void {
  const own = keys(), session = hex(own.seal(Purpose.Session, nonce(), CONTEXT, PLAIN));
  isTrue(session != hex(own.seal(Purpose.Login, nonce(), CONTEXT, PLAIN)), "two keys");
}

export function duty_102_a_text_does_not_open_in_another_context(): void {
  const own = keys(), text = sealed();
  for (let bit = 0; bit < CONTEXT.length * 8; bit++) refuses(own, Purpose.Session, flipped(CONTEXT, bit), text);
  refuses(own, Purpose.Session, new Uint8Array(0), text);
}

export function duty_103_each_part_of_a_context_follows_its_length(): void {
  different([ascii("ab"), ascii("c")], [ascii("a"), ascii("bc")]);
  different([ascii("ab")], [ascii("ab"), ascii("")]);
  different([ascii(""), ascii("ab")], [ascii("ab"), ascii("")]);
  different([ascii("")], []);
  different([contextOf([ascii("a")])], [ascii("a")]);
  equal(hex(contextOf([ascii("ab"), ascii("c")])), "02000000" + "6162" + "01000000" + "63");
}

export function duty_105_another_nonce_gives_another_text(): void {
  const own = keys(), one = own.seal(Purpose.Session, nonce(1), CONTEXT, PLAIN), two = own.seal(Purpose.Session, nonce(2), CONTEXT, PLAIN);
  for (let from = 24; from + 4 <= one.length; from++) isTrue(hex(one.subarray(from, from + 4)) != hex(two.subarray(from, from + 4)), "nothing in common");
}

export function duty_105_nothing_is_sealed_with_a_nonce_of_another_size(): void {
  const own = keys();
  for (let size = 0; size < 40; size++) if (size != 24) equalInt(own.seal(Purpose.Session, filled(size, 1), CONTEXT, PLAIN).length, 0);
}

export function duty_107_the_first_secret_seals(): void {
  equal(hex(new SealingKeys([ascii("new"), ascii("old")]).seal(Purpose.Login, nonce(), CONTEXT, PLAIN)), hex(keys("new").seal(Purpose.Login, nonce(), CONTEXT, PLAIN)));
}

export function duty_107_every_secret_opens(): void {
  const all = new SealingKeys([ascii("new"), ascii("old"), ascii("older")]);
  opens(all, Purpose.Session, CONTEXT, keys("new").seal(Purpose.Session, nonce(), CONTEXT, PLAIN), PLAIN);
  opens(all, Purpose.Session, CONTEXT, keys("old").seal(Purpose.Session, nonce(), CONTEXT, PLAIN), PLAIN);
  opens(all, Purpose.Session, CONTEXT, keys("older").seal(Purpose.Session, nonce(), CONTEXT, PLAIN), PLAIN);
}

export function duty_107_a_text_of_a_removed_secret_does_not_open(): void {
  refuses(keys("new"), Purpose.Session, CONTEXT, keys("old").seal(Purpose.Session, nonce(), CONTEXT, PLAIN));
}

export function duty_107_an_old_secret_does_not_open_the_text_of_another(): void {
  const all = new SealingKeys([ascii("new"), ascii("old")]);
  refuses(all, Purpose.Session, CONTEXT, keys("foreign").seal(Purpose.Session, nonce(), CONTEXT, PLAIN));
  refuses(all, Purpose.Login, CONTEXT, keys("old").seal(Purpose.Session, nonce(), CONTEXT, PLAIN));
}

export function without_a_secret_nothing_is_sealed_and_nothing_opens(): void {
  const none = new SealingKeys([]);
  equalInt(none.seal(Purpose.Session, nonce(), CONTEXT, PLAIN).length, 0);
  refuses(none, Purpose.Session, CONTEXT, sealed());
}

function sealed(): Uint8Array { return keys().seal(Purpose.Session, nonce(), CONTEXT, PLAIN); }

function different(a: Uint8Array[], b: Uint8Array[]): void { isTrue(hex(contextOf(a)) != hex(contextOf(b)), "two contexts"); }

function opens(own: SealingKeys, purpose: Purpose, context: Uint8Array, text: Uint8Array, want: Uint8Array): void {
  const plain = own.open(purpose, context, text);
  if (plain == null) return assert(false, "did not open");
  equalBytes(plain, want);
}

function refuses(own: SealingKeys, purpose: Purpose, context: Uint8Array, text: Uint8Array): void {
  isTrue(own.open(purpose, context, text) == null, "opened");
}
