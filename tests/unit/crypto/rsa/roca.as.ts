/** Owns the door from the test to the recognition of ROCA keys: a modulus comes in through one buffer. */
import { isRocaModulus } from "../../../../assembly/crypto/rsa/roca";

const room = new Uint8Array(1024);

export function buffer(): usize { return room.dataStart; }
export function judge(size: i32): bool { return isRocaModulus(room.subarray(0, size)); }
