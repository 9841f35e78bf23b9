/** @jest-environment ./tests/envoy/support/environment.js */
// The filter verifies in Wasm or by Envoy's function. In a real Envoy both must agree about every Wycheproof signature of the algorithms
// that have both.
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

/** Few enough for Wasm to verify a batch within a second on a slow machine. */
const BATCH = 100;

let envoy: TestEnvoy;

beforeAll(async () => {
  // Compiled without coverage, as in production. Envoy reads the module from a file.
  const wasm = join(ROOT, "build/test/probe-in-envoy.wasm");
  writeFileSync(wasm, compile("tests/vectors/probe.as.ts", { name: "probe", use: true, release: true, coverage: false }).wasm);
  const whole = { "@type": "type.googleapis.com/envoy.extensions.filters.http.buffer.v3.Buffer", max_request_bytes: 1 << 20 };
  envoy = await startEnvoy({
    wasm,
    clusters: { upstream: { port: 1 } }, // never reached: the probe responds before a connection is made
    listeners: [{ filters: { probe: {} }, before: [{ name: "envoy.filters.http.buffer", typed_config: whole }] }],
  });
});

test.each(Object.entries(FILES))("Wasm and verify_signature agree about %s", async (file, scheme) => {
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
      if (verdicts[i] !== want) wrong.push(`${vector.tcId} ${vector.result}: Wasm ${verdicts[i]![0]}, Envoy ${verdicts[i]![1]}: ${vector.comment} [${vector.flags}]`);
    });
  }
  expect(wrong).toEqual([]);
  // Envoy is not called only for signatures of the wrong width or range.
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
