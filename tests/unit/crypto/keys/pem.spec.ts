import { KeyFault } from "../../../../assembly/crypto/encoding/key";
import { readPublicKeyPem } from "../../../../assembly/crypto/keys/pem";
import { ascii, equal, equalBytes, equalInt, filled, isTrue } from "../../check";
import { p256Key, p384Key, rsaKey } from "../keys.as";

// The keys of RFC 7515 §A.2 and §A.3 and a generated key, as OpenSSL writes them.
const RSA = pem("PUBLIC KEY", [
  "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAofgWCuLjybRlzo0tZWJj",
  "NiuSfb4p4fAkd/wWJcyQoTbji9k0l8W26mPddxHmfHQp+Vaw+4qPCJrcS2mJPMEz",
  "P1Pt0Bm4d4QlL+yRT+SFd2lZS+pCgNMsD1W/YpRPEwOWvG6b32690r2jZ47soMZo",
  "9wGzjb/7OMg0LOL+bSf63kpaSHSXndS5z5rexMdbBYUsLA9e+KXBdQOS+UTo7WTB",
  "EMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6/I5IhlJH7aGhyxX",
  "FvUK+DWNmoudF8NAco9/h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXp",
  "oQIDAQAB",
]);
const RSA_PKCS1 = pem("RSA PUBLIC KEY", [
  "MIIBCgKCAQEAofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd/wWJcyQoTbji9k0l8W2",
  "6mPddxHmfHQp+Vaw+4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL+yRT+SFd2lZS+pCgNMs",
  "D1W/YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb/7OMg0LOL+bSf63kpaSHSXndS5",
  "z5rexMdbBYUsLA9e+KXBdQOS+UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxv",
  "b3qCo5ZwKh9kG4LT6/I5IhlJH7aGhyxXFvUK+DWNmoudF8NAco9/h9iaGNj8q2et",
  "hFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQIDAQAB",
]);
const EC = pem("PUBLIC KEY", [
  "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEf83OJ3D2xF1Bg8vub9tLe1gHMzV7",
  "6e8Tus9uPHvRVEXH8UTNG72bfocs3+257rn0s2ldbqkLJK2KRiMohYjlrQ==",
]);
const P384 = pem("PUBLIC KEY", [
  "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAECjRAK+GW9PrkeUWiaqytp3lQkvdqLosl",
  "9WRGjNpSTTZ2RP7EBZCAio99H51OECsBLZAiyOHhR1NidC/91hQR2LDAmB1Bb2WU",
  "Dd2dgbjgtRYG7zOEIKl0yffngovgpsPo",
]);
/** A self-signed certificate for the key of EC. */
const CERTIFICATE = pem("CERTIFICATE", [
  "MIIBgTCCASegAwIBAgIUEZ65kCA7i0t32+SkEluii+xbz9cwCgYIKoZIzj0EAwIw",
  "FjEUMBIGA1UEAwwLaWRwLmV4YW1wbGUwHhcNMjYxMTIxMDYzNDQ3WhcNMzYxMTE4",
  "MDYzNDQ3WjAWMRQwEgYDVQQDDAtpZHAuZXhhbXBsZTBZMBMGByqGSM49AgEGCCqG",
  "SM49AwEHA0IABH/Nzidw9sRdQYPL7m/bS3tYBzM1e+nvE7rPbjx70VRFx/FEzRu9",
  "m36HLN/tue659LNpXW6pCyStikYjKIWI5a2jUzBRMB0GA1UdDgQWBBTOjRaxyTOO",
  "t/45eZmuRb7uP7WGhjAfBgNVHSMEGDAWgBTOjRaxyTOOt/45eZmuRb7uP7WGhjAP",
  "BgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIG6icqOjXSUishbckMxD",
  "ikzx/N5szxUJIHNcwsf1dZ51AiEAq1HnVogWdNCJJ1JM6ixQVMsXpgQo1QmbbkyW",
  "9V7zxKg=",
]);
const SECP256K1 = pem("PUBLIC KEY", [
  "MFYwEAYHKoZIzj0CAQYFK4EEAAoDQgAEyW93iC8MPk7gddL3gBtrLkImyj9Lo5xB",
  "a2ikyFs+0O54MxaUphnOEneHRc1lbPXyVno0r1l3IRLyBt1JiB96dw==",
]);

export function reads_a_public_key(): void {
  equalBytes(read(RSA), rsaKey().spki());
  equalBytes(read(EC), p256Key().spki());
  equalBytes(read(P384), p384Key().spki());
}
export function reads_an_rsa_public_key(): void { equalBytes(read(RSA_PKCS1), rsaKey().spki()); }
export function reads_the_key_of_a_certificate(): void { equalBytes(read(CERTIFICATE), p256Key().spki()); }
export function reads_an_ed25519_key(): void {
  isTrue(!readPublicKeyPem(ascii("-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAPUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=\n-----END PUBLIC KEY-----")).failed, "refused");
}

export function accepts_crlf(): void { equalBytes(read(EC.split("\n").join("\r\n")), p256Key().spki()); }
export function accepts_one_line_with_blanks(): void { equalBytes(read(EC.split("\n").join(" ")), p256Key().spki()); }
export function accepts_one_line_without_blanks(): void { equalBytes(read(EC.split("\n").join("")), p256Key().spki()); }
export function accepts_escaped_line_ends(): void {
  equalBytes(read(EC.split("\n").join("\\n")), p256Key().spki());
  equalBytes(read(EC.split("\n").join("\\r\\n")), p256Key().spki());
}
export function accepts_white_space_around_and_inside(): void {
  equalBytes(read("\n \t\r\n" + EC + "\n\n  \\n"), p256Key().spki());
  equalBytes(read(EC.split("\n").join("\n    ")), p256Key().spki());
  equalBytes(read(EC.replace("MFkw", "M F\tk\nw")), p256Key().spki());
}

