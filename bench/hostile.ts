// `npm run bench -- --hostile`: the most that one anonymous request can cost, whatever it contains.

import { answering, bootstrap } from "./bootstraps";
import { get } from "./browsers";
import { wasm, type Filter } from "./filters";
import { HOSTILE_ALGORITHMS, HostileProvider, text, type HostileAlgorithm } from "./hostile-provider";
import { hostileRequests, PLAIN, type Hostile } from "./hostile-requests";
import { hostileSettings, type Listener } from "./hostile-settings";
import { inRounds, present, type Measured } from "./measure";
import { DIFFERENT, rawRequests } from "./raw-load";
import { fixed, type Result, type Table } from "./report";
import type { Server } from "./servers";
import { median } from "./statistics";
import { FILTER, type World } from "./world";

/** The most that a hostile request may cost, in plain requests without a token. */
const AIM = 10;
/** After this many good tokens a key has its tables (crypto/edwards/ed_multiples.ts). */
const GOOD_TOKENS = 20;

interface Row extends Hostile { with: Measured; /** The same request to an Envoy that answers by itself, or forwards it. */ alone: Measured }

export async function measureHostile(world: World): Promise<Result> {
  const provider = await HostileProvider.start();
  try {
    return await measure(world, provider);
  } finally {
    await provider.close();
  }
}

async function measure(world: World, provider: HostileProvider): Promise<Result> {
  const { server, ports, bare } = await filtered(world, provider.issuer, provider.port);
  const direct = (status: number): Promise<Server> => world.envoy((own) => answering({ status, body: "{}", headers: {} }, own));
  // After an answer with 400 Envoy closes the connection.
  const badRequest = await direct(400), unauthorized = await direct(401);
  const row = (hostile: Hostile): Row => {
    const { to, name, request, status, forwarded } = hostile, alone = status === 400 ? badRequest : unauthorized;
    const measured = (of: Server, port: number, expected: number): Measured => ({
      name, server: of, samples: [],
      load: (seconds) => rawRequests(port, request, expected, seconds).catch((error: Error) => { throw new Error(`${to}: ${name}: ${error.message}`); }),
    });
    return { ...hostile, with: measured(server, ports[to], status), alone: forwarded ? measured(server, bare, 200) : measured(alone, alone.port, status === 400 ? 400 : 401) };
  };
  const plain = row(PLAIN), rows = hostileRequests(provider, await beginLogin(ports.formPost)).map(row), signatures = signatureRequests(provider).map(row);
  for (const algorithm of HOSTILE_ALGORITHMS) await useKey(ports, provider, algorithm);
  const all = [plain, ...rows, ...signatures].flatMap((each) => (signatures.includes(each) ? [each.with] : [each.with, each.alone]));
  await prove(all);
  const lengths = world.quick ? { rounds: 2, seconds: 0.1 } : { rounds: 4, seconds: 0.15 };
  await inRounds(all, { ...lengths, ours: [world.upstream.pid], noise: Infinity });

  const figures = rows.map((each) => figuresOf(each, plain, signatures)), checks = checksOf(signatures), aimed = figures.filter(({ asked }) => !asked);
  const dearest = aimed.reduce((a, b) => (b.ratio > a.ratio ? b : a)), over = aimed.filter(({ ratio }) => ratio > AIM), ours = over.filter(({ ownRatio }) => ownRatio > AIM);
  await world.clear();
  return {
    part: "hostile", data: { plain: micros(plain.with), figures, checks },
    tables: [costs(figures), signatureTable(checks)],
    notes: [
      `A plain request without a token: ${fixed(micros(plain.with), 1)} µs of CPU, ${fixed(micros(plain.alone), 1)} where Envoy answers by itself. ` +
      `The dearest of ${aimed.length} requests: ${fixed(dearest.ratio, 1)} times as much (${dearest.name}). Over ${AIM} times: ${over.length}, and ${ours.length} where Envoy's own part is set aside.`,
    ],
  };
}

/** Checks the answer to each request before anything is measured. */
async function prove(all: Measured[]): Promise<void> {
  const wrong: string[] = [];
  for (const { load } of all) await load(0.05).catch((error: Error) => wrong.push(error.message));
  if (wrong.length > 0) throw new Error(wrong.join("\n\n"));
}

/** An Envoy with a listener for each configuration, and one without the filter. */
async function filtered(world: World, issuer: string, idp: number): Promise<{ server: Server; ports: Record<Listener, number>; bare: number }> {
  const settings = Object.entries(hostileSettings(issuer)), own = await Promise.all(settings.map(async () => (await world.ports()).listener));
  const server = await world.envoy((ports) => bootstrap([], { ...ports, idp }, settings.map(([name, config], i) => ({ port: own[i]!, filters: [holding(wasm(FILTER, { ...config, realm: name }, "hostile"))] }))));
  return { server, ports: Object.fromEntries(settings.map(([name], i) => [name, own[i]!])) as Record<Listener, number>, bare: server.port };
}

/** As in deployments: without this field Envoy gives no bodies to a filter that holds back the headers. */
function holding(filter: Filter): Filter {
  const copy = structuredClone(filter);
  Object.assign(copy.typed_config.config as object, { allow_on_headers_stop_iteration: true });
  return copy;
}

