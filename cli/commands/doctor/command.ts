import type { Command } from "commander";
import { exitCodeOf, showFindings, summary } from "../finding";
import type { Io } from "../io";
import { readSource } from "../source/read_source";
import { askAdmin } from "./admin";
import { examine } from "./examine";

export function addDoctor(program: Command, io: Io, done: (code: number) => void): void {
  program.command("doctor").summary("find out what is wrong with a running Envoy")
    .description("Asks Envoy's admin interface and the provider, and says what is wrong and what to do. It changes nothing. If there is a back-channel logout, it sends one invalid logout token to see who answers.")
    .requiredOption("--admin <url>", "Envoy's admin interface")
    .option("--config <file>", "the configuration that Envoy should run; differences are reported")
    .option("--json", "findings as JSON")
    .addHelpText("after", `
Examples:
  envoy-oidc doctor --admin http://127.0.0.1:9901
  kubectl port-forward deploy/istio-ingressgateway 15000 & envoy-oidc doctor --admin http://127.0.0.1:15000 --config wasmplugin.yaml

Exit code: 0 without errors (there may be warnings), 1 with errors, 2 for wrong usage or if Envoy does not answer.`)
    .action(async ({ admin, config, json }: { admin: string; config?: string; json?: boolean }) => {
      const configuration = config === undefined ? undefined : readSource(config);
      io.progress(`asking ${admin}`);
      const running = await askAdmin(admin);
      io.progress("");
      const findings = await examine(running, configuration, io);
      if (json) io.line(JSON.stringify({ envoy: running.version, findings }, null, 2));
      else {
        showFindings(io, findings);
        io.line(`Envoy ${running.version}: ${summary(findings)}`);
      }
      done(exitCodeOf(findings));
    });
}
