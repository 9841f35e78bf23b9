// The pages and bodies that the filter answers with itself. No script, nothing loaded; all text is our own but the paths, which are escaped.

import { EMPTY } from "../bytes/bytes";
import { decodeUtf8 } from "../bytes/utf8";
import { ByteWriter } from "../bytes/writer";
import { safeReturnTo } from "./return_to";

const STYLE = `:root{color-scheme:light dark;--ink:#1d2733;--soft:#566473;--card:#fff;--page:#edf1f6;--line:#d6dee7;--act:#1c5fb0;--on:#fff;--tint:#e6effa;--warn:#8a5200;--pale:#fcf0da}
@media(prefers-color-scheme:dark){:root{--ink:#e6ebf0;--soft:#9eabb8;--card:#1b222a;--page:#11161b;--line:#303b46;--act:#8ab9f5;--on:#0d1a29;--tint:#22344a;--warn:#f0be6e;--pale:#3b2f1b}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1rem;font:1rem/1.55 system-ui,sans-serif;color:var(--ink);background:var(--page)}
main{width:100%;max-width:27rem;padding:2rem;background:var(--card);border:1px solid var(--line);border-radius:14px;box-shadow:0 8px 28px #0d1a2914}
i{display:grid;place-items:center;width:2.75rem;height:2.75rem;border-radius:50%;font:700 1.25rem/1 system-ui,sans-serif;color:var(--act);background:var(--tint)}
.w{color:var(--warn);background:var(--pale)}
h1{margin:1.1rem 0 .4rem;font-size:1.4rem;line-height:1.25}
p{margin:.6rem 0 0}
.b{display:inline-block;margin-top:1.4rem;padding:.6rem 1.2rem;border:1px solid transparent;border-radius:8px;font:inherit;font-weight:600;text-decoration:none;color:var(--on);background:var(--act);cursor:pointer}
.b:hover{filter:brightness(1.1)}
.b:focus-visible{outline:3px solid var(--act);outline-offset:3px}
.s,footer{color:var(--soft)}
footer{margin-top:1.75rem;padding-top:.9rem;border-top:1px solid var(--line);font-size:.85rem;overflow-wrap:anywhere}`;

/** `mark` is one character for the eye alone, `!` where something went wrong; `head` what this page adds to the head. */
function page(mark: string, title: string, main: string, head: string = ""): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">${head}
<title>${title}</title>
<style>${STYLE}</style>
<main>
<i${mark == "!" ? ` class="w"` : ""} aria-hidden="true">${mark}</i>
<h1>${title}</h1>
${main}
</main>
</html>
`;
}

/** What a person reads to whoever helps them. `id`: the request's, or empty. */
function footer(status: i32, code: string, id: string, time: string): string {
  return "<footer><code>" + status.toString() + " " + code + "</code> <time>" + time + "</time>" + (id.length > 0 ? "<br><code>" + id + "</code>" : "") + "</footer>";
}

/** The start of an object that `endOfJson` ends. `login`: a path of this origin where a person can log in, or empty; nothing in it can end a JSON string. */
export function refusalJson(error: string, code: string, description: string, login: string = ""): string {
  const head = error.length > 0 ? `{"error":"${error}",` : "{";
  const tail = login.length > 0 ? `,"sign_in":"${login}"` : "";
  return head + '"error_description":"' + description + '","code":"' + code + '"' + tail;
}

/** `id`: the request's, or empty. */
export function endOfJson(id: string, time: string): string { return (id.length > 0 ? `,"request_id":"${id}"` : "") + `,"time":"${time}"}\n`; }

export function refusalPage(status: i32, code: string, description: string, id: string = "", time: string = ""): string {
  const title = status == 503 ? "Not available right now" : status == 403 ? "Not allowed" : status == 401 ? "Login needed" : "Bad request";
  return page("!", title, "<p>" + description + "</p>\n" + footer(status, code, id, time));
}

/** What went wrong, what may help (`hint`, or empty), and a way to try again where `retry` has a path. */
export function problemPage(status: i32, title: string, description: string, hint: string, code: string, retry: Uint8Array, action: string = "Try again", id: string = "", time: string = ""): string {
  const more = hint.length > 0 ? `<p class="s">${hint}</p>\n` : "";
  const again = retry.length > 0 ? `${link(retry, action)}\n` : "";
  return page("!", title, "<p>" + description + "</p>\n" + more + again + footer(status, code, id, time));
}

/** `provider`: its logout URL, or EMPTY. */
export function loggedOutPage(home: Uint8Array, provider: Uint8Array = EMPTY): string {
  const more = "Your identity provider may still remember you. On a shared computer, close every window of the browser.";
  const there = provider.length > 0 ? '<p class="s"><a href="' + escaped(provider) + '">Log out at the identity provider too</a></p>\n' : "";
  return page("&#10003;", "You are logged out", '<p>Your session here has ended.</p>\n<p class="s">' + more + "</p>\n" + there + link(home, "Back to the start page"));
}

/** The session has ended in this browser alone. `onward`: where the person would have been led, a path of this origin or a URL of the configuration or the provider. */
export function copiesWorkPage(onward: Uint8Array): string {
  const main = `<p>This browser has given up your session. This site could not note down that it has ended: whoever has a copy of its cookies can use it until it expires.</p>
<p class="s">If other people use this computer, or if you think that somebody has such a copy, tell whoever runs this site.</p>
<a class="b" href="${escaped(onward)}">Continue</a>`;
  return page("!", "You are logged out in this browser", main);
}

/** A link of another site has led here. Sent off from this page, the request is of this origin. */
export function confirmLogoutPage(action: Uint8Array): string {
  const main = `<p>A link from another site led here. Nothing has happened yet.</p>
<p class="s">If you do not want to log out, just close this page.</p>
<form method="post" action="${path(action)}"><button class="b">Log out</button></form>`;
  // Without a referrer policy of its own, the page's no-referrer would make the form's Origin "null" (Fetch, "Origin header").
  return page("?", "Log out?", main, `\n<meta name="referrer" content="same-origin">`);
}

/** For the provider's hidden frame (OpenID Connect Front-Channel Logout 1.0 §2): nobody looks at it. */
export function loggedOutFrame(): string { return `<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>Logged out</title>\n</html>\n`; }

function link(to: Uint8Array, label: string): string { return '<a class="b" href="' + path(to) + '">' + label + "</a>"; }

/** A path of this origin, as the value of an attribute: whatever would lead elsewhere becomes `/`. */
function path(to: Uint8Array): string { return escaped(safeReturnTo(to)); }

/** As the value of an attribute. */
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
