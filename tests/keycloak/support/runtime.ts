// The interface of the two ways to run Keycloak and Envoy: containers and native processes.

import type { EnvoyOptions } from "../../../cli/demo/envoy-config";
import type { RunOptions } from "../../../cli/demo/envoy-process";

export type Mode = "containers" | "native";

/** A running Keycloak. It is plain JSON, because an environment variable passes it from Jest's set-up to the test files. */
export interface KeycloakState {
  mode: Mode;
  /** The URL for browsers and in tokens: "http://127.0.0.1:PORT". Gateways are opened as `localhost`, so the two are different sites with separate cookies. */
  url: string;
  /** The endpoint of Envoy's cluster `keycloak`. */
  host: string;
  port: number;
  /** The id of its process or container. */
  id: string;
  /** The folder for its files on the test machine. In native runs the database is there. */
  folder: string;
  /** The Docker network that it shares with Envoys. */
  network?: string;
}

/** The settings of an Envoy. Every listener's port is free on the test machine, and is bound or published there on 127.0.0.1. */
export interface EnvoySetup
  extends Omit<EnvoyOptions, "wasm" | "adminPort" | "address" | "reloadable">, Pick<Partial<RunOptions>, "concurrency" | "logLevel" | "componentLogLevel"> {}

export interface EnvoyInstance {
  /** The URL of Envoy's admin page, on the test machine. */
  adminUrl: string;
  /** The base URL by which Keycloak reaches a listener: "http://HOST:PORT". */
  inside(port: number): string;
  logs(): Promise<string>;
  stop(): Promise<void>;
}

export interface Runtime {
  readonly mode: Mode;
  /** What this machine lacks for this runtime, and what to install; null if nothing. */
  obstacle(): Promise<string | null>;
  /** Starts a new Keycloak that has only ADMIN and the realm `master`, and returns when it is ready. Its database is a file, which survives a restart. */
  startKeycloak(): Promise<KeycloakState>;
  /** Stops it, and waits for its end. */
  stopKeycloak(state: KeycloakState): Promise<void>;
  /** Starts a stopped one again, with the same URL and data, and returns when it is ready. */
  resumeKeycloak(state: KeycloakState): Promise<KeycloakState>;
  /** Stops it if it runs, and removes all its files. */
  removeKeycloak(state: KeycloakState): Promise<void>;
  /** Starts an Envoy beside this Keycloak, and returns when it is live. If it does not start, this throws EnvoyDidNotStart with the log. */
  startEnvoy(state: KeycloakState, setup: EnvoySetup): Promise<EnvoyInstance>;
}

/** Keycloak's first administrator: KC_BOOTSTRAP_ADMIN_USERNAME and KC_BOOTSTRAP_ADMIN_PASSWORD. */
export const ADMIN = { name: "quickstart-admin", password: "quickstart-admin-pass" };

/** Waits until Keycloak answers at this URL. `failure` returns the reason to stop waiting, or undefined. */
export async function serves(url: string, withinMs: number, failure: () => string | undefined): Promise<void> {
  for (const deadline = Date.now() + withinMs; Date.now() < deadline; await new Promise((resolve) => setTimeout(resolve, 200))) {
    const reason = failure();
    if (reason !== undefined) throw new Error(reason);
    const response = await fetch(`${url}/realms/master`, { signal: AbortSignal.timeout(5000) }).catch(() => undefined);
    await response?.arrayBuffer().catch(() => undefined);
    if (response?.ok) return;
  }
  throw new Error(`Keycloak does not answer at ${url} after ${withinMs / 1000} s.`);
}
