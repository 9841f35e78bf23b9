/** Turns the code offsets in a trap's stack into source lines, so that a failed check shows its line in the spec. */
import { join } from "node:path";
import { ROOT } from "./compile";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

const MOST_FRAMES = 12;

interface Place { offset: number; file: string; line: number; column: number }

/** The part of the source map format that wasm needs: one generated line, whose columns are offsets in the file. */
function places(map: string): Place[] {
  const { mappings, sources } = JSON.parse(map) as { mappings: string; sources: string[] };
  const out: Place[] = [];
  let offset = 0, source = 0, line = 0, column = 0;
  for (const segment of mappings.split(",")) {
    const [a = 0, b = 0, c = 0, d = 0] = numbers(segment);
    offset += a; source += b; line += c; column += d;
    out.push({ offset, file: sources[source]!, line: line + 1, column: column + 1 });
  }
  return out;
}

function numbers(segment: string): number[] {
  const out: number[] = [];
  let value = 0, shift = 0;
  for (const char of segment) {
    const digit = ALPHABET.indexOf(char);
    value |= (digit & 31) << shift;
    shift += 5;
    if (digit & 32) continue;
    out.push(value & 1 ? -(value >>> 1) : value >>> 1);
    value = shift = 0;
  }
  return out;
}

/** A frame as V8 writes it (the offset in hex), or as Jest's source map support rewrites it (a column, from 1). */
const FRAME = /at (?:(\S+) \()?wasm:\/\/[^\s:]*(?::wasm-function\[\d+\]:0x([0-9a-f]+)|:1:(\d+))/g;

/** The error as Jest should show it: its message, then the project's frames, innermost first. */
export function located(error: unknown, map: string | null, lastWords = ""): unknown {
  if (!(error instanceof Error) && !(error as Error)?.stack) return error;
  const trap = error as Error;
  if (map == null) return error;
  const table = places(map);
  const frames: string[] = [];
  for (const [, name = "?", hex, column] of trap.stack!.matchAll(FRAME)) {
    const offset = hex ? parseInt(hex, 16) : Number(column) - 1;
    const place = table.findLast((p) => p.offset <= offset);
    if (!place || place.file.startsWith("~lib/")) continue;
    const frame = `    at ${name} (${join(ROOT, place.file)}:${place.line}:${place.column})`;
    if (frame !== frames.at(-1)) frames.push(frame); // endless recursion is one line, not thousands
  }
  // The relevant line is the spec's, not that of the helper that compared.
  const own = frames.filter((frame) => !frame.includes("/tests/unit/check.ts:"));
  const shown = new Error(trap.message + lastWords);
  shown.name = trap.name;
  shown.stack = `${trap.name}: ${shown.message}\n${own.slice(0, MOST_FRAMES).join("\n")}`;
  return shown;
}
