// Checks the workflows on GitHub: actions are pinned, so that their code cannot change behind a tag, and CI runs the same script as everywhere.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

const FOLDER = join(__dirname, "../.github/workflows");
const FILES = readdirSync(FOLDER).map((name) => ({ name, text: readFileSync(join(FOLDER, name), "utf8") }));

test.each(FILES)("$name pins each action by its commit, and names its version", ({ text }) => {
  const actions = text.split("\n").filter((line) => /\buses:/.test(line));
  expect(actions).not.toEqual([]);
  expect(actions.filter((line) => !/^\s*(?:- )?uses: [\w-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([]);
});

test.each(FILES)("$name has only the permissions that it names", ({ text }) => { expect(parse(text).permissions).toBeDefined(); });

test("CI runs .ci/run", () => {
  const { jobs } = parse(FILES.find(({ name }) => name === "ci.yml")!.text) as { jobs: Record<string, { steps: { run?: string }[] }> };
  expect(Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []))).toEqual([expect.stringMatching(/ \.ci\/run$/)]);
});
