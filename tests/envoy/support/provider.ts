// The OpenID provider of cli/demo in its own process, with the same methods, for tests.

import { fork } from "node:child_process";
import { join } from "node:path";
import type { DemoProvider, ProviderOptions } from "../../../cli/demo/provider";
import type { CallMessage, RemoteCall, ReplyMessage } from "../../../cli/demo/provider-process";
import { atEnd } from "./cleanup";

export interface TestProvider extends Pick<DemoProvider, RemoteCall> {
  issuer: string;
  discovery: string;
  /** The URL that it listens on, whatever its issuer. */
  url: string;
  stop(): Promise<void>;
}

const ROOT = join(__dirname, "../../.."); // where Node finds tsx
const PROGRAM = join(ROOT, "cli/demo/provider-process.ts");

/** Starts a provider, which stops with the test file. */
export function startProvider(options: ProviderOptions = {}): Promise<TestProvider> {
  const child = fork(PROGRAM, [JSON.stringify(options)], {
    cwd: ROOT,
    execArgv: ["--import", "tsx"],
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  const output: string[] = [];
  child.stdout!.on("data", (chunk) => output.push(String(chunk)));
  child.stderr!.on("data", (chunk) => output.push(String(chunk)));
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  let calls = 0;

  const call = (name: RemoteCall, args: unknown[]): Promise<unknown> => new Promise((resolve, reject) => {
    const message: CallMessage = { id: ++calls, call: name, args };
    waiting.set(message.id, { resolve, reject });
    child.send(message);
  });
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
    await ended;
  };
  atEnd(stop);

  return new Promise((resolve, reject) => {
    child.once("exit", () => reject(new Error(`The provider ended while starting:\n${output.join("")}`)));
    void ended.then(() => waiting.forEach((one) => one.reject(new Error(`The provider has ended:\n${output.join("")}`))));
    child.on("message", (message: ReplyMessage) => {
      if ("started" in message) return resolve(remote({ ...message.started, stop }, call));
      const { resolve: answer, reject: refuse } = waiting.get(message.id)!;
      waiting.delete(message.id);
      if ("error" in message) refuse(new Error(message.error));
      else answer(message.value);
    });
  });
}

/** Every unknown property is a call to the other process, except `then`: awaiting the provider would call it. */
function remote(known: Pick<TestProvider, "issuer" | "discovery" | "url" | "stop">, call: (name: RemoteCall, args: unknown[]) => Promise<unknown>): TestProvider {
  return new Proxy(known as TestProvider, {
    get: (target, name) => name in target || name === "then" || typeof name === "symbol"
      ? Reflect.get(target, name)
      : (...args: unknown[]) => call(name as RemoteCall, args),
  });
}
