// A burst at the start: ten thousand requests arrive before the provider's keys do. All must be answered correctly, with one call for each document
// that is needed.

import { Agent, get } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../cli/demo/ports";
import { bootstrap } from "./bootstraps";
import { wasm } from "./filters";
import { BenchProvider } from "./provider";
import type { Result } from "./report";
import { LOAD_CORE, SERVER_CORE, startEnvoy } from "./servers";
import { jwt, signerOf } from "./signers";
import { configurations } from "./subjects";
import { FILTER, OUT, type World } from "./world";

const REQUESTS = 10_000, WORKERS = 4;
/** The provider's delay for each answer: long enough that all requests arrive. */
const DELAY_MS = 2_000;

/** After this time an answer counts as missing, with the status 0. */
const PATIENCE_MS = 20_000;

/** `status`: the expected one. */
interface Arrival { token: string; status: number }

export async function measureArrivals(world: World): Promise<Result> {
  const provider = await BenchProvider.start(DELAY_MS);
  try {
    const { bearer, introspection } = patient(configurations(provider));
    const stranger = { ...signerOf("RS256"), kid: "RS256" };
    const people = Array.from({ length: 50 }, (_, i) => provider.token("RS256", 1024, { sub: `user-${i}` }));
    const wrong = Array.from({ length: 50 }, (_, i) => jwt({ ...provider.claims, sub: `user-${i}` }, stranger));
    const keys = await rush(world, provider, bearer, (i): Arrival => i % 2 ? { token: wrong[i % 50]!, status: 401 } : { token: people[i % 50]!, status: 200 });
    const opaque = await rush(world, provider, introspection, () => ({ token: provider.opaque, status: 200 }));
    return {
      part: "arrivals", data: { keys, opaque }, tables: [],
      notes: [
        `A rush: ${REQUESTS} requests to ${WORKERS} workers while the provider took ${DELAY_MS / 1000} s for each answer: ${keys.early} came before the keys, all answers were right, after ` +
        `${counted(keys.calls)} (aim: one of each). By introspection: ${opaque.early} came before the answer, all were right, after ${counted(opaque.calls)} (aim: one of each).`,
      ],
    };
  } finally {
    await provider.close();
  }
}

/** The bench is provider and client, and it answers slowly while thousands connect. */
function patient({ bearer, introspection }: ReturnType<typeof configurations>) {
  return { bearer: { ...bearer, timeout: 30 }, introspection: { ...introspection, timeout: 30 } };
}

interface Rush { /** Requests sent before the provider had answered anything. */ early: number; calls: Record<string, number> }

async function rush(world: World, provider: BenchProvider, config: object, arrival: (i: number) => Arrival): Promise<Rush> {
  for (const path of Object.keys(provider.calls)) delete provider.calls[path];
  const ports = { listener: await freePort(), admin: await freePort(), upstream: world.upstream.port, idp: provider.port };
  const server = await startEnvoy(world.binary, `${SERVER_CORE},${LOAD_CORE}`, OUT, bootstrap([wasm(FILTER, config)], ports), ports, WORKERS);
  const agent = new Agent({ keepAlive: false, maxSockets: Infinity });
  try {
    let firstAnswer = 0, sent = 0, early = 0;
    const wrong: Record<string, number> = {};
    await Promise.all(Array.from({ length: REQUESTS }, async (_, i) => {
      await sleep(i / 10); // ten thousand connections in one second
      const { token, status } = arrival(i);
      sent++;
      const answered = await statusOf(server.port, token, agent);
      if (firstAnswer === 0) [firstAnswer, early] = [performance.now(), sent];
      if (answered !== status) wrong[`${answered} instead of ${status}`] = (wrong[`${answered} instead of ${status}`] ?? 0) + 1;
    }));
    if (Object.keys(wrong).length > 0) {
      throw new Error(`of ${REQUESTS} requests that arrived before the keys, some were answered wrongly: ${JSON.stringify(wrong)}\n${server.log().split("\n").slice(0, WORKERS).join("\n")}`);
    }
    return { early, calls: { ...provider.calls } };
  } finally {
    agent.destroy();
    await server.stop();
  }
}

function statusOf(port: number, token: string, agent: Agent): Promise<number> {
  return new Promise((resolve) => {
    const request = get({ host: "127.0.0.1", port, path: "/known", headers: { authorization: `Bearer ${token}` }, agent }, (response) => {
      response.resume();
      response.on("close", () => resolve(response.complete ? response.statusCode ?? 0 : 0));
    });
    request.on("error", () => resolve(0));
    request.setTimeout(PATIENCE_MS, () => resolve(0));
  });
}

function counted(calls: Record<string, number>): string {
  return Object.entries(calls).map(([path, count]) => `${count} × ${path}`).join(", ");
}
