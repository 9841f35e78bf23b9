// Signatures checked by the host: Envoy's `verify_signature`, which is faster than wasm.

import { Status } from "../../abi/enums";
import { callForeign, pairsAt, pairsSize } from "../../abi/host";
import { EMPTY, utf8 } from "../../bytes/bytes";
import { ByteWriter } from "../../bytes/writer";
import { NativeVerifier } from "../../crypto/arithmetic/native";
import { field } from "./foreign_message";

const NAME = utf8("verify_signature");

/** Field numbers of the call's message. HASH_FUNCTION comes with its wire type, 2: it is written without an array of its own. */
const HASH_FUNCTION: u8 = 1 << 3 | 2;
const PUBLIC_KEY: u8 = 2;
const SIGNATURE: u8 = 3;
const TEXT: u8 = 4;

@final
export class EnvoyVerifier extends NativeVerifier {
  /** Whether this host has the function. An unknown name answers NotFound; a known one complains about the empty argument. */
  static available(): bool { return callForeign(NAME, EMPTY.dataStart, 0) != Status.NotFound; }

  private readonly message: ByteWriter = new ByteWriter();

  verify(hashName: string, spkiDer: Uint8Array, signature: Uint8Array, data: Uint8Array): bool {
    const message = this.message.clear();
    message.byte(HASH_FUNCTION).byte(<u8>hashName.length).text(hashName);
    field(message, PUBLIC_KEY, spkiDer);
    field(message, SIGNATURE, signature);
    field(message, TEXT, data);
    const argument = message.written();
    // A wrong signature answers Ok as well: only the message `result: true` and nothing else means valid.
    return callForeign(NAME, argument.dataStart, argument.length) == Status.Ok
      && pairsSize() == 2 && load<u16>(pairsAt()) == 0x0108;
  }
}
