// The tables of docs/configuration.md. The text around them is written on the page.
import type { Attribute, List } from "./list";

/** The page with the tables generated from the list. */
export function withTables(page: string, list: List): string {
  const sections = new Set(list.attributes.map(({ section }) => section));
  return page.replace(/(<!-- attributes: (.+?) -->\n)[^]*?(<!-- end -->)/g, (_, open: string, section: string, close: string) => {
    if (section === "foreign") return open + foreign(list) + close;
    if (!sections.delete(section)) throw new Error(`docs/configuration.md: no attributes under "${section}", or a second table of them`);
    return open + table(list.attributes.filter((a) => a.section === section)) + close;
  });
}

function table(attributes: Attribute[]): string {
  const rows: { names: string[]; cells: string }[] = [];
  for (const a of attributes) {
    const cells = `${typeOf(a)} | ${defaultOf(a)} | ${a.deprecated ? "Deprecated. " : ""}${a.text}`, last = rows.at(-1);
    // Attributes with the same text share a row.
    if (last?.cells === cells) last.names.push(a.name);
    else rows.push({ names: [a.name], cells });
  }
  return `| attribute | type | default | meaning |\n|---|---|---|---|\n${rows.map(({ names, cells }) => `| ${names.map(code).join(", ")} | ${cells} |\n`).join("").replaceAll("|  |", "| |")}`;
}

function typeOf(a: Attribute): string {
  const most = a.max === undefined ? "" : `, at most ${a.max}`;
  switch (a.type) {
    case "boolean": return "boolean";
    case "off": return "`false`";
    case "whole": return `${a.unit ? `${a.unit}, ` : ""}${a.zero ? "0 or " : ""}${a.min}–${a.max}`;
    case "word": return a.words!.map(code).join(", ");
    case "text": return a.format ?? "string";
    case "texts": return a.words ? `one or some of ${a.words.map(code).join(", ")}` : `${a.format ?? "string"} or list${most}`;
    case "map": return `object, ${a.names} → ${a.values}${most}`;
    case "rules": return `list of 1–${a.max} objects`;
    case "claim rule": return "rule";
    case "claim schema": return "JSON Schema";
    case "object": return "object";
  }
}

function defaultOf(a: Attribute): string { return a.shown ?? a.otherwise ?? (a.default === undefined ? "" : code(String(a.default))); }

function foreign({ foreign }: List): string {
  const said = ({ harmless, instead }: List["foreign"][number]): string => `${instead}${harmless === undefined ? "" : harmless === "any" ? "; ignored, with a warning" : `; ${code(String(harmless))} is accepted`}`;
  return `| attribute | of | here |\n|---|---|---|\n${foreign.map((e) => `| ${code(e.name)} | ${e.from} | ${said(e)} |\n`).join("")}`;
}

function code(text: string): string { return `\`${text}\``; }
