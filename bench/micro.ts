// Readers and primitives one by one, and the filter's complete path through the VM, in Node's V8 with the release flags.

import { compile } from "../tests/support/compile";
import { imports } from "../tests/unit/harness-imports";
import { fastest } from "./fastest";
import { measurePaths } from "./paths";
import { fixed, type Result } from "./report";
import { ALGORITHMS, type Algorithm } from "./signers";
import { tokensFor } from "./tokens";
import { TOKEN_BYTES, type World } from "./world";

/** `bytes`: the size of the input. */
interface Micro { name: string; run: string; bytes: number; prepare(): void }

type Exports = Record<string, (...args: number[]) => number>;

const RUNS: Record<Algorithm, string> = { RS256: "rs256", ES256: "es256", PS256: "ps256", EdDSA: "eddsa" };

export function measureMicro(world: World): Result {
  const build = compile("bench/modules/micro.as.ts", { name: "bench-micro", release: true, coverage: false });
  const module = new WebAssembly.Module(new Uint8Array(build.wasm));
  const instance: WebAssembly.Instance = new WebAssembly.Instance(module, imports(module, () => instance.exports.memory as WebAssembly.Memory));
  const exports = instance.exports as unknown as Exports;
  exports._initialize!();
  const put = (where: "setFirst" | "setSecond", bytes: Buffer): void => {
    const at = exports[where]!(bytes.length) >>> 0;
    new Uint8Array((instance.exports.memory as WebAssembly.Memory).buffer, at, bytes.length).set(bytes);
  };
  const forMs = world.quick ? 200 : 1000;
  const rows = micros(world, put, exports).map(({ name, run, bytes, prepare }) => {
    prepare();
    const nanos = fastest((times) => {
      if (exports[run]!(times) !== times) throw new Error(`${name}: a wrong result`);
      exports.collect!();
    }, forMs);
    return { name, nanos, megabytesPerSecond: bytes / nanos * 1000 };
  });
  const paths = measurePaths(world, forMs);
  return {
    part: "micro", data: { primitives: rows, paths }, notes: [],
    tables: [
      {
        id: "primitives", title: "Readers and primitives, in Node's V8 (own code; in Envoy RS256 is verified by the host)",
        heads: ["", "ns", "MB/s"], rows: rows.map(({ name, nanos, megabytesPerSecond }) => [name, fixed(nanos, 0), fixed(megabytesPerSecond, 0)]),
      },
      {
        id: "paths", title: "A whole request in the VM, all of its callbacks, with host calls that do next to nothing, in Node's V8",
        heads: ["", "filter ns", "floor ns", "own work ns"],
        rows: paths.map(({ name, filter, floor }) => [name, fixed(filter, 0), fixed(floor, 0), fixed(filter - floor, 0)]),
      },
    ],
  };
}

function micros({ provider }: World, put: (where: "setFirst" | "setSecond", bytes: Buffer) => void, exports: Exports): Micro[] {
  const token = provider.token("RS256", TOKEN_BYTES), claims = Buffer.from(token.split(".")[1]!, "base64url");
  const person = { issuer: provider.issuer, subject: "bench", nonce: "n", expiresAtSec: provider.expiresAtSec, signer: provider.signers.RS256 };
  const large = Buffer.from(tokensFor("12 kB", person).accessToken.split(".")[1]!, "base64url");
  const over = (name: string, run: string, text: Buffer, then: () => void = () => {}): Micro => ({ name, run, bytes: text.length, prepare: () => { put("setFirst", text); then(); } });
  const kilo = Buffer.alloc(1024, "a"), twelve = Buffer.alloc(12 * 1024, "a");
  return [
    over(`JSON, claims of ${claims.length} bytes`, "json", claims),
    over(`JSON, claims of ${large.length} bytes`, "json", large),
    over("base64url decoded, 1 kB", "decode", kilo),
    over("base64url encoded, 1 kB", "encode", kilo),
    over("a JWS read, 1 kB", "jws", Buffer.from(token)),
    over("hash of the cache, 1 kB", "hashed", kilo),
    over("SHA-256, 1 kB", "sha256", kilo),
    over("XChaCha20-Poly1305 sealed, 1 kB", "sealed", kilo),
    over("XChaCha20-Poly1305 opened, 1 kB", "opened", kilo, () => void exports.sealFirst!()),
    over("XChaCha20-Poly1305 sealed, 12 kB", "sealed", twelve),
    over("XChaCha20-Poly1305 opened, 12 kB", "opened", twelve, () => void exports.sealFirst!()),
    ...ALGORITHMS.map((algorithm): Micro => {
      const signer = provider.signers[algorithm], text = provider.token(algorithm, TOKEN_BYTES), input = text.slice(0, text.lastIndexOf("."));
      return {
        name: `${algorithm} verified, 1 kB`, run: RUNS[algorithm], bytes: input.length,
        prepare: () => {
          put("setFirst", Buffer.from(JSON.stringify(signer.jwk)));
          if (!exports.setKey!()) throw new Error(`${algorithm}: the key was not read`);
          put("setFirst", Buffer.from(input));
          put("setSecond", Buffer.from(text.slice(input.length + 1), "base64url"));
        },
      };
    }),
  ];
}
