// An introspection request. Workers with the same configuration share it: by its name they find its response, which is sealed.

import { random } from "../../abi/host";
import { EMPTY } from "../../bytes/bytes";
import { hash } from "../../bytes/hash";
import { ByteWriter } from "../../bytes/writer";
import { expand } from "../../crypto/hash/hkdf";
import { KEY_SIZE, NONCE_SIZE } from "../../crypto/aead/xchacha20poly1305";
import { Exchange } from "../../flow/decision/exchange";
import { Await, Next } from "../../flow/decision/next";
import { Reply } from "../../http/callout";
import { AHEAD_MS } from "../../oidc/freshness";
import { isRead, MAX_ANSWER } from "../../oidc/introspection";
import { openWith, sealWith } from "../../session/sealing";
import { RuleSettings } from "../rules/rule_settings";
import { sharedResults } from "../shared/registry";
import { Standing } from "../shared/shared_results";
import { untilSecOf } from "../verdicts/token_verdicts";

const NAME_SIZE = 16;
/** Attempts to take the lease. After each that another worker has won, the record is read again. If none succeeds, this worker makes a call of its own. */
const TRIES = 4;
/** How long a response that may not be cached is kept for the workers that wait for it: many ticks. */
const WAITERS_MS: i64 = 5_000;

/** The sealed text: when the response arrived (ms, i64), its status u32, its body. */
const HEAD = 12;

@final
export class IntrospectionRequest {
  readonly name: Uint8Array;
  /** The key under which this worker finds it (filter/calls/pending.ts). */
  readonly hash: u64;
  private readonly key: Uint8Array;
  /** The lease whose response is awaited, or is to be published by this worker (filter/shared/shared_results.ts). 0: nothing is published. */
  lease: i64 = 0;
  /** Another worker has the lease. */
  inOtherWorker: bool = false;
  /** The lease whose response was judged last. Its verdict does not change while the next response is awaited. */
  private judgedLease: i64 = 0;

  /** Responses are shared within one rule of one configuration: other rules may authenticate as another client. */
  constructor(
    readonly rule: RuleSettings,
    /** The token, and the other headers that introspection sends (filter/verdicts/verdict_key.ts). */
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
   * The verdict from the awaited response, or from one that is still valid. null: there is none. Then `lease` and `inOtherWorker` say who makes the
   * call: this worker from now on, or another.
   */
  known(x: Exchange): Next | null {
    const waitedFor = this.lease;
    this.lease = 0;
    this.inOtherWorker = false;
    for (let i = 0; i < TRIES; i++) {
      const standing = sharedResults.standing(this.name, x.nowMs);
      if (standing != null && standing.answeredLease != this.judgedLease) {
        this.judgedLease = standing.answeredLease;
        const verdict = this.verdict(x, standing);
        if (verdict != null && (waitedFor != 0 && standing.answeredLease >= waitedFor || untilSecOf(verdict) > x.nowSec)) return verdict;
      }
      if (this.rule.tokens.callsFull) break;
      // All workers that share the name have the same timeout.
      this.inOtherWorker = standing != null && standing.underWay(x.nowMs, this.rule.leaseMs);
      this.lease = standing != null && this.inOtherWorker ? standing.lease : sharedResults.begin(this.name, standing, x.nowMs, this.rule.leaseMs);
      if (this.lease != 0) break;
    }
    return null;
  }

  /** No call could be made, or no reply came in time. The workers that wait for this one get the same result. */
  unanswered(x: Exchange): Next {
    const reply = Reply.none(), verdict = this.wait.step.resume(x, reply);
    this.publish(reply, verdict, x.nowMs);
    return verdict;
  }

  /** Publishes the reply to the other workers, for as long as this worker's verdict on it is valid. A failure is published too, to those who wait. */
  publish(reply: Reply, verdict: Next, nowMs: i64): void {
    if (this.lease != 0) sharedResults.finish(this.name, this.lease, this.sealed(reply, nowMs), nowMs, max(untilSecOf(verdict) * 1000, nowMs + WAITERS_MS));
  }

  /**
   * The verdict on the last response, judged by the time when it arrived, so that it expires when the original does. null: there is no response that this
   * key opens.
   */
  verdict(x: Exchange, standing: Standing): Next | null {
    const plain = openWith(this.key, contextOf(standing.answeredLease), standing.answer);
    if (plain == null || plain.length < HEAD) return null;
    const cameMs = load<i64>(plain.dataStart);
    // The clock has jumped back, so the response's age is unknown.
    if (cameMs > x.nowMs + AHEAD_MS) return null;
    return this.wait.step.resume(x.at(cameMs), new Reply(load<i32>(plain.dataStart, 8), plain.subarray(HEAD)));
  }

  /** EMPTY if Envoy gives no randomness: then each worker makes its own call. */
  private sealed(reply: Reply, nowMs: i64): Uint8Array {
    const nonce = random(NONCE_SIZE);
    if (nonce == null) return EMPTY;
    // A body that will not be read need not be shared: the status alone gives the same verdict.
    const body = isRead(reply.status) && reply.body.length <= MAX_ANSWER ? reply.body : EMPTY;
    const plain = new Uint8Array(HEAD + body.length);
    store<i64>(plain.dataStart, nowMs);
    store<i32>(plain.dataStart, reply.status, 8);
    plain.set(body, HEAD);
    return sealWith(this.key, nonce, contextOf(this.lease), plain);
  }
}

/** The hash of an introspection of this rule. The seed keeps attackers from choosing tokens whose hashes collide. */
export function hashOf(rule: RuleSettings, asked: Uint8Array): u64 { return hash(asked.dataStart, asked.length, rule.root.seed + rule.number); }

/** Binds a sealed response to its lease: a worker that waits for a later lease must not accept an older response. */
function contextOf(lease: i64): Uint8Array {
  const out = new Uint8Array(8);
  store<i64>(out.dataStart, lease);
  return out;
}
