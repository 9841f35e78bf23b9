// Where a command writes to. Results go to the standard output, and what is under way to the standard error, on a terminal alone.

import { styleText } from "node:util";

export interface Io {
  /** A line of the result. */
  line(text: string): void;
  /** A line for people beside the result. */
  error(text: string): void;
  /** What is being done right now; nothing where nobody watches. */
  progress(text: string): void;
  paint(style: "red" | "yellow" | "cyan" | "green" | "bold" | "dim", text: string): string;
  environment: NodeJS.ProcessEnv;
}

/** NO_COLOR is a convention of many programs (no-color.org). */
export function terminal(): Io {
  const colours = process.stdout.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== "dumb";
  return {
    line: (text) => void process.stdout.write(`${text}\n`),
    error: (text) => void process.stderr.write(`${text}\n`),
    progress: (text) => { if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}${text === "" ? "" : " …"}`); },
    paint: (style, text) => colours ? styleText(style, text) : text,
    environment: process.env,
  };
}

/** On one line, and without what would steer a terminal: providers and files say such things, too. */
export const printable = (text: string): string => text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ");

/** Answers wrong usage and everything else that a person can change; its text is all that is shown. */
export class UserError extends Error {}
