// The load of each subject, and a check that the subject accepts and refuses the right requests.

import { join } from "node:path";
import { checkTokens } from "./answers";
import { get, logIn, logins } from "./browsers";
import { FORGED } from "./filters";
import type { Lines, Outcome } from "./load";
import { SUBJECT } from "./provider";
import { checkRefused, checkTaken, makePool, writeLines, type Pool, type Session } from "./sessions";
import type { Server } from "./servers";
import type { Subject } from "./subject";
import type { Size } from "./tokens";
import type { World } from "./world";

/** The number of sessions that are sent intact, and the number sent with defects. */
const TAKEN = 500, BROKEN = 50;

export class Loads {
  readonly proven = { tokensTaken: 0, tokensRefused: 0, sessionsTaken: 0, sessionsRefused: 0 };
  private readonly many: Record<Size, Pool>;
  private readonly once: Record<Size, Pool>;
  /** Cookies that a subject has set itself. */
  private readonly own = new Map<Subject, Lines>();

  constructor(private readonly world: World, private readonly folder: string, counts: Record<Size, number>) {
    const { provider } = world;
    this.many = { "1 kB": makePool(folder, provider, "1 kB", counts["1 kB"]), "12 kB": makePool(folder, provider, "12 kB", counts["12 kB"]) };
    this.once = { "1 kB": makePool(folder, provider, "1 kB", 1), "12 kB": makePool(folder, provider, "12 kB", 1) };
  }

  /** The session that is sent each time. */
  get sameSession(): Record<Size, Session> { return { "1 kB": this.once["1 kB"].sessions[0]!, "12 kB": this.once["12 kB"].sessions[0]! }; }

  /** Throws for any wrong answer: one to these checks, or one to the load itself. */
  async prove(subject: Subject, server: Server): Promise<void> {
    const { load, name } = subject;
    if (load.kind === "token" && load.judged) {
      const { taken, refused } = await checkTokens(server, this.world.provider);
      this.proven.tokensTaken += taken;
      this.proven.tokensRefused += refused;
    }
    if (load.kind === "session" && !load.seen) {
      const { sessions } = this.many[load.size], first = Math.floor(Math.random() * Math.max(1, sessions.length - TAKEN));
      const some = [...this.once[load.size].sessions, ...sessions.slice(first, first + TAKEN)];
      await checkTaken(server, some);
      this.proven.sessionsTaken += some.length;
      this.proven.sessionsRefused += await checkRefused(server, this.world.provider, some.slice(0, BROKEN));
    }
    if (load.kind !== "own session" && load.kind !== "login") return;
    const cookies = await logIn(server.port);
    const { status, headers } = await get(server.port, "/who", { cookie: cookies });
    const taken = headers["x-seen-user"] === SUBJECT || /^Bearer ./.test(String(headers["x-seen-authorization"]));
    if (status !== 200 || !taken) throw new Error(`${name}: the upstream did not receive the user (status ${status})`);
    if ((await get(server.port, "/who", {})).status === 200) throw new Error(`${name}: somebody without a session was let through`);
    if (load.kind === "own session" && !this.own.has(subject)) this.own.set(subject, writeLines(join(this.folder, `cookies of ${name.replace(/\W+/g, "-")}.txt`), [cookies]));
  }

  async run(subject: Subject, server: Server, seconds: number): Promise<Outcome> {
    try {
      return await this.send(subject, server, seconds);
    } catch (error) {
      throw new Error(`${subject.name}: ${(error as Error).message}`);
    }
  }

  private async send(subject: Subject, server: Server, seconds: number): Promise<Outcome> {
    const { load } = subject;
    switch (load.kind) {
      case "login": return logins(server.port, seconds);
      case "token": return this.world.load(server, load.path, { headers: { authorization: `Bearer ${load.token}`, ...FORGED } }, seconds);
      case "refused": return this.world.load(server, "/known", { headers: load.headers, status: 401 }, seconds);
      case "own session": return this.world.load(server, "/session", { headers: FORGED, many: { header: "cookie", lines: this.ownOf(subject) } }, seconds);
      case "session": return this.world.load(server, load.path, { headers: FORGED, many: { header: "cookie", lines: (load.seen ? this.once : this.many)[load.size] } }, seconds);
    }
  }

  private ownOf(subject: Subject): Lines {
    const own = this.own.get(subject);
    if (!own) throw new Error(`${subject.name}: no session was made`);
    return own;
  }
}
