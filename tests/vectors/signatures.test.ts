// Verifies every Wycheproof signature in Wasm: RSA PKCS#1, RSA-PSS, ECDSA with raw r and s, Ed25519.
import { createPublicKey, verify } from "node:crypto";
import { bytes, HASH, Primitives, SCHEME } from "./primitives";
import { everyVector, files, read, type SignatureGroup, type SignatureVector } from "./wycheproof";

const own = new Primitives();

/** Reads the key from PEM and from DER. Both must be written as the same DER. */
function use({ publicKeyDer, publicKeyPem }: SignatureGroup): void {
  expect(own.usePem(publicKeyPem)).toBe(0);
  expect(own.spki().toString("hex")).toBe(publicKeyDer);
  expect(own.useSpki(bytes(publicKeyDer))).toBe(0);
  expect(own.spki().toString("hex")).toBe(publicKeyDer);
}

function verifies(scheme: number, { sha }: SignatureGroup, { msg, sig }: SignatureVector): boolean {
  // If JOSE does not have the hash, the signature must not verify with any hash that JOSE has.
  const hashes = sha! in HASH ? [HASH[sha!]!] : Object.values(HASH);
  return hashes.some((hash) => own.verifies(scheme, hash, bytes(msg), bytes(sig)));
}

const joseHasHash = ({ sha }: SignatureGroup): boolean => sha! in HASH;

/** JOSE's RSA-PSS has one hash for the message and MGF1, and a salt of the hash's size (RFC 7518 §3.5). */
function isJosePss(group: SignatureGroup, salt = group.sLen): boolean {
  return joseHasHash(group) && group.mgfSha === group.sha && salt === Number(group.sha!.slice(4)) / 8;
}

/** Some vectors are invalid in their group only because they have a hash or a salt length that JOSE accepts. */
function isJoseForAll({ comment }: SignatureVector, group: SignatureGroup): boolean {
  const [, hash] = /^The message is hashed with (\S+) instead of/.exec(comment) ?? [], [, salt] = /^s_len changed to (\d+)$/.exec(comment) ?? [];
  return hash !== undefined && hash in HASH && !joseHasHash(group) || salt !== undefined && isJosePss(group, Number(salt));
}

describe("duties 53, 54: in Wasm, forged signatures are refused and valid ones accepted", () => {
  // The one `acceptable` vector of each file (flag MissingNull) leaves out the NULL of the hash's parameters. The filter compares with the
  // one encoding of RFC 8017 §9.2 and refuses it, as BoringSSL does. To accept it, the filter would have to parse the encoding.
  for (const file of files(/^rsa_signature_/, 24)) {
    everyVector<SignatureVector, SignatureGroup>(file, (vector, group) => verifies(SCHEME.rsaPkcs1, group, vector),
      { before: use, wants: (vector, group) => vector.result === "valid" && joseHasHash(group) || isJoseForAll(vector, group) });
  }

  for (const file of files(/^rsa_pss_(?!.*_params$)/, 13)) {
    everyVector<SignatureVector, SignatureGroup>(file, (vector, group) => verifies(SCHEME.rsaPss, group, vector),
      { before: use, wants: (vector, group) => vector.result === "valid" && isJosePss(group) || isJoseForAll(vector, group) });
  }

  // In JOSE each curve has one hash (RFC 7518 §3.4).
  const HASH_OF = { secp256r1: "SHA-256", secp384r1: "SHA-384", secp521r1: "SHA-512" } as const;
  for (const file of files(/^ecdsa_secp(256r1|384r1|521r1)_.*_p1363$/, 5)) {
    const curve = file.split("_")[1] as keyof typeof HASH_OF;
    everyVector<SignatureVector, SignatureGroup>(file, (vector, group) => verifies(SCHEME.ecdsa, group, vector),
      { before: use, wants: ({ result }, { sha }) => result === "valid" && sha === HASH_OF[curve] });
  }

  // In JOSE a signature is never encoded in DER.
  for (const file of files(/^ecdsa_secp(256r1|384r1|521r1)_sha\d+$/, 6)) {
    everyVector<SignatureVector, SignatureGroup>(file, (vector, group) => verifies(SCHEME.ecdsa, group, vector), { before: use, wants: () => false });
  }

  // `acceptable` vectors have keys that are not of prime order. The filter refuses keys of small order. For the other keys it uses the
  // equation without the cofactor, like OpenSSL (assembly/crypto/edwards/ed25519.ts).
  const ofSmallOrder = (group: SignatureGroup): boolean => group.tests.some(({ flags }) => flags.includes("SmallOrderPublicKey"));
  everyVector<SignatureVector, SignatureGroup>("ed25519",
    (vector, group) => !ofSmallOrder(group) && own.verifies(SCHEME.edDsa, HASH["SHA-512"]!, bytes(vector.msg), bytes(vector.sig)),
    {
      before: (group) => ofSmallOrder(group) ? expect(own.useSpki(bytes(group.publicKeyDer))).not.toBe(0) : use(group),
      wants: (vector, group) => vector.result === "valid" || vector.flags.includes("MixedOrderPublicKey") && byOpenSsl(group, vector),
    });
});

function byOpenSsl({ publicKeyDer }: SignatureGroup, { msg, sig }: SignatureVector): boolean {
  return verify(null, bytes(msg), createPublicKey({ key: bytes(publicKeyDer), format: "der", type: "spki" }), bytes(sig));
}

// After the first valid signature of a key, ES256 uses a table of the key.
describe("duty 53: with a table of the key", () => {
  let known: Primitives;
  everyVector<SignatureVector, SignatureGroup>("ecdsa_secp256r1_sha256_p1363", (vector) => {
    const data = bytes(vector.msg), signature = bytes(vector.sig), verdict = known.verifies(SCHEME.ecdsa, HASH["SHA-256"]!, data, signature);
    expect(known.verifiesAnew(data, signature)).toBe(verdict);
    return verdict;
  }, { before: ({ publicKeyDer }) => {
    known = new Primitives(); // only the first few keys get a table
    expect(known.useSpki(bytes(publicKeyDer))).toBe(0);
    known.learn();
  } });
});

describe("signatures of the signature generation vectors", () => {
  // `acceptable` vectors have weak hashes, which JOSE does not have, or keys below 2048 bits, which are refused (RFC 7518 §3.3).
  for (const file of files(/^rsa_pkcs1_(2048|3072|4096)_sig_gen$/, 3)) {
    everyVector<SignatureVector, SignatureGroup & { keyDer: string }>(file, (vector, group) => verifies(SCHEME.rsaPkcs1, group, vector),
      { before: ({ keyDer }) => expect(own.useSpki(bytes(keyDer))).toBe(0), wants: (_, group) => joseHasHash(group) });
  }
  test.each(files(/^rsa_pkcs1_(1024|1536)_sig_gen$/, 2))("no key of %s is read", (file) => { everyKeyIsRefused(file, "keyDer"); });
});

// These keys name RSA-PSS and its parameters, which JOSE does not support in a key.
test.each(files(/^rsa_pss_.*_params$/, 8))("no key of %s is read", (file) => { everyKeyIsRefused(file, "publicKeyDer"); });

function everyKeyIsRefused(file: string, der: string): void {
  const { testGroups } = read<Record<string, string>>(file);
  expect(testGroups.map((group) => own.useSpki(bytes(group[der]!)))).not.toContain(0);
}
