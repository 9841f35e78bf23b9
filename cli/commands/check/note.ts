import type { Level } from "../finding";
import type { Position } from "../source/source_file";

/** Reports a finding at a place of the checked plugin. */
export type Note = (level: Level, code: string, path: string, text: string, position?: Position) => void;
