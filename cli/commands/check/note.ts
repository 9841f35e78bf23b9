import type { Level } from "../finding";
import type { Position } from "../source/source_file";

/** Takes what was found at a place of the plugin that is being checked. */
export type Note = (level: Level, code: string, path: string, text: string, position?: Position) => void;
