// Verification by Envoy's `verify_signature` function, where it is faster than wasm.

import { Status } from "../../abi/enums";
import { callForeign, pairsAt, pairsSize } from "../../abi/host";
import { utf8 } from "../../bytes/bytes";
import { ByteWriter } from "../../bytes/writer";
import { NativeVerifier } from "../../crypto/arithmetic/native";
import { field, isOffered } from "./foreign_message";

const NAME = utf8("verify_signature");

/** Field numbers of the call's message. HASH_FUNCTION includes its wire type, 2, because it is written without an array of its own. */
const HASH_FUNCTION: u8 = 1 << 3 | 2;
const PUBLIC_KEY: u8 = 2;
const SIGNATURE: u8 = 3;
const TEXT: u8 = 4;

@final
export class EnvoyVerifier extends NativeVerifier {
  static available(): bool { return isOffered(NAME); }

  private readonly message: ByteWriter = new ByteWriter();

  verify(hashName: string, spkiDer: Uint8Array, signature: Uint8Array, data: Uint8Array): bool {
    const message = this.message.clear();
    message.byte(HASH_FUNCTION).byte(<u8>hashName.length).text(hashName);
    field(message, PUBLIC_KEY, spkiDer);
    field(message, SIGNATURE, signature);
    field(message, TEXT, data);
    const argument = message.written();
    // The status is Ok even for a wrong signature. Only the message `result: true`, and nothing else, means valid.
    return callForeign(NAME, argument.dataStart, argument.length) == Status.Ok
      && pairsSize() == 2 && load<u16>(pairsAt()) == 0x0108;
  }
}
