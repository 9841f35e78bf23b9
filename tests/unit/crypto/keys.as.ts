/** Keys and signatures for several specs. */
import { decodeBase64url } from "../../../assembly/bytes/base64";
import { EcPublicKey } from "../../../assembly/crypto/elliptic/ecdsa";
import { Ed25519PublicKey } from "../../../assembly/crypto/edwards/ed25519";
import { Curve } from "../../../assembly/crypto/encoding/key";
import { RsaPublicKey } from "../../../assembly/crypto/rsa/rsa";
import { ascii, unhex } from "../check";

export function b64(text: string): Uint8Array { return decodeBase64url(ascii(text)).value; }

/** RFC 7515 §A.2. */
export const RSA_N = b64("ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ");
export const RSA_E = b64("AQAB");
export const RS256_DATA = ascii("eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ");
export const RS256_SIGNATURE = b64("cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw");

/** PS256 of "abc" with a salt of 32 bytes and of 20 bytes, made with OpenSSL and the same key. */
export const PS256_SIGNATURE = unhex("1e31dd9e7020fde74a6c4c8338a62b760af3d78c48de659a9cd62504598abc311fa838f3fa1b4a962c0c642d92cd137f0fca6a71245b3021628c5241a519b188c35a5ffa6d8fd9fec492a89380de7565f7fd983b5b6af747735026993b398b8948389606260023856e756dca57955402a86d44175333d6bcc47b03edd8b3450fa0609396433ce5767254e55ab9cdb21ad99f2092537d476e7faa7ab99a3ecc907387ef8b570bbd3be37b267bc5b69f5eba2c6e8fdfcf7f9f9859afd4ab083fa300d0e5653d23af912036fb32b359bf749ffb3c89d7185e4fee0cea8b89f1ee0c8a231f0d3df7f1152efc50eac3d8f431bb48ec82a6074361e532f6415ba61a75");
export const PS256_SHORT_SALT = unhex("9c1a71b07bfac91b712e5302b8f90b7ce94f9a58ebe29f2cdabc118dd020576ce2c811639eea346e980f7ff0857215f67a32e88af88923bd8621772f91c898f4c2510c136194a1e95714cc4b9b57fc76897241dfd2f484f4a04f686338d1cd4a492ed06af76936414cb7c8d5900e39c1ca24cedd7ed3fce72d0ff4e4a99a723120f9bd5189d08665fcac1fddc5c6a9ece45252ec260c8d6e80ae343f5f21ba23ec78ba72669ee2071b9af40ae8ab92e622c97e8de835d1ddf8a802d45865aa656b6144244f99621561bb2937283420451f23b77733e4221087936eab2bc51cbdaed922e42c0dfc6e6c4e5a244e200e558d64345a000b2872050a9298f35024b7");
/** RS384 and RS512 of "abc", made with OpenSSL and the same key. */
export const RS384_SIGNATURE = unhex("8b65d511282a69b6361995e9929098f69bfc60a7bcb51bc35839dfbc7a9ca455620c989cecbcbcbeb774606361e9fd64be17c0f7fd321b59ed86581b9b60b1adec0ed5ad8e5c3ac44f963254013128b2f81261049f60455369ffa6e56a2b120aa35a71470c111f8271ceaa1e80dcfdb8ee5677b625ee37ee6a8d992a3482923f97feb8e8864e76010d7b06fc471008bfbbb1e1c5b589df29507f0f373f383c307498714618cab0056f30714a3a1b885639c1334506cb264fb7d765f56c2eaf20fd3338dbde35f2b3296bb61e2876462a8a226bbc3f9ef57f3f3f57974010bb22496106b2c5d2421118581b387019b4bd6b09eee5b6c56a32f89da4933b2c0035");
export const RS512_SIGNATURE = unhex("621bd38c4ddbef6a6bd42cd927d844269162c017298900bf9f8b8748fcf3e5f71cd1fcbfa7819f6cb88aaf3548efae5ff94be17d88ee17a5a15ead7241f492f581cc89eef0a871886d2c1a389c230324c78b3bcd634168ffbe01aeea5d6bc9b21295ae2faa708b5e451e9bb83c159c5522fe8c8cf78b346bc914c8dbd35ce484c86549118e55280af345237ed5faf86bf0abf7da89e53a0959dd156c13d3f94805953e9df92065164ca4fac1df81a68ea4fd54d0a0d81dc7d9667b7192f5503ced39fb28025d998e2632b035e0f7ada00842b6906fa696a3ce081c7605b07744497b59fb2f145e0de27633e06671c77701782035c2392a88a7fd590c56194531");

/** RFC 7515 §A.3. */
export const P256_X = b64("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU");
export const P256_Y = b64("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0");
export const ES256_DATA = ascii("eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ");
export const ES256_SIGNATURE = b64("DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q");

/** A key made with OpenSSL, and its signature of "abc". */
export const P384_X = unhex("0a34402be196f4fae47945a26aacada7795092f76a2e8b25f564468cda524d367644fec40590808a8f7d1f9d4e102b01");
export const P384_Y = unhex("2d9022c8e1e1475362742ffdd61411d8b0c0981d416f65940ddd9d81b8e0b51606ef338420a974c9f7e7828be0a6c3e8");
export const ES384_SIGNATURE = unhex("f08286fa046d81e663dab0ad04a3c2f57ace1ad74c589984b12f6dfe0b2417d125b46680861eb036adaad6a6c21147c928317e10e7dd6a49188db3dfc6900769506e0e51e3ac49fc1803e8e2664b83baa8d2df7197ecd3ea44e11efba106a899");

/** RFC 7515 §A.4. */
export const P521_X = b64("AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk");
export const P521_Y = b64("ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2");
export const ES512_DATA = ascii("eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA");
export const ES512_SIGNATURE = b64("AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2SI-KGDKB34XO0aw_7XdtAG8GaSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn");

/** RFC 8032 §7.1, test 2, over the byte 72. */
export const ED_X = unhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
export const ED_SIGNATURE = unhex("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");

export function rsaKey(): RsaPublicKey { return RsaPublicKey.of(RSA_N, RSA_E).value; }
export function p256Key(): EcPublicKey { return EcPublicKey.of(Curve.P256, P256_X, P256_Y).value; }
export function p384Key(): EcPublicKey { return EcPublicKey.of(Curve.P384, P384_X, P384_Y).value; }
export function p521Key(): EcPublicKey { return EcPublicKey.of(Curve.P521, P521_X, P521_Y).value; }
export function edKey(): Ed25519PublicKey { return Ed25519PublicKey.of(ED_X).value; }

/** The same bytes with one bit flipped. */
export function flipped(bytes: Uint8Array, bit: i32): Uint8Array {
  const out = bytes.slice();
  out[bit >> 3] ^= <u8>(<i32>1 << (bit & 7));
  return out;
}
