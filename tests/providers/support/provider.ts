// What a test file says of its provider, and what all of them share: clients, people, processes.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ClusterOptions } from "../../../cli/demo/envoy-config";
import { atEnd } from "../../envoy/support/cleanup";
import { programOutput } from "../../support/child";
import { WITH_US } from "../../support/with-us";

export type Method = "client_secret_basic" | "client_secret_post" | "client_secret_jwt" | "private_key_jwt";

/** What a provider is told of a client. */
export interface Client {
  id: string;
  secret: string;
  method: Method;
  grant: "authorization-code" | "client-credentials";
  /** Whether its access tokens are opaque; else they are JWTs. */
  opaque: boolean;
  /** How long an access token lives. */
  seconds: number;
  redirect_uri: string;
  post_logout_redirect_uri: string;
  backchannel_logout_uri: string;
  frontchannel_logout_uri: string;
  jwks: { keys: object[] };
  jwks_uri: string;
  /** What else the provider is told, in its own words. */
  more?: object;
}

export interface Running {
  /** What stands for `https://idp.example.com` and its like on the provider's page. */
  hosts: Record<string, string>;
  /** Where the clusters that the page names lead to. */
  clusters: Record<string, ClusterOptions>;
  tokenEndpoint: string;
  userinfoEndpoint: string;
  /** Where tokens are revoked, or what makes the provider forget a refresh token if it has no such endpoint. */
  revocation: string | ((refreshToken: string) => Promise<void>);
  /** A new key signs from now on. */
  rotate?: () => Promise<void>;
}

export interface Provider {
  /** The name of its folder and of its page. */
  name: string;
  /** How clients can authenticate; the first is that of the page's configuration. */
  methods: Method[];
  /** Further ones, after the first, that the introspection endpoint takes. */
  introspection: Method[];
  /** What access tokens can be that pass as bearer tokens on the page's main configuration, or on "Opaque tokens". */
  tokens: ("jwt" | "opaque")[];
  /** What UserInfo says of the person. */
  userinfo: object;
  clientCredentials: boolean;
  /** Whether access tokens name the client in `aud`. */
  audience: boolean;
  /** Whether its metadata names an endpoint for revocation. */
  revocation: boolean;
  backchannel: boolean;
  /** What a new key does to the old one, if there can be a new one. */
  rotation: "none" | "adds" | "replaces";
  /** Whether its logout works without an ID Token. */
  logoutWithoutHint: boolean;
  start(port: number, clients: Client[]): Promise<Running>;
}

/** The person that every provider knows. */
export const PERSON = { name: "alice", password: "wonderland" };
/** What form encoding, Basic's colon and percent encoding would each spoil if it were left out or done twice. */
export const CLIENT_ID = "shop:app";
export const CLIENT_SECRET = "s3cr%t+with/sp ecial:=&chars";

/** A first build may take minutes; it ends itself after twenty (tests/support/build.mjs). */
const BUILT_WITHIN_MS = 22 * 60_000;
export const BUILD_MS = BUILT_WITHIN_MS + 3 * 60_000;
const READY_WITHIN_MS = 120_000;

/** The folder of a provider that is ready to run; it is built where the machine has none. */
export async function built(name: string): Promise<string> {
  try {
    return (await programOutput(process.execPath, [join(__dirname, "build.mjs"), name], { withinMs: BUILT_WITHIN_MS })).stdout.trim();
  } catch (error) {
    throw new Error((error as { stderr?: string }).stderr?.trim() || String(error));
  }
}

/** Runs a program until the test file ends; it serves `url` when this returns. */
export async function serve(url: string, command: string, args: string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}): Promise<void> {
  const child = spawn("sh", ["-c", WITH_US, "sh", command, ...args], { cwd: options.cwd, env: { ...process.env, ...options.env } });
  let log = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => { log += String(chunk); });
  const ended = once(child, "exit");
  atEnd(async () => {
    child.stdin.end();
    const force = setTimeout(() => child.kill("SIGKILL"), 5000);
    await ended;
    clearTimeout(force);
    if ((globalThis as { aTestHasFailed?: boolean }).aTestHasFailed) console.log(`A test failed. The provider's log ends so:\n${tail(log)}`);
  });
  for (const deadline = Date.now() + READY_WITHIN_MS; !(await answers(url)); await sleep(100)) {
    if (child.exitCode !== null) throw new Error(`${command} ended while starting:\n${tail(log)}`);
    if (Date.now() > deadline) throw new Error(`${url} was not there after ${READY_WITHIN_MS / 1000} s:\n${tail(log)}`);
  }
}

const answers = (url: string) => fetch(url).then(({ ok }) => ok, () => false);

const tail = (log: string) => log.trim().split("\n").slice(-25).join("\n");

/** A request as a client that authenticates with CLIENT_SECRET, by Basic (RFC 6749 §2.3.1: both form-encoded first) where the provider takes that, else in the form. */
export async function asClient({ methods }: Provider, url: string, id: string, form: Record<string, string>): Promise<{ status: number; json: Record<string, unknown> }> {
  const encoded = (text: string) => new URLSearchParams({ "": text }).toString().slice(1);
  const authorization = `Basic ${Buffer.from(`${encoded(id)}:${encoded(CLIENT_SECRET)}`).toString("base64")}`;
  const response = await fetch(url, methods[0] === "client_secret_post"
    ? { method: "POST", body: new URLSearchParams({ ...form, client_id: id, client_secret: CLIENT_SECRET }) }
    : { method: "POST", body: new URLSearchParams(form), headers: { authorization } });
  const text = await response.text();
  return { status: response.status, json: text === "" ? {} : JSON.parse(text) as Record<string, unknown> };
}
