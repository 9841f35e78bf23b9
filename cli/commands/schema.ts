// `schema`: prints the JSON Schema of the configuration, which the build makes from the list of attributes.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { UserError, type Io } from "./io";

const NAME = "envoy-oidc.schema.json";
/** Beside the package's package.json: one folder up from the compiled command, two from this file. */
const PLACES = [join(__dirname, "..", NAME), join(__dirname, "../..", NAME)];

export function addSchema(program: Command, io: Io, done: (code: number) => void): void {
  program.command("schema").summary("print the JSON Schema of the filter's configuration")
    .description("JSON Schema 2020-12 of the filter's JSON, for editors and other programs. The filter itself checks more: envoy-oidc check.")
    .addHelpText("after", "\nExample:\n  envoy-oidc schema > envoy-oidc.schema.json")
    .action(() => {
      const place = PLACES.find((path) => existsSync(path));
      if (place === undefined) throw new UserError(`${NAME} is not there: run npm run build`);
      io.line(readFileSync(place, "utf8").trimEnd());
      done(0);
    });
}
