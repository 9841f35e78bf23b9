// `check`: runs the filter's own checks on every plugin of the files, and checks what surrounds the plugin.

import type { Node } from "yaml";
import type { Finding } from "../finding";
import { judge, type Remark } from "../filter/judge";
import { variablesOf } from "../filter/stand_ins";
import type { SourceFile } from "../source/source_file";
import { checkClusters } from "./clusters";
import { checkCode } from "./code";
import { isFields, mapsBelow, type Fields } from "./fields";
import { checkMesh } from "./mesh";
import { pluginsOf, resourcesIn, type Plugin } from "./plugins";
import { settingsOf, type Settings } from "./settings";
import type { Note } from "./note";
import { checkSurroundings } from "./surroundings";

export interface CheckOptions { envoyVersion?: string; environment: NodeJS.ProcessEnv }

export interface Checked { plugins: { plugin: Plugin; settings: Settings[] }[]; findings: Finding[] }

/** All findings of the files, in their order. */
export function check(files: SourceFile[], options: CheckOptions): Checked {
  const out: Checked = { plugins: [], findings: [] }, resources = files.flatMap(resourcesIn);
  for (const file of files) {
    const { plugins, findings } = pluginsOf(file);
    out.findings.push(...findings);
    for (const plugin of plugins) {
      const { settings, findings: own } = checkPlugin(plugin, resources, options);
      out.plugins.push({ plugin, settings });
      out.findings.push(...own);
    }
  }
  if (out.plugins.length === 0 && !out.findings.some(({ level }) => level === "error")) {
    out.findings.push({ level: "error", code: "no-plugin", text: `no configuration of envoy-oidc in ${files.map(({ name }) => name).join(", ")}` });
  }
  return out;
}

function checkPlugin(plugin: Plugin, resources: Fields[], { envoyVersion, environment }: CheckOptions): { settings: Settings[]; findings: Finding[] } {
  const findings: Finding[] = [], config = parsed(plugin.json), file = plugin.file.name;
  const note: Note = (level, code, path, text, position) => void findings.push({ level, code, ...(path === "" ? {} : { path }), text, file, position: position ?? plugin.position(path) });
  const { environment: variables, standIns } = variablesOf(config, plugin.variables, environment);
  const verdict = judge(plugin.json, variables);
  const real = ({ path }: Remark) => !standIns.some((standIn) => standIn.path === path);
  for (const remark of verdict.errors.filter(real)) findings.push({ level: "error", code: "filter", ...located(plugin, remark), file });
  for (const remark of verdict.warnings.filter(real)) findings.push({ level: "warning", code: "filter", ...located(plugin, remark), file });
  if (standIns.length > 0) {
    note("note", "variable-unset", "", `not set here, so their values were not checked: ${[...new Set(standIns.map(({ name }) => name))].join(", ")}`);
  }
  const settings = config === undefined ? [] : settingsOf(config), root = rootOf(plugin);
  checkSurroundings(plugin, root, resources, settings, envoyVersion, note);
  checkCode(plugin, note);
  if (plugin.home === "envoy") checkClusters(plugin, root, settings, note);
  checkMesh(plugin, resources, settings, note);
  return { settings, findings };
}

/** Without a path, a remark about JSON gives the offset of the error, and a warning may start with an attribute's name. */
function located(plugin: Plugin, { path, text }: Remark): Pick<Finding, "path" | "text" | "position"> {
  if (path !== "") return { path, text, position: plugin.position(path) };
  const byte = /\bbyte (\d+)/.exec(text), lineAndColumn = /\bline (\d+), column (\d+)/.exec(text);
  if (byte) return { text: text.replace(/,? ?stopped understanding at byte \d+/, ", and could not be understood from here on"), position: plugin.positionOfIndex(indexOfByte(plugin.json, Number(byte[1]))) };
  if (lineAndColumn) return { text: text.replace(/^line \d+, column \d+: /, ""), position: plugin.positionOfIndex(indexOfLine(plugin.json, Number(lineAndColumn[1]), Number(lineAndColumn[2]))) };
  const attribute = /^(?:not used[^:]*: )?([\w.[\]]+)/.exec(text)?.[1] ?? "";
  return { text, position: plugin.position(attribute) };
}

const indexOfByte = (text: string, byte: number): number => Buffer.from(text).subarray(0, byte).toString("utf8").length;

function indexOfLine(text: string, line: number, column: number): number {
  return text.split("\n").slice(0, line - 1).reduce((sum, { length }) => sum + length + 1, 0) + column - 1;
}

function parsed(json: string): Fields | undefined {
  try {
    const value = JSON.parse(json) as unknown;
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The document that contains the plugin. */
function rootOf(plugin: Plugin): Node | null {
  const document = plugin.file.documents.find(({ contents }) => mapsBelow(contents as Node).some((map) => map === plugin.node));
  return (document?.contents ?? null) as Node | null;
}
