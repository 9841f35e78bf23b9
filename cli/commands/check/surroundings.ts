// Checks what the filter cannot see itself: how Envoy, Istio or Envoy Gateway run it.

import type { Node } from "yaml";
import { capabilitiesOf } from "../../capabilities";
import { isBefore, RESTRICTION_MOVED } from "../../envoy-version";
import { filterPath } from "../filter/module";
import { variableIn } from "../filter/stand_ins";
import type { Position } from "../source/source_file";
import { at, isFields, listAt, mapsBelow, nodeAt, offsetAt, textAt, typeOf, type Fields } from "./fields";
import type { Note } from "./note";
import type { Plugin } from "./plugins";
import { placeOf, readsBody, logsIn, type Settings } from "./settings";

/** The cookies of a session, nine of 4,096 bytes (docs/bounds.md), and room for the other headers of a browser. */
const SESSION_KB = 36, REST_KB = 12;
/** The versions since which bodies can be read, and Envoy can sign. */
const BODIES_SINCE = [1, 35], SIGNS_SINCE = [1, 37];

/** `resources`: those of all files. */
export function checkSurroundings(plugin: Plugin, root: Node | null, resources: Fields[], all: Settings[], envoyVersion: string | undefined, note: Note): void {
  if (plugin.home === "filter") return;
  checkFailure(plugin, note);
  checkType(plugin, note);
  checkBodies(plugin, resources, all, envoyVersion, note);
  checkSigning(plugin, all, envoyVersion, note);
  checkSecrets(plugin, all, note);
  checkCapabilities(plugin, envoyVersion, note);
  checkConnectionManager(plugin, root, all, note);
}

const place = ({ file, node }: Plugin, ...path: string[]): Position => file.at(offsetAt(node, ...path));

function checkFailure(plugin: Plugin, note: Note): void {
  const { fields } = plugin;
  const open = at(fields, "fail_open") === true ? "fail_open" : textAt(fields, "failure_policy") === "FAIL_OPEN" ? "failure_policy" : textAt(fields, "fail_strategy") === "FAIL_OPEN" ? "fail_strategy" : "";
  if (open !== "") note("error", "fails-open", "", `${open} lets every request through unverified when the filter is not there: leave it out, or FAIL_RELOAD`, place(plugin, open));
}

/** Envoy passes a string unchanged, and every other message as protobuf bytes. */
function checkType(plugin: Plugin, note: Note): void {
  const type = typeOf(at(plugin.fields, "configuration"));
  if (type !== "" && !/^google\.protobuf\.(StringValue|BytesValue)$/.test(type)) note("error", "configuration-type", "", `configuration is a ${type}, which Envoy hands over in bytes that are no JSON: use google.protobuf.StringValue, and the JSON as its text`, place(plugin, "configuration"));
}

function checkBodies(plugin: Plugin, resources: Fields[], all: Settings[], version: string | undefined, note: Note): void {
  for (const settings of all) {
    const attribute = readsBody(settings);
    if (attribute === undefined) continue;
    const path = placeOf(settings, attribute);
    if (plugin.home === "wasmplugin") note("error", "headers-not-held", path, "needs allow_on_headers_stop_iteration, which a WasmPlugin cannot set: such requests get 503 body_not_delivered. Use an EnvoyFilter with the plugin in it", plugin.position(path));
    else if (plugin.home === "extensionpolicy" && resources.some(letsBodiesThrough)) return;
    else if (plugin.home === "extensionpolicy") note("error", "headers-not-held", path, "needs allow_on_headers_stop_iteration, which an EnvoyExtensionPolicy cannot set: such requests get 503 body_not_delivered. Add it by an EnvoyPatchPolicy", plugin.position(path));
    else if (at(plugin.fields, "allow_on_headers_stop_iteration") !== true) note("error", "headers-not-held", path, "needs allow_on_headers_stop_iteration: true beside the plugin's configuration: such requests get 503 body_not_delivered without it", plugin.position(path));
    else if (version !== undefined && isBefore(version, BODIES_SINCE)) note("error", "envoy-too-old", path, `needs Envoy ${BODIES_SINCE.join(".")} or later: before, allow_on_headers_stop_iteration does not exist`, plugin.position(path));
    return;
  }
}

/** Whether this is an EnvoyPatchPolicy with the field that an EnvoyExtensionPolicy lacks. */
function letsBodiesThrough(resource: Fields): boolean {
  return resource.kind === "EnvoyPatchPolicy" && listAt(resource, "spec", "jsonPatches").some((patch) => /\ballow_on_headers_stop_iteration$/.test(textAt(patch, "operation", "path")) && at(patch, "operation", "value") === true);
}

