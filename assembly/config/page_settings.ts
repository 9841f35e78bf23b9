// What the filter's own pages show of the application (`page`), and where browsers are sent instead of a page.

import { EMPTY } from "../bytes/bytes";
import { ErrorPage } from "./error_pages";

@final
export class PageSettings {
  name: Uint8Array = EMPTY;
  /** A data URI of an image. */
  logo: Uint8Array = EMPTY;
  /** An http or https URL, a path, or a mail address with `mailto:`. */
  helpUri: Uint8Array = EMPTY;
  /** `#rrggbb`, or "": of the first button. */
  color: string = "";
  /** What can be read on it. */
  onColor: string = "";
  /** One of the words of `page.language`, or "": what Accept-Language asks for. */
  language: string = "";
  showVersion: bool = false;
  /** A path of the request's own origin, or a URL, in place of the pages that ask for a login (401) and that forbid (403); EMPTY where there is none. */
  unauthorizedUri: Uint8Array = EMPTY;
  forbiddenUri: Uint8Array = EMPTY;
  /** `error_pages`. */
  errorPages: ErrorPage[] = [];
}
