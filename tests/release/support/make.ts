// A release of the working tree as it stands, made where nothing else is: a copy, committed with a fixed date, under a path of its own.

import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sbomTool } from "../../../cli/release/sbom";
import { atEnd } from "../../envoy/support/cleanup";

export const ROOT = join(__dirname, "../../..");

export interface Made {
  /** The copy. */
  root: string;
  /** The release's files, below the copy's build/release. */
  folder: string;
  /** What the script printed. */
  printed: string;
}

/** `of`: another copy, whose very commit is released once more. */
export function makeRelease(of?: Made): Made {
  const root = of === undefined ? copyOfTree() : cloneOf(of.root);
  const printed = run(root, "npm", "run", "release");
  return { root, folder: join(root, "build/release"), printed };
}

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
  const root = newFolder();
  const files = run(ROOT, "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0").filter(Boolean);
  const there = new Set(readdirSync(ROOT, { recursive: false, encoding: "utf8" }));
  run(ROOT, "cp", "--preserve=mode,timestamps", "--parents", "--target-directory", root, ...files.filter((file) => there.has(file.split("/")[0]!)));
  run(root, "git", "init", "--quiet");
  linkPackages(root);
  run(root, "git", "add", "--all");
  run(root, "git", "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "--message", "a release");
  return root;
}

function cloneOf(other: string): string {
  const root = newFolder();
  run(root, "git", "clone", "--quiet", other, root);
  linkPackages(root);
  utimesSync(join(root, "package-lock.json"), 0, 0); // older than the packages, which need not be installed again
  return root;
}

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "envoy-oidc-release-"));
  atEnd(async () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function linkPackages(root: string): void {
  appendFileSync(join(root, ".git/info/exclude"), "node_modules\n"); // a link is no folder to .gitignore
  sbomTool(ROOT);
  mkdirSync(join(root, "build"));
  for (const packages of ["node_modules", "build/sbom"]) symlinkSync(join(ROOT, packages), join(root, packages));
}

/** Paths below a folder, sorted. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true, encoding: "utf8" })
    .filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)).sort();
}

export function read(folder: string, file: string): Buffer { return readFileSync(join(folder, file)); }

export function run(cwd: string, command: string, ...args: string[]): string {
  const date = "2026-01-01T00:00:00Z";
  return execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], maxBuffer: 1 << 26, env: { ...process.env, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date } });
}
