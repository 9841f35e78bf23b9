import { Option, type Command } from "commander";
import { printable, type Io } from "../io";
import { readSource } from "../source/read_source";
import { convert, SOURCES } from "./convert";

const COLOURS = { unguarded: "red", added: "green", changed: "yellow", dropped: "red" } as const;

export function addConvert(program: Command, io: Io, done: (code: number) => void): void {
  program.command("convert").summary("convert another tool's configuration to the filter's JSON")
    .description("Writes the filter's JSON to the standard output. Writes to the standard error every option that has another meaning, is dropped or is added, with the reason.")
    .addOption(new Option("--from <tool>", "the tool that the configuration is for").choices(SOURCES).makeOptionMandatory())
    .argument("<file>", "the configuration; - for the standard input")
    .option("--json", "the filter's JSON and the list as one JSON object")
    .addHelpText("after", `
Examples:
  envoy-oidc convert --from apisix apisix.yaml > filter.json
  envoy-oidc convert --from oauth2-proxy oauth2-proxy.cfg
  kubectl get securitypolicy shop -o yaml | envoy-oidc convert --from envoy-gateway -

An APISIX file may be the plugin's object or hold routes, whose hosts, paths and methods become rules.
Exit code: 0 if the filter accepts the result, 1 if something must be changed by hand (refused, unguarded), 2 for wrong usage.`)
    .action((path: string, options: { from: string; json?: boolean }) => {
      const { filter, changes: all, refused } = convert(options.from, readSource(path)), open = all.filter(({ kind }) => kind === "unguarded"), changes = [...open, ...all.filter((one) => !open.includes(one))];
      if (options.json) io.line(JSON.stringify({ filter, changes, refused }, null, 2));
      else {
        io.line(JSON.stringify(filter, null, 2));
        for (const { kind, option, text } of changes) io.error(`${io.paint(COLOURS[kind], kind)}: ${io.paint("bold", printable(option))}: ${printable(text)}`);
        for (const { path: at, text } of refused) io.error(`${io.paint("red", "refused")}: ${at === "" ? "" : `${io.paint("bold", printable(at))}: `}${printable(text)}`);
      }
      done(refused.length + open.length === 0 ? 0 : 1);
    });
}
