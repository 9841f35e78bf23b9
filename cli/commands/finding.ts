// The findings of a command, and their output: for people by file and line, for programs as JSON.

import { printable, type Io } from "./io";
import type { Position } from "./source/source_file";

export type Level = "error" | "warning" | "note";

export interface Finding {
  level: Level;
  /** A stable name for programs, such as `cluster-missing`. Findings of the filter itself have `filter`. */
  code: string;
  /** The attribute, if the finding is about one. */
  path?: string;
  text: string;
  file?: string;
  position?: Position;
}

/** Errors make the exit code 1. */
export const exitCodeOf = (findings: Finding[]): number => findings.some(({ level }) => level === "error") ? 1 : 0;

const COLOURS = { error: "red", warning: "yellow", note: "cyan" } as const;

export function showFindings(io: Io, findings: Finding[]): void {
  for (const { level, path, text, file, position } of findings) {
    const where = file === undefined ? "" : `${file}${position === undefined ? "" : `:${position.line}:${position.column}`}: `;
    io.line(`${where}${io.paint(COLOURS[level], level)}: ${path ? `${io.paint("bold", printable(path))}: ` : ""}${printable(text)}`);
  }
}

/** "2 errors, 1 warning" */
export function summary(findings: Finding[]): string {
  const parts = (["error", "warning", "note"] as const).map((level) => ({ level, count: findings.filter((finding) => finding.level === level).length }))
    .filter(({ count }) => count > 0).map(({ level, count }) => `${count} ${level}${count === 1 ? "" : "s"}`);
  return parts.length === 0 ? "nothing to complain about" : parts.join(", ");
}
