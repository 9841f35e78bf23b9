// Every Wycheproof signature through the filter's own code: RSA PKCS#1, RSA-PSS, ECDSA with raw r and s, Ed25519.
import { bytes, HASH, Primitives, SCHEME } from "./primitives";
import { everyVector, present, sayIfAbsent, type SignatureGroup, type SignatureVector } from "./wycheproof";

sayIfAbsent();

const FILES = {
  // The one `acceptable` vector of each (flag MissingNull) leaves out the NULL of the hash's parameters. We make the one encoding that
  // RFC 8017 §9.2 describes and compare, so it is refused, as BoringSSL refuses it: accepting it would be the start of a parser.
  rsa_signature_2048_sha256: SCHEME.rsaPkcs1,
  rsa_signature_3072_sha384: SCHEME.rsaPkcs1,
  rsa_signature_4096_sha512: SCHEME.rsaPkcs1,
  rsa_pss_2048_sha256_mgf1_32: SCHEME.rsaPss,
  rsa_pss_2048_sha384_mgf1_48: SCHEME.rsaPss,
  rsa_pss_3072_sha256_mgf1_32: SCHEME.rsaPss,
  rsa_pss_4096_sha384_mgf1_48: SCHEME.rsaPss,
  rsa_pss_4096_sha512_mgf1_64: SCHEME.rsaPss,
  ecdsa_secp256r1_sha256_p1363: SCHEME.ecdsa,
  ecdsa_secp384r1_sha384_p1363: SCHEME.ecdsa,
  ecdsa_secp521r1_sha512_p1363: SCHEME.ecdsa,
  ed25519: SCHEME.edDsa,
};

if (present) {
  const own = new Primitives();
  describe("duties 53, 54: by our own code, forged signatures are refused and good ones accepted", () => {
    for (const [file, scheme] of Object.entries(FILES)) {
      everyVector<SignatureVector, SignatureGroup>(file,
        (vector, { sha }) => own.verifies(scheme, HASH[sha ?? "SHA-512"]!, bytes(vector.msg), bytes(vector.sig)),
        ({ publicKeyDer, publicKeyPem }) => {
          // Both forms of the key are read, and written as they came.
          expect(own.usePem(publicKeyPem)).toBe(0);
          expect(own.spki().toString("hex")).toBe(publicKeyDer);
          expect(own.useSpki(bytes(publicKeyDer))).toBe(0);
          expect(own.spki().toString("hex")).toBe(publicKeyDer);
        });
    }
  });

  // With a key that has made a good signature, ES256 goes another way.
  describe("duty 53: by a table of the key", () => {
    let known: Primitives;
    everyVector<SignatureVector, SignatureGroup>("ecdsa_secp256r1_sha256_p1363", (vector) => {
      const data = bytes(vector.msg), signature = bytes(vector.sig), verdict = known.verifies(SCHEME.ecdsa, HASH["SHA-256"]!, data, signature);
      expect(known.verifiesAnew(data, signature)).toBe(verdict);
      return verdict;
    }, ({ publicKeyDer }) => {
      known = new Primitives(); // only the first few keys get a table
      expect(known.useSpki(bytes(publicKeyDer))).toBe(0);
      known.learn();
    });
  });
}