/** Client assertions need Envoy's function to sign. */
function checkSigning(plugin: Plugin, all: Settings[], version: string | undefined, note: Note): void {
  const path = all.filter(({ own }) => "client_rsa_private_key" in own).map((settings) => placeOf(settings, "client_rsa_private_key"))[0];
  if (path !== undefined && version !== undefined && isBefore(version, SIGNS_SINCE)) note("error", "envoy-too-old", path, `private_key_jwt needs Envoy ${SIGNS_SINCE.join(".")} or later: before, it does not sign`, plugin.position(path));
}

const SECRETS = ["client_secret", "symmetric_key", "client_rsa_private_key"];

/** The filter itself warns of secrets in its configuration. Secrets in `key_values` look like any variable to it. */
function checkSecrets(plugin: Plugin, all: Settings[], note: Note): void {
  const named = all.flatMap(({ own }) => [...SECRETS.map((key) => own[key]), ...[isFields(own.session) ? own.session.secret : undefined].flat()]);
  const variables = new Set(named.map(variableIn));
  const literal = Object.keys(plugin.variables?.values ?? {}).filter((name) => variables.has(name));
  if (literal.length === 0) return;
  const [path, instead] = plugin.home === "wasmplugin" ? [["vm_config", "env"], "valueFrom: HOST"] : [["vm_config", "environment_variables", "key_values"], "host_env_keys"];
  note("warning", "secret-literal", "", `secrets are written in the configuration, so everyone who may read Envoy's config_dump can read them: ${literal.join(", ")}. Use ${instead}`, place(plugin, ...path as string[]));
}

function checkCapabilities(plugin: Plugin, version: string | undefined, note: Note): void {
  if (plugin.home !== "envoy" && plugin.home !== "envoyfilter") return;
  const ofVm = at(plugin.fields, "vm_config", "capability_restriction_config", "allowed_capabilities"), ofPlugin = at(plugin.fields, "capability_restriction_config", "allowed_capabilities");
  const path = ofVm === undefined ? ["capability_restriction_config"] : ["vm_config", "capability_restriction_config"];
  const granted = ofVm ?? ofPlugin;
  if (version !== undefined && ofVm !== undefined && isBefore(version, RESTRICTION_MOVED)) {
    note("error", "envoy-version", "", `Envoy ${version} does not know capability_restriction_config in vm_config: before 1.40 it stands one level up`, place(plugin, ...path));
  }
  if (!isFields(granted)) return;
  const missing = capabilitiesOf(filterPath()).filter((name) => !(name in granted));
  if (missing.length > 0) note("error", "capability-missing", "", `allowed_capabilities lacks what the filter needs: ${missing.map((name) => `${name}: {}`).join(", ")}`, place(plugin, ...path));
}

/** Checks all connection managers of the file, because the plugin may belong to any. */
function checkConnectionManager(plugin: Plugin, root: Node | null, all: Settings[], note: Note): void {
  for (const map of mapsBelow(root)) {
    const manager = map.toJSON() as Fields;
    if (!typeOf(manager).endsWith("HttpConnectionManager") || !mapsBelow(nodeAt(map, "http_filters")).some((below) => below === plugin.node)) continue;
    const where = (key: string): Position => plugin.file.at(offsetAt(map, key));
    const limit = at(manager, "max_request_headers_kb");
    if (typeof limit === "number" && limit < SESSION_KB + REST_KB && all.some(logsIn)) {
      note("warning", "headers-too-small", "", `max_request_headers_kb is ${limit}, and a session takes up to ${SESSION_KB} kB of Cookie: people with large tokens would get 431. Leave it out (60), or store less with session_contents`, where("max_request_headers_kb"));
    }
    const count = at(manager, "common_http_protocol_options", "max_headers_count");
    if (typeof count === "number" && count < 30) note("warning", "headers-too-few", "", `max_headers_count is ${count}: a browser sends some 20, and over HTTP/2 each cookie counts as one`, where("common_http_protocol_options"));
    const guarded = all.slice(1).some(({ own }) => "path" in own || "path_prefix" in own);
    if (guarded && at(manager, "normalize_path") !== true) note("warning", "path-not-normalized", "", "rules go by path, and normalize_path is not true: the filter then takes the strictest rule for a path that upstreams read in several ways", where("normalize_path"));
    if (at(manager, "use_remote_address") !== true && listAt(manager, "original_ip_detection_extensions").length === 0) {
      note("note", "remote-address", "", "use_remote_address is not true: Envoy then trusts the X-Forwarded headers of whoever connects, as it should only behind another proxy", where("use_remote_address"));
    }
  }
}
