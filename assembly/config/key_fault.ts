// The messages about a wrong `public_key`.

import { KeyFault } from "../crypto/encoding/key";

export function keyFaultText(fault: i32): string {
  switch (fault) {
    case KeyFault.RsaModulusTooSmall: return "the RSA key has less than 2048 bits";
    case KeyFault.RsaModulusTooLarge: return "the RSA key has more than 8192 bits";
    case KeyFault.RsaRoca: return "the private key of this RSA key can be computed (ROCA, CVE-2017-15361): generate a new one";
    case KeyFault.PemNoBegin: return 'expected a PEM public key that starts with "-----BEGIN PUBLIC KEY-----"';
    case KeyFault.PemNoEnd: return "the PEM text has no end line that belongs to its first line";
    case KeyFault.PemOtherText: return "the PEM text has something before or after the key";
    case KeyFault.PemLabel: return "expected PUBLIC KEY, RSA PUBLIC KEY or CERTIFICATE as the PEM label";
    case KeyFault.PemPrivateKey: return "this is a private key: configure the public key that belongs to it, and treat this one as disclosed";
    case KeyFault.PemBase64: return "the PEM text is not base64";
    case KeyFault.PemTooLong: return "the PEM text is too long for a public key or certificate";
    case KeyFault.Algorithm: return "keys of this kind are not supported: expected RSA, EC or Ed25519";
    case KeyFault.Curve:
    case KeyFault.PointFormat: return "expected an EC key on P-256, P-384 or P-521 with an uncompressed point";
    default: return "the key is malformed or too weak to be used";
  }
}
