// Every Wycheproof signature through the filter's own code: RSA PKCS#1, RSA-PSS, ECDSA with raw r and s, Ed25519.
import { createPublicKey, verify } from "node:crypto";
import { bytes, HASH, Primitives, SCHEME } from "./primitives";
import { everyVector, files, read, type SignatureGroup, type SignatureVector } from "./wycheproof";

const own = new Primitives();

/** Both forms of the key are read, and written as they came. */
function use({ publicKeyDer, publicKeyPem }: SignatureGroup): void {
  expect(own.usePem(publicKeyPem)).toBe(0);
  expect(own.spki().toString("hex")).toBe(publicKeyDer);
  expect(own.useSpki(bytes(publicKeyDer))).toBe(0);
  expect(own.spki().toString("hex")).toBe(publicKeyDer);
}

function verifies(scheme: number, { sha }: SignatureGroup, { msg, sig }: SignatureVector): boolean {
  // A hash that JOSE does not have cannot be asked for. Such a signature must not pass as one with a hash that it has.
  const hashes = sha! in HASH ? [HASH[sha!]!] : Object.values(HASH);
  return hashes.some((hash) => own.verifies(scheme, hash, bytes(msg), bytes(sig)));
}

const joseHasHash = ({ sha }: SignatureGroup): boolean => sha! in HASH;

/** JOSE's RSA-PSS has one hash for everything, and a salt as long as its output (RFC 7518 §3.5). */
function isJosePss(group: SignatureGroup, salt = group.sLen): boolean {
  return joseHasHash(group) && group.mgfSha === group.sha && salt === Number(group.sha!.slice(4)) / 8;
}

/** Some vectors are invalid in their group because they have JOSE's hash, or the length of its salt. */
function isJoseForAll({ comment }: SignatureVector, group: SignatureGroup): boolean {
  const [, hash] = /^The message is hashed with (\S+) instead of/.exec(comment) ?? [], [, salt] = /^s_len changed to (\d+)$/.exec(comment) ?? [];
  return hash !== undefined && hash in HASH && !joseHasHash(group) || salt !== undefined && isJosePss(group, Number(salt));
}

describe("duties 53, 54: by our own code, forged signatures are refused and good ones accepted", () => {
  // The one `acceptable` vector of each (flag MissingNull) leaves out the NULL of the hash's parameters. We make the one encoding that
  // RFC 8017 §9.2 describes and compare, so it is refused, as BoringSSL refuses it: accepting it would be the start of a parser.
  for (const file of files(/^rsa_signature_/, 24)) {
    everyVector<SignatureVector, SignatureGroup>(file, (vector, group) => verifies(SCHEME.rsaPkcs1, group, vector),
      { before: use, wants: (vector, group) => vector.result === "valid" && joseHasHash(group) || isJoseForAll(vector, group) });
  }

  for (const file of files(/^rsa_pss_(?!.*_params$)/, 13)) {
    everyVector<SignatureVector, SignatureGroup>(file, (vector, group) => verifies(SCHEME.rsaPss, group, vector),
      { before: use, wants: (vector, group) => vector.result === "valid" && isJosePss(group) || isJoseForAll(vector, group) });
  }

  // A curve has one hash in JOSE (RFC 7518 §3.4).
  const HASH_OF = { secp256r1: "SHA-256", secp384r1: "SHA-384", secp521r1: "SHA-512" } as const;
  for (const file of files(/^ecdsa_secp(256r1|384r1|521r1)_.*_p1363$/, 5)) {
    const curve = file.split("_")[1] as keyof typeof HASH_OF;
    everyVector<SignatureVector, SignatureGroup>(file, (vector, group) => verifies(SCHEME.ecdsa, group, vector),
      { before: use, wants: ({ result }, { sha }) => result === "valid" && sha === HASH_OF[curve] });
  }

  // DER is never a signature's encoding in JOSE.
  for (const file of files(/^ecdsa_secp(256r1|384r1|521r1)_sha\d+$/, 6)) {
    everyVector<SignatureVector, SignatureGroup>(file, (vector, group) => verifies(SCHEME.ecdsa, group, vector), { before: use, wants: () => false });
  }

  // `acceptable` are keys that are not of prime order. Those of small order are no keys here. With the others, an equation without the
  // cofactor decides, which is OpenSSL's too (assembly/crypto/edwards/ed25519.ts).
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

// With a key that has made a good signature, ES256 goes another way.
describe("duty 53: by a table of the key", () => {
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

describe("what signers make", () => {
  // `acceptable` are weak hashes, which JOSE does not have, and weak keys: below 2048 bits they are refused (RFC 7518 §3.3).
  for (const file of files(/^rsa_pkcs1_(2048|3072|4096)_sig_gen$/, 3)) {
    everyVector<SignatureVector, SignatureGroup & { keyDer: string }>(file, (vector, group) => verifies(SCHEME.rsaPkcs1, group, vector),
      { before: ({ keyDer }) => expect(own.useSpki(bytes(keyDer))).toBe(0), wants: (_, group) => joseHasHash(group) });
  }
  test.each(files(/^rsa_pkcs1_(1024|1536)_sig_gen$/, 2))("no key of %s is read", (file) => { everyKeyIsRefused(file, "keyDer"); });
});

// Their keys name RSA-PSS and its parameters, which JOSE does not read from a key.
test.each(files(/^rsa_pss_.*_params$/, 8))("no key of %s is read", (file) => { everyKeyIsRefused(file, "publicKeyDer"); });

function everyKeyIsRefused(file: string, der: string): void {
  const { testGroups } = read<Record<string, string>>(file);
  expect(testGroups.map((group) => own.useSpki(bytes(group[der]!)))).not.toContain(0);
}