async function useKey(ports: Record<Listener, number>, provider: HostileProvider, algorithm: HostileAlgorithm): Promise<void> {
  for (let i = 0; i < GOOD_TOKENS; i++) {
    const { status } = await fetch(`http://127.0.0.1:${ports[listenerOf(algorithm)]}/`, { headers: { authorization: `Bearer ${provider.good(algorithm, `user-${i}`)}` } });
    if (status !== 200) throw new Error(`a good token with ${algorithm} was answered ${status}`);
  }
}

/** The cookies of a new login, as a browser sends them back. */
async function beginLogin(port: number): Promise<string> {
  const { status, headers } = await get(port, "/", { accept: "text/html" });
  if (status !== 302) throw new Error(`a login was answered ${status}`);
  return (headers["set-cookie"] ?? []).map((line) => line.split(";")[0]).join("; ");
}

function listenerOf(algorithm: HostileAlgorithm): Listener { return algorithm === "HS256" ? "symmetric" : "bearer"; }

const BEFORE = "no signature is checked", KNOWN = "its key named", NONE = "no key named", UNKNOWN = "an unknown key named";

/** Small tokens: one that is refused before its signature is checked, and one per algorithm to show the cost of the check. */
function signatureRequests(provider: HostileProvider): Hostile[] {
  const small = (name: string, to: Listener, token: string): Hostile => ({ name, to, status: 401, request: `GET / HTTP/1.1\r\nhost: bench.example\r\nauthorization: Bearer ${token}\r\n\r\n` });
  return [
    small(BEFORE, "bearer", `${text({ alg: "unknown", kid: "RS256-0" })}.${DIFFERENT}.${"A".repeat(342)}`),
    ...HOSTILE_ALGORITHMS.flatMap((algorithm) => [
      small(`${algorithm}, ${KNOWN}`, listenerOf(algorithm), provider.forged(algorithm)),
      ...(algorithm === "HS256" ? [] : [small(`${algorithm}, ${NONE}`, "bearer", provider.forged(algorithm, {})), small(`${algorithm}, ${UNKNOWN}`, "bearer", provider.forged(algorithm, { kid: "unknown" }))]),
    ]),
  ];
}

interface Check { algorithm: HostileAlgorithm; known: number; none: number; unknown: number }

function checksOf(signatures: Row[]): Check[] {
  const of = (algorithm: HostileAlgorithm, how: string): number => signatureMicros(signatures, `${algorithm}, ${how}`);
  return HOSTILE_ALGORITHMS.map((algorithm) => ({ algorithm, known: of(algorithm, KNOWN), none: of(algorithm, NONE), unknown: of(algorithm, UNKNOWN) }));
}

/** The cost above that of a token refused before the check, in the same rounds. */
function signatureMicros(signatures: Row[], name: string): number {
  const before = signatures.find((each) => each.name === BEFORE)!, found = signatures.find((each) => each.name === name);
  return found ? median(present(found.with.samples.map((sample, i) => (sample && before.with.samples[i] ? sample.cpuMicros - before.with.samples[i]!.cpuMicros : null)))) : NaN;
}

/** `ownRatio`: without Envoy's own extra cost of this request over a plain one. */
interface Figures { name: string; to: Listener; asked: boolean; cpuMicros: number; aloneMicros: number; ratio: number; ownRatio: number }

function figuresOf(row: Row, plain: Row, signatures: Row[]): Figures {
  const aside = row.less ? signatureMicros(signatures, `${row.less}, ${KNOWN}`) : 0;
  const less = (micros: number): number => median(present(row.with.samples.map((sample, i) => (sample && plain.with.samples[i] ? (sample.cpuMicros - micros) / plain.with.samples[i]!.cpuMicros : null))));
  return {
    name: row.name, to: row.to, asked: row.asked ?? false, cpuMicros: micros(row.with) - aside, aloneMicros: micros(row.alone),
    ratio: less(aside), ownRatio: less(aside + micros(row.alone) - micros(plain.alone)),
  };
}

function micros({ samples }: Measured): number { return median(present(samples.map((sample) => sample?.cpuMicros ?? null))); }

function costs(figures: Figures[]): Table {
  return {
    id: "hostile requests", title: "One anonymous request, in CPU time of the server", heads: ["", "CPU µs", "Envoy alone µs", "times a plain one", "without Envoy's own part", `aim: ≤ ${AIM}`],
    rows: figures.map((each) => [each.name, fixed(each.cpuMicros, 0), fixed(each.aloneMicros, 0), fixed(each.ratio, 1), fixed(each.ownRatio, 1), verdict(each)]),
  };
}

function verdict({ asked, ratio, ownRatio }: Figures): string {
  if (asked) return "a call";
  return ratio <= AIM ? "met" : ownRatio <= AIM ? "met without Envoy's own part" : "NOT met";
}

function signatureTable(checks: Check[]): Table {
  return {
    id: "hostile signatures", title: "What the check of one wrong signature adds, in µs", heads: ["", "its key named", "no key named, four tried", "an unknown key named"],
    rows: checks.map(({ algorithm, known, none, unknown }) => [algorithm, fixed(known, 0), fixed(none, 0), fixed(unknown, 0)]),
  };
}
