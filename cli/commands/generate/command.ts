import { copyFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Option, type Command } from "commander";
import { printable, UserError, type Io } from "../io";
import { planFor } from "./plan";
import { TARGETS } from "./targets";

interface Given { issuer: string; clientId: string; target: string; appUrl: string; upstream: string; bearerOnly: boolean; offline: boolean; ca: string; wasm: string; out?: string }

export function addGenerate(program: Command, io: Io, done: (code: number) => void): void {
  program.command("generate").summary("write a configuration for a provider and a client")
    .description("Asks the provider for its metadata, and writes a configuration with comments: a cluster for each of its hosts, TLS with CA and name check, the client's authentication method, algorithms, logout.")
    .requiredOption("--issuer <url>", "the provider's issuer, or its /.well-known/openid-configuration")
    .requiredOption("--client-id <id>", "the client, as the provider knows it")
    .addOption(new Option("--target <target>", "what runs the filter").choices(Object.keys(TARGETS)).default("envoy"))
    .option("--app-url <url>", "the URL by which browsers reach the application", "https://app.example.com")
    .option("--upstream <host:port>", "the service behind Envoy", "service.example.com:8000")
    .option("--bearer-only", "only bearer tokens, no login", false)
    .option("--offline", "do not ask the provider: write what most providers accept", false)
    .option("--ca <file>", "file with the certificate authorities that Envoy trusts, on Envoy's machine", "/etc/ssl/certs/ca-certificates.crt")
    .option("--wasm <file>", "file with the filter's module, on Envoy's machine", "/etc/envoy/envoy-oidc.wasm")
    .option("--out <folder>", "write files into this folder; compose needs it")
    .addHelpText("after", `
Examples:
  envoy-oidc generate --issuer https://idp.example.com/realms/shop --client-id shop --app-url https://shop.example.com --upstream shop:8000 > envoy.yaml
  envoy-oidc generate --issuer https://idp.example.com --client-id shop --target istio > filter.yaml
  envoy-oidc generate --issuer https://idp.example.com --client-id shop --target compose --out shop

The result contains no secret: its comments name the environment variables for them. Read the comments before you apply it: they say what to change.`)
    .action(async ({ target, out, ...options }: Given) => {
      const { files, copies = {}, ...surroundings } = TARGETS[target]!;
      if (!/^[\w.-]+(:\d+)?$/.test(options.upstream)) throw new UserError(`--upstream: expected a host and a port such as shop:8000, found ${options.upstream}`);
      io.progress(`asking ${options.issuer}`);
      const plan = await planFor(options, surroundings);
      io.progress("");
      const made = files(plan), names = [...Object.keys(made), ...Object.keys(copies)];
      if (out === undefined) {
        if (names.length > 1) throw new UserError(`--target ${target} makes ${names.join(" and ")}: say where by --out FOLDER`);
        io.line(Object.values(made)[0]!.trimEnd());
      } else {
        const there = names.filter((name) => existsSync(join(out, name)));
        if (there.length > 0) throw new UserError(`${there.map((name) => join(out, name)).join(", ")}: is there already, and was not replaced`);
        try {
          mkdirSync(out, { recursive: true });
          for (const [name, text] of Object.entries(made)) writeFileSync(join(out, name), text);
          for (const [name, from] of Object.entries(copies)) copyFileSync(from(), join(out, name));
        } catch (error) {
          throw new UserError(`--out: ${(error as Error).message}`);
        }
        io.error(`wrote ${names.map((name) => join(out, name)).join(", ")}`);
      }
      for (const remark of plan.remarks) io.error(printable(remark));
      done(0);
    });
}
