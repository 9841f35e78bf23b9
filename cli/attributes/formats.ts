// Patterns for strings, as far as a pattern can express the format. The filter's own readers are exact.

const URL = "https?://(?!:)[!$-.0-;=A-\\[\\]_a-z~]+(?:[/?][!$-;=?-\\[\\]_a-z~]*)?";

/** Name on the page → pattern of the whole text. */
export const FORMATS: Record<string, string> = {
  text: "[\\s\\S]+",
  scalar: "[\\s\\S]+",
  URL,
  path: "/(?!/)(?!(?:.*/)?\\.{1,2}(?:/|$))[!-\"$->@-\\[\\]-~]+",
  "URL or path": `${URL}|/(?!/)[!-"$-\\[\\]-~]*`,
  "header name": "[A-Za-z0-9_\\-]+",
  "claim path": "(?=[\\s\\S])[!-\\-/-~]*(?:\\.[!-\\-/-~]*){0,8}",
  "cookie name": "[!#$%&'*+.^_`|~0-9A-Za-z\\-]{1,64}",
  "cookie path": "/[!-:<-~]{0,1023}",
  domain: "\\.?[A-Za-z0-9\\-]+(?:\\.[A-Za-z0-9\\-]+)*",
  PEM: "\\s*-----BEGIN [\\s\\S]+",
  "quotable text": "[ !#-\\[\\]-~]+",
  scope: "[!#-\\[\\]-~]+",
  scopes: "[ !#-\\[\\]-~]+",
  "parameter name": "[A-Za-z0-9._\\-]+",
  "printable name": "[!-~]+",
  "place of a token": "[Hh][Ee][Aa][Dd][Ee][Rr]|[Cc][Oo][Oo][Kk][Ii][Ee]|header:[A-Za-z0-9_\\-]+|(?:query|cookie):[A-Za-z0-9._\\-]+",
  secret: "[\\s\\S]{16,}",
  "rule name": "(?!none$)[A-Za-z][A-Za-z0-9_\\-]{0,63}",
  "host pattern": "(?:\\*\\.)?[A-Za-z0-9_\\-]+(?:\\.[A-Za-z0-9_\\-]+)*",
  "plain path": "/(?!/)(?!(?:.*/)?\\.{1,2}(?:/|$))[!\"$&-)+-9<->@-\\[\\]-~]*",
  "host and port": "[A-Za-z0-9._:\\[\\]\\-]+",
  method: "[A-Z0-9\\-]+",
  "code of a refusal": "[a-z_]+",
  "short text": "[^\\u0000-\\u001f\\u007f]{1,100}",
  "data URI of an image": "data:image/(?:png|svg\\+xml|jpeg|gif|webp);base64,(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)",
  "URL, path or mailto": `${URL}|/(?!/)[!-"$-\\[\\]-~]*|mailto:[!-~]+@[!-~]+`,
  color: "#[0-9A-Fa-f]{6}",
};

/** A variable may replace any string. */
export const VARIABLE = "\\$[Ee][Nn][Vv]://[\\s\\S]+";
