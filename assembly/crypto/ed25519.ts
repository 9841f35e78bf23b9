/** Owns Ed25519 public keys and verification (RFC 8032 §5.1). */
import { Result } from "../result";
import { decodePoint, EdMultiples, EdPoint, params } from "./edwards";
import { sameBytes } from "./equal";
import { Hash, newHasher } from "./hash";
import { KeyFault, PublicKey } from "./key";
import { ed25519Spki } from "./spki";

const KEY_WIDTH = 6;

@final
export class Ed25519PublicKey extends PublicKey {
  private multiples: EdMultiples | null = null;

  private constructor(private readonly x: Uint8Array, private readonly point: EdPoint) { super(); }

  /**
   * The 32 bytes of JWK's `x` (RFC 8037 §2). Only canonical encodings are points (§5.1.3), and the eight points of small order are
   * refused: under those one signature would fit many messages, and no key generator makes them.
   */
  static of(x: Uint8Array): Result<Ed25519PublicKey> {
    if (x.length != 32) return refuse(KeyFault.EdSize, x.length.toString());
    const point = decodePoint(x);
    if (point == null) return refuse(KeyFault.EdNotAPoint, "x");
    if (point.smallOrder) return refuse(KeyFault.EdSmallOrder, "x");
    return Result.of<Ed25519PublicKey>(new Ed25519PublicKey(x.slice(), point));
  }

  protected encode(): Uint8Array { return ed25519Spki(this.x); }

  /**
   * Whether [S]B - [h]A, encoded, is R to the byte. That is the equation without the cofactor, which §5.1.7 allows and which OpenSSL,
   * BoringSSL and Go use: whatever it accepts all of them accept. Comparing bytes refuses every other spelling of R with it.
   */
  verify(data: Uint8Array, signature: Uint8Array): bool {
    if (signature.length != 64) return false;
    const p = params(), r = signature.subarray(0, 32), s = signature.slice(32).reverse();
    const plain = p.order.make();
    p.order.load(plain, s);
    if (!p.order.below(plain)) return false; // S + L would be a second signature (§5.1.7 step 1)
    const h = newHasher(Hash.Sha512).update(r).update(this.x).update(data).finish();
    const sum = EdPoint.difference(s, p.base, p.reduce(h), this.table());
    return sameBytes(sum.encode(), r);
  }

  private table(): EdMultiples {
    let made = this.multiples;
    if (made == null) made = this.multiples = new EdMultiples(this.point, KEY_WIDTH);
    return made;
  }
}

function refuse(fault: KeyFault, at: string): Result<Ed25519PublicKey> { return Result.fail<Ed25519PublicKey>(fault, at); }
