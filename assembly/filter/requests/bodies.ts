// Requests whose body a step waits for: small forms that providers and browsers post.

import { BufferType } from "../../abi/enums";
import { buffer } from "../../abi/host";
import { BodyStep } from "../../flow/decision/next";
import { RuleSettings } from "../rules/rule_settings";

/** The largest form. */
export const MAX_BODY: i32 = 64 * 1024;
/** Forms that one configuration waits for in one worker. One more displaces the oldest: an honest client sends its form at once. */
const MAX_WAITING = 256;
/** How long to wait for the first byte (without one, the plugin's configuration is probably wrong), and for the last one. */
const FIRST_BYTE_MS: i64 = 5_000;
const LAST_BYTE_MS: i64 = 10_000;

@final
export class BodyWaiter {
  /** A part has arrived, so Envoy delivers bodies. */
  delivered: bool = false;
  /** It was displaced, and is refused on the next tick. Until then it stays in the list: Envoy forwards requests that are not in it. */
  gaveWay: bool = false;
  constructor(readonly stream: u32, readonly rule: RuleSettings, readonly step: BodyStep, readonly sinceMs: i64) {}
}

/** A request is removed only when it is answered: if a request is not in here, its body or trailers release its headers to the upstream. */
@final
export class Bodies {
  private readonly byStream: Map<u32, BodyWaiter> = new Map<u32, BodyWaiter>();
  /** By the root context's id, oldest first. */
  private readonly byRoot: Map<u32, BodyWaiter[]> = new Map<u32, BodyWaiter[]>();
  private readonly givenWay: BodyWaiter[] = [];

  get none(): bool { return this.byStream.size == 0; }

  /** Whether displaced requests must be answered. */
  get anyGaveWay(): bool { return this.givenWay.length > 0; }

  find(stream: u32): BodyWaiter | null { return this.byStream.has(stream) ? this.byStream.get(stream) : null; }

  add(waiter: BodyWaiter): void {
    const root = waiter.rule.root.id;
    if (!this.byRoot.has(root)) this.byRoot.set(root, []);
    const own = this.byRoot.get(root);
    if (own.length >= MAX_WAITING) this.giveWay(own);
    own.push(waiter);
    this.byStream.set(waiter.stream, waiter);
  }

  remove(waiter: BodyWaiter): void {
    const root = waiter.rule.root.id, own: BodyWaiter[] = this.byRoot.has(root) ? this.byRoot.get(root) : [];
    const list = waiter.gaveWay ? this.givenWay : own, at = list.indexOf(waiter);
    if (at >= 0) list.splice(at, 1);
    this.byStream.delete(waiter.stream);
  }

  /** Removes and returns the displaced requests, and those whose body did not come in time; `most` at once. */
  overdue(nowMs: i64, most: i32): BodyWaiter[] {
    const out = this.givenWay.splice(0, most), roots = this.byRoot.keys();
    for (let i = 0; i < roots.length; i++) {
      const own = this.byRoot.has(roots[i]) ? this.byRoot.get(roots[i]) : [];
      for (let j = 0; j < own.length && out.length < most;) {
        if (nowMs - own[j].sinceMs < (own[j].delivered ? LAST_BYTE_MS : FIRST_BYTE_MS)) j++;
        else out.push(own.splice(j, 1)[0]);
      }
      if (own.length == 0) this.byRoot.delete(roots[i]);
    }
    for (let i = 0; i < out.length; i++) this.byStream.delete(out[i].stream);
    return out;
  }

  /** Displaces the oldest request that has sent nothing, else the oldest. */
  private giveWay(own: BodyWaiter[]): void {
    let at = 0;
    while (at < own.length && own[at].delivered) at++;
    const waiter = own.splice(at < own.length ? at : 0, 1)[0];
    waiter.gaveWay = true;
    this.givenWay.push(waiter);
  }
}

/** The body until now, cut off one byte after the largest form. */
export function bodySoFar(): Uint8Array { return buffer(BufferType.HttpRequestBody, MAX_BODY + 1); }

export const bodies = new Bodies();
