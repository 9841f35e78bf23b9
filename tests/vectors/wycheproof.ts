// The Wycheproof files as they lie beside the project: what is in one, and a test that says so where they are absent.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** `../shared/vectors` seen from the project's root. */
const FOLDER = join(__dirname, "../../../shared/vectors/wycheproof");

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
}

interface File<G> { numberOfTests: number; testGroups: G[] }

export const present = existsSync(FOLDER);

/** What every test file of this folder begins with, so that nobody takes a missing folder for a pass. */
export function sayIfAbsent(): void {
  if (!present) test.skip("SKIPPED: ../shared/vectors/wycheproof is not there", () => {});
}

export function read<G>(file: string): File<G> {
  return JSON.parse(readFileSync(join(FOLDER, `${file}_test.json`), "utf8"));
}

/**
 * Declares one test per group of a file and one that counts them all. `accepts` says what our code says; every vector on which it does
 * not say what the file wants is named. What is `acceptable` must be refused: see where each file is run.
 */
export function everyVector<V extends Vector, G extends Group<V>>(file: string, accepts: (vector: V, group: G) => boolean, before: (group: G) => void = () => {}): void {
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
          if (accepts(vector, group) !== (vector.result === "valid")) wrong.push(`${vector.tcId} ${vector.result}: ${vector.comment} [${vector.flags}]`);
        }
        expect(wrong).toEqual([]);
      });
    });
    test(`all ${numberOfTests} vectors were run`, () => { expect(run).toBe(numberOfTests); });
  });
}
