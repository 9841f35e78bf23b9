/** @jest-environment ./tests/envoy/support/environment.js */
// The filter may verify with its own code or with the host's: in a real Envoy both must say the same of every Wycheproof signature for
// which there are both, by the same function with and without the host's verifier.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { compile, ROOT } from "../support/compile";
import { startEnvoy, type TestEnvoy } from "../envoy/support/envoy";
import { request } from "../envoy/support/http";
import { bytes, HASH, SCHEME } from "./primitives";
import { files, read, type SignatureGroup, type SignatureVector } from "./wycheproof";

const FILES = {
  ...Object.fromEntries(files(/^rsa_signature_(2048|3072|4096|8192)_sha(256|384|512)$/, 12).map((file) => [file, SCHEME.rsaPkcs1])),
  ecdsa_secp256r1_sha256_p1363: SCHEME.ecdsa,
  ecdsa_secp384r1_sha384_p1363: SCHEME.ecdsa,
  ecdsa_secp521r1_sha512_p1363: SCHEME.ecdsa,
};

/** Few enough that own code is done with a request in a second on a slow machine. */
const BATCH = 100;

let envoy: TestEnvoy;

beforeAll(async () => {
  // As it would run, not instrumented; in a file, because Envoy reads it from there.
  const wasm = join(ROOT, "build/test/probe-in-envoy.wasm");
  writeFileSync(wasm, compile("tests/vectors/probe.as.ts", { name: "probe", use: true, release: true, coverage: false }).wasm);
  const whole = { "@type": "type.googleapis.com/envoy.extensions.filters.http.buffer.v3.Buffer", max_request_bytes: 1 << 20 };
  envoy = await startEnvoy({
    wasm,
    clusters: { upstream: { port: 1 } }, // never reached: the probe answers before a connection is made
    listeners: [{ filters: { probe: {} }, before: [{ name: "envoy.filters.http.buffer", typed_config: whole }] }],
  });
});

test.each(Object.entries(FILES))("own code and verify_signature agree on %s", async (file, scheme) => {
  const { numberOfTests, testGroups } = read<SignatureGroup>(file);
  const vectors = testGroups.flatMap((group) => group.tests.map((vector) => ({ vector, group })));
  expect(vectors).toHaveLength(numberOfTests);

  const wrong: string[] = [];
  let calls = 0;
  for (let from = 0; from < vectors.length; from += BATCH) {
    const batch = vectors.slice(from, from + BATCH);
    const response = await request(envoy.url, { method: "POST", body: Buffer.concat(batch.map((one) => encode(scheme, one))) });
    const [available, asked, ...verdicts] = response.body.split(" ");
    expect(available).toBe("1");
    expect(verdicts).toHaveLength(batch.length);
    calls += Number(asked);
    batch.forEach(({ vector }, i) => {
      const want = vector.result === "valid" ? "11" : "00";
      if (verdicts[i] !== want) wrong.push(`${vector.tcId} ${vector.result}: own ${verdicts[i]![0]}, host ${verdicts[i]![1]}: ${vector.comment} [${vector.flags}]`);
    });
  }
  expect(wrong).toEqual([]);
  // Only what fails our own checks of width and range first is not asked.
  expect(calls).toBeGreaterThan(numberOfTests / 2);
});

function encode(scheme: number, { vector, group }: { vector: SignatureVector; group: SignatureGroup }): Buffer {
  const parts = [bytes(group.publicKeyDer), bytes(vector.msg), bytes(vector.sig)];
  return Buffer.concat([word(scheme), word(HASH[group.sha!]!), ...parts.flatMap((part) => [word(part.length), part])]);
}

function word(value: number): Buffer {
  const out = Buffer.alloc(4);
  out.writeUInt32LE(value);
  return out;
}
