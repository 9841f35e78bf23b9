// Whether `error_pages` names refusals that there are.

import { Config } from "../../config/config";
import { ErrorPage } from "../../config/error_pages";
import { nearest } from "../../config/nearest";
import { itemAt } from "../../config/reader";
import { REFUSALS } from "../../flow/decision/refusal";

/** The page for all refusals that have none of their own. */
export const ALL_OTHERS = "default";

/** What is wrong, with its place in the configuration. */
export function unknownCodes(config: Config): string[] {
  const out: string[] = [];
  note(out, config.page.errorPages, "");
  for (let i = 0; i < config.rules.length; i++) note(out, config.rules[i].config.page.errorPages, itemAt("rules", i) + ".");
  return out;
}

function note(out: string[], pages: ErrorPage[], place: string): void {
  const codes: string[] = [ALL_OTHERS];
  for (let i = 0; i < REFUSALS.length; i++) codes.push(REFUSALS[i].code);
  for (let i = 0; i < pages.length; i++) {
    if (codes.includes(pages[i].code)) continue;
    const near = nearest(pages[i].code, codes), at = "error_pages." + pages[i].code + ": no refusal has this code" + (near.length > 0 ? "; did you mean " + near + "?" : "");
    // What rules have from outside was said of the outside.
    if (!out.includes(at)) out.push(place + at);
  }
}
