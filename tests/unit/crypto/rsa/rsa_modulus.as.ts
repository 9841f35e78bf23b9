/** Exports powers modulo n to a test in Node. Inputs and results are in one buffer. */
import { RsaModulus } from "../../../../assembly/crypto/rsa/rsa_modulus";

const room = new Uint8Array(1024);
let modulus: RsaModulus | null = null;

export function buffer(): usize { return room.dataStart; }
export function collect(): void { __collect(); }

export function useModulus(size: i32, bits: i32): void { modulus = new RsaModulus(room.slice(0, size), bits); }

/** Replaces the number in the buffer by its power. */
export function power(size: i32, e: u32): void { room.set(modulus!.power(room.slice(0, size), e)); }
