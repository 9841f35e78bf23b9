// CONTRIBUTING.md names what there is.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(__dirname, "..");
const TEXT = readFileSync(join(ROOT, "CONTRIBUTING.md"), "utf8");
const SCRIPTS = Object.keys(JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")).scripts);
const found = (pattern: RegExp): string[] => [...new Set([...TEXT.matchAll(pattern)].map(([, name]) => name!))];

const files = found(/`((?:assembly|cli|docs|tests)\/[\w./-]+\.(?:ts|mjs|md))`/g);
test.each(files)("%s is there", (file) => { expect(existsSync(join(ROOT, file))).toBe(true); });

test.each(found(/\bnpm run ([\w:]+)/g))("npm run %s is a script", (name) => { expect(SCRIPTS).toContain(name); });
