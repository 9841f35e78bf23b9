import { parametersOf } from "../../../../assembly/crypto/elliptic/curve";
import { Field } from "../../../../assembly/crypto/elliptic/field";
import { Curve } from "../../../../assembly/crypto/encoding/key";
import { Modulus, Num } from "../../../../assembly/crypto/arithmetic/montgomery";
import { concat, equal, equalBytes, filled, hex, isFalse, isTrue, unhex } from "../../check";

export function adding_undoes_subtracting_in_p256(): void { edges(parametersOf(Curve.P256).field, 32); }
export function adding_undoes_subtracting_in_p384(): void { edges(parametersOf(Curve.P384).field, 48); }
export function adding_undoes_subtracting_in_p521(): void { edges(parametersOf(Curve.P521).field, 66); }
export function adding_undoes_subtracting_in_25519(): void { edges(field25519(), 32); }

export function a_number_times_its_inverse_is_one(): void {
  const f = parametersOf(Curve.P521).field, x = f.read(filled(66, 1)), out = f.make();
  f.invert(out, x);
  f.mul(out, out, x);
  isTrue(f.same(out, f.one), "x · 1/x = 1");
}

export function numbers_survive_conversion_to_residues_and_back_for_every_modulus_size(): void {
  for (let bits = 3; bits <= 8192; bits += bits < 300 ? 1 : 173) {
    const size = (bits + 7) >> 3, n = filled(size, 0xff);
    n[0] = <u8>(<i32>0xff >> ((8 - (bits & 7)) & 7));
    const m = new Modulus(n, bits), x = n.slice();
    x[size - 1] ^= 1; // n - 1, whose square is 1
    const residue = m.read(x);
    equalBytes(m.write(residue, size), x);
    m.mul(residue, residue, residue);
    const one = new Uint8Array(size);
    one[size - 1] = 1;
    equalBytes(m.write(residue, size), one);
  }
}

export function zero_is_recognised_as_0_and_as_p(): void {
  const f = field25519(), p = prime25519(), out = f.make();
  f.load(out, p);
  isTrue(f.vanishes(out), "p");
  isTrue(f.vanishes(f.make()), "0");
  isFalse(f.vanishes(f.one), "1");
  f.load(out, concat(unhex("01"), new Uint8Array(31)));
  isFalse(f.vanishes(out), "2^248, whose lowest limb is that of 0");
}

/** A prime whose size in bits is not a multiple of eight. Ed25519 itself uses another field implementation. */
function field25519(): Field { return new Field(prime25519(), 255); }

function prime25519(): Uint8Array {
  const p = filled(32, 0xff);
  p[0] = 0x7f; p[31] = 0xed;
  return p;
}

/** Checks numbers whose bits are all ones from some byte on, as residues and as limbs. Their carries and borrows pass through all limbs. */
function edges(f: Field, size: i32): void {
  const values: Num[] = [f.make(), f.one];
  for (let i = 0; i < size; i += 3) {
    const bytes = new Uint8Array(size);
    bytes.fill(0xff, i + 1);
    values.push(f.read(bytes));
    const plain = f.make();
    f.load(plain, bytes);
    values.push(plain);
  }
  const out = f.make(), back = f.make();
  for (let i = 0; i < values.length; i++) {
    for (let j = 0; j < values.length; j++) {
      f.sub(out, values[i], values[j]);
      f.add(back, out, values[j]);
      equal(hex(f.write(back, size)), hex(f.write(values[i], size)));
      f.sub(back, values[j], values[i]);
      f.add(back, back, out);
      isTrue(f.vanishes(back), "(y - x) + (x - y)");
    }
  }
}
