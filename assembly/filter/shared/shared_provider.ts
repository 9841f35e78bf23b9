// What the workers of one Envoy share about a provider, in Envoy's shared data: its documents, and the lease for a call.

import { setSharedData, sharedData, sharedDataOr, SharedValue } from "../../abi/host";
import { joined, utf8 } from "../../bytes/bytes";

export const enum Document { Metadata = 0, Keys }

/**
 * The head record: end of the lease (ms); for each document when it was fetched (ms), when it was last tried (ms), and failures in a row; last, when a fetch
 * that an unknown key id caused succeeded (ms). All i64. */
const LEASE = 0;
const FIRST = 8;
const PER_DOCUMENT = 24;
const ASKED = FIRST + 2 * PER_DOCUMENT;
const HEAD_SIZE = ASKED + 8;

/** Attempts of one compare-and-swap. If all fail, the other workers' records are as good. */
const CAS_TRIES = 4;

@final
export class SharedProvider {
  private readonly headKey: Uint8Array;
  private readonly documentKeys: Uint8Array[];
  private head: Uint8Array = new Uint8Array(HEAD_SIZE);
  private cas: u32 = 0;

  constructor(id: string) {
    const prefix = utf8("envoy-oidc/2/" + id);
    this.headKey = joined(prefix, utf8("/head"));
    this.documentKeys = [joined(prefix, utf8("/metadata")), joined(prefix, utf8("/keys"))];
  }

  /** Reads the head record. True if it has changed since the last look. */
  look(): bool { return this.take(sharedData(this.headKey)); }

  private take(value: SharedValue): bool {
    const bytes = value.bytes;
    if (bytes == null || bytes.length != HEAD_SIZE || value.cas == this.cas) return false;
    this.head = bytes;
    this.cas = value.cas;
    return true;
  }

  get leasedUntilMs(): i64 { return this.word(LEASE); }
  fetchedAtMs(document: Document): i64 { return this.word(FIRST + document * PER_DOCUMENT); }
  triedAtMs(document: Document): i64 { return this.word(FIRST + document * PER_DOCUMENT + 8); }
  get askedAtMs(): i64 { return this.word(ASKED); }
  failures(document: Document): i32 { return <i32>this.word(FIRST + document * PER_DOCUMENT + 16); }

  /** Takes the lease until then. False if another worker has it. */
  lease(nowMs: i64, untilMs: i64): bool {
    this.ensure();
    this.look();
    if (this.leasedUntilMs > nowMs) return false;
    this.set(LEASE, untilMs);
    return this.write();
  }

  /** Returns the lease unused. */
  release(): void {
    this.look();
    this.set(LEASE, 0);
    this.write();
  }

  /** Returns the lease, with the result of the call: a document, or one more failure. */
  publish(document: Document, body: Uint8Array | null, nowMs: i64, failures: i32, askedAtMs: i64): void {
    if (body != null) setSharedData(this.documentKeys[document], body, 0);
    for (let i = 0; i < CAS_TRIES; i++) {
      this.ensure();
      this.look();
      const at = FIRST + document * PER_DOCUMENT;
      this.set(LEASE, 0);
      if (body != null) this.set(at, nowMs);
      this.set(at + 8, nowMs);
      this.set(at + 16, failures);
      this.set(ASKED, max(this.askedAtMs, askedAtMs));
      if (this.write()) return;
    }
  }

  read(document: Document): Uint8Array | null { return sharedData(this.documentKeys[document]).bytes; }

  /** Makes the record if there is none: a compare-and-swap needs a value to compare with. ANY_CAS never replaces a value. */
  private ensure(): void {
    if (this.cas != 0) return;
    this.take(sharedDataOr(this.headKey, new Uint8Array(HEAD_SIZE)));
  }

  /** The record is read again afterwards, because another worker may have written it. */
  private write(): bool {
    const cas = this.cas;
    this.cas = 0;
    return setSharedData(this.headKey, this.head, cas);
  }

  private word(at: i32): i64 { return load<i64>(this.head.dataStart + at); }
  private set(at: i32, value: i64): void { store<i64>(this.head.dataStart + at, value); }
}
