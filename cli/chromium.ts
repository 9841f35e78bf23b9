// The Chromium of this machine, for the tests and for pictures in the documents.

import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium, type Browser } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];

export function launchChromium(): Promise<Browser> {
  const executablePath = (process.env.PATH ?? "").split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name))).find(isProgram);
  if (executablePath === undefined) {
    throw new Error(`No browser: none of ${NAMES.join(", ")} is on the PATH. Install one, on Debian or Ubuntu with: apt-get install chromium`);
  }
  return chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
