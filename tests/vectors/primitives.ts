// The primitives of assembly/crypto as functions over buffers, compiled like the release.
import { compile } from "../support/compile";

/** As in assembly/crypto/verify.ts and hash.ts. */
export const SCHEME = { rsaPkcs1: 0, rsaPss: 1, ecdsa: 2, edDsa: 3, hmac: 4 };
export const HASH: Record<string, number> = { "SHA-256": 0, "SHA-384": 1, "SHA-512": 2 };

interface Exports {
  memory: WebAssembly.Memory;
  _initialize(): void;
  buffer(): number;
  collect(): void;
  learn(): void;
  spki(): number;
  [call: string]: unknown;
}

let compiled: WebAssembly.Module | null = null;

export class Primitives {
  private readonly exports: Exports;

  constructor() {
    compiled ??= new WebAssembly.Module(new Uint8Array(compile("tests/vectors/vectors.as.ts", { name: "vectors", release: true }).wasm));
    const instance = new WebAssembly.Instance(compiled, {
      env: { abort: (_message: number, _file: number, line: number) => { throw new Error(`trapped at line ${line}`); } },
    });
    this.exports = instance.exports as unknown as Exports;
    this.exports._initialize();
  }

  /** 0, or the fault for which the key is refused. */
  useSpki(der: Buffer): number { return this.call("useSpki", [der]); }
  usePem(pem: string): number { return this.call("usePem", [Buffer.from(pem)]); }
  useSecret(secret: Buffer): void { this.call("useSecret", [secret]); }

  /** The key in use as a SubjectPublicKeyInfo. */
  spki(): Buffer { return this.output(this.exports.spki()); }

  verifies(scheme: number, hash: number, data: Buffer, signature: Buffer): boolean {
    return this.call("verifies", [data, signature], [scheme, hash]) !== 0;
  }

  /** Verifies ECDSA without a table of the key. */
  verifiesAnew(data: Buffer, signature: Buffer): boolean { return this.call("verifiesAnew", [data, signature]) !== 0; }
  /** Gives the key in use a table. */
  learn(): void { this.exports.learn(); }

  /** Null if the input is refused. */
  derive(salt: Buffer, secret: Buffer, info: Buffer, length: number): Buffer | null {
    return this.outputOrNull(this.call("derives", [salt, secret, info], [], [length]));
  }
  seal(key: Buffer, nonce: Buffer, aad: Buffer, plain: Buffer): Buffer | null { return this.outputOrNull(this.call("seals", [key, nonce, aad, plain])); }
  open(key: Buffer, nonce: Buffer, aad: Buffer, sealed: Buffer): Buffer | null { return this.outputOrNull(this.call("opens", [key, nonce, aad, sealed])); }

  /** Writes the inputs one after the other to the module's buffer and passes their sizes between the other arguments. */
  private call(name: string, inputs: Buffer[], before: number[] = [], after: number[] = []): number {
    this.exports.collect();
    Buffer.concat(inputs).copy(new Uint8Array(this.exports.memory.buffer), this.exports.buffer());
    return (this.exports[name] as (...args: number[]) => number)(...before, ...inputs.map(({ length }) => length), ...after);
  }

  private output(size: number): Buffer { return Buffer.from(this.exports.memory.buffer.slice(this.exports.buffer(), this.exports.buffer() + size)); }
  private outputOrNull(size: number): Buffer | null { return size < 0 ? null : this.output(size); }
}

export function bytes(hex: string): Buffer { return Buffer.from(hex, "hex"); }
