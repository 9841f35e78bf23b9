// Makes a release of the current working tree, in a separate copy that is committed with a fixed date.

import { appendFileSync, mkdirSync, readdirSync, symlinkSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { sbomTool } from "../../../cli/release/sbom";
import { newFolder, ROOT, run, runIn } from "./run";

export interface Made {
  /** The copy. */
  root: string;
  /** The release's files, below the copy's build/release. */
  folder: string;
  /** The script's output. */
  printed: string;
}

/** Runs a command and returns its output. */
type Run = (cwd: string, command: string, ...args: string[]) => string;

export function makeRelease(): Made { return release(copyOfTree(), run); }

/** Makes a release of the same commit on another machine. */
export function makeAgain(of: Made, on: Run): Made { return release(cloneOf(of.root, on), on); }

function release(root: string, on: Run): Made { return { root, printed: on(root, "npm", "run", "release"), folder: join(root, "build/release") }; }

/** The error of a refused release. */
export function refusedRelease(root: string): string {
  try {
    run(root, "npx", "tsx", "cli/release/main.ts");
  } catch (error) {
    return String((error as { stderr?: string }).stderr);
  }
  throw new Error("A release was made, although it should have been refused.");
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

/** A clone, whose files the other machine's git checks out. */
function cloneOf(other: string, on: Run): string {
  const root = newFolder();
  on(root, "git", "clone", "--quiet", other, root);
  linkPackages(root);
  return root;
}

function linkPackages(root: string): void {
  appendFileSync(join(root, ".git/info/exclude"), "node_modules\n"); // the rule in .gitignore does not match a link
  sbomTool(ROOT);
  mkdirSync(join(root, "build"));
  for (const packages of ["node_modules", "build/sbom"]) symlinkSync(join(ROOT, packages), join(root, packages));
  utimesSync(join(root, "package-lock.json"), 0, 0); // older than the packages; otherwise npm would empty the linked folder and install again
}
