import type { Command } from "commander";
import { exitCodeOf, showFindings, summary } from "../finding";
import type { Io } from "../io";
import { askProviders } from "../provider/ask";
import { readSource } from "../source/read_source";
import { check } from "./check";

export function addCheck(program: Command, io: Io, done: (code: number) => void): void {
  program.command("check").summary("find the mistakes in a configuration")
    .description("Checks configurations as the filter does, and also what the filter cannot see: clusters, TLS, header limits, secrets, Envoy's version. Give all files of an installation at once.")
    .argument("<file...>", "the filter's JSON, an Envoy configuration, a WasmPlugin, an EnvoyFilter or an EnvoyExtensionPolicy; - for the standard input")
    .option("--online", "also ask the provider, from this machine")
    .option("--envoy-version <version>", "the version of the Envoy that will read it, such as 1.38.0")
    .option("--json", "findings as JSON")
    .addHelpText("after", `
Examples:
  envoy-oidc check envoy.yaml
  envoy-oidc check --online --envoy-version 1.38.0 envoy.yaml
  kubectl get wasmplugins -o yaml | envoy-oidc check -

Exit code: 0 without errors (there may be warnings), 1 with errors, 2 for wrong usage.`)
    .action(async (paths: string[], options: { online?: boolean; envoyVersion?: string; json?: boolean }) => {
      const { plugins, findings } = check(paths.map(readSource), { envoyVersion: options.envoyVersion, environment: io.environment });
      if (options.online) findings.push(...await askProviders(plugins, io));
      if (options.json) io.line(JSON.stringify({ findings }, null, 2));
      else {
        showFindings(io, findings);
        io.line(`${plugins.length} configuration${plugins.length === 1 ? "" : "s"}: ${summary(findings)}`);
      }
      done(exitCodeOf(findings));
    });
}
