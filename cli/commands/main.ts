#!/usr/bin/env node
// The command `envoy-oidc`. Each subcommand is a folder; this file puts them together and turns failures into exit codes.

import { Command, CommanderError } from "commander";
import { addCheck } from "./check/command";
import { addConvert } from "./convert/command";
import { addDoctor } from "./doctor/command";
import { addGenerate } from "./generate/command";
import { addSchema } from "./schema";
import { addSession } from "./session/command";
import { terminal, UserError, type Io } from "./io";
import { VERSION } from "./version";

/** The exit code for wrong usage and missing files. */
const USAGE = 2;

export async function run(args: string[], io: Io): Promise<number> {
  let code = 0;
  const program = new Command("envoy-oidc").version(VERSION).description("OpenID Connect for Envoy: generates, checks and converts configurations, and diagnoses a running Envoy.").showHelpAfterError("(--help shows how)").exitOverride();
  program.configureOutput({ writeOut: (text) => io.line(text.trimEnd()), writeErr: (text) => io.error(text.trimEnd()) });
  const done = (result: number): void => { code = result; };
  for (const add of [addCheck, addConvert, addGenerate, addDoctor, addSession, addSchema]) add(program, io, done);
  for (const command of program.commands.flatMap((one) => [one, ...one.commands])) command.exitOverride().configureOutput(program.configureOutput());
  program.addHelpText("after", `
Examples:
  envoy-oidc generate --issuer https://idp.example.com --client-id shop > envoy.yaml
  envoy-oidc check envoy.yaml
  envoy-oidc doctor --admin http://127.0.0.1:9901`);
  try {
    await program.parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE;
    if (!(error instanceof UserError)) throw error;
    io.error(`envoy-oidc: ${error.message}`);
    return USAGE;
  }
}

if (require.main === module) run(process.argv.slice(2), terminal()).then((code) => { process.exitCode = code; });
