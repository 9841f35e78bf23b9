import type { Command } from "commander";
import { exitCodeOf, showFindings, summary } from "../finding";
import type { Io } from "../io";
import { readSource } from "../source/read_source";
import { askAdmin } from "./admin";
import { examine } from "./examine";

export function addDoctor(program: Command, io: Io, done: (code: number) => void): void {
  program.command("doctor").summary("find out what is wrong with a running Envoy")
    .description("Asks Envoy's admin interface and the provider, and says what is wrong and what to do. It changes nothing; where there is a back-channel logout, it sends one logout token that is none.")
    .requiredOption("--admin <url>", "Envoy's admin interface")
    .option("--config <file>", "what Envoy should run: differences are told")
    .option("--json", "findings as JSON")
    .addHelpText("after", `
Examples:
  envoy-oidc doctor --admin http://127.0.0.1:9901
  kubectl port-forward deploy/istio-ingressgateway 15000 & envoy-oidc doctor --admin http://127.0.0.1:15000 --config wasmplugin.yaml

Exit code: 0 where nothing is wrong, 1 where something is, 2 where Envoy cannot be asked.`)
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
