// The HTML of the filter's own pages. No script, nothing loaded; all text is our own or the configuration's, and what a request chooses is a path, escaped.

import { utf8 } from "../../bytes/bytes";
import { decodeUtf8 } from "../../bytes/utf8";
import { ByteWriter } from "../../bytes/writer";
import { ErrorPage } from "../../config/error_pages";
import { PageSettings } from "../../config/page_settings";
import { Page, Refuse } from "../../flow/decision/next";
import { PageKind } from "../../flow/decision/page_kind";
import { safeReturnTo } from "../../http/return_to";
import { VERSION } from "../../version";
import { Trail } from "../observe/trail";
import { ALL_OTHERS } from "./known_codes";
import { actionOf, Texts, Words, wordsOf } from "./texts";

const STYLE = `:root{color-scheme:light dark;--ink:#1d2733;--soft:#566473;--card:#fff;--page:#edf1f6;--line:#d6dee7;--act:#1c5fb0;--on:#fff;--tint:#e6effa;--warn:#8a5200;--pale:#fcf0da}
@media(prefers-color-scheme:dark){:root{--ink:#e6ebf0;--soft:#9eabb8;--card:#1b222a;--page:#11161b;--line:#303b46;--act:#8ab9f5;--on:#0d1a29;--tint:#22344a;--warn:#f0be6e;--pale:#3b2f1b}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1rem;font:1rem/1.55 system-ui,sans-serif;color:var(--ink);background:var(--page)}
body:lang(zh){font-family:"PingFang SC","Microsoft YaHei",system-ui,sans-serif}
main{width:100%;max-width:27rem;padding:2rem;background:var(--card);border:1px solid var(--line);border-radius:14px;box-shadow:0 8px 28px #0d1a2914}
header{display:flex;align-items:center;gap:.75rem;margin-bottom:1.5rem;font-weight:600;overflow-wrap:anywhere}
img{max-width:8rem;max-height:2.5rem}
i{display:grid;place-items:center;width:2.75rem;height:2.75rem;border-radius:50%;font:700 1.25rem/1 system-ui,sans-serif;color:var(--act);background:var(--tint)}
.w{color:var(--warn);background:var(--pale)}
h1{margin:1.1rem 0 .4rem;font-size:1.4rem;line-height:1.25;text-wrap:balance}
p{margin:.6rem 0 0;text-wrap:pretty}
form,.b,.o{display:inline-block;margin:1.4rem .5rem 0 0}
.b,.o{padding:.6rem 1.2rem;border:1px solid transparent;border-radius:8px;font:inherit;font-weight:600;text-decoration:none;color:var(--on);background:var(--act);cursor:pointer}
form .o{margin:0}
.o{color:var(--ink);background:none;border-color:var(--soft)}
.b:hover,.o:hover{text-decoration:underline}
:focus-visible{outline:3px solid var(--act);outline-offset:3px}
.s,footer{color:var(--soft)}
a:not([class]){color:var(--act)}
time{white-space:nowrap}
footer{margin-top:1.75rem;padding-top:.9rem;border-top:1px solid var(--line);font-size:.85rem;overflow-wrap:anywhere}`;

/** Without a referrer policy of its own, the page's no-referrer would make the form's Origin "null" (Fetch, "Origin header"). */
const SAME_ORIGIN_REFERRER = `\n<meta name="referrer" content="same-origin">`;

/** What went wrong, what may help, where to go on, and what to tell whoever helps. `again`: where it leads, EMPTY to the front page; `isFront`: this is that. */
export function refusalPage(settings: PageSettings, texts: Texts, refuse: Refuse, again: Uint8Array, trail: Trail, isFront: bool): string {
  const refusal = refuse.refusal, words = wordsOf(texts, refusal.page);
  const onward = again.length > 0 ? again : utf8("/");
  const action = again.length > 0 ? actionOf(texts, refusal.page) : isFront ? texts.tryAgain : texts.frontPage;
  const own = errorPageFor(settings, refusal.code);
  if (own != null) {
    return own.filled([refusal.code, refusal.status.toString(), words.title, words.text, words.hint, path(onward), action, refuse.logout.length > 0 ? path(refuse.logout) : "",
      trail.id, trail.time, texts.language, escaped(settings.name), escaped(settings.helpUri)]); // in the order of Placeholder
  }
  const logout = refuse.logout.length > 0 ? link("o", path(refuse.logout), texts.logOut) : "";
  const id = trail.id.length > 0 ? "<br><samp>" + trail.id + "</samp>" : "";
  const help = settings.helpUri.length > 0 ? '<br><a href="' + escaped(settings.helpUri) + '">' + texts.help + "</a>" : "";
  const found = "<code>" + refusal.status.toString() + " " + refusal.code + "</code> <time>" + trail.time + "</time>" + id + help;
  return page(settings, texts, "!", words, link("b", path(onward), action) + logout, found);
}

