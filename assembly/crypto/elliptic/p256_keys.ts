/** Owns the tables that verify ES256: the generator's, and those of keys that have had a good signature. */
import { same } from "../../bytes/bytes";
import { CurveParameters } from "./curve";
import { prepareField } from "./p256_field";
import { makeTable, TABLE_WORDS } from "./p256_table";

/** With the generator's, the tables take less than 2 MB of a VM. */
const MOST_KEYS = 12;
/**
 * Another key replaces a table that was not used in this many verifications. Making a table costs as much as twenty, so keys that alternate cost
 * little.
 */
const REST: u32 = 1024;

/** It is found by the key's bytes, so it outlives the document that the key came in. It is refilled for another key, so it never becomes garbage. */
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

/** The number of verifications so far, good or not, that used a table or could have. */
let clock: u32 = 0;
const tables: Table[] = [];
let generator: Table | null = null;

/** The address of the table for the key with these coordinates, or 0 if there is none. */
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

/** Makes the table of a key that is on the curve and has none. Call it only after a good signature, so that no other key costs time and memory. */
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

/** The address of the generator's table, which is made once. */
export function generatorTable(c: CurveParameters): usize {
  const made = generator;
  if (made != null) return made.at;
  const fresh = new Table(c.field.write(c.gx, 32), c.field.write(c.gy, 32));
  generator = fresh;
  return fresh.at;
}
