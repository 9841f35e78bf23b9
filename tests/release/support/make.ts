// A release of the working tree as it stands, made where nothing else is: a copy, committed with a fixed date, under a path of its own.

import { appendFileSync, mkdirSync, readdirSync, symlinkSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { sbomTool } from "../../../cli/release/sbom";
import { newFolder, ROOT, run, runIn } from "./run";

export interface Made {
  /** The copy. */
  root: string;
  /** The release's files, below the copy's build/release. */
  folder: string;
  /** What the script printed. */
  printed: string;
}

/** Runs a command and gives what it prints. */
type Run = (cwd: string, command: string, ...args: string[]) => string;

export function makeRelease(): Made { return release(copyOfTree(), run); }

/** The same commit once more, `on` another machine. */
export function makeAgain(of: Made, on: Run): Made { return release(cloneOf(of.root, on), on); }

function release(root: string, on: Run): Made { return { root, printed: on(root, "npm", "run", "release"), folder: join(root, "build/release") }; }

/** What the script says where it refuses. */
export function refusedRelease(root: string): string {
  try {
    run(root, "npx", "tsx", "cli/release/main.ts");
  } catch (error) {
    return String((error as { stderr?: string }).stderr);
  }
  throw new Error("A release was made, though it should have been refused.");
}

function copyOfTree(): string {
  const root = newFolder(), at = "2026-01-01T00:00:00Z";
  const files = run(ROOT, "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0").filter(Boolean);
  const there = new Set(readdirSync(ROOT, { recursive: false, encoding: "utf8" }));
  run(ROOT, "cp", "--preserve=mode,timestamps", "--parents", "--target-directory", root, ...files.filter((file) => there.has(file.split("/")[0]!)));
  run(root, "git", "init", "--quiet");
  linkPackages(root);
  run(root, "git", "add", "--all");
  runIn({ ...process.env, GIT_AUTHOR_DATE: at, GIT_COMMITTER_DATE: at }, root, "git", "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "--message", "a release");
  return root;
}

/** The files are the ones that its own git checks out. */
function cloneOf(other: string, on: Run): string {
  const root = newFolder();
  on(root, "git", "clone", "--quiet", other, root);
  linkPackages(root);
  return root;
}

function linkPackages(root: string): void {
  appendFileSync(join(root, ".git/info/exclude"), "node_modules\n"); // a link is no folder to .gitignore
  sbomTool(ROOT);
  mkdirSync(join(root, "build"));
  for (const packages of ["node_modules", "build/sbom"]) symlinkSync(join(ROOT, packages), join(root, packages));
  utimesSync(join(root, "package-lock.json"), 0, 0); // older than the packages: npm would empty what the link leads to, and install again
}
