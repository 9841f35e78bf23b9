/** The host's access to the module's memory: every pointer is checked, and the module itself allocates what the host passes. */
import { Misuse } from "./abi";

type Allocate = (size: number) => number;

export class GuestMemory {
  private memory!: WebAssembly.Memory;
  private allocate!: Allocate;

  attach(exports: WebAssembly.Exports): void {
    this.memory = exports.memory as WebAssembly.Memory;
    this.allocate = (exports.proxy_on_memory_allocate ?? exports.malloc) as Allocate;
  }

  get size(): number { return this.memory.buffer.byteLength; }
  get raw(): WebAssembly.Memory { return this.memory; }

  bytes(at: number, size: number): Buffer {
    return Buffer.from(this.view(at, size));
  }

  text(at: number, size: number): string { return this.bytes(at, size).toString("latin1"); }

  utf8(at: number, size: number): string { return this.bytes(at, size).toString("utf8"); }

  u32(at: number, value: number): void { this.data(at, 4).setUint32(0, value, true); }

  u64(at: number, value: bigint): void { this.data(at, 8).setBigUint64(0, BigInt.asUintN(64, value), true); }

  readU32(at: number): number { return this.data(at, 4).getUint32(0, true); }

  write(at: number, bytes: Uint8Array): void { this.view(at, bytes.length).set(bytes); }

  /** Passes bytes as Envoy does: without bytes nothing is allocated. */
  give(bytes: Uint8Array, pointerAt: number, sizeAt: number): void {
    let at = 0;
    if (bytes.length > 0) {
      at = this.allocate(bytes.length) >>> 0;
      if (at === 0) throw new Misuse(`the module allocated no ${bytes.length} bytes`);
      this.write(at, bytes);
    }
    if (pointerAt) this.u32(pointerAt, at);
    if (sizeAt) this.u32(sizeAt, bytes.length);
  }

  /** Pointers and sizes are signed numbers here. The memory may have grown since the last call, so a view is never kept. */
  private view(at: number, size: number): Uint8Array {
    const start = at >>> 0, length = size >>> 0;
    if (start + length > this.size) throw new Misuse(`pointer ${start}+${length} is outside the module's memory of ${this.size} bytes`);
    return new Uint8Array(this.memory.buffer, start, length);
  }

  private data(at: number, size: number): DataView {
    const bytes = this.view(at, size);
    return new DataView(bytes.buffer, bytes.byteOffset, size);
  }
}
