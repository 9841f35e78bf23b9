// The two ways of running Keycloak and Envoy, containers and native processes, behind one interface.

import type { EnvoyOptions } from "../../../cli/demo/envoy-config";
import type { RunOptions } from "../../../cli/demo/envoy-process";

export type Mode = "containers" | "native";

/** A Keycloak that was started. It is plain JSON: it goes from Jest's set-up to the test files in an environment variable. */
export interface KeycloakState {
  mode: Mode;
  /** As browsers and tokens see it: "http://127.0.0.1:PORT". Gateways are opened as `localhost`: to a browser the
   *  two are then different sites, as in real life, with cookies apart. */
  url: string;
  /** How Envoy reaches it: the endpoint of its cluster `keycloak`. */
  host: string;
  port: number;
  /** Of its process, or of its container. */
  id: string;
  /** What it leaves on the test machine, its database among it in native runs. */
  folder: string;
  /** The Docker network that it shares with Envoys. */
  network?: string;
}

/** An Envoy as gateway.ts wants it. Every listener's port is free on the test machine, and bound or published there on 127.0.0.1 as itself. */
export interface EnvoySetup
  extends Omit<EnvoyOptions, "wasm" | "adminPort" | "address" | "reloadable">, Pick<Partial<RunOptions>, "concurrency" | "logLevel" | "componentLogLevel"> {}

export interface EnvoyInstance {
  /** Envoy's admin page, from the test machine. */
  adminUrl: string;
  /** The base URL under which Keycloak reaches a listener: "http://HOST:PORT". */
  inside(port: number): string;
  logs(): Promise<string>;
  stop(): Promise<void>;
}

export interface Runtime {
  readonly mode: Mode;
  /** What this machine lacks for this way of running, and what to install; null where nothing is. */
  obstacle(): Promise<string | null>;
  /** A new Keycloak with ADMIN and the realm `master` alone; it serves when this returns. Its database is a file that outlives a restart. */
  startKeycloak(): Promise<KeycloakState>;
  /** Asks it to end, and waits until it has. */
  stopKeycloak(state: KeycloakState): Promise<void>;
  /** A stopped one, started again: same URL, same data. It serves when this returns. */
  resumeKeycloak(state: KeycloakState): Promise<KeycloakState>;
  /** Ends it, running or not, and takes away all that it left. */
  removeKeycloak(state: KeycloakState): Promise<void>;
  /** An Envoy beside this Keycloak; it is live when this returns. Throws EnvoyDidNotStart with the log where it does not come up. */
  startEnvoy(state: KeycloakState, setup: EnvoySetup): Promise<EnvoyInstance>;
}

/** Keycloak's first administrator: KC_BOOTSTRAP_ADMIN_USERNAME and KC_BOOTSTRAP_ADMIN_PASSWORD. */
export const ADMIN = { name: "quickstart-admin", password: "quickstart-admin-pass" };

/** Fulfilled when Keycloak serves at this URL. While `isOver` says nothing it goes on asking; what it says is why there is no use. */
export async function serves(url: string, withinMs: number, isOver: () => string | undefined): Promise<void> {
  for (const deadline = Date.now() + withinMs; Date.now() < deadline; await new Promise((resolve) => setTimeout(resolve, 200))) {
    const over = isOver();
    if (over !== undefined) throw new Error(over);
    const response = await fetch(`${url}/realms/master`, { signal: AbortSignal.timeout(5000) }).catch(() => undefined);
    await response?.arrayBuffer().catch(() => undefined);
    if (response?.ok) return;
  }
  throw new Error(`Keycloak does not serve at ${url} after ${withinMs / 1000} s.`);
}
