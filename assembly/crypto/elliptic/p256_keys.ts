/** Owns the tables that verify ES256: the generator's, and those of keys by which a signature was good. */
import { same } from "../../bytes/bytes";
import { CurveParameters } from "./curve";
import { prepareField } from "./p256_field";
import { makeTable, TABLE_WORDS } from "./p256_table";

/** With the generator's, tables take less than 2 MB of a VM. */
const MOST_KEYS = 12;
/** A table gives way to another key's when it did not serve in so many verifications; as making one costs twenty, keys in turn cost little. */
const REST: u32 = 1024;

/** Known by the key's bytes, so that it outlives the document in which the key came; filled anew for another key, so that it is never garbage. */
@final
class Table {
  readonly words: StaticArray<i32> = new StaticArray<i32>(TABLE_WORDS);
  usedAt: u32 = 0;

  constructor(private x: Uint8Array, private y: Uint8Array) { this.fill(x, y); }

  fill(x: Uint8Array, y: Uint8Array): void {
    this.x = x;
    this.y = y;
    this.usedAt = clock;
    makeTable(this.at, x.dataStart, y.dataStart);
  }

  is(x: Uint8Array, y: Uint8Array): bool { return same(this.x, x) && same(this.y, y); }

  get at(): usize { return changetype<usize>(this.words); }
}

/** Verifications so far, good or not, that a table did or could have done. */
let clock: u32 = 0;
const tables: Table[] = [];
let generator: Table | null = null;

/** The table of the key with these coordinates; 0 when there is none. */
export function tableOf(x: Uint8Array, y: Uint8Array): usize {
  clock++;
  for (let i = 0; i < tables.length; i++) {
    const table = tables[i];
    if (!table.is(x, y)) continue;
    table.usedAt = clock;
    return table.at;
  }
  return 0;
}

/** To be called with a key that is on the curve, has no table, and only when a signature was good by it: others shall not cost time and memory. */
export function makeTableOf(x: Uint8Array, y: Uint8Array): void {
  if (tables.length < MOST_KEYS) {
    if (tables.length == 0) prepareField();
    tables.push(new Table(x, y));
    return;
  }
  let oldest = tables[0];
  for (let i = 1; i < tables.length; i++) if (clock - tables[i].usedAt > clock - oldest.usedAt) oldest = tables[i];
  if (clock - oldest.usedAt > REST) oldest.fill(x, y);
}

/** The table of the generator, made once. */
export function generatorTable(c: CurveParameters): usize {
  const made = generator;
  if (made != null) return made.at;
  const fresh = new Table(c.field.write(c.gx, 32), c.field.write(c.gy, 32));
  generator = fresh;
  return fresh.at;
}
