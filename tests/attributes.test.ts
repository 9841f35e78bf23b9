// assembly/config/attributes.yaml is the only list of attributes. Other files are generated from it, and each attribute is read by its owner.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CLAIM_RULE } from "../cli/attributes/claim-schemas";
import { generated } from "../cli/attributes/generated";
import { readList, ROOT } from "../cli/attributes/list";

const { attributes, foreign } = readList();
const source = (owner: string): string => readFileSync(join(ROOT, "assembly/config", `${owner}.ts`), "utf8");

test("the list is not empty", () => expect([attributes.length, foreign.length].every((n) => n > 20)).toBe(true));

describe("what is generated from the list is up to date (npm run build writes it)", () => {
  test.each(generated())("%s", (file, text) => expect(readFileSync(join(ROOT, file), "utf8")).toBe(text));
});

describe("each attribute is read by its owner", () => {
  test.each(attributes.map((a) => [a.name, a.owner]))("%s, in assembly/config/%s.ts", (name, owner) => {
    const leaf = name.split(".").pop()!, text = source(owner);
    // The endpoints are read in a loop over their names in metadata.
    const looped = text.includes("r.url(ENDPOINTS[i]") && /_(endpoint|uri)$/.test(leaf);
    expect(looped || text.includes(`attributes.${name.replaceAll(".", "_")}(`) || text.includes(`"${leaf}"`)).toBe(true);
  });
});

describe("a rule over claims has the same members everywhere", () => {
  const members = JSON.parse(/^const KNOWN: string\[\] = (\[.*\]);/m.exec(source("read_access_rules"))![1]!) as string[];
  test("in the JSON Schema, cli/attributes/claim-schemas.ts", () => expect(Object.keys(CLAIM_RULE.properties).sort()).toEqual([...members].sort()));
  test("in the table of docs/access.md", () => {
    const rows = [...readFileSync(join(ROOT, "docs/access.md"), "utf8").matchAll(/^\| (`\{.*\}`) \| /gm)].map(([, forms]) => forms!);
    expect([...new Set(rows.flatMap((forms) => [...forms.matchAll(/"(\w+)":/g)].map(([, member]) => member!)))].sort()).toEqual([...members].sort());
  });
});

test("bounds and defaults are only in the list", () => {
  const owners = [...new Set(attributes.map(({ owner }) => owner))];
  expect(owners.flatMap((owner) => [...source(owner).matchAll(/\.(?:flag|whole|wholeOrZero|oneOf)\(\s*"\w+"/g)].map(([use]) => `${owner}: ${use}`))).toEqual([]);
});

describe("an invalid list is refused", () => {
  const entry = "name: a, from: ours, owner: x, text: y";
  test.each([
    [`- { ${entry} }\n`, "a: needs type"], [`- { ${entry}, type: boolean }\n`, "a: needs a default"], [`- { ${entry}, type: whole, min: 1 }\n`, "a: needs min and max"],
    [`- { ${entry}, type: word }\n`, "a: needs words"], [`- { ${entry}, type: text, format: hexagon }\n`, "a: no such format: hexagon"], [`- { ${entry}, type: map }\n`, "a: needs names and values"],
    [`- { ${entry}, type: text }\n- { ${entry}, type: text }\n`, "a stands there twice"],
  ])("%j", (entries, message) => expect(() => readList(`# Section\n${entries}`)).toThrow(message));
});
