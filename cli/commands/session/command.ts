import type { Command } from "commander";
import { pluginsOf } from "../check/plugins";
import { isFields } from "../check/fields";
import { settingsOf, logsIn } from "../check/settings";
import { variableIn } from "../filter/stand_ins";
import { printable, UserError, type Io } from "../io";
import { readSource } from "../source/read_source";
import { openSessions, sealedNames, type OpenedSession } from "./open_session";

interface Given { config?: string; issuer?: string; clientId?: string; secretEnv: string[]; json?: boolean }

export function addSession(program: Command, io: Io, done: (code: number) => void): void {
  program.command("session").summary("show what a session contains").command("inspect")
    .description("Opens the session of a Cookie header with its secret, and shows what is in it: times, the user, the size of each part. Tokens are never shown.")
    .argument("<file>", "a file with the Cookie header as a browser sends it; - for the standard input")
    .option("--config <file>", "the filter's JSON or an Envoy configuration: issuer and client come from there")
    .option("--issuer <issuer>", "the provider's issuer, as the configuration has it")
    .option("--client-id <id>", "the client")
    .option("--secret-env <name>", "an environment variable with session.secret; may be repeated", (name: string, names: string[]) => [...names, name], [])
    .option("--json", "as JSON")
    .addHelpText("after", `
Example:
  SESSION_SECRET=… envoy-oidc session inspect --config envoy.yaml cookie.txt

The secret is read from SESSION_SECRET unless --secret-env names another variable. Copies of cookies are credentials: delete the file afterwards.`)
    .action((path: string, given: Given) => {
      const header = readSource(path).text, contexts = contextsOf(given, io), secrets = secretsOf(given, io);
      const sessions = contexts.flatMap((context) => openSessions(header, { ...context, secrets }));
      if (sessions.length === 0) {
        const names = sealedNames(header);
        io.error(names.length === 0 ? "There is no cookie of a session in it." : `${names.join(", ")}: could not be opened. Another secret, another issuer or client_id, a cookie that was cut off, or one that is missing.`);
        return done(1);
      }
      if (given.json) io.line(JSON.stringify({ sessions }, null, 2));
      else for (const session of sessions) show(io, session);
      done(0);
    });
}

function contextsOf({ config, issuer, clientId }: Given, io: Io): { issuer: string; clientId: string }[] {
  if (issuer !== undefined && clientId !== undefined) return [{ issuer, clientId }];
  if (config === undefined) throw new UserError("give --config, or --issuer and --client-id: a session is sealed for them");
  const all = pluginsOf(readSource(config)).plugins.flatMap(({ json }) => { try { const value = JSON.parse(json) as unknown; return isFields(value) ? settingsOf(value) : []; } catch { return []; } }).filter(logsIn);
  const valueOf = (text: unknown): string => io.environment[variableIn(text) ?? ""] ?? String(text);
  const found = all.map(({ all: settings }) => ({ issuer: issuer ?? valueOf(settings.issuer ?? valueOf(settings.discovery).replace(/\/\.well-known\/[\w-]+$/, "")), clientId: clientId ?? valueOf(settings.client_id) }));
  if (found.length === 0) throw new UserError(`${config}: no configuration with a login`);
  return found.filter((one, i) => found.findIndex((other) => other.issuer === one.issuer && other.clientId === one.clientId) === i);
}

function secretsOf({ secretEnv }: Given, io: Io): string[] {
  const names = secretEnv.length === 0 ? ["SESSION_SECRET"] : secretEnv, missing = names.filter((name) => !io.environment[name]);
  if (missing.length > 0) throw new UserError(`the environment has no ${missing.join(", ")}: it holds session.secret`);
  return names.map((name) => io.environment[name]!);
}

const PARTS: [keyof OpenedSession["sizes"], string, string][] = [
  ["accessToken", "access token", "session_contents.access_token"], ["refreshToken", "refresh token", "session_contents.access_token"], ["idToken", "ID Token", "session_contents.enc_id_token"],
  ["idClaims", "ID Token's claims", "session_contents.id_token"], ["userinfo", "UserInfo", "session_contents.user"], ["scope", "scope", ""], ["subject", "sub", ""], ["sid", "sid", ""],
];

function show(io: Io, { cookie, chunks, cookieBytes, plainBytes, times, subject, sid, scope, accessVerified, sizes }: OpenedSession): void {
  const now = Date.now() / 1000, ago = (sec: number): string => sec === 0 ? "never" : `${new Date(sec * 1000).toISOString()} (${sec > now ? `in ${Math.round(sec - now)}` : `${Math.round(now - sec)}`} s${sec > now ? "" : " ago"})`;
  io.line(`${io.paint("bold", cookie)}: ${cookieBytes} bytes in ${chunks} cookie${chunks === 1 ? "" : "s"}, of nine at most; ${plainBytes} bytes before sealing`);
  for (const [label, text] of [["sub", subject], ["sid", sid || "none"], ["scope", scope || "none"], ["logged in", ago(times.created)], ["provider vouched", ago(times.authenticated)], ["extended", ago(times.extended)], ["last use noted", ago(times.touched)], ["access token ends", `${ago(times.accessExpires)}${accessVerified ? "" : ", not verified by the provider's keys"}`]]) io.line(`  ${label!.padEnd(18)} ${printable(text!)}`);
  io.line("  bytes by part, each a third more in the cookie:");
  for (const [part, label, setting] of [...PARTS].sort(([a], [b]) => sizes[b] - sizes[a])) if (sizes[part] > 0) io.line(`    ${String(sizes[part]).padStart(6)}  ${label}${setting === "" ? "" : io.paint("dim", `  (${setting})`)}`);
}
