// Checks the shell scripts.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(__dirname, "..");
const SCRIPTS = [".ci", "cli"].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).map((name) => join(folder, name)).filter((path) => /\.sh$|^\.ci\/run$/.test(path)));

// A reader that stops early ends its writer with SIGPIPE, if that has not written everything by then; with pipefail the whole pipe then fails, now and then.
const STOPS_EARLY = /\|\s*(?:head\b|grep\b[^|]*\s(?:-\w*q|--quiet|-\w*m)|sed\b[^|]*\bq\b)/;

test.each(SCRIPTS)("%s has no pipe into a command that stops reading early", (path) => {
  expect(readFileSync(join(ROOT, path), "utf8").split("\n").filter((line) => STOPS_EARLY.test(line))).toEqual([]);
});
