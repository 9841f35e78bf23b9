// What each subject is loaded with, and the proof that it lets through whom it must, and nobody else.

import { join } from "node:path";
import { get, signIn, signIns } from "./browsers";
import { requests, type Outcome, type RunningEnvoy } from "./load";
import { SUBJECT, type BenchProvider } from "./provider";
import { checkRefused, checkTaken, makePool, writeLines, type Lines, type Pool } from "./sessions";
import type { Subject } from "./subjects";
import type { Size } from "./tokens";

/** Of the sessions, so many are sent in broken states. */
const BROKEN = 100;

export class Loads {
  readonly proven = { sessions: 0, refused: 0 };
  private readonly many: Record<Size, Pool>;
  private readonly once: Record<Size, Pool>;
  /** What a subject has set itself. */
  private readonly own = new Map<Subject, Lines>();

  constructor(private readonly folder: string, private readonly provider: BenchProvider, counts: Record<Size, number>) {
    this.many = { "1 kB": makePool(folder, provider, "1 kB", counts["1 kB"]), "12 kB": makePool(folder, provider, "12 kB", counts["12 kB"]) };
    this.once = { "1 kB": makePool(folder, provider, "1 kB", 1), "12 kB": makePool(folder, provider, "12 kB", 1) };
  }

  /** What is wrong with an answer is an error; so is an answer to a load that is no 200. */
  async prove(subject: Subject, envoy: RunningEnvoy): Promise<void> {
    const { load, filter } = subject;
    if (filter === null || load.kind === "token") return;
    if (load.kind === "session") {
      const { sessions } = (load.seen ? this.once : this.many)[load.size];
      await checkTaken(envoy, sessions);
      this.proven.sessions += sessions.length;
      if (!load.seen) this.proven.refused += await checkRefused(envoy, this.provider, sessions.slice(0, BROKEN));
      return;
    }
    const cookies = await signIn(envoy.port);
    const { status, headers } = await get(envoy.port, "/who", { cookie: cookies });
    const taken = headers["x-seen-user"] === SUBJECT || /^Bearer ./.test(String(headers["x-seen-authorization"]));
    if (status !== 200 || !taken) throw new Error(`${subject.name}: the upstream was not told who signed in (status ${status})`);
    if ((await get(envoy.port, "/who", {})).status === 200) throw new Error(`${subject.name}: somebody without a session was let through`);
    if (load.kind === "own session" && !this.own.has(subject)) this.own.set(subject, writeLines(join(this.folder, `cookies-oauth2-${load.size.replace(" ", "-")}.txt`), [cookies]));
  }

  async run(subject: Subject, envoy: RunningEnvoy, seconds: number): Promise<Outcome> {
    const { load, filter } = subject, url = `http://127.0.0.1:${envoy.port}`;
    if (load.kind === "sign-in") return signIns(envoy.port, seconds);
    if (load.kind === "token") return requests(`${url}/bench`, load, seconds);
    const pool = this.linesOf(subject);
    const outcome = await requests(`${url}${filter === null ? "/bench" : "/session"}`, { cookies: pool.file, first: pool.next }, seconds);
    // Nobody comes again before all others have been there.
    pool.next = (pool.next + outcome.count) % pool.lines;
    return outcome;
  }

  /** The size of the Cookie header; 0 for none. */
  cookieBytes(subject: Subject): number {
    return subject.load.kind === "session" || subject.load.kind === "own session" ? this.linesOf(subject).bytes : 0;
  }

  private linesOf(subject: Subject): Lines {
    const { load } = subject;
    if (load.kind === "session") return (load.seen ? this.once : this.many)[load.size];
    const own = this.own.get(subject);
    if (!own) throw new Error(`${subject.name}: no session was made`);
    return own;
  }
}
