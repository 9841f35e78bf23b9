import { Hash } from "../../../../assembly/crypto/hash/hash";
import { hmac } from "../../../../assembly/crypto/hash/hmac";
import { ascii, equal, filled, hex } from "../../check";

export function rfc_4231_case_1(): void {
  macs(filled(20, 0x0b), ascii("Hi There"),
    "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
    "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6",
    "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854");
}
export function rfc_4231_case_2_a_key_shorter_than_the_digest(): void {
  macs(ascii("Jefe"), ascii("what do ya want for nothing?"),
    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649",
    "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737");
}
export function rfc_4231_case_3(): void {
  macs(filled(20, 0xaa), filled(50, 0xdd),
    "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
    "88062608d3e6ad8a0aa2ace014c8a86f0aa635d947ac9febe83ef4e55966144b2a5ab39dc13814b94e3ab6e101a34f27",
    "fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39bf3e848279a722c806b485a47e67c807b946a337bee8942674278859e13292fb");
}
export function rfc_4231_case_6_a_key_longer_than_a_block(): void {
  macs(filled(131, 0xaa), ascii("Test Using Larger Than Block-Size Key - Hash Key First"),
    "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c60c2ef6ab4030fe8296248df163f44952",
    "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598");
}
export function rfc_4231_case_7_key_and_data_longer_than_a_block(): void {
  macs(filled(131, 0xaa), ascii("This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm."),
    "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
    "6617178e941f020d351e2f254e8fd32c602420feb0b8fb9adccebb82461e99c5a678cc31e799176d3860e6110c46523e",
    "e37b6a775dc87dbaa4dfa9f96e5e3ffddebd71f8867289865df5a32d20cdc944b6022cac3c4982b10d5eeb55c3e4de15134676fb6de0446065c97440fa8c6a58");
}
export function the_key_is_not_changed(): void {
  const key = ascii("Jefe");
  hmac(Hash.Sha256, key, ascii("x"));
  equal(hex(key), hex(ascii("Jefe")));
}

function macs(key: Uint8Array, data: Uint8Array, sha256: string, sha384: string, sha512: string): void {
  equal(hex(hmac(Hash.Sha256, key, data)), sha256);
  equal(hex(hmac(Hash.Sha384, key, data)), sha384);
  equal(hex(hmac(Hash.Sha512, key, data)), sha512);
}
