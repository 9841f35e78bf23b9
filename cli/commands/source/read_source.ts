import { UserError } from "../io";
import { SourceFile } from "./source_file";

/** Reads a file, or throws a sentence about why it cannot be read. */
export function readSource(path: string): SourceFile {
  try {
    return SourceFile.read(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UserError(code === "ENOENT" ? `${path}: there is no such file` : `${path}: ${message}`);
  }
}
