/** Owns Ed25519 public keys and verification (RFC 8032 §5.1). */
import { Result } from "../../result";
import { EdMultiples } from "./ed_multiples";
import { isScalar, reduce } from "./ed_order";
import { decode, encode, hasSmallOrder, POINT_SIZE } from "./edwards";
import { sameBytes } from "../arithmetic/equal";
import { Hash, newHasher } from "../hash/hash";
import { KeyFault, PublicKey } from "../encoding/key";
import { ed25519Spki } from "../encoding/spki";

/** The table of the base point serves all keys: 148 kB, and no doublings. */
const BASE_WIDTH = 6;
/**
 * A key's small table has one row of sixteen entries (1.7 kB) and needs 250 doublings for each signature. Its large table has 26 rows (45 kB) and
 * needs 5.
 */
const KEY_WIDTH = 5, SMALL_STRIDE = 51, LARGE_STRIDE = 2;

/**
 * The number of good signatures after which a key's large table is made, which costs as much as three verifications. A key that nobody signs with
 * never gets one.
 */
const WORTH = 8;
/** The most keys that have a large table at one time. With the base point's table these take 0.9 MB. */
const LARGE_TABLES = 16;

const holders = new StaticArray<Ed25519PublicKey | null>(LARGE_TABLES);
let nextHolder = 0;

let base: EdMultiples | null = null;

/** Multiples of the base point, y = 4/5 with an even x. */
function baseMultiples(): EdMultiples {
  const held = base;
  if (held != null) return held;
  const encoded = new Uint8Array(32).fill(0x66), point = new StaticArray<u8>(<i32>POINT_SIZE);
  encoded[0] = 0x58;
  decode(changetype<usize>(point), encoded);
  const fresh = new EdMultiples(changetype<usize>(point), BASE_WIDTH, 1);
  base = fresh;
  return fresh;
}

@final
export class Ed25519PublicKey extends PublicKey {
  private multiples: EdMultiples | null = null;
  /** Good signatures while there is no large table. */
  private good: i32 = 0;

  /** `point` is the point that `x` encodes. */
  private constructor(private readonly x: Uint8Array, private readonly point: StaticArray<u8>) { super(); }

  /**
   * Makes a key of the 32 bytes of a JWK's `x` (RFC 8037 §2). Only canonical encodings are points (§5.1.3). The eight points of small order are
   * refused: under them one signature would fit many messages, and no key generator makes them.
   */
  static of(x: Uint8Array): Result<Ed25519PublicKey> {
    if (x.length != 32) return refuse(KeyFault.EdSize, x.length.toString());
    const point = new StaticArray<u8>(<i32>POINT_SIZE);
    if (!decode(changetype<usize>(point), x)) return refuse(KeyFault.EdNotAPoint, "x");
    if (hasSmallOrder(changetype<usize>(point))) return refuse(KeyFault.EdSmallOrder, "x");
    return Result.of<Ed25519PublicKey>(new Ed25519PublicKey(x.slice(), point));
  }

  protected encode(): Uint8Array { return ed25519Spki(this.x); }

  /**
   * Whether the encoding of [S]B - [h]A equals R byte by byte. This is the equation without the cofactor, which §5.1.7 allows and which OpenSSL,
   * BoringSSL and Go use: what it accepts, they accept. Comparing bytes also refuses every non-canonical encoding of R.
   */
  verify(data: Uint8Array, signature: Uint8Array): bool {
    if (signature.length != 64) return false;
    const r = signature.subarray(0, 32), s = signature.subarray(32);
    if (!isScalar(s)) return false; // S + L would make a second signature (§5.1.7 step 1)
    const h = reduce(newHasher(Hash.Sha512).update(r).update(this.x).update(data).finish());
    const sum = new StaticArray<u8>(<i32>POINT_SIZE), at = changetype<usize>(sum);
    this.table().negated(at, h);
    baseMultiples().addTo(at, s);
    if (!sameBytes(encode(at), r)) return false;
    if (++this.good == WORTH) this.enlarge();
    return true;
  }

  private table(): EdMultiples {
    let made = this.multiples;
    if (made == null) made = this.multiples = new EdMultiples(changetype<usize>(this.point), KEY_WIDTH, SMALL_STRIDE);
    return made;
  }

  /** Makes the large table. If all places are taken, it replaces the oldest one. */
  private enlarge(): void {
    const before = holders[nextHolder];
    if (before != null) before.shrink();
    holders[nextHolder] = this;
    nextHolder = (nextHolder + 1) % LARGE_TABLES;
    this.multiples = new EdMultiples(changetype<usize>(this.point), KEY_WIDTH, LARGE_STRIDE);
  }

  private shrink(): void {
    this.multiples = null;
    this.good = 0;
  }
}

function refuse(fault: KeyFault, at: string): Result<Ed25519PublicKey> { return Result.fail<Ed25519PublicKey>(fault, at); }
