// Keycloak and Envoy as processes on this machine.

import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { envoyBinary, envoyVersion } from "../../../cli/demo/envoy-binary";
import { writeEnvoyConfig } from "../../../cli/demo/envoy-config";
import { runEnvoy } from "../../../cli/demo/envoy-process";
import { freePort, LOOPBACK } from "../../../cli/demo/ports";
import { programOutput } from "../../support/child";
import { WITH_US } from "../../support/with-us";
import { ADMIN, serves, type EnvoyInstance, type EnvoySetup, type KeycloakState, type Runtime } from "./runtime";

const ROOT = join(__dirname, "../../..");
const FILTER_WASM = join(ROOT, "build/envoy-oidc.wasm");

/** Keycloak starts in 10 s on two idle cores, but the machine may be busy. */
const READY_WITHIN_MS = 180_000, FETCHED_WITHIN_MS = 1_200_000;
const ENDS_WITHIN_MS = 30_000;

export const native: Runtime = {
  mode: "native",

  async obstacle() {
    return (await fetchKeycloak("--check")) || null;
  },

  async startKeycloak() {
    const folder = await mkdtemp(join(tmpdir(), "envoy-oidc-keycloak-"));
    return run(folder, await freePort()).catch(async (error) => {
      await rm(folder, { recursive: true, force: true });
      throw error;
    });
  },

  async stopKeycloak(state) {
    const pid = Number(state.id);
    if (!isRunning(pid)) return;
    process.kill(pid, "SIGTERM");
    for (const deadline = Date.now() + ENDS_WITHIN_MS; isRunning(pid); await sleep(50)) {
      if (Date.now() > deadline) throw new Error(`Keycloak, process ${pid}, still runs ${ENDS_WITHIN_MS / 1000} s after it was asked to end.`);
    }
  },

  resumeKeycloak: (state) => run(state.folder, state.port),

  async removeKeycloak(state) {
    await native.stopKeycloak(state);
    await rm(state.folder, { recursive: true, force: true });
  },

  async startEnvoy(_keycloak: KeycloakState, { concurrency, logLevel, componentLogLevel, ...setup }: EnvoySetup): Promise<EnvoyInstance> {
    const folder = await mkdtemp(join(tmpdir(), "envoy-oidc-gateway-"));
    const adminPort = await freePort();
    const configPath = writeEnvoyConfig(folder, { ...setup, wasm: FILTER_WASM, envoyVersion: await envoyVersion(), adminPort });
    const removed = () => rm(folder, { recursive: true, force: true });
    const envoy = await runEnvoy({ binary: await envoyBinary(), configPath, adminPort, concurrency, logLevel, componentLogLevel }).catch(async (error) => {
      await removed();
      throw error;
    });
    return {
      adminUrl: `http://${LOOPBACK}:${adminPort}`,
      inside: (port) => `http://${LOOPBACK}:${port}`,
      logs: async () => envoy.log(),
      async stop() {
        await envoy.stop();
        await removed();
      },
    };
  },
};

async function run(folder: string, port: number): Promise<KeycloakState> {
  const url = `http://${LOOPBACK}:${port}`;
  const home = await fetchKeycloak();
  const logFile = join(folder, "keycloak.log");
  const log = openSync(logFile, "a");
  const command = [join(home, "bin/kc.sh"), "start", "--optimized", "--cache=local", "--http-enabled=true", `--http-host=${LOOPBACK}`, `--http-port=${port}`, `--hostname=${url}`];
  // kc.sh forwards SIGTERM to Java. SIGKILL would leave Java running.
  const child = spawn("sh", ["-c", WITH_US, "sh", ...command], {
    stdio: ["pipe", log, log],
    env: {
      ...process.env,
      KC_BOOTSTRAP_ADMIN_USERNAME: ADMIN.name,
      KC_BOOTSTRAP_ADMIN_PASSWORD: ADMIN.password,
      KC_DB_URL: `jdbc:h2:file:${join(folder, "database")};NON_KEYWORDS=VALUE;DB_CLOSE_ON_EXIT=FALSE`,
      // A short-lived process gains nothing from Java's second compiler.
      JAVA_OPTS_APPEND: "-XX:TieredStopAtLevel=1",
    },
  });
  closeSync(log);
  let over = false;
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve())).then(() => void (over = true));
  const endOfLog = () => readFileSync(logFile, "utf8").trim().split("\n").slice(-20).join("\n");
  try {
    await serves(url, READY_WITHIN_MS, () => (over ? "Keycloak ended while starting." : undefined));
  } catch (error) {
    child.kill("SIGTERM");
    await ended;
    throw new Error(`${(error as Error).message} Its log ends with:\n${endOfLog()}`);
  }
  child.unref();
  (child.stdin as unknown as { unref(): void }).unref(); // the pipe stays open, but does not keep this process alive
  return { mode: "native", url, host: LOOPBACK, port, id: String(child.pid), folder };
}

/** The path of a Keycloak, which is downloaded if the machine has none. With --check: what the machine lacks for that, or "". */
async function fetchKeycloak(...args: string[]): Promise<string> {
  try {
    const { stdout } = await programOutput(process.execPath, [join(ROOT, "cli/fetch-keycloak.mjs"), ...args], { withinMs: FETCHED_WITHIN_MS });
    return stdout.trim();
  } catch (error) {
    throw new Error((error as { stderr?: string }).stderr?.trim() || String(error));
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
