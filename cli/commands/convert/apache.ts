// Reads Apache's configuration as far as mod_auth_openidc and access are concerned.

import { UserError } from "../io";

/** `Require …`, or a group of them such as `<RequireAll>`. */
export type Requirement = string | Group;
interface Group { group: "any" | "all" | "none"; of: Requirement[] }

/** The contents of `<Location>`, `<Directory>`, `<If>` and the like. The first section has what is outside of all of them. */
export interface Section {
  kind: string;
  pattern: string;
  host: string;
  directives: Record<string, string[]>;
  requires: Requirement[];
  authType: string;
}

/** A line that this reader cannot follow. */
interface Unread { option: string; text: string; restricts: boolean }

export interface Apache { sections: Section[]; unread: Unread[] }

const SECTION = /^(?:Location|LocationMatch|Directory|DirectoryMatch|Files|FilesMatch|Proxy|ProxyMatch|If|ElseIf|Else|Limit|LimitExcept)$/i;
const GROUPS: Record<string, Group["group"]> = { requireany: "any", requireall: "all", requirenone: "none" };

/** Other lines with a meaning for access, by the directive's name or the section's tag. */
const UNREAD: { line: RegExp; text: string; restricts: boolean }[] = [
  { line: /^(?:Include|IncludeOptional|Use)\s/i, text: "is not read: directives and Locations from there must be put into this file first", restricts: false },
  { line: /^AuthMerging\s+(?!off\b)/i, text: "requirements of a place replace those around it here: repeat all of them, in RequireAll", restricts: true },
  { line: /^(?:Deny\s|Satisfy\s|Allow\s+from\s+(?!all\s*$))/i, text: "belongs to mod_access_compat, and is not read: write it as Require", restricts: true },
  { line: /^<(?:IfDefine|IfFile|IfVersion|IfDirective|IfSection|IfModule\s+!)/i, text: "its lines are read as if the condition held: leave those that do not hold out", restricts: true },
  { line: /\bOIDC_/, text: "claims reach the upstream by claim_headers and the identity headers (docs/configuration.md#identity-headers)", restricts: false },
];

/** `spelt`: the usual spelling of a directive. Apache ignores case. */
export function readApache(text: string, spelt: (name: string) => string): Apache {
  const reader = new Reader(spelt);
  const lines = text.replace(/^\uFEFF/, "").replaceAll(/\\\r?\n\s*/g, " ").split("\n");
  for (const line of lines) reader.read(line.trim());
  return reader;
}

class Reader implements Apache {
  readonly sections = [emptySection("", "", "")];
  readonly unread: Unread[] = [];
  private host = "";
  /** The sections around the line, from the outermost. */
  private open = [this.sections[0]!];
  /** The groups of requirements around the line, in this section. */
  private groups: Requirement[][] = [];

  constructor(private readonly spelt: (name: string) => string) {}

  read(line: string): void {
    const [, slash, tag, argument] = /^<(\/?)([A-Za-z]\w*)\s*(.*?)\s*>$/.exec(line) ?? [];
    const [, name, rest] = /^([A-Za-z]\w*)\s+(.+)$/.exec(line) ?? [];
    if (tag !== undefined && this.readTag(tag, argument!, slash === "/")) return;
    if (name !== undefined && this.readDirective(name, rest!)) return;
    const unread = UNREAD.find((one) => one.line.test(line));
    if (unread !== undefined) this.unread.push({ option: line, text: unread.text, restricts: unread.restricts });
  }

  /** Whether it is a section, a group of requirements, or a virtual host. */
  private readTag(tag: string, argument: string, ends: boolean): boolean {
    const group = GROUPS[tag.toLowerCase()];
    if (group !== undefined) this.readGroup(group, ends);
    else if (/^VirtualHost$/i.test(tag)) this.host = ends ? "" : argument || "?";
    else if (SECTION.test(tag)) this.readSection(tag, argument, ends);
    else return false;
    return true;
  }

