// Checks that everything CONTRIBUTING.md names exists.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

const ROOT = join(__dirname, "..");
const TEXT = readFileSync(join(ROOT, "CONTRIBUTING.md"), "utf8");
const SCRIPTS = Object.keys(JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")).scripts);
const found = (pattern: RegExp): string[] => [...new Set([...TEXT.matchAll(pattern)].map(([, name]) => name!))];

const files = found(/`((?:assembly|cli|docs|tests)\/[\w./-]+\.(?:ts|mjs|md))`/g);
test.each(files)("%s exists", (file) => { expect(existsSync(join(ROOT, file))).toBe(true); });

test.each(found(/\bnpm run ([\w:]+)/g))("npm run %s is a script", (name) => { expect(SCRIPTS).toContain(name); });

describe("Release", () => {
  const section = TEXT.split("## Release\n")[1]!.split("\n## ")[0]!, workflow = readFileSync(join(ROOT, ".github/workflows/release.yml"), "utf8");
  const { on, jobs } = parse(workflow) as { on: { push: { tags: string[] } }; jobs: { release: { environment: string; steps: { run?: string; env?: object }[] } } };
  const { environment, steps } = jobs.release;
  /** What the repository's settings must provide. GitHub itself provides `GITHUB_TOKEN`. */
  const settings = [...new Set([...workflow.matchAll(/\b(?:vars|secrets)\.(\w+)/g)].map(([, name]) => name!))].filter((name) => name !== "GITHUB_TOKEN");

  test("its table of settings has the workflow's names, and no others", () => {
    expect([...section.matchAll(/^\| [^|]+ \| `(\w+)` \|/gm)].map(([, name]) => name).sort()).toEqual([environment, ...settings].sort());
  });
  test("the other names in capitals are variables of the workflow or of the publishing script", () => {
    const known = Object.keys(Object.assign({}, ...steps.map(({ env }) => env))), script = readFileSync(join(ROOT, "cli/release/publish.sh"), "utf8");
    for (const [, name] of section.matchAll(/`([A-Z]+_[A-Z]+)`/g)) expect(known.includes(name!) || script.includes(`\${${name}:`)).toBe(true);
  });
  test("it lists each command that the workflow runs", () => {
    const commands = steps.flatMap(({ run }) => (run === undefined ? [] : [/^(npm run \w+|\S+( ci)?)/.exec(run)![0]]));
    expect(commands).toHaveLength(4);
    expect(commands.filter((command) => !section.includes(command))).toEqual([]);
  });
  test("its tag starts the workflow", () => {
    expect([on.push.tags, /git push origin (\S+)`/.exec(section)![1]]).toEqual([["v*"], expect.stringMatching(/^v\d/)]);
  });
});
