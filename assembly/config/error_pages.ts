// Pages of the operator's own in place of the filter's (`error_pages`): HTML with placeholders such as `{{code}}`.

import { decodeUtf8, isUtf8 } from "../bytes/utf8";
import * as attributes from "./attributes";
import { ConfigReader } from "./reader";

const MAX_PAGE = 64 * 1024;
/** Of one page: each may become a long path, and anyone can ask for a page. */
const MAX_PLACES = 32;

/** What stands in a placeholder's place, always escaped. */
export const enum Placeholder { Code = 0, Status, Title, Text, Hint, Link, Action, LogoutLink, RequestId, Time, Language, Name, Help }
const NAMES: string[] = ["code", "status", "title", "text", "hint", "link", "action", "logout_link", "request_id", "time", "language", "name", "help_uri"];

@final
export class ErrorPage {
  /** One more than there are places: what stands before each, and behind the last. */
  readonly texts: string[] = [];
  readonly places: Placeholder[] = [];

  /** `code`: of a refusal, or `default` for all that have no page of their own. */
  constructor(readonly code: string) {}

  /** What is wrong with it, or "". */
  read(html: string): string {
    let at = 0;
    for (let open = html.indexOf("{{"); open >= 0; open = html.indexOf("{{", at)) {
      const close = html.indexOf("}}", open), name = close < 0 ? "" : html.substring(open + 2, close), place = NAMES.indexOf(name);
      if (place < 0) return "expected {{ and one of " + NAMES.join(", ") + " and }}";
      if (this.places.length == MAX_PLACES) return `expected at most ${MAX_PLACES} placeholders`;
      this.texts.push(html.substring(at, open));
      this.places.push(<Placeholder>place);
      at = close + 2;
    }
    this.texts.push(html.substring(at));
    return "";
  }

  /** `values`: of each placeholder at its number, as HTML. */
  filled(values: string[]): string {
    const out: string[] = [];
    for (let i = 0; i < this.places.length; i++) {
      out.push(this.texts[i]);
      out.push(values[this.places[i]]);
    }
    out.push(this.texts[this.places.length]);
    return out.join("");
  }
}

export function readErrorPages(whole: ConfigReader): ErrorPage[] {
  const out: ErrorPage[] = [], r = whole.child("error_pages");
  if (r == null) return out;
  const codes = r.names();
  whole.atMost("error_pages", attributes.MAX_ERROR_PAGES, codes.length, " pages");
  for (let i = 0; i < codes.length; i++) {
    const html = r.text(codes[i]);
    if (html == null) continue;
    if (html.length > MAX_PAGE || !isUtf8(html)) {
      r.wrong(codes[i], `expected at most ${MAX_PAGE} bytes of UTF-8, found ${html.length}`);
      continue;
    }
    const page = new ErrorPage(codes[i]), fault = page.read(decodeUtf8(html));
    if (fault.length > 0) r.wrong(codes[i], fault);
    else out.push(page);
  }
  return out;
}
