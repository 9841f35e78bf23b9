// Lists of words in one text, which needs less static data than an array of texts.

/** The words between single spaces. */
export function words(text: string): string[] {
  const out: string[] = [];
  let from = 0;
  for (let i = 0; i <= text.length; i++) {
    if (i < text.length && text.charCodeAt(i) != 0x20) continue;
    out.push(text.substring(from, i));
    from = i + 1;
  }
  return out;
}
