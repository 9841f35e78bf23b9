// .github/workflows: actions are pinned by commit, and scripts of this project do all the work, so tests can run it.

import { accessSync, constants, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

const ROOT = join(__dirname, "../.."), FOLDER = join(ROOT, ".github/workflows");

interface Step { uses?: string; run?: string; env?: Record<string, string> }
interface Workflow { on: unknown; permissions: object; jobs: Record<string, { permissions: object; steps: Step[] }> }

const workflows = readdirSync(FOLDER).map((file) => ({ file, text: readFileSync(join(FOLDER, file), "utf8") }))
  .map(({ file, text }) => ({ file, text, workflow: parse(text) as Workflow }));
const stepsOf = ({ jobs }: Workflow): Step[] => Object.values(jobs).flatMap(({ steps }) => steps);

/** What is wrong with a step; "" if nothing. */
function fault({ uses, run }: Step): string {
  if (uses !== undefined) return /^[\w-]+\/[\w./-]+@[0-9a-f]{40}$/.test(uses) ? "" : `${uses} is not pinned by a commit`;
  const words = (run ?? "").split(/\s+/), [command, script, name] = words[0] === "sudo" ? words.slice(-1) : words;
  if (run?.includes("\n") || /[;&|]/.test(run ?? "")) return `"${run}" is more than one command`;
  if (command === "npm") return script === "ci" || script === "run" && name! in scripts() ? "" : `npm has no ${script} ${name}`;
  try {
    accessSync(join(ROOT, command!), constants.X_OK);
    return statSync(join(ROOT, command!)).isFile() ? "" : `${command} is no script of this project`;
  } catch {
    return `${command} is no script of this project`;
  }
}

function scripts(): Record<string, string> { return JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")).scripts; }

test("one workflow is for releases, and runs only for tags", () => {
  expect(workflows.map(({ file }) => file)).toContain("release.yml");
  expect(workflows.find(({ file }) => file === "release.yml")!.workflow.on).toEqual({ push: { tags: ["v*"] } });
});

test.each(workflows)("$file: each action is pinned by its commit, and each command is an existing script", ({ workflow }) => {
  expect(stepsOf(workflow).length).toBeGreaterThan(2);
  expect(stepsOf(workflow).map(fault).filter(Boolean)).toEqual([]);
});

test.each(workflows)("$file: each pinned commit has a comment with its version", ({ text }) => {
  for (const line of text.split("\n").filter((one) => one.includes("uses:"))) expect(line).toMatch(/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
});

test.each(workflows)("$file: only jobs get rights beyond reading, and no command contains a value of an event", ({ workflow }) => {
  expect({ contents: "read", ...workflow.permissions }).toEqual({ contents: "read" });
  for (const { run } of stepsOf(workflow)) expect(run ?? "").not.toContain("${{");
});

test.each<[string, Step]>([
  ["an action by its tag", { uses: "actions/checkout@v4" }], ["an action by a short commit", { uses: "actions/checkout@de0fac2" }], ["an action without any", { uses: "actions/checkout" }],
  ["an npm script that does not exist", { run: "npm run relese" }], ["a file that does not exist", { run: "cli/release/publsh.sh" }], ["a program of the runner", { run: "curl -sSf https://example.com" }],
  ["a program of the runner as root", { run: "sudo apt-get install jq" }], ["two commands", { run: "npm ci && npm run release" }], ["a script of several lines", { run: "npm ci\nnpm run release" }], ["nothing", {}],
])("%s is found", (_, step) => expect(fault(step)).not.toBe(""));
