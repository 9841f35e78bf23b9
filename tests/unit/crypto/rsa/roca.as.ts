/** Exports the check for ROCA keys to a test in Node, which writes the modulus to a buffer. */
import { isRocaModulus } from "../../../../assembly/crypto/rsa/roca";

const room = new Uint8Array(1024);

export function buffer(): usize { return room.dataStart; }
export function judge(size: i32): bool { return isRocaModulus(room.subarray(0, size)); }
