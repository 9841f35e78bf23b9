// An introspection request: its name among the workers, and its answer, sealed for workers that need the same with the same configuration.

import { random } from "../../abi/host";
import { EMPTY } from "../../bytes/bytes";
import { hash } from "../../bytes/hash";
import { ByteWriter } from "../../bytes/writer";
import { expand } from "../../crypto/hash/hkdf";
import { KEY_SIZE, NONCE_SIZE } from "../../crypto/aead/xchacha20poly1305";
import { Exchange } from "../../flow/decision/exchange";
import { Await, Next } from "../../flow/decision/next";
import { Reply } from "../../http/callout";
import { isRead, MAX_ANSWER } from "../../oidc/introspection";
import { openWith, sealWith } from "../../session/sealing";
import { RuleSettings } from "../rules/rule_settings";
import { sharedResults } from "../shared/registry";
import { AHEAD_MS, Standing } from "../shared/shared_results";
import { untilSecOf } from "../verdicts/token_verdicts";

const NAME_SIZE = 16;
/** How much longer than the call itself a worker may hold the lease. */
const MARGIN_MS: i64 = 2_000;
/** Whoever finds that another worker has been faster looks again. Where nothing can be written, each asks for itself. */
const TRIES = 4;
/** How long an answer that is not believed any longer waits for the workers that have waited for it: many ticks. */
const WAITERS_MS: i64 = 5_000;

/** What is sealed: when the answer came (ms, i64), its status u32, its body. */
const HEAD = 12;

@final
export class IntrospectionRequest {
  readonly name: Uint8Array;
  /** By which this worker finds it (filter/calls/pending.ts). */
  readonly hash: u64;
  private readonly key: Uint8Array;
  /** The lease whose answer is waited for, or is this worker's to tell (filter/shared/shared_results.ts). 0: the others are told nothing. */
  lease: i64 = 0;
  /** The lease is another worker's. */
  inOtherWorker: bool = false;

  /** How long a lease may last (ms): whoever shares the name has the same timeout. */
  get leaseMs(): i64 { return this.rule.config.timeoutMs + MARGIN_MS; }

  /** What is shared belongs to one configuration, and to one rule in it: others may ask by other credentials. */
  constructor(
    readonly rule: RuleSettings,
    /** The token, and what else introspection is told (filter/verdicts/verdict_key.ts). */
    readonly asked: Uint8Array,
    readonly wait: Await,
  ) {
    const info = new ByteWriter(4 + asked.length).u32(rule.number).bytes(asked).written();
    const both = expand(rule.root.key, info, NAME_SIZE + KEY_SIZE).value;
    this.name = both.subarray(0, NAME_SIZE);
    this.key = both.subarray(NAME_SIZE);
    this.hash = hashOf(rule, asked);
  }

  /**
   * The verdict by the answer that was waited for, or by one that is still valid. null: there is none, and `lease` and `inOtherWorker` say who makes the
   * call: this worker from now on, or another.
   */
  known(x: Exchange): Next | null {
    const waitedFor = this.lease;
    this.lease = 0;
    this.inOtherWorker = false;
    for (let i = 0; i < TRIES; i++) {
      const standing = sharedResults.standing(this.name, x.nowMs);
      if (standing != null) {
        const verdict = this.verdict(x, standing);
        if (verdict != null && (waitedFor != 0 && standing.answeredLease >= waitedFor || untilSecOf(verdict) > x.nowSec)) return verdict;
      }
      if (this.rule.tokens.callsFull) break;
      this.inOtherWorker = standing != null && standing.underWay(x.nowMs, this.leaseMs);
      this.lease = standing != null && this.inOtherWorker ? standing.lease : sharedResults.begin(this.name, standing, x.nowMs, this.leaseMs);
      if (this.lease != 0) break;
    }
    return null;
  }

  /** No call could be made, or none came back in time: the same as no answer, also for the workers that wait for this one. */
  unanswered(x: Exchange): Next {
    const reply = Reply.none(), verdict = this.wait.step.resume(x, reply);
    this.publish(reply, verdict, x.nowMs);
    return verdict;
  }

  /** Tells the other workers what came back, and this worker's verdict on it says for how long. No answer is an answer to those who wait for it. */
  publish(reply: Reply, verdict: Next, nowMs: i64): void {
    if (this.lease != 0) sharedResults.finish(this.name, this.lease, this.sealed(reply, nowMs), nowMs, max(untilSecOf(verdict) * 1000, nowMs + WAITERS_MS));
  }

  /** The verdict on the last answer, as of the moment when it came, so that it ends when the original does. null: there is none, or none of ours. */
  verdict(x: Exchange, standing: Standing): Next | null {
    const plain = openWith(this.key, contextOf(standing.answeredLease), standing.answer);
    if (plain == null || plain.length < HEAD) return null;
    const cameMs = load<i64>(plain.dataStart);
    // The clock has jumped back: nobody knows how old it is.
    if (cameMs > x.nowMs + AHEAD_MS) return null;
    return this.wait.step.resume(x.at(cameMs), new Reply(load<i32>(plain.dataStart, 8), plain.subarray(HEAD)));
  }

  /** EMPTY where the host has no randomness: then each worker asks for itself. */
  private sealed(reply: Reply, nowMs: i64): Uint8Array {
    const nonce = random(NONCE_SIZE);
    if (nonce == null) return EMPTY;
    // What is not read is not shared either; it is as wrong without its body.
    const body = isRead(reply.status) && reply.body.length <= MAX_ANSWER ? reply.body : EMPTY;
    const plain = new Uint8Array(HEAD + body.length);
    store<i64>(plain.dataStart, nowMs);
    store<i32>(plain.dataStart, reply.status, 8);
    plain.set(body, HEAD);
    return sealWith(this.key, nonce, contextOf(this.lease), plain);
  }
}

/** Of what this rule asks about. The seed keeps strangers from choosing tokens whose hashes collide. */
export function hashOf(rule: RuleSettings, asked: Uint8Array): u64 { return hash(asked.dataStart, asked.length, rule.root.seed + rule.number); }

/** An answer belongs to its lease: whoever waits for a later one must not be given an older answer. */
function contextOf(lease: i64): Uint8Array {
  const out = new Uint8Array(8);
  store<i64>(out.dataStart, lease);
  return out;
}