/** The operator's own page; null: the filter's. */
export function errorPageFor(settings: PageSettings, code: string): ErrorPage | null {
  let others: ErrorPage | null = null;
  for (let i = 0; i < settings.errorPages.length; i++) {
    const page = settings.errorPages[i];
    if (page.code == code) return page;
    if (page.code == ALL_OTHERS) others = page;
  }
  return others;
}

/** "" where the answer is nothing but its status. */
export function ownPage(settings: PageSettings, texts: Texts, own: Page): string {
  const words = wordsOf(texts, own.kind), onward = own.onward.length > 0 ? own.onward : utf8("/");
  switch (own.kind) {
    case PageKind.Nothing: return "";
    // For the provider's hidden frame (OpenID Connect Front-Channel Logout 1.0 §2): nobody looks at it.
    case PageKind.LoggedOutFrame: return `<!doctype html>\n<html lang="${texts.language}">\n<meta charset="utf-8">\n<title>${words.title}</title>\n</html>\n`;
    case PageKind.CopiesWork: return page(settings, texts, "!", words, link("b", escaped(onward), texts.goOn));
    // A link of another site has led here. Sent from this page, the request is of this origin.
    case PageKind.ConfirmLogout: {
      const form = '<form method="post" action="' + path(onward) + '"><button class="o">' + texts.logOut + "</button></form>";
      return page(settings, texts, "?", words, link("b", "/", texts.cancel) + form, "", SAME_ORIGIN_REFERRER);
    }
    default: {
      const provider = own.provider.length > 0 ? '<p class="s"><a href="' + escaped(own.provider) + '">' + texts.logOutAtProvider + "</a></p>\n" : "";
      return page(settings, texts, "&#10003;", words, provider + link("b", path(onward), texts.frontPage));
    }
  }
}

/** `mark` is one character for the eye alone, `!` where something went wrong; `foot` what stands below a line, `head` what this page adds to the head. */
function page(settings: PageSettings, texts: Texts, mark: string, words: Words, rest: string, foot: string = "", head: string = ""): string {
  const name = escaped(settings.name), named = name.length > 0 ? " – " + name : "";
  const logo = settings.logo.length > 0 ? '<img alt="" src="' + escaped(settings.logo) + '">' : "";
  const banner = logo.length + name.length > 0 ? "<header>" + logo + name + "</header>\n" : "";
  const color = settings.color.length > 0 ? "\n.b{color:" + settings.onColor + ";background:" + settings.color + "}" : "";
  const hint = words.hint.length > 0 ? '<p class="s">' + words.hint + "</p>\n" : "";
  const version = settings.showVersion ? (foot.length > 0 ? "<br>" : "") + "envoy-oidc " + VERSION : "";
  const footer = foot.length + version.length > 0 ? "\n<footer>" + foot + version + "</footer>" : "";
  return `<!doctype html>
<html lang="${texts.language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">${head}
<title>${words.title}${named}</title>
<style>${STYLE}${color}</style>
<main>
${banner}<i${mark == "!" ? ` class="w"` : ""} aria-hidden="true">${mark}</i>
<h1>${words.title}</h1>
<p>${words.text}</p>
${hint}${rest}${footer}
</main>
</html>
`;
}

function link(style: string, to: string, label: string): string { return '<a class="' + style + '" href="' + to + '">' + label + "</a>"; }

/** A path of this origin, as the value of an attribute: whatever would lead elsewhere becomes `/`. */
function path(to: Uint8Array): string { return escaped(safeReturnTo(to)); }

/** As text, or as the value of an attribute. */
function escaped(text: Uint8Array): string {
  const out = new ByteWriter(text.length + 16);
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c == 0x26) out.text("&amp;");
    else if (c == 0x3c) out.text("&lt;");
    else if (c == 0x3e) out.text("&gt;");
    else if (c == 0x22) out.text("&quot;");
    else if (c == 0x27) out.text("&#39;");
    else out.byte(c);
  }
  return decodeUtf8(out.written());
}
