// The description of a provider, and what all providers share: clients, users, processes.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ClusterOptions } from "../../../cli/demo/envoy-config";
import { atEnd } from "../../envoy/support/cleanup";
import { programOutput } from "../../support/child";
import { WITH_US } from "../../support/with-us";

export type Method = "client_secret_basic" | "client_secret_post" | "client_secret_jwt" | "private_key_jwt";

/** A client's registration at a provider. */
export interface Client {
  id: string;
  secret: string;
  method: Method;
  grant: "authorization-code" | "client-credentials";
  /** Whether its access tokens are opaque. Otherwise they are JWTs. */
  opaque: boolean;
  /** The lifetime of its access tokens. */
  seconds: number;
  redirect_uri: string;
  post_logout_redirect_uri: string;
  backchannel_logout_uri: string;
  frontchannel_logout_uri: string;
  jwks: { keys: object[] };
  jwks_uri: string;
  /** Further settings, in the provider's own format. */
  more?: object;
}

export interface Running {
  /** Replacements for the hosts on the provider's page, such as `https://idp.example.com`. */
  hosts: Record<string, string>;
  /** The clusters that the page names. */
  clusters: Record<string, ClusterOptions>;
  tokenEndpoint: string;
  userinfoEndpoint: string;
  /** The revocation endpoint, or, for a provider without one, a function that deletes a refresh token. */
  revocation: string | ((refreshToken: string) => Promise<void>);
  /** Makes a new key sign from now on. */
  rotate?: () => Promise<void>;
}

export interface Provider {
  /** The name of its folder and page. */
  name: string;
  /** The methods by which clients can authenticate. The first is the one of the page's configuration. */
  methods: Method[];
  /** The methods besides the first that the introspection endpoint accepts. */
  introspection: Method[];
  /** The kinds of access tokens that pass as bearer tokens with the page's main configuration, or with that of "Opaque tokens". */
  tokens: ("jwt" | "opaque")[];
  /** The user's claims in the UserInfo response. */
  userinfo: object;
  clientCredentials: boolean;
  /** Whether access tokens name the client in `aud`. */
  audience: boolean;
  /** Whether its metadata names a revocation endpoint. */
  revocation: boolean;
  backchannel: boolean;
  /** Whether a new key is added or replaces the old one, or whether keys cannot be rotated. */
  rotation: "none" | "adds" | "replaces";
  /** Whether its logout works without an ID Token. */
  logoutWithoutHint: boolean;
  start(port: number, clients: Client[]): Promise<Running>;
}

/** The user of every provider. */
export const PERSON = { name: "alice", password: "wonderland" };
/** An id and a secret with characters that reveal missing or repeated form encoding, percent encoding, or splitting at a colon. */
export const CLIENT_ID = "shop:app";
export const CLIENT_SECRET = "s3cr%t+with/sp ecial:=&chars";

/** A first build may take minutes. Its own limit is twenty (tests/support/build.mjs). */
const BUILT_WITHIN_MS = 22 * 60_000;
export const BUILD_MS = BUILT_WITHIN_MS + 3 * 60_000;
const READY_WITHIN_MS = 120_000;

/** The folder of a built provider. It is built if it does not exist. */
export async function built(name: string): Promise<string> {
  try {
    return (await programOutput(process.execPath, [join(__dirname, "build.mjs"), name], { withinMs: BUILT_WITHIN_MS })).stdout.trim();
  } catch (error) {
    throw new Error((error as { stderr?: string }).stderr?.trim() || String(error));
  }
}

/** Runs a program until the test file ends. Returns when it answers at `url`. */
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
    if ((globalThis as { aTestHasFailed?: boolean }).aTestHasFailed) console.log(`A test failed. The provider's log ends with:\n${tail(log)}`);
  });
  for (const deadline = Date.now() + READY_WITHIN_MS; !(await answers(url)); await sleep(100)) {
    if (child.exitCode !== null) throw new Error(`${command} ended while starting:\n${tail(log)}`);
    if (Date.now() > deadline) throw new Error(`${url} did not answer after ${READY_WITHIN_MS / 1000} s:\n${tail(log)}`);
  }
}

const answers = (url: string) => fetch(url).then(({ ok }) => ok, () => false);

const tail = (log: string) => log.trim().split("\n").slice(-25).join("\n");

/**
 * Sends a request as a client with CLIENT_SECRET: by Basic (RFC 6749 §2.3.1: both are form-encoded first), or in the form if the provider does not accept
 * Basic.
 */
export async function asClient({ methods }: Provider, url: string, id: string, form: Record<string, string>): Promise<{ status: number; json: Record<string, unknown> }> {
  const encoded = (text: string) => new URLSearchParams({ "": text }).toString().slice(1);
  const authorization = `Basic ${Buffer.from(`${encoded(id)}:${encoded(CLIENT_SECRET)}`).toString("base64")}`;
  const response = await fetch(url, methods[0] === "client_secret_post"
    ? { method: "POST", body: new URLSearchParams({ ...form, client_id: id, client_secret: CLIENT_SECRET }) }
    : { method: "POST", body: new URLSearchParams(form), headers: { authorization } });
  const text = await response.text();
  return { status: response.status, json: text === "" ? {} : JSON.parse(text) as Record<string, unknown> };
}
