/** Rewrites the data section of a WebAssembly module, so that its start unpacks the static data (assembly/unpack.ts). */
import { CONTEXTS } from "./format";
import { pack } from "./pack";

/** Sections. */
const MEMORY = 5, DATA = 11, DATA_COUNT = 12;
/** The opcodes of an address. */
const I32_CONST = 0x41, END = 0x0b;
const PAGE = 65536;
/** The bytes in unpack.ts before the three numbers that are filled in here. */
const MARK = Buffer.from("packdata");

interface Segment { address: number; bytes: Buffer }

/** Returns the module unchanged if it cannot unpack itself, or is packed already. */
export function packModule(wasm: Buffer): Buffer {
  const segments = segmentsOf(wasm);
  const start = Math.min(...segments.map(({ address }) => address)), end = Math.max(...segments.map(({ address, bytes }) => address + bytes.length));
  const image = Buffer.alloc(end - start);
  for (const { address, bytes } of segments) bytes.copy(image, address - start);
  const numbers = image.indexOf(MARK) + MARK.length;
  if (numbers < MARK.length || image.readUInt32LE(numbers) !== 0) return wasm;

  // The packed stream follows the data, where memory is free until the first allocation. The decoder's working memory follows the stream.
  const place = end + 3 & ~3, stream = pack(image, start), work = stream.length + 5 & ~1;
  const header = { address: start + numbers - MARK.length, bytes: Buffer.concat([MARK, words(start, end, place)]) };
  const packed = { address: place, bytes: Buffer.concat([words(work), stream]) };
  const pages = Math.ceil((place + work + 2 * CONTEXTS) / PAGE);
  return Buffer.concat([wasm.subarray(0, 8), ...sectionsOf(wasm).map(({ id, body }) => {
    if (id === MEMORY) return section(id, memory(body, pages));
    if (id === DATA_COUNT) return section(id, Buffer.from(leb(2)));
    if (id === DATA) return section(id, Buffer.concat([Buffer.from(leb(2)), segment(header), segment(packed)]));
    return section(id, body);
  })]);
}

function sectionsOf(wasm: Buffer): { id: number; body: Buffer }[] {
  const sections: { id: number; body: Buffer }[] = [], reader = new Reader(wasm.subarray(8));
  while (!reader.done) sections.push({ id: reader.byte(), body: reader.bytes() });
  return sections;
}

function segmentsOf(wasm: Buffer): Segment[] {
  const reader = new Reader(sectionsOf(wasm).find(({ id }) => id === DATA)!.body);
  return Array.from({ length: reader.number() }, () => {
    reader.expect(0, I32_CONST);
    const address = reader.number();
    reader.expect(END);
    return { address, bytes: reader.bytes() };
  });
}

function segment({ address, bytes }: Segment): Buffer {
  return Buffer.from([0, I32_CONST, ...signedLeb(address), END, ...leb(bytes.length), ...bytes]);
}

function section(id: number, body: Buffer): Buffer { return Buffer.from([id, ...leb(body.length), ...body]); }

/** The memory section, with or without a maximum. */
function memory(body: Buffer, pages: number): Buffer {
  const reader = new Reader(body);
  reader.expect(1);
  const kind = reader.byte(), least = reader.number();
  return Buffer.concat([Buffer.from([1, kind, ...leb(Math.max(least, pages))]), reader.rest]);
}

function words(...values: number[]): Buffer { return Buffer.from(Uint32Array.from(values).buffer); }

function leb(value: number): number[] { return value < 128 ? [value] : [value & 127 | 128, ...leb(value >>> 7)]; }

/** An address, which is never negative: it takes one byte more if the last one would have the sign bit set. */
function signedLeb(value: number): number[] { return value < 64 ? [value] : [value & 127 | 128, ...signedLeb(value >>> 7)]; }

class Reader {
  private at = 0;
  constructor(private readonly from: Buffer) {}

  get done(): boolean { return this.at === this.from.length; }
  get rest(): Buffer { return this.from.subarray(this.at); }

  byte(): number { return this.from[this.at++]!; }
  number(): number {
    const byte = this.byte();
    return byte < 128 ? byte : byte - 128 + this.number() * 128;
  }
  bytes(): Buffer {
    const length = this.number();
    return this.from.subarray(this.at, this.at += length);
  }
  expect(...bytes: number[]): void {
    for (const byte of bytes) if (this.byte() !== byte) throw new Error("This is not a module as AssemblyScript writes it.");
  }
}
