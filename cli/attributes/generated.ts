// The files that are generated from the list of attributes.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readList, ROOT } from "./list";
import { withTables } from "./page";
import { attributesFile, namesFile } from "./assembly";
import { schemaOf } from "./schema";

const PAGE = "docs/configuration.md";

/** Each file and its whole text. */
export function generated(): [file: string, text: string][] {
  const list = readList();
  return [
    ["assembly/config/attribute_names.ts", namesFile(list)],
    ["assembly/config/attributes.ts", attributesFile(list)],
    [PAGE, withTables(readFileSync(join(ROOT, PAGE), "utf8"), list)],
    ["envoy-oidc.schema.json", `${JSON.stringify(schemaOf(list), null, 2)}\n`],
  ];
}
