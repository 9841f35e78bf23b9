// Generates all files that depend on the list of attributes: npx tsx cli/attributes.ts. `npm run build` runs it before the compiler.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./attributes/list";
import { generated } from "./attributes/generated";

for (const [file, text] of generated()) {
  const path = join(ROOT, file);
  if (readFileSync(path, { encoding: "utf8", flag: "a+" }) !== text) writeFileSync(path, text);
}
