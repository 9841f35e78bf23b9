// The attributes of the filter's own pages.

import { EMPTY, hexDigit, indexOf, isAlphanumeric, joined, startsWith, utf8 } from "../bytes/bytes";
import { decodeUtf8, isUtf8 } from "../bytes/utf8";
import { readUrl } from "../http/url";
import * as attributes from "./attributes";
import { readErrorPages } from "./error_pages";
import { PageSettings } from "./page_settings";
import { isLanding } from "./paths";
import { ConfigReader } from "./reader";

const MAX_NAME = 100;
/** Each page contains it, and anyone can ask for a page. */
const MAX_LOGO = 16 * 1024;

const IMAGES: string[] = ["data:image/png;base64,", "data:image/svg+xml;base64,", "data:image/jpeg;base64,", "data:image/gif;base64,", "data:image/webp;base64,"];
const MAILTO = "mailto:";

export function readPage(whole: ConfigReader): PageSettings {
  const out = new PageSettings(), r = whole.child("page");
  out.unauthorizedUri = readLanding(whole, "unauthorized_redirect_uri");
  out.forbiddenUri = readLanding(whole, "forbidden_redirect_uri");
  out.errorPages = readErrorPages(whole);
  if (r != null) readLook(r, out);
  return out;
}

function readLanding(r: ConfigReader, key: string): Uint8Array {
  const text = r.text(key);
  if (text == null) return EMPTY;
  if (isLanding(text)) return text;
  r.wrong(key, "expected a URL such as https://www.example.com/welcome, or a path such as /welcome");
  return EMPTY;
}

function readLook(r: ConfigReader, out: PageSettings): void {
  const name = r.text("name"), logo = r.text("logo"), help = r.text("help_uri"), color = r.text("color");
  if (name != null) {
    if (!isUtf8(name) || name.length > MAX_NAME || hasControls(name)) r.wrong("name", `expected at most ${MAX_NAME} bytes without control characters`);
    else out.name = name;
  }
  if (logo != null) {
    if (logo.length > MAX_LOGO) r.wrong("logo", `expected at most ${MAX_LOGO} bytes, found ${logo.length}`);
    else if (!isImage(logo)) r.wrong("logo", "expected a data URI such as data:image/png;base64,iVBORw0…, of the type png, svg+xml, jpeg, gif or webp");
    else out.logo = logo;
  }
  if (help != null) {
    if (!leadsToHelp(help)) r.wrong("help_uri", "expected a URL such as https://help.example.com/, a path such as /help, or mailto:help@example.com");
    else out.helpUri = help;
  }
  if (color != null) {
    if (!isColor(color)) r.wrong("color", "expected six hexadecimal digits such as #1c5fb0");
    else {
      out.color = decodeUtf8(color);
      out.onColor = isLight(color) ? "#000" : "#fff";
    }
  }
  if (r.has("language")) out.language = attributes.page_language(r);
  out.showVersion = attributes.page_show_version(r);
  r.refuseUnknown();
}

function hasControls(text: Uint8Array): bool {
  for (let i = 0; i < text.length; i++) if (text[i] < 0x20 || text[i] == 0x7f) return true;
  return false;
}

/** Only as an `<img>`, where an SVG runs no script and loads nothing. */
function isImage(text: Uint8Array): bool {
  for (let i = 0; i < IMAGES.length; i++) if (startsWith(text, IMAGES[i])) return isBase64(text.subarray(IMAGES[i].length));
  return false;
}

function isBase64(text: Uint8Array): bool {
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (!isAlphanumeric(c) && c != 0x2b && c != 0x2f && !(c == 0x3d && i >= text.length - 2)) return false;
  }
  return text.length > 0 && (text.length & 3) == 0;
}

function leadsToHelp(text: Uint8Array): bool {
  if (startsWith(text, MAILTO)) return indexOf(text, 0x40) > MAILTO.length && !readUrl(joined(utf8("https://localhost/"), text.subarray(MAILTO.length))).failed;
  return isLanding(text);
}

function isColor(text: Uint8Array): bool {
  if (text.length != 7 || text[0] != 0x23) return false;
  for (let i = 1; i < 7; i++) if (hexDigit(text[i]) < 0) return false;
  return true;
}

/** Whether black can be read on it better than white: where the relative luminance (WCAG 2.2) is above 0.179, each has a contrast of 4.5 or more. */
function isLight(color: Uint8Array): bool {
  let luminance: f64 = 0;
  for (let i = 0; i < 3; i++) {
    const channel: f64 = <f64>(hexDigit(color[1 + 2 * i]) * 16 + hexDigit(color[2 + 2 * i])) / 255;
    luminance += WEIGHTS[i] * linear(channel);
  }
  return luminance > 0.179;
}

/** The curve of sRGB by a polynomial, which is off by less than 0.004. */
function linear(channel: f64): f64 { return channel * (channel * (channel * 0.305306011 + 0.682171111) + 0.012522878); }

/** Red, green, blue. */
const WEIGHTS: f64[] = [0.2126, 0.7152, 0.0722];
