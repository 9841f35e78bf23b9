// Checks the source of the module. A downloaded module must have its sha256 in the configuration, and new code is not always loaded
// (docs/upgrading.md). tests/envoy/remote_code.test.ts and tests/mesh show the facts.

import type { Level } from "../finding";
import { at, isFields, offsetAt, textAt } from "./fields";
import type { Plugin } from "./plugins";
import type { Note } from "./note";

/** Envoy compares it as text. */
const SHA256 = /^[0-9a-f]{64}$/;

const HOW_TO_SUM = "`sha256sum` prints that of a file";

export function checkCode(plugin: Plugin, note: Note): void {
  if (plugin.home === "wasmplugin") checkFetched(plugin, ["url"], ["sha256"], textAt(plugin.fields, "url"), note);
  else if (plugin.home === "extensionpolicy") checkExtensionPolicy(plugin, note);
  else checkRemote(plugin, note);
}

function checkRemote(plugin: Plugin, note: Note): void {
  const path = ["vm_config", "code", "remote"], remote = at(plugin.fields, ...path);
  if (!isFields(remote)) return;
  const uri = textAt(remote, "http_uri", "uri");
  // Istio's agent fetches the module from such a URL; Envoy could not.
  if (uri.startsWith("oci://")) return checkFetched(plugin, path, [...path, "sha256"], uri, note);
  const sum = textAt(remote, "sha256");
  if (sum === "") say("error", "code-without-sha256", plugin, note, path, `code.remote has no sha256, and Envoy refuses it: ${HOW_TO_SUM}`);
  else checkSum(plugin, [...path, "sha256"], note);
  say("note", "code-fetched", plugin, note, path, "Envoy fetches the module. Until it has it, a new Envoy does not listen, and after a change the old configuration keeps serving; if it cannot, every request is 503. Under an unchanged vm_id new code is fetched, and not run until a second change: give vm_id a new value with each module");
}

function checkExtensionPolicy(plugin: Plugin, note: Note): void {
  if (!isFields(at(plugin.fields, "code"))) return;
  if (isFields(at(plugin.fields, "code", "http"))) checkVerified(plugin, ["code", "http"], ["code", "http", "sha256"], note);
  say("note", "code-fetched", plugin, note, ["code"], "Envoys fetch the module from Envoy Gateway. Until they have it they refuse requests, and every request is 500 if Envoy Gateway cannot fetch it. New code is fetched, and not run until a second change: change the policy once more, or restart the Envoys");
}

/** By Istio's agent. */
function checkFetched(plugin: Plugin, path: string[], sum: string[], uri: string, note: Note): void {
  if (uri === "" || uri.startsWith("file:")) return;
  if (/^https?:/.test(uri)) checkVerified(plugin, path, sum, note);
  say("note", "code-fetched", plugin, note, path, "Istio's agent fetches the module. Envoy does not have the filter's configuration until then, and refuses requests; every request is 403 or 500 if the agent cannot fetch it. An image that is pushed again under its tag is not pulled again: use another tag or a digest for each version");
}

/** A module fetched by http runs unchecked if there is no sha256. */
function checkVerified(plugin: Plugin, path: string[], sum: string[], note: Note): void {
  if (textAt(plugin.fields, ...sum) === "") say("warning", "code-without-sha256", plugin, note, path, `the module has no sha256: whatever the server sends is run. ${HOW_TO_SUM}`);
  else checkSum(plugin, sum, note);
}

function checkSum(plugin: Plugin, path: string[], note: Note): void {
  if (!SHA256.test(textAt(plugin.fields, ...path))) say("error", "code-sha256", plugin, note, path, `sha256 must be 64 digits of 0 to 9 and a to f, or no module fits it: ${HOW_TO_SUM}`);
}

function say(level: Level, code: string, { file, node }: Plugin, note: Note, path: string[], text: string): void { note(level, code, "", text, file.at(offsetAt(node, ...path))); }
