// What programs and people send in the run that is drawn: rates that rise and fall, some refusals, and a release that asks for the wrong scope.

import { BrowserClient } from "../../../tests/envoy/support/browser-client";
import { request } from "../../../tests/envoy/support/http";
import type { DemoProvider } from "../../demo/provider";

const PEOPLE = 40, TOKENS = 60;
/** The release whose tokens lack the scope. */
const WRONG_RELEASE = { from: 90, to: 130 };

/** Between the two, as a wave of this period. */
const wave = (second: number, low: number, high: number, period: number): number => low + (high - low) * (1 - Math.cos(2 * Math.PI * second / period)) / 2;
const oneOf = <T>(list: T[]): T => list[Math.floor(Math.random() * list.length)]!;
/** So many on average. */
const about = (rate: number): number => Math.floor(rate + Math.random());

export class Traffic {
  private readonly jwts: string[] = [];
  private readonly opaque: string[] = [];
  private revoked = "";
  private readonly people = Array.from({ length: PEOPLE }, (_, i) => ({ name: `person-${i}`, browser: new BrowserClient(), busy: false }));

  constructor(private readonly app: string, private readonly provider: DemoProvider) {}

  /** Sends what belongs into this second, spread over it, and does not wait for the answers. */
  async second(second: number): Promise<void> {
    await this.newTokens();
    const { app, provider } = this;
    this.spread(about(wave(second, 20, 45, 140)), () => this.get("/api/orders", oneOf(this.jwts)));
    this.spread(about(wave(second + 50, 6, 14, 90)), () => this.get("/opaque", oneOf(this.opaque)));
    this.spread(about(4), () => this.get("/public/logo"));
    this.spread(about(2), () => request(`${app}/`, { method: "OPTIONS", headers: [["Origin", app], ["Access-Control-Request-Method", "PUT"]] }));
    this.spread(about(wave(second, 5, 14, 200)), () => this.visit());
    this.spread(about(1.5), () => this.get("/"));
    this.spread(about(0.7), async () => this.get("/", await provider.mint({ claims: { exp: Math.floor(Date.now() / 1000) - 60 } })));
    this.spread(about(0.4), async () => this.get("/", await provider.mint({ claims: { aud: "https://other.example.com" } })));
    this.spread(about(0.5), () => this.get("/opaque", this.revoked));
    this.spread(about(0.3), () => this.get("/partner", oneOf(this.jwts)));
    this.spread(about(wave(second, 0.2, 1.5, 120)), () => this.get("/admin", oneOf(this.jwts)));
    if (second >= WRONG_RELEASE.from && second < WRONG_RELEASE.to) {
      this.spread(about(5), async () => this.get("/api/orders", await provider.mint({ claims: { scope: "write" } })));
    }
  }

  private async newTokens(): Promise<void> {
    this.jwts.push(await this.provider.mint(), await this.provider.mint());
    this.opaque.push(await this.provider.opaque({ sub: "alice", ttlSeconds: 30 }));
    if (this.revoked === "") await this.provider.revoke(this.revoked = await this.provider.opaque());
    this.jwts.splice(0, this.jwts.length - TOKENS);
    this.opaque.splice(0, this.opaque.length - 20);
  }

  /** Somebody who is not waiting for a page opens one, and logs in if asked to; sometimes they log out. */
  private async visit(): Promise<void> {
    const person = oneOf(this.people);
    if (person.busy) return;
    person.busy = true;
    try {
      await person.browser.logIn(`${this.app}/`, person.name);
      if (Math.random() < 0.06) await person.browser.get(`${this.app}/logout`);
    } finally {
      person.busy = false;
    }
  }

  private get(path: string, token?: string): Promise<unknown> {
    return request(this.app + path, { headers: token === undefined ? [] : [["Authorization", `Bearer ${token}`]] });
  }

  /** While the provider is down, nobody answers a browser that is sent there. */
  private spread(count: number, send: () => Promise<unknown>): void {
    for (let i = 0; i < count; i++) setTimeout(() => void send().catch(() => {}), Math.random() * 1000);
  }
}
