/** The filter as the host tests run it. */
import { type Build, compile } from "../../support/compile";

let built: Build | null = null;

/** The debug build, whose traps name source lines; RELEASE=1 takes the optimised one. */
export function filter(): Build {
  return built ??= compile("assembly/index.ts", { name: "filter", use: true, release: process.env.RELEASE === "1" });
}
