// Checks the architecture: the direction of imports, constructs that could trap on input, the one maker of each proof, and the length of files.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { blocksIn, picturesIn } from "../cli/site/vitepress/documents";
import { blank } from "./support/blank";
import { circles } from "./support/circles";
import { BANS, CIRCLES, LINES, LONG, MAKERS, ORDER, RIGHT_OF_ABI, WITHIN } from "./support/layers";

const ROOT = join(__dirname, "..");

function sources(folder: string, pattern = /\.ts$/): string[] {
  if (!existsSync(join(ROOT, folder))) return [];
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).filter((file) => pattern.test(file)).sort();
}

const FILES = sources("assembly").map((file) => {
  const text = readFileSync(join(ROOT, "assembly", file), "utf8");
  return { file, folder: layerOf(file), ...blank(text) };
});

/** Each folder is a layer, and so is each file beside the folders. */
function layerOf(file: string): string { return dirname(file) === "." ? file.replace(/\.ts$/, "") : file.split("/")[0]!; }

const level = (layer: string): number => ORDER.findIndex((names) => names.includes(layer));

/** `filter/calls/pending.ts` → `calls`, `filter/tick.ts` → `.` */
const subfolderOf = (file: string): string => { const parts = file.split("/"); return parts.length > 2 ? parts[1]! : "."; };
const isDeep = (layer: string): boolean => FILES.some(({ file, folder }) => folder === layer && subfolderOf(file) !== ".");
const placeWithin = (file: string): number => (WITHIN[layerOf(file)] ?? []).findIndex((subfolders) => subfolders.includes(subfolderOf(file)));

function mayImport(from: string, to: string): boolean {
  if (from === to) return true;
  if (to === "abi") return RIGHT_OF_ABI.includes(from);
  if (from === "abi") return level(to) <= level("bytes");
  return level(to) < level(from);
}