export function refuses_text_that_is_not_pem(): void {
  refuses("", KeyFault.PemNoBegin);
  refuses("  ", KeyFault.PemNoBegin);
  refuses("MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE", KeyFault.PemNoBegin);
  refuses("-----BEGIN ", KeyFault.PemNoBegin);
  refuses("-----BEGIN PUBLIC KEY", KeyFault.PemNoBegin);
  refuses("----BEGIN PUBLIC KEY----", KeyFault.PemNoBegin);
  refuses("-----begin public key-----", KeyFault.PemNoBegin);
  refuses("{\"kty\":\"RSA\"}", KeyFault.PemNoBegin);
}
export function refuses_text_before_and_after(): void {
  refuses("key: " + EC, KeyFault.PemOtherText);
  refuses(EC + "x", KeyFault.PemOtherText);
  refuses("\\" + EC, KeyFault.PemOtherText);
}
export function refuses_a_second_key(): void {
  refuses(EC + EC, KeyFault.PemOtherText);
  refuses(CERTIFICATE + CERTIFICATE, KeyFault.PemOtherText);
}
export function refuses_private_keys_with_a_fault_of_their_own(): void {
  const labels = ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "OPENSSH PRIVATE KEY"];
  for (let i = 0; i < labels.length; i++) refuses(pem(labels[i], ["MC4CAQAwBQYDK2VwBCIEIA=="]), KeyFault.PemPrivateKey);
}
export function refuses_other_labels(): void {
  const labels = ["", "PUBLIC", "EC PUBLIC KEY", "X509 CERTIFICATE", "TRUSTED CERTIFICATE", "CERTIFICATE REQUEST", "PUBLIC KEY ", "EC PARAMETERS", "public key"];
  for (let i = 0; i < labels.length; i++) refuses(pem(labels[i], ["AAAA"]), KeyFault.PemLabel);
}
export function refuses_an_end_that_is_missing_or_of_another_label(): void {
  const end = EC.indexOf("-----END");
  refuses(EC.slice(0, end), KeyFault.PemNoEnd);
  refuses(EC.slice(0, end) + "-----END PUBLIC KEY----", KeyFault.PemNoEnd);
  refuses(EC.slice(0, end) + "-----END PUBLIC KEY", KeyFault.PemNoEnd);
  refuses(EC.slice(0, end) + "-----END CERTIFICATE-----", KeyFault.PemNoEnd);
  refuses(EC.slice(0, end) + "-----END RSA PUBLIC KEY-----", KeyFault.PemNoEnd);
}
export function refuses_base64_that_is_not_canonical(): void {
  const bodies = ["", "A", "AA", "AAA", "AAAAA", "AA=", "A===", "====", "AA==AA==", "AAA=A", "AB==", "AAB=", "AA-_", "AA,A", "=AAA", "AAAA="];
  for (let i = 0; i < bodies.length; i++) refuses(pem("PUBLIC KEY", [bodies[i]]), KeyFault.PemBase64);
  refuses(EC.replace("MFkw", "MF\\tkw"), KeyFault.PemBase64);
  refuses(EC.replace("MFkw", "Proc-Type: 4,ENCRYPTED\nMFkw"), KeyFault.PemBase64);
}
export function refuses_der_of_another_kind_than_the_label(): void {
  refuses(pem("PUBLIC KEY", ["AAAA"]), KeyFault.Der);
  refuses(EC.split("PUBLIC KEY").join("CERTIFICATE"), KeyFault.Der);
  refuses(EC.split("PUBLIC KEY").join("RSA PUBLIC KEY"), KeyFault.Der);
  refuses(RSA.split("PUBLIC KEY").join("RSA PUBLIC KEY"), KeyFault.Der);
  refuses(RSA_PKCS1.split("RSA PUBLIC KEY").join("PUBLIC KEY"), KeyFault.Der);
  refuses(CERTIFICATE.split("CERTIFICATE").join("PUBLIC KEY"), KeyFault.Der);
}
export function refuses_other_curves(): void { refuses(SECP256K1, KeyFault.Curve); }
export function refuses_text_that_is_too_long(): void {
  const fault = readPublicKeyPem(filled(32769, 0x20)).fault;
  isTrue(fault != null && fault.code == KeyFault.PemTooLong, "refused");
}
export function no_truncated_text_and_no_flipped_bit_traps(): void {
  const text = ascii(CERTIFICATE);
  for (let size = 0; size < text.length - 1; size++) isTrue(readPublicKeyPem(text.slice(0, size)).failed, "cut to " + size.toString());
  for (let at = 0; at < text.length; at++) {
    for (let bit = 0; bit < 8; bit++) {
      const changed = text.slice();
      changed[at] ^= <u8>(<i32>1 << bit);
      readPublicKeyPem(changed);
    }
  }
}
export function a_fault_has_its_position(): void {
  const fault = readPublicKeyPem(ascii("  " + EC + " x")).fault;
  equal(fault == null ? "" : fault.at, (2 + EC.length - 1).toString());
}

function pem(label: string, lines: string[]): string { return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`; }

function read(text: string): Uint8Array {
  const key = readPublicKeyPem(ascii(text)), fault = key.fault;
  isTrue(fault == null, fault == null ? "" : `refused: ${fault.code} at ${fault.at}`);
  return key.value.spki();
}

function refuses(text: string, want: KeyFault): void {
  const fault = readPublicKeyPem(ascii(text)).fault;
  if (fault == null) { isTrue(false, "refused " + text); return; }
  equalInt(fault.code, want);
}