  private readGroup(group: Group["group"], ends: boolean): void {
    if (ends) {
      this.groups.pop();
      return;
    }
    const of: Requirement[] = [];
    this.requires.push({ group, of });
    this.groups.push(of);
  }

  private readSection(kind: string, argument: string, ends: boolean): void {
    this.groups = [];
    if (!ends) {
      const section = emptySection(kind, argument.replace(/^(["'])(.*)\1$/, "$2"), this.host);
      this.sections.push(section);
      this.open.push(section);
    } else if (this.open.length > 1) this.open.pop();
  }

  private readDirective(name: string, rest: string): boolean {
    if (/^OIDC/i.test(name)) this.here.directives[this.spelt(name)] = valuesOf(rest);
    else if (/^AuthType$/i.test(name)) this.here.authType = valuesOf(rest)[0]!;
    else if (/^Require$/i.test(name)) this.requires.push(rest.trim());
    else return false;
    return true;
  }

  /** Where a requirement of this line belongs. */
  private get requires(): Requirement[] { return this.groups.at(-1) ?? this.open.at(-1)!.requires; }

  /** The section of this line. Directives of one virtual host are read as if there were no others. */
  private get here(): Section {
    const section = this.open.at(-1)!;
    if (section !== this.sections[0] || this.host === "") return section;
    const known = this.sections.find(({ kind, host }) => kind === "VirtualHost" && host === this.host);
    if (known !== undefined) return known;
    const own = emptySection("VirtualHost", "", this.host);
    this.sections.push(own);
    return own;
  }
}

const emptySection = (kind: string, pattern: string, host: string): Section => ({ kind, pattern, host, directives: {}, requires: [], authType: "" });

/** The words of a directive, with or without quotes. */
function valuesOf(rest: string): string[] {
  const words = rest.matchAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'|(\S+)/g);
  return [...words].map(([, double, single, bare]) => double?.replaceAll(/\\(.)/g, "$1") ?? single ?? bare ?? "");
}

export const isGuarding = ({ authType, directives }: Section): boolean => authType !== "" || Object.keys(directives).length > 0;

/** The sections outside of virtual hosts and those of the only one that uses the module, and the hosts that are left out. */
export function oneHost({ sections }: Apache): { sections: Section[]; others: string[] } {
  const hosts = [...new Set(sections.map(({ host }) => host))].filter((host) => host !== "");
  const using = hosts.filter((host) => sections.some((section) => section.host === host && isGuarding(section)));
  if (using.length > 1) throw new UserError(`the virtual hosts ${using.join(" and ")} have directives of their own: give one at a time, with what is outside of them`);
  const kept = sections.filter(({ host }) => host === "" || using.length === 0 || using.includes(host));
  let whole = kept[0]!;
  for (const own of kept.filter(({ kind }) => kind === "VirtualHost")) whole = within(whole, own);
  const inner = kept.slice(1).filter(({ kind }) => kind !== "VirtualHost");
  return { sections: [whole, ...inner], others: using.length === 0 ? [] : hosts.filter((host) => !using.includes(host)) };
}

/** A place with what it has from the one around it. */
function within(outer: Section, inner: Section): Section {
  return { ...outer, authType: inner.authType || outer.authType, directives: { ...outer.directives, ...inner.directives } };
}

/** Apache merges every Location that a path is in, in the order of the file: a later one replaces the type and the requirements of earlier ones. */
export function merged(section: Section, locations: Section[]): Section {
  let result = { ...section, authType: "", directives: {}, requires: [] as Requirement[] };
  for (const location of locations.filter((one) => contains(one, section))) {
    const requires = location.requires.length > 0 ? location.requires : result.requires;
    result = { ...within(result, location), requires };
  }
  return result;
}

function contains({ pattern }: Section, { pattern: inner }: Section): boolean {
  return pattern === "/" || inner === pattern || inner.startsWith(`${pattern.replace(/\/$/, "")}/`);
}
