// Reads Apache's configuration as far as mod_auth_openidc and access are concerned.

import { UserError } from "../io";

/** `Require …`, or a group of them such as `<RequireAll>`. */
export type Requirement = string | { group: "any" | "all" | "none"; of: Requirement[] };

/** The contents of `<Location>`, `<Directory>`, `<If>` and the like. The first section has what is outside of all of them. */
export interface Section { kind: string; pattern: string; host: string; directives: Record<string, string[]>; requires: Requirement[]; authType: string }

export interface Apache { sections: Section[]; /** Lines that this reader cannot follow, with the reason. */ unread: { option: string; text: string }[] }

const SECTION = /^(?:Location|LocationMatch|Directory|DirectoryMatch|Files|FilesMatch|Proxy|ProxyMatch|If|ElseIf|Else|Limit|LimitExcept)$/i;
const GROUPS: Record<string, "any" | "all" | "none"> = { requireany: "any", requireall: "all", requirenone: "none" };

/** `spelt`: the usual spelling of a directive. Apache ignores case. */
export function readApache(text: string, spelt: (name: string) => string): Apache {
  const section = (kind: string, pattern: string, host: string): Section => ({ kind, pattern, host, directives: {}, requires: [], authType: "" });
  const out: Apache = { sections: [section("", "", "")], unread: [] };
  let host = "", open = [out.sections[0]!], groups: Requirement[][] = [];
  for (const line of text.replace(/^\uFEFF/, "").replaceAll(/\\\r?\n\s*/g, " ").split("\n").map((one) => one.trim())) {
    const [, slash, tag, argument] = /^<(\/?)([A-Za-z]\w*)\s*(.*?)\s*>$/.exec(line) ?? [], [, name, rest] = /^([A-Za-z]\w*)\s+(.+)$/.exec(line) ?? [], here = open.at(-1)!;
    const group = GROUPS[tag?.toLowerCase() ?? ""], list = groups.at(-1) ?? here.requires;
    if (tag !== undefined && group !== undefined) {
      if (slash === "/") groups.pop();
      else { const of: Requirement[] = []; list.push({ group, of }); groups.push(of); }
    } else if (tag !== undefined && /^VirtualHost$/i.test(tag)) host = slash === "/" ? "" : argument || "?";
    else if (tag !== undefined && SECTION.test(tag)) {
      groups = [];
      if (slash !== "/") { out.sections.push(section(tag, argument!.replace(/^(["'])(.*)\1$/, "$2"), host)); open.push(out.sections.at(-1)!); } else if (open.length > 1) open = open.slice(0, -1);
    } else if (name !== undefined) {
      const values = valuesOf(rest!);
      if (/^OIDC/i.test(name)) ofHost(here, host, out).directives[spelt(name)] = values;
      else if (/^AuthType$/i.test(name)) ofHost(here, host, out).authType = values[0]!;
      else if (/^Require$/i.test(name)) list.push(rest!.trim());
      else if (/^(Include|IncludeOptional|Use)$/i.test(name)) out.unread.push({ option: line, text: "is not read: directives and Locations from there must be put into this file first" });
      else if (/\bOIDC_/.test(rest!)) out.unread.push({ option: line, text: "claims reach the upstream by claim_headers and the identity headers (docs/configuration.md#identity-headers)" });
    }
  }
  return out;
}

const valuesOf = (rest: string): string[] => [...rest.matchAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'|(\S+)/g)].map(([, double, single, bare]) => double?.replaceAll(/\\(.)/g, "$1") ?? single ?? bare ?? "");

/** Directives of one virtual host are read as if there were no others. */
function ofHost(here: Section, host: string, { sections }: Apache): Section {
  if (here !== sections[0] || host === "") return here;
  const own = sections.find((one) => one.kind === "VirtualHost" && one.host === host);
  if (own !== undefined) return own;
  sections.push({ kind: "VirtualHost", pattern: "", host, directives: {}, requires: [], authType: "" });
  return sections.at(-1)!;
}

export const isGuarding = ({ authType, directives }: Section): boolean => authType !== "" || Object.keys(directives).length > 0;

/** The sections outside of virtual hosts and those of the only one that uses the module, and the hosts that are left out. */
export function oneHost({ sections }: Apache): { sections: Section[]; others: string[] } {
  const hosts = [...new Set(sections.map(({ host }) => host))].filter((host) => host !== ""), using = hosts.filter((host) => sections.some((one) => one.host === host && isGuarding(one)));
  if (using.length > 1) throw new UserError(`the virtual hosts ${using.join(" and ")} have directives of their own: give one at a time, with what is outside of them`);
  const kept = sections.filter(({ host }) => host === "" || using.length === 0 || using.includes(host)), [whole, ...inner] = kept as [Section, ...Section[]];
  const own = inner.filter(({ kind }) => kind === "VirtualHost");
  return {
    sections: [own.reduce((a, b) => ({ ...a, authType: b.authType || a.authType, directives: { ...a.directives, ...b.directives } }), whole), ...inner.filter((one) => !own.includes(one))],
    others: using.length === 0 ? [] : hosts.filter((host) => !using.includes(host)),
  };
}

/** Apache merges every Location that a path is in, in the order of the file: a later one replaces the type and the requirements of earlier ones. */
export function merged(section: Section, locations: Section[]): Section {
  const around = locations.filter(({ pattern }) => pattern === "/" || section.pattern === pattern || section.pattern.startsWith(`${pattern.replace(/\/$/, "")}/`));
  return around.reduce((a, b) => ({ ...section, authType: b.authType || a.authType, directives: { ...a.directives, ...b.directives }, requires: b.requires.length > 0 ? b.requires : a.requires }), { ...section, authType: "", directives: {}, requires: [] });
}
