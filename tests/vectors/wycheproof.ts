// Finds and reads the Wycheproof files (cli/fetch-vectors.mjs), and declares the tests of a file.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../support/compile";

export interface Vector {
  tcId: number;
  comment: string;
  flags: string[];
  result: "valid" | "invalid" | "acceptable";
}

export interface SignatureVector extends Vector { msg: string; sig: string }

export interface Group<V extends Vector> { tests: V[] }

/** A group of valid and invalid signatures for one key. */
export interface SignatureGroup extends Group<SignatureVector> {
  publicKeyDer: string;
  publicKeyPem: string;
  sha?: string;
  /** For RSA-PSS: the hash of MGF1, and the salt's length in bytes. */
  mgfSha?: string;
  sLen?: number;
}

interface File<G> { numberOfTests: number; testGroups: G[] }

const FOLDER = execFileSync(process.execPath, [join(ROOT, "cli/fetch-vectors.mjs")], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"], timeout: 1_200_000 }).trim();
const SUFFIX = "_test.json";
const FOLDER_OF = new Map(["Cipher", "Protocol", "Signature"].flatMap((kind) => {
  const folder = join(FOLDER, kind, "wycheproof");
  return readdirSync(folder).filter((name) => name.endsWith(SUFFIX)).sort().map((name) => [name.slice(0, -SUFFIX.length), folder] as const);
}));

/** The files whose names match, in order. Throws if there are not exactly `count`, because missing files would be missing tests. */
export function files(pattern: RegExp, count: number): string[] {
  const found = [...FOLDER_OF.keys()].filter((name) => pattern.test(name));
  if (found.length !== count) throw new Error(`${count} vector files should match ${pattern}, but these do: ${found.join(", ") || "none"}`);
  return found;
}

export function read<G>(file: string): File<G> {
  return JSON.parse(readFileSync(join(FOLDER_OF.get(file)!, file + SUFFIX), "utf8"));
}

/**
 * Declares one test for each group of a file, and one that counts the vectors. A test fails with the list of vectors for which `accepts`,
 * the filter's verdict, differs from `wants`. By default only `valid` vectors must be accepted, and `acceptable` ones refused.
 */
export function everyVector<V extends Vector, G extends Group<V>>(
  file: string,
  accepts: (vector: V, group: G) => boolean,
  { before = () => {}, wants = ({ result }) => result === "valid" }: { before?: (group: G) => void; wants?: (vector: V, group: G) => boolean } = {},
): void {
  const { numberOfTests, testGroups } = read<G>(file);
  describe(file, () => {
    let run = 0;
    testGroups.forEach((group, i) => {
      const first = group.tests[0]!.tcId;
      test(`group ${i + 1}: ${group.tests.length} vectors, the first is ${first}`, () => {
        before(group);
        const wrong: string[] = [];
        for (const vector of group.tests) {
          run++;
          if (accepts(vector, group) !== wants(vector, group)) wrong.push(`${vector.tcId} ${vector.result}: ${vector.comment} [${vector.flags}]`);
        }
        expect(wrong).toEqual([]);
      });
    });
    test(`all ${numberOfTests} vectors were run`, () => { expect(run).toBe(numberOfTests); });
  });
}
