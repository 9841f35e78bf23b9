// Checks that the machine and the clone have what the tests need, then runs levels of tests, whole or in part:
//   node tests/run.mjs LEVEL,LEVEL [NAME …] [JEST'S OPTIONS]       NAME: a part of a test file's path, such as config/reader
//   node tests/run.mjs quick [NAME …] [JEST'S OPTIONS]             every test that needs no Envoy

import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { meetNeeds } from "../cli/needs.mjs";
import { setUp } from "../cli/setup.mjs";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const QUICK = ["layers", "unit", "vectors", "host"];
/** The parts that cli/setup.mjs prepares for a level, besides npm packages. A level that is not listed runs the product. */
const PARTS = { layers: [], unit: [], vectors: ["vectors", "envoy"], host: [] };
const THE_PRODUCT = ["filter", "envoy"];
/** The test file that runs all specs: tests/unit/harness.ts runs those that SPEC names. */
const SPECS = "tests/unit/specs.test.ts";

const [asked = "", ...rest] = process.argv.slice(2);
const firstOption = rest.findIndex((argument) => argument.startsWith("-"));
const names = firstOption < 0 ? rest : rest.slice(0, firstOption), options = firstOption < 0 ? [] : rest.slice(firstOption);
const quick = asked === "quick", levels = quick ? QUICK : asked.split(",");

try {
  const files = levels.flatMap(filesOf).filter((file) => !quick || !needsEnvoy(file));
  const chosen = names.length === 0 ? files : choose(files);
  meetNeeds(quick ? ["vectors"] : levels);
  await setUp(["packages", ...levels.flatMap((level) => PARTS[level] ?? THE_PRODUCT)].filter((part) => !quick || part !== "envoy"));
  process.exitCode = jest(chosen);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

/** The test files of a level, as jest.config.js names them. `unit` includes the specs. */
function filesOf(level) {
  const project = createRequire(import.meta.url)("../jest.config.js").projects.find(({ displayName }) => displayName === level);
  if (project === undefined) throw new Error(`There is no level ${level}: see jest.config.js.`);
  const [folder] = project.testMatch[0].replace("<rootDir>/", "").split("/*"), deep = project.testMatch[0].includes("**");
  return readdirSync(join(ROOT, folder), { recursive: deep, encoding: "utf8" })
    .filter((name) => /\.(test|spec)\.ts$/.test(name)).sort().map((name) => `${folder}/${name}`);
}

function needsEnvoy(file) {
  return readFileSync(join(ROOT, file), "utf8").startsWith("/** @jest-environment ./tests/envoy/");
}

/** The files whose paths contain one of the names. A whole path below the level, such as json/exact, selects that file alone. */
function choose(files) {
  const short = (file) => file.replace("tests/", "").replace(new RegExp(`^(?:${levels.join("|")})/`), "").replace(/\.(test|spec)\.ts$/, "");
  return [...new Set(names.flatMap((name) => {
    const exact = files.filter((file) => file === name || short(file) === name), found = exact.length > 0 ? exact : files.filter((file) => file.includes(name));
    if (found.length === 0) throw new Error(`No test of ${asked} has "${name}" in its path. There are: ${files.filter((file) => file !== SPECS).map(short).join(", ")}`);
    return found;
  }))];
}

function jest(files) {
  const args = [join(ROOT, "node_modules/jest/bin/jest.js"), "--selectProjects", ...levels, ...options], env = { ...process.env };
  const specs = files.filter((file) => file.endsWith(".spec.ts")), tests = files.filter((file) => !file.endsWith(".spec.ts"));
  if (names.length > 0) env.SPEC = specs.join(",");
  // Jest leaves one processor free, so that of two it would use only one.
  if (quick) args.push(`--maxWorkers=${availableParallelism()}`);
  if (names.length > 0 || quick) args.push("--runTestsByPath", ...new Set([...tests, ...(specs.length > 0 ? [SPECS] : [])]));
  return spawnSync(process.execPath, args, { cwd: ROOT, stdio: "inherit", env }).status ?? 1;
}
