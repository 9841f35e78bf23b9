// Signatures by Envoy's `sign` function, for client assertions. The filter has no signing code of its own.

import { Status } from "../../abi/enums";
import { callForeign, pairsAt, pairsSize } from "../../abi/host";
import { copied, utf8 } from "../../bytes/bytes";
import { ByteWriter } from "../../bytes/writer";
import { NativeSigner } from "../../crypto/arithmetic/native";
import { field, granted, isOffered } from "./foreign_message";

const NAME = utf8("sign");

/** Field numbers of the call's message. */
const HASH_FUNCTION: u8 = 1;
const PRIVATE_KEY: u8 = 2;
const TEXT: u8 = 3;

@final
export class EnvoySigner extends NativeSigner {
  static available(): bool { return isOffered(NAME); }

  sign(hashName: string, pkcs8: Uint8Array, data: Uint8Array): Uint8Array | null {
    const message = new ByteWriter(pkcs8.length + data.length + 32);
    field(message, HASH_FUNCTION, utf8(hashName));
    field(message, PRIVATE_KEY, pkcs8);
    field(message, TEXT, data);
    const argument = message.written();
    // The status is Ok even if signing fails: only the message says whether there is a signature.
    if (callForeign(NAME, argument.dataStart, argument.length) != Status.Ok) return null;
    return granted(copied(pairsAt(), pairsSize()));
  }
}
