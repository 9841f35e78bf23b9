/** Exports P-256's arithmetic to tests in Node. Numbers are in slots of linear memory, bytes in a buffer beside them. */
import { parametersOf } from "../../../assembly/crypto/elliptic/curve";
import { EcPublicKey } from "../../../assembly/crypto/elliptic/ecdsa";
import { Curve } from "../../../assembly/crypto/encoding/key";
import { invert, loadBytes, oneOf, SIZE, times } from "../../../assembly/crypto/arithmetic/inverse";
import { NativeVerifier, setNativeVerifier } from "../../../assembly/crypto/arithmetic/native";
import { begin, note, solve, sumOf } from "../../../assembly/crypto/elliptic/p256_chords";
import * as field from "../../../assembly/crypto/elliptic/p256_field";
import { generatorTable, makeTableOf, tableOf } from "../../../assembly/crypto/elliptic/p256_keys";
import * as point from "../../../assembly/crypto/elliptic/p256_point";
import { sum } from "../../../assembly/crypto/elliptic/p256_sum";
import { makeTable, TABLE_WORDS } from "../../../assembly/crypto/elliptic/p256_table";

const SLOTS = memory.data(8 * 36, 16), BYTES = memory.data(1024, 16);
const N = memory.data(36);
let started = false;

/** The address of the slots, 36 bytes each. `room` is the address of the byte buffer. */
export function slots(): usize {
  if (!started) field.prepareField();
  started = true;
  loadBytes(N, parametersOf(Curve.P256).orderBytes.dataStart);
  return SLOTS;
}
export function room(): usize { return BYTES; }
export function collect(): void { __collect(); }

function slot(i: usize): usize { return SLOTS + i * SIZE; }
function part(from: i32, size: i32): Uint8Array {
  const out = new Uint8Array(size);
  memory.copy(out.dataStart, BYTES + from, size);
  return out;
}

// Operands are in slots 1, 2 and 3, the result is in slot 0.
export function mul(): void { field.mul(slot(0), slot(1), slot(2), slot(3)); }
export function mulOntoFirst(): void { field.mul(slot(1), slot(1), slot(2), slot(3)); }
export function mulOntoPlus(): void { field.mul(slot(3), slot(1), slot(2), slot(3)); }
export function sub(): void { field.sub(slot(0), slot(1), slot(2)); }
export function twice(): void { field.twice(slot(0), slot(1)); }
export function copy(): void { field.copy(slot(0), slot(1)); }
export function one(): void { field.copy(slot(0), field.ONE); }
export function read(): void { field.read(slot(0), BYTES); }
export function invertInField(): void { field.invert(slot(0), slot(1)); }
export function vanishes(): bool { return field.vanishes(slot(1)); }
// Modulo n, or modulo the prime in slot 4.
export function invertModuloOrder(): void { invert(slot(0), slot(1), N); }
export function timesModuloOrder(): void { times(slot(0), slot(1), slot(2), N); }
export function invertModulo(): void { invert(slot(0), slot(1), slot(4)); }
export function oneModulo(): void { oneOf(slot(0), slot(4)); }
export function bytesToSlot(): void { loadBytes(slot(0), BYTES); }

/** For each of `count` sums the byte buffer has three entries: p, q, and the place of the result p + q, or p - q if `minus`. */
export function chords(count: i32, minus: bool): bool {
  begin();
  for (let i = 0; i < count; i++) {
    const p = BYTES + 3 * i * point.ENTRY, q = p + point.ENTRY;
    field.sub(slot(0), q, p);
    note(q + point.ENTRY, slot(0));
  }
  if (!solve()) return false;
  for (let i = count; i-- > 0;) {
    const p = BYTES + 3 * i * point.ENTRY, q = p + point.ENTRY;
    field.copy(slot(0), q + SIZE);
    if (minus) field.sub(slot(0), field.ZERO, slot(0));
    field.sub(slot(0), slot(0), p + SIZE);
    sumOf(q + point.ENTRY, p, q, slot(0));
  }
  return true;
}
/** Doubles the point in the byte buffer; slots 0 to 3 become x, y, zz and zzz. */
export function double(times: i32): void {
  point.start(BYTES, false);
  for (let i = 0; i < times; i++) point.double();
  for (let i = 0; i < 4; i++) field.copy(slot(i), point.X + i * SIZE);
}

let table: StaticArray<i32> | null = null;
/** Makes a table of the point whose coordinates are the first 64 bytes. */
export function prepare(): usize {
  const made = new StaticArray<i32>(TABLE_WORDS);
  table = made;
  makeTable(changetype<usize>(made), BYTES, BYTES + 32);
  return changetype<usize>(made);
}
/** h, r, s and x are 32 bytes each. 0: infinity, or the sum has no result; 1: the sum's x differs from x; 2: it is x. */
export function adds(): i32 {
  const q = table, c = parametersOf(Curve.P256);
  if (q == null || !sum(BYTES, BYTES + 32, c.orderBytes.dataStart, generatorTable(c), changetype<usize>(q))) return 0;
  return point.hasX(BYTES + 96) ? 2 : 1;
}

let key: EcPublicKey | null = null;
/** Uses the key whose coordinates are the first 64 bytes. */
export function use(): bool {
  const read = EcPublicKey.of(Curve.P256, part(0, 32), part(32, 32));
  if (read.failed) return false;
  key = read.value;
  return true;
}
export function hasTable(): bool { return tableOf(part(0, 32), part(32, 32)) != 0; }
export function learn(): void { makeTableOf(part(0, 32), part(32, 32)); }
/** Verifies a signature of `signature` bytes over the `data` bytes after it. */
export function verifies(signature: i32, data: i32): bool {
  const by = key;
  return by != null && by.verify(part(signature, data), part(0, signature));
}
export function verifiesAnew(signature: i32, data: i32): bool {
  const by = key, given = part(0, signature);
  return by != null && by.isInRange(given) && by.verifyAnew(part(signature, data), given);
}

@final
class Host extends NativeVerifier {
  asked: i32 = 0;
  constructor(private readonly answer: bool) { super(); }
  verify(_hash: string, _spki: Uint8Array, _signature: Uint8Array, _data: Uint8Array): bool {
    this.asked++;
    return this.answer;
  }
}
let host: Host | null = null;
/** Installs a host that returns the same answer for every signature. */
export function setHost(answer: bool): void { setNativeVerifier(host = new Host(answer)); }
export function removeHost(): void { setNativeVerifier(host = null); }
export function asked(): i32 { const one = host; return one == null ? 0 : one.asked; }
