/** AssemblyScript with everything but code blanked out, at unchanged positions, so that comments may mention a banned word. */

export interface Blanked {
  /** Without comments and the contents of strings. */
  code: string;
  /** With strings, for reading imports. */
  withoutComments: string;
}

export function blank(text: string): Blanked {
  let code = "", withoutComments = "";
  const hide = (to: number, keepString: boolean): void => {
    const part = text.slice(at, to), spaces = part.replace(/[^\n]/g, " ");
    code += spaces;
    withoutComments += keepString ? part : spaces;
    at = to;
  };
  const show = (): void => { code += text[at]; withoutComments += text[at]; at++; };
  /** The depth in braces of the code of each open `${`. */
  const templates: number[] = [];
  let at = 0, depth = 0;

  const template = (): void => {
    let to = at;
    while (to < text.length && text[to] !== "`" && !text.startsWith("${", to)) to += text[to] === "\\" ? 2 : 1;
    hide(Math.min(to, text.length), true);
    if (text[at] === "`") return show();
    hide(Math.min(at + 2, text.length), true);
    templates.push(depth);
  };

  while (at < text.length) {
    const c = text[at]!;
    if (text.startsWith("//", at)) hide(end(text, "\n", at), false);
    else if (text.startsWith("/*", at)) hide(Math.min(end(text, "*/", at + 2) + 2, text.length), false);
    else if (c === '"' || c === "'") {
      let to = at + 1;
      while (to < text.length && text[to] !== c && text[to] !== "\n") to += text[to] === "\\" ? 2 : 1;
      show();
      hide(Math.min(to, text.length), true);
      if (at < text.length) show();
    } else if (c === "`") { show(); template(); }
    else if (c === "}" && templates.at(-1) === depth) { templates.pop(); hide(at + 1, true); template(); }
    else {
      if (c === "{") depth++;
      if (c === "}") depth--;
      show();
    }
  }
  return { code, withoutComments };
}

function end(text: string, mark: string, from: number): number {
  const found = text.indexOf(mark, from);
  return found < 0 ? text.length : found;
}
