import { allocated, isWorthCollecting, uncleared } from "../../assembly/runtime";
import { equalInt, isFalse, isTrue } from "./check";

/** An object with bytes derived from its number, and a reference. If they change, an object was freed too early, or two objects share a cell. */
class Node {
  other: Node | null = null;
  bytes: Uint8Array;
  constructor(readonly number: i32, size: i32) { this.bytes = new Uint8Array(size).fill(<u8>number); }
}

// Holds everything that must survive, because the collector does not scan the stack.
const kept: Array<Node | null> = new Array<Node | null>(200).fill(null);
let deep: Node | null = null;
let state: u32 = 12345;

function chance(below: i32): i32 {
  state = state * 1664525 + 1013904223;
  return <i32>((state >> 8) % <u32>below);
}

function size(): i32 {
  const kind = chance(10);
  return kind < 6 ? chance(100) : kind < 9 ? chance(1200) : chance(20000);
}

function whole(node: Node): bool {
  for (let i = 0; i < node.bytes.length; i++) if (node.bytes[i] != <u8>node.number) return false;
  return true;
}

function churn(rounds: i32): void {
  for (let i = 0; i < rounds; i++) {
    const at = chance(kept.length), node = new Node(chance(1 << 20), size());
    node.other = kept[chance(kept.length)];
    const other = node.other;
    if (other != null) other.other = null; // keeps chains short
    kept[at] = chance(3) == 0 ? null : node;
  }
}

export function referenced_objects_survive_unchanged(): void {
  for (let round = 0; round < 100; round++) {
    churn(500);
    __collect();
    for (let i = 0; i < kept.length; i++) {
      const node = kept[i];
      if (node == null) continue;
      isTrue(whole(node), "a node");
      const other = node.other;
      if (other != null) isTrue(whole(other), "what a node refers to");
    }
  }
}

export function unreferenced_objects_do_not_make_memory_grow(): void {
  churn(2000);
  for (let i = 0; i < 100; i++) {
    churn(500);
    __collect();
  }
  const pages = memory.size();
  for (let i = 0; i < 400; i++) {
    churn(500);
    __collect();
  }
  isTrue(memory.size() <= pages + pages / 4, "from " + pages.toString() + " pages to " + memory.size().toString());
}

export function freed_memory_of_one_size_is_used_for_another(): void {
  let before = 0;
  for (let bytes = 0; bytes < 1000; bytes += 16) {
    for (let i = 0; i < 1 << 19; i += bytes + 64) deep = new Node(i, bytes);
    __collect();
    if (bytes == 96) before = memory.size();
  }
  isTrue(memory.size() <= before + 8, "from " + before.toString() + " pages to " + memory.size().toString());
}

export function a_chain_of_100_000_references_is_followed(): void {
  for (let i = 0; i < 100_000; i++) {
    const node = new Node(i, 1);
    node.other = deep;
    deep = node;
  }
  __collect();
  let count = 0;
  let node = deep;
  while (node != null) {
    isTrue(whole(node), "a link");
    node = node.other;
    count++;
  }
  equalInt(count, 100_000);
}

export function an_object_that_refers_to_itself_is_collected(): void {
  for (let i = 0; i < 50; i++) {
    for (let j = 0; j < 10_000; j++) {
      const node = new Node(j, 16);
      node.other = node;
    }
    __collect();
  }
  isTrue(memory.size() < 64, memory.size().toString() + " pages");
}

export function reused_memory_is_zeroed(): void {
  for (let round = 0; round < 3; round++) {
    for (let bytes = 0; bytes < 3000; bytes += 7) {
      const array = new Uint8Array(bytes);
      for (let i = 0; i < bytes; i++) equalInt(array[i], 0);
      array.fill(0xff);
    }
    __collect();
  }
}

export function an_array_that_grows_keeps_its_items(): void {
  const numbers: i32[] = [];
  for (let i = 0; i < 10_000; i++) numbers.push(i);
  for (let i = 0; i < 10_000; i++) equalInt(numbers[i], i);
}

export function allocated_memory_is_counted_until_a_collection(): void {
  __collect();
  equalInt(allocated(), 0);
  deep = new Node(1, 100_000);
  isTrue(allocated() > 100_000 && allocated() < 102_000, allocated().toString());
  __collect();
  equalInt(allocated(), 0);
}

export function duty_153_a_collection_is_worth_it_only_after_allocating_as_much_as_it_scans(): void {
  deep = new Node(1, 0);
  __collect();
  isFalse(isWorthCollecting(1_000_000), "nothing was allocated");
  waste(1_000_000);
  isTrue(isWorthCollecting(1_000_000), "little is referenced");
  for (let i = 0; i < 40_000; i++) {
    const node = new Node(i, 64);
    node.other = deep;
    deep = node;
  }
  __collect();
  waste(1_000_000);
  isFalse(isWorthCollecting(1_000_000), "much is referenced");
  waste(9_000_000);
  isTrue(isWorthCollecting(1_000_000), "as much was allocated");
  deep = null;
  __collect();
  waste(1_000_000);
  isTrue(isWorthCollecting(1_000_000), "the objects were collected");
}

/** Allocates about this many bytes of garbage. */
function waste(bytes: i32): void { for (let i = 0; i < bytes; i += 2_000) uncleared(2_000); }

/** Sizes around those of the largest cells, and of cells that whole vectors fill. */
const SIZES: StaticArray<i32> = [0, 1, 15, 16, 17, 239, 240, 241, 1007, 1008, 1009, 1263, 1264, 1265, 2031, 2032, 2033, 2047, 2048, 2049, 5000];

export function new_memory_is_zeroed_at_every_size_and_uncleared_memory_is_not_shared(): void {
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < SIZES.length; i++) {
      const dirty = uncleared(SIZES[i]).fill(0xaa), clean = new Uint8Array(SIZES[i]), another = uncleared(SIZES[i]).fill(0xbb);
      equalInt(dirty.length, SIZES[i]);
      for (let j = 0; j < SIZES[i]; j++) {
        isTrue(clean[j] == 0, "a zero at " + j.toString() + " of " + SIZES[i].toString());
        isTrue(dirty[j] == 0xaa && another[j] == 0xbb, "its own bytes at " + j.toString() + " of " + SIZES[i].toString());
      }
    }
    __collect(); // the next allocations reuse this memory
  }
}