/** Each file with the files that it imports. */
function importsOf(files: string[]): Map<string, string[]> {
  const endings = ["", ".ts", ".mjs", "/index.ts"];
  return new Map(files.map((file) => {
    const { withoutComments } = blank(readFileSync(join(ROOT, file), "utf8"));
    const named = [...withoutComments.matchAll(/(?:from|import)\s*\(?"(\.[^"]*)"/g)].map(([, to]) => normalize(join(dirname(file), to!)));
    return [file, named.flatMap((to) => endings.map((ending) => to + ending).filter((path) => files.includes(path)))];
  }));
}

describe("circular imports", () => {
  const graph = (...edges: string[]) => new Map(edges.map((edge) => [edge[0]!, edge.slice(1).split("")]));
  test.each([["two files", graph("ab", "ba"), ["a → b → a"]], ["three", graph("ab", "bc", "ca"), ["a → b → c → a"]], ["one file", graph("aa"), ["a → a"]],
    ["behind others", graph("ab", "bc", "cdb", "d"), ["b → c → b"]], ["none where two paths lead to one file", graph("abc", "bd", "cd", "d"), []]] as const)(
    "are found: %s", (_, imports, found) => { expect(circles(imports)).toEqual(found); });
});

describe("imports", () => {
  test.each(FILES.filter(({ folder }) => folder !== "abi").map(({ folder }) => folder).filter((name, i, all) => all.indexOf(name) === i))(
    "%s is a layer with a place in the order", (folder) => { expect(level(folder)).toBeGreaterThanOrEqual(0); });

  test("go from right to left only", () => {
    const upward: string[] = [];
    for (const { file, folder, withoutComments } of FILES) {
      for (const [, to] of withoutComments.matchAll(/(?:from|import)\s*"(\.[^"]*)"/g)) {
        const target = layerOf(`${normalize(join(dirname(file), to!))}.ts`);
        if (!mayImport(folder, target)) upward.push(`${file} imports ${to}`);
      }
    }
    expect(upward).toEqual([]);
  });

  test("go from right to left inside a folder of folders too", () => {
    const upward: string[] = [], unknown: string[] = [];
    for (const { file, folder, withoutComments } of FILES.filter((one) => isDeep(one.folder))) {
      const own = placeWithin(file);
      if (own < 0) unknown.push(file);
      for (const [, to] of withoutComments.matchAll(/(?:from|import)\s*"(\.[^"]*)"/g)) {
        const target = `${normalize(join(dirname(file), to!))}.ts`;
        if (layerOf(target) !== folder || subfolderOf(target) === subfolderOf(file)) continue;
        if (placeWithin(target) >= own) upward.push(`${file} imports ${to}`);
      }
    }
    expect({ upward, unknown }).toEqual({ upward: [], unknown: [] });
    expect(Object.entries(WITHIN).flatMap(([folder, order]) => order.flat().map((subfolder) => join("assembly", folder, subfolder))).filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  test("every folder has its sentence in docs/architecture.md", () => {
    const page = readFileSync(join(ROOT, "docs/architecture.md"), "utf8"), subfolders = [...ORDER.flat().filter((name) => existsSync(join(ROOT, "assembly", name))), "abi", ...Object.values(WITHIN).flat(2).filter((subfolder) => subfolder !== ".")];
    expect(subfolders.filter((subfolder) => !page.includes(`| \`${subfolder}\` | `))).toEqual([]);
  });

  test("docs/architecture.md shows this order, and folders that exist", () => {
    const [folders, order] = blocksIn(readFileSync(join(ROOT, "docs/architecture.md"), "utf8")).filter(({ language }) => language === "text"), notShown = ["unpack", "runtime", "version"];
    expect(order!.text.split(/ {4,}/)[0]!.split(" ← ").map((step) => step.match(/\w+/g))).toEqual(ORDER.map((names) => names.filter((name) => !notShown.includes(name))).filter((names) => names.length > 0));
    const shown = [...folders!.text.matchAll(/\b(\w+)\/ /g)].map(([, name]) => name!);
    expect([shown.length, shown.filter((name) => !existsSync(join(ROOT, name)))]).toEqual([6, []]);
  });

  test("every arrow between folders in the picture of docs/architecture.md is an import", () => {
    const picture = picturesIn(readFileSync(join(ROOT, "docs/architecture.md"), "utf8")).find((text) => text.startsWith("flowchart"))!;
    const inFilter = (name: string): boolean => WITHIN.filter!.flat().includes(name), folderOf = (name: string): string => inFilter(name) ? `filter/${name}/` : `${name}/`;
    const arrows = [...picture.matchAll(/^ *(\w+) -->(?:\|[^|]*\|)? (\w+)$/gm)].map(([, from, to]) => [from!, to!] as const).filter((ends) => !ends.includes("envoy"));
    expect(arrows.length).toBeGreaterThan(10);
    const imports = FILES.flatMap(({ file, withoutComments }) => [...withoutComments.matchAll(/(?:from|import)\s*"(\.[^"]*)"/g)].map(([, to]) => [file, normalize(join(dirname(file), to!))] as const));
    expect(arrows.filter(([from, to]) => !imports.some(([file, target]) => file.startsWith(folderOf(from)) && target.startsWith(folderOf(to))))).toEqual([]);
  });

  test("are never circular: a circle has no file that can be read first", () => {
    const files = ["assembly", "bench", "cli", "tests"].flatMap((folder) => sources(folder, /\.(ts|mjs|cjs|js)$/).map((file) => `${folder}/${file}`));
    const found = circles(importsOf(files)), allowed = Object.keys(CIRCLES);
    expect(found.filter((circle) => !allowed.some((folder) => circle.split(" → ").every((file) => file.startsWith(folder))))).toEqual([]);
    expect(allowed.filter((folder) => !found.some((circle) => circle.startsWith(folder)))).toEqual([]);
  });

  test("stay inside the project, except for the allocator of AssemblyScript", () => {
    const foreign = FILES.flatMap(({ file, withoutComments }) => [...withoutComments.matchAll(/(?:from|import)\s*"([^."][^"]*)"/g)].map(([, to]) => `${file} imports ${to}`));
    expect(foreign).toEqual(["runtime.ts imports rt/tlsf"]);
  });
});

describe("constructs that could trap, or that Envoy does not support", () => {
  for (const ban of BANS) {
    const uses = FILES.filter(({ code }) => ban.pattern.test(code)).map(({ file }) => file);
    const allows = (entry: string) => (file: string) => entry.endsWith("/") ? file.startsWith(entry) : file === entry;
    const allowed = Object.keys(ban.allowed);

    test(`${ban.name}: ${ban.why}`, () => {
      const wrong = uses.filter((file) => !allowed.some((entry) => allows(entry)(file))).map((file) => {
        const code = FILES.find((one) => one.file === file)!.code;
        return `${file}:${code.slice(0, code.search(ban.pattern)).split("\n").length}`;
      });
      expect(wrong).toEqual([]);
    });

    test(`${ban.name}: every exception is needed`, () => {
      expect(allowed.filter((entry) => !uses.some(allows(entry)))).toEqual([]);
    });
  }

  test("Map#get only after Map#has: it traps on a missing key", () => {
    const wrong: string[] = [];
    for (const { file, code } of FILES) {
      for (const [, name] of code.matchAll(/\b(\w+)\s*(?::\s*Map<|=\s*new Map<)/g)) {
        for (const use of code.matchAll(new RegExp(`\\b${name}\\.get\\(`, "g"))) {
          const before = code.slice(Math.max(0, use.index - 400), use.index);
          if (!before.includes(`${name}.has(`)) wrong.push(`${file}:${code.slice(0, use.index).split("\n").length} ${name}.get(`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  test("the build never drops assertions: a null would be read as address 0", () => {
    const { options, targets } = JSON.parse(readFileSync(join(ROOT, "asconfig.json"), "utf8"));
    const dropping = Object.entries({ options, ...targets }).filter(([, value]) => (value as { noAssert?: boolean }).noAssert).map(([name]) => name);
    expect(dropping).toEqual([]);
    expect(JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")).scripts.build).not.toContain("noAssert");
  });
});

describe("proofs have one maker", () => {
  test.each(Object.entries(MAKERS))("%s is made only in %s", (name, maker) => {
    const makers = FILES.filter(({ code }) => new RegExp(`\\bnew ${name}\\b`).test(code)).map(({ file }) => file);
    expect(makers).toEqual([maker]);
  });
});

describe("duty 69: a value that an attacker could guess byte by byte is compared to its end", () => {
  const codeOf = (file: string): string => FILES.find((one) => one.file === file)!.code;
  test.each([
    ["a token's HMAC", "crypto/verify.ts", "sameBytes(hmac("], ["a seal's tag", "crypto/aead/xchacha20poly1305.ts", "sameBytes(tagOf("],
    ["a login's state", "flow/browser/callback.ts", "sameBytes(login.state, "], ["a login's nonce", "oidc/id_token.ts", "sameBytes(claims.text(node), nonce)"],
  ])("%s", (_, file, comparison) => expect(codeOf(file)).toContain(comparison));

  test("the loop has no early exit", () => {
    const [, loop] = /\bfor \(([^]*)return difference == 0;\s*}\s*$/.exec(codeOf("crypto/arithmetic/equal.ts")) ?? [];
    expect(loop).toMatch(/^let i = 0; i < a\.length; i\+\+\) difference \|= /);
    expect(loop).not.toMatch(/\b(return|break|if|while)\b/);
  });
});

test(`no file is longer than ${LINES} lines`, () => {
  const long: string[] = [];
  for (const folder of ["assembly", "cli", "tests", "bench"]) {
    for (const file of sources(folder, /\.(ts|mjs|cjs|js)$/)) {
      const path = `${folder}/${file}`, lines = readFileSync(join(ROOT, path), "utf8").split("\n").length - 1;
      if (lines > LINES && !(path in LONG)) long.push(`${path}: ${lines}`);
    }
  }
  expect(long).toEqual([]);
});
