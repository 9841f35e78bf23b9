// A filter that receives a batch of signatures as a request's body. It responds with the verdicts of Wasm and of Envoy on each.
// Envoy's buffer filter comes before it, so that the body arrives in one piece.
import { BufferType } from "../../assembly/abi/enums";
import "../../assembly/abi/abort";
import { buffer, sendLocalResponse, serialised } from "../../assembly/abi/host";
import { resetArena } from "../../assembly/abi/memory";
import { utf8 } from "../../assembly/bytes/bytes";
import { EcPublicKey } from "../../assembly/crypto/elliptic/ecdsa";
import { Hash } from "../../assembly/crypto/hash/hash";
import { NativeVerifier, setNativeVerifier } from "../../assembly/crypto/arithmetic/native";
import { readSpki } from "../../assembly/crypto/keys/public_key";
import { Scheme, verify } from "../../assembly/crypto/verify";
import { EnvoyVerifier } from "../../assembly/filter/envoy/envoy_verifier";

export { proxy_on_memory_allocate } from "../../assembly/abi/memory";

const REQUEST_BODY = <BufferType>0;
const STOP_AND_BUFFER = 1;
const MAX_BODY = 1 << 20;

/** Calls Envoy's function and counts the calls. Without the count, a function that is never called would agree with everything. */
class Counting extends NativeVerifier {
  calls: i32 = 0;
  private readonly host: EnvoyVerifier = new EnvoyVerifier();
  verify(hashName: string, spkiDer: Uint8Array, signature: Uint8Array, data: Uint8Array): bool {
    this.calls++;
    return this.host.verify(hashName, spkiDer, signature, data);
  }
}

export function proxy_abi_version_0_2_1(): void {}
export function proxy_on_context_create(_context: u32, _parent: u32): void {}
/** Responds with `<Envoy has the function> <calls>` and then two digits for each signature: the verdict of Wasm and that of Envoy. */
export function proxy_on_request_body(_stream: u32, _size: u32, end: u32): u32 {
  resetArena();
  if (end) {
    const body = buffer(REQUEST_BODY, MAX_BODY);
    const answer = body == null ? "no body" : answers(body);
    sendLocalResponse(200, utf8("probe"), utf8(answer), serialised([]));
  }
  __collect();
  return STOP_AND_BUFFER;
}

function answers(body: Uint8Array): string {
  if (!EnvoyVerifier.available()) return "0 0";
  const host = new Counting();
  let verdicts = "";
  const input = new Input(body);
  while (!input.done) {
    const scheme = <Scheme>input.word(), hash = <Hash>input.word(), key = readSpki(input.bytes()), data = input.bytes(), signature = input.bytes();
    if (key.failed) return "a key was refused";
    setNativeVerifier(null);
    const own = verify(scheme, hash, key.value, data, signature);
    setNativeVerifier(host);
    const theirs = key.value instanceof EcPublicKey ? byHost(key.value as EcPublicKey, data, signature) : verify(scheme, hash, key.value, data, signature);
    verdicts += (own ? " 1" : " 0") + (theirs ? "1" : "0");
  }
  return `1 ${host.calls}${verdicts}`;
}

/** Verifies without a table. After a valid signature the key has one, and Envoy would not be called for it again. */
function byHost(key: EcPublicKey, data: Uint8Array, signature: Uint8Array): bool { return key.isInRange(signature) && key.verifyAnew(data, signature); }

/** Reads little-endian words, and byte strings after their length. */
class Input {
  private at: i32 = 0;
  constructor(private readonly body: Uint8Array) {}
  get done(): bool { return this.at >= this.body.length; }
  word(): i32 {
    let value = 0;
    for (let i = 0; i < 4; i++) value |= <i32>this.body[this.at++] << (8 * i);
    return value;
  }
  bytes(): Uint8Array {
    const size = this.word();
    this.at += size;
    return this.body.slice(this.at - size, this.at);
  }
}
