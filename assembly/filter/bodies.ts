// Requests whose body a step waits for: small forms, posted by providers and browsers.

import { BufferType } from "../abi/enums";
import { buffer } from "../abi/host";
import { BodyStep } from "../flow/next";
import { Guard } from "./guard";

/** The largest form. */
export const MAX_BODY: u32 = 64 * 1024;
const MAX_WAITING = 1024;
/** How long to wait for the first byte before the plugin's configuration is to blame, and for the last one. */
const FIRST_BYTE_MS: i64 = 5_000;
const LAST_BYTE_MS: i64 = 30_000;

@final
export class BodyWaiter {
  /** Something has come: Envoy delivers bodies. */
  delivered: bool = false;
  constructor(readonly stream: u32, readonly guard: Guard, readonly step: BodyStep, readonly sinceMs: i64) {}
}

@final
export class Bodies {
  private waiting: BodyWaiter[] = [];

  get full(): bool { return this.waiting.length >= MAX_WAITING; }
  get none(): bool { return this.waiting.length == 0; }

  add(waiter: BodyWaiter): void { this.waiting.push(waiter); }

  all(): BodyWaiter[] { return this.waiting.slice(0); }

  find(stream: u32): BodyWaiter | null {
    for (let i = 0; i < this.waiting.length; i++) if (this.waiting[i].stream == stream) return this.waiting[i];
    return null;
  }

  remove(waiter: BodyWaiter): void {
    const at = this.waiting.indexOf(waiter);
    if (at >= 0) this.waiting.splice(at, 1);
  }

  /** Takes out those for which nothing has come in time, `most` at once. */
  overdue(nowMs: i64, most: i32): BodyWaiter[] {
    const out: BodyWaiter[] = [];
    for (let i = this.waiting.length - 1; i >= 0 && out.length < most; i--) {
      const waiter = this.waiting[i];
      if (nowMs - waiter.sinceMs < (waiter.delivered ? LAST_BYTE_MS : FIRST_BYTE_MS)) continue;
      out.push(waiter);
      this.waiting.splice(i, 1);
    }
    return out;
  }
}

/** What has come so far. */
export function bodySoFar(size: u32): Uint8Array { return buffer(BufferType.HttpRequestBody, size); }
