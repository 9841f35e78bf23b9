// The filter's version is that of package.json: this transform of the AssemblyScript compiler puts it into assembly/version.ts.

import { readFileSync } from "node:fs";
import { Transform } from "assemblyscript/transform";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));

export default class extends Transform {
  afterParse(parser) {
    const source = parser.sources.find(({ normalizedPath }) => normalizedPath === "assembly/version.ts");
    if (source !== undefined) source.statements[0].declarations[0].initializer.value = version;
  }
}
