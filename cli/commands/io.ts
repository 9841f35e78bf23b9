// The output of a command. Results go to the standard output. Progress goes to the standard error, only on a terminal.

import { styleText } from "node:util";

export interface Io {
  /** A line of the result. */
  line(text: string): void;
  /** A line for people, apart from the result. */
  error(text: string): void;
  /** The current step; not shown if there is no terminal. */
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

/** On one line, without characters that control a terminal: the text may come from a provider or a file. */
export const printable = (text: string): string => text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ");

/** An error that the user can fix, such as wrong usage. Only its text is shown. */
export class UserError extends Error {}
