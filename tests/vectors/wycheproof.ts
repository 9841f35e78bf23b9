// The Wycheproof files (cli/fetch-vectors.mjs): which there are, what is in one, and the tests of all that is in one.
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

/** A group of signatures that one key made, or did not make. */
export interface SignatureGroup extends Group<SignatureVector> {
  publicKeyDer: string;
  publicKeyPem: string;
  sha?: string;
  /** Of RSA-PSS: the hash of MGF1, and the salt's length in bytes. */
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

/** The files whose names fit, in order. How many there are is part of the question: none would be a test of nothing. */
export function files(pattern: RegExp, count: number): string[] {
  const found = [...FOLDER_OF.keys()].filter((name) => pattern.test(name));
  if (found.length !== count) throw new Error(`${count} vector files should fit ${pattern}, and these do: ${found.join(", ") || "none"}`);
  return found;
}

export function read<G>(file: string): File<G> {
  return JSON.parse(readFileSync(join(FOLDER_OF.get(file)!, file + SUFFIX), "utf8"));
}

/**
 * Declares one test per group of a file and one that counts them all. `accepts` says what our code says; every vector on which it does
 * not say what is wanted is named. Wanted is what the file calls valid: what it calls `acceptable` must be refused, unless `wants` says otherwise.
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
      test(`group ${i + 1}: ${group.tests.length} vectors from ${first} on`, () => {
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
